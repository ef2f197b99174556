// script.hpp: a match that plays itself, for machines without a display: four players at four
// screens type in four scripts, and every line's way from key to pixels is measured.
#pragma once

#include <string>

#include "demo/arena/chat.hpp"

namespace arena {

struct ScriptOptions {
    ChatOptions chat;
    std::string parley_program;
    std::string out; // screenshots go there
};

// The program's exit code: 0 when every line reached every reader's screen and every picture was
// written. The transcript goes to stdout.
int run_script(const ScriptOptions& options);

} // namespace arena
