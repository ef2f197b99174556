// clock.cpp: the server's clock, estimated.
#include "plugin/client/clock.hpp"

#include <algorithm>

namespace parley::client {
namespace {

// Beyond this the estimate was wrong, not drifting: step (a timer on a card would be off for
// minutes).
constexpr TimeMs step_from_ms = 2000;
// A tenth of real time: half a second of error is gone after five, and time never runs backwards.
constexpr TimeMs slew_divisor = 10;
// A Ready says nothing of its round trip: any answered sample is better.
constexpr TimeMs unknown_round_trip_ms = 1000 * 1000;

} // namespace

void ServerOffset::sample(TimeMs sent_steady_ms, TimeMs received_steady_ms, TimeMs server_ms,
                          bool round_trip_known) {
    const TimeMs round_trip = std::max<TimeMs>(received_steady_ms - sent_steady_ms, 0);
    samples_[next_] = {server_ms + round_trip / 2 - received_steady_ms,
                       round_trip_known ? round_trip : unknown_round_trip_ms};
    next_ = (next_ + 1) % samples_.size();
    count_ = std::min(count_ + 1, samples_.size());
    const auto best = std::min_element(
        samples_.begin(), samples_.begin() + static_cast<std::ptrdiff_t>(count_),
        [](const Sample& a, const Sample& b) { return a.round_trip_ms < b.round_trip_ms; });

    shown_ms_ = known_ ? shown_offset(received_steady_ms) : best->offset_ms;
    slew_from_steady_ms_ = received_steady_ms;
    target_ms_ = best->offset_ms;
    known_ = true;
    if (std::max(target_ms_ - shown_ms_, shown_ms_ - target_ms_) > step_from_ms) {
        shown_ms_ = target_ms_;
    }
}

void ServerOffset::forget_samples() {
    count_ = 0;
    next_ = 0;
}

TimeMs ServerOffset::shown_offset(TimeMs steady_ms) const {
    const TimeMs most = std::max<TimeMs>(steady_ms - slew_from_steady_ms_, 0) / slew_divisor;
    return shown_ms_ + std::clamp(target_ms_ - shown_ms_, -most, most);
}

TimeMs ServerOffset::server_ms(TimeMs steady_ms) const {
    return known_ ? steady_ms + shown_offset(steady_ms) : 0;
}

} // namespace parley::client
