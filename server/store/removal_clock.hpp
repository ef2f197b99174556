// removal_clock.hpp: whether what is old may be removed now. What is removed does not come back, so
// the wall clock is believed here only as far as the database and the steady clock bear it out: one
// that is a year ahead, for a moment or from the start, removes nothing.
#pragma once

#include "schemas/base/ids.hpp"

namespace parley {

struct StoreTime {
    TimeMs steady_ms = 0;
    TimeMs wall_ms = 0; // may be wrong, and may jump
};

// Owner: the store thread.
class RemovalClock {
public:
    RemovalClock() = default;
    // seen_ms: what the database had when it was served last; 0: it is new, and any time will do.
    RemovalClock(StoreTime now, TimeMs seen_ms);

    void see(StoreTime now);

    // The wall clock is further ahead than can be believed yet.
    bool held() const { return held_; }
    bool may_remove() const { return settled_ && !held_; }
    // The newest time that was believed; the database keeps it for the next start. Never falls.
    TimeMs seen_ms() const { return seen_ms_; }

private:
    TimeMs started_ms_ = 0;    // steady
    TimeMs believed_ms_ = 0;   // wall clock less steady clock: so far apart they may be
    TimeMs held_since_ms_ = 0; // steady
    TimeMs held_apart_ms_ = 0; // wall clock less steady clock
    TimeMs seen_ms_ = 0;
    bool settled_ = false;
    bool held_ = false;
};

} // namespace parley
