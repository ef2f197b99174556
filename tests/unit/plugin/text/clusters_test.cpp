// clusters_test.cpp: cluster boxes in each script: they go the script's way, tile their line, begin
// and end at graphemes, stand where the ink is, and points and carets find them again.
#include "samples.hpp"

#include "tests/support/catch.hpp"

#include "schemas/text/utf8.hpp"

using namespace parley;
using namespace parley::text;

namespace {

constexpr float near_px = 0.05f; // sums of advances in another order differ by this much

Layout lay_out(Engine& engine, std::string_view text, const LayoutOptions& options = {}) {
    Layout layout;
    engine.layout(text, {}, options, layout);
    return layout;
}

// Each sample that this machine has faces for, in one line and in many, at both sides' alignment.
template <typename Check>
void for_each_layout(Check check) {
    auto engine = samples::make_engine();
    REQUIRE(engine);
    for (const samples::Sample& sample : samples::scripts) {
        const uint64_t missing = engine->glyphs_missing();
        lay_out(*engine, sample.text);
        if (engine->glyphs_missing() != missing) {
            WARN(sample.name << " is passed over: no face has it; the launcher installs "
                                "fonts-noto-core, fonts-noto-cjk and fonts-noto-color-emoji");
            continue;
        }
        for (const float width : {1e9f, 90.0f}) {
            for (const Align align : {Align::Natural, Align::Center}) {
                INFO(sample.name << ", width " << width << ", align " << static_cast<int>(align));
                LayoutOptions options;
                options.width_px = width;
                options.align = align;
                const Layout layout = lay_out(*engine, sample.text, options);
                REQUIRE_FALSE(layout.clusters.empty());
                check(*engine, sample, options, layout);
            }
        }
    }
}

std::vector<Cluster> clusters_of(const Layout& layout, size_t line) {
    std::vector<Cluster> row;
    for (const Cluster& cluster : layout.clusters) {
        if (cluster.line == line) {
            row.push_back(cluster);
        }
    }
    return row;
}

bool is_border(std::string_view text, uint32_t offset) {
    return offset == 0 || next_grapheme(text, previous_grapheme(text, offset)) == offset;
}

} // namespace

TEST_CASE("clusters go on in their direction, from one to the next", "[text]") {
    for_each_layout(
        [](Engine&, const samples::Sample& sample, const LayoutOptions&, const Layout& layout) {
            bool any_rtl = false;
            for (size_t i = 1; i < layout.clusters.size(); ++i) {
                const Cluster& before = layout.clusters[i - 1];
                const Cluster& here = layout.clusters[i];
                any_rtl = any_rtl || here.rtl;
                REQUIRE(here.start == before.end);
                if (here.line != before.line) {
                    REQUIRE(here.line == before.line + 1);
                } else if (here.rtl && before.rtl) {
                    REQUIRE(here.x + here.w == Approx(before.x).margin(near_px));
                } else if (!here.rtl && !before.rtl) {
                    REQUIRE(here.x == Approx(before.x + before.w).margin(near_px));
                }
            }
            CHECK(any_rtl == sample.rtl);
            CHECK(layout.clusters.front().start == 0);
            CHECK(layout.clusters.back().end == sample.text.size());
        });
}

TEST_CASE("clusters tile their line from its one end to its other", "[text]") {
    for_each_layout(
        [](Engine&, const samples::Sample&, const LayoutOptions&, const Layout& layout) {
            for (size_t line = 0; line < layout.lines.size(); ++line) {
                std::vector<Cluster> row = clusters_of(layout, line);
                REQUIRE_FALSE(row.empty());
                std::stable_sort(row.begin(), row.end(),
                                 [](const Cluster& a, const Cluster& b) { return a.x < b.x; });
                float visible = 0; // blanks at a line's end hang over it
                for (size_t i = 0; i < row.size(); ++i) {
                    REQUIRE(row[i].w >= 0);
                    visible += row[i].w;
                    if (i > 0) {
                        REQUIRE(row[i].x == Approx(row[i - 1].x + row[i - 1].w).margin(near_px));
                    }
                }
                const Line& of = layout.lines[line];
                const float left = of.rtl ? row.back().x + row.back().w - of.w : row.front().x;
                REQUIRE(left == Approx(of.x).margin(near_px));
                REQUIRE(visible >= of.w - near_px);
            }
        });
}

TEST_CASE("clusters begin and end at graphemes, and a caret stands at each", "[text]") {
    for_each_layout(
        [](Engine&, const samples::Sample& sample, const LayoutOptions&, const Layout& layout) {
            for (const Cluster& cluster : layout.clusters) {
                REQUIRE(is_border(sample.text, cluster.start));
                REQUIRE(is_border(sample.text, cluster.end));
                const Layout::Caret caret = layout.caret(cluster.start);
                REQUIRE(caret.y == layout.lines[cluster.line].y);
                REQUIRE(caret.x ==
                        Approx(cluster.rtl ? cluster.x + cluster.w : cluster.x).margin(near_px));
            }
        });
}

TEST_CASE("a point in a box finds its character: the near half its start, the far its end",
          "[text]") {
    for_each_layout(
        [](Engine&, const samples::Sample&, const LayoutOptions&, const Layout& layout) {
            for (const Cluster& cluster : layout.clusters) {
                if (cluster.w < 0.5f) {
                    continue; // what has no width is nowhere to be pointed at
                }
                const float middle = layout.lines[cluster.line].y + layout.caret(0).h / 2;
                const auto at = [&](float part) {
                    const float from_left = cluster.rtl ? 1 - part : part;
                    return layout.offset_at(cluster.x + cluster.w * from_left, middle);
                };
                INFO("bytes " << cluster.start << " to " << cluster.end);
                REQUIRE(at(0.25f) == cluster.start);
                // Where a line was broken, a caret behind its last cluster would be on the next
                // line.
                const bool last = cluster.end == layout.lines[cluster.line].end &&
                                  cluster.line + size_t{1} < layout.lines.size();
                REQUIRE(at(0.75f) == (last ? cluster.start : cluster.end));
            }
        });
}

TEST_CASE("a box stands where its character is drawn", "[text]") {
    constexpr uint8_t marked = 7;
    for_each_layout([&](Engine& engine, const samples::Sample& sample, const LayoutOptions& options,
                        const Layout& layout) {
        size_t inked = 0;
        for (const Cluster& cluster : layout.clusters) {
            const StyleSpan span{cluster.start, cluster.end, 0, marked, 0};
            Layout coloured;
            engine.layout(sample.text, {&span, 1}, options, coloured);
            REQUIRE(coloured.clusters.size() == layout.clusters.size());
            for (const Quad& quad : coloured.quads) {
                const float middle = quad.x + static_cast<float>(quad.w) / 2;
                const Line& line = layout.lines[cluster.line];
                if (quad.colour == marked) {
                    // Ligatures are one quad over several boxes, marks hang over their base.
                    REQUIRE(middle > cluster.x - options.size_px);
                    REQUIRE(middle < cluster.x + cluster.w + options.size_px);
                    REQUIRE(quad.y + static_cast<float>(quad.h) > line.y);
                    REQUIRE(quad.y < line.y + layout.caret(0).h);
                    ++inked;
                }
            }
        }
        CHECK((inked > 0 || std::string_view(sample.name) == "emoji"));
    });
}

TEST_CASE("letters joined in one glyph have a box each, of equal parts", "[text]") {
    auto engine = samples::make_engine();
    REQUIRE(engine);
    size_t joined = 0;
    // Fonts differ in what they join: each pair is asked whether it is one glyph here.
    for (const std::string_view pair : {"fi", "fl", "ff", "لا", "لآ", "لأ"}) {
        INFO(pair);
        LayoutOptions options;
        const Layout layout = lay_out(*engine, pair, options);
        REQUIRE(layout.clusters.size() == 2);
        if (layout.quads.size() == 1) {
            ++joined;
            CHECK(layout.clusters[0].w == Approx(layout.clusters[1].w));
            CHECK(layout.clusters[0].w + layout.clusters[1].w == Approx(layout.width_px));
            const float inside = layout.caret(layout.clusters[1].start).x;
            CHECK(inside == Approx(layout.width_px / 2));
            CHECK(layout.offset_at(inside, 5) == layout.clusters[1].start);
        }
    }
    CHECK(joined >= 1); // lam and alef are always one
}

TEST_CASE("what a reader counts one by one has a box of its own", "[text]") {
    auto engine = samples::make_engine();
    REQUIRE(engine);
    for (const samples::Sample& sample : samples::scripts) {
        const std::string_view name = sample.name;
        // Conjuncts of these are one sign of several graphemes.
        if (name == "Devanagari" || name == "Bengali" || name == "Khmer" || name == "Myanmar" ||
            name == "Tamil") {
            continue;
        }
        INFO(name);
        size_t graphemes = 0;
        for (size_t at = 0; at < sample.text.size(); at = next_grapheme(sample.text, at)) {
            ++graphemes;
        }
        CHECK(lay_out(*engine, sample.text).clusters.size() == graphemes);
    }
    CHECK(lay_out(*engine, "தமிழ்").clusters.size() == 3);
    CHECK(lay_out(*engine, "한국어").clusters.size() == 3);
    CHECK(lay_out(*engine, "\u1112\u1161\u11ab").clusters.size() == 1); // jamo of one syllable
}
