// contrast_test.cpp: what is really drawn on what. Every word and sign of every scene is read
// against the surfaces below it, in every theme: it must be seen on a black and on a white game,
// and the pair must stand in the table of theme_pairs.hpp, which the unit tests hold for all
// palettes.
#include <fstream>
#include <map>
#include <set>

#include "tests/support/theme_pairs.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/contrast_rows.hpp"
#include "tests/ui/scene.hpp"

namespace parley::ui {
namespace {

using overlay::Colour;
using overlay::Drawn;
using overlay::Rect;

constexpr Colour rgb_of = 0x00ffffffu;

// The surfaces below the middle of a thing, from the game upwards.
std::vector<Colour> below(const std::vector<Drawn>& all, size_t index) {
    std::vector<Colour> layers;
    const Rect& rect = all[index].rect;
    for (size_t i = 0; i < index; ++i) {
        if (all[i].kind == Drawn::Kind::Fill && all[i].colour >> 24 != 0 &&
            all[i].rect.contains(rect.cx(), rect.cy())) {
            layers.push_back(all[i].colour);
        }
    }
    return layers;
}

// Every pair of ink and uppermost surface that the table knows for this theme.
std::set<std::pair<Colour, Colour>> pairs_of(const overlay::Theme& theme) {
    std::set<std::pair<Colour, Colour>> known;
    for (const test::ContrastRow& row : test::contrast_rows(theme)) {
        known.insert({row.ink & rgb_of, row.layers.back() & rgb_of});
    }
    return known;
}

struct Judge {
    const overlay::Theme& theme;
    std::set<std::pair<Colour, Colour>> known = pairs_of(theme);
    std::set<std::string> said = {}; // each fault once
    size_t words = 0, signs = 0;

    void look(Scene& scene, const char* where) {
        std::vector<Drawn> all;
        scene.overlay->record_drawing(&all);
        scene.frames(1);
        scene.overlay->record_drawing(nullptr);
        for (size_t i = 0; i < all.size(); ++i) {
            if (all[i].kind != Drawn::Kind::Fill && all[i].colour >> 24 != 0) {
                judge(all, i, where);
            }
        }
    }
    void judge(const std::vector<Drawn>& all, size_t index, const char* where) {
        const Drawn& drawn = all[index];
        const std::vector<Colour> layers = below(all, index);
        const bool is_words = drawn.kind == Drawn::Kind::Words;
        (is_words ? words : signs) += 1;
        const double least =
            overlay::contrast_least(is_words ? overlay::Use::Words : overlay::Use::Sign);
        const double seen = overlay::worst_contrast(drawn.colour, layers);
        const Colour top = layers.empty() ? 0 : layers.back();
        const bool listed = known.count({drawn.colour & rgb_of, top & rgb_of}) != 0;
        if (seen >= least && listed) {
            return;
        }
        char line[160];
        std::snprintf(line, sizeof line, "%s: %s %08x on %08x of %zu layers: %.2f%s", where,
                      is_words ? "words" : "a sign", drawn.colour, top, layers.size(), seen,
                      listed ? "" : ", which no row of the table is");
        if (said.insert(line).second) {
            FAIL_CHECK(std::string(line) << " at " << drawn.rect.x << ", " << drawn.rect.y);
        }
    }
};

void look_at_all(Judge& judge, const std::string& theme) {
    {
        Scene scene({.dev = true, .theme_path = theme});
        scene.fill();
        scene.settle();
        judge.look(scene, "at rest");
        REQUIRE(scene.overlay->open(wire::RoomKind::Party).ok());
        scene.crowd_the_screen();
        scene.text("go when I say ");
        scene.settle();
        judge.look(scene, "open");
        scene.key(SDLK_a, KMOD_LCTRL);
        judge.look(scene, "selected");
        // The pointer on everything that can be pressed, and the press held.
        std::vector<std::pair<std::string, Rect>> pressed;
        for (const overlay::Element& element : scene.overlay->elements()) {
            if (element.action.kind != overlay::ActionKind::None) {
                pressed.emplace_back(element.id, element.rect);
            }
        }
        for (const auto& [id, rect] : pressed) {
            scene.mouse(SDL_MOUSEMOTION, rect.cx(), rect.cy());
            scene.settle();
            judge.look(scene, ("pointer on " + id).c_str());
        }
        for (const char* id : {"card/party/ready", "card/party/leave"}) {
            const overlay::Element* found = scene.find(id);
            REQUIRE(found != nullptr);
            const Rect rect = found->rect;
            scene.mouse(SDL_MOUSEMOTION, rect.cx(), rect.cy());
            scene.mouse(SDL_MOUSEBUTTONDOWN, rect.cx(), rect.cy());
            scene.settle();
            judge.look(scene, "held");
            scene.mouse(SDL_MOUSEBUTTONUP, 5, 500);
        }
        // A row's menu, and words of rows marked.
        REQUIRE(scene.find("message/3") != nullptr);
        const Rect row = scene.find("message/3")->rect;
        scene.mouse(SDL_MOUSEMOTION, row.cx(), row.cy());
        scene.mouse(SDL_MOUSEBUTTONDOWN, row.cx(), row.cy(), SDL_BUTTON_RIGHT);
        scene.mouse(SDL_MOUSEBUTTONUP, row.cx(), row.cy(), SDL_BUTTON_RIGHT);
        scene.settle();
        CHECK(scene.find("menu") != nullptr);
        judge.look(scene, "menu");
        scene.key(SDLK_ESCAPE);
        scene.mouse(SDL_MOUSEBUTTONDOWN, row.x + 60, row.y + 8);
        scene.mouse(SDL_MOUSEMOTION, row.right() - 20, row.bottom() - 8);
        scene.mouse(SDL_MOUSEBUTTONUP, row.right() - 20, row.bottom() - 8);
        scene.settle();
        judge.look(scene, "marked");
        // The focus through the rows.
        scene.mouse(SDL_MOUSEMOTION, 1, 500);
        scene.key(SDLK_UP, KMOD_LALT);
        for (int i = 0; i < 8; ++i) {
            scene.settle();
            judge.look(scene, "focused");
            scene.key(SDLK_UP);
        }
        scene.shard.down(Error::ConnectionLost, 4000);
        scene.step_client();
        scene.settle();
        judge.look(scene, "lost");
    }
    {
        Scene scene({.theme_path = theme});
        scene.fill();
        scene.settle();
        scene.frames(60, 0.25f);
        judge.look(scene, "idle");
    }
    {
        Scene scene({.theme_path = theme});
        scene.connect();
        scene.settle();
        judge.look(scene, "first run");
        scene.enter(party, wire::RoomKind::Party, {kenji, me}, 0, {});
        REQUIRE(scene.overlay->open(wire::RoomKind::Party).ok());
        scene.settle();
        judge.look(scene, "empty");
    }
    {
        Scene scene({.theme_path = theme});
        scene.fill();
        REQUIRE(scene.overlay->open(wire::RoomKind::Global).ok());
        scene.settle();
        for (int i = 0; i < 6; ++i) {
            scene.key(SDLK_PAGEUP);
        }
        judge.look(scene, "scrolled");
        scene.say(global, 111, {zoe, 5, "code", {{"code", wire::SpanKind::Mono, 0}}});
        scene.settle();
        judge.look(scene, "new below");
    }
}

TEST_CASE("all that is drawn can be seen on any game, in every theme, and stands in the table",
          "[contrast]") {
    for (const char* name : {"dark", "light", "high_contrast"}) {
        CAPTURE(name);
        std::string message;
        const Result<overlay::Theme> theme = overlay::choose_theme(name, message);
        REQUIRE(theme.ok());
        Judge judge{.theme = *theme};
        look_at_all(judge, name);
        CHECK(judge.words > 10'000);
        CHECK(judge.signs > 500);
    }
}

TEST_CASE("words that cannot be read on the screen are found out", "[contrast]") {
    const std::string path = PARLEY_BINARY_DIR "/ui/faint.toml";
    std::ofstream(path) << "[colours]\ndim = \"#606874\"\n";
    std::string message;
    const Result<overlay::Theme> theme = overlay::choose_theme(path, message);
    REQUIRE(theme.ok());
    Scene scene({.theme_path = path});
    scene.fill();
    scene.settle();
    std::vector<Drawn> all;
    scene.overlay->record_drawing(&all);
    scene.frames(1);
    size_t faint = 0;
    for (size_t i = 0; i < all.size(); ++i) {
        faint += all[i].kind == Drawn::Kind::Words &&
                         overlay::worst_contrast(all[i].colour, below(all, i)) < 4.5
                     ? 1
                     : 0;
    }
    CHECK(faint > 20);
}

} // namespace
} // namespace parley::ui
