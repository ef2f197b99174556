// commands.hpp: the subcommands of the program parley. Each takes the words behind its name and
// returns the exit code: 0, 1 when something went wrong, 2 when the words are not understood.
#pragma once

#include <span>
#include <string_view>

namespace parley {

using Words = std::span<const std::string_view>;

int serve_command(Words words);
int ticket_command(Words words);
int keys_command(Words words);
int replay_command(Words words);
int print_config_command(Words words);
int backup_command(Words words);
int restore_command(Words words);

// One sentence on stderr, for whose reader it waits a second at most; returns code.
int complain(int code, std::string_view sentence);

} // namespace parley
