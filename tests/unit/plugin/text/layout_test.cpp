// layout_test.cpp: lines, carets and boxes.
#include "samples.hpp"

#include "tests/support/catch.hpp"

#include <limits>

using namespace parley;
using namespace parley::text;

namespace {

std::unique_ptr<Engine> engine_of_test() {
    auto engine = samples::make_engine();
    REQUIRE(engine);
    return engine;
}

std::vector<std::string> lines_of(const Layout& layout, std::string_view text) {
    std::vector<std::string> lines;
    for (const Line& line : layout.lines) {
        lines.emplace_back(text.substr(line.start, line.end - line.start));
    }
    return lines;
}

const Box* box_of(const Layout& layout, BoxKind kind) {
    for (const Box& box : layout.boxes) {
        if (box.kind == kind) {
            return &box;
        }
    }
    return nullptr;
}

} // namespace

TEST_CASE("an empty text is one line high, with a caret on its side", "[text]") {
    auto engine = engine_of_test();
    Layout layout;
    LayoutOptions options;
    options.width_px = 200;
    engine->layout("", {}, options, layout);
    REQUIRE(layout.lines.size() == 1);
    CHECK(layout.quads.empty());
    CHECK(layout.clusters.empty());
    CHECK(layout.height_px == engine->metrics(options).line_height);
    CHECK(layout.caret(0).x == 0);
    CHECK(layout.caret(0).h == layout.height_px);
    CHECK(layout.offset_at(50, 5) == 0);
    options.align = Align::Right;
    engine->layout("", {}, options, layout);
    CHECK(layout.caret(0).x == 200);
}

TEST_CASE("metrics grow with the size, within 8 and 96 pixels", "[text]") {
    auto engine = engine_of_test();
    LayoutOptions options;
    options.size_px = 16;
    const Engine::Metrics at_16 = engine->metrics(options);
    CHECK(at_16.line_height == 22);
    CHECK(at_16.ascent > 12);
    CHECK(at_16.ascent + at_16.descent == Approx(at_16.line_height));
    options.size_px = 96;
    const float largest = engine->metrics(options).line_height;
    options.size_px = 97;
    CHECK(engine->metrics(options).line_height == largest);
    options.size_px = 8;
    const float least = engine->metrics(options).line_height;
    options.size_px = 7;
    CHECK(engine->metrics(options).line_height == least);
    options.size_px = std::numeric_limits<float>::quiet_NaN();
    CHECK(engine->metrics(options).line_height == least);
}

TEST_CASE("a newline ends a line, and one at the end begins an empty one", "[text]") {
    auto engine = engine_of_test();
    Layout layout;
    engine->layout("a\n\nb\n", {}, {}, layout);
    CHECK(lines_of(layout, "a\n\nb\n") == std::vector<std::string>{"a", "", "b", ""});
    CHECK(layout.clusters.size() == 2);
    CHECK(layout.caret(1).y == layout.lines[0].y);
    CHECK(layout.caret(2).y == layout.lines[1].y);
    CHECK(layout.caret(5).y == layout.lines[3].y);
    CHECK(layout.caret(5).x == 0);
}

TEST_CASE("a line wraps at its last blank, which hangs", "[text]") {
    auto engine = engine_of_test();
    LayoutOptions options;
    const std::string_view text = "one two three";
    options.width_px = engine->width("one two", options) + 0.5f;
    Layout layout;
    engine->layout(text, {}, options, layout);
    CHECK(lines_of(layout, text) == std::vector<std::string>{"one two ", "three"});
    for (const Cluster& cluster : layout.clusters) {
        CHECK(cluster.x + cluster.w <= options.width_px + 0.1f);
    }
    // A hair less, and two goes down.
    options.width_px -= 1;
    engine->layout(text, {}, options, layout);
    CHECK(lines_of(layout, text) == std::vector<std::string>{"one ", "two ", "three"});
    for (const Cluster& cluster : layout.clusters) {
        CHECK(cluster.x + cluster.w <= options.width_px + 0.1f);
    }
}

TEST_CASE("a word longer than the line breaks between graphemes", "[text]") {
    auto engine = engine_of_test();
    LayoutOptions options;
    options.width_px = 40;
    const std::string_view text =
        "ab e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301";
    Layout layout;
    engine->layout(text, {}, options, layout);
    CHECK(layout.lines.size() >= 3);
    for (const Line& line : layout.lines) {
        CHECK(line.w <= options.width_px + 0.1f);
        CHECK((static_cast<uint8_t>(text[line.start]) & 0xC0) != 0x80);
        CHECK(text.substr(line.start, 2) != "\u0301");
    }
}

TEST_CASE("what is carried to the next line may have to break again", "[text]") {
    auto engine = engine_of_test();
    LayoutOptions options;
    const std::string_view text = "a iiW";
    options.width_px = engine->width("a ii", options) + 0.5f;
    REQUIRE(engine->width("iiW", options) > options.width_px);
    Layout layout;
    engine->layout(text, {}, options, layout);
    CHECK(lines_of(layout, text) == std::vector<std::string>{"a ", "ii", "W"});
}

TEST_CASE("a line may be as narrow as nothing, and text is still there", "[text]") {
    auto engine = engine_of_test();
    LayoutOptions options;
    for (const float width : {0.0f, -5.0f, 1.0f}) {
        options.width_px = width;
        Layout layout;
        engine->layout("abc d", {}, options, layout);
        CHECK(layout.lines.size() == 4);
        CHECK(layout.quads.size() == 4);
    }
}

TEST_CASE("right-to-left text wraps from the top and stays on the right", "[text]") {
    auto engine = engine_of_test();
    LayoutOptions options;
    options.width_px = 120;
    const std::string_view text = samples::scripts[7].text;
    Layout layout;
    engine->layout(text, {}, options, layout);
    REQUIRE(layout.lines.size() >= 2);
    for (const Line& line : layout.lines) {
        CHECK(line.x + line.w == Approx(120));
    }
    CHECK(layout.clusters.front().x > layout.clusters.back().x - 120);
    CHECK(layout.clusters.front().x + layout.clusters.front().w == Approx(120));
}

TEST_CASE("each alignment has its side", "[text]") {
    auto engine = engine_of_test();
    LayoutOptions options;
    options.width_px = 300;
    Layout layout;
    const auto start = [&](std::string_view text, Align align) {
        options.align = align;
        engine->layout(text, {}, options, layout);
        return layout.lines.at(0).x;
    };
    const float latin = engine->width("abc", options);
    const float hebrew = engine->width("שלום", options);
    CHECK(start("abc", Align::Natural) == 0);
    CHECK(start("שלום", Align::Natural) == Approx(300 - hebrew));
    CHECK(start("abc", Align::Right) == Approx(300 - latin));
    CHECK(start("שלום", Align::Left) == 0);
    CHECK(start("abc", Align::Center) == Approx((300 - latin) / 2));
}

TEST_CASE("without a width lines align within the widest", "[text]") {
    auto engine = engine_of_test();
    Layout layout;
    engine->layout("שלום עולם\nשל", {}, {}, layout);
    REQUIRE(layout.lines.size() == 2);
    CHECK(layout.lines[0].x == 0);
    CHECK(layout.lines[1].x == Approx(layout.width_px - layout.lines[1].w));
}

TEST_CASE("tabs go to the next stop", "[text]") {
    auto engine = engine_of_test();
    Layout layout;
    engine->layout("a\tb\nlong\tb", {}, {}, layout);
    const auto x_of_b = [&](size_t line) {
        for (const Cluster& cluster : layout.clusters) {
            if (cluster.line == line && cluster.start + 1 == layout.lines[line].end) {
                return cluster.x;
            }
        }
        return -1.0f;
    };
    CHECK(x_of_b(0) == Approx(x_of_b(1)));
    CHECK(x_of_b(0) == Approx(48));
}

TEST_CASE("a text of too many lines ends with an ellipsis inside the width", "[text]") {
    auto engine = engine_of_test();
    LayoutOptions options;
    options.width_px = 100;
    options.lines_max = 2;
    const std::string_view text = "one two three four five six seven eight nine ten";
    Layout layout;
    engine->layout(text, {}, options, layout);
    REQUIRE(layout.lines.size() == 2);
    CHECK(layout.cut);
    CHECK(layout.lines[1].w <= 100);
    CHECK(layout.lines[1].end < text.size());
    CHECK(layout.clusters.back().end == layout.lines[1].end);
    // The last quad is the ellipsis, right of all letters.
    float right = 0;
    for (const Quad& quad : layout.quads) {
        right = std::max(right, quad.y > layout.lines[1].y ? quad.x : 0.0f);
    }
    CHECK(layout.quads.back().x == right);
    CHECK(right + static_cast<float>(layout.quads.back().w) <= 101);

    options.lines_max = 20; // exactly enough is not cut
    engine->layout(text, {}, options, layout);
    options.lines_max = static_cast<uint32_t>(layout.lines.size());
    CHECK_FALSE(layout.cut);
    engine->layout(text, {}, options, layout);
    CHECK_FALSE(layout.cut);
    options.lines_max -= 1;
    engine->layout(text, {}, options, layout);
    CHECK(layout.cut);
}

TEST_CASE("an ellipsis fits any width that it fits alone", "[text]") {
    auto engine = engine_of_test();
    LayoutOptions options;
    options.lines_max = 1;
    for (float width = 20; width < 120; width += 1) {
        options.width_px = width;
        Layout layout;
        engine->layout("iiiiiiiiiiiiiiiii wwwwwwwwwwwwwwwww", {}, options, layout);
        CHECK(layout.cut);
        CHECK(layout.lines.at(0).w <= width + 0.1f);
    }
}

TEST_CASE("an ellipsis also says that paragraphs follow, and stands left of Arabic", "[text]") {
    auto engine = engine_of_test();
    LayoutOptions options;
    options.width_px = 300;
    options.lines_max = 1;
    Layout layout;
    engine->layout("a\nb", {}, options, layout);
    CHECK(layout.cut);
    CHECK(layout.quads.size() == 2);
    engine->layout("שלום\nb", {}, options, layout);
    REQUIRE(layout.quads.size() == 5);
    for (size_t i = 1; i < layout.quads.size(); ++i) {
        CHECK(layout.quads[i].x > layout.quads[0].x); // drawn first, at the left end
    }
    CHECK(layout.lines[0].x + layout.lines[0].w == Approx(300));
}

TEST_CASE("points and offsets go both ways, in each script", "[text]") {
    auto engine = engine_of_test();
    for (const samples::Sample& sample : samples::scripts) {
        for (const float width : {1e9f, 150.0f}) {
            LayoutOptions options;
            options.width_px = width;
            Layout layout;
            engine->layout(sample.text, {}, options, layout);
            INFO(sample.name << " in " << width);
            for (const Cluster& cluster : layout.clusters) {
                if (cluster.w < 0.5f) {
                    continue; // a blank that a full line swallowed
                }
                const float y = layout.lines[cluster.line].y + 3;
                // Just inside the edge where the cluster begins.
                const float near =
                    cluster.rtl ? cluster.x + cluster.w * 0.8f : cluster.x + cluster.w * 0.2f;
                CHECK(layout.offset_at(near, y) == cluster.start);
                const Layout::Caret caret = layout.caret(cluster.start);
                CHECK(caret.x ==
                      Approx(cluster.rtl ? cluster.x + cluster.w : cluster.x).margin(0.05));
                CHECK(caret.y == layout.lines[cluster.line].y);
            }
        }
    }
}

TEST_CASE("points outside give the nearest end", "[text]") {
    auto engine = engine_of_test();
    Layout layout;
    engine->layout("abc\ndef", {}, {}, layout);
    CHECK(layout.offset_at(-10, -10) == 0);
    CHECK(layout.offset_at(1000, 1) == 3);
    CHECK(layout.offset_at(1000, 1000) == 7);
    CHECK(layout.offset_at(-10, 1000) == 4);
    engine->layout("אבג", {}, {}, layout);
    CHECK(layout.offset_at(-10, 1) == 6);
    CHECK(layout.offset_at(1000, 1) == 0);
    CHECK(layout.caret(6).x == Approx(0).margin(0.05));
    CHECK(layout.caret(99).x == Approx(0).margin(0.05));
    CHECK(Layout().offset_at(1, 1) == 0);
    CHECK(Layout().caret(3).h == 0);
}

TEST_CASE("a click behind a wrapped line stays on that line", "[text]") {
    auto engine = engine_of_test();
    LayoutOptions options;
    options.width_px = engine->width("one two", options) + 1;
    Layout layout;
    engine->layout("one two three", {}, options, layout);
    REQUIRE(layout.lines.size() == 2);
    const uint32_t offset = layout.offset_at(1000, 1);
    CHECK(offset == 7);
    CHECK(layout.caret(offset).y == layout.lines[0].y);
    CHECK(layout.caret(8).y == layout.lines[1].y);
}

TEST_CASE("a blank typed at the end moves the caret", "[text]") {
    auto engine = engine_of_test();
    LayoutOptions options;
    options.width_px = 300;
    Layout layout;
    engine->layout("ab ", {}, options, layout);
    CHECK(layout.caret(3).x > layout.caret(2).x + 2);
    engine->layout("אב ", {}, options, layout);
    CHECK(layout.caret(5).x < layout.caret(4).x - 2);
}

TEST_CASE("a spoiler hides its letters until it is revealed", "[text]") {
    auto engine = engine_of_test();
    const StyleSpan span{2, 5, Spoiler, 0, 9};
    LayoutOptions options;
    Layout layout;
    engine->layout("a bcd e", {&span, 1}, options, layout);
    CHECK(layout.quads.size() == 2);
    CHECK(layout.clusters.size() == 7);
    const Box* box = box_of(layout, BoxKind::Spoiler);
    REQUIRE(box != nullptr);
    CHECK(box->start == 2);
    CHECK(box->end == 5);
    CHECK(box->target == 9);
    CHECK(box->x == Approx(layout.clusters[2].x));
    CHECK(box->w == Approx(layout.clusters[5].x - layout.clusters[2].x));
    options.reveal_spoilers = true;
    engine->layout("a bcd e", {&span, 1}, options, layout);
    CHECK(layout.quads.size() == 5);
    CHECK(box_of(layout, BoxKind::Spoiler) != nullptr);
}

TEST_CASE("styles give boxes with their target, one a line", "[text]") {
    auto engine = engine_of_test();
    const std::string_view text = "see the long link here";
    const StyleSpan spans[] = {{4, 17, Link, 1, 42}, {18, 22, Strike | Mono, 2, 0}};
    LayoutOptions options;
    Layout layout;
    engine->layout(text, spans, options, layout);
    REQUIRE(box_of(layout, BoxKind::Link) != nullptr);
    CHECK(box_of(layout, BoxKind::Link)->target == 42);
    CHECK(box_of(layout, BoxKind::Link)->colour == 1);
    CHECK(box_of(layout, BoxKind::Link)->h == layout.height_px);
    REQUIRE(box_of(layout, BoxKind::Underline) != nullptr);
    CHECK(box_of(layout, BoxKind::Underline)->y > layout.lines[0].baseline);
    REQUIRE(box_of(layout, BoxKind::Strike) != nullptr);
    CHECK(box_of(layout, BoxKind::Strike)->y < layout.lines[0].baseline);
    CHECK(box_of(layout, BoxKind::Mono) != nullptr);
    CHECK(box_of(layout, BoxKind::Mention) == nullptr);

    options.width_px = 100; // the link is on two lines
    engine->layout(text, spans, options, layout);
    size_t links = 0;
    for (const Box& box : layout.boxes) {
        links += box.kind == BoxKind::Link ? 1u : 0u;
    }
    CHECK(layout.lines.size() == 2);
    CHECK(links == 2);
}

TEST_CASE("spans that overlap add their styles, and the last gives the colour", "[text]") {
    auto engine = engine_of_test();
    const StyleSpan spans[] = {{0, 4, Underline, 1, 0}, {2, 6, Strike, 2, 0}};
    Layout layout;
    engine->layout("abcdef", spans, {}, layout);
    REQUIRE(layout.quads.size() == 6);
    CHECK(layout.quads[1].colour == 1);
    CHECK(layout.quads[2].colour == 2);
    CHECK(layout.quads[5].colour == 2);
    float underlined = 0;
    for (const Box& box : layout.boxes) {
        underlined =
            box.kind == BoxKind::Underline ? std::max(underlined, box.x + box.w) : underlined;
    }
    CHECK(underlined == Approx(layout.clusters[4].x));
}

TEST_CASE("spans beyond the text, turned around or inside a character harm nothing", "[text]") {
    auto engine = engine_of_test();
    const StyleSpan spans[] = {{100, 200, Bold, 1, 0},
                               {5, 2, Bold, 1, 0},
                               {1, 2, Bold, 1, 0},
                               {0, 0xFFFFFFFF, Underline, 3, 0}};
    Layout layout;
    engine->layout("日本", spans, {}, layout);
    REQUIRE(layout.quads.size() == 2);
    CHECK(layout.quads[1].colour == 3);
}

TEST_CASE("width agrees with a layout on one line", "[text]") {
    auto engine = engine_of_test();
    for (const samples::Sample& sample : samples::scripts) {
        Layout layout;
        engine->layout(sample.text, {}, {}, layout);
        CHECK(engine->width(sample.text, {}) == Approx(layout.width_px));
    }
    CHECK(engine->width("", {}) == 0);
    CHECK(engine->width("a ", {}) > engine->width("a", {}));
}
