// shell.hpp: the output of a command, and a child that answers.
#pragma once

#include <array>
#include <cstdio>
#include <string>

namespace parley::test {

inline std::string output_of(const std::string& command) {
    std::string text;
    FILE* const pipe = popen(command.c_str(), "r");
    if (pipe == nullptr) {
        return text;
    }
    std::array<char, 4096> buffer;
    for (size_t got = 0; (got = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
        text.append(buffer.data(), got);
    }
    pclose(pipe);
    return text;
}

} // namespace parley::test
