// sim_clock.hpp: the one clock of a simulated world. It moves only when told.
#pragma once

#include "schemas/base/ids.hpp"

namespace parley {

class SimClock {
public:
    // A Monday in 2025, so that times read like times in a failing trace.
    static constexpr TimeMs wall_start_ms = 1'750'000'000'000;

    TimeMs steady_ms() const { return steady_ms_; }
    TimeMs wall_ms() const { return wall_start_ms + steady_ms_; }
    void advance(TimeMs by_ms) { steady_ms_ += by_ms; }

private:
    TimeMs steady_ms_ = 1000;
};

} // namespace parley
