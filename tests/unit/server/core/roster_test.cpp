// roster_test.cpp: rosters: whole for small rooms, counts for large ones, and the border between
// them; names on demand.
#include "tests/support/core_harness.hpp"

using namespace parley;

namespace {

constexpr size_t small_max = limits::roster_full_members_max;

std::vector<SessionId> fill_guild(CoreHarness& world, size_t members) {
    std::vector<SessionId> sessions;
    for (size_t i = 0; i < members; ++i) {
        sessions.push_back(world.connect("user" + std::to_string(i), {guild("g")}));
    }
    return sessions;
}

std::vector<const wire::Roster*> rosters(CoreHarness& world, SessionId session, RoomId room) {
    std::vector<const wire::Roster*> found;
    for (const auto* roster : world.events<wire::Roster>(session, wire::Event::Roster)) {
        if (roster->room() == raw(room)) {
            found.push_back(roster);
        }
    }
    return found;
}

} // namespace

TEST_CASE("a small room's roster comes whole, with roles and presences", "[core][roster]") {
    CoreHarness world;
    world.connect("ann", {party("p1", 1)});
    const SessionId bob = world.connect("bob", {party("p1")});
    const auto all = rosters(world, bob, world.room_id(party("p1")));
    REQUIRE(!all.empty());
    CHECK(all[0]->whole());
    CHECK(all[0]->members_total() == 2);
    REQUIRE(all[0]->members()->size() == 2);
    const auto* ann = all[0]->members()->Get(0);
    CHECK(wire::view(ann->user()->name()) == "ann");
    CHECK(ann->role() == wire::Role::Leader);
}

TEST_CASE("a room that grows past the border forgets its roster and counts instead",
          "[core][roster]") {
    CoreHarness world;
    const auto sessions = fill_guild(world, small_max);
    const RoomId room = world.room_id(guild("g"));
    auto told = rosters(world, sessions.back(), room);
    REQUIRE(told.size() >= 1);
    size_t members = 0;
    for (const auto* roster : told) {
        members += roster->members() == nullptr ? 0 : roster->members()->size();
    }
    CHECK(members == small_max);

    world.forget_heard();
    const SessionId one_more = world.connect("one more", {guild("g")});
    told = rosters(world, sessions[0], room);
    REQUIRE(told.size() == 1);
    CHECK(told[0]->whole());
    CHECK(told[0]->members() == nullptr);
    CHECK(told[0]->members_total() == small_max + 1);
    told = rosters(world, one_more, room);
    REQUIRE(told.size() == 1);
    CHECK_FALSE(told[0]->whole());
    CHECK(told[0]->members_total() == small_max + 1);

    world.forget_heard();
    world.leave(one_more, room);
    told = rosters(world, sessions[0], room);
    REQUIRE(told.size() >= 1);
    CHECK(told[0]->whole());
    CHECK(told[0]->members()->size() > 10);
}

TEST_CASE("a large room's count is told once a second at most", "[core][roster]") {
    CoreHarness world;
    const auto sessions = fill_guild(world, small_max + 1);
    const RoomId room = world.room_id(guild("g"));
    world.tick(2000);
    world.forget_heard();
    for (int i = 0; i < 5; ++i) {
        world.connect("late" + std::to_string(i), {guild("g")});
    }
    CHECK(rosters(world, sessions[0], room).empty());
    world.tick(limits::presence_period_ms);
    auto told = rosters(world, sessions[0], room);
    REQUIRE(told.size() == 1);
    CHECK(told[0]->members_total() == small_max + 6);
    world.connect("last", {guild("g")});
    world.tick(limits::presence_period_ms - 1);
    CHECK(rosters(world, sessions[0], room).size() == 1);
    world.tick(1);
    CHECK(rosters(world, sessions[0], room).size() == 2);
}

TEST_CASE("a large room's members come in pages", "[core][roster]") {
    CoreHarness world;
    const auto sessions = fill_guild(world, small_max + 20);
    const RoomId room = world.room_id(guild("g"));
    std::vector<uint64_t> seen;
    uint64_t after = 0;
    for (;;) {
        const uint32_t request =
            world.command(sessions[0], wire::Command::FetchMembers, [&](auto& fbb) {
                return wire::CreateFetchMembers(fbb, raw(room), after, 60000).Union();
            });
        const auto answers = world.with_request(sessions[0], request);
        REQUIRE(answers.size() == 1);
        const auto* page = answers[0].as<wire::Roster>(wire::Event::Roster);
        REQUIRE(page != nullptr);
        if (page->members() == nullptr) {
            break;
        }
        for (const auto* member : *page->members()) {
            seen.push_back(member->user()->id());
        }
        after = seen.back();
    }
    CHECK(seen.size() == small_max + 20);
    CHECK(std::is_sorted(seen.begin(), seen.end()));
}

TEST_CASE("names of users come from memory or the store, and unknown ones are left out",
          "[core][roster]") {
    CoreHarness world;
    const SessionId ann = world.connect("ann");
    const SessionId bob = world.connect("bob");
    const UserId bob_id = world.user_id("bob");
    world.step(SessionClosed{bob, Error::ConnectionLost});
    world.tick(limits::presence_keep_ms);
    const auto ask = [&](const std::vector<uint64_t>& ids) {
        return world.command(ann, wire::Command::FetchUsers, [&](auto& fbb) {
            return wire::CreateFetchUsers(fbb, fbb.CreateVector(ids)).Union();
        });
    };
    const uint32_t known = ask({raw(world.user_id("ann"))});
    CHECK(world.asked.empty());
    CHECK(world.with_request(ann, known).size() == 1);
    const uint32_t request = ask({raw(world.user_id("ann")), raw(bob_id), 999});
    world.settle();
    const auto answers = world.with_request(ann, request);
    REQUIRE(answers.size() == 1);
    const auto* users = answers[0].as<wire::Users>(wire::Event::Users);
    REQUIRE(users != nullptr);
    REQUIRE(users->users()->size() == 2);
    CHECK(wire::view(users->users()->Get(1)->name()) == "bob");
    const uint32_t failing = ask({raw(bob_id)});
    world.commit(CommitFault::Unreadable);
    CHECK(world.reply(ann, failing).error == Error::StoreUnavailable);
}

TEST_CASE("a name that is asked for many times in one breath is answered once",
          "[core][roster][hostile]") {
    CoreHarness world;
    const SessionId ann = world.connect("ann");
    const SessionId bob = world.connect("bob");
    const uint64_t ann_id = raw(world.user_id("ann"));
    const uint64_t bob_id = raw(world.user_id("bob"));
    const bool online = GENERATE(true, false); // from memory, or from the store
    if (!online) {
        world.step(SessionClosed{bob, Error::ConnectionLost});
        world.tick(limits::presence_keep_ms);
    }
    const uint32_t request = world.command(ann, wire::Command::FetchUsers, [&](auto& fbb) {
        std::vector<uint64_t> ids(limits::users_query_max - 1, bob_id);
        ids.push_back(ann_id);
        return wire::CreateFetchUsers(fbb, fbb.CreateVector(ids)).Union();
    });
    CHECK(world.asked.size() == (online ? 0u : 1u));
    world.settle();
    const auto answers = world.with_request(ann, request);
    REQUIRE(answers.size() == 1);
    const auto* users = answers[0].as<wire::Users>(wire::Event::Users);
    REQUIRE(users != nullptr);
    CHECK(users->users()->size() == 2);
}

TEST_CASE("the game's server reads and writes and is nobody among the people", "[core][roster]") {
    CoreOptions options;
    options.tiers[2].members_max = 1;
    CoreHarness world(options);
    const SessionId ann = world.connect("ann", {team("t1")});
    const RoomId room = world.room_id(team("t1"));
    world.tick(2000);
    world.forget_heard();
    Claims claims = claims_of("arena", {team("t1")});
    claims.game = true;
    const SessionId game = world.connect(claims); // takes no place of a player
    world.tick(2000);
    CHECK(world.heard(ann).empty()); // no roster, no line, no presence
    auto told = rosters(world, game, room);
    REQUIRE(told.size() == 1);
    CHECK(told[0]->members_total() == 1);
    CHECK(told[0]->members()->size() == 1);
    CHECK(world.room_state(game, room)->members_total() == 1);
    REQUIRE(world.run_send(game, room, "round two").error == Error::Ok);
    CHECK(world.texts(ann, room) == std::vector<std::string>{"round two"});
    const auto batches = world.events<wire::Batch>(ann, wire::Event::Batch);
    REQUIRE(batches.size() == 1);
    REQUIRE(batches[0]->authors() != nullptr); // in no roster, so named here
    CHECK(wire::view(batches[0]->authors()->Get(0)->name()) == "arena");
    world.forget_heard();
    world.leave(game, room);
    world.settle();
    CHECK(world.heard(ann).empty());
}

TEST_CASE("a user of many rooms is told of them at a pace that does not choke him",
          "[core][roster]") {
    CoreHarness world;
    std::vector<RoomClaim> claims;
    for (size_t i = 0; i < limits::ticket_rooms_max; ++i) {
        claims.push_back(guild("g" + std::to_string(i)));
    }
    // Long names, so that rosters are large.
    for (size_t i = 0; i < small_max - 1; ++i) {
        Claims crowd = claims_of("user" + std::to_string(i), claims);
        crowd.name = std::to_string(i) + std::string(100, 'n');
        world.connect(crowd);
    }
    const Claims anns = claims_of("ann", claims);
    const SessionId ann = world.connect(anns);
    const auto told_bytes = [&](SessionId session) {
        size_t bytes = 0;
        for (const auto& frame : world.heard(session)) {
            bytes += frame.bytes->size();
        }
        return bytes;
    };
    const auto told_rooms = [&](SessionId session) {
        return world.events<wire::RoomState>(session, wire::Event::RoomState).size();
    };
    const size_t rooms = limits::ticket_rooms_max + 1;
    world.step(Lagging{ann});
    world.forget_heard();
    world.step(Drained{ann});
    CHECK(told_rooms(ann) < rooms);
    const size_t one_room_max = 32 * 1024;
    CHECK(told_bytes(ann) < limits::rooms_told_bytes_at_once + one_room_max);

    // Lagging in the middle of it starts it over, and nothing is said meanwhile.
    world.step(Lagging{ann});
    const size_t before = told_bytes(ann);
    world.tick(5000);
    CHECK(told_bytes(ann) == before);
    world.step(Drained{ann});
    size_t last = told_bytes(ann);
    for (int i = 0; i < 60 && told_rooms(ann) < 2 * rooms; ++i) {
        world.tick(1000);
        CHECK(told_bytes(ann) - last < limits::rooms_told_bytes_per_s + one_room_max);
        last = told_bytes(ann);
    }
    for (const RoomClaim& claim : claims) {
        CHECK(world.room_state(ann, world.room_id(claim)) != nullptr);
    }
    CHECK(world.run_send(ann, world.room_id(claims.back()), "here").error == Error::Ok);
}
