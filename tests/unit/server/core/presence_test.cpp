// presence_test.cpp: presence and typing: who is told, how often, and what an invisible user gives
// away (nothing).
#include "tests/support/core_harness.hpp"

using namespace parley;
using State = wire::PresenceState;

namespace {

CoreHarness::Said set(CoreHarness& world, SessionId session, State state,
                      const std::string& token = {}, const std::vector<std::string>& params = {}) {
    return world.run(session, wire::Command::SetPresence, [&](auto& fbb) {
        const auto said = fbb.CreateString(token);
        const auto list = fbb.CreateVectorOfStrings(params);
        return wire::CreateSetPresence(fbb, wire::CreatePresence(fbb, 0, state, said, list))
            .Union();
    });
}

std::vector<const wire::Presence*> told(CoreHarness& world, SessionId session) {
    std::vector<const wire::Presence*> found;
    for (const auto* one : world.events<wire::Presences>(session, wire::Event::Presences)) {
        for (const auto* presence : *one->presences()) {
            found.push_back(presence);
        }
    }
    return found;
}

uint32_t type(CoreHarness& world, SessionId session, RoomId room) {
    return world.command(session, wire::Command::Typing,
                         [&](auto& fbb) { return wire::CreateTyping(fbb, raw(room)).Union(); });
}

size_t typings(CoreHarness& world, SessionId session) {
    return world.events<wire::Typing>(session, wire::Event::Typing).size();
}

struct Pair {
    CoreHarness world;
    SessionId ann = world.connect("ann", {party("p1")});
    SessionId bob = world.connect("bob", {party("p1")});
    RoomId room = world.room_id(party("p1"));
    UserId ann_id = world.user_id("ann");

    Pair() {
        world.tick(limits::presence_period_ms);
        world.forget_heard();
    }
};

} // namespace

TEST_CASE("a user who opens a session is online, and his room hears it", "[core][presence]") {
    CoreHarness world;
    const SessionId bob = world.connect("bob", {party("p1")});
    world.tick(limits::presence_period_ms);
    world.forget_heard();
    world.connect("ann", {party("p1")});
    world.tick(limits::presence_period_ms);
    const auto presences = told(world, bob);
    REQUIRE(!presences.empty());
    CHECK(presences[0]->user() == raw(world.user_id("ann")));
    CHECK(presences[0]->state() == State::Online);
}

TEST_CASE("presence changes coalesce to one a second, the newest wins", "[core][presence]") {
    Pair p;
    CHECK(set(p.world, p.ann, State::InMatch, "in_match", {"Foundry", "2"}).error == Error::Ok);
    p.world.tick(limits::presence_period_ms);
    auto presences = told(p.world, p.bob);
    REQUIRE(presences.size() == 2); // by the lobby and by the party: one a room
    CHECK(presences[0]->state() == State::InMatch);
    CHECK(wire::view(presences[0]->token()) == "in_match");
    CHECK(wire::view(presences[0]->params()->Get(0)) == "Foundry");
    p.world.forget_heard();
    set(p.world, p.ann, State::Away);
    set(p.world, p.ann, State::DoNotDisturb);
    p.world.tick(limits::presence_period_ms - 1);
    CHECK(told(p.world, p.bob).empty());
    p.world.tick(1);
    presences = told(p.world, p.bob);
    REQUIRE(presences.size() == 2);
    CHECK(presences[0]->state() == State::DoNotDisturb);
}

TEST_CASE("a change back to what others know is not told", "[core][presence]") {
    Pair p;
    set(p.world, p.ann, State::Away);
    p.world.tick(limits::presence_period_ms);
    p.world.forget_heard();
    set(p.world, p.ann, State::Away);
    p.world.tick(limits::presence_period_ms);
    CHECK(told(p.world, p.bob).empty());
}

TEST_CASE("an invisible user looks like one who is away for good", "[core][presence]") {
    Pair p;
    set(p.world, p.ann, State::Invisible, "in_match", {"secret"});
    p.world.tick(limits::presence_period_ms);
    const auto presences = told(p.world, p.bob);
    REQUIRE(!presences.empty());
    CHECK(presences[0]->state() == State::Offline);
    CHECK(wire::view(presences[0]->token()).empty());
    CHECK(presences[0]->params() == nullptr);

    type(p.world, p.ann, p.room);
    CHECK(typings(p.world, p.bob) == 0);

    p.world.forget_heard();
    const SessionId eve = p.world.connect("eve", {party("p1")});
    for (const auto* roster : p.world.events<wire::Roster>(eve, wire::Event::Roster)) {
        for (size_t i = 0; roster->members() != nullptr && i < roster->members()->size(); ++i) {
            const auto* member = roster->members()->Get(static_cast<uint32_t>(i));
            if (member->user()->id() == raw(p.ann_id)) {
                CHECK(member->presence() == nullptr);
            }
        }
    }
}

TEST_CASE("nobody is ever told Invisible, nor may it be told from Offline", "[core][presence]") {
    Pair p;
    CHECK(set(p.world, p.ann, State::Offline).error == Error::Ok);
    p.world.tick(limits::presence_period_ms);
    for (const auto* presence : told(p.world, p.bob)) {
        CHECK(presence->state() != State::Invisible);
    }
    type(p.world, p.ann, p.room);
    CHECK(typings(p.world, p.bob) == 0);
}

TEST_CASE("a reconnect within two minutes changes no presence, and later he is offline",
          "[core][presence]") {
    Pair p;
    set(p.world, p.ann, State::InMatch, "in_match");
    p.world.tick(limits::presence_period_ms);
    p.world.forget_heard();
    p.world.step(SessionClosed{p.ann, Error::ConnectionLost});
    p.world.tick(limits::presence_keep_ms - 1);
    CHECK(told(p.world, p.bob).empty());
    const SessionId again = p.world.connect("ann", {party("p1")});
    p.world.tick(limits::presence_keep_ms);
    CHECK(told(p.world, p.bob).empty());
    p.world.step(SessionClosed{again, Error::ConnectionLost});
    p.world.tick(limits::presence_keep_ms - 1);
    CHECK(told(p.world, p.bob).empty());
    p.world.tick(1);
    const auto presences = told(p.world, p.bob);
    REQUIRE(!presences.empty());
    CHECK(presences[0]->state() == State::Offline);
    CHECK(p.world.core.counts().users == 1);
}

TEST_CASE("presence parameters are text like any other", "[core][presence]") {
    Pair p;
    CHECK(set(p.world, p.ann, State::InMatch, "x", {"a\u202Eb"}).error == Error::Ok);
    p.world.tick(limits::presence_period_ms);
    const auto presences = told(p.world, p.bob);
    REQUIRE(!presences.empty());
    CHECK(wire::view(presences[0]->params()->Get(0)) == "ab");
}

TEST_CASE("typing is relayed to the others, and no more often than it is resent",
          "[core][presence]") {
    Pair p;
    const SessionId tablet = p.world.connect(claims_of("ann", {party("p1")}), device_of(9));
    const uint32_t request = type(p.world, p.ann, p.room);
    CHECK(p.world.reply(p.ann, request).error == Error::Ok);
    CHECK(typings(p.world, p.bob) == 1);
    CHECK(typings(p.world, p.ann) == 0);
    CHECK(typings(p.world, tablet) == 0);
    type(p.world, p.ann, p.room);
    p.world.now_ms += limits::typing_resend_ms - limits::typing_jitter_ms - 1;
    type(p.world, p.ann, p.room);
    CHECK(typings(p.world, p.bob) == 1);
    p.world.now_ms += 1;
    type(p.world, p.ann, p.room);
    CHECK(typings(p.world, p.bob) == 2);
    // What came early was lent, not given.
    p.world.now_ms += limits::typing_resend_ms - limits::typing_jitter_ms;
    type(p.world, p.ann, p.room);
    CHECK(typings(p.world, p.bob) == 2);
    CHECK(p.world.heard(p.bob).back().lane == Lane::State);
}

TEST_CASE("typing in a Global room is nobody's business", "[core][presence]") {
    Pair p;
    type(p.world, p.ann, p.world.lobby());
    CHECK(typings(p.world, p.bob) == 0);
}

TEST_CASE("a page of members says the same of an invisible user and of one who is away for good",
          "[core][presence]") {
    Pair p;
    const SessionId gone = p.world.connect("gone", {party("p1")});
    set(p.world, p.ann, State::Invisible);
    p.world.step(SessionClosed{gone, Error::ConnectionLost});
    p.world.tick(limits::presence_keep_ms);
    p.world.tick(limits::presence_period_ms);
    const uint32_t page = p.world.command(p.bob, wire::Command::FetchMembers, [&](auto& fbb) {
        return wire::CreateFetchMembers(fbb, raw(p.room), 0, 0).Union();
    });
    const auto frames = p.world.with_request(p.bob, page);
    REQUIRE(frames.size() == 1);
    const auto* roster = frames[0].as<wire::Roster>(wire::Event::Roster);
    REQUIRE(roster != nullptr);
    REQUIRE(roster->members()->size() == 3);
    for (const auto* member : *roster->members()) {
        const bool is_bob = member->user()->id() == raw(p.world.user_id("bob"));
        CHECK((member->presence() != nullptr) == is_bob);
    }
}

TEST_CASE("one who comes to be invisible is never seen, and others are after a moment or a word",
          "[core][presence]") {
    Pair p;
    constexpr size_t two_rooms = 2; // the party and the lobby
    const SessionId eve = p.world.connect("eve", {party("p1")});
    p.world.tick(limits::presence_period_ms - 1);
    set(p.world, eve, State::Invisible);
    p.world.tick(20);
    p.world.tick(limits::presence_period_ms);
    CHECK(told(p.world, p.bob).empty());

    const SessionId kim = p.world.connect("kim", {party("p1")});
    p.world.tick(limits::presence_period_ms - 1);
    CHECK(told(p.world, p.bob).empty());
    p.world.tick(1);
    REQUIRE(told(p.world, p.bob).size() == two_rooms);
    CHECK(told(p.world, p.bob)[0]->user() == raw(p.world.user_id("kim")));
    CHECK_FALSE(p.world.closed(kim));

    p.world.forget_heard();
    const SessionId lou = p.world.connect("lou", {party("p1")});
    set(p.world, lou, State::InMatch);
    p.world.tick(20);
    REQUIRE(told(p.world, p.bob).size() == two_rooms);
    CHECK(told(p.world, p.bob)[0]->state() == State::InMatch);
    set(p.world, lou, State::Online); // the word that is told at once is the first
    p.world.tick(20);
    CHECK(told(p.world, p.bob).size() == two_rooms);
}
