// palettes_test.cpp: themes that are shipped, and that what a colour says is seen by all eyes: by
// another colour under a palette, and by a sign or a word everywhere.
#include "plugin/overlay/shipped.hpp"
#include "plugin/overlay/theme.hpp"
#include "plugin/overlay/view.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/colour_blind.hpp"

#include <fstream>
#include <set>

namespace parley::overlay {
namespace {

using test::apart;
using test::Eyes;
using test::light_of;
using test::seen_by;

constexpr const char* whole_themes[] = {"dark", "light", "high_contrast"};
constexpr std::pair<const char*, Eyes> palettes[] = {{"protanopia", Eyes::Protanopia},
                                                     {"deuteranopia", Eyes::Deuteranopia},
                                                     {"tritanopia", Eyes::Tritanopia}};
constexpr Tone meanings[] = {Tone::Accent, Tone::Good,   Tone::Warn,   Tone::Bad,  Tone::Party,
                             Tone::Team,   Tone::Global, Tone::Direct, Tone::Guild};

Theme chosen(const std::string& wanted) {
    std::string message;
    const Result<Theme> theme = choose_theme(wanted, message);
    CAPTURE(wanted, message);
    REQUIRE(theme.ok());
    return *theme;
}

double least_apart(const Theme& theme, Eyes eyes) {
    double least = 1000;
    for (const Tone one : meanings) {
        for (const Tone other : meanings) {
            if (one < other) {
                least = std::min(least, apart(seen_by(eyes, light_of(theme[one])),
                                              seen_by(eyes, light_of(theme[other]))));
            }
        }
    }
    return least;
}

TEST_CASE("the simulation of eyes keeps grey and brings red and green together", "[palettes]") {
    for (const auto& [name, eyes] : palettes) {
        CAPTURE(name);
        const auto grey = light_of(rgba(128, 128, 128));
        CHECK(apart(seen_by(eyes, grey), grey) < 1);
    }
    const auto red = light_of(rgba(190, 90, 40)), green = light_of(rgba(130, 125, 30));
    CHECK(apart(red, green) > 40);
    CHECK(apart(seen_by(Eyes::Deuteranopia, red), seen_by(Eyes::Deuteranopia, green)) <
          apart(red, green) / 2);
}

TEST_CASE("under a palette each colour that means something is told from each other by its eyes",
          "[palettes]") {
    for (const char* theme : whole_themes) {
        for (const auto& [palette, eyes] : palettes) {
            CAPTURE(theme, palette);
            const Theme with = chosen(std::string(theme) + "+" + palette);
            CHECK(least_apart(with, eyes) >= 12);
            CHECK(least_apart(with, Eyes::Usual) >= 12); // and by who looks over the shoulder
        }
    }
    // Without one they are not: the palettes are there for a reason.
    CHECK(least_apart(chosen("dark"), Eyes::Protanopia) < 7);
    CHECK(least_apart(chosen("dark"), Eyes::Deuteranopia) < 7);
    CHECK(least_apart(chosen("dark"), Eyes::Tritanopia) < 7);
}

TEST_CASE("a palette changes the colours that mean something and nothing else", "[palettes]") {
    for (const char* name : whole_themes) {
        for (const auto& [palette, eyes] : palettes) {
            CAPTURE(name, palette);
            const Theme plain = chosen(name);
            Theme with = chosen(std::string(name) + "+" + palette);
            for (const Tone tone : meanings) {
                with.tones[static_cast<size_t>(tone)] = plain[tone];
            }
            CHECK(with.tones == plain.tones);
            CHECK(with.body == plain.body);
        }
    }
}

TEST_CASE("each shipped theme names every colour", "[palettes]") {
    for (const char* name : whole_themes) {
        const Shipped* file = shipped_named(shipped_themes(), name);
        REQUIRE(file != nullptr);
#define PARLEY_TONE_CHECK(tone, key)                                                               \
    {                                                                                              \
        CAPTURE(name, key);                                                                        \
        CHECK(file->text.find("\n" key " = \"#") != std::string_view::npos);                       \
    }
        PARLEY_TONES(PARLEY_TONE_CHECK)
#undef PARLEY_TONE_CHECK
    }
}

TEST_CASE("a theme is chosen by name, by path, and with others over it", "[palettes]") {
    CHECK(chosen("").tones == built_in().tones);
    CHECK(chosen("dark").tones == built_in().tones);
    CHECK(chosen("light").tones != built_in().tones);
    CHECK(chosen("+light").tones == chosen("light").tones);
    // A plus in a path is a plus.
    const std::string path = PARLEY_BINARY_DIR "/c++theme.toml";
    std::ofstream(path) << "[colours]\naccent = \"#010203\"\n[sizes]\nbody = 20\n";
    CHECK(chosen(path)[Tone::Accent] == rgba(1, 2, 3));
    const Theme over = chosen(path + "+light+tritanopia");
    CHECK(over[Tone::Accent] == chosen("light+tritanopia")[Tone::Accent]);
    CHECK(over.body == 20);
    std::string message;
    CHECK(choose_theme("lihgt", message).error() == Error::Io);
    CHECK(message.find("there are couch, dark, deuteranopia, high_contrast, light") !=
          std::string::npos);
    CHECK(choose_theme("light+drak", message).error() == Error::Io);
}

TEST_CASE("a studio's file stands on the theme that it names", "[palettes]") {
    std::string message;
    Result<Theme> theme =
        load_theme("base = \"light+deuteranopia\"\n[colours]\naccent = \"#010203\"\n", message);
    REQUIRE(theme.ok());
    CHECK((*theme)[Tone::Accent] == rgba(1, 2, 3));
    CHECK((*theme)[Tone::Panel] == chosen("light")[Tone::Panel]);
    CHECK((*theme)[Tone::Good] == chosen("light+deuteranopia")[Tone::Good]);
    CHECK(load_theme("[sizes]\nbody = 20\n[colours]\naccent = 3\n", message).error() ==
          Error::BadConfig);
    CHECK(load_theme("\nbase = \"lihgt\"\n", message).error() == Error::BadConfig);
    CHECK(message.rfind("line 2: there is no theme named lihgt; there are couch, dark, ", 0) == 0);
    CHECK(load_theme("base = 3\n", message).error() == Error::BadConfig);
}

TEST_CASE("a colour for dark and one for light: the panel says which is meant", "[palettes]") {
    const std::string both = "[on_dark]\ngood = \"#010101\"\n[on_light]\ngood = \"#020202\"\n";
    std::string message;
    CHECK((*load_theme(both, message))[Tone::Good] == rgba(1, 1, 1));
    CHECK((*load_theme("base = \"light\"\n" + both, message))[Tone::Good] == rgba(2, 2, 2));
    // Also the one that is not meant must be right.
    CHECK(load_theme("[on_light]\ngood = \"red\"\n", message).error() == Error::BadConfig);
    CHECK(message == "line 2: on_light.good must be #RRGGBB or #RRGGBBAA, not red");
}

TEST_CASE("colour is never alone: each kind of room and each state of a person has its own sign",
          "[palettes]") {
    std::set<Sign> rooms;
    for (const wire::RoomKind kind :
         {wire::RoomKind::Global, wire::RoomKind::Team, wire::RoomKind::Party,
          wire::RoomKind::Direct, wire::RoomKind::Guild}) {
        rooms.insert(room_sign(kind));
    }
    CHECK(rooms.size() == 5);
    std::set<Sign> states;
    std::set<Tone> colours;
    for (const wire::PresenceState state :
         {wire::PresenceState::Online, wire::PresenceState::Away, wire::PresenceState::DoNotDisturb,
          wire::PresenceState::LookingForGroup, wire::PresenceState::InMatch,
          wire::PresenceState::Streaming, wire::PresenceState::Offline}) {
        states.insert(presence_look(state).sign);
        colours.insert(presence_look(state).tone);
    }
    CHECK(states.size() == 7);
    CHECK(colours.size() < 7); // so the signs are needed
    // What cannot be told from being away must not be told by the sign either.
    CHECK(presence_look(wire::PresenceState::Invisible).sign ==
          presence_look(wire::PresenceState::Offline).sign);
}

} // namespace
} // namespace parley::overlay
