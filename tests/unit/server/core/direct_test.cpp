// direct_test.cpp: rooms of two: who may open one and how fast, what leaving one means, and how it
// comes back.
#include "tests/support/core_harness.hpp"

using namespace parley;
using Texts = std::vector<std::string>;

namespace {

CoreHarness::Said open(CoreHarness& world, SessionId who, const std::string& whom) {
    return world.run_join(who, wire::RoomKind::Direct, "", world.user_id(whom));
}
Error leave(CoreHarness& world, SessionId who, RoomId room) {
    const uint32_t request = world.leave(who, room);
    world.settle();
    return world.reply(who, request).error;
}
size_t rooms_of(const CoreHarness& world, UserId user) {
    size_t count = 0;
    for (const auto& [id, room] : world.disk->rooms) {
        count += room.members.count(user);
    }
    return count;
}
// Until user is in so many rooms, by the store's account.
void fill_rooms(CoreHarness& world, const std::string& subject, size_t count) {
    const UserId user = world.user_id(subject);
    while (rooms_of(world, user) < count) {
        LoadRoom load;
        load.kind = static_cast<uint8_t>(wire::RoomKind::Guild);
        load.name = "g" + std::to_string(world.disk->next_room);
        load.create = true;
        PutMember put;
        put.room = RoomId{world.disk->next_room};
        put.member.user = user;
        put.member.origin = MemberOrigin::Grant; // no ticket takes it away
        std::vector<StoreAnswer> answers;
        world.store.execute(std::vector<StoreRequest>{load, put}, answers);
        REQUIRE(std::get<MemberPut>(answers[1]).error == Error::Ok);
    }
}

struct Two {
    CoreHarness world;
    SessionId ann = world.connect("ann");
    SessionId bob = world.connect("bob");
    RoomId room = open(world, ann, "bob").room;
    UserId ann_id() const { return world.user_id("ann"); }
    bool has(const char* user) { return world.disk->member(room, world.user_id(user)) != nullptr; }
};

} // namespace

TEST_CASE("two people make a direct room by one of them asking", "[core][direct]") {
    CoreHarness world;
    const SessionId ann = world.connect("ann");
    const SessionId bob = world.connect("bob");
    world.forget_heard();
    const auto joined = world.run_join(ann, wire::RoomKind::Direct, "", world.user_id("bob"));
    REQUIRE(joined.error == Error::Ok);
    const auto* at_bob = world.room_state(bob, joined.room);
    REQUIRE(at_bob != nullptr);
    CHECK(wire::view(at_bob->other()->name()) == "ann");
    CHECK(wire::view(world.room_state(ann, joined.room)->other()->name()) == "bob");
    CHECK(world.run_join(bob, wire::RoomKind::Direct, "", world.user_id("ann")).room ==
          joined.room);
    world.run_send(ann, joined.room, "psst");
    CHECK(world.texts(bob, joined.room) == Texts{"psst"});
}

TEST_CASE("a direct room with somebody offline waits for him", "[core][direct]") {
    CoreHarness world;
    const SessionId bob = world.connect("bob");
    world.step(SessionClosed{bob, Error::ConnectionLost});
    const SessionId ann = world.connect("ann");
    const auto joined = world.run_join(ann, wire::RoomKind::Direct, "", world.user_id("bob"));
    REQUIRE(joined.error == Error::Ok);
    world.run_send(ann, joined.room, "when you are back");
    const SessionId back = world.connect("bob");
    const auto* state = world.room_state(back, joined.room);
    REQUIRE(state != nullptr);
    CHECK(state->unread() == 1);
    const uint32_t page = world.fetch(back, joined.room, state->last_seq() + 1, 0, 10);
    CHECK(world.texts(back, joined.room, page) == Texts{"when you are back"});
}

TEST_CASE("a direct room with nobody or with oneself is refused", "[core][direct]") {
    CoreHarness world;
    const SessionId ann = world.connect("ann");
    CHECK(world.run_join(ann, wire::RoomKind::Direct, "", UserId{999}).error == Error::NotFound);
    CHECK(world.run_join(ann, wire::RoomKind::Direct, "", world.user_id("ann")).error ==
          Error::BadArgument);
    CHECK(world.disk->rooms.size() == 1);
}

TEST_CASE("a failing store at any step of a direct join is told to who asked", "[core][direct]") {
    for (int fail_at = 0; fail_at < 4; ++fail_at) {
        CoreHarness world;
        const SessionId ann = world.connect("ann");
        world.connect("bob");
        const uint32_t request = world.join(ann, wire::RoomKind::Direct, "", world.user_id("bob"));
        for (int step = 0; !world.asked.empty(); ++step) {
            world.commit(step == fail_at ? CommitFault::Unreadable : CommitFault::None);
        }
        CHECK(world.reply(ann, request).error == Error::StoreUnavailable);
        CHECK(world.run_join(ann, wire::RoomKind::Direct, "", world.user_id("bob")).error ==
              Error::Ok);
    }
}

TEST_CASE("who leaves a direct room has it no more, and the other one keeps it", "[core][direct]") {
    Two t;
    t.world.run_send(t.bob, t.room, "hello");
    t.world.forget_heard();
    CHECK(leave(t.world, t.ann, t.room) == Error::Ok);
    CHECK(t.world.events<wire::RoomGone>(t.ann, wire::Event::RoomGone).size() == 1);
    CHECK(t.world.run_send(t.ann, t.room, "x").error == Error::NotMember);
    CHECK_FALSE(t.has("ann"));
    CHECK(t.has("bob"));
    CHECK(t.world.events<wire::RoomGone>(t.bob, wire::Event::RoomGone).empty());
    const SessionId again = t.world.connect("ann");
    CHECK(t.world.room_state(again, t.room) == nullptr);
}

TEST_CASE("a direct room that one left comes back with the other's next line", "[core][direct]") {
    Two t;
    t.world.run_send(t.ann, t.room, "before");
    leave(t.world, t.bob, t.room);
    const bool online = GENERATE(true, false);
    if (!online) {
        t.world.step(SessionClosed{t.bob, Error::ConnectionLost});
        t.world.tick(limits::presence_keep_ms);
    }
    t.world.forget_heard();
    const uint32_t one = t.world.send(t.ann, t.room, "one");
    const uint32_t two = t.world.send(t.ann, t.room, "two");
    CHECK(t.world.asked_for<PutMember>() == 1);
    CHECK(t.world.asked_for<Append>() == 0);
    t.world.settle();
    const auto first = t.world.reply(t.ann, one);
    CHECK(first.error == Error::Ok);
    CHECK(t.world.reply(t.ann, two).seq == first.seq + 1);
    CHECK(t.world.texts(t.ann, t.room) == Texts{"one", "two"});
    REQUIRE(t.has("bob"));
    CHECK(t.world.disk->member(t.room, t.world.user_id("bob"))->since_seq == first.seq);
    if (online) {
        CHECK(t.world.texts(t.bob, t.room) == Texts{"one", "two"});
        const auto* state = t.world.room_state(t.bob, t.room);
        REQUIRE(state != nullptr);
        CHECK(state->since_seq() == first.seq); // what he left behind stays behind
    } else {
        const SessionId back = t.world.connect("bob");
        REQUIRE(t.world.room_state(back, t.room) != nullptr);
        CHECK(t.world.room_state(back, t.room)->unread() == 2);
        const auto rosters = t.world.events<wire::Roster>(t.ann, wire::Event::Roster);
        REQUIRE_FALSE(rosters.empty());
        const auto* member = rosters[0]->members()->Get(0);
        CHECK(wire::view(member->user()->name()) == "bob"); // by the store's word
    }
}

TEST_CASE("a line that cannot bring the other back is refused and not stored", "[core][direct]") {
    Two t;
    leave(t.world, t.bob, t.room);
    SECTION("the store fails") {
        const uint32_t request = t.world.send(t.ann, t.room, "x");
        t.world.commit(CommitFault::Fails);
        t.world.settle();
        CHECK(t.world.reply(t.ann, request).error == Error::StoreUnavailable);
        CHECK(t.world.reply(t.ann, request).retry_after_ms > 0);
    }
    SECTION("he has as many rooms as he may") {
        fill_rooms(t.world, "bob", limits::rooms_for_direct_max);
        CHECK(t.world.run_send(t.ann, t.room, "x").error == Error::Full);
    }
    CHECK(t.world.disk->room(t.room)->entries.empty());
    CHECK_FALSE(t.has("bob"));
}

TEST_CASE("more lines than may wait for the other's return are told to wait",
          "[core][direct][hostile]") {
    CoreOptions options;
    options.tiers[4].pace_burst = 1000;
    CoreHarness world(options);
    const SessionId ann = world.connect("ann");
    const SessionId bob = world.connect("bob");
    const RoomId room = open(world, ann, "bob").room;
    leave(world, bob, room);
    for (size_t i = 0; i < limits::commands_waiting_for_room_max; ++i) {
        world.send(ann, room, "line");
    }
    const uint32_t last = world.send(ann, room, "line");
    CHECK(world.reply(ann, last).error == Error::Busy);
    world.settle();
    CHECK(world.disk->room(room)->entries.size() == limits::commands_waiting_for_room_max);
}

TEST_CASE("opening a direct room again brings back who asks, and the other with a line only",
          "[core][direct]") {
    Two t;
    SECTION("when something was said") {
        t.world.run_send(t.bob, t.room, "hello");
        leave(t.world, t.bob, t.room);
        leave(t.world, t.ann, t.room);
        CHECK(open(t.world, t.ann, "bob").room == t.room);
        CHECK(t.has("ann"));
        CHECK_FALSE(t.has("bob"));
    }
    SECTION("when the other still sits in it") {
        leave(t.world, t.bob, t.room);
        CHECK(open(t.world, t.ann, "bob").error == Error::Ok);
        CHECK_FALSE(t.has("bob"));
    }
    SECTION("a room of which nothing is left is a new one") {
        leave(t.world, t.bob, t.room);
        leave(t.world, t.ann, t.room);
        CHECK(open(t.world, t.ann, "bob").room == t.room);
        CHECK(t.has("bob"));
    }
}

TEST_CASE("one opens direct rooms no faster than their pace, and those one has at will",
          "[core][direct][hostile]") {
    CoreHarness world;
    const SessionId eve = world.connect("eve");
    for (uint32_t i = 0; i <= limits::direct_burst; ++i) {
        world.connect("v" + std::to_string(i));
    }
    for (uint32_t i = 0; i < limits::direct_burst; ++i) {
        REQUIRE(open(world, eve, "v" + std::to_string(i)).error == Error::Ok);
        REQUIRE(open(world, eve, "v0").error == Error::Ok);
    }
    const std::string last = "v" + std::to_string(limits::direct_burst);
    const auto refused = open(world, eve, last);
    CHECK(refused.error == Error::Rate);
    REQUIRE(refused.retry_after_ms > 0);
    world.tick(refused.retry_after_ms - 1);
    CHECK(open(world, eve, last).error == Error::Rate);
    world.tick(1);
    CHECK(open(world, eve, last).error == Error::Ok);
}

TEST_CASE("a direct room is opened while both have place for it, both sides of the border",
          "[core][direct][hostile]") {
    const std::string full = GENERATE("ann", "bob");
    const bool online = GENERATE(true, false);
    CoreHarness world;
    world.connect("bob");
    world.connect("ann");
    const size_t beside = GENERATE(limits::rooms_for_direct_max - 1, limits::rooms_for_direct_max);
    fill_rooms(world, full, beside);
    // A shard that has just started: who is online has his rooms from the store.
    CoreHarness later({}, nullptr, 8, world.disk);
    later.now_ms = world.now_ms;
    const SessionId ann = later.connect("ann");
    if (online) {
        later.connect("bob");
    }
    const bool fits = beside < limits::rooms_for_direct_max;
    CHECK(open(later, ann, "bob").error == (fits ? Error::Ok : Error::Full));
    const auto made = later.disk->room_by_name.lower_bound({4, ""});
    if (!fits && made != later.disk->room_by_name.end() && made->first.first == 4) {
        CHECK(later.disk->room(made->second)->members.empty());
    }
}

TEST_CASE("both open the same direct room at once, and both are in", "[core][direct]") {
    CoreHarness world;
    const SessionId ann = world.connect("ann");
    const SessionId bob = world.connect("bob");
    const uint32_t anns = world.join(ann, wire::RoomKind::Direct, "", world.user_id("bob"));
    const uint32_t bobs = world.join(bob, wire::RoomKind::Direct, "", world.user_id("ann"));
    world.settle();
    CHECK(world.reply(ann, anns).error == Error::Ok);
    CHECK(world.reply(bob, bobs).error == Error::Ok);
    CHECK(world.reply(ann, anns).room == world.reply(bob, bobs).room);
}

TEST_CASE("a line that waits for the other side runs when he is in, also when both opened the room",
          "[core][direct]") {
    CoreHarness world;
    const SessionId ann = world.connect("ann");
    const SessionId bob = world.connect("bob");
    world.join(ann, wire::RoomKind::Direct, "", world.user_id("bob"));
    world.join(bob, wire::RoomKind::Direct, "", world.user_id("ann"));
    while (world.asked_for<PutMember>() < 2) {
        world.commit();
    }
    // Bob is in, for Ann asked for him; hers is on its way.
    std::vector<StoreRequest> later(world.asked.begin() + 1, world.asked.end());
    world.asked.resize(1);
    world.commit();
    later.insert(later.end(), world.asked.begin(), world.asked.end());
    world.asked = std::move(later);
    const RoomId room = world.disk->room_by_name.rbegin()->second;
    REQUIRE(world.disk->member(room, world.user_id("bob")) != nullptr);
    REQUIRE(world.disk->member(room, world.user_id("ann")) == nullptr);
    const uint32_t line = world.send(bob, room, "hello");
    world.settle();
    CHECK(world.reply(bob, line).error == Error::Ok);
    CHECK(world.texts(ann, room) == Texts{"hello"});
}

TEST_CASE("a direct room opened by one while the other's line brings him back", "[core][direct]") {
    Two t;
    leave(t.world, t.bob, t.room);
    const uint32_t opened = t.world.join(t.bob, wire::RoomKind::Direct, "", t.ann_id());
    const uint32_t line = t.world.send(t.ann, t.room, "back");
    t.world.settle();
    CHECK(t.world.reply(t.ann, line).error == Error::Ok);
    CHECK(t.world.reply(t.bob, opened).error == Error::Ok);
    CHECK(t.world.texts(t.bob, t.room) == Texts{"back"});
}
