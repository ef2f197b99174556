// told.hpp: counts what the core told its sessions, by looking at the effects that carry it. The
// core itself counts nothing, so that a step stays a function of state and input.
#pragma once

#include <array>

#include "schemas/base/metrics.hpp"
#include "server/core/effect.hpp"

namespace parley {

// The core's thread counts, any thread reads.
class Told {
public:
    void count(const Effect& effect);

    Counter admitted;
    Counter replies;    // that refused nothing
    Counter entries;    // of logs, as they came: once for all readers of a room
    Counter deliveries; // the same, once for each reader
    // By error: admissions, requests, sessions.
    uint64_t turned_away(Error error) const { return turned_away_[index_of(error)].read(); }
    uint64_t refused(Error error) const { return refused_[index_of(error)].read(); }
    uint64_t closed(Error error) const { return closed_[index_of(error)].read(); }

private:
    // Errors are 0 and small numbers below it; what is none of them shares the last place.
    static constexpr size_t errors = 128;
    static size_t index_of(Error error);

    std::array<Counter, errors> turned_away_;
    std::array<Counter, errors> refused_;
    std::array<Counter, errors> closed_;
};

} // namespace parley
