// sqlite_store.cpp: opening, transactions and what is done between them. The requests themselves
// are in sqlite_requests.cpp.
#include "server/store/sqlite_store.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/store/incarnation.hpp"
#include "server/store/migrations/migrations.hpp"
#include "server/store/sqlite_statements.hpp"
#include "server/store/store_mark.hpp"

namespace parley {
namespace {

constexpr int newest_version = static_cast<int>(migrations::all.size());

void set_usual_cache(sqlite::Database& database) {
    // Below zero: KiB, not pages.
    const std::string size = "PRAGMA cache_size = -" + std::to_string(limits::store_cache_kib);
    database.run(size.c_str());
}

int count_pages(void* pages, sqlite3*, const char*, int now) {
    *static_cast<int*>(pages) = now;
    return SQLITE_OK;
}

// 0 when it is missing, too.
int64_t bytes_of(const std::string& path) {
    struct stat status {};
    return stat(path.c_str(), &status) == 0 ? int64_t{status.st_size} : 0;
}

// What to do about a database that cannot be opened, by the first thing that SQLite met.
const char* way_out(int code) {
    switch (code & 0xFF) {
    case SQLITE_FULL:
        return "make room on the disk and start again";
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
    case SQLITE_AUTH:
        return "check that the file and its folder may be written by this user";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return "another program holds it; end that one and start again";
    case SQLITE_IOERR:
        return "check the disk and that there is room on it";
    case SQLITE_NOMEM:
        return "there is too little memory";
    default:
        return "restore it from a backup or choose another data folder";
    }
}

// Whether the failure is of one place on the disk, so that what does not need it may go on.
bool is_of_a_page(int code) {
    return (code & 0xff) == SQLITE_CORRUPT || code == SQLITE_IOERR_READ ||
           code == SQLITE_IOERR_SHORT_READ || code == SQLITE_IOERR_DATA ||
           code == SQLITE_IOERR_CORRUPTFS;
}

// What a request that met this failure is answered, when the others are not.
Error error_of(int code) {
    return (code & 0xff) == SQLITE_CORRUPT ? Error::BadStore : Error::StoreUnavailable;
}

// Its device and its number there; nothing when it is missing.
std::optional<std::pair<uint64_t, uint64_t>> file_at(const std::string& path) {
    struct stat status {};
    if (stat(path.c_str(), &status) != 0) {
        return std::nullopt;
    }
    return std::pair(uint64_t{status.st_dev}, uint64_t{status.st_ino});
}

std::string absolute(const std::string& path) {
    std::error_code error;
    const std::filesystem::path found = std::filesystem::absolute(path, error);
    return error ? path : found.lexically_normal().string();
}

} // namespace

SqliteStore::SqliteStore(const SqliteStoreOptions& options, Log log)
    : options_(options), log_(log) {}

SqliteStore::~SqliteStore() = default;

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const SqliteStoreOptions& options, Log log,
                                                       std::string& message) {
    std::unique_ptr<SqliteStore> store(new SqliteStore(options, log));
    if (const Error error = store->open_file(message); error != Error::Ok) {
        return error;
    }
    if (const Error error = store->migrate(message); error != Error::Ok) {
        return error;
    }
    if (const Error error = store->check_restored(message); error != Error::Ok) {
        return error;
    }
    store->statements_ = std::make_unique<Statements>(store->database_);
    store->grow_write_ahead();
    store->begin_generation();
    store->begin_removal();
    if (!store->reload()) {
        message = "the database " + options.path + " cannot be read (" +
                  store->database_.failure() + "); " + way_out(store->database_.error());
        return Error::BadStore;
    }
    store->remember_files();
    return store;
}

Error SqliteStore::open_file(std::string& message) {
    if (const Error error = lock_.take(options_.path, message); error != Error::Ok) {
        return error;
    }
    const bool made = bytes_of(options_.path) == 0;
    if (const Error error = judge_files(message); error != Error::Ok) {
        return error;
    }
    // The database is made here rather than by SQLite, so that nobody else may ever read it.
    const int file = ::open(options_.path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) {
        message = "the database " + options_.path + " cannot be opened (" + std::strerror(errno) +
                  "); check that its folder exists and may be written";
        return Error::BadStore;
    }
    close(file);
    keep_from_others(options_.path);
    keep_from_others(options_.path + "-wal");
    if (made) {
        log_.warn("data_made", {{"path", absolute(options_.path)}});
    }
    return open_database(message);
}

// A copy that was put there by hand has the mode that the hand gave it.
void SqliteStore::keep_from_others(const std::string& path) const {
    struct stat status {};
    if (stat(path.c_str(), &status) != 0 || (status.st_mode & 077) == 0) {
        return;
    }
    const bool mended = chmod(path.c_str(), 0600) == 0;
    log_.warn("data_readable_by_others",
              {{"path", absolute(path)}, {"now", mended ? "its owner's alone" : "still so"}});
}

// SQLite would throw away a log without its database, and with it what was acknowledged; and it
// would put a log upon any database that lies beside it.
Error SqliteStore::judge_files(std::string& message) {
    const std::string mark_file = mark_path(options_.path);
    const std::optional<uint32_t> mark = read_mark(mark_file);
    const bool missing = bytes_of(options_.path) == 0;
    const bool logged = bytes_of(options_.path + "-wal") > 0;
    restored_ = !missing && mark && !fits(*mark, generation_in(options_.path));
    const std::string files = options_.path + "-wal and " + options_.path + "-shm";
    if (missing && logged) {
        message = "the database " + options_.path +
                  " is missing or empty, but its log is there; find the database that belongs to "
                  "it, or move " +
                  files + " away first and then restore parley.db from a backup";
    } else if (missing && mark) {
        message = "the database " + options_.path +
                  " is missing or empty, and a shard has served here before (" + mark_file +
                  "); restore parley.db from a backup, or move the whole folder away to start anew";
    } else if (restored_ && logged) {
        message = "the database " + options_.path +
                  " is not the one that was served last, and the log beside it is not its own; "
                  "when it was restored from a backup, move " +
                  files + " away first";
    } else {
        return Error::Ok;
    }
    return Error::BadStore;
}

Error SqliteStore::open_database(std::string& message) {
    database_.open(options_.path, options_.vfs);
    if (database_.ok()) {
        sqlite3_busy_timeout(database_.handle(), limits::store_busy_ms_max);
        sqlite3_wal_hook(database_.handle(), count_pages, &write_ahead_pages_);
        sqlite3_db_config(database_.handle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
        sqlite3_db_config(database_.handle(), SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
        int keep = 1; // the write-ahead log outlives a clean exit, so that it is grown only once
        sqlite3_file_control(database_.handle(), "main", SQLITE_FCNTL_PERSIST_WAL, &keep);
    }
    database_.run("PRAGMA journal_mode = WAL");
    database_.run("PRAGMA synchronous = FULL");
    database_.run("PRAGMA secure_delete = ON");
    database_.run("PRAGMA cell_size_check = ON");
    database_.run("PRAGMA temp_store = MEMORY");
    set_usual_cache(database_);
    if (options_.pages_max > 0) {
        const std::string pages = "PRAGMA max_page_count = " + std::to_string(options_.pages_max);
        database_.run(pages.c_str());
    }
    if (!database_.ok()) {
        message = "the database " + options_.path + " cannot be opened (" + database_.failure() +
                  "); " + way_out(database_.error());
        return Error::BadStore;
    }
    return Error::Ok;
}

Error SqliteStore::migrate(std::string& message) {
    int version = 0;
    int tables = 0;
    {
        sqlite::Statement count(database_, "SELECT count(*) FROM sqlite_schema");
        if (count.with().step()) {
            tables = static_cast<int>(count.number(0));
        }
        sqlite::Statement known(database_,
                                "SELECT count(*) FROM sqlite_schema WHERE name = 'schema_version'");
        if (known.with().step() && known.number(0) == 1) {
            sqlite::Statement read(database_, "SELECT max(version) FROM schema_version");
            if (read.with().step()) {
                version = static_cast<int>(read.number(0));
            }
        }
    }
    if (database_.ok() && version == 0 && tables > 0) {
        message = "the file " + options_.path +
                  " is a database, but not one of Parley; choose another data folder";
        return Error::BadStore;
    }
    if (version > newest_version) {
        message = "the database " + options_.path + " was written by a newer Parley (schema " +
                  std::to_string(version) + ", this one knows " + std::to_string(newest_version) +
                  "); update this shard";
        return Error::BadStore;
    }
    for (int next = version + 1; next <= newest_version && database_.ok(); ++next) {
        database_.run("BEGIN IMMEDIATE");
        if (next == 1) {
            database_.run("CREATE TABLE schema_version(version INTEGER PRIMARY KEY) STRICT");
        }
        database_.run(migrations::all[static_cast<size_t>(next - 1)]);
        const std::string mark = "INSERT INTO schema_version VALUES(" + std::to_string(next) + ")";
        database_.run(mark.c_str());
        database_.run("COMMIT");
        if (database_.ok()) {
            log_.info("store_migrated", {{"version", next}});
        }
    }
    if (!database_.ok()) {
        message = "the database " + options_.path + " cannot be brought to schema " +
                  std::to_string(newest_version) + " (" + database_.failure() +
                  "), the file is as it was; " + way_out(database_.error());
        return Error::BadStore;
    }
    return Error::Ok;
}

// Commits that overwrite a log's old pages cost half of those that lengthen the file. Pages that
// a small cache spills are written although the transaction is taken back.
void SqliteStore::grow_write_ahead() {
    const std::string grow =
        "INSERT INTO grow VALUES(zeroblob(" + std::to_string(limits::write_ahead_bytes) + "))";
    sqlite3_int64 size = 0;
    sqlite3_file* file = nullptr;
    sqlite3_file_control(database_.handle(), "main", SQLITE_FCNTL_JOURNAL_POINTER, &file);
    const bool known = file != nullptr && file->pMethods != nullptr &&
                       file->pMethods->xFileSize(file, &size) == SQLITE_OK;
    if (known && size >= static_cast<int64_t>(limits::write_ahead_bytes)) {
        return;
    }
    database_.run("PRAGMA cache_size = 16");
    database_.run("BEGIN IMMEDIATE");
    database_.run("CREATE TABLE grow(bytes BLOB)");
    database_.run(grow.c_str());
    if (!database_.ok()) {
        // A full disk: the first real commit will say so, and to the one whom it concerns.
        log_.warn("store_not_grown", {{"error", database_.failure()}});
        database_.forgive();
    }
    if (sqlite3_get_autocommit(database_.handle()) == 0) {
        database_.run("ROLLBACK");
    }
    set_usual_cache(database_);
}

void SqliteStore::remember_files() {
    write_ahead_file_ = file_at(options_.path + "-wal").value_or(write_ahead_file_);
}

// A file that is deleted or replaced while it is open takes what is written and is never seen
// again. What a commit costs makes this look free.
bool SqliteStore::same_files() {
    int moved = 0;
    const int code =
        sqlite3_file_control(database_.handle(), "main", SQLITE_FCNTL_HAS_MOVED, &moved);
    const bool same =
        code == SQLITE_OK && moved == 0 && file_at(options_.path + "-wal") == write_ahead_file_;
    if (!same && !moved_said_) {
        log_.error("store_moved", {{"path", absolute(options_.path)},
                                   {"note", "the database or its log was deleted or replaced while "
                                            "it served; stop the shard and restore them"}});
    }
    moved_said_ = !same;
    return same;
}

// Reads back what is kept in memory: how far the log goes and what room_log does not have.
bool SqliteStore::reload() {
    rooms_.clear();
    Statements& s = *statements_;
    folded_id_ = s.folded.with().step() ? s.folded.number(0) : 0;
    s.folded.finish();
    last_id_ = folded_id_;
    while (true) {
        s.unfolded.with(last_id_);
        if (!s.unfolded.step()) {
            break;
        }
        const int64_t id = s.unfolded.number(0);
        const RoomId room_id{s.unfolded.id(1)};
        const Place place{s.unfolded.id(2), id};
        const TimeMs at_ms = s.unfolded.number(3);
        s.unfolded.finish();
        if (Room* room = find_room(room_id); room == nullptr) {
            say_damaged("log", room_id, static_cast<uint64_t>(id), "an entry of no room");
        } else if (place.seq != room->last_seq + 1) {
            fail_room(room_id, *room, "an entry out of order");
        } else {
            room->last_seq = place.seq;
            room->last_at_ms = at_ms;
            room->unfolded.push_back(place);
        }
        last_id_ = id;
    }
    level_ = database_.ok();
    return level_;
}

void SqliteStore::execute(std::span<const StoreRequest> requests,
                          std::vector<StoreAnswer>& answers) {
    const size_t before = answers.size();
    database_.forgive();
    if (!same_files()) {
        counters_.failing.set(1);
        refuse(requests, answers);
        return;
    }
    const int changes = sqlite3_total_changes(database_.handle());
    // A page that cannot be read fails the request that needs it; the others run again without.
    std::map<size_t, Error> failed;
    while (!run_all(requests, failed, answers) && answers.size() > before &&
           failed.size() < limits::damaged_requests_max && is_of_a_page(database_.error())) {
        failed[answers.size() - before - 1] = error_of(database_.error());
        answers.resize(before);
        give_up_page();
    }
    database_.run("COMMIT");
    const bool committed = database_.ok();
    if (!committed) {
        undo();
    }
    const bool same = same_files();
    if (committed && same) {
        counters_.commits.add();
        // A full disk can be read all the time.
        if (failure_said_ == SQLITE_OK || sqlite3_total_changes(database_.handle()) != changes) {
            works_again();
        }
        return;
    }
    counters_.failing.set(1);
    answers.resize(before); // they may have read what was taken back
    if (same) {
        refuse_writes(
            requests, [this](const StoreRequest& request) { return answer_read(request); },
            answers);
    } else {
        refuse(requests, answers);
    }
}

void SqliteStore::works_again() {
    if (failure_said_ != SQLITE_OK) {
        log_.info("store_works_again", {{"failures", counters_.failures.read()}});
    }
    failure_said_ = SQLITE_OK;
    counters_.failing.set(0);
}

// Without a transaction: nobody else writes.
StoreAnswer SqliteStore::answer_read(const StoreRequest& request) {
    database_.forgive();
    const bool taken_back = sqlite3_get_autocommit(database_.handle()) != 0;
    if (!taken_back || (!level_ && !reload())) {
        return refusal(request, Error::StoreUnavailable);
    }
    StoreAnswer answer = std::visit([this](const auto& one) { return run(one); }, request);
    return database_.ok() ? answer : refusal(request, error_of(database_.error()));
}

void SqliteStore::refuse(std::span<const StoreRequest> requests,
                         std::vector<StoreAnswer>& answers) {
    for (const StoreRequest& request : requests) {
        answers.push_back(refusal(request, Error::StoreUnavailable));
    }
}

// Up to the first that fails; those that failed before are answered so.
bool SqliteStore::run_all(std::span<const StoreRequest> requests,
                          const std::map<size_t, Error>& failed,
                          std::vector<StoreAnswer>& answers) {
    if (level_ || reload()) {
        database_.run("BEGIN IMMEDIATE");
    }
    for (size_t i = 0; i < requests.size() && database_.ok(); ++i) {
        const auto known = failed.find(i);
        answers.push_back(
            known != failed.end()
                ? refusal(requests[i], known->second)
                : std::visit([this](const auto& request) { return run(request); }, requests[i]));
    }
    return database_.ok();
}

void SqliteStore::give_up_page() {
    if (database_.error() != page_said_) {
        log_.error("store_page_damaged",
                   {{"code", database_.error()}, {"error", database_.failure()}});
    }
    page_said_ = database_.error();
    roll_back();
    database_.forgive();
}

void SqliteStore::undo() {
    counters_.failures.add();
    if (database_.error() != failure_said_) {
        log_.error("store_failed", {{"code", database_.error()}, {"error", database_.failure()}});
    }
    failure_said_ = database_.error();
    roll_back();
}

void SqliteStore::roll_back() {
    // Some errors have rolled back already (SQLITE_FULL may).
    if (sqlite3_get_autocommit(database_.handle()) == 0) {
        database_.forgive();
        database_.run("ROLLBACK");
    }
    level_ = false;
}

void SqliteStore::watch_disk() {
    const int64_t free = options_.free_bytes();
    const bool low =
        free < limits::disk_free_bytes_min + (disk_low_ ? limits::disk_free_bytes_spare : 0);
    if (low && !disk_low_) {
        log_.warn("disk_low", {{"free_bytes", free},
                               {"note", "when the disk is full nothing can be said; make room"}});
    } else if (disk_low_ && !low) {
        log_.info("disk_enough", {{"free_bytes", free}});
    }
    disk_low_ = low;
}

void SqliteStore::maintain() {
    if (options_.free_bytes) {
        watch_disk();
    }
    database_.forgive();
    if (!level_ || !same_files()) {
        return; // the next group reads back first, or is refused
    }
    if (static_cast<size_t>(last_id_ - folded_id_) >= options_.fold_entries && !fold()) {
        undo();
        return;
    }
    if (write_ahead_pages_ >= limits::checkpoint_pages) {
        checkpoint();
    }
    if (options_.now) {
        remove_old(options_.now());
    }
    if (rooms_.size() > options_.rooms_max) {
        std::erase_if(rooms_, [](const auto& room) {
            return room.second.unfolded.empty() && !room.second.damaged;
        });
    }
}

bool SqliteStore::fold() {
    Statements& s = *statements_;
    database_.run("BEGIN IMMEDIATE");
    s.fold.with(folded_id_, last_id_).step();
    s.set_folded.with(last_id_).step();
    database_.run("COMMIT");
    if (!database_.ok()) {
        return false;
    }
    folded_id_ = last_id_;
    for (auto& [id, room] : rooms_) {
        room.unfolded.clear();
    }
    counters_.folds.add();
    return true;
}

// A database from elsewhere may be damaged in places that no start looks at.
Error SqliteStore::check_restored(std::string& message) {
    if (!restored_) {
        return Error::Ok;
    }
    log_.warn("data_restored", {{"path", absolute(options_.path)},
                                {"note", "not the database that was served last; it is checked"}});
    sqlite::Statement check(database_, "PRAGMA quick_check(1)");
    const std::string found = check.with().step() ? check.text(0) : database_.failure();
    check.finish();
    if (found != "ok") {
        message = "the database " + options_.path + " is damaged (" + found +
                  "); restore it from another backup";
        return Error::BadStore;
    }
    if (!begin_incarnations(database_)) {
        message = "the database " + options_.path + " cannot be written (" + database_.failure() +
                  "); " + way_out(database_.error());
        return Error::BadStore;
    }
    return Error::Ok;
}

void SqliteStore::begin_generation() {
    {
        sqlite::Statement read(database_, "PRAGMA user_version");
        generation_ = read.with().step() ? static_cast<uint32_t>(read.number(0)) : 0;
        read.finish();
    }
    if (generation_ == 0) {
        sqlite3_randomness(sizeof generation_, &generation_);
    }
    if (restored_ || !read_mark(mark_path(options_.path))) {
        mark(0);
    }
    marked_ = generation_;
    checkpoint();
}

void SqliteStore::mark(uint32_t generation) {
    const bool written = write_mark(mark_path(options_.path), generation);
    if (!written && !mark_said_) {
        log_.warn("store_not_marked",
                  {{"path", mark_path(options_.path)}, {"error", std::strerror(errno)}});
    }
    mark_said_ = !written;
}

// Passive: never waits for a reader, so that a backup in progress costs no commit. The log starts
// again from its beginning once all of it is in the database; it is never cut.
void SqliteStore::checkpoint() {
    if (marked_ == generation_) { // else the last one is not in the database's file yet
        const uint32_t next = generation_ + 1 == 0 ? 1 : generation_ + 1;
        const std::string count =
            "PRAGMA user_version = " + std::to_string(static_cast<int32_t>(next));
        if (database_.run(count.c_str())) {
            generation_ = next;
        } else {
            // A full disk: the checkpoint makes room, and an older mark only sees less.
            database_.forgive();
        }
    }
    int pages = 0;
    int done = 0;
    const int code = sqlite3_wal_checkpoint_v2(database_.handle(), nullptr,
                                               SQLITE_CHECKPOINT_PASSIVE, &pages, &done);
    if (code != SQLITE_OK) {
        if (code != checkpoint_said_) {
            log_.error("store_checkpoint_failed", {{"code", code}});
        }
        checkpoint_said_ = code;
        return;
    }
    checkpoint_said_ = SQLITE_OK;
    counters_.checkpoints.add();
    write_ahead_pages_ = 0; // the hook says the next number
    if (pages == done && marked_ != generation_) {
        mark(generation_);
        marked_ = generation_;
    }
}

} // namespace parley
