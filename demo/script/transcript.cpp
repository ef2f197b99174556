// transcript.cpp: columns of ASCII first and the message last: how wide a terminal draws an emoji
// or in which order it writes Arabic moves nothing that stands before it.
#include "demo/script/transcript.hpp"

#include <algorithm>
#include <cstdio>

namespace arena {
namespace {

double middle(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values.empty() ? 0 : values[values.size() / 2];
}

} // namespace

void Transcript::head() const {
    std::printf("Arena, a scripted match: 4 players at 4 screens, one shard, one store.\n"
                "From Enter in the writer's window to the frame that shows the line: on the screen "
                "of the\nmedian reader, of the last one, and on the writer's own.\n\n"
                "   time  room    writer  median ms  last ms  own ms  line\n");
    std::fflush(stdout);
}

void Transcript::line(Spoken spoken) {
    const double median_ms = middle(spoken.readers_ms);
    const double last_ms = spoken.readers_ms.empty() ? 0
                                                     : *std::max_element(spoken.readers_ms.begin(),
                                                                         spoken.readers_ms.end());
    medians_ms_.push_back(median_ms);
    slowest_ms_ = std::max(slowest_ms_, last_ms);
    std::printf("%5.1f s  %-6s  %-6s  %9.1f  %7.1f  %6.1f  %s\n", spoken.time_s, spoken.room,
                spoken.writer, median_ms, last_ms, spoken.own_ms, spoken.text);
    std::fflush(stdout);
}

void Transcript::summary(int pictures, const std::string& folder, int teal, int coral) const {
    std::printf(
        "\n%zu lines, each on every screen: median %.1f ms, slowest %.1f ms; teal %d, coral "
        "%d; %d pictures in %s\n",
        medians_ms_.size(), middle(medians_ms_), slowest_ms_, teal, coral, pictures,
        folder.c_str());
}

} // namespace arena
