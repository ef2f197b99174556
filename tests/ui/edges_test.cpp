// edges_test.cpp: reading and selecting with wheel, keys and pointer, the smallest and the largest
// screens, frames of no time and of long time, and a device that is lost.
#include <limits>

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

TEST_CASE("numbers that no host should give leave the log where it is", "[edges]") {
    Scene scene;
    enter_long_log(scene);
    const auto before = first_row(scene);
    const float none = std::numeric_limits<float>::quiet_NaN();
    const float endless = std::numeric_limits<float>::infinity();
    for (const float odd : {none, endless, -endless, -5.0f, 0.0f, 1e30f}) {
        CAPTURE(odd);
        scene.overlay->frame(odd, 1600, 900, 1, 0);
        scene.overlay->frame(0.016f, 1600, 900, odd, 0);
        CHECK_FALSE(scene.overlay->draw().commands.empty());
        for (const overlay::Vertex& vertex : scene.overlay->draw().vertices) {
            REQUIRE(vertex.x - vertex.x == 0); // a number, and not an endless one
            REQUIRE(vertex.y - vertex.y == 0);
        }
    }
    for (const float odd : {none, endless, -endless}) {
        CAPTURE(odd);
        overlay::Input input;
        input.type = overlay::InputType::MouseMove;
        input.x = input.y = odd;
        CHECK_FALSE(scene.overlay->input(input));
        for (const bool down : {true, false}) {
            input.type = overlay::InputType::MouseButton;
            input.key = 1; // what the left one presses here answers a line
            input.down = down;
            scene.overlay->input(input);
        }
        input.type = overlay::InputType::Wheel;
        CHECK_FALSE(scene.overlay->input(input));
        scene.frames(1);
    }
    scene.settle();
    CHECK(first_row(scene) == before);
}

TEST_CASE("the largest numbers of a screen are survived", "[edges]") {
    Scene scene;
    scene.fill();
    REQUIRE(scene.overlay->open(wire::RoomKind::Party).ok());
    scene.crowd_the_screen();
    const int most = std::numeric_limits<int>::max(), least = std::numeric_limits<int>::min();
    for (const auto& [width, height] : {std::pair(most, most), std::pair(most, 600),
                                        std::pair(800, most), std::pair(least, least)}) {
        CAPTURE(width, height);
        scene.overlay->frame(0.016f, width, height, 1, 0);
        for (const overlay::Vertex& vertex : scene.overlay->draw().vertices) {
            REQUIRE(vertex.x - vertex.x == 0);
            REQUIRE(vertex.y - vertex.y == 0);
        }
    }
    // A wheel that turned for ever stands at the end of the log.
    overlay::Input input;
    input.type = overlay::InputType::Wheel;
    input.y = std::numeric_limits<float>::max();
    scene.frames(1);
    scene.overlay->input(input);
    scene.settle();
    CHECK(scene.find("log") != nullptr);
}

TEST_CASE("a draft that was larger for a while fills its box again", "[edges]") {
    Scene scene;
    scene.fill();
    REQUIRE(scene.overlay->open(wire::RoomKind::Party).ok());
    for (int i = 0; i < 60; ++i) {
        scene.text("words of a long draft ");
    }
    scene.settle();
    const auto below = [&] { // of the caret, inside the box
        return scene.find("composer")->rect.bottom() - scene.overlay->caret().bottom();
    };
    const float before = below();
    const float line = scene.overlay->caret().h;
    REQUIRE(before < line);
    const auto frames_at = [&](float scale) {
        for (int i = 0; i < 30; ++i) {
            scene.overlay->frame(1.0f / 60, 1600, 900, scale, 1'000'000);
        }
    };
    frames_at(1.5f);
    frames_at(1);
    CHECK(below() == before);
    scene.text("x");
    scene.settle();
    CHECK(below() == before);
    // And when it is shortened from its middle.
    scene.key(SDLK_a, KMOD_CTRL);
    scene.text("short");
    scene.settle();
    CHECK(below() == before);
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
