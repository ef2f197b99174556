// pictures_test.cpp: draws the reference scene at the sizes and scales that must look intended, and
// the states of the connection. The files are for eyes; layout_test.cpp asserts what can be
// asserted.
#include "tests/ui/scene.hpp"

#include "tests/support/catch.hpp"

namespace parley::ui {
namespace {

void shoot_all(const char* name, SceneOptions options) {
    Scene scene(options);
    scene.fill();
    scene.settle();
    REQUIRE(scene.overlay->open(wire::RoomKind::Party).ok());
    scene.crowd_the_screen();
    scene.settle();
    scene.text("go when I say ");
    scene.preedit("いま", 2);
    scene.settle();
    scene.shoot(name);
    // Something to see: the panel is there, and the game too.
    const Picture with = scene.picture();
    const Picture without = scene.picture(false);
    CHECK(with.rgba != without.rgba);
}

TEST_CASE("the reference scene is drawn at every size that must look intended", "[pictures]") {
    shoot_all("reference", {.width = 1600, .height = 900});
    shoot_all("720p", {.width = 1280, .height = 720});
    shoot_all("720p-x0.75", {.width = 1280, .height = 720, .scale = 0.75f});
    shoot_all("1080p-x2", {.width = 1920, .height = 1080, .scale = 2});
    shoot_all("4k", {.width = 3840, .height = 2160});
    shoot_all("narrow", {.width = 560, .height = 900});
    shoot_all("720p-x3", {.width = 1280, .height = 720, .scale = 3});
    shoot_all("square-x1.5", {.width = 1024, .height = 1024, .scale = 1.5f});
    shoot_all("narrow-x2", {.width = 560, .height = 900, .scale = 2});
    shoot_all("narrow-x3", {.width = 560, .height = 900, .scale = 3});
    shoot_all("320x240", {.width = 320, .height = 240});
    shoot_all("4k-x2", {.width = 3840, .height = 2160, .scale = 2});
}

TEST_CASE("the reference scene is drawn in every theme", "[pictures]") {
    for (const char* theme :
         {"light", "high_contrast", "dark+deuteranopia", "light+protanopia", "dark+couch"}) {
        shoot_all((std::string("theme-") + theme).c_str(),
                  {.width = 1920, .height = 1080, .theme_path = theme});
    }
}

TEST_CASE("the reference scene is drawn in every language", "[pictures]") {
    shoot_all("words-de", {.words_path = "de"});
    shoot_all("words-ja", {.words_path = "ja"});
    shoot_all("words-ar", {.words_path = "ar"});
    shoot_all("words-ar-x2", {.width = 1920, .height = 1080, .scale = 2, .words_path = "ar"});
    shoot_all("words-ar-narrow", {.width = 560, .height = 900, .words_path = "ar"});
    shoot_all("words-ar-light", {.words_path = "ar", .theme_path = "light"});
}

TEST_CASE("states of the mirrored interface, and of the light theme at rest", "[pictures]") {
    {
        Scene scene({.width = 560, .height = 1000, .words_path = "ar"});
        scene.fill();
        REQUIRE(scene.overlay->open(wire::RoomKind::Party).ok());
        scene.settle();
        const overlay::Rect people = scene.find("people")->rect;
        CHECK(scene.click(people.cx(), people.cy()));
        scene.settle();
        scene.shoot("words-ar-people");
        CHECK(scene.find("card/party") != nullptr);
    }
    {
        Scene scene({.words_path = "ar"});
        scene.fill();
        REQUIRE(scene.overlay->open(wire::RoomKind::Party).ok());
        scene.settle();
        const overlay::Rect row = scene.find("message/3")->rect;
        scene.mouse(SDL_MOUSEMOTION, row.cx(), row.cy());
        scene.mouse(SDL_MOUSEBUTTONDOWN, row.cx(), row.cy(), SDL_BUTTON_RIGHT);
        scene.mouse(SDL_MOUSEBUTTONUP, row.cx(), row.cy(), SDL_BUTTON_RIGHT);
        scene.settle();
        scene.shoot("words-ar-menu");
        REQUIRE(scene.find("menu/0") != nullptr);
        const overlay::Rect item = scene.find("menu/0")->rect;
        CHECK(scene.click(item.cx(), item.cy()));
        scene.settle();
        CHECK(scene.find("menu") == nullptr);
        CHECK(scene.find("composer/reply/cancel") != nullptr);
    }
    {
        Scene scene({.theme_path = "light"});
        scene.fill();
        scene.settle();
        scene.frames(60, 0.25f);
        scene.shoot("theme-light-idle");
        CHECK(scene.find("chat") == nullptr);
    }
}

TEST_CASE("people and cards come in front where there is no room beside the chat", "[pictures]") {
    Scene scene({.width = 560, .height = 1000});
    scene.fill();
    REQUIRE(scene.overlay->open(wire::RoomKind::Party).ok());
    scene.settle();
    CHECK(scene.find("card/party") == nullptr);
    const overlay::Rect people = scene.find("people")->rect;
    CHECK(scene.click(people.cx(), people.cy()));
    scene.settle();
    scene.shoot("narrow-people");
    CHECK(scene.find("card/party") != nullptr);
    CHECK(scene.find("chat") == nullptr);
    CHECK(scene.focused() == "people/back");
    scene.key(SDLK_ESCAPE);
    scene.settle();
    CHECK(scene.find("chat") != nullptr);
    CHECK(scene.overlay->has_focus());
}

TEST_CASE("a long log, far from its end, in many rooms", "[pictures]") {
    Scene scene;
    scene.fill();
    REQUIRE(scene.overlay->open(wire::RoomKind::Global).ok());
    scene.settle();
    for (int i = 0; i < 6; ++i) {
        scene.key(SDLK_PAGEUP);
    }
    for (Seq seq = 111; seq < 114; ++seq) {
        scene.say(global, seq,
                  {zoe,
                   5,
                   "नमस्ते दोस्तों, ปีใหม่ 🎆 and a longer line that must be broken somewhere "
                   "because it does not fit, שלום",
                   {}});
    }
    for (uint64_t i = 0; i < 12; ++i) {
        scene.enter(200 + i, wire::RoomKind::Guild, {mika, me}, 0, {{mika, 1, "guild news", {}}});
    }
    scene.settle();
    scene.shoot("scrolled");
    REQUIRE(scene.find("list/newest") != nullptr);
    CHECK(scene.find("list/newest")->label == "3 new below");
    scene.key(SDLK_UP, KMOD_LALT);
    scene.key(SDLK_UP);
    scene.settle();
    CHECK(scene.focused().rfind("message/", 0) == 0);
    scene.shoot("focused-message");
    scene.key(SDLK_RETURN);
    scene.settle();
    scene.text("مرحبا يا أصدقاء hello");
    scene.settle();
    scene.shoot("reply");
}

TEST_CASE("what is done with messages: marked text, tools, menu, the way to what is new",
          "[pictures]") {
    Scene scene;
    scene.fill();
    REQUIRE(scene.overlay->open(wire::RoomKind::Party).ok());
    scene.settle();
    const overlay::Rect first = scene.find("message/1")->rect;
    const overlay::Rect last = scene.find("message/5")->rect;
    scene.mouse(SDL_MOUSEBUTTONDOWN, first.x + 120, first.bottom() - 8);
    scene.mouse(SDL_MOUSEMOTION, first.x + 200, first.bottom() - 8);
    scene.mouse(SDL_MOUSEMOTION, last.x + 90, last.bottom() - 8);
    scene.mouse(SDL_MOUSEBUTTONUP, last.x + 90, last.bottom() - 8);
    scene.settle();
    scene.shoot("marked");
    scene.key(SDLK_ESCAPE);
    const overlay::Rect row = scene.find("message/3")->rect;
    scene.mouse(SDL_MOUSEMOTION, row.cx(), row.bottom() - 10);
    scene.frames(2);
    scene.shoot("row-tools");
    const overlay::Rect more = scene.find("message/3/more")->rect;
    scene.click(more.cx(), more.cy());
    scene.settle();
    scene.shoot("row-menu");
    scene.key(SDLK_ESCAPE);
    std::vector<Said> log;
    for (int i = 0; i < 60; ++i) {
        log.push_back({zoe, 1 + i / 10, "line " + std::to_string(i), {}});
    }
    scene.enter(777, wire::RoomKind::Guild, {zoe, me}, 20, log);
    scene.step_client();
    REQUIRE(scene.overlay->open(wire::RoomKind::Guild).ok());
    scene.settle();
    scene.shoot("new-above");
}

TEST_CASE("idle, only the last lines stand on the game", "[pictures]") {
    Scene scene;
    scene.fill();
    scene.settle();
    scene.frames(60, 0.25f);
    scene.shoot("idle");
    CHECK(scene.find("chat") == nullptr);
    CHECK(scene.find("card/match") != nullptr);
}

TEST_CASE("each state of the connection has its words", "[pictures]") {
    {
        Scene scene;
        scene.connect();
        scene.settle();
        scene.shoot("first-run");
    }
    {
        Scene scene({.dev = true});
        scene.fill();
        scene.settle();
        scene.shard.down(Error::ConnectionLost, 4000);
        scene.step_client();
        scene.settle();
        scene.shoot("lost");
        REQUIRE(scene.find("status") != nullptr);
        CHECK(scene.find("status")->label.find("trying again in") != std::string::npos);
        CHECK(scene.find("status/dev") != nullptr);
    }
    {
        Scene scene;
        REQUIRE(scene.client->connect("127.0.0.1:1", "a.b.c").ok());
        scene.step_client();
        scene.shard.down(Error::BadTicket);
        scene.step_client();
        scene.settle();
        scene.shoot("refused");
        REQUIRE(scene.find("status") != nullptr);
        CHECK(scene.find("status")->label == "not connected: the server does not accept your pass");
    }
}

} // namespace
} // namespace parley::ui
