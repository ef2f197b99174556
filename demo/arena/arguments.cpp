// arguments.cpp: flags with and without a value.
#include "demo/arena/arguments.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace arena {
namespace {

constexpr const char* usage =
    "usage: parley_arena --server HOST:PORT --data FOLDER --parley PROGRAM [--script]\n"
    "                    [--out FOLDER] [--name NAME] [--scale 0.75-3] [--fonts FOLDERS]\n"
    "                    [--theme THEME] [--palette PALETTE] [--language LANGUAGE] [--couch]\n"
    "                    [--reduced-motion]\n"
    "  --server  where the shard listens\n"
    "  --data    folder of a shard that runs with --dev (its keys lie there)\n"
    "  --parley  the program that mints tickets in place of a backend\n"
    "  --script  a match that plays itself off-screen; screenshots go to --out\n"
    "  --theme   dark, light, high_contrast, or a theme file\n"
    "  --palette protanopia, deuteranopia or tritanopia, over the theme\n"
    "  --couch   sizes for a screen that is far away\n"
    "  --language en, de, ja, ar, or a words file\n"
    "  --fonts   folders of fonts, separated by ':', in place of the system's\n"
    "`./parley demo` builds all of it, starts a shard and gives the first three.\n"
    "Keys: WASD or arrows move, Space tags; Enter party, T team, Y everyone, Escape back to the "
    "game.\n";

Asked wrong(const std::string& sentence) {
    std::fprintf(stderr, "arena: %s; see parley_arena --help\n", sentence.c_str());
    return Asked::Wrong;
}

} // namespace

Asked parse_arguments(int count, char** words, Arguments& out) {
    std::string scale, palette, language;
    bool couch = false;
    const struct {
        const char* flag;
        std::string* value;
    } valued[] = {{"--server", &out.server}, {"--data", &out.data},   {"--parley", &out.parley},
                  {"--out", &out.out},       {"--name", &out.name},   {"--fonts", &out.fonts},
                  {"--scale", &scale},       {"--theme", &out.theme}, {"--palette", &palette},
                  {"--language", &language}};
    for (int i = 1; i < count; ++i) {
        const std::string word = words[i];
        if (word == "--help" || word == "-h") {
            std::fputs(usage, stdout);
            return Asked::Help;
        }
        if (word == "--script") {
            out.script = true;
            continue;
        }
        if (word == "--couch") {
            couch = true;
            continue;
        }
        if (word == "--reduced-motion") {
            out.reduced_motion = true;
            continue;
        }
        std::string* value = nullptr;
        for (const auto& known : valued) {
            value = word == known.flag ? known.value : value;
        }
        if (value == nullptr) {
            return wrong("there is no option " + word);
        }
        if (i + 1 == count || words[i + 1][0] == 0) {
            return wrong(word + " wants a value");
        }
        *value = words[++i];
    }
    for (const auto& [flag, value] : {valued[0], valued[1], valued[2]}) {
        if (value->empty()) {
            return wrong(std::string(flag) + " is missing, which ./parley demo gives");
        }
    }
    if (!palette.empty()) {
        if (palette != "protanopia" && palette != "deuteranopia" && palette != "tritanopia") {
            return wrong("--palette wants protanopia, deuteranopia or tritanopia, not " + palette);
        }
        out.theme += "+" + palette;
    }
    out.theme += couch ? "+couch" : "";
    if (!language.empty()) {
        // Arena has words of its own in each of the languages that the library has.
        const std::string ours = "demo/words/" + language + ".toml";
        std::error_code error;
        out.words = std::filesystem::exists(ours, error) ? ours : language;
    }
    if (!scale.empty()) {
        char* end = nullptr;
        out.scale = std::strtof(scale.c_str(), &end);
        if (*end != 0 || !(out.scale >= 0.75f && out.scale <= 3)) {
            return wrong("--scale wants a number from 0.75 to 3, not " + scale);
        }
    }
    return Asked::Play;
}

} // namespace arena
