// shrink.hpp: from a world that is violated to a small one that is violated alike: as little time,
// as few people, faults and actions as do it.
#pragma once

#include <cstdint>

#include "tests/sim/world.hpp"

namespace parley::sim {

struct ShrinkBounds {
    // Of all attempts together; a minute's work of one core, counted so that it is the same
    // everywhere.
    uint64_t events_max = 12'000'000;
};
struct Shrunk {
    WorldOptions options; // of the smallest world that was found
    size_t decisions_before = 0;
    size_t decisions = 0;
    size_t worlds = 0; // tried
};

// The world of this seed must be violated with these options.
Shrunk shrink(uint64_t seed, const WorldOptions& options, const ShrinkBounds& bounds = {});

} // namespace parley::sim
