// migration_test.cpp: a database of each earlier schema, as a shard of that time left it, is
// brought to today's with all that is in it.
#include "server/store/migrations/migrations.hpp"

#include "tests/support/catch.hpp"

#include <algorithm>
#include <set>

#include <sqlite3.h>

#include "server/store/backup.hpp"
#include "server/store/sqlite_store.hpp"
#include "tests/unit/server/store/store_test_help.hpp"

using namespace parley;
using namespace parley::test;

namespace {

constexpr size_t newest = migrations::all.size();

// A row of each table, by the schema that brought the table. What is later changed about a table
// fills it as the shard of that time did: it is never edited.
struct Rows {
    size_t since;
    const char* sql;
};
constexpr Rows rows[] = {
    {1, "INSERT INTO users VALUES(7, 'studio', 'ada', 'Ada', 0);"
        "INSERT INTO users VALUES(8, 'studio', 'bob', 'Bob', 1);"
        "INSERT INTO tickets VALUES('studio', 'jti-ada', zeroblob(32), 7, 1700000000000);"
        "INSERT INTO rooms VALUES(3, 2, 'one', 'The first', 77);"
        "INSERT INTO rooms VALUES(4, 3, 'two', '', -1);"
        "INSERT INTO members VALUES(3, 7, 1, 0, 1, 2);"
        "INSERT INTO members VALUES(3, 8, 0, 0, 2, 0);"
        "INSERT INTO log VALUES(1, 3, 1, 0, 1, 1700000000005, 7, 11, 1, 0, x'61');"
        "INSERT INTO log VALUES(2, 3, 2, 0, 2, 1700000000006, 8, 12, 1, 0, x'6262');"
        "INSERT INTO log VALUES(3, 3, 3, 0, 3, 1700000000007, 7, 13, 1, 0, x'636363');"
        "INSERT INTO room_log VALUES(3, 1, 1);"
        "INSERT INTO room_log VALUES(3, 2, 2);"
        "UPDATE folded SET id = 2;"},
    {2, "INSERT INTO revoked VALUES(3, 9, 1700000000001);"
        "INSERT INTO users VALUES(9, 'studio', 'eve', 'Eve', 0);"},
    {3, "UPDATE seen SET at_ms = 1700000000007;"},
    {4, "INSERT INTO blocks VALUES(7, 8);"},
};

class Raw {
public:
    explicit Raw(const std::string& path) {
        REQUIRE(sqlite3_open(path.c_str(), &database_) == SQLITE_OK);
    }
    ~Raw() { sqlite3_close(database_); }
    Raw(const Raw&) = delete;
    Raw& operator=(const Raw&) = delete;

    void run(const std::string& sql) {
        INFO(sql);
        CHECK(sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
    }
    std::vector<std::string> texts(const std::string& sql) {
        std::vector<std::string> found;
        sqlite3_stmt* statement = nullptr;
        REQUIRE(sqlite3_prepare_v2(database_, sql.c_str(), -1, &statement, nullptr) == SQLITE_OK);
        while (sqlite3_step(statement) == SQLITE_ROW) {
            found.emplace_back(reinterpret_cast<const char*>(sqlite3_column_text(statement, 0)));
        }
        sqlite3_finalize(statement);
        return found;
    }
    std::vector<std::string> schema() {
        return texts("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name");
    }

private:
    sqlite3* database_ = nullptr;
};

void make(const std::string& path, size_t version) {
    Raw raw(path);
    raw.run("PRAGMA journal_mode = WAL");
    raw.run("CREATE TABLE schema_version(version INTEGER PRIMARY KEY) STRICT");
    for (size_t step = 1; step <= version; ++step) {
        raw.run(migrations::all[step - 1]);
        raw.run("INSERT INTO schema_version VALUES(" + std::to_string(step) + ")");
    }
    for (const Rows& row : rows) {
        if (row.since <= version) {
            raw.run(row.sql);
        }
    }
    // So that a new schema gets its rows here.
    for (const std::string& table :
         raw.texts("SELECT name FROM sqlite_schema "
                   "WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")) {
        INFO(table);
        CHECK(raw.texts("SELECT count(*) FROM " + table) != std::vector<std::string>{"0"});
    }
}

std::unique_ptr<SqliteStore> open_store(const std::string& path) {
    SqliteStoreOptions options;
    options.path = path;
    std::string message;
    auto opened = SqliteStore::open(options, Log(), message);
    INFO(message);
    REQUIRE(opened.ok());
    return std::move(opened).value();
}

} // namespace

TEST_CASE("a database of each schema is brought to today's with all that is in it", "[store]") {
    const size_t version = GENERATE(range(size_t{1}, newest + 1));
    CAPTURE(version);
    Folder folder;
    const std::string path = folder.file("parley.db");
    make(path, version);
    for (int start = 0; start < 2; ++start) {
        const auto store = open_store(path);
        const RoomLoaded one = load(*store, team_kind, "one", false, 10);
        REQUIRE(one.error == Error::Ok);
        CHECK(one.meta.id == RoomId{3});
        CHECK(one.meta.title == "The first");
        CHECK(one.meta.incarnation == 77);
        CHECK(one.meta.last_seq == 3);
        CHECK(one.meta.last_at_ms == noon_ms + 7);
        REQUIRE(seqs(one.tail) == std::vector<Seq>{1, 2, 3});
        const char* const texts[] = {"a", "bb", "ccc"};
        for (size_t i = 0; i < one.tail.size(); ++i) {
            CHECK(text_of(one.tail[i]) == texts[i]);
            CHECK(one.tail[i].nonce == 11 + i);
            CHECK(one.tail[i].author == UserId{i == 1 ? 8u : 7u});
        }
        REQUIRE(one.members.size() == 2);
        CHECK(one.members[0].user == UserId{7});
        CHECK(one.members[0].name == (start == 0 ? "Ada" : "Name of ada"));
        CHECK(one.members[0].role == 1);
        CHECK(one.members[0].read_seq == 2);
        CHECK(one.members[1].since_seq == 2);
        CHECK(one.revoked.size() == (version >= 2 ? 1 : 0));
        const RoomLoaded two = load(*store, party_kind, "two", false, 10);
        REQUIRE(two.error == Error::Ok);
        CHECK(two.meta.incarnation == UINT64_MAX);
        CHECK(two.tail.empty());

        // A ticket that was used is known with its device.
        const auto ada = run<UserAdmitted>(*store, admit("ada", "jti-ada", 0));
        CHECK(ada.user.id == UserId{7});
        CHECK(ada.blocks ==
              (version >= 4 ? std::vector<UserId>{UserId{8}} : std::vector<UserId>{}));
        CHECK(run<UserAdmitted>(*store, admit("ada", "jti-ada", 1)).error == Error::TicketStolen);
        // A line that was said is not said again.
        const auto again = run<Appended>(*store, append(RoomId{3}, UserId{7}, 13));
        CHECK(again.error == Error::Ok);
        CHECK(again.seq == 3);
    }
    const auto store = open_store(path);
    CHECK(run<Appended>(*store, append(RoomId{3}, UserId{7}, 14)).seq == 4);
}

TEST_CASE("a database that came through all schemas is as one that was made today", "[store]") {
    Folder folder;
    open_store(folder.file("new.db"));
    const std::vector<std::string> today = Raw(folder.file("new.db")).schema();
    for (size_t version = 1; version <= newest; ++version) {
        CAPTURE(version);
        const std::string path = folder.file(std::to_string(version) + "/parley.db");
        std::filesystem::create_directory(folder.file(std::to_string(version)));
        make(path, version);
        open_store(path);
        Raw raw(path);
        CHECK(raw.schema() == today);
        CHECK(raw.texts("SELECT max(version) FROM schema_version") ==
              std::vector<std::string>{std::to_string(newest)});
        CHECK(raw.texts("SELECT at_ms FROM seen") == std::vector<std::string>{"1700000000007"});
        CHECK(raw.texts("PRAGMA integrity_check") == std::vector<std::string>{"ok"});
    }
}

TEST_CASE("a backup of each schema is restored and brought to today's", "[store]") {
    const size_t version = GENERATE(range(size_t{1}, newest + 1));
    Folder folder;
    const std::string path = folder.file("parley.db");
    make(path, version);
    std::string message;
    const auto made = back_up(path, folder.file("backup"), {}, message);
    INFO(message);
    REQUIRE(made.ok());
    CHECK(made->schema == version);
    CHECK(made->entries == 3);
    REQUIRE(restore(folder.file("backup"), folder.file("restored.db"), message).ok());
    const RoomLoaded one =
        load(*open_store(folder.file("restored.db")), team_kind, "one", false, 10);
    CHECK(seqs(one.tail) == std::vector<Seq>{1, 2, 3});
    CHECK(one.meta.incarnation != 77);
}
