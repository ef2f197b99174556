// store_mark_test.cpp: a database is served with its own log, or with none.
#include "server/store/store_mark.hpp"

#include "tests/support/catch.hpp"

#include <filesystem>
#include <fstream>

#include <sqlite3.h>

#include "schemas/base/limits.hpp"
#include "server/store/sqlite_store.hpp"
#include "tests/unit/server/store/store_test_help.hpp"

using namespace parley;
using namespace parley::test;

namespace {

void take(void* self, int, const char* line) {
    *static_cast<std::string*>(self) += std::string(line) + "\n";
}

struct Served {
    Folder folder;
    SqliteStoreOptions options;
    std::string log;
    std::string message;
    std::unique_ptr<SqliteStore> store;
    UserId ada{};
    RoomId team{};
    Nonce nonce = 0;

    Served() {
        options.path = folder.file("parley.db");
        options.fold_entries = 500;
        REQUIRE(open());
        ada = user(*store, "ada");
        team = room(*store, team_kind, "team");
        run<MemberPut>(*store, member(team, ada, 1));
    }
    bool open() {
        store.reset();
        auto opened = SqliteStore::open(options, Log(take, &log, LogLevel::Warn), message);
        if (opened.ok()) {
            store = std::move(opened).value();
        }
        return store != nullptr;
    }
    // A few hundred pages in each ten groups.
    void say(size_t groups) {
        for (size_t group = 0; group < groups; ++group) {
            std::vector<StoreRequest> lines;
            for (int line = 0; line < 50; ++line) {
                lines.push_back(append(team, ada, ++nonce, std::string(2000, 'x')));
            }
            run_group(*store, std::move(lines));
            store->maintain();
        }
    }
    // The program "sqlite3 parley.db .backup" does so.
    void back_up(const std::string& to) const {
        sqlite3* from_database = nullptr;
        sqlite3* to_database = nullptr;
        REQUIRE(sqlite3_open(options.path.c_str(), &from_database) == SQLITE_OK);
        REQUIRE(sqlite3_open(to.c_str(), &to_database) == SQLITE_OK);
        sqlite3_backup* backup = sqlite3_backup_init(to_database, "main", from_database, "main");
        REQUIRE(backup != nullptr);
        CHECK(sqlite3_backup_step(backup, -1) == SQLITE_DONE);
        CHECK(sqlite3_backup_finish(backup) == SQLITE_OK);
        sqlite3_close(to_database);
        sqlite3_close(from_database);
    }
    // As a kill leaves them: what is in the log is not in the database yet.
    void kill() {
        const std::string lying = folder.file("lying");
        for (const char* suffix : {"", "-wal"}) {
            std::filesystem::copy_file(options.path + suffix, lying + suffix);
        }
        store.reset();
        for (const char* suffix : {"", "-wal"}) {
            std::filesystem::rename(lying + suffix, options.path + suffix);
        }
        std::filesystem::remove(options.path + "-shm");
    }
    void restore(const std::string& from) const {
        std::filesystem::copy_file(from, options.path,
                                   std::filesystem::copy_options::overwrite_existing);
    }
    void move_log_away() const {
        std::filesystem::remove(options.path + "-wal");
        std::filesystem::remove(options.path + "-shm");
    }
    uint64_t incarnation() { return load(*store, team_kind, "team", false).meta.incarnation; }
    Seq last_seq() { return load(*store, team_kind, "team", false).meta.last_seq; }
};

} // namespace

TEST_CASE("a backup beside a log that is not its own is refused, and served without it",
          "[store]") {
    Served s;
    const std::string backup = s.folder.file("backup");
    s.say(60);
    s.back_up(backup);
    const Seq backed_up = s.last_seq();
    const uint64_t incarnation = s.incarnation();
    s.say(60);
    if (GENERATE(false, true)) {
        s.kill();
    } else {
        s.store.reset();
    }
    s.restore(backup);
    CHECK_FALSE(s.open());
    CHECK(s.message.find("move " + s.options.path + "-wal") != s.message.npos);
    CHECK_FALSE(s.open());

    s.move_log_away();
    REQUIRE(s.open());
    CHECK(s.log.find("warn data_restored") != s.log.npos);
    CHECK(s.last_seq() == backed_up);
    const uint64_t restored = s.incarnation(); // others get the numbers of what was said since
    CHECK(restored != incarnation);
    CHECK(restored != 0);
    s.log.clear();
    REQUIRE(s.open());
    CHECK(s.log.empty());
    CHECK(s.incarnation() == restored);
}

TEST_CASE("a backup beside a log that begins before it is served with it, and is whole",
          "[store]") {
    Served s;
    const std::string backup = s.folder.file("backup");
    s.say(60);
    s.back_up(backup);
    s.say(1);
    const Seq last = s.last_seq();
    s.kill();
    s.restore(backup);
    REQUIRE(s.open());
    CHECK(s.last_seq() == last);
}

TEST_CASE("whenever a backup was taken, it is refused beside the log, or all is there", "[store]") {
    const size_t before = GENERATE(size_t{10}, size_t{22}, size_t{23}, size_t{36});
    const size_t after = GENERATE(size_t{1}, size_t{15}, size_t{30});
    Served s;
    const std::string backup = s.folder.file("backup");
    s.say(before);
    s.back_up(backup);
    s.say(after);
    const Seq last = s.last_seq();
    s.kill();
    s.restore(backup);
    if (!s.open()) {
        s.move_log_away();
        REQUIRE(s.open());
    } else {
        CHECK(s.last_seq() == last);
    }
    sqlite3* raw_database = nullptr;
    REQUIRE(sqlite3_open(s.options.path.c_str(), &raw_database) == SQLITE_OK);
    sqlite3_stmt* check = nullptr;
    REQUIRE(sqlite3_prepare_v2(raw_database, "PRAGMA integrity_check(1)", -1, &check, nullptr) ==
            SQLITE_OK);
    REQUIRE(sqlite3_step(check) == SQLITE_ROW);
    CHECK(std::string(reinterpret_cast<const char*>(sqlite3_column_text(check, 0))) == "ok");
    sqlite3_finalize(check);
    sqlite3_close(raw_database);
}

TEST_CASE("a killed shard's own database is served with its log", "[store]") {
    Served s;
    for (const size_t groups : {size_t{1}, size_t{25}, size_t{60}}) {
        s.say(groups);
        const Seq last = s.last_seq();
        s.kill();
        REQUIRE(s.open());
        CHECK(s.last_seq() == last);
        CHECK(s.log.find("data_restored") == s.log.npos);
    }
}

TEST_CASE("a restored database that is damaged is refused with where", "[store]") {
    Served s;
    s.say(60);
    const std::string backup = s.folder.file("backup");
    s.back_up(backup);
    s.say(60);
    s.store.reset();
    s.move_log_away();
    s.restore(backup);
    {
        std::fstream file(s.options.path, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(static_cast<std::streamoff>(std::filesystem::file_size(s.options.path)) - 8192);
        file << std::string(4096, 'x');
    }
    CHECK_FALSE(s.open());
    CHECK(s.message.find("restore it from another backup") != s.message.npos);
}

TEST_CASE("a mark is read as it was written, and one that is not legible says only that it is",
          "[store]") {
    Folder folder;
    const std::string path = mark_path(folder.file("parley.db"));
    CHECK_FALSE(read_mark(path));
    REQUIRE(write_mark(path, 4'294'967'295));
    CHECK(read_mark(path) == 4'294'967'295);
    REQUIRE(write_mark(path, 7));
    CHECK(read_mark(path) == 7);
    for (const char* text : {"", "generation=", "generation=x", "generation=4294967296", "7"}) {
        std::ofstream(path, std::ios::trunc) << text;
        CHECK(read_mark(path) == 0);
    }
    CHECK_FALSE(write_mark(folder.file("none/store.mark"), 7));
    CHECK(generation_in(folder.file("none")) == 0);
}

TEST_CASE("a database fits its mark when it is as far or a little further", "[store]") {
    CHECK(fits(0, 5));
    CHECK(fits(5, 5));
    CHECK_FALSE(fits(5, 4));
    CHECK(fits(5, 4 + limits::generations_ahead_max));
    CHECK_FALSE(fits(5, 5 + limits::generations_ahead_max));
    CHECK(fits(4'294'967'295, 1));
}
