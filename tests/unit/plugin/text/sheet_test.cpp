// sheet_test.cpp: the sheet: every script and style in one picture, for people to look at, and a
// check that ink is where the clusters say.
#include "samples.hpp"

#include "tests/support/catch.hpp"

#include <fstream>

using namespace parley;
using namespace parley::text;

TEST_CASE("a sheet of all scripts and styles is written, and each line has ink", "[text]") {
    auto engine = samples::make_engine();
    REQUIRE(engine);
    constexpr int32_t width = 1120;
    samples::Picture picture(width, 1000);
    LayoutOptions options;
    options.size_px = 20;
    options.width_px = 520;
    Layout layout;
    float y = 10;
    for (const samples::Sample& sample : samples::scripts) {
        engine->layout(sample.text, {}, options, layout);
        picture.text(*engine, layout, 10, y);
        INFO(sample.name);
        CHECK(picture.lit(10, static_cast<int32_t>(y), 520,
                          static_cast<int32_t>(layout.height_px)) > 100);
        y += layout.height_px + 4;
    }
    const std::string_view styled =
        "plain bold italic both mono code under strike spoiler link @mention end";
    std::vector<StyleSpan> spans;
    const auto span = [&](std::string_view word, uint16_t style, uint8_t colour) {
        const auto at = static_cast<uint32_t>(styled.find(word));
        spans.push_back({at, at + static_cast<uint32_t>(word.size()), style, colour, at});
    };
    span("bold", Bold, 0);
    span("italic", Italic, 0);
    span("both", Bold | Italic, 0);
    span("mono code", Mono, 3);
    span("under", Underline, 0);
    span("strike", Strike, 4);
    span("spoiler", Spoiler, 0);
    span("link", Link, 1);
    span("@mention", Mention | Bold, 2);
    y = 10;
    const auto column = [&](std::string_view text, std::span<const StyleSpan> with) {
        engine->layout(text, with, options, layout);
        picture.text(*engine, layout, 580, y);
        y += layout.height_px + 4;
    };
    column(styled, spans);
    options.reveal_spoilers = true;
    column(styled, spans);
    options.base_style = Bold;
    column("Bold: Ünïcode, Жирный, العربية الغامقة, 太字のテスト, מודגש", {});
    options.base_style = Italic;
    column("Italic: Ünïcode, Курсив, 斜体のテスト, हिन्दी", {});
    options.base_style = Mono;
    column("Mono: int main() { return 0; } Жук 0O1lI", {});
    options.base_style = 0;
    column("a\tb\tc\nlong\tword\tc", {});
    column(
        "Naïve wrap at hyphens: state-of-the-art https://example.net/path/to/some/where/far/away "
        "and aVeryLongWordWithoutAnyPlaceToBreakThatGoesOnAndOnAndOnForever",
        {});
    column("Zalgo: "
           "Z\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308a\u0316\u0317\u0318\u0319\u031C"
           "\u031D\u031E\u031Flgo, invalid: \xff\xfe, missing: \U000F1234",
           {});
    options.lines_max = 1;
    column("This line is far too long for the width that it is given and ends with dots", {});
    column("هذا السطر أطول بكثير من العرض المتاح له ولذلك ينتهي بثلاث نقاط كما نرى هنا", {});
    options.lines_max = 0;
    options.align = Align::Center;
    column("centred 中央", {});
    options.align = Align::Right;
    column("right", {});
    options.align = Align::Natural;
    for (const float size : {8.0f, 11.0f, 13.0f, 16.0f, 28.0f, 48.0f}) {
        options.size_px = size;
        column("Size 大きさ 😀 حجم", {});
    }
    std::ofstream file(PARLEY_BINARY_DIR "/text-sheet.ppm", std::ios::binary);
    file << picture.ppm();
    CHECK(file.good());
}
