// damage_test.cpp: a row that says what no shard wrote fails its own room and nobody else's, and
// the log names it once.
#include "tests/support/catch.hpp"

#include <optional>

#include "schemas/wire/stored.hpp"
#include "server/store/damage.hpp"
#include "server/store/sqlite_store.hpp"
#include "tests/unit/server/store/store_test_help.hpp"

using namespace parley;
using namespace parley::test;

namespace {

// Three folded lines of Ada's in the damaged room and two that are not, and the same in a room
// beside it.
struct Damaged {
    Folder folder;
    std::string log;
    std::unique_ptr<SqliteStore> store;
    UserId ada{};
    RoomId hurt{};
    RoomId well{};
    Nonce nonce = 0;

    Damaged() {
        open();
        ada = user(*store, "ada");
        hurt = room(*store, team_kind, "hurt");
        well = room(*store, team_kind, "well");
        for (const RoomId one : {hurt, well}) {
            run<MemberPut>(*store, member(one, ada, 1));
            for (int line = 0; line < 3; ++line) {
                say(one);
            }
        }
        store->maintain(); // folds
        say(hurt);
        say(hurt);
        say(well);
        say(well);
    }
    static void keep(void* user, int, const char* line) {
        *static_cast<std::string*>(user) += std::string(line) + "\n";
    }
    void open() {
        SqliteStoreOptions options;
        options.path = folder.file("parley.db");
        options.fold_entries = 6;
        std::string message;
        auto opened = SqliteStore::open(options, Log(keep, &log, LogLevel::Warn), message);
        INFO(message);
        REQUIRE(opened.ok());
        store = std::move(opened).value();
    }
    void hit(const char* sql) {
        store.reset();
        sqlite3* raw_database = nullptr;
        REQUIRE(sqlite3_open(folder.file("parley.db").c_str(), &raw_database) == SQLITE_OK);
        REQUIRE(sqlite3_exec(raw_database, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
        REQUIRE(sqlite3_changes(raw_database) == 1);
        sqlite3_close(raw_database);
        log.clear();
        open();
    }
    Appended say(RoomId to) {
        Append request = append(to, ada, ++nonce);
        request.entry.body = wire::store_message("text", {}, 0);
        return run<Appended>(*store, request);
    }
    RoomLoaded loaded(RoomId id) {
        LoadRoom request;
        request.id = id;
        request.tail_entries = 10;
        return run<RoomLoaded>(*store, request);
    }
    size_t lines_in_log() const {
        size_t count = 0;
        for (size_t at = log.find("store_damaged"); at != std::string::npos;
             at = log.find("store_damaged", at + 1)) {
            ++count;
        }
        return count;
    }
};

} // namespace

TEST_CASE("a damaged row of a room fails that room alone, and is said once", "[store][hostile]") {
    const char* sql = GENERATE("UPDATE rooms SET kind = 6 WHERE name = 'hurt'",
                               "UPDATE rooms SET kind = 0 WHERE name = 'hurt'",
                               "UPDATE rooms SET kind = 258 WHERE name = 'hurt'",
                               "UPDATE rooms SET kind = 4 WHERE name = 'hurt'", // no two ids
                               "UPDATE rooms SET name = '' WHERE name = 'hurt'",
                               "UPDATE rooms SET name = CAST(x'ff' AS TEXT) WHERE name = 'hurt'",
                               "UPDATE rooms SET title = CAST(x'ff' AS TEXT) WHERE name = 'hurt'",
                               "UPDATE members SET role = 9 WHERE room = 1",
                               "UPDATE members SET origin = 3 WHERE room = 1",
                               "UPDATE members SET since_seq = -1 WHERE room = 1",
                               "UPDATE members SET read_seq = 6 WHERE room = 1",
                               "UPDATE log SET seq = 9 WHERE room = 1 AND seq = 4",
                               "UPDATE room_log SET seq = -3 WHERE room = 1 AND seq = 3");
    INFO(sql);
    Damaged d;
    REQUIRE(d.hurt == RoomId{1});
    d.hit(sql);
    for (int time = 0; time < 2; ++time) {
        CHECK(d.loaded(d.hurt).error == Error::BadStore);
        CHECK(d.lines_in_log() == 1);
        CHECK(d.log.find("room=1") != std::string::npos);
    }
    // In one group with what is well.
    const auto answers = run_group(
        *d.store, {LoadRoom{7, d.hurt, 0, "", false, 10}, fetch(d.well, d.ada, 0, 0, 10, true)});
    CHECK(std::get<RoomLoaded>(answers[0]).token == 7);
    CHECK(std::get<RoomLoaded>(answers[0]).error == Error::BadStore);
    CHECK(seqs(std::get<EntriesFetched>(answers[1]).entries) == std::vector<Seq>{1, 2, 3, 4, 5});
    CHECK(d.loaded(d.well).error == Error::Ok);
    CHECK(d.say(d.well).seq == 6);
}

TEST_CASE("a damaged line is not there, the others of its room are, and it is said once",
          "[store][hostile]") {
    const auto [sql, seq] = GENERATE(
        table<const char*, Seq>({{"UPDATE log SET kind = 7 WHERE room = 1 AND seq = 2", 2},
                                 {"UPDATE log SET kind = -1 WHERE room = 1 AND seq = 5", 5},
                                 {"UPDATE log SET seq = 8 WHERE room = 1 AND seq = 2", 2},
                                 {"UPDATE log SET at_ms = -1 WHERE room = 1 AND seq = 2", 2},
                                 {"UPDATE log SET changed_seq = 1 WHERE room = 1 AND seq = 2", 2},
                                 {"DELETE FROM log WHERE room = 1 AND seq = 2", 2}}));
    INFO(sql);
    Damaged d;
    d.hit(sql);
    for (int time = 0; time < 2; ++time) {
        const auto page = run<EntriesFetched>(*d.store, fetch(d.hurt, d.ada, 0, 0, 10, true));
        REQUIRE(page.error == Error::Ok);
        CHECK(seqs(page.entries) == std::vector<Seq>{1, 2, 3, 4, 5});
        for (const LogEntry& entry : page.entries) {
            CHECK((entry.kind == EntryKind::None) == (entry.seq == seq));
        }
        const RoomLoaded loaded = d.loaded(d.hurt);
        CHECK(loaded.error == Error::Ok);
        CHECK(seqs(loaded.tail) == std::vector<Seq>{1, 2, 3, 4, 5});
        CHECK(d.lines_in_log() == 1);
    }
    CHECK(d.log.find("room=1") != std::string::npos);
    CHECK(d.say(d.hurt).seq == 6);
}

TEST_CASE("a user whose name is damaged has none, and his rooms are well", "[store][hostile]") {
    Damaged d;
    d.hit("UPDATE users SET name = CAST(x'c328' AS TEXT) WHERE subject = 'ada'");
    const RoomLoaded loaded = d.loaded(d.hurt);
    REQUIRE(loaded.error == Error::Ok);
    CHECK(loaded.members.at(0).name.empty());
    FindUsers find;
    find.ids = {d.ada};
    CHECK(run<UsersFound>(*d.store, find).users.at(0).name.empty());
    CHECK(d.lines_in_log() == 1);
}

TEST_CASE("a line of a room that is no more stops nobody", "[store][hostile]") {
    Damaged d;
    d.hit("DELETE FROM rooms WHERE name = 'hurt'");
    CHECK(d.loaded(d.hurt).error == Error::NotFound);
    CHECK(d.lines_in_log() >= 1);
    CHECK(d.say(d.well).seq == 6);
    CHECK(d.say(d.hurt).error == Error::NotFound);
}

TEST_CASE("a line whose body is damaged is said once, and the core leaves it out",
          "[store][hostile]") {
    Damaged d;
    d.hit("UPDATE log SET body = x'00' WHERE room = 1 AND seq = 2");
    CHECK(d.loaded(d.hurt).tail.size() == 5);
    CHECK(d.loaded(d.hurt).error == Error::Ok);
    CHECK(d.lines_in_log() == 1);
}
