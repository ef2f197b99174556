// damage_test.cpp: a row that says what no shard wrote fails its own room and nobody else's, and
// the log names it once.
#include "tests/support/catch.hpp"

#include <fstream>
#include <optional>
#include <sstream>

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
    void open_again() {
        store.reset();
        open();
    }
    Appended say(RoomId to, const std::string& text = "text") {
        Append request = append(to, ada, ++nonce);
        request.entry.body = wire::store_message(text, {}, 0);
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

namespace {

// A leaf of the log's table is what it was never written as.
void damage_page_with(const std::string& path, const std::string& text) {
    sqlite3* raw_database = nullptr;
    REQUIRE(sqlite3_open(path.c_str(), &raw_database) == SQLITE_OK);
    REQUIRE(sqlite3_exec(raw_database, "PRAGMA wal_checkpoint(TRUNCATE)", nullptr, nullptr,
                         nullptr) == SQLITE_OK);
    sqlite3_close(raw_database);
    constexpr size_t page_bytes = 4096;
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    std::stringstream content;
    content << file.rdbuf();
    const std::string bytes = content.str();
    size_t pages = 0;
    for (size_t at = bytes.find(text); at != std::string::npos;
         at = bytes.find(text, at + text.size())) {
        file.seekp(static_cast<std::streamoff>(at / page_bytes * page_bytes));
        file.put('\x7f');
        ++pages;
    }
    REQUIRE(pages == 1);
}

// The sixth of the damaged room, between long ones of the other, has a page of its own.
void damage_one_line(Damaged& d) {
    const std::string text(3000, 'z');
    d.say(d.well, std::string(3900, 'a'));
    REQUIRE(d.say(d.hurt, text).seq == 6);
    d.say(d.well, std::string(3900, 'b'));
    for (int line = 0; line < 4; ++line) {
        d.say(d.well);
    }
    d.store->maintain(); // folds: no start reads them
    d.store.reset();
    damage_page_with(d.folder.file("parley.db"), text);
    d.log.clear();
    d.open();
}

} // namespace

TEST_CASE("a damaged page fails the requests that need it, and nobody else's in their group",
          "[store][hostile]") {
    Damaged d;
    damage_one_line(d);
    for (int time = 0; time < 2; ++time) {
        const uint64_t failures = d.store->counters().failures.read();
        Append line = append(d.well, d.ada, ++d.nonce);
        line.entry.body = wire::store_message("text", {}, 0);
        LoadRoom hurt;
        hurt.token = 7;
        hurt.id = d.hurt;
        hurt.tail_entries = 10;
        const auto answers = run_group(*d.store, {line, hurt, fetch(d.well, d.ada, 0, 0, 3, true),
                                                  fetch(d.hurt, d.ada, 5, 7, 10, false)});
        const auto& appended = std::get<Appended>(answers[0]);
        CHECK(appended.error == Error::Ok);
        CHECK(std::get<RoomLoaded>(answers[1]).error == Error::BadStore);
        CHECK(std::get<RoomLoaded>(answers[1]).token == 7);
        // It reads what the group wrote.
        REQUIRE(std::get<EntriesFetched>(answers[2]).entries.size() == 3);
        CHECK(std::get<EntriesFetched>(answers[2]).entries.back().seq == appended.seq);
        CHECK(std::get<EntriesFetched>(answers[3]).error == Error::BadStore);
        CHECK(d.store->counters().failures.read() == failures);
    }
    CHECK(d.log.find("error store_page_damaged code=11") != std::string::npos);
    CHECK(d.log.find("store_page_damaged", d.log.find("store_page_damaged") + 1) ==
          std::string::npos);
    CHECK(d.log.find("store_failed") == std::string::npos);
    // What was said beside it is there after a start.
    d.open_again();
    CHECK(seqs(run<EntriesFetched>(*d.store, fetch(d.well, d.ada, 0, 0, 2, true)).entries) ==
          std::vector<Seq>{12, 13});
}

TEST_CASE("more requests with a damaged page than are left out fail all that the group writes",
          "[store][hostile]") {
    Damaged d;
    damage_one_line(d);
    const bool too_many = GENERATE(false, true);
    std::vector<StoreRequest> group(limits::damaged_requests_max + (too_many ? 1 : 0),
                                    fetch(d.hurt, d.ada, 5, 7, 10, false));
    group.push_back(append(d.well, d.ada, 100));
    group.push_back(fetch(d.well, d.ada, 0, 0, 3, true));
    const auto answers = run_group(*d.store, group);
    CHECK(std::get<EntriesFetched>(answers.front()).error == Error::BadStore);
    CHECK(std::get<Appended>(answers[answers.size() - 2]).error ==
          (too_many ? Error::StoreUnavailable : Error::Ok));
    CHECK(std::get<EntriesFetched>(answers.back()).error == Error::Ok);
}
