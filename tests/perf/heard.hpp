// heard.hpp: what the players say and hear: the text of a line, and the check that what one says
// everyone of his room hears once and in order.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/perf/subject.hpp"

namespace parley::bench {

// The text of a line: who, which of his lines, when (steady microseconds), then words up to the
// plan's length. Fixed places, so that reading it costs little.
struct LineStamp {
    size_t author = 0;
    uint32_t number = 0;
    int64_t said_us = 0;
};
std::string line_text(const LineStamp& stamp, size_t text_bytes);
bool parse_line(std::string_view text, LineStamp& stamp);

// Every line that any player receives passes here.
class Heard {
public:
    explicit Heard(const Plan& plan);

    void line(size_t player, std::string_view text, int64_t now_us);
    // A player that cannot go on; the first reason is kept and ends the run.
    void failed(size_t player, std::string_view why);

    void tried_again() { ++tries_again_; }

    const std::string& failure() const { return failure_; }
    // Lines of author that player has heard.
    uint32_t count(size_t player, size_t author) const {
        return next_[player * plan_.room_members + author % plan_.room_members];
    }
    // Lines that have come back to those who said them.
    uint64_t echoes() const { return echoes_; }
    uint64_t tries_again() const { return tries_again_; } // to connect
    void record(bool on) { recording_ = on; }
    uint64_t deliveries() const { return deliveries_; } // while recording
    std::vector<float>& latencies_ms() { return latencies_ms_; }

private:
    const Plan& plan_;
    std::vector<uint32_t> next_; // by player, then by author's place in his room
    std::string failure_;
    bool recording_ = false;
    uint64_t deliveries_ = 0;
    uint64_t echoes_ = 0;
    uint64_t tries_again_ = 0;
    std::vector<float> latencies_ms_;
};

} // namespace parley::bench
