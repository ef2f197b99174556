// clock.hpp: the only place that reads a clock. Only the edges (net threads, app, abi, demo) may
// include it; core, client and text take time as an argument, and tests/tidy checks that.
#pragma once

#include "schemas/base/ids.hpp"

namespace parley {

int64_t steady_us();   // monotonic, any thread
TimeMs steady_ms();    // monotonic, any thread
TimeMs wall_unix_ms(); // may jump; any thread

// Server time: the wall clock at start plus the steady clock, so that it never steps back and a
// changed wall clock does not reorder a log. What others dated (a ticket) is judged by the wall
// clock instead. Owner: one thread.
class ServerClock {
public:
    ServerClock() : ServerClock(wall_unix_ms(), parley::steady_ms()) {}
    ServerClock(TimeMs wall_ms, TimeMs steady_ms)
        : wall_at_start_ms_(wall_ms), steady_at_start_ms_(steady_ms) {}

    // Unix milliseconds. Slews towards the wall clock by at most 1 ms in 100 ms, never back. A wall
    // clock more than 5 s ahead (it was set, or the machine slept) is followed when it has been so
    // for 10 s: it may be ahead for a moment only, and what was followed is never taken back.
    TimeMs now_ms() { return now_ms(wall_unix_ms(), parley::steady_ms()); }
    TimeMs now_ms(TimeMs wall_ms, TimeMs steady_ms);
    // How much of what it has gone since the start it went at once, because the wall clock had.
    TimeMs leapt_ms() const { return leapt_ms_; }

private:
    TimeMs wall_at_start_ms_;
    TimeMs steady_at_start_ms_;
    TimeMs slew_ms_ = 0;
    TimeMs leapt_ms_ = 0; // of slew_ms_
    TimeMs slewed_at_ms_ = 0;
    TimeMs ahead_at_ms_ = -1; // elapsed, since when the wall clock is far ahead; -1: it is not
    TimeMs last_ms_ = 0;
};

} // namespace parley
