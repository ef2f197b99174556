// members_test.cpp: membership: who may join what, what takes effect when, grants and revokes, and
// who is told.
#include "tests/support/core_harness.hpp"

using namespace parley;
using Texts = std::vector<std::string>;
using Kind = wire::BatchItem::Kind;

namespace {

Claims game_claims(std::vector<RoomClaim> rooms = {}) {
    Claims claims = claims_of("arena-server", std::move(rooms));
    claims.game = true;
    return claims;
}

std::vector<wire::MembershipChange> changes(CoreHarness& world, SessionId session, RoomId room) {
    std::vector<wire::MembershipChange> found;
    for (const auto* batch : world.events<wire::Batch>(session, wire::Event::Batch)) {
        if (batch->room() != raw(room)) {
            continue;
        }
        for (wire::BatchReader reader(*batch); reader.next();) {
            if (reader.item().kind == Kind::Membership) {
                found.push_back(reader.item().entry->body_as_Membership()->change());
            }
        }
    }
    return found;
}

using Changes = std::vector<wire::MembershipChange>;

} // namespace

TEST_CASE("a join takes effect when the store has it, and RoomState comes before the reply",
          "[core][members]") {
    CoreHarness world;
    Claims claims = claims_of("ann", {party("p1")});
    const SessionId ann = world.connect(claims);
    const RoomId room = world.room_id(party("p1"));
    world.leave(ann, room);
    world.settle();
    world.forget_heard();
    const uint32_t request = world.join(ann, wire::RoomKind::Party, "p1");
    CHECK(world.heard(ann).empty());
    const uint32_t early = world.send(ann, room, "early");
    CHECK(world.reply(ann, early).error == Error::NotMember);
    world.settle();
    CHECK(world.reply(ann, request).error == Error::Ok);
    CHECK(world.reply(ann, request).room == room);
    size_t state_at = 0;
    size_t reply_at = 0;
    for (size_t i = 0; i < world.heard(ann).size(); ++i) {
        const auto* frame = world.heard(ann)[i].frame;
        state_at = frame->body_type() == wire::Event::RoomState ? i : state_at;
        reply_at = frame->request() == request ? i : reply_at;
    }
    CHECK(state_at < reply_at);
    CHECK(world.run_send(ann, room, "in").error == Error::Ok);
}

TEST_CASE("joining twice, at once or one after the other, is one join and two replies",
          "[core][members]") {
    CoreHarness world;
    const SessionId ann = world.connect("ann", {party("p1")});
    const RoomId room = world.room_id(party("p1"));
    world.leave(ann, room);
    world.settle();
    const uint32_t one = world.join(ann, wire::RoomKind::Party, "p1");
    const uint32_t two = world.join(ann, wire::RoomKind::Party, "p1");
    CHECK(world.asked_for<PutMember>() == 1);
    world.settle();
    CHECK(world.reply(ann, one).error == Error::Ok);
    CHECK(world.reply(ann, two).error == Error::Ok);
    CHECK(world.run_join(ann, wire::RoomKind::Party, "p1").error == Error::Ok);
}

TEST_CASE("a join that the store refuses leaves one outside", "[core][members]") {
    CoreHarness world;
    const SessionId ann = world.connect("ann", {party("p1")});
    const RoomId room = world.room_id(party("p1"));
    world.leave(ann, room);
    world.settle();
    const uint32_t request = world.join(ann, wire::RoomKind::Party, "p1");
    world.commit(CommitFault::Fails);
    CHECK(world.reply(ann, request).error == Error::StoreUnavailable);
    CHECK(world.run_send(ann, room, "x").error == Error::NotMember);
}

TEST_CASE("what a ticket does not name may not be joined", "[core][members]") {
    CoreHarness world;
    const SessionId ann = world.connect("ann", {team("t1")});
    world.connect("bob", {team("t2"), guild("g")});
    for (const auto kind : {wire::RoomKind::Team, wire::RoomKind::Party, wire::RoomKind::Guild}) {
        CHECK(world.run_join(ann, kind, "t2").error == Error::Forbidden);
        CHECK(world.run_join(ann, kind, "nobody's").error == Error::Forbidden);
    }
    CHECK(world.run_join(ann, wire::RoomKind::Global, "t1").error == Error::Forbidden);
    CHECK(world.run_join(ann, wire::RoomKind::Global, "lobby").error == Error::Ok);
    CHECK(world.run_join(ann, wire::RoomKind::Team, "t1").error == Error::Ok);
    CHECK(world.disk->room_by_name.size() == 4); // nobody made a room by asking
}

TEST_CASE("a party hears who comes, who goes and who leads", "[core][members]") {
    CoreHarness world;
    const SessionId ann = world.connect("ann", {party("p1")});
    const RoomId room = world.room_id(party("p1"));
    world.forget_heard();
    const SessionId bob = world.connect("bob", {party("p1")});
    CHECK(changes(world, ann, room) == Changes{wire::MembershipChange::Joined});
    auto rosters = world.events<wire::Roster>(ann, wire::Event::Roster);
    REQUIRE(rosters.size() == 2); // the lobby's and the party's
    world.forget_heard();
    world.leave(bob, room);
    rosters = world.events<wire::Roster>(ann, wire::Event::Roster);
    REQUIRE(rosters.size() == 1); // at once
    REQUIRE(rosters[0]->gone() != nullptr);
    CHECK(rosters[0]->gone()->Get(0) == raw(world.user_id("bob")));
    CHECK(rosters[0]->members_total() == 1);
    CHECK(changes(world, ann, room).empty());
    world.settle();
    CHECK(changes(world, ann, room) == Changes{wire::MembershipChange::Left});
    CHECK(world.events<wire::RoomGone>(bob, wire::Event::RoomGone).size() == 1);
}

TEST_CASE("a leave acts at once and is answered after the commit", "[core][members]") {
    CoreHarness world;
    const SessionId ann = world.connect("ann", {party("p1")});
    const SessionId bob = world.connect("bob", {party("p1")});
    const RoomId room = world.room_id(party("p1"));
    world.forget_heard();
    const uint32_t said = world.send(bob, room, "secret");
    const uint32_t left = world.leave(ann, room);
    CHECK_FALSE(world.answered(ann, left));
    world.settle();
    CHECK(world.reply(bob, said).error == Error::Ok);
    CHECK(world.reply(ann, left).error == Error::Ok);
    CHECK(world.texts(ann, room).empty());
    CHECK(world.texts(bob, room) == Texts{"secret"});
}

TEST_CASE("a leave that is not stored did not happen", "[core][members]") {
    CoreHarness world;
    const SessionId ann = world.connect("ann", {party("p1")});
    const SessionId bob = world.connect("bob", {party("p1")});
    const RoomId room = world.room_id(party("p1"));
    const uint32_t left = world.leave(ann, room);
    world.forget_heard();
    world.commit(CommitFault::Fails);
    CHECK(world.reply(ann, left).error == Error::StoreUnavailable);
    CHECK(world.room_state(ann, room) != nullptr); // in again
    world.run_send(bob, room, "welcome back");
    CHECK(world.texts(ann, room) == Texts{"welcome back"});
    CHECK(world.disk->member(room, world.user_id("ann")) != nullptr);
}

TEST_CASE("who joins reads from then on, and in a guild from the start", "[core][members]") {
    CoreHarness world;
    const SessionId ann = world.connect("ann", {party("p1"), guild("g")});
    const RoomId room = world.room_id(party("p1"));
    const RoomId hall = world.room_id(guild("g"));
    world.run_send(ann, room, "before");
    world.run_send(ann, hall, "old story");
    const SessionId bob = world.connect("bob", {party("p1"), guild("g")});
    world.run_send(ann, room, "after");
    const Seq last = world.disk->room(room)->meta.last_seq;
    CHECK(world.room_state(bob, room)->since_seq() > 2);
    CHECK(world.room_state(bob, hall)->since_seq() == 1);
    const uint32_t page = world.fetch(bob, room, last + 1, 0, 50);
    const uint32_t forth = world.fetch(bob, room, 0, 1, 50);
    const uint32_t story = world.fetch(bob, hall, 100, 0, 50);
    world.settle();
    CHECK(world.texts(bob, room, page) == Texts{"after"});
    CHECK(world.texts(bob, room, forth) == Texts{"after"});
    CHECK(world.texts(bob, hall, story) == Texts{"old story"});
    world.forget_heard();
    world.resume(bob, {wire::ResumePoint(raw(room), world.disk->room(room)->meta.incarnation, 0)});
    CHECK(world.texts(bob, room) == Texts{"after"});
}

TEST_CASE("who comes in the middle of a commit hears what comes after him alone",
          "[core][members]") {
    CoreHarness world;
    const SessionId ann = world.connect("ann", {party("p1")});
    const SessionId bob = world.connect("bob", {party("p1")});
    const RoomId room = world.room_id(party("p1"));
    world.leave(bob, room);
    world.settle();
    world.forget_heard();
    world.send(ann, room, "not for bob");
    world.join(bob, wire::RoomKind::Party, "p1");
    world.send(ann, room, "for both");
    world.commit(); // all in one answer
    CHECK(world.texts(bob, room) == Texts{"for both"});
    CHECK(world.texts(ann, room) == Texts{"not for bob", "for both"});
    const auto* state = world.room_state(bob, room);
    REQUIRE(state != nullptr);
    CHECK(state->since_seq() == state->last_seq() + 1);
    CHECK(world.lines(bob, room)[0].seq == state->last_seq() + 1);
}

TEST_CASE("a room takes no more members than its tier allows", "[core][members]") {
    CoreOptions options;
    options.tiers[3].members_max = 2;
    CoreHarness world(options);
    world.connect("ann", {party("p1")});
    world.connect("bob", {party("p1")});
    const SessionId eve = world.connect("eve", {party("p1")});
    const RoomId room = world.room_id(party("p1"));
    CHECK(world.room_state(eve, room) == nullptr);
    CHECK(world.run_join(eve, wire::RoomKind::Party, "p1").error == Error::Full);
    CHECK(world.disk->room(room)->members.size() == 2);
}

TEST_CASE("a full Global room makes place of somebody who is not there", "[core][members]") {
    CoreOptions options;
    options.tiers[1].members_max = 2;
    CoreHarness world(options);
    const SessionId ann = world.connect("ann");
    const SessionId bob = world.connect("bob");
    const SessionId eve = world.connect("eve");
    CHECK(world.room_state(eve, world.lobby()) == nullptr); // both are here
    world.step(SessionClosed{ann, Error::ConnectionLost});
    const SessionId dan = world.connect("dan");
    CHECK(world.room_state(dan, world.lobby()) != nullptr);
    CHECK(world.disk->member(world.lobby(), world.user_id("ann")) == nullptr);
    CHECK(world.disk->member(world.lobby(), world.user_id("bob")) != nullptr);
    CHECK_FALSE(world.closed(bob));
}

TEST_CASE("a full Global room takes the place of who is absent now, in turn, and of nobody else",
          "[core][members]") {
    CoreOptions options;
    options.tiers[1].members_max = 3;
    CoreHarness world(options);
    const auto is_in = [&](const char* subject) {
        return world.disk->member(world.lobby(), world.user_id(subject)) != nullptr;
    };
    const Claims ann_claims = claims_of("ann");
    const SessionId ann = world.connect(ann_claims);
    const SessionId bob = world.connect("bob");
    const SessionId cyd = world.connect("cyd");
    SECTION("who is back has kept his place") {
        world.step(SessionClosed{ann, Error::ConnectionLost});
        world.connect(ann_claims);
        world.connect("dan");
        CHECK_FALSE(is_in("dan"));
        CHECK(is_in("ann"));
    }
    SECTION("who has one session left is here") {
        const SessionId tablet = world.connect(claims_of("ann"), device_of(9));
        world.step(SessionClosed{ann, Error::ConnectionLost});
        world.connect("dan");
        CHECK_FALSE(is_in("dan"));
        world.step(SessionClosed{tablet, Error::ConnectionLost});
        world.connect("eve");
        CHECK(is_in("eve"));
        CHECK_FALSE(is_in("ann"));
    }
    SECTION("who left by himself makes place for one, not for two") {
        world.leave(bob, world.lobby());
        world.settle();
        world.step(SessionClosed{bob, Error::ConnectionLost});
        world.connect("dan");
        CHECK(is_in("dan"));
        world.connect("eve");
        CHECK_FALSE(is_in("eve"));
    }
    SECTION("who was gone before he was in") {
        world.leave(cyd, world.lobby());
        world.settle();
        const SessionId dan = world.ask(claims_of("dan"));
        world.commit(); // he is admitted; his place waits for the store
        world.step(SessionClosed{dan, Error::ConnectionLost});
        world.settle();
        REQUIRE(is_in("dan"));
        world.connect("eve");
        CHECK(is_in("eve"));
        CHECK_FALSE(is_in("dan"));
    }
    SECTION("each absent one once, also when he was forgotten meanwhile") {
        world.step(SessionClosed{bob, Error::ConnectionLost});
        world.step(SessionClosed{cyd, Error::ConnectionLost});
        world.tick(limits::presence_keep_ms);
        world.connect("dan");
        CHECK_FALSE(is_in("bob"));
        CHECK(is_in("cyd"));
        world.connect("eve");
        CHECK_FALSE(is_in("cyd"));
        world.connect("fay");
        CHECK_FALSE(is_in("fay"));
    }
    SECTION("and after a restart of whoever has not come back yet") {
        CoreHarness later(options, nullptr, 8, world.disk);
        later.now_ms = world.now_ms;
        later.connect(ann_claims);
        later.connect("dan");
        CHECK(is_in("dan"));
        CHECK(is_in("ann"));
        CHECK_FALSE(is_in("bob"));
    }
}

TEST_CASE("only the game's server grants and revokes", "[core][grants]") {
    CoreHarness world;
    const SessionId ann = world.connect("ann", {team("t1", 1)});
    CHECK(world.reply(ann, world.grant(ann, team("t1"), "bob")).error == Error::Forbidden);
    CHECK(world.reply(ann, world.revoke(ann, team("t1"), "ann")).error == Error::Forbidden);
    const SessionId game = world.connect(game_claims());
    const RoomClaim lobby{static_cast<uint8_t>(wire::RoomKind::Global), "lobby", 0};
    CHECK(world.reply(game, world.grant(game, lobby, "bob")).error == Error::BadArgument);
}

TEST_CASE("a grant makes somebody a member, online or not", "[core][grants]") {
    CoreHarness world;
    const SessionId game = world.connect(game_claims());
    const SessionId ann = world.connect("ann");
    const uint32_t here = world.grant(game, team("t1"), "ann", wire::Role::Leader);
    const uint32_t away = world.grant(game, team("t1"), "never seen");
    world.settle();
    const RoomId room = world.room_id(team("t1"));
    CHECK(world.reply(game, here).error == Error::Ok);
    CHECK(world.reply(game, away).room == room);
    REQUIRE(world.room_state(ann, room) != nullptr);
    CHECK(world.room_state(ann, room)->role() == wire::Role::Leader);
    const SessionId later = world.connect("never seen");
    CHECK(world.room_state(later, room) != nullptr); // and his ticket does not take it away
}

TEST_CASE("a grant to a member raises him, and the others hear it", "[core][grants]") {
    CoreHarness world;
    const SessionId game = world.connect(game_claims());
    const SessionId ann = world.connect("ann", {party("p1")});
    const SessionId bob = world.connect("bob", {party("p1")});
    const RoomId room = world.room_id(party("p1"));
    world.forget_heard();
    world.grant(game, party("p1"), "ann", wire::Role::Leader);
    world.settle();
    CHECK(world.room_state(ann, room)->role() == wire::Role::Leader);
    CHECK(changes(world, bob, room) == Changes{wire::MembershipChange::Promoted});
    const auto rosters = world.events<wire::Roster>(bob, wire::Event::Roster);
    REQUIRE(rosters.size() == 1);
    CHECK(rosters[0]->members()->Get(0)->role() == wire::Role::Leader);
}

TEST_CASE("a revoke acts at once, even before the store", "[core][grants]") {
    CoreHarness world;
    const SessionId game = world.connect(game_claims({team("t1")}));
    const Claims claims = claims_of("ann", {team("t1")});
    const SessionId ann = world.connect(claims);
    const RoomId room = world.room_id(team("t1"));
    world.forget_heard();
    const uint32_t revoked = world.revoke(game, team("t1"), "ann");
    const uint32_t late = world.send(ann, room, "x");
    CHECK(world.reply(ann, late).error == Error::NotMember);
    world.send(game, room, "not for ann");
    world.settle();
    CHECK(world.reply(game, revoked).error == Error::Ok);
    CHECK(world.texts(ann, room).empty());
    CHECK(changes(world, game, room) == Changes{wire::MembershipChange::Removed});
    CHECK(world.events<wire::RoomGone>(ann, wire::Event::RoomGone).size() == 1);

    SECTION("and neither the same ticket nor a reconnect brings him back") {
        CHECK(world.run_join(ann, wire::RoomKind::Team, "t1").error == Error::Forbidden);
        world.step(SessionClosed{ann, Error::ConnectionLost});
        const SessionId again = world.connect(claims);
        CHECK(world.room_state(again, room) == nullptr);
        CHECK(world.run_join(again, wire::RoomKind::Team, "t1").error == Error::Forbidden);
    }
    SECTION("but a newer ticket or a grant does") {
        Claims next = claims_of("ann", {team("t1")});
        next.issued_at_s = world.now_ms / 1000 + 1;
        const SessionId again = world.connect(next);
        CHECK(world.room_state(again, room) != nullptr);
        world.revoke(game, team("t1"), "ann");
        world.grant(game, team("t1"), "ann");
        world.settle();
        CHECK(world.run_send(again, room, "granted").error == Error::Ok);
    }
}

TEST_CASE("a revoke that meets a join on its way wins", "[core][grants]") {
    CoreHarness world;
    const SessionId game = world.connect(game_claims({team("t1")}));
    const SessionId ann = world.connect("ann", {team("t1")});
    const RoomId room = world.room_id(team("t1"));
    world.leave(ann, room);
    world.settle();
    const uint32_t joining = world.join(ann, wire::RoomKind::Team, "t1");
    const uint32_t revoking = world.revoke(game, team("t1"), "ann");
    world.settle();
    CHECK(world.reply(ann, joining).error == Error::Forbidden);
    CHECK(world.reply(game, revoking).error == Error::Ok);
    CHECK(world.disk->member(room, world.user_id("ann")) == nullptr);
    CHECK(world.run_send(ann, room, "x").error == Error::NotMember);
}

TEST_CASE("grant and revoke of somebody unknown keep their order", "[core][grants]") {
    CoreHarness world;
    const SessionId game = world.connect(game_claims({team("t1")}));
    world.grant(game, team("t1"), "new");
    world.revoke(game, team("t1"), "new");
    world.settle();
    const RoomId room = world.room_id(team("t1"));
    CHECK(world.disk->member(room, world.user_id("new")) == nullptr);
    world.revoke(game, team("t1"), "new");
    world.grant(game, team("t1"), "new");
    world.settle();
    CHECK(world.disk->member(room, world.user_id("new")) != nullptr);
}

TEST_CASE("a revoke that the store fails keeps him out, and is stored in the end",
          "[core][grants]") {
    for (int fail_at = 0; fail_at < 2; ++fail_at) {
        CoreHarness world;
        const SessionId game = world.connect(game_claims({team("t1")}));
        const SessionId ann = world.connect("ann", {team("t1")});
        const RoomId room = world.room_id(team("t1"));
        const uint32_t request = world.revoke(game, team("t1"), "ann");
        for (int step = 0; !world.asked.empty(); ++step) {
            world.commit(step == fail_at ? CommitFault::Fails : CommitFault::None);
        }
        CHECK(world.reply(game, request).error == Error::StoreUnavailable);
        CHECK(world.disk->member(room, world.user_id("ann")) != nullptr);
        CHECK(world.run_send(ann, room, "x").error == Error::NotMember);
        world.tick(1000);
        world.settle();
        CHECK(world.disk->member(room, world.user_id("ann")) == nullptr);
    }
}

TEST_CASE("a membership line that the store fails is written later", "[core][members]") {
    CoreHarness world;
    const SessionId ann = world.connect("ann", {party("p1")});
    const SessionId bob = world.connect("bob", {party("p1")});
    const RoomId room = world.room_id(party("p1"));
    world.forget_heard();
    world.leave(bob, room);
    world.commit(); // the drop; its line waits
    REQUIRE(world.asked_for<Append>() == 1);
    world.commit(CommitFault::Fails);
    CHECK(changes(world, ann, room).empty());
    world.tick(1000);
    world.settle();
    CHECK(changes(world, ann, room) == Changes{wire::MembershipChange::Left});
}

TEST_CASE("one joins and leaves no faster than the pace of memberships, whatever the room",
          "[core][members][hostile]") {
    CoreHarness world;
    const SessionId ann = world.connect("ann", {party("p1")});
    const SessionId bob = world.connect("bob", {party("p1")});
    const RoomId room = world.room_id(party("p1"));
    const auto leave = [&] {
        const uint32_t request = world.leave(bob, room);
        world.settle();
        return world.reply(bob, request);
    };
    const auto join = [&] { return world.run_join(bob, wire::RoomKind::Party, "p1"); };
    for (uint32_t i = 0; i < limits::membership_burst; i += 2) {
        REQUIRE(leave().error == Error::Ok);
        REQUIRE(join().error == Error::Ok);
    }
    CHECK(join().error == Error::Ok); // is in: nothing changes
    const auto refused = leave();
    CHECK(refused.error == Error::Rate);
    REQUIRE(refused.retry_after_ms > 0);
    world.tick(refused.retry_after_ms);
    CHECK(leave().error == Error::Ok);
    CHECK(join().error == Error::Rate);
    // His next ticket is the game's word.
    const SessionId again = world.connect("bob", {party("p1")});
    CHECK(world.run_send(again, room, "here").error == Error::Ok);
    CHECK(world.run_send(ann, room, "here").error == Error::Ok);
}

TEST_CASE("the last place of a room is had by one who asks for it twice, and by nobody else",
          "[core][members]") {
    CoreHarness world;
    for (size_t i = 0; i + 1 < limits::tiers[3].members_max; ++i) {
        world.connect("p" + std::to_string(i), {party("x")});
    }
    const SessionId last = world.ask(claims_of("last", {party("x")}));
    while (world.verdict(last) == Error::Internal) {
        world.commit();
    }
    world.step(SessionOpened{last}); // his ticket joins him, and so does he
    const uint32_t joined = world.join(last, wire::RoomKind::Party, "x");
    world.settle();
    CHECK(world.reply(last, joined).error == Error::Ok);
    const SessionId late = world.connect("late", {party("x")});
    CHECK(world.run_join(late, wire::RoomKind::Party, "x").error == Error::Full);
}

TEST_CASE("joining what one is in draws no more than answers may", "[core][members][hostile]") {
    CoreOptions options;
    options.frames_per_s_max = 1'000'000; // so that no flood ends it first
    CoreHarness world(options);
    const bool by_ticket = GENERATE(true, false);
    std::vector<RoomClaim> rooms;
    if (by_ticket) {
        rooms.push_back(party("p1"));
    }
    const SessionId ann = world.connect("ann", rooms);
    const auto join_again = [&] {
        return by_ticket ? world.run_join(ann, wire::RoomKind::Party, "p1")
                         : world.run_join(ann, wire::RoomKind::Global, "lobby");
    };
    world.tick(2000);
    world.forget_heard();
    CoreHarness::Said said = join_again();
    for (int asked = 1; said.error == Error::Ok; ++asked) {
        REQUIRE(asked < 10'000);
        said = join_again();
    }
    CHECK(said.error == Error::Busy);
    size_t bytes = 0;
    size_t one = 0;
    for (const CoreHarness::Frame& frame : world.heard(ann)) {
        if (frame.as<wire::RoomState>(wire::Event::RoomState) != nullptr) {
            one = frame.bytes->size();
            bytes += one;
        }
    }
    CHECK(bytes >= limits::answers_bytes_at_once);
    CHECK(bytes < limits::answers_bytes_at_once + one);
    world.now_ms += said.retry_after_ms - 1;
    CHECK(join_again().error == Error::Busy);
    world.now_ms += 1;
    CHECK(join_again().error == Error::Ok);
}

TEST_CASE("a ticket's role in a room that everyone is in is his from the start",
          "[core][members]") {
    CoreHarness world;
    const auto leader = static_cast<uint8_t>(wire::Role::Leader);
    const RoomClaim lobby{static_cast<uint8_t>(wire::RoomKind::Global), "lobby", leader};
    world.connect("bob"); // the room is there
    const SessionId ann = world.connect("ann", {lobby});
    CHECK(world.room_state(ann, world.lobby())->role() == wire::Role::Leader);
}
