// clock.hpp: what time it is at the server (as RFC 5905, 10, in small): of the last samples the one
// with the shortest round trip is believed, and what is shown moves towards it without a step.
// Pure: reads no clock.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "schemas/base/ids.hpp"
#include "schemas/base/limits.hpp"

namespace parley::client {

class ServerOffset {
public:
    // The server said server_ms in answer to what was sent at sent_steady_ms. round_trip_known
    // false: it said so unasked (Ready); good enough until the first answer.
    void sample(TimeMs sent_steady_ms, TimeMs received_steady_ms, TimeMs server_ms,
                bool round_trip_known);
    // Another connection, perhaps another shard: old samples do not count, what is shown still
    // slews.
    void forget_samples();
    bool known() const { return known_; }
    // 0 before the first sample; never falls while steady_ms does not.
    TimeMs server_ms(TimeMs steady_ms) const;

private:
    struct Sample {
        TimeMs offset_ms = 0;
        TimeMs round_trip_ms = 0;
    };
    TimeMs shown_offset(TimeMs steady_ms) const;

    std::array<Sample, limits::server_clock_samples> samples_{};
    size_t count_ = 0;
    size_t next_ = 0;
    bool known_ = false;
    TimeMs target_ms_ = 0;
    TimeMs shown_ms_ = 0; // offset shown at slew_from_steady_ms_
    TimeMs slew_from_steady_ms_ = 0;
};

} // namespace parley::client
