// bounds_test.cpp: no text reaches where it does not belong: towers of marks into another line,
// bidi controls into another paragraph or out of a mention, and what has no face still has a place.
#include "samples.hpp"

#include "tests/support/catch.hpp"

#include <fstream>
#include <iterator>

#include "plugin/text/fonts.hpp"

using namespace parley;
using namespace parley::text;

namespace {

constexpr uint8_t marked = 7;

// As high and as deep as four marks can be made to stand.
constexpr std::string_view towers[] = {
    "X\u0301\u0302\u0303\u0304",
    "A\u030D\u033F\u035B\u0346",
    "g\u0323\u0324\u0325\u0330",
    "ก้้้้",
    "Q\u0489\u20DD\u20E3",
    "Þ\u0358\u0359\u0316\u0317",
    "بِِِِ",
    "\u12031\u1242B",
    "∫\u0301\u0301\u0323\u0323",
};

// Of scripts whose letters stand under each other.
constexpr std::string_view stacks[] = {
    "Ệ Ẫ Ậ ở Ự Å", "ปี่ ญู ฏุ ที่ ผู้", "ស្ត្រី ក្រ្ដៅ ហ្វ៊ឺ", "མྱི་ བསྒྲུབས་ རྐྱེན་", "က္ကျွန်ုပ် ဣန္ဒြေ", "ꦏ꧀ꦱ꧀ꦩꦾ ꦫꦮꦸꦃ",
    "ᬓ᭄ᬱ᭄ᬫᬸ",       "لَّا ٱلرَّحْمَٰنِ", "र्क्षि हिन्दीं",  "ಕ್ಷ್ಮ್ಯೂ",        "తెలుగు క్ష్మ్యూ",
};

std::vector<float> lefts(const Layout& layout, uint32_t start, uint32_t end) {
    std::vector<float> found;
    for (const Cluster& cluster : layout.clusters) {
        if (cluster.start >= start && cluster.end <= end) {
            found.push_back(cluster.x);
        }
    }
    return found;
}

} // namespace

TEST_CASE("no tower of marks reaches a letter of the line above or below", "[text]") {
    auto engine = samples::make_engine();
    REQUIRE(engine);
    for (const float size : {12.0f, 16.0f, 40.0f}) {
        for (const std::string_view tower : towers) {
            INFO(tower << ", size " << size);
            const std::string text = std::string(tower) + "\nHxgl\n" + std::string(tower);
            LayoutOptions options;
            options.size_px = size;
            const auto plain = static_cast<uint32_t>(tower.size());
            const StyleSpan spans[] = {
                {0, plain, 0, marked, 0},
                {plain + 6, static_cast<uint32_t>(text.size()), 0, marked, 0}};
            Layout layout;
            engine->layout(text, spans, options, layout);
            REQUIRE(layout.lines.size() == 3);
            const float bottom = layout.lines[1].baseline;
            const float top = bottom - size * 0.71f; // of an H
            size_t drawn = 0;
            for (const Quad& quad : layout.quads) {
                if (quad.colour == marked) {
                    ++drawn;
                    const bool above = quad.y + static_cast<float>(quad.h) <= top;
                    CHECK((above || quad.y >= bottom));
                }
            }
            CHECK(drawn > 0);
        }
    }
}

TEST_CASE("what real text needs above and below its line is drawn whole", "[text]") {
    auto engine = samples::make_engine();
    REQUIRE(engine);
    const auto check = [&](std::string_view text) {
        for (const float size : {12.0f, 16.0f, 40.0f}) {
            INFO(text << ", size " << size);
            LayoutOptions options;
            options.size_px = size;
            Layout layout, roomy;
            engine->layout(text, {}, options, layout);
            options.line_height = 4;
            engine->layout(text, {}, options, roomy);
            REQUIRE(layout.quads.size() == roomy.quads.size());
            for (size_t i = 0; i < layout.quads.size(); ++i) {
                if (layout.quads[i].colour != 255) { // emoji are made smaller, not cut
                    REQUIRE(layout.quads[i].h == roomy.quads[i].h);
                }
            }
        }
    };
    for (const std::string_view text : stacks) {
        check(text);
    }
    for (const samples::Sample& sample : samples::scripts) {
        check(sample.text);
    }
}

TEST_CASE("a cut letter shows the rest of its picture, not another's", "[text]") {
    auto engine = samples::make_engine();
    REQUIRE(engine);
    LayoutOptions options;
    options.size_px = 40;
    Layout layout, roomy;
    engine->layout(towers[1], {}, options, layout);
    options.line_height = 4;
    engine->layout(towers[1], {}, options, roomy);
    size_t cut = 0;
    for (const Quad& quad : layout.quads) {
        for (const Quad& whole : roomy.quads) {
            const bool same = quad.page == whole.page && quad.u == whole.u && quad.v >= whole.v &&
                              quad.v < whole.v + whole.vh;
            if (same) {
                CHECK(quad.vh == quad.h);
                CHECK(quad.v + quad.vh <= whole.v + whole.vh);
                const float shown = quad.y - layout.lines[0].baseline;
                const float top = whole.y - roomy.lines[0].baseline;
                CHECK(static_cast<float>(quad.v - whole.v) == shown - top);
                cut += quad.vh < whole.vh ? 1u : 0u;
            }
        }
    }
    CHECK((cut > 0 || layout.quads.size() < roomy.quads.size()));
}

TEST_CASE("an override or isolate left open ends with its paragraph", "[text]") {
    auto engine = samples::make_engine();
    REQUIRE(engine);
    Layout plain;
    engine->layout("abc\nghi 12", {}, {}, plain);
    for (const std::string_view control :
         {"\u202E", "\u202D", "\u202B", "\u202A", "\u2066", "\u2067", "\u2068", "\u200F"}) {
        const std::string text = "abc" + std::string(control) + "\nghi 12";
        Layout layout;
        engine->layout(text, {}, {}, layout);
        REQUIRE(layout.lines.size() == 2);
        CHECK_FALSE(layout.lines[1].rtl);
        const auto at = static_cast<uint32_t>(text.find('\n')) + 1;
        CHECK(lefts(layout, at, static_cast<uint32_t>(text.size())) == lefts(plain, 4, 10));
    }
}

TEST_CASE("no bidi control in a mention moves the words beside it", "[text]") {
    auto engine = samples::make_engine();
    REQUIRE(engine);
    for (const std::string_view name :
         {"@x", "@\u202Ex", "@x\u2067", "@x\u2066\u202E", "@x\u2069\u202E", "@\u2069\u2067x",
          "@x\u2068\u2068\u2068", "@\u202B\u202D\u2069\u2069"}) {
        const std::string text = "hi " + std::string(name) + " 12 ok";
        const auto end = static_cast<uint32_t>(3 + name.size());
        const StyleSpan span{3, end, Mention, 1, 9};
        Layout layout;
        engine->layout(text, {&span, 1}, {}, layout);
        CAPTURE(name.size());
        for (const Cluster& cluster : layout.clusters) {
            if (cluster.start >= end) {
                CHECK_FALSE(cluster.rtl);
            }
        }
        const std::vector<float> behind = lefts(layout, end, static_cast<uint32_t>(text.size()));
        CHECK(std::is_sorted(behind.begin(), behind.end()));
        CHECK(behind.size() == 6);
        CHECK(behind.front() > lefts(layout, 0, 3).back());
    }
}

TEST_CASE("with one Latin face every script still has a place for each grapheme", "[text]") {
    std::string path;
    {
        HostMemory memory(nullptr, nullptr);
        auto fonts = Fonts::find({}, memory);
        REQUIRE(fonts.ok());
        path = fonts.value()->file_name(fonts.value()->base(0));
    }
    std::ifstream file("/usr/share/fonts/truetype/noto/" + path, std::ios::binary);
    if (!file) {
        WARN("passed over: " << path << " is not where fonts-noto-core puts it");
        return;
    }
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    EngineOptions options;
    options.font_folders = "/nowhere/at/all";
    options.fonts = {
        {"NotoSans-Regular.ttf", {reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()}}};
    auto engine = samples::make_engine(options);
    REQUIRE(engine);
    for (const samples::Sample& sample : samples::scripts) {
        INFO(sample.name);
        LayoutOptions narrow;
        narrow.width_px = 80;
        Layout layout;
        engine->layout(sample.text, {}, narrow, layout);
        CHECK(layout.clusters.front().start == 0);
        CHECK(layout.clusters.back().end == sample.text.size());
        CHECK(layout.lines[0].rtl == sample.rtl);
        float widest = 0;
        for (const Cluster& cluster : layout.clusters) {
            widest = std::max(widest, cluster.w);
        }
        CHECK(widest > 2);
        CHECK_FALSE(layout.quads.empty());
    }
    CHECK(engine->glyphs_missing() > 100);
}
