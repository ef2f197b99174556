// contrast_test.cpp: that the words of every theme can be read and its signs be seen, on any game.
#include "tests/support/theme_pairs.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/contrast_rows.hpp"

namespace parley::overlay {
namespace {

Theme chosen(const std::string& wanted) {
    std::string message;
    const Result<Theme> theme = choose_theme(wanted, message);
    CAPTURE(wanted, message);
    REQUIRE(theme.ok());
    return *theme;
}

TEST_CASE("words are 4.5 to 1 and signs 3 to 1 on the worst blend, in every theme and palette",
          "[contrast]") {
    for (const char* theme : {"dark", "light", "high_contrast"}) {
        for (const char* palette : {"", "+protanopia", "+deuteranopia", "+tritanopia"}) {
            for (const test::ContrastRow& row :
                 test::contrast_rows(chosen(std::string(theme) + palette))) {
                CAPTURE(theme, palette, row.what, row.contrast);
                char ink[16];
                std::snprintf(ink, sizeof ink, "%08x", row.ink);
                CAPTURE(std::string(ink));
                CHECK(row.good());
            }
        }
    }
}

TEST_CASE("high contrast is 7 to 1 for words of a panel, and its buttons stand out by themselves",
          "[contrast]") {
    const Theme theme = chosen("high_contrast");
    const Colour panel[] = {theme[Tone::Panel]};
    for (const Tone tone :
         {Tone::Text, Tone::Soft, Tone::Dim, Tone::Good, Tone::Warn, Tone::Bad, Tone::Accent}) {
        CAPTURE(static_cast<int>(tone));
        CHECK(worst_contrast(theme[tone], panel) >= 7);
    }
    CHECK(worst_contrast(theme[Tone::Button], panel) >= 3);
    CHECK(worst_contrast(theme[Tone::Accent], panel) >= 3);
    CHECK(worst_contrast(theme[Tone::Line], panel) >= 3);
}

TEST_CASE("a theme that cannot be read is found out", "[contrast]") {
    Theme theme = built_in();
    const auto wrong = [&] {
        size_t count = 0;
        for (const test::ContrastRow& row : test::contrast_rows(theme)) {
            count += row.good() ? 0 : 1;
        }
        return count;
    };
    CHECK(wrong() == 0);
    theme.tones[static_cast<size_t>(Tone::Dim)] = rgba(0x60, 0x68, 0x74);
    CHECK(wrong() > 0);
    theme = built_in();
    theme.tones[static_cast<size_t>(Tone::Panel)] = rgba(0x0d, 0x10, 0x16, 150);
    CHECK(wrong() > 0); // a white game shines through
}

} // namespace
} // namespace parley::overlay
