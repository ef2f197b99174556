// message_test.cpp: what one does with messages: marking and copying, the tools of a row, its menu,
// links, quotes, and the way to what is new.
#include "tests/ui/scene.hpp"

#include "tests/support/catch.hpp"

namespace parley::ui {
namespace {

using overlay::Element;
using overlay::Rect;

struct Talk {
    Scene scene;
    Talk() {
        scene.fill();
        scene.settle();
        REQUIRE(scene.overlay->open(wire::RoomKind::Party).ok());
        scene.frames(3);
        scene.settle();
        drain();
    }
    Rect row(const char* id) {
        const Element* element = scene.find(id);
        REQUIRE(element != nullptr);
        return element->rect;
    }
    // From the left of one row's last line to the right of another's.
    void drag(const Rect& from, const Rect& to) {
        scene.mouse(SDL_MOUSEMOTION, from.x + 46, from.bottom() - 8);
        scene.frames(1);
        CHECK(scene.mouse(SDL_MOUSEBUTTONDOWN, from.x + 46, from.bottom() - 8));
        scene.frames(1);
        scene.mouse(SDL_MOUSEMOTION, to.cx(), to.cy());
        scene.frames(1);
        scene.mouse(SDL_MOUSEMOTION, to.right() - 4, to.bottom() - 8);
        scene.frames(1);
        CHECK(scene.mouse(SDL_MOUSEBUTTONUP, to.right() - 4, to.bottom() - 8));
        scene.frames(1);
    }
    // What Ctrl+C took, as Ctrl+V gives it.
    std::string pasted() {
        scene.text("x"); // to the composer
        scene.key(SDLK_a, KMOD_LCTRL);
        scene.key(SDLK_v, KMOD_LCTRL);
        scene.frames(1);
        return std::string(scene.client->model().room(RoomId{party})->draft);
    }
    std::vector<client::Event> drain() {
        std::vector<client::Event> all;
        for (client::Event event{scene.client->memory()}; scene.client->poll(event);) {
            all.push_back(std::move(event));
        }
        return all;
    }
    void open_menu(const char* id) {
        const Rect at = row(id);
        scene.mouse(SDL_MOUSEMOTION, at.cx(), at.cy());
        scene.frames(1);
        CHECK(scene.mouse(SDL_MOUSEBUTTONDOWN, at.cx(), at.cy(), SDL_BUTTON_RIGHT));
        CHECK(scene.mouse(SDL_MOUSEBUTTONUP, at.cx(), at.cy(), SDL_BUTTON_RIGHT));
        scene.frames(2);
    }
    // Which of the menu's items says this; "" when none does.
    std::string item(std::string_view label) {
        for (const Element& element : scene.overlay->elements()) {
            if (element.role == std::string_view("menuitem") && element.label == label) {
                return element.id;
            }
        }
        return "";
    }
    void choose(std::string_view label) {
        const Rect at = row(item(label).c_str());
        CHECK(scene.click(at.cx(), at.cy()));
        scene.frames(1);
    }
};

TEST_CASE("text is marked over several messages and copied in the order of the log", "[message]") {
    Talk talk;
    const Picture before = talk.scene.picture();
    talk.drag(talk.row("message/3"), talk.row("message/5"));
    CHECK(talk.scene.picture().rgba != before.rgba);
    CHECK(talk.scene.key(SDLK_c, KMOD_LCTRL));
    CHECK(talk.pasted() == "Aria: @you take mid, not left right. Code is 4711\nMei: on it 🚀");
}

TEST_CASE("marked backwards it is the same text", "[message]") {
    Talk talk;
    const Rect first = talk.row("message/3");
    const Rect last = talk.row("message/5");
    Scene& scene = talk.scene;
    scene.mouse(SDL_MOUSEBUTTONDOWN, last.right() - 4, last.bottom() - 8);
    scene.mouse(SDL_MOUSEMOTION, last.cx(), last.cy());
    scene.mouse(SDL_MOUSEMOTION, first.x + 46, first.bottom() - 8);
    scene.mouse(SDL_MOUSEBUTTONUP, first.x + 46, first.bottom() - 8);
    scene.frames(1);
    CHECK(scene.key(SDLK_c, KMOD_LCTRL));
    CHECK(talk.pasted() == "Aria: @you take mid, not left right. Code is 4711\nMei: on it 🚀");
}

TEST_CASE("a second press marks the word, a third the message; Escape unmarks, then closes",
          "[message]") {
    Talk talk;
    Scene& scene = talk.scene;
    const Rect row = talk.row("message/5");
    const auto press = [&] {
        scene.mouse(SDL_MOUSEMOTION, row.x + 50, row.bottom() - 8);
        scene.mouse(SDL_MOUSEBUTTONDOWN, row.x + 50, row.bottom() - 8);
        scene.mouse(SDL_MOUSEBUTTONUP, row.x + 50, row.bottom() - 8);
        scene.frames(1);
    };
    press();
    press();
    CHECK(scene.key(SDLK_c, KMOD_LCTRL));
    press();
    SECTION("word") {
        CHECK(talk.pasted() == "on");
    }
    SECTION("message") {
        CHECK(scene.key(SDLK_c, KMOD_LCTRL));
        CHECK(talk.pasted() == "on it 🚀");
    }
    SECTION("escape") {
        CHECK(scene.key(SDLK_ESCAPE));
        CHECK(scene.overlay->has_focus());
        CHECK(scene.key(SDLK_ESCAPE));
        CHECK_FALSE(scene.overlay->has_focus());
    }
}

TEST_CASE("while text is marked new lines do not move it", "[message]") {
    Talk talk;
    talk.drag(talk.row("message/3"), talk.row("message/5"));
    const Rect before = talk.row("message/5");
    for (Seq seq = 6; seq < 12; ++seq) {
        talk.scene.say(party, seq, {kenji, 6, "one more", {}});
    }
    talk.scene.settle();
    CHECK(talk.row("message/5").y == before.y);
    CHECK(talk.row("list/newest").h > 0);
}

TEST_CASE("the menu of a message acts on it, and gives the focus back", "[message]") {
    Talk talk;
    Scene& scene = talk.scene;
    talk.open_menu("message/3");
    REQUIRE(scene.find("menu") != nullptr);
    CHECK(scene.focused() == "menu/0");
    SECTION("by keys: down and up stay inside, Escape closes the menu alone") {
        scene.key(SDLK_DOWN);
        scene.frames(1);
        CHECK(scene.focused() == "menu/1");
        scene.key(SDLK_UP);
        scene.key(SDLK_UP);
        scene.frames(1);
        CHECK(scene.focused() == "menu/0");
        scene.key(SDLK_ESCAPE);
        scene.frames(1);
        CHECK(scene.find("menu") == nullptr);
        CHECK(scene.overlay->has_focus());
        CHECK(scene.focused() == "message/3");
    }
    SECTION("reply") {
        talk.choose("Reply");
        CHECK(scene.find("menu") == nullptr);
        CHECK(scene.find("composer/reply/cancel") != nullptr);
    }
    SECTION("copy") {
        talk.choose("Copy text");
        CHECK(talk.pasted() == "@you take mid, not left right. Code is 4711");
    }
    SECTION("mention") {
        talk.choose("Mention Aria");
        CHECK(scene.client->model().room(RoomId{party})->draft == "@Aria ");
    }
    SECTION("block") {
        talk.choose("Block Aria");
        scene.step_client();
        const client::SentFrame* sent = scene.script->last(wire::Command::Block);
        REQUIRE(sent != nullptr);
        CHECK(sent->frame().body_as_Block()->user() == aria);
        CHECK(sent->frame().body_as_Block()->on());
    }
    SECTION("report goes to the game, with what was said") {
        talk.choose("Report to the game");
        const std::vector<client::Event> events = talk.drain();
        REQUIRE(events.size() == 1);
        CHECK(events[0].type == client::EventType::Report);
        CHECK(events[0].room == RoomId{party});
        CHECK(events[0].seq == 3);
        CHECK(events[0].user == UserId{aria});
        CHECK(std::string_view(events[0].text) == "@you take mid, not left right. Code is 4711");
    }
    SECTION("a press beside it closes it and does nothing else") {
        CHECK(scene.click(800, 200));
        CHECK(scene.find("menu") == nullptr);
        CHECK(scene.overlay->has_focus());
    }
}

TEST_CASE("whom one blocks can be unblocked at what he said before", "[message]") {
    Talk talk;
    talk.scene.shard.blocks({aria});
    talk.scene.step_client();
    talk.open_menu("message/3");
    CHECK(talk.item("Block Aria").empty());
    talk.choose("Unblock Aria");
    talk.scene.step_client();
    const client::SentFrame* sent = talk.scene.script->last(wire::Command::Block);
    REQUIRE(sent != nullptr);
    CHECK(sent->frame().body_as_Block()->user() == aria);
    CHECK_FALSE(sent->frame().body_as_Block()->on());
}

TEST_CASE("a link is read on its own ground, with a line below it", "[message]") {
    Talk talk;
    talk.scene.say(party, 6,
                   {kenji, 6, "iiii https://i.ii", {{"https://i.ii", wire::SpanKind::Link}}});
    talk.scene.settle();
    const Rect row = talk.row("message/6");
    talk.scene.mouse(SDL_MOUSEMOTION, 800, 200);
    talk.scene.settle();
    const Picture picture = talk.scene.picture();
    // Most of what lies behind the letters is the panel: a block over them would be brighter.
    int bright = 0, all = 0;
    for (int y = static_cast<int>(row.bottom()) - 20; y < static_cast<int>(row.bottom()) - 8; ++y) {
        for (int x = static_cast<int>(row.x) + 80; x < static_cast<int>(row.x) + 140; ++x, ++all) {
            bright += picture.at(x, y)[2] > 150 ? 1 : 0;
        }
    }
    CHECK(bright > 0);
    CHECK(bright < all / 2);
}

TEST_CASE("one's own message can be neither reported nor blocked", "[message]") {
    Talk talk;
    talk.open_menu("message/5");
    CHECK(talk.item("Reply") == "menu/0");
    CHECK(talk.item("Report to the game").empty());
    for (const Element& element : talk.scene.overlay->elements()) {
        CHECK(element.label.find("Block") == std::string::npos);
    }
}

TEST_CASE("a line that failed can be tried again or thrown away from its menu", "[message]") {
    Talk talk;
    talk.scene.send_refused(party, "too long a tale", Error::TooLong, 0);
    talk.scene.settle();
    std::string id;
    for (const Element& element : talk.scene.overlay->elements()) {
        if (element.id.rfind("message/waiting/", 0) == 0) {
            id = element.id;
        }
    }
    talk.open_menu(id.c_str());
    CHECK_FALSE(talk.item("Retry").empty());
    talk.choose("Throw away");
    talk.scene.settle();
    CHECK(talk.scene.find(id) == nullptr);
}

TEST_CASE("with a pad the menu opens on the focused message", "[message]") {
    Talk talk;
    Scene& scene = talk.scene;
    scene.pad(SDL_CONTROLLER_BUTTON_DPAD_UP);
    scene.frames(1);
    REQUIRE(scene.focused() == "message/5");
    CHECK(scene.pad(SDL_CONTROLLER_BUTTON_X));
    scene.frames(1);
    CHECK(scene.focused() == "menu/0");
    CHECK(scene.pad(SDL_CONTROLLER_BUTTON_B));
    scene.frames(1);
    CHECK(scene.find("menu") == nullptr);
    CHECK(scene.overlay->has_focus());
}

TEST_CASE("a link is opened by the game alone, and whole where a line cuts it", "[message]") {
    Talk talk;
    const std::string link = "https://example.com/a/very/long/way/to/go/before/anything/is/found";
    talk.scene.say(party, 6, {kenji, 6, "see " + link, {{link, wire::SpanKind::Link}}});
    talk.scene.settle();
    talk.drain();
    const Rect row = talk.row("message/6");
    CHECK(talk.scene.click(row.x + 90, row.y + 38));
    std::vector<client::Event> events = talk.drain();
    REQUIRE(events.size() == 1);
    CHECK(events[0].type == client::EventType::Link);
    CHECK(std::string_view(events[0].text) == link);
    CHECK(events[0].seq == 6);
    talk.open_menu("message/6");
    talk.choose("Open link");
    events = talk.drain();
    REQUIRE(events.size() == 1);
    CHECK(std::string_view(events[0].text) == link);
}

TEST_CASE("a quote leads to what it quotes, and it is lit", "[message]") {
    Talk talk;
    Scene& scene = talk.scene;
    for (Seq seq = 6; seq < 60; ++seq) {
        scene.say(party, seq, {kenji, 6, "line " + std::to_string(seq), {}});
    }
    Said answer{layla, 8, "that one", {}};
    answer.reply_to = 8;
    scene.say(party, 60, answer);
    scene.settle();
    REQUIRE(scene.find("message/8") == nullptr);
    const Rect quote = talk.row("message/60/quote");
    CHECK(scene.click(quote.cx(), quote.cy()));
    scene.settle();
    REQUIRE(scene.find("message/8") != nullptr);
    const Picture lit = scene.picture();
    scene.frames(150);
    CHECK(scene.picture().rgba != lit.rgba);
    CHECK(scene.find("message/8") != nullptr);
}

TEST_CASE("a button leads up to what is new when it is above the screen", "[message]") {
    Scene scene;
    scene.connect();
    std::vector<Said> log;
    for (int i = 0; i < 60; ++i) {
        log.push_back({kenji, 1 + i / 10, "line " + std::to_string(i), {}});
    }
    scene.enter(party, wire::RoomKind::Party, {kenji, me}, 20, log);
    scene.step_client();
    REQUIRE(scene.overlay->open(wire::RoomKind::Party).ok());
    scene.settle();
    REQUIRE(scene.find("list/unread") != nullptr);
    REQUIRE(scene.find("message/21") == nullptr);
    const Rect pill = scene.find("list/unread")->rect;
    CHECK(scene.click(pill.cx(), pill.cy()));
    scene.settle();
    CHECK(scene.find("message/21") != nullptr);
    CHECK(scene.find("list/unread") == nullptr);
}

TEST_CASE("the tools stand on the row that is pointed at, and stay while they are pointed at",
          "[message]") {
    Talk talk;
    Scene& scene = talk.scene;
    const Rect row = talk.row("message/5");
    scene.mouse(SDL_MOUSEMOTION, row.cx(), row.cy());
    scene.frames(2);
    REQUIRE(scene.find("message/5/reply") != nullptr);
    CHECK(scene.find("message/3/reply") == nullptr);
    const Rect tool = scene.find("message/5/more")->rect;
    scene.mouse(SDL_MOUSEMOTION, tool.cx(), tool.y + 2); // over the row above
    scene.frames(2);
    CHECK(scene.find("message/5/more") != nullptr);
    CHECK(scene.find("message/3/more") == nullptr);
    scene.overlay->close();
    scene.frames(2);
    CHECK(scene.find("message/5/more") == nullptr); // the game has the pointer
}

} // namespace
} // namespace parley::ui
