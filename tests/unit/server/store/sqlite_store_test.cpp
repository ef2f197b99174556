// sqlite_store_test.cpp: what only the disk can do: be full, busy, broken, foreign or newer.
#include "tests/support/catch.hpp"

#include <fstream>

#include <sys/stat.h>

#include "schemas/base/limits.hpp"
#include "server/store/sqlite_store.hpp"
#include "tests/unit/server/store/failing_disk.hpp"
#include "tests/unit/server/store/store_test_help.hpp"

using namespace parley;
using namespace parley::test;

namespace {

std::unique_ptr<SqliteStore> open_store(const SqliteStoreOptions& options) {
    std::string message;
    auto opened = SqliteStore::open(options, Log(), message);
    INFO(message);
    REQUIRE(opened.ok());
    return std::move(opened).value();
}

std::string refused(const std::string& path) {
    SqliteStoreOptions options;
    options.path = path;
    std::string message;
    const auto opened = SqliteStore::open(options, Log(), message);
    CHECK(opened.error() == Error::BadStore);
    CHECK(message.find(path) != std::string::npos);
    return message;
}

void run_raw(const std::string& path, const char* sql) {
    sqlite3* raw_database = nullptr;
    REQUIRE(sqlite3_open(path.c_str(), &raw_database) == SQLITE_OK);
    CHECK(sqlite3_exec(raw_database, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(raw_database);
}

bool contains(const std::string& text, const char* part) {
    return text.find(part) != std::string::npos;
}

void take(void* self, int, const char* line) {
    *static_cast<std::string*>(self) += std::string(line) + "\n";
}

size_t count(const std::string& text, const std::string& word) {
    size_t found = 0;
    for (size_t at = text.find(word); at != text.npos; at = text.find(word, at + 1)) {
        ++found;
    }
    return found;
}

// While it lives it knows the connection that was opened last, since what a connection is set to is
// told to itself alone.
class OpenedLast {
public:
    OpenedLast() { REQUIRE(sqlite3_auto_extension(entry()) == SQLITE_OK); }
    ~OpenedLast() { sqlite3_cancel_auto_extension(entry()); }
    OpenedLast(const OpenedLast&) = delete;
    OpenedLast& operator=(const OpenedLast&) = delete;

    static int64_t ask(const char* pragma) {
        sqlite3_stmt* statement = nullptr;
        REQUIRE(sqlite3_prepare_v2(opened, pragma, -1, &statement, nullptr) == SQLITE_OK);
        REQUIRE(sqlite3_step(statement) == SQLITE_ROW);
        const int64_t answer = sqlite3_column_int64(statement, 0);
        sqlite3_finalize(statement);
        return answer;
    }

private:
    using Entry = void (*)();
    static Entry entry() { return reinterpret_cast<Entry>(&note); }
    static int note(sqlite3* database, const char**, const void*) {
        opened = database;
        return SQLITE_OK;
    }
    static inline sqlite3* opened = nullptr;
};

} // namespace

TEST_CASE("a database that cannot be used is refused with a sentence that mends it", "[store]") {
    Folder folder;
    const std::string path = folder.file("parley.db");
    SqliteStoreOptions options;
    options.path = path;

    SECTION("no such folder") {
        CHECK(contains(refused(folder.file("none/parley.db")), "check that its folder exists"));
    }
    SECTION("not a database") {
        std::ofstream(path) << std::string(8192, 'x');
        CHECK(contains(refused(path), "restore it from a backup"));
    }
    SECTION("another program's database") {
        run_raw(path, "CREATE TABLE songs(title TEXT)");
        CHECK(contains(refused(path), "not one of Parley"));
    }
    SECTION("written by a newer Parley") {
        open_store(options).reset();
        run_raw(path, "INSERT INTO schema_version VALUES(99)");
        CHECK(contains(refused(path), "newer Parley (schema 99"));
    }
    SECTION("open in another shard") {
        const auto store = open_store(options);
        CHECK(contains(refused(path), "in use by another shard"));
        std::filesystem::remove(path + ".lock");
        CHECK(contains(refused(path), "in use by another shard"));
    }
}

TEST_CASE("a database that was lost is never made anew", "[store]") {
    Folder folder;
    SqliteStoreOptions options;
    options.path = folder.file("parley.db");
    std::string message;
    SECTION("while its log is there") {
        user(*open_store(options), "ada");
        const auto logged = std::filesystem::file_size(options.path + "-wal");
        std::filesystem::remove(options.path);
        if (GENERATE(false, true)) {
            std::ofstream(options.path).close();
        }
        CHECK(contains(refused(options.path), "restore parley.db from a backup"));
        CHECK(std::filesystem::file_size(options.path + "-wal") == logged);
    }
    SECTION("where a shard has served before") {
        user(*open_store(options), "ada");
        for (const char* suffix : {"", "-wal", "-shm", ".lock"}) {
            std::filesystem::remove(options.path + suffix);
        }
        if (GENERATE(false, true)) {
            std::ofstream(folder.file("store.mark"), std::ios::trunc).close(); // after a power cut
        }
        CHECK(contains(refused(options.path), "move the whole folder away to start anew"));
        CHECK_FALSE(std::filesystem::exists(options.path));
    }
    SECTION("but an empty log is nobody's") {
        std::ofstream(options.path + "-wal").close();
        CHECK(SqliteStore::open(options, Log(), message).ok());
    }
}

TEST_CASE("the database is its owner's alone", "[store]") {
    Folder folder;
    SqliteStoreOptions options;
    options.path = folder.file("parley.db");
    const auto store = open_store(options);
    user(*store, "ada");
    for (const char* suffix : {"", "-wal", ".lock"}) {
        struct stat status {};
        REQUIRE(stat((options.path + suffix).c_str(), &status) == 0);
        CHECK((status.st_mode & 0777) == 0600);
    }
}

TEST_CASE("a database that others may read is made its owner's, and that is said", "[store]") {
    Folder folder;
    SqliteStoreOptions options;
    options.path = folder.file("parley.db");
    open_store(options).reset();
    for (const size_t others : {size_t{2}, size_t{0}}) {
        std::string log;
        std::string message;
        REQUIRE(SqliteStore::open(options, Log(take, &log, LogLevel::Warn), message).ok());
        CHECK(count(log, "data_readable_by_others") == 0);
        if (others > 0) {
            REQUIRE(chmod(options.path.c_str(), 0644) == 0);
            REQUIRE(chmod((options.path + "-wal").c_str(), 0640) == 0);
            REQUIRE(SqliteStore::open(options, Log(take, &log, LogLevel::Warn), message).ok());
            CHECK(count(log, "data_readable_by_others") == others);
        }
        for (const char* suffix : {"", "-wal"}) {
            struct stat status {};
            REQUIRE(stat((options.path + suffix).c_str(), &status) == 0);
            CHECK((status.st_mode & 0777) == 0600);
        }
    }
}

TEST_CASE("the write-ahead log is grown at start and outlives a clean exit", "[store]") {
    Folder folder;
    SqliteStoreOptions options;
    options.path = folder.file("parley.db");
    for (int start = 0; start < 2; ++start) {
        const auto store = open_store(options);
        user(*store, "ada");
        CHECK(std::filesystem::file_size(options.path + "-wal") >= limits::write_ahead_bytes);
        CHECK(std::filesystem::file_size(options.path) < limits::write_ahead_bytes / 4);
    }
    CHECK(std::filesystem::file_size(options.path + "-wal") >= limits::write_ahead_bytes);
}

TEST_CASE("a store has the same cache whether or not its log had to be grown", "[store]") {
    const OpenedLast connection;
    Folder folder;
    SqliteStoreOptions options;
    options.path = folder.file("parley.db");
    for (int start = 0; start < 2; ++start) {
        const auto store = open_store(options);
        // SQLite's way to say KiB rather than pages.
        CHECK(OpenedLast::ask("PRAGMA cache_size") == -limits::store_cache_kib);
    }
}

TEST_CASE("folding and checkpoints change nothing that is read", "[store]") {
    Folder folder;
    SqliteStoreOptions options;
    options.path = folder.file("parley.db");
    options.fold_entries = 64;
    options.rooms_max = GENERATE(size_t{0}, size_t{1}); // forgotten whenever all is folded
    auto store = open_store(options);
    const UserId ada = user(*store, "ada");
    const RoomId one = room(*store, global_kind, "lobby");
    const std::string long_text(2000, 'x');
    for (Nonce nonce = 1; nonce <= 3000; nonce += 50) {
        std::vector<StoreRequest> group;
        for (Nonce next = nonce; next < nonce + 50; ++next) {
            group.push_back(append(one, ada, next, long_text));
        }
        run_group(*store, std::move(group));
        store->maintain();
    }
    CHECK(store->counters().folds.read() >= 20);
    CHECK(store->counters().checkpoints.read() >= 1);
    store.reset();
    store = open_store(options);
    const auto page = run<EntriesFetched>(*store, fetch(one, ada, 2700, 0, 500, false));
    REQUIRE(page.entries.size() == 300);
    CHECK(page.entries.front().seq == 2701);
    CHECK(page.entries.back().seq == 3000);
    CHECK(page.entries.back().nonce == 3000);
}

TEST_CASE("tickets that can open nothing any more are forgotten, and stay refused", "[store]") {
    Folder folder;
    SqliteStoreOptions options;
    options.path = folder.file("parley.db");
    StoreTime now = {0, noon_ms};
    options.now = [&] { return now; };
    const auto store = open_store(options);
    run<UserAdmitted>(*store, admit("ada", "old", 1));
    const TimeMs later_ms = noon_ms + limits::reauth_due_ms + limits::removal_ahead_ms_max + 1;
    now = {later_ms - noon_ms, later_ms};
    AdmitUser fresh = admit("bob", "new", 1, later_ms);
    fresh.claims.expires_at_s = later_ms / 1000 + 600;
    run<UserAdmitted>(*store, fresh);
    store->maintain();
    CHECK(run<UserAdmitted>(*store, admit("ada", "old", 2, later_ms)).error ==
          Error::TicketExpired); // with its row it would be TicketStolen
    CHECK_FALSE(run<UserAdmitted>(*store, fresh).first_use);
}

TEST_CASE("revokes that no ticket can outlive are forgotten, both sides of the border", "[store]") {
    Folder folder;
    SqliteStoreOptions options;
    options.path = folder.file("parley.db");
    StoreTime now = {0, noon_ms};
    options.now = [&] { return now; };
    const auto store = open_store(options);
    const UserId ada = user(*store, "ada");
    const UserId bob = user(*store, "bob");
    const RoomId one = room(*store, team_kind, "one");
    run<Done>(*store, DropMember{1, one, ada, noon_ms - 1});
    run<Done>(*store, DropMember{2, one, bob, noon_ms});
    store->maintain();
    CHECK(load(*store, team_kind, "one", false).revoked.size() == 2);
    now.steady_ms = limits::revoked_keep_ms + limits::removal_ahead_ms_max;
    now.wall_ms = noon_ms + now.steady_ms;
    store->maintain();
    const auto left = load(*store, team_kind, "one", false).revoked;
    REQUIRE(left.size() == 1);
    CHECK(left[0].user == bob);
}

TEST_CASE("a database that is taken away while it serves takes nothing more, and it is said once",
          "[store]") {
    Folder folder;
    SqliteStoreOptions options;
    options.path = folder.file("parley.db");
    std::string log;
    std::string message;
    auto opened = SqliteStore::open(options, Log(take, &log, LogLevel::Warn), message);
    REQUIRE(opened.ok());
    const auto store = std::move(opened).value();
    const UserId ada = user(*store, "ada");
    const RoomId one = room(*store, team_kind, "one");
    CHECK(run<Appended>(*store, append(one, ada, 1)).seq == 1);
    const std::string gone = options.path + GENERATE("", "-wal");
    const std::string elsewhere = folder.file("elsewhere");
    std::filesystem::rename(gone, elsewhere);
    if (GENERATE(false, true)) {
        std::filesystem::copy_file(elsewhere, gone); // the same bytes in another file
    }
    for (Nonce nonce = 2; nonce <= 20; ++nonce) {
        CHECK(run<Appended>(*store, append(one, ada, nonce)).error == Error::StoreUnavailable);
        CHECK(run<EntriesFetched>(*store, fetch(one, ada, 0, 0, 10, true)).error ==
              Error::StoreUnavailable);
        store->maintain();
    }
    CHECK(count(log, "store_moved") == 1);
    CHECK(store->counters().failing.read() == 1);

    std::filesystem::rename(elsewhere, gone);
    CHECK(run<Appended>(*store, append(one, ada, 2)).seq == 2);
    CHECK(store->counters().failing.read() == 0);
    std::filesystem::rename(gone, elsewhere);
    CHECK(run<Appended>(*store, append(one, ada, 3)).error == Error::StoreUnavailable);
    CHECK(count(log, "store_moved") == 2);
}

TEST_CASE("a disk that stays full is said once, and again after it was mended", "[store]") {
    Folder folder;
    FailingDisk disk;
    SqliteStoreOptions options;
    options.path = folder.file("parley.db");
    options.vfs = FailingDisk::name;
    std::string log;
    std::string message;
    auto opened = SqliteStore::open(options, Log(take, &log, LogLevel::Info), message);
    REQUIRE(opened.ok());
    const auto store = std::move(opened).value();
    const UserId ada = user(*store, "ada");
    const RoomId one = room(*store, team_kind, "one");
    for (size_t times = 1; times <= 2; ++times) {
        disk.arm(1, SQLITE_FULL, true);
        for (Nonce nonce = 1; nonce <= 10; ++nonce) {
            const Append line = append(one, ada, 100 * times + nonce);
            CHECK(run<Appended>(*store, line).error == Error::StoreUnavailable);
            store->maintain();
            FindUsers find;
            find.ids = {ada};
            CHECK(run<UsersFound>(*store, find).users.size() == 1);
            CHECK(store->counters().failing.read() == 1);
        }
        CHECK(count(log, "store_failed") == times);
        CHECK(count(log, "store_works_again") == times - 1);
        disk.disarm();
        CHECK(run<Appended>(*store, append(one, ada, 100 * times)).error == Error::Ok);
        CHECK(count(log, "store_works_again") == times);
    }
}

TEST_CASE("a disk with little room left is said once, and when there is enough again", "[store]") {
    Folder folder;
    int64_t free = limits::disk_free_bytes_min;
    SqliteStoreOptions options;
    options.path = folder.file("parley.db");
    options.free_bytes = [&] { return free; };
    std::string log;
    std::string message;
    auto opened = SqliteStore::open(options, Log(take, &log, LogLevel::Info), message);
    REQUIRE(opened.ok());
    const auto maintain = [&](int64_t now) {
        free = now;
        opened.value()->maintain();
    };
    maintain(limits::disk_free_bytes_min);
    CHECK(count(log, "disk_low") == 0);
    maintain(limits::disk_free_bytes_min - 1);
    maintain(0);
    maintain(limits::disk_free_bytes_min + limits::disk_free_bytes_spare - 1);
    CHECK(count(log, "warn disk_low") == 1);
    CHECK(count(log, "disk_enough") == 0);
    maintain(limits::disk_free_bytes_min + limits::disk_free_bytes_spare);
    maintain(limits::disk_free_bytes_min);
    CHECK(count(log, "info disk_enough") == 1);
    maintain(limits::disk_free_bytes_min - 1);
    CHECK(count(log, "warn disk_low") == 2);
}

TEST_CASE("a checkpoint that keeps failing is said once", "[store]") {
    Folder folder;
    FailingDisk disk;
    SqliteStoreOptions options;
    options.path = folder.file("parley.db");
    options.vfs = FailingDisk::name;
    std::string log;
    std::string message;
    auto opened = SqliteStore::open(options, Log(take, &log, LogLevel::Info), message);
    REQUIRE(opened.ok());
    const auto store = std::move(opened).value();
    const UserId ada = user(*store, "ada");
    const RoomId one = room(*store, team_kind, "one");
    const size_t bytes = limits::checkpoint_pages * size_t{4096};
    CHECK(run<Appended>(*store, append(one, ada, 1, std::string(bytes, 'x'))).seq == 1);
    disk.arm(1, SQLITE_FULL, true);
    for (int time = 0; time < 10; ++time) {
        store->maintain();
    }
    CHECK(count(log, "store_checkpoint_failed") == 1);
    disk.disarm();
    const uint64_t before = store->counters().checkpoints.read();
    store->maintain();
    CHECK(store->counters().checkpoints.read() == before + 1);
    CHECK(count(log, "store_checkpoint_failed") == 1);
}

TEST_CASE("a start on a full disk says that, not that the database is bad", "[store]") {
    Folder folder;
    FailingDisk disk;
    SqliteStoreOptions options;
    options.path = folder.file("parley.db");
    options.vfs = FailingDisk::name;
    std::string message;
    disk.arm(1, SQLITE_FULL, true);
    CHECK(SqliteStore::open(options, Log(), message).error() == Error::BadStore);
    CHECK(contains(message, "make room on the disk"));
    disk.arm(1, SQLITE_IOERR, true);
    CHECK(SqliteStore::open(options, Log(), message).error() == Error::BadStore);
    CHECK(contains(message, "check the disk"));
}

TEST_CASE("a group on a full disk takes no effect, what it reads is read, and the next one does",
          "[store]") {
    Folder folder;
    SqliteStoreOptions options;
    options.path = folder.file("parley.db");
    options.pages_max = 60;
    const auto store = open_store(options);
    const UserId ada = user(*store, "ada");
    const RoomId one = room(*store, global_kind, "one");
    CHECK(run<Appended>(*store, append(one, ada, 1)).seq == 1);

    LoadRoom to_make;
    to_make.kind = global_kind;
    to_make.name = "two";
    to_make.create = true;
    LoadRoom there = to_make;
    there.name = "one";
    there.tail_entries = 10;
    const auto group = run_group(*store, {append(one, ada, 2, "small"),
                                          append(one, ada, 3, std::string(1'000'000, 'x')),
                                          fetch(one, ada, 0, 0, 10, true), to_make, there});
    CHECK(std::get<Appended>(group[0]).error == Error::StoreUnavailable);
    CHECK(std::get<Appended>(group[0]).token == 2);
    CHECK(std::get<Appended>(group[1]).error == Error::StoreUnavailable);
    CHECK(std::get<EntriesFetched>(group[2]).error == Error::Ok);
    CHECK(std::get<EntriesFetched>(group[2]).entries.size() == 1);
    CHECK(std::get<RoomLoaded>(group[3]).error == Error::StoreUnavailable);
    CHECK(std::get<RoomLoaded>(group[4]).error == Error::Ok);
    CHECK(std::get<RoomLoaded>(group[4]).tail.size() == 1);
    CHECK(std::get<RoomLoaded>(group[4]).meta.last_seq == 1);
    CHECK(store->counters().failures.read() == 1);
    CHECK(store->counters().failing.read() == 1);

    const auto again = run<Appended>(*store, append(one, ada, 2, "small"));
    CHECK(store->counters().failing.read() == 0);
    CHECK(again.seq == 2);
    CHECK_FALSE(again.duplicate);
}

TEST_CASE("while another program holds the database nothing takes effect", "[store]") {
    Folder folder;
    SqliteStoreOptions options;
    options.path = folder.file("parley.db");
    const auto store = open_store(options);
    const UserId ada = user(*store, "ada");
    const RoomId one = room(*store, global_kind, "one");
    sqlite3* other = nullptr;
    REQUIRE(sqlite3_open(options.path.c_str(), &other) == SQLITE_OK);
    REQUIRE(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) == SQLITE_OK);
    CHECK(run<Appended>(*store, append(one, ada, 1)).error == Error::StoreUnavailable);
    const auto page = run<EntriesFetched>(*store, fetch(one, ada, 0, 0, 10, true));
    CHECK(page.error == Error::Ok);
    CHECK(page.entries.empty());
    REQUIRE(sqlite3_exec(other, "ROLLBACK", nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(other);
    CHECK(run<Appended>(*store, append(one, ada, 1)).seq == 1);
}

// Method: every write and every sync of a workload fails once, in its own run, and in another run
// it and all after it fail until the disk is mended. What was answered Ok must be there exactly
// once, what was refused is said again with the same nonce, and nothing else may be there.
TEST_CASE("whichever write or sync fails, what is answered is true", "[store]") {
    const int code = GENERATE(SQLITE_IOERR, SQLITE_FULL);
    const bool for_good = GENERATE(false, true);
    bool fired = true;
    for (int n = 1; fired; ++n) {
        REQUIRE(n < 2000);
        Folder folder;
        FailingDisk disk;
        SqliteStoreOptions options;
        options.path = folder.file("parley.db");
        options.vfs = FailingDisk::name;
        options.fold_entries = 4;
        auto store = open_store(options);
        const UserId ada = user(*store, "ada");
        const RoomId one = room(*store, global_kind, "lobby");
        disk.arm(n, code, for_good);
        Seq next_seq = 1;
        for (Nonce nonce = 1; nonce <= 12; nonce += 2) {
            const auto send = [&] {
                return run_group(*store, {append(one, ada, nonce), append(one, ada, nonce + 1)});
            };
            auto answers = send();
            if (std::get<Appended>(answers[0]).error != Error::Ok) {
                CHECK(std::get<Appended>(answers[0]).error == Error::StoreUnavailable);
                disk.disarm();
                answers = send();
            }
            for (const StoreAnswer& answer : answers) {
                CHECK(std::get<Appended>(answer).error == Error::Ok);
                CHECK(std::get<Appended>(answer).seq == next_seq);
                ++next_seq;
            }
            store->maintain();
        }
        fired = disk.failed() > 0;
        disk.disarm();
        store.reset();
        store = open_store(options);
        const auto all = run<EntriesFetched>(*store, fetch(one, ada, 0, 0, 100, false));
        REQUIRE(all.entries.size() == 12);
        for (size_t i = 0; i < all.entries.size(); ++i) {
            CHECK(all.entries[i].seq == i + 1);
            CHECK(all.entries[i].nonce == i + 1);
        }
    }
}
