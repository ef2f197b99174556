// completion_test.cpp: names and emoji that are offered while one writes.
#include "tests/ui/scene.hpp"

#include "tests/support/catch.hpp"

namespace parley::ui {
namespace {

using overlay::Element;

struct Writing {
    Scene scene;
    Writing() {
        scene.fill();
        REQUIRE(scene.overlay->open(wire::RoomKind::Party).ok());
        scene.settle();
        scene.spoken();
    }
    void write(const char* words) {
        scene.text(words);
        scene.frames(2);
    }
    std::string draft() { return std::string(scene.client->model().room(RoomId{party})->draft); }
    std::vector<std::string> offers() {
        std::vector<std::string> all;
        for (const Element& element : scene.overlay->elements()) {
            if (element.role == std::string_view("option")) {
                all.push_back(element.label);
            }
        }
        return all;
    }
};

TEST_CASE("an @ offers the people of the room, who spoke last first, but not oneself",
          "[completion]") {
    Writing w;
    w.write("hey @");
    const std::vector<std::string> offers = w.offers();
    REQUIRE(offers.size() == 3);
    CHECK(offers[0].rfind("Aria", 0) == 0);
    CHECK(offers[1].rfind("Layla", 0) == 0);
    CHECK(offers[2].rfind("Kenji", 0) == 0);
    w.write("KE");
    REQUIRE(w.offers().size() == 1);
    CHECK(w.scene.spoken().back() == "Kenji, In match · Harbour · 3–2, 1 of 1");
    w.scene.key(SDLK_RETURN);
    w.scene.frames(1);
    CHECK(w.draft() == "hey @Kenji ");
    CHECK(w.offers().empty());
    CHECK(w.scene.overlay->has_focus()); // Enter took the name, it sent nothing
    CHECK(w.scene.script->last(wire::Command::Send) == nullptr);
}

TEST_CASE("a name that is taken mentions its owner when the line is sent", "[completion]") {
    Writing w;
    w.write("@ke");
    w.scene.key(SDLK_TAB);
    w.write("go");
    w.scene.key(SDLK_RETURN);
    w.scene.step_client();
    const client::SentFrame* sent = w.scene.script->last(wire::Command::Send);
    REQUIRE(sent != nullptr);
    const wire::Send* send = sent->frame().body_as_Send();
    CHECK(send->text()->string_view() == "@Kenji go");
    REQUIRE(send->spans() != nullptr);
    REQUIRE(send->spans()->size() == 1);
    CHECK(send->spans()->Get(0)->kind() == wire::SpanKind::Mention);
    CHECK(send->spans()->Get(0)->target() == kenji);
}

TEST_CASE("two letters after a colon offer emoji; Down and Up go round, the pointer takes too",
          "[completion]") {
    Writing w;
    w.write(":f");
    CHECK(w.offers().empty());
    w.write("i");
    const std::vector<std::string> offers = w.offers();
    REQUIRE(offers.size() >= 2);
    CHECK(offers[0].rfind("fi", 0) == 0);
    w.scene.key(SDLK_UP); // from the first to the last
    w.scene.frames(1);
    w.scene.key(SDLK_DOWN);
    w.scene.key(SDLK_DOWN);
    w.scene.frames(1);
    w.scene.spoken();
    const Element* second = w.scene.find("offer/1");
    REQUIRE(second != nullptr);
    CHECK(w.scene.click(second->rect.cx(), second->rect.cy()));
    w.scene.frames(1);
    CHECK_FALSE(w.draft().empty());
    CHECK(w.draft().find(':') == std::string::npos);
    w.scene.key(SDLK_z, KMOD_LCTRL);
    CHECK(w.draft() == ":fi");
}

TEST_CASE("Escape sends the offers away for this word alone, then it closes the chat",
          "[completion]") {
    Writing w;
    w.write("@a");
    REQUIRE_FALSE(w.offers().empty());
    w.scene.key(SDLK_ESCAPE);
    w.scene.frames(1);
    CHECK(w.offers().empty());
    CHECK(w.scene.overlay->has_focus());
    w.write("r");
    CHECK(w.offers().empty());
    w.write(" @a");
    CHECK_FALSE(w.offers().empty());
    w.scene.key(SDLK_ESCAPE);
    w.scene.frames(1);
    w.scene.key(SDLK_ESCAPE);
    CHECK_FALSE(w.scene.overlay->has_focus());
}

TEST_CASE("a sign inside a word offers nothing, nor one that nobody's name follows",
          "[completion]") {
    Writing w;
    w.write("me@ke");
    CHECK(w.offers().empty());
    w.write(" 12:30");
    CHECK(w.offers().empty());
    w.write(" @nobody");
    CHECK(w.offers().empty());
}

TEST_CASE("with a pad an offer is chosen and taken", "[completion]") {
    Writing w;
    w.write("@");
    CHECK(w.scene.pad(SDL_CONTROLLER_BUTTON_DPAD_DOWN));
    CHECK(w.scene.pad(SDL_CONTROLLER_BUTTON_A));
    w.scene.frames(1);
    CHECK(w.draft() == "@Layla ");
}

TEST_CASE("offers stand above the composer and inside the screen, also mirrored and narrow",
          "[completion]") {
    for (const auto& [width, height, scale, words] :
         {std::tuple(1600, 900, 1.0f, "en"), std::tuple(560, 900, 1.5f, "en"),
          std::tuple(1600, 900, 1.0f, "ar")}) {
        Scene scene({.width = width, .height = height, .scale = scale, .words_path = words});
        scene.fill();
        REQUIRE(scene.overlay->open(wire::RoomKind::Party).ok());
        scene.settle();
        scene.text("@");
        scene.frames(2);
        scene.settle();
        const Element* list = scene.find("offers");
        const Element* composer = scene.find("composer");
        REQUIRE(list != nullptr);
        REQUIRE(composer != nullptr);
        CHECK(list->rect.bottom() <= composer->rect.y);
        CHECK(list->rect.x >= 0);
        CHECK(list->rect.right() <= static_cast<float>(width));
        for (const Element& element : scene.overlay->elements()) {
            if (element.role == std::string_view("option")) {
                CHECK(element.rect.x >= list->rect.x);
                CHECK(element.rect.right() <= list->rect.right());
                CHECK(element.rect.h >= 28 * scale - 1.5f);
            }
        }
        scene.shoot(std::string("offers-") + words + "-" + std::to_string(width));
    }
}

} // namespace
} // namespace parley::ui
