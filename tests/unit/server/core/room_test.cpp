// room_test.cpp: rooms in memory: loading, what waits for it, and eviction.
#include "tests/support/core_harness.hpp"

using namespace parley;
using Texts = std::vector<std::string>;

namespace {

// Everyone goes, and the room is forgotten.
void evict_all(CoreHarness& world, std::initializer_list<SessionId> sessions) {
    for (const SessionId session : sessions) {
        world.step(SessionClosed{session, Error::ConnectionLost});
    }
    world.tick(limits::room_evict_idle_ms);
    REQUIRE(world.core.counts().rooms == 0);
}

} // namespace

TEST_CASE("a room is loaded on first use and evicted when nobody was in it for a while",
          "[core][room]") {
    CoreHarness world;
    const SessionId ann = world.connect("ann", {party("p1")});
    CHECK(world.core.counts().rooms == 2); // lobby and p1
    world.tick(2 * limits::room_evict_idle_ms);
    CHECK(world.core.counts().rooms == 2);
    world.step(SessionClosed{ann, Error::ConnectionLost});
    world.tick(limits::room_evict_idle_ms - 1);
    CHECK(world.core.counts().rooms == 2);
    world.tick(1);
    CHECK(world.core.counts().rooms == 0);
    CHECK(world.core.counts().tail_bytes == 0);
    CHECK(world.core.counts().users == 0);
}

TEST_CASE("a room that comes back from the store is as it was", "[core][room]") {
    CoreHarness world;
    const Claims claims = claims_of("ann", {party("p1")});
    const SessionId ann = world.connect(claims);
    const SessionId bob = world.connect("bob", {party("p1")});
    const RoomId room = world.room_id(party("p1"));
    world.run_send(bob, room, "kept");
    const auto before = world.disk->room(room)->meta;
    evict_all(world, {ann, bob});
    world.forget_heard();
    const SessionId again = world.connect(claims);
    const auto* state = world.room_state(again, room);
    REQUIRE(state != nullptr);
    CHECK(state->last_seq() == before.last_seq);
    CHECK(state->incarnation() == before.incarnation);
    CHECK(state->unread() == 1);
    CHECK(state->members_total() == 2);
    const uint32_t page = world.fetch(again, room, before.last_seq + 1, 0, 1);
    CHECK(world.texts(again, room, page) == Texts{"kept"});
}

TEST_CASE("commands for a room that is being loaded wait, in order, and are answered once",
          "[core][room]") {
    CoreHarness world;
    const Claims claims = claims_of("ann", {party("p1")});
    const SessionId ann = world.connect(claims);
    const RoomId room = world.room_id(party("p1"));
    evict_all(world, {ann});
    const SessionId again = world.ask(claims);
    world.settle();
    world.step(SessionOpened{again}); // asks for the room, which is not here yet
    REQUIRE(world.asked_for<LoadRoom>() > 0);
    const uint32_t one = world.send(again, room, "one");
    const uint32_t two = world.send(again, room, "two");
    CHECK_FALSE(world.answered(again, one));
    world.settle();
    CHECK(world.reply(again, one).error == Error::Ok);
    CHECK(world.reply(again, two).seq == world.reply(again, one).seq + 1);
    CHECK(world.texts(again, room) == Texts{"one", "two"});
}

TEST_CASE("how many commands wait for one room is bounded", "[core][room]") {
    CoreHarness world;
    const Claims claims = claims_of("ann", {party("p1")});
    const SessionId ann = world.connect(claims);
    const RoomId room = world.room_id(party("p1"));
    evict_all(world, {ann});
    const SessionId again = world.ask(claims);
    world.settle();
    world.step(SessionOpened{again});
    std::vector<uint32_t> waiting;
    for (size_t i = 0; i < limits::commands_waiting_for_room_max; ++i) {
        waiting.push_back(world.fetch(again, room, 100, 0, 1));
    }
    const uint32_t refused = world.fetch(again, room, 100, 0, 1);
    CHECK(world.reply(again, refused).error == Error::Busy);
    world.settle();
    for (const uint32_t request : waiting) {
        CHECK(world.with_request(again, request).size() == 1);
    }
}

TEST_CASE("a load that fails is told to who asked, and owed entries are tried again",
          "[core][room]") {
    CoreHarness world;
    const Claims claims = claims_of("ann", {party("p1")});
    const SessionId ann = world.connect(claims);
    const RoomId room = world.room_id(party("p1"));
    evict_all(world, {ann});
    world.forget_heard();
    const SessionId again = world.ask(claims);
    world.commit(); // the admission; the lobby's load is on its way
    world.step(SessionOpened{again});
    const uint32_t lost = world.send(again, room, "lost");
    world.commit(CommitFault::Unreadable);
    CHECK(world.reply(again, lost).error == Error::StoreUnavailable);
    CHECK(world.room_state(again, room) == nullptr);
    world.tick(999);
    CHECK(world.asked.empty());
    world.tick(1);
    world.settle();
    CHECK(world.room_state(again, room) != nullptr);
    CHECK(world.room_state(again, world.lobby()) != nullptr);
    CHECK(world.run_send(again, room, "now").error == Error::Ok);
}

TEST_CASE("one is told of a room when its lines come to him, whatever happens in it before",
          "[core][room]") {
    CoreHarness world;
    const Claims claims = claims_of("ann", {party("p1")});
    const SessionId ann = world.connect(claims);
    const RoomId room = world.room_id(party("p1"));
    evict_all(world, {ann});
    const SessionId again = world.ask(claims);
    world.commit();
    world.step(SessionOpened{again});
    world.commit(CommitFault::Unreadable); // he waits a second for his rooms
    SECTION("a new role") {
        Claims game = claims_of("arena-server", {party("p1")});
        game.game = true;
        const SessionId server = world.connect(game);
        world.forget_heard();
        const uint32_t granted = world.grant(server, party("p1"), "ann", wire::Role::Leader);
        world.settle();
        CHECK(world.reply(server, granted).error == Error::Ok);
    }
    SECTION("a join of where he is") {
        world.forget_heard();
        CHECK(world.run_join(again, wire::RoomKind::Party, "p1").error == Error::Ok);
    }
    CHECK(world.room_state(again, room) == nullptr);
    world.tick(1000);
    world.settle();
    CHECK(world.events<wire::Roster>(again, wire::Event::Roster).size() == 2); // and the lobby
    REQUIRE(world.room_state(again, room) != nullptr);
    CHECK(world.room_state(again, room)->role() ==
          static_cast<wire::Role>(world.disk->member(room, world.user_id("ann"))->role));
    const SessionId bob = world.connect("bob", {party("p1")});
    world.run_send(bob, room, "hello");
    CHECK(world.texts(again, room) == std::vector<std::string>{"hello"});
}

TEST_CASE("a ticket's room that could not be joined is joined later", "[core][room]") {
    CoreHarness world;
    const SessionId ann = world.ask(claims_of("ann", {party("p1")}));
    world.commit();
    world.step(SessionOpened{ann});
    int failures = 3; // load, put, whatever is asked next
    while (failures-- > 0) {
        world.commit(CommitFault::Fails);
        world.tick(1000);
    }
    world.settle();
    CHECK(world.run_send(ann, world.room_id(party("p1")), "in").error == Error::Ok);
    CHECK(world.run_send(ann, world.lobby(), "in").error == Error::Ok);
}

TEST_CASE("the tail is bounded by entries and by bytes", "[core][room]") {
    CoreOptions options;
    options.tiers[5].pace_burst = 10'000;
    options.tiers[5].text_code_points_max = 2000;
    options.log_bytes_per_s = 1'000'000'000;
    CoreHarness world(options);
    const SessionId ann = world.connect("ann", {guild("g")});
    const RoomId room = world.room_id(guild("g"));
    for (size_t i = 0; i < limits::room_tail_entries_max + 100; ++i) {
        world.now_ms += 10;
        REQUIRE(world.run_send(ann, room, std::string(1900, 'x')).error == Error::Ok);
    }
    CHECK(world.core.counts().tail_bytes <= limits::room_tail_bytes_max);
    CHECK(world.core.counts().tail_bytes > limits::room_tail_bytes_max / 2);
}

TEST_CASE("a room that is damaged on disk is nobody's, and all others are as ever",
          "[core][room][hostile]") {
    CoreHarness world;
    const Claims claims = claims_of("ann", {party("p1"), team("t1")});
    const SessionId before = world.connect(claims);
    const RoomId hurt = world.room_id(party("p1"));
    const RoomId well = world.room_id(team("t1"));
    evict_all(world, {before});
    SECTION("its kind") {
        world.disk->rooms.at(hurt).meta.kind = GENERATE(uint8_t{0}, uint8_t{6}, uint8_t{255});
    }
    SECTION("its name") {
        world.disk->rooms.at(hurt).meta.name = "\xFF";
    }
    SECTION("a member") {
        world.disk->rooms.at(hurt).members.begin()->second.role = 99;
    }
    const SessionId ann = world.connect(claims);
    CHECK(world.run_join(ann, wire::RoomKind::Party, "p1").error == Error::BadStore);
    CHECK(world.run_send(ann, hurt, "x").error == Error::NotMember);
    CHECK(world.room_state(ann, hurt) == nullptr);
    CHECK(world.run_send(ann, well, "x").error == Error::Ok);
    CHECK(world.run_send(ann, world.lobby(), "x").error == Error::Ok);
}

TEST_CASE("a direct room whose name names nobody is nobody's", "[core][room][hostile]") {
    CoreHarness world;
    const SessionId ann = world.connect("ann");
    world.connect("bob");
    const RoomId room = world.run_join(ann, wire::RoomKind::Direct, "", world.user_id("bob")).room;
    evict_all(world, {ann, SessionId{raw(ann) + 1}});
    world.disk->rooms.at(room).meta.name = GENERATE("", ":", "1", "1:", ":2", "0:2", "2:1", "1:1",
                                                    "1:2:3", "x:y", "1:99999999999999999999999");
    const SessionId back = world.connect("ann");
    CHECK(world.room_state(back, room) == nullptr);
    CHECK(world.run_send(back, room, "x").error == Error::NotMember);
    CHECK(world.run_send(back, world.lobby(), "x").error == Error::Ok);
}

TEST_CASE("a log that went back behind the shard's back is refused, not followed",
          "[core][room][hostile]") {
    CoreHarness world;
    const SessionId ann = world.connect("ann", {party("p1")});
    const RoomId room = world.room_id(party("p1"));
    world.run_send(ann, room, "one");
    world.disk->rooms.at(room).meta.last_seq -= 1;
    CHECK(world.run_send(ann, room, "two").error == Error::BadStore);
    CHECK(world.run_send(ann, world.lobby(), "x").error == Error::Ok);
}

TEST_CASE("what all rooms keep in memory is bounded, and the quietest room's goes first",
          "[core][room]") {
    CoreOptions options;
    options.tiers[5].pace_burst = 10'000;
    options.log_bytes_per_s = 1'000'000'000;
    options.tails_bytes_max = 220 * 1024;
    CoreHarness world(options);
    const SessionId ann = world.connect("ann", {guild("a"), guild("b"), guild("c")});
    const auto fill = [&](const char* name) {
        for (size_t i = 0; i < 60; ++i) {
            world.now_ms += 10;
            REQUIRE(world.run_send(ann, world.room_id(guild(name)), std::string(900, 'x')).error ==
                    Error::Ok);
            CHECK(world.core.counts().tail_bytes <= options.tails_bytes_max);
        }
    };
    fill("a");
    fill("b");
    fill("a"); // b is the quietest now
    fill("c");
    const auto asks_the_store = [&](const char* name) {
        const RoomId room = world.room_id(guild(name));
        const uint32_t request =
            world.fetch(ann, room, world.disk->room(room)->meta.last_seq + 1, 0, 5);
        const bool asked = world.asked_for<FetchEntries>() != 0;
        world.settle();
        CHECK(world.texts(ann, room, request).size() == 5);
        return asked;
    };
    CHECK_FALSE(asks_the_store("a"));
    CHECK(asks_the_store("b"));
    CHECK_FALSE(asks_the_store("c"));
}
