// arguments.hpp: the command line, and one sentence for each way of getting it wrong.
#pragma once

#include <string>

namespace arena {

struct Arguments {
    std::string server, data, parley; // never empty
    std::string out = ".";
    std::string name = "You";
    std::string fonts; // "": the system's
    float scale = 1;
    bool script = false;
    bool reduced_motion = false;
};

enum class Asked { Play, Help, Wrong }; // Wrong: the sentence is on stderr
Asked parse_arguments(int count, char** words, Arguments& out);

} // namespace arena
