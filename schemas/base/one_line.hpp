// one_line.hpp: a message that quotes what somebody wrote stays one line on a terminal and in a log.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace parley {

// What is said, with a space for each control character.
inline std::string one_line(std::string_view said) {
    std::string line(said);
    std::replace_if(
        line.begin(), line.end(),
        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
    return line;
}

} // namespace parley
