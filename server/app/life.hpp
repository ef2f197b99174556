// life.hpp: what a shard says of its health, from a few times and figures. All times are the steady
// clock's.
#pragma once

#include <string>

#include "schemas/base/ids.hpp"

namespace parley {

struct Life {
    TimeMs now_ms = 0;
    TimeMs core_ms = 0;  // when the core's thread last went round
    TimeMs store_ms = 0; // the store's
    bool store_failing = false;
    TimeMs group_ms = 0;  // when the store last committed, or could not
    bool leaving = false; // it drains, or is about to
};

// Each a line for each thing that is wrong; empty: it lives, and may be sent new players.
std::string what_ails(const Life& life);
std::string why_not_ready(const Life& life);

} // namespace parley
