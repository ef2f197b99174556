// retention_test.cpp: old entries go, a few at a time, and nothing that must stay goes with them.
#include "tests/support/catch.hpp"

#include "server/store/sqlite_store.hpp"
#include "tests/unit/server/store/store_test_help.hpp"

using namespace parley;
using namespace parley::test;

namespace {

constexpr int64_t days = 10;
constexpr int64_t keep_ms = days * limits::day_ms + limits::nonce_ahead_ms_max;

struct Kept {
    Folder folder;
    std::unique_ptr<SqliteStore> store;
    UserId ada{};
    RoomId team{};
    RoomId party{}; // kept for ever
    Nonce nonce = 0;
    StoreTime now = {0, noon_ms};
    std::string log;

    Kept() {
        open();
        ada = user(*store, "ada");
        team = room(*store, team_kind, "t");
        party = room(*store, party_kind, "p");
        run<MemberPut>(*store, member(team, ada, 1));
        run<MemberPut>(*store, member(party, ada, 1));
    }
    void open() {
        store.reset();
        SqliteStoreOptions options;
        options.path = folder.file("parley.db");
        options.fold_entries = 1;
        options.history_days[team_kind] = days;
        options.now = [this] { return now; };
        std::string message;
        auto opened = SqliteStore::open(options, Log(take, &log, LogLevel::Info), message);
        INFO(message);
        REQUIRE(opened.ok());
        store = std::move(opened).value();
    }
    Appended say(RoomId to, TimeMs at_ms) {
        return run<Appended>(*store, append(to, ada, ++nonce, "text", at_ms));
    }
    void say_many(RoomId to, size_t count, TimeMs at_ms) {
        for (size_t done = 0; done < count;) {
            std::vector<StoreRequest> group;
            for (; group.size() < 500 && done < count; ++done) {
                group.push_back(append(to, ada, ++nonce, "text", at_ms));
            }
            run_group(*store, std::move(group));
        }
    }
    static void take(void* self, int, const char* line) {
        *static_cast<std::string*>(self) += std::string(line) + "\n";
    }
    // It was so all the time since.
    void time_is(TimeMs wall_ms) {
        now.steady_ms += wall_ms - now.wall_ms;
        now.wall_ms = wall_ms;
        store->maintain();
    }
    size_t said(const std::string& word) const {
        size_t count = 0;
        for (size_t at = log.find(word); at != log.npos; at = log.find(word, at + 1)) {
            ++count;
        }
        return count;
    }
    std::vector<Seq> left(RoomId in) {
        return seqs(run<EntriesFetched>(*store, fetch(in, ada, 0, 0, 500, false)).entries);
    }
};

} // namespace

TEST_CASE("an entry is removed when it is older than its kind of room keeps, both sides",
          "[store]") {
    Kept k;
    k.say(k.team, noon_ms);
    k.say(k.team, noon_ms + 1);
    k.say(k.team, noon_ms + 2);
    k.say(k.party, noon_ms);
    k.say(k.party, noon_ms);
    k.store->maintain();
    k.time_is(noon_ms + keep_ms);
    CHECK(k.left(k.team) == std::vector<Seq>{1, 2, 3});
    k.time_is(noon_ms + keep_ms + 1 + limits::retention_pause_ms);
    CHECK(k.left(k.team) == std::vector<Seq>{3}); // the newest, however old
    CHECK(k.left(k.party) == std::vector<Seq>{1, 2});
    CHECK(k.store->counters().removed.read() == 2);

    k.open();
    CHECK(k.left(k.team) == std::vector<Seq>{3});
    const RoomLoaded loaded = load(*k.store, team_kind, "t", false, 10);
    CHECK(loaded.meta.last_seq == 3);
    CHECK(seqs(loaded.tail) == std::vector<Seq>{3});
    CHECK(k.say(k.team, noon_ms + 3 * keep_ms).seq == 4);
    CHECK(k.left(k.team) == std::vector<Seq>{3, 4});
}

TEST_CASE("the border of what is kept is a millisecond wide", "[store]") {
    Kept k;
    k.say(k.team, noon_ms);
    k.say(k.team, noon_ms + limits::day_ms);
    k.store->maintain();
    SECTION("on it") {
        k.time_is(noon_ms + keep_ms);
        CHECK(k.left(k.team) == std::vector<Seq>{1, 2});
    }
    SECTION("past it") {
        k.time_is(noon_ms + keep_ms + 1);
        CHECK(k.left(k.team) == std::vector<Seq>{2});
    }
}

TEST_CASE("a step removes no more than its bound, and the next one goes on", "[store]") {
    Kept k;
    const size_t count = GENERATE(
        limits::retention_entries_per_step_max - 1, limits::retention_entries_per_step_max,
        limits::retention_entries_per_step_max + 1, 2 * limits::retention_entries_per_step_max + 5);
    k.say_many(k.team, count, noon_ms);
    k.store->maintain();
    k.say_many(k.party, 3, noon_ms);
    k.store->maintain();
    TimeMs now_ms = noon_ms + keep_ms + limits::day_ms;
    uint64_t removed = 0;
    for (int step = 0; step < 4; ++step) {
        k.time_is(now_ms);
        const uint64_t more = k.store->counters().removed.read() - removed;
        CHECK(more <= limits::retention_entries_per_step_max);
        removed += more;
        now_ms += limits::retention_step_ms;
    }
    CHECK(removed == count - 1);
    CHECK(k.left(k.team) == std::vector<Seq>{count});
    CHECK(k.left(k.party).size() == 3);
}

TEST_CASE("what goes on between two steps of the pass is not lost to it", "[store]") {
    Kept k;
    k.say_many(k.team, limits::retention_entries_per_step_max + 5, noon_ms);
    k.store->maintain();
    const TimeMs now_ms = noon_ms + keep_ms + limits::day_ms;
    k.time_is(now_ms);
    const Seq fresh = k.say(k.team, now_ms).seq;
    k.time_is(now_ms + limits::retention_step_ms);
    k.time_is(now_ms + limits::retention_pause_ms + 2 * limits::retention_step_ms);
    CHECK(k.left(k.team) == std::vector<Seq>{fresh});
    CHECK(k.say(k.team, now_ms).seq == fresh + 1);
}

TEST_CASE("a wall clock that is a year ahead for a moment removes nothing, and it is said once",
          "[store]") {
    Kept k;
    k.say_many(k.team, 1000, noon_ms);
    run<Done>(*k.store, DropMember{1, k.team, k.ada, noon_ms});
    run<MemberPut>(*k.store, member(k.team, k.ada, 1));
    k.time_is(noon_ms + limits::removal_start_ms);
    const TimeMs year_ms = 365 * limits::day_ms;
    k.now.wall_ms += year_ms;
    // What is said at such a time does not count either.
    k.say(k.party, k.now.wall_ms);
    for (int step = 0; step < 20; ++step) {
        k.time_is(k.now.wall_ms + limits::retention_pause_ms);
    }
    CHECK(k.said("warn retention_held") == 1);
    CHECK(k.said("retention_goes_on") == 0);
    k.now.wall_ms -= year_ms;
    for (int step = 0; step < 20; ++step) {
        k.time_is(k.now.wall_ms + limits::retention_pause_ms);
    }
    CHECK(k.said("retention_held") == 1);
    CHECK(k.said("retention_goes_on") == 1);
    CHECK(k.left(k.team).size() == 500); // a page of them
    CHECK(k.store->counters().removed.read() == 0);
    CHECK(load(*k.store, team_kind, "t", false).revoked.size() == 1);
}

TEST_CASE("a wall clock that is a year ahead at the start removes nothing until it is believed",
          "[store]") {
    Kept k;
    k.say_many(k.team, 100, noon_ms);
    k.time_is(noon_ms + limits::removal_start_ms);
    k.now.wall_ms += 365 * limits::day_ms;
    k.open();
    TimeMs waited_ms = 0;
    for (; waited_ms < limits::removal_held_ms; waited_ms += limits::day_ms / 2) {
        k.time_is(k.now.wall_ms + (waited_ms == 0 ? 0 : limits::day_ms / 2));
        CHECK(k.left(k.team).size() == 100);
    }
    CHECK(k.said("warn retention_held") == 1);
    k.time_is(k.now.wall_ms + limits::day_ms / 2);
    CHECK(k.left(k.team).size() == 1);
    CHECK(k.said("retention_goes_on") == 1);

    // What was believed is known at the next start.
    k.say_many(k.team, 5, noon_ms);
    k.open();
    k.time_is(k.now.wall_ms + limits::removal_start_ms);
    CHECK(k.said("retention_held") == 1);
}

TEST_CASE("a store that is told no time removes nothing", "[store]") {
    Kept k;
    k.say_many(k.team, 10, noon_ms);
    k.store.reset();
    SqliteStoreOptions options;
    options.path = k.folder.file("parley.db");
    options.history_days[team_kind] = days;
    std::string message;
    auto opened = SqliteStore::open(options, Log(), message);
    REQUIRE(opened.ok());
    k.store = std::move(opened).value();
    k.say(k.party, noon_ms + 365 * limits::day_ms);
    k.store->maintain();
    CHECK(k.left(k.team).size() == 10);
}
