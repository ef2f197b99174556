// core.hpp: the shard's mind. Pure: no I/O, thread, clock, lock, global or exception; time and
// chance come in by argument, and iteration order never reaches an effect, so a run is replayed by
// its inputs.
#pragma once

#include <memory>

#include "schemas/base/random.hpp"
#include "schemas/card/card_type.hpp"
#include "server/core/effect.hpp"
#include "server/core/input.hpp"
#include "server/core/options.hpp"

namespace parley {

// Owner: the core thread.
class Core {
public:
    Core(const CoreOptions& options, CardTypes card_types, uint64_t seed);
    ~Core();
    Core(const Core&) = delete;
    Core& operator=(const Core&) = delete;

    // Applies one input and appends what must be done about it.
    void step(const Input& input, Effects& effects);

    // Numbers for metrics and the simulator's budget checks; any time between two steps.
    struct Counts {
        size_t sessions = 0;
        size_t rooms = 0;
        size_t users = 0;
        size_t persists_in_flight = 0;
        size_t rooms_gathering = 0; // the next Tick must not be late
        size_t tail_bytes = 0;
        size_t rooms_asleep = 0;
        uint64_t rooms_refused = 0; // times that there was no place for one
    };
    Counts counts() const;

private:
    class State;
    std::unique_ptr<State> state_;
};

} // namespace parley
