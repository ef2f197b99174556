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
        std::string message;
        auto opened = SqliteStore::open(options, Log(), message);
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
    // The store has no clock of its own: it learns the time from what it is asked.
    void time_is(TimeMs now_ms) {
        AdmitUser later = admit("clock", "at-" + std::to_string(now_ms), 1, now_ms);
        later.claims.expires_at_s = now_ms / 1000 + 600;
        REQUIRE(run<UserAdmitted>(*store, later).error == Error::Ok);
        store->maintain();
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
