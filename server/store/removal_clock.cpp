// removal_clock.cpp: see removal_clock.hpp.
#include "server/store/removal_clock.hpp"

#include <algorithm>
#include <cstdlib>

#include "schemas/base/limits.hpp"

namespace parley {

RemovalClock::RemovalClock(StoreTime now, TimeMs seen_ms)
    : started_ms_(now.steady_ms),
      believed_ms_((seen_ms == 0 ? now.wall_ms : seen_ms) - now.steady_ms), seen_ms_(seen_ms) {
    see(now);
}

void RemovalClock::see(StoreTime now) {
    settled_ = now.steady_ms - started_ms_ >= limits::removal_start_ms;
    const TimeMs apart_ms = now.wall_ms - now.steady_ms;
    if (apart_ms - believed_ms_ <= limits::removal_ahead_ms_max) {
        held_ = false;
        seen_ms_ = std::max(seen_ms_, now.wall_ms);
        return;
    }
    // Another time than the one that waits to be believed waits from now on.
    if (!held_ || std::abs(apart_ms - held_apart_ms_) > limits::removal_held_drift_ms_max) {
        held_ = true;
        held_since_ms_ = now.steady_ms;
        held_apart_ms_ = apart_ms;
    }
    if (now.steady_ms - held_since_ms_ >= limits::removal_held_ms) {
        held_ = false;
        believed_ms_ = apart_ms;
        seen_ms_ = std::max(seen_ms_, now.wall_ms);
    }
}

} // namespace parley
