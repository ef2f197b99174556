// hostile_test.cpp: what nobody types but somebody sends, and broken fonts.
#include "samples.hpp"

#include "tests/support/catch.hpp"

#include <cstdlib>

#include "schemas/base/limits.hpp"
#include "tests/support/allocations.hpp"

using namespace parley;
using namespace parley::text;

namespace {

std::string repeated(std::string_view piece, size_t times) {
    std::string out;
    for (size_t i = 0; i < times; ++i) {
        out += piece;
    }
    return out;
}

// Whatever comes in, what comes out is sound.
void check_sound(const Layout& layout, std::string_view text, float width) {
    REQUIRE_FALSE(layout.lines.empty());
    for (const Cluster& cluster : layout.clusters) {
        REQUIRE(cluster.start < cluster.end);
        REQUIRE(cluster.end <= text.size());
        REQUIRE(cluster.w >= 0);
        REQUIRE(cluster.line < layout.lines.size());
    }
    for (const Quad& quad : layout.quads) {
        REQUIRE(std::abs(quad.x) < 1e6f);
        REQUIRE(std::abs(quad.y) < 1e6f);
    }
    for (const Line& line : layout.lines) {
        REQUIRE(line.start <= line.end);
        // One grapheme may be wider than a line, more may not.
        REQUIRE(line.w <= width + 300);
    }
}

} // namespace

TEST_CASE("hostile texts come out sound", "[text]") {
    auto engine = samples::make_engine();
    REQUIRE(engine);
    const std::string texts[] = {
        "a" + repeated("\u0301", 500),
        "a" + repeated("\u0301", 4095),
        repeated("\u0301", 500),
        "a" + repeated("\u200D", 2700),
        repeated("👩\u200D", 1100),
        "🏴" + repeated("\U000E0067", 2000),
        repeated("\u202E\u202Dabc", 800),
        repeated("\u202B", 2700),
        repeated("\u2067", 200) + "abc" + repeated("\u2069", 200),
        repeated("(", 4000) + repeated(")", 4000),
        repeated("\xff\xfe\xc0\x80\xed\xa0\x80", 1000),
        std::string(100, '\0'),
        "\xF0\x9F\x98",
        repeated("\t", 2000),
        repeated("\n", 8000),
        repeated(" ", 8000),
        repeated("W", 8000),
        repeated("אa", 2700),
        repeated("\u0E33", 2700),
        repeated("क्", 1300),
        repeated("\u1100", 2700),
        repeated("🇯", 2000),
        repeated("\uFE0F", 2700),
        repeated("\uFDFA", 2700),
        repeated("\U000F1234\U0010FFFF\uFFFE", 500),
        "\x1b[31mred\x7f\xc2\x9b"
        "31m",
        std::string("a\u2028"
                    "b\u2029"
                    "c"),
    };
    for (const std::string& text : texts) {
        for (const float width : {1e9f, 200.0f}) {
            LayoutOptions options;
            options.width_px = width;
            Layout layout;
            const StyleSpan span{1, static_cast<uint32_t>(text.size()), Link | Bold, 1, 0};
            engine->layout(text, {}, options, layout);
            check_sound(layout, text, width);
            engine->layout(text, {&span, 1}, options, layout);
            check_sound(layout, text, width);
            for (uint32_t at = 0; at <= text.size(); at += 97) {
                const Layout::Caret caret = layout.caret(at);
                REQUIRE(layout.offset_at(caret.x, caret.y) <= text.size());
            }
        }
    }
}

TEST_CASE("a tower of marks is as high as the limit, one more changes nothing", "[text]") {
    auto engine = samples::make_engine();
    REQUIRE(engine);
    LayoutOptions roomy;
    roomy.line_height = 4;
    const auto quads = [&](size_t marks) {
        Layout layout;
        engine->layout("x" + repeated("\u0323", marks), {}, roomy, layout);
        CHECK(layout.clusters.size() == 1);
        return layout.quads.size();
    };
    constexpr size_t most = limits::combining_marks_per_base_max;
    CHECK(quads(most) == quads(most - 1) + 1);
    CHECK(quads(most + 1) == quads(most));
    CHECK(quads(500) == quads(most));
    // Joiners between the marks do not help.
    Layout layout;
    engine->layout("x" + repeated("\u0323\u200D", 500), {}, roomy, layout);
    CHECK(layout.quads.size() <= quads(most));
}

TEST_CASE("a grapheme without end wraps like anything else", "[text]") {
    auto engine = samples::make_engine();
    REQUIRE(engine);
    LayoutOptions options;
    options.width_px = 200;
    Layout layout;
    engine->layout(repeated("👩\u200D", 1100), {}, options, layout);
    CHECK(layout.lines.size() > 10);
    for (const Cluster& cluster : layout.clusters) {
        CHECK(cluster.end - cluster.start <= limits::grapheme_bytes_max + 8);
    }
}

TEST_CASE("each broken byte is drawn as a replacement character", "[text]") {
    auto engine = samples::make_engine();
    REQUIRE(engine);
    Layout good, bad;
    engine->layout("a\uFFFD\uFFFDb", {}, {}, good);
    engine->layout("a\xff\xc3"
                   "b",
                   {}, {}, bad);
    REQUIRE(bad.quads.size() == good.quads.size());
    CHECK(bad.quads.size() == 4);
    CHECK(bad.width_px == good.width_px);
    CHECK(bad.quads[1].u == good.quads[1].u);
    CHECK(engine->glyphs_missing() == 0);
    engine->layout("\xed\xa0\x80", {}, {}, bad); // a surrogate is three broken bytes
    CHECK(bad.clusters.size() == 3);
}

TEST_CASE("controls and what ends paragraphs elsewhere draw nothing", "[text]") {
    auto engine = samples::make_engine();
    REQUIRE(engine);
    Layout layout;
    engine->layout(std::string_view("a\0\x1b\x7f\r"
                                    "b",
                                    6),
                   {}, {}, layout);
    CHECK(layout.quads.size() == 2);
    CHECK(layout.lines.size() == 1);
    engine->layout("a\u2029b", {}, {}, layout);
    CHECK(layout.lines.size() == 2);
}

TEST_CASE("a script without a face is boxes, and said once", "[text]") {
    struct Lines {
        std::vector<std::string> all;
        static void sink(void* user, int, const char* line) {
            static_cast<Lines*>(user)->all.emplace_back(line);
        }
    };
    Lines lines;
    EngineOptions options;
    options.log = Log(&Lines::sink, &lines, LogLevel::Debug);
    auto engine = samples::make_engine(options);
    REQUIRE(engine);
    Layout layout;
    const auto said = [&] {
        return std::count_if(lines.all.begin(), lines.all.end(), [](const std::string& line) {
            return line.find("font_missing") != std::string::npos;
        });
    };
    engine->layout("a\U000F1234\U000F1235", {}, {}, layout);
    CHECK(layout.quads.size() == 3);
    CHECK(engine->glyphs_missing() == 2);
    CHECK(said() == 1);
    engine->layout("\U000F4444", {}, {}, layout);
    CHECK(said() == 1);
}

TEST_CASE("folders without a font are an error with a line in the log", "[text]") {
    std::string said;
    EngineOptions options;
    options.font_folders = PARLEY_SOURCE_DIR "/docs:/nowhere/at/all";
    options.log =
        Log([](void* user, int, const char* line) { *static_cast<std::string*>(user) += line; },
            &said, LogLevel::Warn);
    Result<std::unique_ptr<Engine>> engine = Engine::create(options);
    REQUIRE_FALSE(engine.ok());
    CHECK(engine.error() == Error::BadFont);
    CHECK(said.find("font_none") != std::string::npos);
    CHECK(said.find("fonts-noto-core") != std::string::npos);
}

TEST_CASE("a font file that is none is passed over", "[text]") {
    const std::string garbage(4000, 'x');
    EngineOptions options;
    const std::span<const uint8_t> bytes(reinterpret_cast<const uint8_t*>(garbage.data()),
                                         garbage.size());
    options.fonts = {{"NotoSansThai-Regular.ttf", bytes}, {"NotoSans-Regular.ttf", bytes}};
    auto engine = samples::make_engine(options);
    REQUIRE(engine); // DejaVu, or another, steps in
    Layout layout;
    engine->layout("abc ไทย", {}, {}, layout);
    CHECK(layout.quads.size() >= 3);
}

TEST_CASE("a warm layout of Latin text allocates nothing", "[text]") {
    auto engine = samples::make_engine();
    REQUIRE(engine);
    LayoutOptions options;
    options.width_px = 200;
    const StyleSpan span{4, 9, Bold | Underline, 1, 0};
    const std::string_view text = "The quick brown fox jumps over 13 lazy dogs, twice! 日本語も";
    Layout layout;
    engine->layout(text, {&span, 1}, options, layout);
    const uint64_t before = test::allocations();
    engine->layout(text, {&span, 1}, options, layout);
    CHECK(test::allocations() == before);
}

TEST_CASE("texts of random bytes and code points come out sound", "[text]") {
    auto engine = samples::make_engine();
    REQUIRE(engine);
    uint32_t seed = 7;
    const auto next = [&] { return (seed = seed * 1664525u + 1013904223u) >> 8; };
    const std::string_view pieces[] = {
        "a", " ",      "\n", "\u0301", "א",  "ب",    "1", "\u200D", "\u202E", "👩", "🇯",
        "क", "\u094D", "ไ",  "日",     "、", "\xff", "(", "\u2067", "\uFE0F", "\t"};
    for (int round = 0; round < 300; ++round) {
        std::string text;
        for (uint32_t i = next() % 60; i > 0; --i) {
            text += pieces[next() % std::size(pieces)];
        }
        LayoutOptions options;
        options.width_px = static_cast<float>(next() % 300);
        options.lines_max = next() % 4;
        options.align = static_cast<Align>(next() % 4);
        StyleSpan span{next() % 60, next() % 120, static_cast<uint16_t>(next() & 0xFF), 1, 0};
        Layout layout;
        engine->layout(text, {&span, 1}, options, layout);
        check_sound(layout, text, options.width_px);
        for (uint32_t at = 0; at <= text.size(); ++at) {
            const Layout::Caret caret = layout.caret(at);
            REQUIRE(layout.offset_at(caret.x, caret.y + 1) <= text.size());
        }
    }
}
