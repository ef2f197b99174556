// pace.hpp: how fast is too fast. A Pace is one number, a BytePace too; a Flood is one second's
// sums. Time comes in by argument.
#pragma once

#include <cstddef>
#include <cstdint>

#include "schemas/base/ids.hpp"

namespace parley {

struct Pacing {
    uint32_t burst = 0;
    uint32_t period_ms = 0;
};

// A token bucket of `burst` tokens that fills in `period_ms`, kept as the time at which it would be
// full again (GCRA, ITU-T I.371): eight bytes a user and room, and no work while nobody asks.
class Pace {
public:
    // 0: a token was taken. Else nothing was taken, and a token is there after so many
    // milliseconds.
    uint32_t take(TimeMs now_ms, uint32_t burst, uint32_t period_ms);
    // Gives back the last token taken: what it paid for did not happen.
    void refund(uint32_t burst, uint32_t period_ms);
    bool full(TimeMs now_ms) const { return full_at_us_ <= now_ms * 1000; }

private:
    int64_t full_at_us_ = 0;
};

// Likewise of bytes: a bucket that fills at per_s and holds burst_s seconds' worth. It gives while
// there is anything in it, so that the largest line passes whatever it holds.
class BytePace {
public:
    // 0: taken. Else nothing was taken, and something is there after so many milliseconds.
    uint32_t take(TimeMs now_ms, size_t bytes, uint32_t per_s, uint32_t burst_s);
    void refund(size_t bytes, uint32_t per_s);

private:
    int64_t full_at_us_ = 0;
};

// Frames and bytes of one session in the running second.
class Flood {
public:
    // False: over frames_max in this second, or over their share of bytes: frame_bytes_per_s_max
    // for frames_per_s_max of them.
    bool admit(TimeMs now_ms, size_t frame_bytes, size_t frames_max);

private:
    TimeMs since_ms_ = 0;
    uint32_t frames_ = 0;
    uint32_t bytes_ = 0; // a second's cannot be more than the link carries
};

} // namespace parley
