// sleep_test.cpp: direct rooms that are unloaded under their readers: when, what brings them back,
// and that nobody notices; and the places that direct rooms may take.
#include "tests/support/core_harness.hpp"

using namespace parley;
using Texts = std::vector<std::string>;

namespace {

CardTypes showing_card() {
    auto types = std::make_shared<CardTypeSet>();
    std::string message;
    REQUIRE(types
                ->add("id = 3\nname = \"showing\"\ntitle = \"Showing\"\nroom_card = false\n"
                      "[[fields]]\nid = 1\nname = \"hand\"\nkind = \"int\"\nmin = 0\nmax = 9\n",
                      "showing.toml", message)
                .ok());
    REQUIRE(types
                ->add("id = 4\nname = \"duel\"\ntitle = \"Duel\"\n"
                      "[[fields]]\nid = 1\nname = \"score\"\nkind = \"int\"\nwriter = \"game\"\n"
                      "min = 0\nmax = 9\n",
                      "duel.toml", message)
                .ok());
    return types;
}

// A ticket of now: those of the harness are as old as the world.
Claims fresh_claims(const CoreHarness& world, std::string subject,
                    std::vector<RoomClaim> rooms = {}) {
    Claims claims = claims_of(std::move(subject), std::move(rooms));
    claims.issued_at_s = world.now_ms / 1000;
    claims.expires_at_s = claims.issued_at_s + 600;
    return claims;
}

RoomId open(CoreHarness& world, SessionId who, const std::string& whom) {
    const auto joined = world.run_join(who, wire::RoomKind::Direct, "", world.user_id(whom));
    REQUIRE(joined.error == Error::Ok);
    return joined.room;
}

// Ann is in a direct room with Bob, who has been away for long.
struct Away {
    explicit Away(const CoreOptions& options = {}) : world(options, showing_card()) {
        ann = world.connect("ann");
        bobs.expires_at_s += 3600;
        bob = world.connect(bobs);
        room = open(world, ann, "bob");
        world.run_send(bob, room, "so long");
        world.step(SessionClosed{bob, Error::ConnectionLost});
        world.tick(limits::presence_keep_ms);
    }
    void fall_asleep() {
        world.tick(limits::direct_sleep_ms);
        REQUIRE(world.core.counts().rooms_asleep == 1);
        REQUIRE(world.core.counts().rooms == 1); // the lobby
        world.forget_heard();
    }
    bool awake() const { return world.core.counts().rooms_asleep == 0; }

    CoreHarness world;
    Claims bobs = claims_of("bob"); // used again, it loads nothing before his session is open
    SessionId ann{};
    SessionId bob{};
    RoomId room{};
};

} // namespace

TEST_CASE("a direct room whose other side is away sleeps when nobody spoke for a while",
          "[core][sleep]") {
    Away t;
    t.world.run_send(t.ann, t.room, "still there?");
    t.world.tick(limits::direct_sleep_ms - 1);
    CHECK(t.awake());
    CHECK(t.world.core.counts().rooms == 2);
    t.world.forget_heard();
    t.world.tick(1);
    CHECK(t.world.core.counts().rooms_asleep == 1);
    CHECK(t.world.core.counts().rooms == 1);
    CHECK(t.world.heard(t.ann).empty()); // it is nothing to her
}

TEST_CASE("a direct room does not sleep while there may be something to tell of the other side",
          "[core][sleep]") {
    CoreHarness world;
    const SessionId ann = world.connect("ann");
    const SessionId bob = world.connect("bob");
    open(world, ann, "bob");
    world.tick(3 * limits::direct_sleep_ms);
    CHECK(world.core.counts().rooms_asleep == 0);
    // Gone, but kept: others are told that he is offline when he is forgotten.
    world.step(SessionClosed{bob, Error::ConnectionLost});
    world.tick(limits::presence_keep_ms - 1);
    world.tick(1);
    world.tick(limits::direct_sleep_ms);
    CHECK(world.core.counts().rooms_asleep == 1);
    CHECK_FALSE(world.events<wire::Presences>(ann, wire::Event::Presences).empty());
}

TEST_CASE("a direct room whose log is in memory alone does not sleep", "[core][sleep]") {
    CoreOptions options;
    options.tiers[4].memory = true;
    Away t(options);
    t.world.tick(3 * limits::direct_sleep_ms);
    CHECK(t.awake());
    const uint32_t page = t.world.fetch(t.ann, t.room, 2, 0, 10);
    CHECK(t.world.texts(t.ann, t.room, page) == Texts{"so long"});
}

TEST_CASE("a direct room with a card does not sleep", "[core][sleep]") {
    Away t;
    Claims claims = claims_of("game");
    claims.game = true;
    const SessionId game = t.world.connect(claims);
    const RoomId room = open(t.world, game, "ann");
    const auto set = t.world.run(game, wire::Command::SetCard, [&](auto& fbb) {
        return wire::CreateSetCard(
                   fbb, raw(room), 4,
                   fbb.CreateVector(std::vector<flatbuffers::Offset<wire::CardField>>{
                       wire::CreateCardField(fbb, 1, 5)}))
            .Union();
    });
    REQUIRE(set.error == Error::Ok);
    t.world.step(SessionClosed{game, Error::ConnectionLost});
    t.world.tick(limits::presence_keep_ms);
    t.world.tick(limits::direct_sleep_ms);
    t.world.tick(limits::direct_sleep_ms);
    CHECK(t.world.core.counts().rooms_asleep == 1); // the one with Bob
    CHECK(t.world.core.counts().rooms == 2);
}

TEST_CASE("a line into a room that sleeps wakes it, and its writer hears it once",
          "[core][sleep]") {
    Away t;
    t.fall_asleep();
    const uint32_t one = t.world.send(t.ann, t.room, "one");
    const uint32_t two = t.world.send(t.ann, t.room, "two");
    CHECK(t.world.asked_for<LoadRoom>() == 1);
    t.world.settle();
    CHECK(t.awake());
    CHECK(t.world.reply(t.ann, one).error == Error::Ok);
    CHECK(t.world.reply(t.ann, two).seq == t.world.reply(t.ann, one).seq + 1);
    CHECK(t.world.texts(t.ann, t.room) == Texts{"one", "two"});
    // She has had it all the time: a RoomState would say that she had fallen behind.
    CHECK(t.world.room_state(t.ann, t.room) == nullptr);
    const SessionId back = t.world.connect(fresh_claims(t.world, "bob"));
    CHECK(t.world.room_state(back, t.room)->unread() == 2);
    t.world.step(SessionClosed{back, Error::ConnectionLost});
    t.world.tick(limits::presence_keep_ms);
    t.fall_asleep(); // and again
}

TEST_CASE("every command that names a room that sleeps is answered as if it were awake",
          "[core][sleep]") {
    Away t;
    t.fall_asleep();
    SECTION("Mark") {
        const auto said = t.world.run(t.ann, wire::Command::Mark, [&](auto& fbb) {
            return wire::CreateMark(fbb, raw(t.room), 1).Union();
        });
        CHECK(said.seq == 1);
        CHECK(t.world.disk->member(t.room, t.world.user_id("ann"))->read_seq == 1);
    }
    SECTION("Typing") {
        CHECK(t.world
                  .run(t.ann, wire::Command::Typing,
                       [&](auto& fbb) { return wire::CreateTyping(fbb, raw(t.room), 0).Union(); })
                  .error == Error::Ok);
    }
    SECTION("Fetch") {
        const uint32_t page = t.world.fetch(t.ann, t.room, 2, 0, 10);
        t.world.settle();
        CHECK(t.world.texts(t.ann, t.room, page) == Texts{"so long"});
    }
    SECTION("Leave") {
        const uint32_t request = t.world.leave(t.ann, t.room);
        t.world.settle();
        CHECK(t.world.reply(t.ann, request).error == Error::Ok);
        CHECK(t.world.events<wire::RoomGone>(t.ann, wire::Event::RoomGone).size() == 1);
        CHECK(t.world.run_send(t.ann, t.room, "x").error == Error::NotMember);
    }
    SECTION("Join again, which costs nothing of the pace of new ones") {
        for (uint32_t i = 0; i <= limits::direct_burst; ++i) {
            CHECK(open(t.world, t.ann, "bob") == t.room);
        }
        CHECK(t.world.room_state(t.ann, t.room) != nullptr);
    }
    SECTION("Resume, which RoomState follows so that she asks again") {
        const auto& meta = t.world.disk->room(t.room)->meta;
        const uint32_t request =
            t.world.resume(t.ann, {wire::ResumePoint(raw(t.room), meta.incarnation, 0)});
        t.world.settle();
        CHECK(t.world.reply(t.ann, request).error == Error::Ok);
        REQUIRE(t.world.room_state(t.ann, t.room) != nullptr);
        t.world.resume(t.ann, {wire::ResumePoint(raw(t.room), meta.incarnation, 0)});
        t.world.settle();
        CHECK(t.world.texts(t.ann, t.room) == Texts{"so long"});
    }
    CHECK(t.awake());
}

TEST_CASE("who sits in a room that sleeps hears when the other side is back, and what he says",
          "[core][sleep]") {
    Away t;
    t.fall_asleep();
    const auto card = [&](auto& fbb) {
        return wire::CreateSetCard(
                   fbb, 0, 3,
                   fbb.CreateVector(std::vector<flatbuffers::Offset<wire::CardField>>{
                       wire::CreateCardField(fbb, 1, 5)}))
            .Union();
    };
    const SessionId back = t.world.ask(t.bobs);
    t.world.settle();
    t.world.step(SessionOpened{back});
    t.world.tick(limits::presence_period_ms); // he is shown before the room is loaded
    t.world.command(back, wire::Command::SetCard, card);
    t.world.settle();
    CHECK(t.awake());
    const auto rosters = t.world.events<wire::Roster>(t.ann, wire::Event::Roster);
    bool shown = false;
    for (const wire::Roster* roster : rosters) {
        for (const wire::Member* member : *roster->members()) {
            shown = shown || (roster->room() == raw(t.room) &&
                              member->user()->id() == raw(t.world.user_id("bob")) &&
                              member->presence() != nullptr &&
                              member->presence()->state() == wire::PresenceState::Online);
        }
    }
    CHECK(shown);
    CHECK(t.world.run_send(back, t.room, "here I am").error == Error::Ok);
    CHECK(t.world.texts(t.ann, t.room) == Texts{"here I am"});
    CHECK(t.world.texts(back, t.room) == Texts{"here I am"});
    const auto cards = t.world.events<wire::Card>(t.ann, wire::Event::Card);
    REQUIRE_FALSE(cards.empty());
    CHECK(cards.back()->user() == raw(t.world.user_id("bob")));
}

TEST_CASE("a session that ends while its rooms sleep leaves nothing behind", "[core][sleep]") {
    Away t;
    t.fall_asleep();
    const bool lags = GENERATE(false, true);
    if (lags) {
        t.world.step(Lagging{t.ann});
        CHECK(t.awake());
        t.world.step(Drained{t.ann});
        t.world.settle();
        CHECK(t.world.room_state(t.ann, t.room) != nullptr);
        t.fall_asleep();
    }
    t.world.step(SessionClosed{t.ann, Error::ConnectionLost});
    CHECK(t.awake());
    t.world.tick(limits::room_evict_idle_ms);
    CHECK(t.world.core.counts().rooms == 0);
    CHECK(t.world.core.counts().users == 0);
    const SessionId back = t.world.connect(fresh_claims(t.world, "bob"));
    CHECK(t.world.run_send(back, t.room, "hello?").error == Error::Ok);
}

TEST_CASE("all devices of a user sleep in a room, and all are back", "[core][sleep]") {
    Away t;
    const SessionId second = t.world.connect(claims_of("ann"), device_of(2));
    t.fall_asleep();
    SECTION("when one of them writes") {
        t.world.run_send(second, t.room, "from my phone");
        CHECK(t.world.texts(t.ann, t.room) == Texts{"from my phone"});
        CHECK(t.world.texts(second, t.room) == Texts{"from my phone"});
    }
    SECTION("when one of them ends, the others stay") {
        t.world.step(SessionClosed{t.ann, Error::ConnectionLost});
        CHECK_FALSE(t.awake());
        t.world.run_send(second, t.room, "alone");
        CHECK(t.world.texts(second, t.room) == Texts{"alone"});
    }
    SECTION("and meanwhile hear of each other's presence") {
        t.world.run(t.ann, wire::Command::SetPresence, [](auto& fbb) {
            return wire::CreateSetPresence(fbb,
                                           wire::CreatePresence(fbb, 0, wire::PresenceState::Away))
                .Union();
        });
        t.world.forget_heard();
        t.world.tick(limits::presence_period_ms);
        CHECK_FALSE(t.awake());
        CHECK_FALSE(t.world.events<wire::Presences>(second, wire::Event::Presences).empty());
    }
}

TEST_CASE("a new name is told in rooms that sleep too", "[core][sleep]") {
    Away t;
    t.fall_asleep();
    Claims claims = fresh_claims(t.world, "ann");
    claims.name = "Anna";
    t.world.step(ReauthVerified{t.ann, 77, claims, Error::Ok});
    t.world.settle();
    CHECK(t.awake());
    bool told = false;
    for (const wire::Roster* roster : t.world.events<wire::Roster>(t.ann, wire::Event::Roster)) {
        for (const wire::Member* member : *roster->members()) {
            told = told ||
                   (roster->room() == raw(t.room) && wire::view(member->user()->name()) == "Anna");
        }
    }
    CHECK(told);
}

TEST_CASE("a load that fails leaves a room asleep, and the next command wakes it",
          "[core][sleep]") {
    Away t;
    t.fall_asleep();
    const uint32_t lost = t.world.send(t.ann, t.room, "lost");
    t.world.commit(CommitFault::Unreadable);
    CHECK(t.world.reply(t.ann, lost).error == Error::StoreUnavailable);
    CHECK_FALSE(t.awake());
    CHECK(t.world.run_send(t.ann, t.room, "again").error == Error::Ok);
    CHECK(t.world.texts(t.ann, t.room) == Texts{"again"});
}

TEST_CASE("direct rooms take no more than their part of the places, both sides of the border",
          "[core][sleep][hostile]") {
    CoreOptions options;
    options.rooms_loaded_max = 20;
    const size_t most = 20 * limits::direct_rooms_loaded_percent_max / 100;
    CoreHarness world(options);
    std::vector<SessionId> people;
    for (int i = 0; i < 7; ++i) {
        people.push_back(world.connect("u" + std::to_string(i)));
    }
    const auto open_all = [&](size_t count) {
        Error last = Error::Ok;
        for (size_t i = 0; i < people.size() && count > 0; ++i) {
            for (size_t other = i + 1; other < people.size() && count > 0; ++other, --count) {
                world.tick(limits::direct_period_ms);
                last = world
                           .run_join(people[i], wire::RoomKind::Direct, "",
                                     world.user_id("u" + std::to_string(other)))
                           .error;
            }
        }
        return last;
    };
    CHECK(open_all(most) == Error::Ok);
    CHECK(world.core.counts().rooms == most + 1);
    CHECK(world.core.counts().rooms_refused == 0);
    CHECK(open_all(most + 1) == Error::Busy);
    CHECK(world.core.counts().rooms == most + 1);
    CHECK(world.core.counts().rooms_refused > 0);
    // The others have their places still.
    const SessionId guest = world.connect(fresh_claims(world, "guest", {party("p1"), team("t1")}));
    CHECK(world.run_send(guest, world.room_id(party("p1")), "hello").error == Error::Ok);
    // Whoever is away makes place at once, without the usual pause.
    world.step(SessionClosed{people[0], Error::ConnectionLost});
    world.tick(limits::presence_keep_ms);
    world.tick();
    CHECK(world.core.counts().rooms_asleep == 2); // then one is spare
    people.erase(people.begin());
    CHECK(world.run_join(people[4], wire::RoomKind::Direct, "", world.user_id("u6")).error ==
          Error::Ok);
}

TEST_CASE("a direct room that finds no place when its member comes is told when there is one",
          "[core][sleep][hostile]") {
    CoreOptions options;
    options.rooms_loaded_max = 5; // three of them direct
    CoreHarness world(options);
    std::vector<SessionId> people;
    for (int i = 0; i < 4; ++i) {
        people.push_back(world.connect("u" + std::to_string(i)));
    }
    const auto direct = [&](int one, int other) {
        return world.run_join(people[static_cast<size_t>(one)], wire::RoomKind::Direct, "",
                              world.user_id("u" + std::to_string(other)));
    };
    const RoomId late = direct(0, 1).room;
    world.step(SessionClosed{people[0], Error::ConnectionLost});
    world.step(SessionClosed{people[1], Error::ConnectionLost});
    world.tick(limits::room_evict_idle_ms);
    CHECK(world.core.counts().rooms == 1);
    people[0] = world.connect(fresh_claims(world, "u4"));
    people[1] = world.connect(fresh_claims(world, "u5"));
    REQUIRE(direct(2, 3).error == Error::Ok);
    REQUIRE(direct(2, 4).error == Error::Ok);
    REQUIRE(direct(2, 5).error == Error::Ok);
    const SessionId back = world.connect(fresh_claims(world, "u0"));
    CHECK(world.room_state(back, late) == nullptr);
    const size_t asked = world.inputs.size();
    const uint64_t refused = world.core.counts().rooms_refused;
    CHECK(refused > 0);
    world.tick(1000); // tried again, and the store is not asked
    CHECK(world.asked_for<LoadRoom>() == 0);
    CHECK(world.core.counts().rooms_refused > refused);
    CHECK(world.inputs.size() == asked + 1);
    world.step(SessionClosed{people[2], Error::ConnectionLost});
    world.tick(limits::presence_keep_ms);
    world.tick(1000);
    world.settle();
    CHECK(world.room_state(back, late) != nullptr);
}
