// narrate.hpp: lines to be spoken by a screen reader or the host's voice, oldest first. When the
// reader falls behind, the oldest are dropped: the newest matter.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace parley::overlay {

// Owner: the overlay.
class Narrator {
public:
    static constexpr size_t waiting_max = 16;

    void say(std::string_view line);
    // Null when nothing waits. Lives until the next call.
    const char* next();

private:
    std::array<std::string, waiting_max> lines_;
    std::string spoken_;
    size_t first_ = 0, count_ = 0;
};

} // namespace parley::overlay
