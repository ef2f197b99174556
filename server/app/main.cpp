// main.cpp: the program parley. It knows the names of its subcommands and nothing else.
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "server/app/commands.hpp"

namespace {

struct Subcommand {
    std::string_view name;
    int (*run)(parley::Words);
    std::string_view help;
};

int version_command(parley::Words) {
    std::puts("parley " PARLEY_VERSION);
    return 0;
}

constexpr Subcommand subcommands[] = {
    {"serve", parley::serve_command, "run a shard"},
    {"ticket", parley::ticket_command, "mint or explain a ticket"},
    {"keys", parley::keys_command, "make and show keys"},
    {"backup", parley::backup_command, "copy a shard's database while it serves"},
    {"restore", parley::restore_command, "put a backup in place"},
    {"replay", parley::replay_command, "run a journal again"},
    {"print-config", parley::print_config_command, "the configuration with all its keys"},
    {"version", version_command, "the version of this program"},
};

int help(std::FILE* out) {
    std::fputs("usage: parley SUBCOMMAND ...\n\nIn-game chat: the shard and its tools.\n\n", out);
    for (const Subcommand& subcommand : subcommands) {
        std::fprintf(out, "  %-13s %s\n", std::string(subcommand.name).c_str(),
                     std::string(subcommand.help).c_str());
    }
    std::fputs("\nparley SUBCOMMAND --help says more.\n", out);
    return 0;
}

int run(int count, char** arguments) {
    const std::vector<std::string_view> words(arguments + 1, arguments + count);
    if (words.empty()) {
        help(stderr);
        return 2;
    }
    std::string_view name = words[0];
    if (name == "--help" || name == "-h" || name == "help") {
        return help(stdout);
    }
    if (name == "--print-config" || name == "--version") {
        name.remove_prefix(2);
    }
    for (const Subcommand& subcommand : subcommands) {
        if (subcommand.name == name) {
            return subcommand.run(parley::Words(words).subspan(1));
        }
    }
    return parley::complain(2, "there is no subcommand " + std::string(name) +
                                   "; parley --help lists them");
}

} // namespace

int main(int count, char** arguments) {
    try {
        return count > 0 ? run(count, arguments) : 2;
    } catch (const std::exception& error) {
        return parley::complain(1, std::string("this should not have happened: ") + error.what());
    }
}
