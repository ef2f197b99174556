// roster_test.cpp: the figures over a list of people are those of who stands in it.
#include "tests/ui/scene.hpp"

#include "tests/support/catch.hpp"

namespace parley::ui {
namespace {

std::vector<std::string> labels(const Scene& scene, std::string_view prefix) {
    std::vector<std::string> out;
    for (const overlay::Element& element : scene.overlay->elements()) {
        if (element.id.rfind(prefix, 0) == 0) {
            out.push_back(element.label);
        }
    }
    return out;
}

std::string label(const Scene& scene, std::string_view id) {
    const overlay::Element* element = scene.find(id);
    return element == nullptr ? "" : element->label;
}

TEST_CASE("a party's figures count who is seen in it, oneself first", "[roster]") {
    Scene scene;
    scene.connect();
    scene.enter(party, wire::RoomKind::Party, {kenji, layla, me}, 0, {});
    scene.presence(kenji, wire::PresenceState::Online, "", {});
    scene.settle();
    CHECK(label(scene, "roster/101") == "Party · 2 of 3");
    CHECK(labels(scene, "person/") ==
          std::vector<std::string>{"You, Online", "Kenji, leader, Online", "Layla, Offline"});
}

TEST_CASE("one's own row says what one does, has the crown, and offers nothing", "[roster]") {
    Scene scene;
    scene.connect();
    scene.enter(party, wire::RoomKind::Party, {me, kenji}, 0, {});
    const std::string_view params[] = {"Harbour", "3–2"};
    REQUIRE(scene.client->set_presence(wire::PresenceState::InMatch, "in_match", params).ok());
    const CardType* match = scene.client->card_types()->find(std::string_view("match"));
    scene.shard.card(0, me, match->id, 1, {});
    scene.shard.card(0, kenji, match->id, 1, {});
    scene.step_client();
    scene.settle();
    CHECK(label(scene, "person/10") == "You, leader, In match · Harbour · 3–2");
    CHECK(scene.find("person/10/spectate") == nullptr);
    CHECK(scene.find("person/1/spectate") != nullptr);
    // Whom others do not see is here all the same.
    REQUIRE(scene.client->set_presence(wire::PresenceState::Invisible, "", {}).ok());
    scene.settle();
    CHECK(label(scene, "person/10") == "You, leader, Invisible");
    CHECK(label(scene, "roster/101") == "Party · 1 of 2");
}

TEST_CASE("nobody stands twice, and the heading says who stands above", "[roster]") {
    Scene scene;
    scene.fill();
    scene.settle();
    CHECK(label(scene, "roster/101") == "Party · 4 of 4");
    CHECK(label(scene, "roster/102") == "Team · 5 of 5 · 4 above");
    CHECK(label(scene, "roster/104") == "Direct · 1 online");
    CHECK(labels(scene, "person/").size() == 6);
}

TEST_CASE("who is alone in his party sees himself, and that it is so", "[roster]") {
    Scene scene;
    scene.connect();
    scene.enter(party, wire::RoomKind::Party, {me}, 0, {});
    scene.settle();
    CHECK(label(scene, "roster/101") == "Party · 1 of 1");
    CHECK(labels(scene, "person/") == std::vector<std::string>{"You, leader, Online"});
    const float alone = scene.find("roster")->rect.h;
    // Somebody to write to adds a heading and a row, and takes nothing away.
    scene.enter(direct, wire::RoomKind::Direct, {zoe, me}, 0, {});
    scene.settle();
    CHECK(scene.find("roster")->rect.h == alone + 26 + 10 + 40);
}

} // namespace
} // namespace parley::ui
