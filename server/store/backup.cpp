// backup.cpp: see backup.hpp. The source's log is never cut or folded in from here: a shard that
// serves finds its files as it left them.
#include "server/store/backup.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <vector>

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/store/incarnation.hpp"
#include "server/store/migrations/migrations.hpp"
#include "server/store/sqlite.hpp"
#include "server/store/store_lock.hpp"
#include "server/store/store_mark.hpp"

namespace parley {
namespace {

constexpr std::string_view first_line = "parley backup 1";
constexpr uint64_t newest_schema = migrations::all.size();

// An open file that is closed again.
struct File {
    explicit File(int opened) : descriptor(opened) {}
    ~File() {
        if (descriptor >= 0) {
            close(descriptor);
        }
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    const int descriptor;
};

// Removes what was begun, unless it was kept.
class Draft {
public:
    explicit Draft(std::string path) : path_(std::move(path)) {}
    ~Draft() {
        if (!kept_) {
            std::error_code ignored; // why it was given up is said already
            std::filesystem::remove_all(path_, ignored);
        }
    }
    Draft(const Draft&) = delete;
    Draft& operator=(const Draft&) = delete;
    void keep() { kept_ = true; }

private:
    const std::string path_;
    bool kept_ = false;
};

std::string why() {
    return std::strerror(errno);
}

bool is_filled(const std::string& path) {
    struct stat status {};
    return stat(path.c_str(), &status) == 0 && status.st_size > 0;
}

std::string parent_of(const std::string& path) {
    const std::string parent = std::filesystem::path(path).parent_path().string();
    return parent.empty() ? "." : parent;
}

// What was written or renamed there outlives a power cut.
bool sync(const std::string& path) {
    const File file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    return file.descriptor >= 0 && fsync(file.descriptor) == 0;
}

// Reads from to its end, and writes it to into when that is a file.
bool digest(int from, int into, uint64_t& bytes, std::string& hash) {
    std::vector<uint8_t> buffer(256 * 1024);
    crypto_generichash_state state;
    crypto_generichash_init(&state, nullptr, 0, crypto_generichash_BYTES);
    bytes = 0;
    while (true) {
        const ssize_t size = read(from, buffer.data(), buffer.size());
        if (size < 0) {
            return false;
        }
        if (size == 0) {
            break;
        }
        crypto_generichash_update(&state, buffer.data(), static_cast<size_t>(size));
        bytes += static_cast<uint64_t>(size);
        if (into >= 0) {
            for (ssize_t done = 0; done < size;) {
                const ssize_t written =
                    write(into, buffer.data() + done, static_cast<size_t>(size - done));
                if (written < 0) {
                    return false;
                }
                done += written;
            }
        }
    }
    std::array<uint8_t, crypto_generichash_BYTES> result{};
    crypto_generichash_final(&state, result.data(), result.size());
    hash.assign(2 * result.size() + 1, '\0');
    sodium_bin2hex(hash.data(), hash.size(), result.data(), result.size());
    hash.pop_back();
    return true;
}

// [contents.txt]
template <typename Contents, typename Visit>
void each_number(Contents& contents, Visit visit) {
    visit("schema", contents.schema);
    visit("users", contents.users);
    visit("rooms", contents.rooms);
    visit("members", contents.members);
    visit("entries", contents.entries);
    visit("newest_ms", contents.newest_ms);
    visit("bytes", contents.bytes);
}

std::string written(const BackupContents& contents) {
    std::ostringstream out;
    out << first_line << "\n";
    each_number(contents,
                [&](const char* name, uint64_t value) { out << name << "=" << value << "\n"; });
    out << "blake2b=" << contents.hash << "\n";
    return out.str();
}

std::optional<BackupContents> parse(const std::string& text) {
    BackupContents contents;
    std::istringstream in(text);
    std::string line;
    std::getline(in, line);
    bool good = line == first_line;
    each_number(contents, [&](const char* name, uint64_t& value) {
        const std::string start = std::string(name) + "=";
        std::getline(in, line);
        const char* end = line.data() + line.size();
        if (line.compare(0, start.size(), start) != 0) {
            good = false;
            return;
        }
        const auto [rest, code] = std::from_chars(line.data() + start.size(), end, value);
        good = good && code == std::errc() && rest == end;
    });
    std::getline(in, line);
    const std::string start = "blake2b=";
    good = good && line.compare(0, start.size(), start) == 0;
    contents.hash = good ? line.substr(start.size()) : std::string();
    if (!good || written(contents) != text) {
        return std::nullopt; // also what is cut off, or goes on
    }
    return contents;
}

// [the database in it]
// What can be listed: the tables that every schema has.
bool count(sqlite::Database& database, BackupContents& contents) {
    const auto ask = [&](const char* sql, uint64_t& value) {
        sqlite::Statement statement(database, sql);
        value = statement.with().step() ? statement.id(0) : 0;
    };
    ask("SELECT max(version) FROM schema_version", contents.schema);
    ask("SELECT count(*) FROM users", contents.users);
    ask("SELECT count(*) FROM rooms", contents.rooms);
    ask("SELECT count(*) FROM members", contents.members);
    ask("SELECT count(*) FROM log", contents.entries);
    ask("SELECT coalesce((SELECT at_ms FROM log ORDER BY id DESC LIMIT 1), 0)", contents.newest_ms);
    return database.ok();
}

// "ok", or what is wrong.
std::string integrity(sqlite::Database& database) {
    sqlite::Statement check(database, "PRAGMA integrity_check(1)");
    return check.with().step() ? check.text(0) : database.failure();
}

const char* way_out_of_copying(int code) {
    switch (code & 0xFF) {
    case SQLITE_FULL:
        return "make room on the disk and try again";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return "stop the shard, look after the disk and restore an earlier backup";
    default:
        return "check that this user may read the one and write the other, and that there is room";
    }
}

// The snapshot that it takes at its first read is held to the end: else each commit of the shard
// would make the copy begin anew.
bool copy(sqlite::Database& from, sqlite::Database& to, const BackupOptions& options) {
    from.run("BEGIN");
    from.run("SELECT version FROM schema_version");
    if (!from.ok() || !to.ok()) {
        return false;
    }
    sqlite3_backup* backup = sqlite3_backup_init(to.handle(), "main", from.handle(), "main");
    if (backup == nullptr) {
        to.fail(sqlite3_errcode(to.handle()));
        return false;
    }
    int code = sqlite3_backup_step(backup, options.step_pages);
    while (code == SQLITE_OK) {
        if (options.between_steps) {
            options.between_steps();
        }
        code = sqlite3_backup_step(backup, options.step_pages);
    }
    sqlite3_backup_finish(backup); // its error is the step's
    if (code != SQLITE_DONE) {
        to.fail(code);
    }
    from.run("COMMIT");
    return from.ok() && to.ok();
}

Error judge_source(const std::string& database, std::string& message) {
    const std::optional<uint32_t> mark = read_mark(mark_path(database));
    if (!is_filled(database)) {
        message = "there is no database " + database +
                  " to back up; name the shard's configuration or its data folder";
    } else if (mark && !fits(*mark, generation_in(database)) && is_filled(database + "-wal")) {
        message = "the database " + database +
                  " is not the one that was served last, and the log beside it is not its own; "
                  "start the shard, which says what to do, and then back up";
    } else {
        return Error::Ok;
    }
    return Error::BadStore;
}

Error copy_database(const std::string& database, const std::string& copied,
                    const BackupOptions& options, std::string& message) {
    sqlite::Database from;
    sqlite::Database to;
    if (from.open(database, nullptr)) {
        sqlite3_busy_timeout(from.handle(), limits::store_busy_ms_max);
        sqlite3_db_config(from.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    }
    to.open(copied, nullptr);
    to.run("PRAGMA synchronous = OFF"); // it is synced as a whole
    const bool copied_all = copy(from, to, options);
    int moved = 0;
    sqlite3_file_control(from.handle(), "main", SQLITE_FCNTL_HAS_MOVED, &moved);
    if (copied_all && moved == 0) {
        to.run("PRAGMA journal_mode = DELETE"); // all of it in one file
    }
    if (moved != 0) {
        message = "the database " + database +
                  " was moved or replaced while it was copied; try again when it stays";
    } else if (!from.ok() || !to.ok()) {
        const sqlite::Database& failed = from.ok() ? to : from;
        message = "the database " + database + " cannot be copied to " + copied + " (" +
                  failed.failure() + "); " + way_out_of_copying(failed.error());
    } else {
        return Error::Ok;
    }
    return Error::BadStore;
}

// Checks the copy and says what is in it.
Error list(const std::string& copied, BackupContents& contents, std::string& message) {
    {
        sqlite::Database database;
        database.open(copied, nullptr);
        const std::string found = integrity(database);
        if (found != "ok" || !count(database, contents)) {
            message = "the copy is damaged as its source is (" +
                      (found == "ok" ? database.failure() : found) +
                      "); stop the shard, look after the disk and restore an earlier backup";
            return Error::BadStore;
        }
    }
    const File file(open(copied.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.descriptor < 0 || !digest(file.descriptor, -1, contents.bytes, contents.hash) ||
        fsync(file.descriptor) != 0) {
        message = "the copy " + copied + " cannot be read or synced (" + why() +
                  "); look after the disk and try again";
        return Error::Io;
    }
    return Error::Ok;
}

bool put_text(const std::string& path, const std::string& text) {
    const File file(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    return file.descriptor >= 0 &&
           write(file.descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
           fsync(file.descriptor) == 0;
}

// Only root can, and only root makes files that are not his who serves.
bool give_to(int file, const struct stat& owner) {
    return geteuid() != 0 || fchown(file, owner.st_uid, owner.st_gid) == 0;
}

std::string is_there(const std::string& path) {
    return path + " is there already and nothing is overwritten";
}

} // namespace

Result<BackupContents> back_up(const std::string& database, const std::string& to,
                               const BackupOptions& options, std::string& message) {
    if (sodium_init() < 0) {
        message = "libsodium cannot be initialised: the system gives no random numbers";
        return Error::Internal;
    }
    if (const Error error = judge_source(database, message); error != Error::Ok) {
        return error;
    }
    struct stat status {};
    if (lstat(to.c_str(), &status) == 0) {
        message = is_there(to) + "; name a backup that does not exist yet";
        return Error::BadStore;
    }
    std::string draft = to + ".part-XXXXXX";
    const bool made = mkdtemp(draft.data()) != nullptr;
    Draft begun(draft);
    const std::string copied = draft + "/parley.db";
    if (!made || !put_text(copied, "")) { // made here: SQLite would let others read it
        message = "the backup " + to + " cannot be made (" + why() +
                  "); name a place in a folder that exists and may be written";
        return Error::Io;
    }
    BackupContents contents;
    if (const Error error = copy_database(database, copied, options, message); error != Error::Ok) {
        return error;
    }
    if (const Error error = list(copied, contents, message); error != Error::Ok) {
        return error;
    }
    if (!put_text(draft + "/contents.txt", written(contents)) || !sync(draft) ||
        renameat2(AT_FDCWD, draft.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) != 0) {
        message = "the backup " + to + " cannot be put in place (" + why() +
                  "); see that nothing has the name, make room on the disk, and try again";
        return Error::Io;
    }
    begun.keep();
    if (!sync(parent_of(to))) {
        message = "the backup " + to + " is whole, but its folder cannot be synced (" + why() +
                  "); look after the disk";
        return Error::Io;
    }
    return contents;
}

namespace {

// The list is read whole or not at all.
Error read_contents(const std::string& from, BackupContents& contents, std::string& message) {
    std::ifstream file(from + "/contents.txt", std::ios::binary);
    std::string text(limits::backup_contents_bytes_max, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<size_t>(file.gcount()));
    const std::optional<BackupContents> parsed = parse(text);
    if (!parsed) {
        message = "the folder " + from +
                  " is not a whole backup (its contents.txt is missing or damaged); take another "
                  "one that parley backup made";
        return Error::BadStore;
    }
    if (parsed->schema > newest_schema) {
        message = "the backup " + from + " was written by a newer Parley (schema " +
                  std::to_string(parsed->schema) + ", this one knows " +
                  std::to_string(newest_schema) + "); update this one first";
        return Error::BadStore;
    }
    contents = *parsed;
    return Error::Ok;
}

Error judge_target(const std::string& database, std::string& message) {
    for (const char* suffix : {"", "-wal", "-journal"}) {
        if (is_filled(database + suffix)) {
            message = is_there(database + suffix) + "; move " + database + ", " + database +
                      "-wal and " + database + "-shm away first";
            return Error::BadStore;
        }
    }
    return Error::Ok;
}

// Copies and compares, so that what was compared is what is served.
Error fetch(const std::string& from, int into, const struct stat& owner,
            const BackupContents& contents, std::string& message) {
    const std::string source = from + "/parley.db";
    const File in(open(source.c_str(), O_RDONLY | O_CLOEXEC));
    BackupContents found;
    if (in.descriptor < 0 || into < 0 || !give_to(into, owner) ||
        !digest(in.descriptor, into, found.bytes, found.hash)) {
        message = "the backup " + source + " cannot be copied (" + why() +
                  "); check that it may be read, that the data folder may be written and has room";
        return Error::Io;
    }
    if (found.bytes != contents.bytes || found.hash != contents.hash) {
        message = "the backup " + from + " is cut off or damaged (" + std::to_string(found.bytes) +
                  " bytes instead of " + std::to_string(contents.bytes) +
                  ", or another hash); take another one";
        return Error::BadStore;
    }
    return Error::Ok;
}

// The log goes back to what it was, so its rooms begin a new incarnation; and no log that may
// still lie somewhere fits the database's new generation.
Error begin_anew(const std::string& draft, const BackupContents& contents, std::string& message) {
    sqlite::Database database;
    database.open(draft, nullptr);
    database.run("PRAGMA journal_mode = MEMORY"); // it is synced as a whole, or thrown away
    database.run("PRAGMA synchronous = OFF");
    const std::string found = integrity(database);
    BackupContents counted = contents;
    if (found != "ok" || !count(database, counted) || written(counted) != written(contents)) {
        message = "the backup's database is damaged (" +
                  (found != "ok"    ? found
                   : !database.ok() ? database.failure()
                                    : std::string("it has not what its list says")) +
                  "); take another one";
        return Error::BadStore;
    }
    int32_t generation = 0;
    while (generation == 0) {
        sqlite3_randomness(sizeof generation, &generation);
    }
    database.run(("PRAGMA user_version = " + std::to_string(generation)).c_str());
    if (!begin_incarnations(database)) {
        message = "the database " + draft + " cannot be written (" + database.failure() +
                  "); make room on the disk and try again";
        return Error::Io;
    }
    return Error::Ok;
}

} // namespace

Result<BackupContents> restore(const std::string& from, const std::string& database,
                               std::string& message) {
    if (sodium_init() < 0) {
        message = "libsodium cannot be initialised: the system gives no random numbers";
        return Error::Internal;
    }
    BackupContents contents;
    if (const Error error = read_contents(from, contents, message); error != Error::Ok) {
        return error;
    }
    StoreLock lock;
    if (const Error error = lock.take(database, message); error != Error::Ok) {
        return error;
    }
    struct stat owner {};
    if (stat(parent_of(database).c_str(), &owner) != 0 || !give_to(lock.file(), owner)) {
        message = "the data folder of " + database + " cannot be looked at, or " + database +
                  ".lock not given to its owner (" + why() + "); check what this user may do there";
        return Error::Io;
    }
    if (const Error error = judge_target(database, message); error != Error::Ok) {
        return error;
    }
    // Of a name that none has who was killed in the middle: SQLite would roll his journal back into
    // this one.
    std::string draft = database + ".restoring-XXXXXX";
    const File made(mkostemp(draft.data(), O_CLOEXEC));
    Draft begun(draft);
    if (const Error error = fetch(from, made.descriptor, owner, contents, message);
        error != Error::Ok) {
        return error;
    }
    if (const Error error = begin_anew(draft, contents, message); error != Error::Ok) {
        return error;
    }
    // The mark first: a start between the two finds no database and says so.
    const std::string mark = mark_path(database);
    const bool marked = write_mark(mark, 0);
    const File mark_file(open(mark.c_str(), O_RDONLY | O_CLOEXEC));
    if (!marked || mark_file.descriptor < 0 || !give_to(mark_file.descriptor, owner) ||
        !sync(draft) || rename(draft.c_str(), database.c_str()) != 0) {
        message = "the database " + database + " cannot be put in place (" + why() +
                  "); check that its folder may be written and that there is room";
        return Error::Io;
    }
    begun.keep();
    if (!sync(parent_of(database))) {
        message = "the database " + database + " is whole, but its folder cannot be synced (" +
                  why() + "); look after the disk";
        return Error::Io;
    }
    return contents;
}

} // namespace parley
