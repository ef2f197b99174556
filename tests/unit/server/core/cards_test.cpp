// cards_test.cpp: cards: who may write what, whole cards and deltas, versions, ends and keepers.
#include "tests/support/core_harness.hpp"

using namespace parley;

namespace {

constexpr const char* match_toml = R"(
id = 1
name = "match"
title = "Match"
[[fields]]
id = 1
name = "score"
kind = "int"
writer = "game"
max = 1000
[[fields]]
id = 2
name = "word"
kind = "text"
writer = "leader"
code_points_max = 64
)";
constexpr const char* mood_toml = R"(
id = 2
name = "mood"
title = "Mood"
room_card = false
[[fields]]
id = 1
name = "mood"
kind = "text"
writer = "owner"
code_points_max = 64
)";
constexpr const char* rank_toml = R"(
id = 3
name = "rank"
title = "Rank"
room_card = false
[[fields]]
id = 1
name = "rank"
kind = "int"
writer = "owner"
max = 100
)";

CardTypes types() {
    auto set = std::make_shared<CardTypeSet>();
    std::string message;
    for (const char* text : {match_toml, mood_toml, rank_toml}) {
        const auto added = set->add(text, "test.toml", message);
        INFO(message);
        REQUIRE(added.ok());
    }
    return set;
}

struct Field {
    uint16_t id;
    int64_t number;
    std::string text;
};
using Fields = std::vector<Field>;

flatbuffers::Offset<flatbuffers::Vector<flatbuffers::Offset<wire::CardField>>>
build(flatbuffers::FlatBufferBuilder& fbb, const Fields& fields) {
    std::vector<flatbuffers::Offset<wire::CardField>> list;
    for (const Field& field : fields) {
        list.push_back(
            wire::CreateCardField(fbb, field.id, field.number, fbb.CreateString(field.text)));
    }
    return fbb.CreateVector(list);
}

struct Table {
    CoreHarness world;
    SessionId game = connect_game();
    SessionId lead = world.connect("lead", {team("t1", 1)});
    SessionId ann = world.connect("ann", {team("t1")});
    RoomId room = world.room_id(team("t1"));

    explicit Table(CoreOptions options = {}) : world(std::move(options), types()) {
        world.tick(limits::presence_period_ms); // everybody is online by now
        world.forget_heard();
    }

    SessionId connect_game() {
        Claims claims = claims_of("game", {team("t1")});
        claims.game = true;
        return world.connect(claims, device_of(3));
    }
    Error set(SessionId who, RoomId in, uint16_t type, const Fields& fields, uint32_t ttl_ms = 0) {
        return world
            .run(who, wire::Command::SetCard,
                 [&](auto& fbb) {
                     const auto list = build(fbb, fields);
                     return wire::CreateSetCard(fbb, raw(in), type, list, ttl_ms).Union();
                 })
            .error;
    }
    Error update(SessionId who, RoomId in, uint16_t type, const Fields& fields) {
        return world
            .run(who, wire::Command::UpdateCard,
                 [&](auto& fbb) {
                     const auto list = build(fbb, fields);
                     return wire::CreateUpdateCard(fbb, raw(in), type, list).Union();
                 })
            .error;
    }
    Error clear(SessionId who, RoomId in, uint16_t type) {
        return world
            .run(who, wire::Command::ClearCard,
                 [&](auto& fbb) { return wire::CreateClearCard(fbb, raw(in), type).Union(); })
            .error;
    }
    Error fetch(SessionId who, RoomId in, UserId user, uint16_t type) {
        return world
            .run(who, wire::Command::FetchCard,
                 [&](auto& fbb) {
                     return wire::CreateFetchCard(fbb, raw(in), raw(user), type).Union();
                 })
            .error;
    }
    std::vector<const wire::Card*> cards(SessionId who) {
        return world.events<wire::Card>(who, wire::Event::Card);
    }
    std::vector<const wire::CardDelta*> deltas(SessionId who) {
        return world.events<wire::CardDelta>(who, wire::Event::CardDelta);
    }
    size_t gone(SessionId who) {
        return world.events<wire::CardGone>(who, wire::Event::CardGone).size();
    }
    void show(SessionId who, wire::PresenceState state) {
        world.run(who, wire::Command::SetPresence, [&](auto& fbb) {
            return wire::CreateSetPresence(fbb, wire::CreatePresence(fbb, 0, state)).Union();
        });
    }
};

int64_t number_of(const flatbuffers::Vector<flatbuffers::Offset<wire::CardField>>& fields,
                  uint16_t id) {
    for (const wire::CardField* field : fields) {
        if (field->id() == id) {
            return field->number();
        }
    }
    return -1;
}

} // namespace

TEST_CASE("a card that is set goes whole to the room", "[core][cards]") {
    Table t;
    CHECK(t.set(t.game, t.room, 1, {{1, 5, ""}, {2, 0, "go"}}) == Error::Ok);
    REQUIRE(t.cards(t.ann).size() == 1);
    CHECK(t.cards(t.ann)[0]->version() == 1);
    CHECK(t.cards(t.ann)[0]->room() == raw(t.room));
    CHECK(number_of(*t.cards(t.ann)[0]->fields(), 1) == 5);
    CHECK(t.world.heard(t.ann)[0].lane == Lane::Control);
}

TEST_CASE("only its writers write a card", "[core][cards][hostile]") {
    Table t;
    CHECK(t.set(t.ann, t.room, 1, {}) == Error::Forbidden);
    CHECK(t.set(t.ann, t.room, 1, {{1, 5, ""}}) == Error::Forbidden);
    CHECK(t.set(t.lead, t.room, 1, {{1, 5, ""}}) == Error::Forbidden); // the game's field
    CHECK(t.update(t.game, t.room, 1, {{1, 5, ""}}) == Error::NotFound);
    REQUIRE(t.set(t.game, t.room, 1, {{1, 5, ""}}) == Error::Ok);
    CHECK(t.update(t.lead, t.room, 1, {{1, 6, ""}}) == Error::Forbidden);
    CHECK(t.update(t.ann, t.room, 1, {{2, 0, "x"}}) == Error::Forbidden);
    CHECK(t.update(t.lead, t.room, 1, {{2, 0, "x"}}) == Error::Ok);
    CHECK(t.clear(t.ann, t.room, 1) == Error::Forbidden);
    CHECK(t.clear(t.lead, t.room, 1) == Error::Forbidden); // it shows the game's field
    CHECK(t.clear(t.game, t.room, 1) == Error::Ok);
    CHECK(t.clear(t.game, t.room, 1) == Error::NotFound);
}

TEST_CASE("a card that does not fit its type is refused", "[core][cards][hostile]") {
    Table t;
    CHECK(t.set(t.game, t.room, 9, {}) == Error::BadCard);
    CHECK(t.set(t.game, t.room, 2, {}) == Error::BadCard);   // a presence card
    CHECK(t.set(t.game, RoomId{}, 1, {}) == Error::BadCard); // a room card
    CHECK(t.set(t.game, t.room, 1, {{7, 5, ""}}) == Error::BadCard);
    CHECK(t.set(t.game, t.room, 1, {{1, 1001, ""}}) == Error::BadCard);
    CHECK(t.set(t.game, t.room, 1, {{1, 1, ""}, {1, 2, ""}}) == Error::BadCard);
    CHECK(t.set(t.game, RoomId{999}, 1, {}) == Error::NotMember);
    CHECK(t.cards(t.ann).empty());
}

TEST_CASE("a leader who sets the card again keeps what the game wrote", "[core][cards]") {
    Table t;
    t.set(t.game, t.room, 1, {{1, 5, ""}});
    CHECK(t.set(t.lead, t.room, 1, {{2, 0, "ready"}}) == Error::Ok);
    t.world.tick(limits::card_period_ms);
    const auto* card = t.cards(t.ann).back();
    CHECK(number_of(*card->fields(), 1) == 5);
    CHECK(card->version() == 2);
}

TEST_CASE("changes coalesce to a delta that says on what it builds", "[core][cards]") {
    Table t;
    t.set(t.game, t.room, 1, {{1, 5, ""}, {2, 0, "go"}});
    t.update(t.game, t.room, 1, {{1, 6, ""}});
    t.update(t.game, t.room, 1, {{1, 7, ""}});
    t.world.tick(limits::card_period_ms - 1);
    CHECK(t.deltas(t.ann).empty());
    t.world.tick(1);
    REQUIRE(t.deltas(t.ann).size() == 1);
    const auto* delta = t.deltas(t.ann)[0];
    CHECK(delta->base_version() == 1);
    CHECK(delta->version() == 3);
    REQUIRE(delta->fields()->size() == 1);
    CHECK(number_of(*delta->fields(), 1) == 7);
    CHECK(t.world.heard(t.ann).back().lane == Lane::State);
}

TEST_CASE("an update that changes nothing is done and not told", "[core][cards]") {
    Table t;
    t.set(t.game, t.room, 1, {{1, 5, ""}});
    CHECK(t.update(t.game, t.room, 1, {{1, 5, ""}}) == Error::Ok);
    t.world.tick(5000);
    CHECK(t.deltas(t.ann).empty());
    CHECK(t.cards(t.ann).size() == 1);
}

TEST_CASE("a card at rest goes out whole once more, should its last delta be lost",
          "[core][cards]") {
    Table t;
    t.set(t.game, t.room, 1, {{1, 5, ""}});
    t.update(t.game, t.room, 1, {{1, 6, ""}});
    t.world.tick(limits::card_period_ms);
    t.world.forget_heard();
    t.world.tick(limits::card_settle_ms - 1);
    CHECK(t.cards(t.ann).empty());
    t.world.tick(1);
    REQUIRE(t.cards(t.ann).size() == 1);
    CHECK(t.cards(t.ann)[0]->version() == 2);
    CHECK(number_of(*t.cards(t.ann)[0]->fields(), 1) == 6);
    t.world.tick(10 * limits::card_settle_ms);
    CHECK(t.cards(t.ann).size() == 1);
}

TEST_CASE("a card ends in its time, and a new one never looks like an old one", "[core][cards]") {
    Table t;
    t.set(t.game, t.room, 1, {{1, 5, ""}}, 3000);
    CHECK(t.cards(t.ann)[0]->expires_at_ms() == t.world.now_ms + 3000);
    t.world.tick(2999);
    CHECK(t.gone(t.ann) == 0);
    t.world.tick(1);
    CHECK(t.gone(t.ann) == 1);
    t.set(t.game, t.room, 1, {{1, 5, ""}});
    t.world.tick(limits::card_period_ms);
    CHECK(t.cards(t.ann).back()->version() == 2);
    t.world.tick(100'000);
    CHECK(t.gone(t.ann) == 1);
}

TEST_CASE("a card ends in its time when server time leaps, too", "[core][cards]") {
    Table t;
    t.set(t.game, t.room, 1, {{1, 5, ""}}, 3000);
    t.world.tick(1000);
    t.world.move_clocks(40 * limits::day_ms, 0);
    t.world.tick(1999);
    CHECK(t.gone(t.ann) == 0);
    t.world.forget_heard();
    CHECK(t.fetch(t.ann, t.room, UserId{}, 1) == Error::Ok);
    REQUIRE(t.cards(t.ann).size() == 1);
    CHECK(t.cards(t.ann)[0]->expires_at_ms() == t.world.now_ms + 1);
    t.world.tick(1);
    CHECK(t.gone(t.ann) == 1);
}

TEST_CASE("setting a card again moves its end", "[core][cards]") {
    Table t;
    t.set(t.game, t.room, 1, {{1, 5, ""}}, 1000);
    t.set(t.game, t.room, 1, {{1, 5, ""}}, 5000);
    t.world.tick(1000);
    t.world.tick(3999);
    CHECK(t.gone(t.ann) == 0);
    t.world.tick(1);
    CHECK(t.gone(t.ann) == 1);
}

TEST_CASE("who comes in, and who asks, gets the whole card", "[core][cards]") {
    Table t;
    t.set(t.game, t.room, 1, {{1, 5, ""}});
    const SessionId bob = t.world.connect("bob", {team("t1")});
    REQUIRE(t.cards(bob).size() == 1);
    t.world.forget_heard();
    CHECK(t.fetch(t.ann, t.room, UserId{}, 1) == Error::Ok);
    CHECK(t.cards(t.ann).size() == 1);
    CHECK(t.fetch(t.ann, t.room, UserId{}, 2) == Error::NotFound);
    const SessionId eve = t.world.connect("eve");
    CHECK(t.fetch(eve, t.room, UserId{}, 1) == Error::NotMember);
}

TEST_CASE("a presence card follows its user to those who share a small room", "[core][cards]") {
    Table t;
    const UserId ann_id = t.world.user_id("ann");
    CHECK(t.set(t.ann, RoomId{}, 2, {{1, 0, "happy"}}) == Error::Ok);
    REQUIRE(t.cards(t.lead).size() == 1);
    CHECK(t.cards(t.lead)[0]->user() == raw(ann_id));
    CHECK(t.fetch(t.lead, RoomId{}, ann_id, 2) == Error::Ok);

    t.update(t.ann, RoomId{}, 2, {{1, 0, "glad"}});
    t.world.tick(limits::card_period_ms);
    CHECK(t.deltas(t.lead).size() == 1);

    SECTION("who comes later gets it") {
        const SessionId bob = t.world.connect("bob", {team("t1")});
        CHECK(!t.cards(bob).empty());
    }
    SECTION("it goes when he hides, and comes back when he shows himself") {
        t.world.forget_heard();
        t.show(t.ann, wire::PresenceState::Invisible);
        t.world.tick(limits::presence_period_ms);
        CHECK(t.gone(t.lead) == 1);
        CHECK(t.fetch(t.lead, RoomId{}, ann_id, 2) == Error::NotFound);
        CHECK(t.fetch(t.ann, RoomId{}, ann_id, 2) == Error::Ok);
        t.update(t.ann, RoomId{}, 2, {{1, 0, "hidden"}});
        t.world.tick(5000);
        CHECK(t.cards(t.lead).empty());
        CHECK(t.deltas(t.lead).empty());
        t.show(t.ann, wire::PresenceState::Online);
        t.world.tick();
        CHECK(t.cards(t.lead).size() == 1);
    }
    SECTION("it goes when he is gone for good") {
        t.world.step(SessionClosed{t.ann, Error::ConnectionLost});
        t.world.tick(limits::presence_keep_ms - 1);
        CHECK(t.gone(t.lead) == 0);
        t.world.tick(1);
        CHECK(t.gone(t.lead) == 1);
    }
    SECTION("his own word only") {
        CHECK(t.clear(t.lead, RoomId{}, 2) == Error::NotFound);
        CHECK(t.clear(t.ann, RoomId{}, 2) == Error::Ok);
        t.world.tick(limits::card_period_ms);
        CHECK(t.gone(t.lead) == 1);
    }
}

TEST_CASE("who joins a room that he is in gets its own cards, not those of its people again",
          "[core][cards][hostile]") {
    Table t;
    REQUIRE(t.set(t.lead, RoomId{}, 2, {{1, 0, "well"}}) == Error::Ok);
    REQUIRE(t.set(t.game, t.room, 1, {{1, 5, ""}}) == Error::Ok);
    t.world.forget_heard();
    REQUIRE(t.world.run_join(t.ann, wire::RoomKind::Team, "t1").error == Error::Ok);
    CHECK(t.world.events<wire::RoomState>(t.ann, wire::Event::RoomState).size() == 1);
    const auto cards = t.world.events<wire::Card>(t.ann, wire::Event::Card);
    REQUIRE(cards.size() == 1);
    CHECK(cards[0]->room() == raw(t.room));
}

TEST_CASE("cards that are asked for draw on the rate of answers", "[core][cards][hostile]") {
    CoreOptions options;
    options.frames_per_s_max = 100'000; // it is not the flood that ends it
    Table table(std::move(options));
    REQUIRE(table.set(table.game, table.room, 1, {{1, 7, ""}}) == Error::Ok);
    Error said = Error::Ok;
    size_t given = 0;
    while (said == Error::Ok && given < limits::answers_bytes_at_once) {
        said = table.fetch(table.ann, table.room, UserId{}, 1);
        given += said == Error::Ok ? 1 : 0;
    }
    CHECK(said == Error::Busy);
    CHECK(given > 100);
    // Whoever waits is told again, and others never had to.
    CHECK(table.fetch(table.lead, table.room, UserId{}, 1) == Error::Ok);
    table.world.tick(1000);
    CHECK(table.fetch(table.ann, table.room, UserId{}, 1) == Error::Ok);
}

TEST_CASE("a card that is set again and again goes out at the pace of its changes, newest wins",
          "[core][cards][hostile]") {
    Table t;
    for (int64_t score = 1; score <= 20; ++score) {
        REQUIRE(t.set(t.game, t.room, 1, {{1, score, ""}}) == Error::Ok);
    }
    REQUIRE(t.cards(t.ann).size() == 1); // the first at once
    t.world.tick(limits::card_period_ms - 1);
    CHECK(t.cards(t.ann).size() == 1);
    t.world.tick(1);
    REQUIRE(t.cards(t.ann).size() == 2);
    CHECK(number_of(*t.cards(t.ann)[1]->fields(), 1) == 20);
    CHECK(t.cards(t.ann)[1]->version() == 20);
    t.world.tick(limits::card_period_ms);
    CHECK(t.cards(t.ann).size() == 2);
    CHECK(t.set(t.game, t.room, 1, {{1, 21, ""}}) == Error::Ok);
    CHECK(t.cards(t.ann).size() == 3); // at rest meanwhile: at once again
}

TEST_CASE("clearing a card does not hasten the next one", "[core][cards][hostile]") {
    Table t;
    t.set(t.game, t.room, 1, {{1, 5, ""}});
    SECTION("cleared and set again and again") {
        for (int64_t score = 1; score <= 20; ++score) {
            REQUIRE(t.clear(t.game, t.room, 1) == Error::Ok);
            REQUIRE(t.set(t.game, t.room, 1, {{1, score, ""}}) == Error::Ok);
        }
        CHECK(t.cards(t.ann).size() == 1);
        CHECK(t.gone(t.ann) == 0);
        t.world.tick(limits::card_period_ms);
        REQUIRE(t.cards(t.ann).size() == 2);
        CHECK(number_of(*t.cards(t.ann)[1]->fields(), 1) == 20);
        CHECK(t.gone(t.ann) == 0); // it is there, so nobody hears that it went
    }
    SECTION("cleared at last") {
        REQUIRE(t.clear(t.game, t.room, 1) == Error::Ok);
        CHECK(t.fetch(t.ann, t.room, UserId{}, 1) == Error::NotFound);
        t.world.tick(limits::card_period_ms - 1);
        CHECK(t.gone(t.ann) == 0);
        t.world.tick(1);
        CHECK(t.gone(t.ann) == 1);
        REQUIRE(t.set(t.game, t.room, 1, {{1, 6, ""}}) == Error::Ok);
        CHECK(t.cards(t.ann).size() == 1); // paced by the telling that it went
        t.world.tick(limits::card_period_ms);
        CHECK(t.cards(t.ann).size() == 2);
        CHECK(t.gone(t.ann) == 1);
    }
    SECTION("set and cleared before anybody was told: there is nothing to tell") {
        t.world.tick(limits::card_period_ms);
        t.clear(t.game, t.room, 1);
        t.world.forget_heard();
        t.set(t.game, t.room, 1, {{1, 7, ""}});
        t.clear(t.game, t.room, 1);
        t.world.tick(limits::card_settle_ms);
        CHECK(t.cards(t.ann).empty());
        CHECK(t.gone(t.ann) == 0);
    }
}

TEST_CASE("who comes while a card waits to be told has it, and hears when it goes",
          "[core][cards]") {
    Table t;
    t.set(t.game, t.room, 1, {{1, 5, ""}});
    t.world.tick(limits::card_period_ms);
    t.clear(t.game, t.room, 1);
    t.set(t.game, t.room, 1, {{1, 6, ""}}); // waits
    const SessionId bob = t.world.connect("bob", {team("t1")});
    REQUIRE(t.cards(bob).size() == 1);
    CHECK(number_of(*t.cards(bob)[0]->fields(), 1) == 6);
    t.clear(t.game, t.room, 1);
    t.world.tick(limits::card_period_ms);
    CHECK(t.gone(bob) == 1);
}

TEST_CASE("one card takes the place of a user's other, at one pace for all of his",
          "[core][cards][hostile]") {
    Table t;
    REQUIRE(t.set(t.ann, RoomId{}, 2, {{1, 0, "happy"}}) == Error::Ok);
    REQUIRE(t.cards(t.lead).size() == 1);
    for (int64_t rank = 1; rank <= 9; ++rank) {
        REQUIRE(t.set(t.ann, RoomId{}, 2, {{1, 0, "glad"}}) == Error::Ok);
        REQUIRE(t.set(t.ann, RoomId{}, 3, {{1, rank, ""}}) == Error::Ok);
    }
    CHECK(t.cards(t.lead).size() == 1);
    CHECK(t.gone(t.lead) == 0);
    t.world.tick(limits::card_period_ms);
    const auto gone = t.world.events<wire::CardGone>(t.lead, wire::Event::CardGone);
    REQUIRE(gone.size() == 1);
    CHECK(gone[0]->type() == 2);
    REQUIRE(t.cards(t.lead).size() == 2);
    CHECK(t.cards(t.lead)[1]->type() == 3);
    CHECK(number_of(*t.cards(t.lead)[1]->fields(), 1) == 9);
    const auto last = t.world.heard(t.lead).back().frame->body_type();
    CHECK(last == wire::Event::Card); // the old one went first
}

TEST_CASE("who hides and shows himself at will is told of once a second, card and all",
          "[core][cards][presence][hostile]") {
    Table t;
    t.set(t.ann, RoomId{}, 2, {{1, 0, "happy"}});
    t.world.tick(limits::presence_period_ms);
    t.world.forget_heard();
    for (int i = 0; i < 20; ++i) {
        t.show(t.ann, wire::PresenceState::Invisible);
        t.show(t.ann, wire::PresenceState::Online);
    }
    t.show(t.ann, wire::PresenceState::Invisible);
    CHECK(t.world.heard(t.lead).empty());
    t.world.tick();
    CHECK(t.gone(t.lead) == 1);
    CHECK(t.cards(t.lead).empty());
    for (int i = 0; i < 20; ++i) {
        t.show(t.ann, wire::PresenceState::Online);
        t.show(t.ann, wire::PresenceState::Invisible);
    }
    t.show(t.ann, wire::PresenceState::Online);
    t.world.tick(limits::presence_period_ms - 1);
    CHECK(t.gone(t.lead) == 1);
    CHECK(t.cards(t.lead).empty());
    CHECK(t.fetch(t.lead, RoomId{}, t.world.user_id("ann"), 2) == Error::NotFound);
    t.world.tick(1);
    CHECK(t.cards(t.lead).size() == 1);
    CHECK(t.fetch(t.lead, RoomId{}, t.world.user_id("ann"), 2) == Error::Ok);
}
