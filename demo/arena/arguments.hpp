// arguments.hpp: the command line, and one sentence for each way of getting it wrong.
#pragma once

#include <string>

namespace arena {

struct Arguments {
    std::string server, data, parley; // never empty
    std::string out = ".";
    std::string name = "You";
    std::string fonts; // "": the system's
    std::string theme; // as theme_path of the overlay takes it; a palette is laid over it
    std::string words = "demo/words/en.toml";
    float scale = 1;
    bool script = false;
    bool reduced_motion = false;
};

enum class Asked { Play, Help, Wrong }; // Wrong: the sentence is on stderr
Asked parse_arguments(int count, char** words, Arguments& out);

} // namespace arena
