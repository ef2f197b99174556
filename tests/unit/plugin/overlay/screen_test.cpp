// screen_test.cpp: tries every size and scale that is promised, with every set of panels, and
// checks that nothing overlaps and nothing leaves the screen.
#include "plugin/overlay/screen.hpp"

#include "tests/support/catch.hpp"

#include <cmath>
#include <string>
#include <vector>

namespace parley::overlay {
namespace {

bool overlap(const Rect& a, const Rect& b) {
    return a.w > 0 && b.w > 0 && a.x < b.right() - 0.5f && b.x < a.right() - 0.5f &&
           a.y < b.bottom() - 0.5f && b.y < a.bottom() - 0.5f;
}

std::string check(const Screen& screen, const Wishes& want) {
    const std::pair<const char*, Rect> all[] = {{"status", screen.status}, {"toast", screen.toast},
                                                {"hints", screen.hints},   {"chat", screen.chat},
                                                {"roster", screen.roster}, {"cards", screen.cards},
                                                {"back", screen.back}};
    for (size_t i = 0; i < std::size(all); ++i) {
        const auto& [name, rect] = all[i];
        if (rect.w <= 0) {
            continue;
        }
        if (rect.x < 0 || rect.y < 0 || rect.right() > want.width + 0.5f ||
            rect.bottom() > want.height + 0.5f || rect.h <= 0) {
            return std::string(name) + " leaves the screen";
        }
        for (size_t j = i + 1; j < std::size(all); ++j) {
            if (overlap(rect, all[j].second)) {
                return std::string(name) + " overlaps " + all[j].first;
            }
        }
    }
    return "";
}

TEST_CASE("panels neither overlap nor leave the screen, at any size, scale and set", "[screen]") {
    const Theme theme = built_in();
    const std::pair<int, int> sizes[] = {{560, 420},   {560, 900},   {800, 600},   {1024, 768},
                                         {1280, 720},  {1280, 800},  {1366, 768},  {1600, 900},
                                         {1920, 1080}, {2560, 1080}, {2560, 1440}, {3840, 2160},
                                         {1080, 1920}};
    for (const auto& [width, height] : sizes) {
        for (const float scale : {0.75f, 1.0f, 1.25f, 1.5f, 2.0f, 2.5f, 3.0f}) {
            for (int set = 0; set < 64; ++set) {
                Wishes want;
                want.width = static_cast<float>(width);
                want.height = static_cast<float>(height);
                want.unit = scale * std::max(1.0f, std::min(want.width / 1920, want.height / 1080));
                const float u = want.unit;
                const float margin = screen_margin(theme, want.width, want.height, u);
                want.roster = (set & 1) != 0;
                want.roster_h = want.roster ? 380 * u : 0;
                want.cards = (set & 2) != 0;
                want.cards_h = want.cards ? 480 * u : 0;
                want.status_w = (set & 4) != 0 ? std::min(300 * u, want.width - 2 * margin) : 0;
                want.status_h = (set & 4) != 0 ? 32 * u : 0;
                want.toast_w =
                    (set & 8) != 0 ? std::min(540 * u, toast_width_max(want.width, margin)) : 0;
                want.toast_h = (set & 8) != 0 ? 54 * u : 0;
                want.hints_h = 20 * u;
                want.side_in_front = (set & 16) != 0;
                want.chat_first = (set & 32) != 0;
                const Screen screen = arrange(theme, want);
                CAPTURE(width, height, scale, set);
                const std::string wrong = check(screen, want);
                if (!wrong.empty()) {
                    FAIL(wrong);
                }
                // While one writes, the chat is there and can be written in.
                if (want.chat_first &&
                    !(screen.narrow && want.side_in_front && (want.roster || want.cards))) {
                    REQUIRE(screen.chat.h >=
                            std::min(chat_height_least * u, want.height - 2 * margin) - 1);
                }
            }
        }
    }
}

TEST_CASE("at the reference size all panels stand where the design has them", "[screen]") {
    const Theme theme = built_in();
    Wishes want;
    want.width = 1600;
    want.height = 900;
    want.roster = want.cards = true;
    want.roster_h = 300;
    want.cards_h = 400;
    want.toast_w = 540;
    want.toast_h = 54;
    want.status_w = 200;
    want.status_h = 32;
    const Screen screen = arrange(theme, want);
    CHECK_FALSE(screen.narrow);
    CHECK(screen.chat.x == 24);
    CHECK(screen.chat.bottom() == 876);
    CHECK(screen.chat.w == 560);
    CHECK(screen.chat.h == 560);
    CHECK(screen.cards.right() == 1576);
    CHECK(screen.cards.bottom() == 876);
    CHECK(screen.roster.right() == 1576);
    CHECK(screen.roster.y == 24);
    CHECK(screen.toast.cx() == 800);
    CHECK(screen.toast.y == 24);
}

TEST_CASE("a screen too narrow for both shows the chat, or the people, with a way back",
          "[screen]") {
    const Theme theme = built_in();
    Wishes want;
    want.width = 560;
    want.height = 900;
    want.roster = want.cards = true;
    want.roster_h = 300;
    want.cards_h = 400;
    Screen screen = arrange(theme, want);
    CHECK(screen.narrow);
    CHECK(screen.chat.w > 0);
    CHECK(screen.cards.w == 0);
    CHECK(screen.back.w == 0);
    want.side_in_front = true;
    screen = arrange(theme, want);
    CHECK(screen.chat.w == 0);
    CHECK(screen.cards.w > 0);
    CHECK(screen.back.h >= theme.hit);
}

} // namespace
} // namespace parley::overlay
