// clock.cpp: std::chrono, once.
#include "schemas/base/clock.hpp"

#include <algorithm>
#include <chrono>

namespace parley {

int64_t steady_us() {
    return std::chrono::duration_cast<std::chrono::microseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

TimeMs steady_ms() {
    return steady_us() / 1000;
}

TimeMs wall_unix_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

TimeMs ServerClock::now_ms(TimeMs wall_ms, TimeMs steady_ms) {
    constexpr TimeMs slew_period_ms = 100;
    constexpr TimeMs step_ms = 5000;
    constexpr TimeMs believed_ms = 10'000;
    const TimeMs elapsed_ms = steady_ms - steady_at_start_ms_;
    const TimeMs periods = (elapsed_ms - slewed_at_ms_) / slew_period_ms;
    if (periods > 0) {
        const TimeMs ours_ms = wall_at_start_ms_ + elapsed_ms + slew_ms_;
        const TimeMs apart_ms = wall_ms - ours_ms;
        if (apart_ms <= step_ms) {
            ahead_at_ms_ = -1;
        } else if (ahead_at_ms_ < 0) {
            ahead_at_ms_ = elapsed_ms;
        }
        const bool step = ahead_at_ms_ >= 0 && elapsed_ms - ahead_at_ms_ >= believed_ms;
        slew_ms_ += step ? apart_ms : std::clamp(apart_ms, -periods, periods);
        leapt_ms_ += step ? apart_ms : 0;
        slewed_at_ms_ = elapsed_ms;
    }
    last_ms_ = std::max(last_ms_, wall_at_start_ms_ + elapsed_ms + slew_ms_);
    return last_ms_;
}

} // namespace parley
