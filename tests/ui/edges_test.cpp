// edges_test.cpp: reading and selecting with wheel, keys and pointer, the smallest and the largest
// screens, frames of no time and of long time, and a device that is lost.
#include "tests/ui/scene.hpp"

#include "tests/support/catch.hpp"

namespace parley::ui {
namespace {

using overlay::Element;
using overlay::Rect;

bool starts(const std::string& text, std::string_view with) {
    return text.rfind(with, 0) == 0;
}

bool wheel(Scene& scene, float notches) {
    SDL_Event event{};
    event.type = SDL_MOUSEWHEEL;
    event.wheel.preciseY = notches;
    event.wheel.y = static_cast<int>(notches);
    const bool taken = scene.push(event);
    scene.frames(1);
    return taken;
}

// A log of lines of one to four rows, read to its end, with the pointer over it.
void enter_long_log(Scene& scene) {
    scene.connect();
    std::vector<Said> log;
    for (int i = 0; i < 200; ++i) {
        Said said{i % 3 == 0 ? kenji : layla, i / 4, "line " + std::to_string(i), {}};
        for (int words = 0; words < i % 4; ++words) {
            said.text += " with a good deal more to say than fits beside it, so that it is broken";
        }
        log.push_back(said);
    }
    scene.enter(party, wire::RoomKind::Party, {kenji, layla, me}, 200, log);
    REQUIRE(scene.overlay->open(wire::RoomKind::Party).ok());
    scene.settle();
    const Rect area = scene.find("log")->rect;
    scene.mouse(SDL_MOUSEMOTION, area.cx(), area.cy());
}

// Where the first whole row is, and which.
std::pair<std::string, float> first_row(const Scene& scene) {
    const Rect area = scene.find("log")->rect;
    for (const Element& element : scene.overlay->elements()) {
        if (starts(element.id, "message/") && element.rect.y > area.y + 1) {
            return {element.id, element.rect.y};
        }
    }
    return {};
}

TEST_CASE("the wheel moves the log, back to where it was, and new lines do not move it",
          "[edges]") {
    Scene scene;
    enter_long_log(scene);
    CHECK(wheel(scene, 3));
    CHECK(wheel(scene, 3));
    scene.settle();
    const auto [id, y] = first_row(scene);
    REQUIRE_FALSE(id.empty());
    CHECK(wheel(scene, 1));
    REQUIRE(scene.find(id) != nullptr);
    CHECK(scene.find(id)->rect.y == y + 56);
    CHECK(wheel(scene, -1));
    CHECK(scene.find(id)->rect.y == y);
    for (Seq seq = 201; seq < 210; ++seq) {
        scene.say(party, seq, {kenji, 55, "news", {}});
        scene.settle();
        REQUIRE(scene.find(id) != nullptr);
        CHECK(scene.find(id)->rect.y == y);
    }
    // All the way down it is at the end and stays there.
    for (int i = 0; i < 20; ++i) {
        wheel(scene, -3);
    }
    scene.settle();
    CHECK(scene.find("list/newest") == nullptr);
    CHECK(scene.find("message/209") != nullptr);
    // Not over the log, the wheel is the game's.
    scene.mouse(SDL_MOUSEMOTION, 1000, 300);
    CHECK_FALSE(wheel(scene, 1));
}

TEST_CASE("a page up and a page down meet at the same line", "[edges]") {
    Scene scene;
    enter_long_log(scene);
    scene.key(SDLK_PAGEUP);
    scene.key(SDLK_PAGEUP);
    scene.settle();
    const auto [id, y] = first_row(scene);
    scene.key(SDLK_PAGEUP);
    scene.settle();
    CHECK(first_row(scene).first != id);
    scene.key(SDLK_PAGEDOWN);
    scene.settle();
    CHECK(first_row(scene) == std::pair(id, y));
    // Past both ends it stands, and comes back at once.
    for (int i = 0; i < 60; ++i) {
        scene.key(SDLK_PAGEUP);
    }
    scene.settle();
    REQUIRE(scene.find("message/1") != nullptr);
    const float top = scene.find("message/1")->rect.y;
    scene.key(SDLK_PAGEUP);
    scene.settle();
    CHECK(scene.find("message/1")->rect.y == top);
    for (int i = 0; i < 60; ++i) {
        scene.key(SDLK_PAGEDOWN);
    }
    scene.settle();
    CHECK(scene.find("message/200") != nullptr);
    CHECK(scene.find("list/newest") == nullptr);
}

TEST_CASE("text in the composer is selected with the pointer, copied, and typed over", "[edges]") {
    Scene scene;
    scene.fill();
    REQUIRE(scene.overlay->open(wire::RoomKind::Party).ok());
    scene.frames(3);
    scene.text("meet at the harbour");
    scene.settle();
    const Rect box = scene.find("composer")->rect;
    const auto draft = [&] {
        return std::string(scene.client->model().room(RoomId{party})->draft);
    };
    const float end = scene.overlay->caret().x;
    scene.key(SDLK_HOME);
    scene.frames(1);
    const float begin = scene.overlay->caret().x;
    REQUIRE(end > begin + 40);
    // From the end to the beginning, past the edge.
    scene.mouse(SDL_MOUSEMOTION, end + 4, box.cy());
    CHECK(scene.mouse(SDL_MOUSEBUTTONDOWN, end + 4, box.cy()));
    scene.frames(1);
    scene.mouse(SDL_MOUSEMOTION, (begin + end) / 2, box.cy());
    scene.frames(1);
    scene.mouse(SDL_MOUSEMOTION, begin - 60, box.cy());
    scene.frames(1);
    CHECK(scene.mouse(SDL_MOUSEBUTTONUP, begin - 60, box.cy()));
    scene.key(SDLK_c, KMOD_CTRL);
    CHECK(draft() == "meet at the harbour");
    scene.text("!");
    CHECK(draft() == "!"); // all of it was selected
    scene.key(SDLK_v, KMOD_CTRL);
    CHECK(draft() == "!meet at the harbour");
    // The pointer that only passes over selects nothing.
    scene.mouse(SDL_MOUSEMOTION, begin, box.cy());
    scene.text("x");
    CHECK(draft() == "!meet at the harbourx");
}

TEST_CASE("two presses select a word, three select all", "[edges]") {
    Scene scene;
    scene.fill();
    REQUIRE(scene.overlay->open(wire::RoomKind::Party).ok());
    scene.frames(3);
    scene.text("meet at the harbour");
    scene.settle();
    const Rect box = scene.find("composer")->rect;
    const float end = scene.overlay->caret().x;
    const auto draft = [&] {
        return std::string(scene.client->model().room(RoomId{party})->draft);
    };
    CHECK(scene.click(end - 20, box.cy()));
    CHECK(scene.click(end - 20, box.cy()));
    scene.text("quay");
    CHECK(draft() == "meet at the quay");
    scene.frames(60);
    for (int i = 0; i < 3; ++i) {
        CHECK(scene.click(box.x + 90, box.cy()));
    }
    scene.text("no");
    CHECK(draft() == "no");
    // Slow presses are presses.
    scene.text(" way");
    CHECK(scene.click(box.x + 80, box.cy()));
    scene.frames(60);
    CHECK(scene.click(box.x + 80, box.cy()));
    scene.text("-");
    CHECK(draft().size() == 7);
}

TEST_CASE("lines are broken inside the log at the narrowest windows", "[edges]") {
    const struct {
        int width, height;
        float scale;
    } screens[] = {{320, 240, 1}, {320, 240, 0.75f}, {640, 480, 2}, {240, 320, 1}};
    for (const auto& screen : screens) {
        CAPTURE(screen.width, screen.height, screen.scale);
        Scene scene({.width = screen.width, .height = screen.height, .scale = screen.scale});
        scene.connect();
        scene.enter(party, wire::RoomKind::Party, {kenji, me}, 1,
                    {{kenji, 1, "some words that must be broken to fit in here", {}},
                     {kenji, 1, "onewordthatislongerthananylineofthisnarrowwindowcouldeverbe", {}},
                     {layla, 2, "حسنًا، سأنتظر عند البوابة 25 ثانية وأكثر من ذلك بكثير", {}}});
        REQUIRE(scene.overlay->open(wire::RoomKind::Party).ok());
        scene.settle();
        const Element* last = scene.find("message/3");
        REQUIRE(last != nullptr);
        const Rect area = scene.find("log")->rect;
        CHECK(last->rect.right() <= area.right() + 1);
        CHECK(area.h > 20 * screen.scale);
        // Nothing is drawn over the log's edges: the columns beside it are the panel's own.
        const Picture picture = scene.picture();
        const auto bright = [&](float x) {
            int count = 0;
            for (auto y = static_cast<int>(area.y); y < static_cast<int>(area.bottom()); ++y) {
                count += picture.at(static_cast<int>(x), y)[0] > 150 ? 1 : 0;
            }
            return count;
        };
        CHECK(bright(area.x - 2) == 0);
        CHECK(bright(area.right() + 4 * screen.scale) == 0);
        scene.text("and a draft that is far too long for one line of so small a window");
        scene.settle();
        const Rect caret = scene.overlay->caret();
        const Rect box = scene.find("composer")->rect;
        CHECK(caret.x >= box.x);
        CHECK(caret.right() <= box.right());
        CHECK(caret.bottom() <= box.bottom() + 1);
    }
}

TEST_CASE("a frame of no time changes nothing, and one of ten seconds is a short one", "[edges]") {
    Scene scene({.reduced_motion = false});
    scene.fill();
    scene.settle();
    scene.frames(60, 0.25f); // idle
    REQUIRE(scene.overlay->open(wire::RoomKind::Party).ok());
    scene.frames(1, 0);
    const Picture still = scene.picture();
    scene.frames(5, 0);
    CHECK(scene.picture().rgba == still.rgba); // in the middle of coming in, and it stays there
    scene.frames(1, 10);
    CHECK(scene.picture().rgba != still.rgba);
    scene.settle();
    const Picture whole = scene.picture();
    REQUIRE(scene.find("chat") != nullptr);
    // A stall is no time for the player: what he has not seen is still there after it.
    REQUIRE(scene.overlay->toast(UserId{zoe}, "waves", "", "").ok());
    scene.frames(1, 10);
    scene.frames(1, 10);
    CHECK(scene.find("toast") != nullptr);
    scene.key(SDLK_ESCAPE);
    scene.frames(2, 10);
    CHECK(scene.find("chat") != nullptr);
    scene.frames(200, 0.1f);
    CHECK(scene.find("toast") == nullptr);
    CHECK(scene.find("chat") == nullptr);
}

TEST_CASE("a lost device is drawn on again as before", "[edges]") {
    Scene scene;
    scene.fill();
    REQUIRE(scene.overlay->open(wire::RoomKind::Party).ok());
    scene.settle();
    const Picture before = scene.picture();
    overlay::TextureUpdate update;
    REQUIRE_FALSE(scene.overlay->next_texture(update));
    for (const uint32_t type : {SDL_RENDER_TARGETS_RESET, SDL_RENDER_DEVICE_RESET}) {
        SDL_Event event{};
        event.type = type;
        CHECK_FALSE(scene.push(event)); // the game has its own textures to make again
        scene.frames(1);
        CHECK(scene.picture().rgba == before.rgba);
    }
    // Another renderer in place of the first gets all textures again.
    scene.replace_renderer();
    scene.frames(1);
    CHECK(scene.picture().rgba == before.rgba);
}

} // namespace
} // namespace parley::ui
