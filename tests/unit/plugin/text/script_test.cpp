// script_test.cpp: scripts: each sample is laid out by faces that have it, its clusters cover its
// bytes and its line, and they go the way the script goes.
#include "samples.hpp"

#include "tests/support/catch.hpp"

using namespace parley;
using namespace parley::text;

namespace {

Layout lay_out(Engine& engine, std::string_view text, const LayoutOptions& options = {}) {
    Layout layout;
    engine.layout(text, {}, options, layout);
    return layout;
}

// The clusters of one line, left to right, must touch and neither overlap nor leave holes.
void check_tiles(const Layout& layout) {
    for (size_t line = 0; line < layout.lines.size(); ++line) {
        std::vector<Cluster> row;
        for (const Cluster& cluster : layout.clusters) {
            if (cluster.line == line) {
                row.push_back(cluster);
            }
        }
        std::stable_sort(row.begin(), row.end(),
                         [](const Cluster& a, const Cluster& b) { return a.x < b.x; });
        for (size_t i = 1; i < row.size(); ++i) {
            CHECK(row[i].x == Approx(row[i - 1].x + row[i - 1].w).margin(0.05));
        }
    }
}

void check_bytes(const Layout& layout, std::string_view text) {
    uint32_t at = 0;
    for (const Cluster& cluster : layout.clusters) {
        while (at < cluster.start && text[at] == '\n') {
            ++at;
        }
        REQUIRE(cluster.start == at);
        REQUIRE(cluster.end > cluster.start);
        at = cluster.end;
    }
    CHECK(at == text.size());
}

} // namespace

TEST_CASE("each script has a face, and its clusters cover bytes and line in order", "[text]") {
    auto engine = samples::make_engine();
    REQUIRE(engine);
    for (const samples::Sample& sample : samples::scripts) {
        DYNAMIC_SECTION(sample.name) {
            const Layout layout = lay_out(*engine, sample.text);
            CHECK(engine->glyphs_missing() == 0);
            REQUIRE(layout.lines.size() == 1);
            CHECK(layout.rtl == sample.rtl);
            CHECK(layout.lines[0].rtl == sample.rtl);
            CHECK_FALSE(layout.quads.empty());
            check_bytes(layout, sample.text);
            check_tiles(layout);
            float sum = 0;
            for (size_t i = 0; i < layout.clusters.size(); ++i) {
                const Cluster& cluster = layout.clusters[i];
                sum += cluster.w;
                if (i > 0 && cluster.rtl == layout.clusters[i - 1].rtl && !sample.rtl) {
                    CHECK(cluster.x > layout.clusters[i - 1].x - 0.05f);
                }
            }
            CHECK(sum == Approx(layout.width_px).margin(0.1));
        }
    }
}

TEST_CASE("the same text in bold, italic and mono has a face too", "[text]") {
    auto engine = samples::make_engine();
    REQUIRE(engine);
    for (const uint16_t style : {Bold, Italic, Mono}) {
        LayoutOptions options;
        options.base_style = style;
        for (const samples::Sample& sample : samples::scripts) {
            const Layout layout = lay_out(*engine, sample.text, options);
            CHECK_FALSE(layout.quads.empty());
        }
    }
    CHECK(engine->glyphs_missing() == 0);
}

TEST_CASE("bold is wider than regular, and mono gives each letter one width", "[text]") {
    auto engine = samples::make_engine();
    REQUIRE(engine);
    LayoutOptions options;
    const float regular = engine->width("Sphinx of black quartz", options);
    options.base_style = Bold;
    CHECK(engine->width("Sphinx of black quartz", options) > regular);
    options.base_style = Mono;
    const Layout mono = lay_out(*engine, "iWl.m", options);
    for (const Cluster& cluster : mono.clusters) {
        CHECK(cluster.w == Approx(mono.clusters[0].w));
    }
}

TEST_CASE("Arabic joins: a word is narrower than its letters apart", "[text]") {
    auto engine = samples::make_engine();
    REQUIRE(engine);
    const Layout joined = lay_out(*engine, "بيت");
    const Layout apart = lay_out(*engine, "ب ي ت");
    CHECK(joined.width_px < apart.width_px * 0.8f);
    // Logical order runs to the left.
    REQUIRE(joined.clusters.size() == 3);
    CHECK(joined.clusters[0].x > joined.clusters[1].x);
    CHECK(joined.clusters[1].x > joined.clusters[2].x);
    CHECK(joined.clusters[0].rtl);
}

TEST_CASE("a colour inside an Arabic word does not part its letters", "[text]") {
    auto engine = samples::make_engine();
    REQUIRE(engine);
    const std::string_view word = "بيت";
    const StyleSpan span{2, 4, Underline, 1, 0};
    Layout plain, coloured;
    engine->layout(word, {}, {}, plain);
    engine->layout(word, {&span, 1}, {}, coloured);
    CHECK(plain.width_px == Approx(coloured.width_px));
    bool has_colour = false;
    for (const Quad& quad : coloured.quads) {
        has_colour = has_colour || quad.colour == 1;
    }
    CHECK(has_colour);
}

TEST_CASE("lam-alef is one glyph that a caret can enter", "[text]") {
    auto engine = samples::make_engine();
    REQUIRE(engine);
    const Layout layout = lay_out(*engine, "لا");
    REQUIRE(layout.clusters.size() == 2);
    CHECK(layout.clusters[0].x > layout.clusters[1].x);
    CHECK(layout.clusters[0].w == Approx(layout.clusters[1].w));
}

TEST_CASE("a number in Hebrew text reads left to right between its neighbours", "[text]") {
    auto engine = samples::make_engine();
    REQUIRE(engine);
    const std::string_view text = "אב 123 גד";
    const Layout layout = lay_out(*engine, text);
    const auto at = static_cast<uint32_t>(text.find("123"));
    std::vector<float> digits;
    float first = 0, last = 0;
    for (const Cluster& cluster : layout.clusters) {
        if (cluster.start >= at && cluster.start < at + 3) {
            digits.push_back(cluster.x);
            CHECK_FALSE(cluster.rtl);
        }
        if (cluster.start == 0) {
            first = cluster.x;
        }
        last = cluster.x;
    }
    REQUIRE(digits.size() == 3);
    CHECK(digits[0] < digits[1]);
    CHECK(digits[1] < digits[2]);
    CHECK(first > digits[2]);
    CHECK(last < digits[0]);
}

TEST_CASE("a Devanagari conjunct is narrower than its letters and one cluster", "[text]") {
    auto engine = samples::make_engine();
    REQUIRE(engine);
    const Layout conjunct = lay_out(*engine, "क्ष");
    CHECK(conjunct.clusters.size() == 1);
    CHECK(conjunct.width_px < lay_out(*engine, "कष").width_px);
}

TEST_CASE("what is one emoji is one cluster and one quad in its own colours", "[text]") {
    auto engine = samples::make_engine();
    REQUIRE(engine);
    for (const std::string_view emoji : {"👨‍👩‍👧‍👦", "👩🏽‍🚀", "🇯🇵",
                                         "👍🏿", "1️⃣", "❤️", "🏳️‍🌈",
                                         "🏴\U000E0067\U000E0062\U000E0065\U000E006E"
                                         "\U000E0067\U000E007F",
                                         "🧑🏻‍❤️‍💋‍🧑🏼", "😀"}) {
        INFO(emoji);
        const Layout layout = lay_out(*engine, emoji);
        REQUIRE(layout.clusters.size() == 1);
        REQUIRE(layout.quads.size() == 1);
        CHECK(layout.quads[0].colour == 255);
        CHECK(layout.clusters[0].end == emoji.size());
        CHECK(static_cast<float>(layout.quads[0].h) <= layout.height_px);
    }
}

TEST_CASE("digits and signs stay text until an emoji selector asks", "[text]") {
    auto engine = samples::make_engine();
    REQUIRE(engine);
    LayoutOptions options;
    options.base_colour = 3;
    for (const std::string_view text : {"1", "#", "©", "☺\uFE0E", "❤"}) {
        INFO(text);
        const Layout layout = lay_out(*engine, text, options);
        REQUIRE_FALSE(layout.quads.empty());
        CHECK(layout.quads[0].colour == 3);
    }
    CHECK(lay_out(*engine, "☺\uFE0F", options).quads.at(0).colour == 255);
}

TEST_CASE("a text selector makes text of what is drawn as emoji otherwise", "[text]") {
    auto engine = samples::make_engine();
    REQUIRE(engine);
    LayoutOptions options;
    options.base_colour = 3;
    CHECK(lay_out(*engine, "⚡", options).quads.at(0).colour == 255);
    CHECK(lay_out(*engine, "⚡\uFE0E", options).quads.at(0).colour == 3);
}

TEST_CASE("an emoji has its own colours, not its blue and red exchanged", "[text]") {
    auto engine = samples::make_engine();
    REQUIRE(engine);
    const Layout layout = lay_out(*engine, "❤\uFE0F");
    REQUIRE(layout.quads.size() == 1);
    const Quad& quad = layout.quads[0];
    const size_t middle =
        (quad.v + quad.vh / 2u) * size_t{engine->page_px()} + quad.u + quad.uw / 2u;
    const uint8_t* texel = engine->pixels(quad.page) + middle * 4;
    CHECK(texel[0] > 180);
    CHECK(texel[2] < 100);
    CHECK(texel[3] == 255);
}

TEST_CASE("a grapheme is one cluster though its parts are drawn apart", "[text]") {
    auto engine = samples::make_engine();
    REQUIRE(engine);
    // No country has this flag, so the face has two letters for it.
    CHECK(lay_out(*engine, "🇦🇦").clusters.size() == 1);
    // A prepended Arabic sign is of another level than the letter it joins.
    CHECK(lay_out(*engine, "\u0600a").clusters.size() == 1);
}

TEST_CASE("italic without a face of its own leans", "[text]") {
    auto engine = samples::make_engine();
    REQUIRE(engine);
    for (const uint16_t style : {uint16_t{0}, uint16_t{Mono}}) {
        LayoutOptions options;
        options.size_px = 40;
        options.base_style = style;
        const Layout upright = lay_out(*engine, style == 0 ? "日" : "l", options);
        options.base_style = style | Italic;
        const Layout leaning = lay_out(*engine, style == 0 ? "日" : "l", options);
        REQUIRE(leaning.quads.size() == 1);
        CHECK(leaning.quads[0].w > upright.quads.at(0).w);
        CHECK(leaning.width_px == upright.width_px);
    }
}

TEST_CASE("emoji are a line high at any size and never leave a tight line", "[text]") {
    auto engine = samples::make_engine();
    REQUIRE(engine);
    for (const float size : {8.0f, 16.0f, 31.5f, 96.0f}) {
        for (const float height : {1.0f, 1.35f, 2.0f}) {
            LayoutOptions options;
            options.size_px = size;
            options.line_height = height;
            const Layout layout = lay_out(*engine, "😀", options);
            REQUIRE(layout.quads.size() == 1);
            const Quad& quad = layout.quads[0];
            CHECK(quad.y >= 0);
            CHECK(quad.y + static_cast<float>(quad.h) <= layout.height_px);
            CHECK(static_cast<float>(quad.h) >= size * 0.8f);
        }
    }
}

TEST_CASE("a paragraph goes its own way, and one without letters goes its predecessor's",
          "[text]") {
    auto engine = samples::make_engine();
    REQUIRE(engine);
    LayoutOptions options;
    options.width_px = 300;
    const Layout layout = lay_out(*engine, "abc\nשלום\n123\nabc", options);
    REQUIRE(layout.lines.size() == 4);
    CHECK_FALSE(layout.lines[0].rtl);
    CHECK(layout.lines[1].rtl);
    CHECK(layout.lines[2].rtl);
    CHECK_FALSE(layout.lines[3].rtl);
    CHECK(layout.lines[0].x == 0);
    CHECK(layout.lines[1].x == Approx(300 - layout.lines[1].w));
    check_bytes(layout, "abc\nשלום\n123\nabc");
}

TEST_CASE("a right-to-left link does not turn around the words beside it", "[text]") {
    auto engine = samples::make_engine();
    REQUIRE(engine);
    // Without isolation "1" would go to the left of the Hebrew mention.
    const std::string_view text = "hi @שלום 1 ok";
    const auto at = static_cast<uint32_t>(text.find('@'));
    const auto one = static_cast<uint32_t>(text.find('1'));
    const StyleSpan span{at, one - 1, Mention, 2, 77};
    Layout layout;
    engine->layout(text, {&span, 1}, {}, layout);
    float mention_right = 0, digit = 0;
    for (const Cluster& cluster : layout.clusters) {
        if (cluster.start >= at && cluster.start < one - 1) {
            mention_right = std::max(mention_right, cluster.x + cluster.w);
        }
        if (cluster.start == one) {
            digit = cluster.x;
        }
    }
    CHECK(digit >= mention_right - 0.1f);
}
