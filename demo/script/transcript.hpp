// transcript.hpp: what the scripted match prints: a line a message, and one that sums up.
#pragma once

#include <string>
#include <vector>

namespace arena {

struct Spoken {
    double time_s = 0; // since the players sat down
    const char* room = "";
    const char* writer = "";
    double own_ms = 0; // until the writer's screen showed it
    std::vector<double> readers_ms;
    const char* text = "";
};

class Transcript {
public:
    void head() const;
    void line(Spoken spoken);
    void summary(int pictures, const std::string& folder, int teal, int coral) const;

private:
    std::vector<double> medians_ms_;
    double slowest_ms_ = 0;
};

} // namespace arena
