// pace.cpp: see pace.hpp.
#include "server/core/pace.hpp"

#include <algorithm>

#include "schemas/base/limits.hpp"

namespace parley {

namespace {

constexpr int64_t us_per_ms = 1000;

// What one token costs. A burst of 0 is a room in which nobody may write: a token is never there.
int64_t token_us(uint32_t burst, uint32_t period_ms) {
    return int64_t{period_ms} * us_per_ms / std::max<uint32_t>(burst, 1);
}

} // namespace

uint32_t Pace::take(TimeMs now_ms, uint32_t burst, uint32_t period_ms) {
    if (burst == 0) {
        return std::max<uint32_t>(period_ms, 1);
    }
    const int64_t now_us = now_ms * us_per_ms;
    const int64_t period_us = int64_t{period_ms} * us_per_ms;
    const int64_t token = token_us(burst, period_ms);
    // What was taken while the period was longer is owed no longer than the present one.
    full_at_us_ = std::min(full_at_us_, now_us + period_us);
    const int64_t full_at = std::max(full_at_us_, now_us);
    const int64_t over = full_at + token - now_us - period_us;
    // The division of a period by its burst may leave a rest below one microsecond a token.
    if (over > int64_t{burst}) {
        return static_cast<uint32_t>((over + us_per_ms - 1) / us_per_ms);
    }
    full_at_us_ = full_at + token;
    return 0;
}

void Pace::refund(uint32_t burst, uint32_t period_ms) {
    full_at_us_ -= token_us(burst, period_ms);
}

namespace {

constexpr int64_t us_per_s = 1'000'000;

int64_t bytes_us(size_t bytes, uint32_t per_s) {
    return static_cast<int64_t>(bytes) * us_per_s / std::max<uint32_t>(per_s, 1);
}

} // namespace

uint32_t BytePace::take(TimeMs now_ms, size_t bytes, uint32_t per_s, uint32_t burst_s) {
    const int64_t now_us = now_ms * us_per_ms;
    const int64_t full_at = std::max(full_at_us_, now_us);
    const int64_t over = full_at - now_us - int64_t{burst_s} * us_per_s;
    if (over >= 0) {
        return static_cast<uint32_t>(over / us_per_ms + 1);
    }
    full_at_us_ = full_at + bytes_us(bytes, per_s);
    return 0;
}

void BytePace::refund(size_t bytes, uint32_t per_s) {
    full_at_us_ -= bytes_us(bytes, per_s);
}

bool Flood::admit(TimeMs now_ms, size_t frame_bytes, size_t frames_max) {
    if (now_ms - since_ms_ >= 1000) {
        since_ms_ = now_ms;
        frames_ = 0;
        bytes_ = 0;
    }
    ++frames_;
    bytes_ += static_cast<uint32_t>(frame_bytes);
    const size_t bytes_max = limits::frame_bytes_per_s_max * frames_max / limits::frames_per_s_max;
    return frames_ <= frames_max && bytes_ <= bytes_max;
}

} // namespace parley
