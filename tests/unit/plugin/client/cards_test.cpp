// cards_test.cpp: cards as the shard's frames make them, and as the host writes them.
#include "tests/support/catch.hpp"

#include <array>

#include "tests/unit/plugin/client/world.hpp"

namespace parley::client {
namespace {

ClientOptions with_cards() {
    CardTypeSet types;
    std::string message;
    const Result<void> match = types.add("id = 1\nname = \"match\"\ntitle = \"Match {map}\"\n"
                                         "[[fields]]\nid = 1\nname = \"map\"\nkind = \"text\"\n"
                                         "code_points_max = 16\n"
                                         "[[fields]]\nid = 2\nname = \"score\"\nkind = \"int\"\n"
                                         "min = 0\nmax = 100\n",
                                         "match.toml", message);
    INFO(message);
    REQUIRE(match.ok());
    const Result<void> party =
        types.add("id = 2\nname = \"party\"\ntitle = \"Party\"\nroom_card = false\n"
                  "[[fields]]\nid = 1\nname = \"open\"\nkind = \"bool\"\n",
                  "party.toml", message);
    INFO(message);
    REQUIRE(party.ok());
    ClientOptions options;
    options.card_types = std::make_shared<const CardTypeSet>(std::move(types));
    return options;
}

TEST_CASE("a card is set, changed by field and goes", "[cards]") {
    World world(with_cards());
    world.enter();
    world.shard.card(1, 0, 1, 5, {{1, 0, "Foundry"}, {2, 3}});
    world.step();
    const CardState* card = world.room().card(1);
    REQUIRE(card != nullptr);
    CHECK(card->version == 5);
    CHECK(card->value(1)->text == "Foundry");
    CHECK(card->value(2)->number == 3);
    CHECK(card->value(3) == nullptr);
    auto told = world.events(EventType::Card);
    REQUIRE(told.size() == 1);
    CHECK(told[0].card_type == 1);
    const uint64_t revision = card->revision;
    world.shard.card_delta(1, 0, 1, 5, 6, {{2, 4}});
    world.step();
    card = world.room().card(1);
    CHECK(card->value(2)->number == 4);
    CHECK(card->value(1)->text == "Foundry");
    CHECK(card->revision > revision);
    world.shard.card_gone(1, 0, 1);
    world.step();
    CHECK(world.room().cards.empty());
}

TEST_CASE("a delta whose base is missing fetches the whole card, once", "[cards]") {
    World world(with_cards());
    world.enter();
    world.shard.card(1, 0, 1, 5, {{2, 3}});
    world.shard.card_delta(1, 0, 1, 6, 7, {{2, 4}});
    world.shard.card_delta(1, 0, 1, 7, 8, {{2, 5}});
    world.step();
    CHECK(world.room().card(1)->version == 5);
    REQUIRE(world.script->count(wire::Command::FetchCard) == 1);
    const SentFrame& sent = world.last(wire::Command::FetchCard);
    world.shard.card(1, 0, 1, 8, {{2, 5}}, sent.request());
    world.shard.card_delta(1, 0, 1, 6, 7, {{2, 4}}); // late: not older than what is here
    world.step();
    CHECK(world.room().card(1)->value(2)->number == 5);
    CHECK(world.script->count(wire::Command::FetchCard) == 1);
    world.shard.card_delta(1, 0, 1, 9, 10, {{2, 6}});
    world.step();
    CHECK(world.script->count(wire::Command::FetchCard) == 2);
}

TEST_CASE("a user has one presence card", "[cards]") {
    World world(with_cards());
    world.enter();
    world.shard.card(0, bo_id, 2, 1, {{1, 1}});
    world.step();
    REQUIRE(world.client.model().presence_card(UserId{bo_id}) != nullptr);
    CHECK(world.client.model().presence_card(UserId{bo_id})->value(1)->number == 1);
    const auto told = world.events(EventType::Card);
    REQUIRE(told.size() == 1);
    CHECK(raw(told[0].user) == bo_id);
    world.shard.card_gone(0, bo_id, 2);
    world.step();
    CHECK(world.client.model().presence_card(UserId{bo_id}) == nullptr);
}

TEST_CASE("a card that does not follow its room's state is gone", "[cards]") {
    World world(with_cards());
    world.enter();
    world.shard.card(1, 0, 1, 5, {{2, 3}});
    world.shard.card(0, bo_id, 2, 1, {{1, 1}});
    world.step();
    world.shard.down(Error::ConnectionLost);
    world.step();
    CHECK(world.room().card(1) != nullptr); // offline: what was last known
    world.step(1000);
    world.come_up();
    world.events();
    world.shard.room({});
    world.step();
    CHECK(world.room().cards.empty());
    CHECK(world.client.model().presence_card(UserId{bo_id}) == nullptr);
    CHECK(world.events(EventType::Card).size() == 1);
    // After a restart versions start anew.
    world.shard.card(1, 0, 1, 1, {{2, 9}});
    world.step();
    CHECK(world.room().card(1)->value(2)->number == 9);
}

TEST_CASE("a whole card said once more changes nothing", "[cards]") {
    World world(with_cards());
    world.enter();
    world.shard.card(1, 0, 1, 5, {{2, 3}});
    world.step();
    world.events();
    const uint64_t revision = world.client.model().revision();
    world.shard.card(1, 0, 1, 5, {{2, 3}});
    world.shard.card(1, 0, 1, 4, {{2, 2}});
    world.step();
    CHECK(world.client.model().revision() == revision);
    CHECK(world.room().card(1)->value(2)->number == 3);
    CHECK(world.events(EventType::Card).empty());
}

TEST_CASE("fields of a newer shard are kept, and bounded", "[cards]") {
    World world(with_cards());
    world.enter();
    world.shard.card(1, 0, 1, 1, {{2, 3}, {99, 7, "future"}});
    world.step();
    CHECK(world.room().card(1)->value(99)->text == "future");
}

TEST_CASE("writing a card checks names and ranges here, rights at the shard", "[cards]") {
    World world(with_cards());
    world.enter();
    const RoomId room{1};
    const CardWrite good[] = {{"map", 0, "Foundry"}, {"score", 100, ""}};
    const Result<Request> request = world.client.set_card(room, "match", good, 5000);
    REQUIRE(request.ok());
    const wire::SetCard& sent = *world.last(wire::Command::SetCard).frame().body_as_SetCard();
    CHECK(sent.type() == 1);
    CHECK(sent.ttl_ms() == 5000);
    REQUIRE(sent.fields()->size() == 2);
    CHECK(sent.fields()->Get(0)->text()->str() == "Foundry");
    world.shard.reply(static_cast<uint32_t>(*request), Error::Forbidden);
    world.step();
    CHECK(world.events(EventType::Reply)[0].result == Error::Forbidden);
    const CardWrite too_much[] = {{"score", 101, ""}};
    CHECK(world.client.update_card(room, "match", too_much).error() == Error::BadCard);
    const CardWrite unknown[] = {{"colour", 1, ""}};
    CHECK(world.client.update_card(room, "match", unknown).error() == Error::BadCard);
    CHECK(world.client.set_card(RoomId{}, "match", {}, 0).error() == Error::BadCard); // a room card
    CHECK(world.client.set_card(RoomId{9}, "match", good, 0).error() == Error::NotMember);
    const CardWrite one[] = {{"score", 1, ""}};
    CHECK(world.client.update_card(room, "match", one).ok());
    CHECK(world.client.clear_card(room, "match").ok());
    const CardWrite open[] = {{"open", 1, ""}};
    CHECK(world.client.set_card(RoomId{}, "party", open, 0).ok());
    // The builder that was left half full by a refusal starts clean.
    CHECK(world.last(wire::Command::UpdateCard).bytes.size() < 200);
}

TEST_CASE("a card that does not fit is refused, and the log names the field and the reason",
          "[cards]") {
    Lines lines;
    ClientOptions options = with_cards();
    options.log = Log(&Lines::sink, &lines, LogLevel::Warn);
    World world(std::move(options));
    world.enter();
    const auto said_of = [&](RoomId room, const char* type, CardWrite write) {
        lines.all.clear();
        CHECK(world.client.set_card(room, type, std::array{write}, 0).error() == Error::BadCard);
        CHECK(world.client.set_card(room, type, std::array{write}, 0).error() == Error::BadCard);
        REQUIRE(lines.all.size() == 1); // a game may try in every frame
        return lines.all[0];
    };
    CHECK(said_of(RoomId{1}, "match", {"nosuch", 1, ""}) ==
          "error card_refused type=match field=nosuch why=\"the type has no such field\"");
    CHECK(said_of(RoomId{1}, "match", {"score", 101, ""}) ==
          "error card_refused type=match field=score why=\"the number is outside the field's "
          "range\"");
    CHECK(said_of(RoomId{1}, "match", {"map", 0, "a\nb"}).find("field=map") != std::string::npos);
    CHECK(said_of(RoomId{}, "match", {"map", 0, "a"}).find("needs a room") != std::string::npos);
    CHECK(said_of(RoomId{1}, "party", {"open", 1, ""}).find("has room 0") != std::string::npos);
}

TEST_CASE("a card that only the shard refuses is told to the log", "[cards]") {
    Lines lines;
    ClientOptions options = with_cards();
    options.log = Log(&Lines::sink, &lines, LogLevel::Warn);
    World world(std::move(options));
    world.enter();
    const CardWrite score{"score", 1, ""};
    REQUIRE(world.client.set_card(RoomId{1}, "match", std::array{score}, 0).ok());
    world.shard.reply(world.last(wire::Command::SetCard).request(), Error::BadCard);
    world.step();
    REQUIRE(lines.all.size() == 1);
    CHECK(lines.all[0].find("type=match") != std::string::npos);
    CHECK(lines.all[0].find("cards_folder") != std::string::npos);
}

TEST_CASE("a card of a type that no file names is not found, and the log says where files belong",
          "[cards]") {
    std::vector<std::string> lines;
    ClientOptions options = with_cards();
    SECTION("with other types") {}
    SECTION("without any") {
        options.card_types = nullptr;
    }
    options.log = Log(
        [](void* user, int, const char* line) {
            static_cast<std::vector<std::string>*>(user)->emplace_back(line);
        },
        &lines, LogLevel::Warn);
    World world(std::move(options));
    world.enter();
    const RoomId room{1};
    CHECK(world.client.set_card(room, "nothing", {}, 0).error() == Error::NotFound);
    CHECK(world.client.update_card(room, "nothing", {}).error() == Error::NotFound);
    CHECK(world.client.clear_card(room, "nothing").error() == Error::NotFound);
    REQUIRE(lines.size() == 1); // a game that tries every frame is told once
    CHECK(lines[0].find("type=nothing") != std::string::npos);
    CHECK(lines[0].find("card_types_path") != std::string::npos);
    CHECK(world.client.set_card(room, "other", {}, 0).error() == Error::NotFound);
    CHECK(lines.size() == 2);
}

TEST_CASE("without card types cards are ignored", "[cards]") {
    World world;
    world.enter();
    world.shard.card(1, 0, 1, 1, {{2, 3}});
    world.shard.card_delta(1, 0, 1, 1, 2, {{2, 3}});
    world.step();
    CHECK(world.room().cards.empty());
    CHECK(world.script->count(wire::Command::FetchCard) == 0);
}

} // namespace
} // namespace parley::client
