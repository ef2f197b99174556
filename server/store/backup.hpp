// backup.hpp: a copy of a database that is served meanwhile, checked and listed, and the way back.
// A backup is a folder: parley.db, an ordinary SQLite file, and contents.txt, which says what is in
// it and has its hash. It appears under its name only when it is whole.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "schemas/base/limits.hpp"
#include "schemas/base/result.hpp"

namespace parley {

// contents.txt, line by line.
struct BackupContents {
    uint64_t schema = 0;
    uint64_t users = 0;
    uint64_t rooms = 0;
    uint64_t members = 0;
    uint64_t entries = 0;
    uint64_t newest_ms = 0; // when the last entry was said; 0: there is none
    uint64_t bytes = 0;     // of parley.db
    std::string hash;       // BLAKE2b of it, 32 bytes in hex
};

struct BackupOptions {
    int step_pages = limits::backup_step_pages;
    std::function<void()> between_steps; // time for who serves the database
};

// Both: on an error message is one sentence that says how to mend it, and nothing was left behind.
// What is in the copy is what was committed when it began. to must not exist.
Result<BackupContents> back_up(const std::string& database, const std::string& to,
                               const BackupOptions& options, std::string& message);
// Puts the backup's database where none is, and begins a new incarnation of all rooms. Refused
// while a shard serves there.
Result<BackupContents> restore(const std::string& from, const std::string& database,
                               std::string& message);

} // namespace parley
