// theme_test.cpp: theme files, and the proof that the built-in theme can be read on any game.
#include "plugin/overlay/theme.hpp"

#include "tests/support/catch.hpp"

#include <fstream>
#include <sstream>

namespace parley::overlay {
namespace {

constexpr Colour black = rgba(0, 0, 0), white = rgba(255, 255, 255);

// The least contrast of text on a stack of translucent layers, over a black and over a white scene.
double worst(const Theme& theme, Colour text, std::initializer_list<Tone> layers) {
    double least = 21;
    for (const Colour scene : {black, white}) {
        Colour behind = scene;
        for (const Tone layer : layers) {
            behind = over(theme[layer], behind);
        }
        least = std::min(least, contrast(text, behind));
    }
    return least;
}

TEST_CASE("contrast follows WCAG", "[theme]") {
    CHECK(contrast(black, white) == Approx(21));
    CHECK(contrast(white, white) == Approx(1));
    CHECK(contrast(rgba(0x76, 0x76, 0x76), white) == Approx(4.54).margin(0.01));
}

TEST_CASE("every text colour is at least 4.5 to 1 on the worst blend of its panel and the scene",
          "[theme]") {
    const Theme theme = built_in();
    const Tone texts[] = {Tone::Text, Tone::Soft,   Tone::Dim,    Tone::Good,
                          Tone::Warn, Tone::Bad,    Tone::Accent, Tone::Party,
                          Tone::Team, Tone::Global, Tone::Direct, Tone::Guild};
    for (const Tone text : texts) {
        CAPTURE(static_cast<int>(text));
        CHECK(worst(theme, theme[text], {Tone::Panel}) >= 4.5);
        CHECK(worst(theme, theme[text], {Tone::Panel, Tone::Raised}) >= 4.5);
    }
    CHECK(worst(theme, theme[Tone::Text], {Tone::Panel, Tone::Button}) >= 4.5);
    CHECK(worst(theme, theme[Tone::Dim], {Tone::Panel, Tone::ButtonOff}) >= 4.5);
    CHECK(worst(theme, theme[Tone::OnAccent], {Tone::Panel, Tone::Accent}) >= 4.5);
    CHECK(worst(theme, theme[Tone::Text], {Tone::Panel, Tone::Badge}) >= 4.5);
    CHECK(worst(theme, theme[Tone::Ink], {Tone::Panel, Tone::Party}) >= 4.5);
    CHECK(worst(theme, theme[Tone::Text], {Tone::Danger}) >= 4.5);
    CHECK(worst(theme, theme[Tone::Text], {Tone::KeyCap}) >= 4.5);
    // Idle text stands on the game in a dark edge.
    CHECK(worst(theme, theme[Tone::Text], {Tone::Outline}) >= 4.5);
}

TEST_CASE("initials can be read on every user's avatar, and neighbours look different", "[theme]") {
    const Theme theme = built_in();
    for (uint64_t user = 1; user < 64; ++user) {
        CHECK(contrast(theme[Tone::Ink], theme.user_colour(UserId{user})) >= 4.5);
        CHECK(theme.user_colour(UserId{user}) != theme.user_colour(UserId{user + 1}));
        CHECK(theme.user_colour(UserId{user}) == theme.user_colour(UserId{user}));
    }
}

TEST_CASE("a theme changes what it names and keeps the rest", "[theme]") {
    std::string message;
    const Result<Theme> theme =
        load_theme("[colours]\naccent = \"#FF0080\"\npanel = \"#00000080\"\n"
                   "[sizes]\nbody = 20\n",
                   message);
    REQUIRE(theme.ok());
    CHECK((*theme)[Tone::Accent] == rgba(255, 0, 128));
    CHECK((*theme)[Tone::Panel] == rgba(0, 0, 0, 128));
    CHECK(theme->body == 20);
    CHECK((*theme)[Tone::Text] == built_in()[Tone::Text]);
    CHECK(theme->meta == built_in().meta);
}

TEST_CASE("the built-in theme gives every size, within its bounds", "[theme]") {
    const Theme theme = built_in();
    const auto check = [](const char* key, float value, float least, float most) {
        INFO(key);
        CHECK(value > 0); // none is left out
        CHECK(value >= least);
        CHECK(value <= most);
    };
#define PARLEY_SIZE_CHECK(name, key, least, most) check(key, theme.name, least, most);
    PARLEY_SIZES(PARLEY_SIZE_CHECK)
#undef PARLEY_SIZE_CHECK
}

TEST_CASE("a wrong theme is refused with what and where", "[theme]") {
    const struct {
        const char *toml, *says;
    } wrong[] = {
        {"[colours]\nacent = \"#FF0080\"\n", "line 2: there is no colour named acent"},
        {"[colours]\naccent = \"red\"\n",
         "line 2: colours.accent must be #RRGGBB or #RRGGBBAA, not red"},
        {"[colours]\naccent = 7\n", "line 2: colours.accent must be #RRGGBB or #RRGGBBAA, not 7"},
        {"[sizes]\n\nbody = 9\n", "line 3: sizes.body must be a number from 10 to 32"},
        {"[sizes]\nbody = \"large\"\n", "line 2: sizes.body must be a number from 10 to 32"},
        {"[sizes]\nbody = nan\n", "line 2: sizes.body must be a number from 10 to 32"},
        {"[fonts]\nbody = 12\n", "line 2: there is no setting named fonts.body"},
    };
    for (const auto& one : wrong) {
        std::string message;
        CHECK(load_theme(one.toml, message).error() == Error::BadConfig);
        CHECK(message == one.says);
    }
    std::string message;
    CHECK(load_theme("[sizes]\nbody = 10\n", message).ok());
    CHECK(load_theme("[sizes]\nbody = 32\n", message).ok());
    CHECK(load_theme("[sizes\n", message).error() == Error::BadConfig);
    CHECK(message.rfind("line 1: ", 0) == 0);
}

TEST_CASE("mix, over and alpha", "[theme]") {
    CHECK(mix(black, white, 0) == black);
    CHECK(mix(black, white, 1) == white);
    CHECK(over(rgba(255, 255, 255, 0), black) == black);
    CHECK(over(rgba(255, 255, 255, 255), black) == white);
    CHECK(with_alpha(white, 0.5f) == rgba(255, 255, 255, 128));
    CHECK(with_alpha(rgba(1, 2, 3, 100), 0.5f) == rgba(1, 2, 3, 50));
}

} // namespace
} // namespace parley::overlay
