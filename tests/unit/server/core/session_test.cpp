// session_test.cpp: sessions: admission, replacement, the ticket's clock, floods, lag and the end
// of the shard.
#include "tests/support/core_harness.hpp"

using namespace parley;
using Texts = std::vector<std::string>;

TEST_CASE("an admitted session hears Ready first and then its rooms", "[core][session]") {
    CoreHarness world;
    const SessionId ann = world.connect("ann", {party("p1", 1)});
    const auto& heard = world.heard(ann);
    REQUIRE(heard.size() >= 5);
    const auto* ready = heard[0].as<wire::Ready>(wire::Event::Ready);
    REQUIRE(ready != nullptr);
    CHECK(ready->session() == raw(ann));
    CHECK(wire::view(ready->self()->name()) == "ann");
    CHECK(ready->server_ms() == world.now_ms);
    CHECK(ready->reauth_at_ms() == world.now_ms + limits::reauth_due_ms);
    CHECK_FALSE(ready->read_only());
    const auto* lobby = world.room_state(ann, world.lobby());
    REQUIRE(lobby != nullptr);
    CHECK(lobby->kind() == wire::RoomKind::Global);
    const auto* mine = world.room_state(ann, world.room_id(party("p1")));
    REQUIRE(mine != nullptr);
    CHECK(mine->role() == wire::Role::Leader);
    CHECK(wire::view(mine->name()) == "p1");
    CHECK(mine->text_code_points_max() == limits::tiers[3].text_code_points_max);
    CHECK(mine->pace_burst() == limits::tiers[3].pace_burst);
}

TEST_CASE("nobody is admitted before the store has spoken, and its no is passed on",
          "[core][session]") {
    CoreHarness world;
    const Claims claims = claims_of("ann");
    const SessionId first = world.ask(claims);
    CHECK(world.admits.empty());
    world.commit(CommitFault::Fails);
    CHECK(world.verdict(first) == Error::StoreUnavailable);
    CHECK(world.admits.at(first).retry_after_ms > 0);

    const SessionId second = world.ask(claims);
    world.settle();
    CHECK(world.verdict(second) == Error::Ok);

    const SessionId thief = world.ask(claims, device_of(2));
    world.settle();
    CHECK(world.verdict(thief) == Error::TicketStolen);
    CHECK_FALSE(world.closed(second));

    Claims old = claims_of("bob");
    old.expires_at_s = CoreHarness::start_ms / 1000 - limits::ticket_skew_s - 1;
    const SessionId late = world.ask(old);
    world.settle();
    CHECK(world.verdict(late) == Error::TicketExpired);
}

TEST_CASE("the same device replaces its older session, another device does not",
          "[core][session]") {
    CoreHarness world;
    const Claims claims = claims_of("ann", {party("p1")});
    const SessionId first = world.connect(claims, device_of(1));
    const SessionId phone = world.connect(claims_of("ann", {party("p1")}), device_of(2));
    CHECK_FALSE(world.closed(first));
    const SessionId again = world.connect(claims, device_of(1)); // a new address, the same ticket
    CHECK(world.close_reason(first) == Error::Replaced);
    CHECK_FALSE(world.closed(phone));
    const auto goodbyes = world.events<wire::Goodbye>(first, wire::Event::Goodbye);
    REQUIRE(goodbyes.size() == 1);
    CHECK(static_cast<int>(goodbyes[0]->reason()) == static_cast<int>(Error::Replaced));
    const RoomId room = world.room_id(party("p1"));
    world.forget_heard();
    world.run_send(again, room, "hi");
    CHECK(world.texts(phone, room) == Texts{"hi"});
    CHECK(world.texts(again, room) == Texts{"hi"});
    CHECK(world.heard(first).empty());
}

TEST_CASE("beyond the sessions of a user the oldest goes", "[core][session]") {
    CoreHarness world;
    std::vector<SessionId> sessions;
    for (uint8_t i = 0; i < limits::sessions_per_user_max; ++i) {
        sessions.push_back(world.connect(claims_of("ann"), device_of(i)));
    }
    CHECK(world.closes.empty());
    const SessionId more = world.connect(claims_of("ann"), device_of(200));
    CHECK(world.close_reason(sessions[0]) == Error::TooManySessions);
    CHECK(world.closes.size() == 1);
    CHECK_FALSE(world.closed(more));
    CHECK(world.core.counts().sessions == limits::sessions_per_user_max);
}

TEST_CASE("a session that closes before its verdict is gone without one", "[core][session]") {
    CoreHarness world;
    const SessionId ann = world.ask(claims_of("ann", {party("p1")}));
    world.step(SessionClosed{ann, Error::ConnectionLost});
    world.settle();
    CHECK(world.admits.empty());
    CHECK(world.core.counts().sessions == 0);
    // Its ticket was used, so its rooms count all the same.
    CHECK(world.disk->member(world.room_id(party("p1")), world.user_id("ann")) != nullptr);
}

TEST_CASE("an admitted peer whose lanes never open is forgotten", "[core][session]") {
    CoreHarness world;
    const SessionId ann = world.ask(claims_of("ann"));
    world.settle();
    REQUIRE(world.verdict(ann) == Error::Ok);
    world.tick(limits::peer_timeout_ms - 1);
    CHECK(world.core.counts().sessions == 1);
    world.tick(1);
    CHECK(world.core.counts().sessions == 0);
    CHECK(world.closed(ann));
}

TEST_CASE("a ticket is wanted in time, then the session reads only, then it ends",
          "[core][session]") {
    CoreHarness world;
    const SessionId ann = world.connect("ann", {party("p1")});
    const RoomId room = world.room_id(party("p1"));
    const auto wanted = [&] {
        return world.events<wire::TicketWanted>(ann, wire::Event::TicketWanted).size();
    };
    world.tick(limits::reauth_due_ms - limits::reauth_grace_ms - 1);
    CHECK(wanted() == 0);
    world.tick(1);
    CHECK(wanted() == 1);
    world.now_ms += limits::reauth_grace_ms - 1;
    CHECK(world.run_send(ann, room, "still").error == Error::Ok);
    world.now_ms += 1;
    CHECK(world.run_send(ann, room, "no").error == Error::ReadOnly);
    CHECK(world.run_join(ann, wire::RoomKind::Global, "lobby").error == Error::ReadOnly);
    const uint32_t page = world.fetch(ann, room, 100, 0, 10);
    world.settle();
    CHECK(world.texts(ann, room, page) == Texts{"still"});
    world.tick(limits::reauth_grace_ms - 1);
    CHECK_FALSE(world.closed(ann));
    world.tick(1);
    CHECK(world.close_reason(ann) == Error::TicketExpired);
    CHECK(wanted() == 1);
}

TEST_CASE("a clock that was wrong and believed for a while ends no session, before or afterwards",
          "[core][session]") {
    constexpr TimeMs wrong_ms = 40 * limits::day_ms;
    CoreHarness world;
    const Claims claims = claims_of("ann", {party("p1")});
    const SessionId ann = world.connect(claims);
    const RoomId room = world.room_id(party("p1"));
    world.move_clocks(wrong_ms, 0);
    world.tick();
    CHECK_FALSE(world.closed(ann));
    const CoreHarness::Said said = world.run_send(ann, room, "x");
    CHECK(said.error == Error::Ok);
    CHECK(said.at_ms == world.now_ms);
    world.move_clocks(0, wrong_ms); // it is set right
    CHECK_FALSE(world.closed(ann));

    SECTION("who comes afterwards stays as long as ever") {
        const SessionId bob = world.connect("bob", {party("p1")});
        const auto* ready = world.heard(bob)[0].as<wire::Ready>(wire::Event::Ready);
        REQUIRE(ready != nullptr);
        CHECK(ready->server_ms() == world.now_ms);
        CHECK(ready->reauth_at_ms() == world.now_ms + limits::reauth_due_ms);
        world.tick(limits::reauth_due_ms + limits::reauth_grace_ms - 1);
        CHECK_FALSE(world.closed(bob));
        world.tick(1);
        CHECK(world.close_reason(bob) == Error::TicketExpired);
    }
    SECTION("a new ticket lasts as long as ever") {
        world.tick(1000);
        Claims next = claims_of("ann");
        world.step(ReauthVerified{ann, 77, next, Error::Ok});
        world.settle();
        CHECK(world.reply(ann, 77).at_ms == world.now_ms + limits::reauth_due_ms);
        world.tick(limits::reauth_due_ms + limits::reauth_grace_ms - 1);
        CHECK_FALSE(world.closed(ann));
        world.tick(1);
        CHECK(world.close_reason(ann) == Error::TicketExpired);
    }
    SECTION("a ticket that was good all the time is good") {
        CHECK(world.verdict(world.connect(claims)) == Error::Ok);
    }
}

TEST_CASE("a ticket is good for its time, whatever the clock was while the store looked at it",
          "[core][session]") {
    constexpr TimeMs wrong_ms = 40 * limits::day_ms;
    CoreHarness world;
    const bool ahead_before = GENERATE(true, false);
    world.move_clocks(0, ahead_before ? -wrong_ms : 0);
    Claims claims = claims_of("ann");
    claims.expires_at_s += wrong_ms / 1000; // good by either clock
    const SessionId ann = world.ask(claims);
    world.move_clocks(0, ahead_before ? 0 : -wrong_ms);
    world.settle();
    world.step(SessionOpened{ann});
    const auto* ready = world.heard(ann)[0].as<wire::Ready>(wire::Event::Ready);
    REQUIRE(ready != nullptr);
    CHECK(ready->reauth_at_ms() == world.now_ms + limits::reauth_due_ms);
    // First used in a time that is still to come: no longer than any.
    world.move_clocks(0, 0);
    const SessionId again = world.connect(claims);
    ready = world.heard(again)[0].as<wire::Ready>(wire::Event::Ready);
    REQUIRE(ready != nullptr);
    CHECK(ready->reauth_at_ms() == world.now_ms + limits::reauth_due_ms);
}

TEST_CASE("a new ticket in-band starts the clock again and changes the rooms", "[core][session]") {
    CoreHarness world;
    const SessionId ann = world.connect("ann", {team("t1"), party("p1")});
    const RoomId old_team = world.room_id(team("t1"));
    world.tick(limits::reauth_due_ms - 1000);
    world.forget_heard();
    Claims next = claims_of("ann", {team("t2"), party("p1")});
    next.issued_at_s = world.now_ms / 1000;
    next.expires_at_s = next.issued_at_s + 600;

    SECTION("when it is good") {
        world.step(ReauthVerified{ann, 77, next, Error::Ok});
        world.settle();
        CHECK(world.reply(ann, 77).error == Error::Ok);
        CHECK(world.reply(ann, 77).at_ms == world.now_ms + limits::reauth_due_ms);
        world.tick(2000);
        CHECK(world.run_send(ann, world.room_id(team("t2")), "x").error == Error::Ok);
        CHECK(world.run_send(ann, old_team, "x").error == Error::NotMember);
        const auto gone = world.events<wire::RoomGone>(ann, wire::Event::RoomGone);
        REQUIRE(gone.size() == 1);
        CHECK(gone[0]->reason() == wire::Error::Ok); // moved, not thrown out
        CHECK(world.run_send(ann, world.room_id(party("p1")), "x").error == Error::Ok);
    }
    SECTION("when its signature is not good, nothing changes") {
        world.step(ReauthVerified{ann, 77, next, Error::BadTicket});
        CHECK(world.asked.empty());
        CHECK(world.reply(ann, 77).error == Error::BadTicket);
        CHECK(world.run_send(ann, old_team, "x").error == Error::Ok);
    }
    SECTION("when it is another user's, nothing changes") {
        Claims bobs = next;
        bobs.subject = "bob";
        bobs.id = "bob's";
        world.connect(bobs, device_of(2));
        Claims other = bobs;
        other.id = "bob's next";
        world.step(ReauthVerified{ann, 77, other, Error::Ok});
        world.settle();
        CHECK(world.reply(ann, 77).error == Error::BadTicket);
        CHECK(world.run_send(ann, old_team, "x").error == Error::Ok);
    }
    SECTION("when the store fails, it may be tried again") {
        world.step(ReauthVerified{ann, 77, next, Error::Ok});
        world.commit(CommitFault::Fails);
        CHECK(world.reply(ann, 77).error == Error::StoreUnavailable);
        world.step(ReauthVerified{ann, 78, next, Error::Ok});
        world.settle();
        CHECK(world.reply(ann, 78).error == Error::Ok);
    }
}

TEST_CASE("a reconnect with the same ticket does not bring back what was left", "[core][session]") {
    CoreHarness world;
    const Claims claims = claims_of("ann", {team("t1"), party("p1")});
    const SessionId first = world.connect(claims);
    const RoomId room = world.room_id(team("t1"));
    world.leave(first, room);
    world.settle();
    world.step(SessionClosed{first, Error::ConnectionLost});
    world.forget_heard();
    const SessionId again = world.connect(claims);
    CHECK(world.room_state(again, room) == nullptr);
    CHECK(world.room_state(again, world.room_id(party("p1"))) != nullptr);
}

TEST_CASE("a changed name is told to the rooms", "[core][session]") {
    CoreHarness world;
    const SessionId bob = world.connect("bob", {party("p1")});
    world.connect("ann", {party("p1")});
    world.forget_heard();
    Claims renamed = claims_of("ann", {party("p1")});
    renamed.name = "Ann the Second";
    world.connect(renamed, device_of(9));
    const auto rosters = world.events<wire::Roster>(bob, wire::Event::Roster);
    REQUIRE(rosters.size() == 2); // lobby and party
    CHECK(wire::view(rosters[1]->members()->Get(0)->user()->name()) == "Ann the Second");
}

TEST_CASE("a session that lags hears nothing until it has drained, and is then level",
          "[core][session]") {
    CoreHarness world;
    const SessionId ann = world.connect("ann", {party("p1"), team("t1")});
    const SessionId bob = world.connect("bob", {party("p1")});
    const RoomId room = world.room_id(party("p1"));
    world.run_send(bob, room, "before");
    world.step(Lagging{ann});
    world.forget_heard();
    const auto said = world.run_send(bob, room, "meanwhile");
    const uint32_t mine = world.send(ann, room, "from me");
    const uint32_t left = world.leave(ann, world.room_id(team("t1")));
    world.settle();
    CHECK(world.heard(ann).empty());
    CHECK(world.texts(bob, room) == Texts{"meanwhile", "from me"});

    world.step(Drained{ann});
    REQUIRE(world.room_state(ann, room) != nullptr);
    CHECK(world.room_state(ann, room)->last_seq() == said.seq + 1);
    CHECK(world.room_state(ann, world.room_id(team("t1"))) == nullptr);
    CHECK(world.reply(ann, mine).error == Error::Ok); // owed
    CHECK(world.reply(ann, left).error == Error::Ok);
    CHECK(world.events<wire::RoomGone>(ann, wire::Event::RoomGone).size() == 1);
    CHECK(world.texts(ann, room).empty());
    world.resume(ann, {wire::ResumePoint(raw(room), world.room_state(ann, room)->incarnation(),
                                         said.seq - 1)});
    CHECK(world.texts(ann, room) == Texts{"meanwhile", "from me"});
    world.forget_heard();
    world.run_send(bob, room, "live");
    CHECK(world.texts(ann, room) == Texts{"live"});
}

TEST_CASE("a session that lags too long is cut", "[core][session]") {
    CoreHarness world;
    const SessionId ann = world.connect("ann");
    world.step(Lagging{ann});
    world.tick(limits::peer_queue_ms_max - 1);
    CHECK_FALSE(world.closed(ann));
    world.tick(1);
    CHECK(world.close_reason(ann) == Error::Slow);
}

TEST_CASE("an unknown or closed session's inputs are nothing", "[core][session]") {
    CoreHarness world;
    const SessionId ann = world.connect("ann");
    world.step(SessionClosed{ann, Error::ConnectionLost});
    const std::string before = world.effect_log;
    world.step(SessionClosed{ann, Error::ConnectionLost});
    world.step(Lagging{ann});
    world.step(Drained{ann});
    world.step(SessionOpened{ann});
    world.step(ReauthVerified{ann, 1, claims_of("ann"), Error::Ok});
    world.send(ann, world.lobby(), "ghost");
    CHECK(world.effect_log == before);
}

TEST_CASE("an answer to a session that is gone goes nowhere and is stored", "[core][session]") {
    CoreHarness world;
    const SessionId ann = world.connect("ann", {party("p1")});
    const SessionId bob = world.connect("bob", {party("p1")});
    const RoomId room = world.room_id(party("p1"));
    world.forget_heard();
    world.send(ann, room, "parting");
    world.fetch(ann, room, 100, 0, 5);
    world.step(SessionClosed{ann, Error::ConnectionLost});
    world.settle();
    CHECK(world.texts(bob, room) == Texts{"parting"});
    CHECK(world.core.counts().persists_in_flight == 0);
}

TEST_CASE("the time is told", "[core][session]") {
    CoreHarness world;
    const SessionId ann = world.connect("ann");
    const uint32_t request = world.command(ann, wire::Command::TimeQuery, [](auto& fbb) {
        return wire::CreateTimeQuery(fbb, 12345).Union();
    });
    const auto answers = world.with_request(ann, request);
    REQUIRE(answers.size() == 1);
    const auto* time = answers[0].as<wire::TimeReply>(wire::Event::TimeReply);
    REQUIRE(time != nullptr);
    CHECK(time->client_ms() == 12345);
    CHECK(time->server_ms() == world.now_ms);
}

TEST_CASE("a command with request 0 is done and not answered", "[core][session]") {
    CoreHarness world;
    const SessionId ann = world.connect("ann", {party("p1")});
    const RoomId room = world.room_id(party("p1"));
    world.forget_heard();
    world.command_as(ann, 0, wire::Command::Leave,
                     [&](auto& fbb) { return wire::CreateLeave(fbb, raw(room)).Union(); });
    world.settle();
    CHECK(world.disk->member(room, world.user_id("ann")) == nullptr);
    CHECK(world.events<wire::Reply>(ann, wire::Event::Reply).empty());
}

TEST_CASE("a Reauth that the net thread did not take is unsupported here", "[core][session]") {
    CoreHarness world;
    const SessionId ann = world.connect("ann");
    const auto said = world.run(ann, wire::Command::Reauth, [](auto& fbb) {
        return wire::CreateReauth(fbb, fbb.CreateString("x.y.z")).Union();
    });
    CHECK(said.error == Error::Unsupported);
}

TEST_CASE("a shutdown answers what is in flight, says Goodbye to all and is done",
          "[core][session]") {
    CoreHarness world;
    const SessionId ann = world.connect("ann", {party("p1")});
    const SessionId bob = world.connect("bob", {party("p1")});
    const RoomId room = world.room_id(party("p1"));
    world.forget_heard();
    const uint32_t last = world.send(ann, room, "last");
    const SessionId waiting = world.ask(claims_of("eve"));
    world.step(ShutdownAsked{3000});
    CHECK(world.verdict(waiting) == Error::Shutdown);
    CHECK_FALSE(world.shut_down);
    const SessionId later = world.ask(claims_of("dan"));
    CHECK(world.verdict(later) == Error::Shutdown);
    const uint32_t refused = world.send(bob, room, "too late");
    CHECK(world.reply(bob, refused).error == Error::Busy);
    CHECK(world.reply(bob, refused).retry_after_ms == 3000);
    world.settle();
    CHECK(world.reply(ann, last).error == Error::Ok);
    CHECK(world.texts(bob, room) == Texts{"last"});
    for (const SessionId session : {ann, bob}) {
        CHECK(world.close_reason(session) == Error::Shutdown);
        const auto goodbyes = world.events<wire::Goodbye>(session, wire::Event::Goodbye);
        REQUIRE(goodbyes.size() == 1);
        CHECK(goodbyes[0]->retry_in_ms() == 3000);
    }
    CHECK(world.shut_down);
    CHECK(world.core.counts().sessions == 0);
    world.tick(1000);
}

TEST_CASE("a shutdown with nothing in flight is done at once", "[core][session]") {
    CoreHarness world;
    world.step(ShutdownAsked{0});
    CHECK(world.shut_down);
}

TEST_CASE("a session's many rooms are loaded a few at a time, and it is told of all",
          "[core][session]") {
    CoreHarness world;
    std::vector<RoomClaim> rooms;
    for (int i = 0; i < 40; ++i) {
        rooms.push_back(guild("g" + std::to_string(i)));
    }
    const Claims anns = claims_of("ann", rooms);
    world.step(SessionClosed{world.connect(anns), Error::ConnectionLost});
    world.tick(limits::room_evict_idle_ms);
    REQUIRE(world.core.counts().rooms == 0);
    const bool fails = GENERATE(false, true);
    const SessionId back = world.ask(anns);
    world.settle();
    world.step(SessionOpened{back});
    bool failed = false;
    for (int i = 0; i < 100; ++i) {
        CHECK(world.asked_for<LoadRoom>() <= limits::rooms_loading_per_session_max);
        if (world.asked.empty()) {
            world.tick(1000);
        } else {
            world.commit(fails && !failed ? CommitFault::Fails : CommitFault::None);
            failed = true;
        }
    }
    CHECK(world.events<wire::RoomState>(back, wire::Event::RoomState).size() == rooms.size() + 1);
}
