// layout_test.cpp: what a picture cannot say for itself: boxes inside their parents, no overlaps,
// order, and sizes that a finger or a pad can hit, read from the elements that the overlay gives to
// screen readers.
#include <cmath>
#include <fstream>

#include "tests/ui/scene.hpp"

#include "tests/support/catch.hpp"

namespace parley::ui {
namespace {

using overlay::Element;
using overlay::Rect;

bool inside(const Rect& child, const Rect& parent) {
    constexpr float slack = 1.5f;
    return child.x >= parent.x - slack && child.y >= parent.y - slack &&
           child.right() <= parent.right() + slack && child.bottom() <= parent.bottom() + slack;
}

bool overlap(const Rect& a, const Rect& b) {
    return a.x < b.right() - 1 && b.x < a.right() - 1 && a.y < b.bottom() - 1 &&
           b.y < a.bottom() - 1;
}

bool starts(const std::string& text, std::string_view with) {
    return text.rfind(with, 0) == 0;
}

void check_screen(const Scene& scene, float hit_least = 28) {
    const Rect screen{0, 0, static_cast<float>(scene.options.width),
                      static_cast<float>(scene.options.height)};
    const Element* chat = scene.find("chat");
    const Element* log = scene.find("log");
    REQUIRE(chat != nullptr);
    REQUIRE(log != nullptr);
    const auto elements = scene.overlay->elements();
    const Element* before_message = nullptr;
    std::vector<const Element*> buttons;
    for (const Element& element : elements) {
        CAPTURE(element.id, element.rect.x, element.rect.y, element.rect.w, element.rect.h);
        CHECK(inside(element.rect, screen));
        CHECK_FALSE(element.label.empty());
        if (starts(element.id, "tab/") || element.id == "composer" || element.id == "typing" ||
            element.id == "log") {
            CHECK(inside(element.rect, chat->rect));
        }
        if (starts(element.id, "message/") && element.role == std::string_view("listitem")) {
            CHECK(inside(element.rect, log->rect));
            if (before_message != nullptr) {
                CHECK(element.rect.y >= before_message->rect.y); // reading order
                CHECK(element.rect.y >= before_message->rect.bottom() - 6 * scene.options.scale);
            }
            before_message = &element;
        }
        if (starts(element.id, "card/") && element.role == std::string_view("button")) {
            const Element* card = scene.find(element.id.substr(0, element.id.rfind('/')));
            REQUIRE(card != nullptr);
            CHECK(inside(element.rect, card->rect));
        }
        if (starts(element.id, "person/") && scene.find("roster") != nullptr) {
            CHECK(inside(element.rect, scene.find("roster")->rect));
        }
        if (element.role == std::string_view("button") || element.role == std::string_view("tab")) {
            CHECK(element.rect.h >= hit_least * scene.options.scale - 1.5f); // hit targets
            CHECK(element.rect.w >= hit_least * scene.options.scale - 1.5f);
            buttons.push_back(&element);
        }
    }
    for (size_t i = 0; i < buttons.size(); ++i) {
        for (size_t j = i + 1; j < buttons.size(); ++j) {
            CAPTURE(buttons[i]->id, buttons[j]->id);
            CHECK_FALSE(overlap(buttons[i]->rect, buttons[j]->rect));
        }
    }
    for (const char* panel : {"status", "toast", "chat", "roster", "card/match", "card/party"}) {
        for (const char* other :
             {"status", "toast", "chat", "roster", "card/match", "card/party"}) {
            const Element* a = scene.find(panel);
            const Element* b = scene.find(other);
            if (a != nullptr && b != nullptr && a != b) {
                CAPTURE(panel, other);
                CHECK_FALSE(overlap(a->rect, b->rect));
            }
        }
    }
    const Element* composer = scene.find("composer");
    REQUIRE(composer != nullptr);
    CHECK_FALSE(overlap(composer->rect, log->rect));
}

TEST_CASE("boxes stay in their parents and apart at every size and scale", "[layout]") {
    const struct {
        int width, height;
        float scale;
    } screens[] = {{1600, 900, 1},   {1600, 900, 1.5f}, {1280, 720, 1}, {1280, 720, 0.75f},
                   {1280, 720, 2},   {1280, 720, 3},    {560, 900, 1},  {560, 900, 2},
                   {560, 600, 1},    {1920, 1080, 2},   {1024, 768, 1}, {2560, 1080, 1},
                   {3840, 2160, 1},  {3840, 2160, 2},   {320, 240, 1},  {640, 480, 2},
                   {800, 1200, 1.5f}};
    for (const auto& screen : screens) {
        CAPTURE(screen.width, screen.height, screen.scale);
        Scene scene({.width = screen.width, .height = screen.height, .scale = screen.scale});
        scene.fill();
        REQUIRE(scene.overlay->open(wire::RoomKind::Party).ok());
        scene.crowd_the_screen();
        scene.text("on my way");
        scene.settle();
        check_screen(scene);
    }
}

TEST_CASE("on the couch all that is pressed has at least 44 pixels", "[layout]") {
    const struct {
        int width, height;
        float scale;
    } screens[] = {{1920, 1080, 1}, {1280, 720, 1}, {1600, 900, 1}, {1920, 1080, 1.5f}};
    for (const auto& screen : screens) {
        CAPTURE(screen.width, screen.height, screen.scale);
        Scene scene({.width = screen.width,
                     .height = screen.height,
                     .scale = screen.scale,
                     .theme_path = "dark+couch"});
        scene.fill();
        REQUIRE(scene.overlay->open(wire::RoomKind::Party).ok());
        scene.crowd_the_screen();
        scene.text("on my way");
        scene.settle();
        check_screen(scene, 44);
    }
}

TEST_CASE("in Arabic boxes stay in their parents and apart at every size and scale", "[layout]") {
    const struct {
        int width, height;
        float scale;
    } screens[] = {{1600, 900, 1}, {1280, 720, 0.75f}, {1920, 1080, 2}, {1280, 720, 3},
                   {560, 900, 1},  {560, 900, 2},      {320, 240, 1},   {3840, 2160, 1}};
    for (const auto& screen : screens) {
        CAPTURE(screen.width, screen.height, screen.scale);
        Scene scene({.width = screen.width,
                     .height = screen.height,
                     .scale = screen.scale,
                     .words_path = "ar"});
        scene.fill();
        REQUIRE(scene.overlay->open(wire::RoomKind::Party).ok());
        scene.crowd_the_screen();
        scene.text("أنا قادم");
        scene.settle();
        check_screen(scene);
    }
}

TEST_CASE("an interface that is read from the right is the other one in a mirror", "[layout]") {
    // The same words, so that all is as wide.
    const std::string path = PARLEY_BINARY_DIR "/ui/mirrored.toml";
    std::ofstream(path) << "direction = \"rtl\"\n";
    for (const int width : {1600, 560}) {
        Scene plain({.width = width, .words_path = "en"});
        Scene mirrored({.width = width, .words_path = path.c_str()});
        for (Scene* scene : {&plain, &mirrored}) {
            scene->fill();
            REQUIRE(scene->overlay->open(wire::RoomKind::Party).ok());
            REQUIRE(scene->overlay->toast(UserId{zoe}, "invites you", "join", "Join").ok());
            scene->settle();
        }
        size_t count = 0;
        for (const Element& element : plain.overlay->elements()) {
            const Element* other = mirrored.find(element.id);
            CAPTURE(width, element.id);
            REQUIRE(other != nullptr);
            CHECK(std::abs(static_cast<float>(width) - other->rect.right() - element.rect.x) <= 2);
            CHECK(std::abs(other->rect.w - element.rect.w) <= 2);
            CHECK(other->rect.y == element.rect.y);
            ++count;
        }
        CHECK(count > 12);
        // In the same order for who hears it.
        CHECK(mirrored.overlay->elements()[1].id == plain.overlay->elements()[1].id);
    }
}

TEST_CASE("what is mirrored is pressed, pointed at and written into where it is seen", "[layout]") {
    Scene scene({.words_path = "ar"});
    scene.fill();
    REQUIRE(scene.overlay->open(wire::RoomKind::Party).ok());
    scene.settle();
    // The caret of an empty draft stands beside the room's name, on the right.
    const Rect composer = scene.find("composer")->rect;
    CHECK(scene.overlay->caret().x > composer.cx());
    CHECK(scene.overlay->caret().x < composer.right());
    const Rect tab = scene.find("tab/102")->rect;
    CHECK(tab.x > scene.find("tab/101")->rect.x);
    CHECK(scene.click(tab.cx(), tab.cy()));
    scene.settle();
    CHECK(scene.find("log")->label == "الفريق");
    // Where one presses in a line, there the caret goes.
    scene.text("go when I say");
    scene.settle();
    const float end = scene.overlay->caret().x;
    CHECK(scene.key(SDLK_HOME));
    const float begin = scene.overlay->caret().x;
    CHECK(begin < end); // these words are read from the left
    CHECK(scene.click(end - 1, composer.cy()));
    scene.settle();
    CHECK(std::abs(scene.overlay->caret().x - end) <= 2);
    // A press beside all panels gives the keyboard back; one on a panel does not.
    CHECK(scene.click(scene.find("roster")->rect.x + 4, scene.find("roster")->rect.y + 4));
    CHECK(scene.overlay->has_focus());
    CHECK_FALSE(scene.click(700, 500));
    CHECK_FALSE(scene.overlay->has_focus());
}

TEST_CASE("the reference screen has everything, in reading order", "[layout]") {
    Scene scene;
    scene.fill();
    REQUIRE(scene.overlay->open(wire::RoomKind::Party).ok());
    scene.crowd_the_screen();
    scene.settle();
    std::vector<std::string> ids;
    for (const Element& element : scene.overlay->elements()) {
        ids.push_back(element.id);
    }
    const auto at = [&](std::string_view id) {
        const auto found = std::find(ids.begin(), ids.end(), id);
        CAPTURE(id);
        REQUIRE(found != ids.end());
        return found - ids.begin();
    };
    CHECK(at("status") < at("chat"));
    CHECK(at("chat") < at("tab/103"));
    CHECK(at("tab/103") < at("tab/102"));
    CHECK(at("tab/102") < at("tab/101"));
    CHECK(at("tab/101") < at("tab/104"));
    CHECK(at("tab/104") < at("log"));
    CHECK(at("log") < at("message/1"));
    CHECK(at("message/1") < at("message/2"));
    CHECK(at("message/5") < at("composer"));
    CHECK(at("composer") < at("roster"));
    CHECK(at("roster") < at("card/match"));
    CHECK(at("card/match") < at("card/party"));
    CHECK(at("card/party") < at("toast"));
    CHECK(scene.find("tab/102")->label == "Team, 3 new");
    CHECK(scene.find("tab/103")->label == "Global, 99+ new");
    CHECK(scene.find("message/1")->label ==
          "Kenji, 21:04: 北の橋に二人いる。待ってから行こう 👍🏽");
    CHECK(scene.find("person/1")->label == "Kenji, leader, In match · Harbour · 3–2");
    CHECK(scene.find("person/4")->label == "Zoë, Looking for group · can be joined");
    CHECK(scene.find("card/match")->label == "Match · Harbour · Capture");
    CHECK(scene.find("card/party/join")->label == "Join · full");
    CHECK_FALSE(scene.find("card/party/join")->enabled);
    CHECK(scene.find("typing")->label == "Kenji is typing…");
    CHECK(scene.find("status")->label == "connected · 7 ms · sealed");
    CHECK(scene.find("composer")->label == "Message to Party");
}

TEST_CASE("the list does not jump while one reads: not for new lines, not for older ones",
          "[layout]") {
    Scene scene;
    scene.connect();
    std::vector<Said> log;
    for (int i = 0; i < 60; ++i) {
        log.push_back({kenji,
                       i / 2,
                       "line " + std::to_string(i) +
                           (i % 7 == 0 ? " that is a good deal longer than "
                                         "the others, so that it is broken "
                                         "into two"
                                       : ""),
                       {}});
    }
    scene.enter(party, wire::RoomKind::Party, {kenji, me}, 60, log);
    REQUIRE(scene.overlay->open(wire::RoomKind::Party).ok());
    scene.settle();
    scene.key(SDLK_PAGEUP);
    scene.settle();
    const Element* anchor = nullptr;
    for (const Element& element : scene.overlay->elements()) {
        if (starts(element.id, "message/") && element.rect.y > scene.find("log")->rect.y + 60) {
            anchor = &element;
            break;
        }
    }
    REQUIRE(anchor != nullptr);
    const std::string id = anchor->id;
    const Rect before = anchor->rect;
    for (Seq seq = 61; seq < 66; ++seq) {
        scene.say(party, seq, {kenji, 40, "new", {}});
        scene.settle();
        REQUIRE(scene.find(id) != nullptr);
        CHECK(scene.find(id)->rect.y == before.y);
    }
    REQUIRE(scene.find("list/newest") != nullptr);
    CHECK(scene.find("list/newest")->label == "5 new below");
    CHECK(scene.find("message/65") == nullptr);
    const Rect newest = scene.find("list/newest")->rect;
    CHECK(scene.click(newest.cx(), newest.cy()));
    scene.settle();
    CHECK(scene.find("message/65") != nullptr);
    CHECK(scene.find("list/newest") == nullptr);
    // At the bottom it follows.
    scene.say(party, 66, {kenji, 41, "newest", {}});
    scene.settle();
    REQUIRE(scene.find("message/66") != nullptr);
    CHECK(scene.find("message/66")->rect.bottom() <= scene.find("log")->rect.bottom() + 1);
}

TEST_CASE("a card's sizes are the theme's", "[layout]") {
    const auto card = [](const std::string& theme_path) {
        Scene scene({.theme_path = theme_path});
        scene.fill();
        scene.settle();
        REQUIRE(scene.find("card/party/ready") != nullptr);
        return std::pair(scene.find("card/party")->rect, scene.find("card/party/ready")->rect);
    };
    const auto [plain, plain_button] = card("");
    CHECK(plain_button.h == 38);
    const std::string path = PARLEY_BINARY_DIR "/ui/theme.toml";
    std::ofstream(path) << "[card]\nbutton = 60\nrow = 40\nslot = 60\npadding_x = 30\n";
    const auto [large, large_button] = card(path);
    CHECK(large_button.h == 60);
    CHECK(large_button.x - large.x == 30);
    // Slots, a row, a row with a bar, and the buttons are higher.
    CHECK(large.h == plain.h + 16 + 2 * 16 + 22);
}

TEST_CASE("a row's sizes are the theme's", "[layout]") {
    const auto rows = [](const std::string& theme_path) {
        Scene scene({.theme_path = theme_path});
        scene.fill();
        REQUIRE(scene.overlay->open(wire::RoomKind::Party).ok());
        scene.send_refused(party, "no, the other bridge", Error::TooLong, 0);
        scene.settle();
        std::vector<Rect> messages;
        Rect retry;
        for (const Element& element : scene.overlay->elements()) {
            if (starts(element.id, "message/")) {
                messages.push_back(element.rect);
            } else if (starts(element.id, "retry/")) {
                retry = element.rect;
            }
        }
        REQUIRE(messages.size() > 2);
        return std::tuple(messages[0], messages[1], retry);
    };
    const auto [first, second, retry] = rows("");
    const std::string path = PARLEY_BINARY_DIR "/ui/row_theme.toml";
    std::ofstream(path) << "[row]\napart = 20\ninset = 70\nnote_inset = 30\n";
    const auto [wide_first, wide_second, wide_retry] = rows(path);
    CHECK(wide_second.y - wide_first.y == second.y - first.y + 10);
    CHECK(wide_retry.x == retry.x + 20 + 12);
}

TEST_CASE("why a line was not sent is said whole where it is narrow, with Retry below",
          "[layout]") {
    Scene scene({.width = 320, .height = 480});
    scene.fill();
    REQUIRE(scene.overlay->open(wire::RoomKind::Party).ok());
    scene.send_refused(party, "no, the other bridge", Error::TooLong, 0);
    scene.settle();
    const Element* retry = nullptr;
    for (const Element& element : scene.overlay->elements()) {
        retry = starts(element.id, "retry/") ? &element : retry;
    }
    REQUIRE(retry != nullptr);
    // Two lines of reason and one of Retry, in small type, below the text itself.
    const Element* row = nullptr;
    for (const Element& element : scene.overlay->elements()) {
        row = starts(element.id, "message/waiting/") ? &element : row;
    }
    REQUIRE(row != nullptr);
    CHECK(row->rect.h > 16 * 1.35f + 3 * 13 * 1.35f);
    CHECK(retry->rect.cy() > row->rect.bottom() - 20);
    CHECK(scene.click(retry->rect.cx(), retry->rect.cy()));
    scene.settle();
    CHECK(scene.client->model().room(RoomId{party})->messages.back().state ==
          client::MessageState::Pending);
}

TEST_CASE("counts of new lines stop where they stop being said", "[layout]") {
    Scene scene;
    scene.connect();
    std::vector<Said> log(150, Said{kenji, 1, "line", {}});
    scene.enter(party, wire::RoomKind::Party, {kenji, me}, 10, log);
    REQUIRE(scene.overlay->open(wire::RoomKind::Party).ok());
    scene.settle();
    for (int i = 0; i < 12; ++i) {
        scene.key(SDLK_PAGEUP);
    }
    scene.settle();
    REQUIRE(scene.find("list/newest") != nullptr);
    CHECK(scene.find("list/newest")->label == "Back to the newest");
    Seq seq = 150;
    const auto more = [&](int count) {
        for (int i = 0; i < count; ++i) {
            scene.say(party, ++seq, {kenji, 2, "more", {}});
        }
        scene.settle();
    };
    more(1);
    CHECK(scene.find("list/newest")->label == "1 new below");
    more(98);
    CHECK(scene.find("list/newest")->label == "99 new below");
    more(1);
    CHECK(scene.find("list/newest")->label == "99+ new below");
    more(50);
    CHECK(scene.find("list/newest")->label == "99+ new below");
}

TEST_CASE("bodies read from the right stand on the right, names on the left", "[layout]") {
    Scene scene;
    scene.fill();
    REQUIRE(scene.overlay->open(wire::RoomKind::Party).ok());
    scene.settle();
    const Rect row = scene.find("message/2")->rect;
    // Ink of the Arabic line: in the right half of the last line of the row, none in the left.
    const Picture picture = scene.picture();
    const auto ink = [&](float from, float to) {
        int bright = 0;
        for (int y = static_cast<int>(row.bottom() - 24); y < static_cast<int>(row.bottom() - 4);
             ++y) {
            for (int x = static_cast<int>(from); x < static_cast<int>(to); ++x) {
                bright += picture.at(x, y)[0] > 160 ? 1 : 0;
            }
        }
        return bright;
    };
    CHECK(ink(row.x + 50, row.cx()) == 0);
    CHECK(ink(row.cx(), row.right()) > 100);
}

} // namespace
} // namespace parley::ui
