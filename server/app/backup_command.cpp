// backup_command.cpp: parley backup and parley restore.
#include <cinttypes>
#include <cstdio>
#include <filesystem>
#include <thread>

#include <sys/stat.h>

#include "server/app/arguments.hpp"
#include "server/app/commands.hpp"
#include "server/app/config.hpp"
#include "server/store/backup.hpp"

namespace parley {
namespace {

constexpr Option options[] = {
    {"--config", "FILE", "the shard's configuration, which names its data folder"},
    {"--data", "DIR", "the data folder"},
    {"--help", "", "this text"},
};

// parley backup and restore take the same words. False: code is how the program ends.
bool read_words(Words words, const char* name, const char* what, const char* usage,
                Arguments& arguments, std::string& data_folder, int& code) {
    std::string message;
    if (!arguments.parse(words, options, message)) {
        code = complain(2, message);
        return false;
    }
    if (arguments.has("--help")) {
        std::fputs(help_of(usage, what, options).c_str(), stdout);
        code = 0;
        return false;
    }
    if (arguments.rest().size() != 1 || arguments.has("--config") == arguments.has("--data")) {
        code = complain(2, std::string(name) +
                               " takes one folder of a backup, and either --config or --data");
        return false;
    }
    data_folder = arguments.get("--data");
    if (arguments.has("--config")) {
        const Result<Config> config = read_config(arguments.get("--config"), message);
        if (!config.ok()) {
            code = complain(1, message);
            return false;
        }
        data_folder = config->data_folder;
    }
    return true;
}

void say(const char* what, const std::string& where, const BackupContents& contents) {
    std::printf("%s %s schema=%" PRIu64 " users=%" PRIu64 " rooms=%" PRIu64 " members=%" PRIu64
                " entries=%" PRIu64 " bytes=%" PRIu64 " blake2b=%s\n",
                what, where.c_str(), contents.schema, contents.users, contents.rooms,
                contents.members, contents.entries, contents.bytes, contents.hash.c_str());
}

// "backups/today/" names what "backups/today" names.
std::string without_slash(std::string path) {
    while (path.size() > 1 && path.back() == '/') {
        path.pop_back();
    }
    return path;
}

} // namespace

int backup_command(Words words) {
    Arguments arguments;
    std::string data_folder;
    int code = 0;
    if (!read_words(words, "backup",
                    "Copies the database of a shard, which goes on serving, into a new folder: "
                    "checked, listed in\ncontents.txt, and there only when it is whole. The "
                    "server's key is not in it.",
                    "backup FOLDER --config FILE|--data DIR", arguments, data_folder, code)) {
        return code;
    }
    BackupOptions backup;
    backup.between_steps = [] { std::this_thread::sleep_for(std::chrono::milliseconds(1)); };
    const std::string to = without_slash(arguments.rest()[0]);
    std::string message;
    const Result<BackupContents> made = back_up(data_folder + "/parley.db", to, backup, message);
    if (!made.ok()) {
        return complain(1, message);
    }
    say("backed_up", to, made.value());
    return 0;
}

int restore_command(Words words) {
    Arguments arguments;
    std::string data_folder;
    int code = 0;
    if (!read_words(words, "restore",
                    "Puts a backup's database into a data folder that has none, after comparing "
                    "it with its list. Stop the\nshard first. Players are told of a gap in "
                    "all rooms.",
                    "restore FOLDER --config FILE|--data DIR", arguments, data_folder, code)) {
        return code;
    }
    // It is the shard's alone, as what is in it.
    umask(0077);
    std::error_code error;
    std::filesystem::create_directories(data_folder, error);
    if (error) {
        return complain(1, "the data folder " + data_folder + " cannot be made (" +
                               error.message() + "); correct shard.data_folder or make it");
    }
    const std::string from = without_slash(arguments.rest()[0]);
    std::string message;
    const Result<BackupContents> restored = restore(from, data_folder + "/parley.db", message);
    if (!restored.ok()) {
        return complain(1, message);
    }
    say("restored", from, restored.value());
    std::printf("into %s\n", std::filesystem::absolute(data_folder + "/parley.db").c_str());
    return 0;
}

} // namespace parley
