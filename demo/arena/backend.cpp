// backend.cpp: runs the minting program as a child, without a shell in between.
#include "demo/arena/backend.hpp"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace arena {
namespace {

std::string output_of(std::vector<std::string> words) {
    int ends[2];
    if (pipe(ends) != 0) {
        return {};
    }
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    posix_spawn_file_actions_addclose(&actions, ends[1]);
    std::vector<char*> arguments;
    for (std::string& word : words) {
        arguments.push_back(word.data());
    }
    arguments.push_back(nullptr);
    pid_t child = 0;
    const int failed =
        posix_spawn(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    std::string text;
    if (failed == 0) {
        char buffer[512];
        for (ssize_t got; (got = read(ends[0], buffer, sizeof buffer)) > 0;) {
            text.append(buffer, static_cast<size_t>(got));
        }
        int status = 0;
        if (waitpid(child, &status, 0) != child || status != 0) {
            text.clear();
        }
    }
    close(ends[0]);
    while (!text.empty() && text.back() == '\n') {
        text.pop_back();
    }
    return text;
}

} // namespace

std::string Backend::ticket(const TicketWish& wish) const {
    std::string rooms;
    for (const std::string& room : wish.rooms) {
        rooms += (rooms.empty() ? "" : ",") + room;
    }
    std::vector<std::string> words{
        program_,      "ticket",     "mint",   "--issuer-key", data_ + "/dev-issuer.key",
        "--sub",       wish.subject, "--name", wish.name,      "--device-id",
        wish.device_id};
    if (!rooms.empty()) {
        words.insert(words.end(), {"--rooms", rooms});
    }
    if (!wish.role.empty()) {
        words.insert(words.end(), {"--roles", wish.role});
    }
    return output_of(std::move(words));
}

} // namespace arena
