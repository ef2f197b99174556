// atlas_test.cpp: the atlas by itself, and what an engine makes of a full one.
#include "plugin/text/atlas.hpp"

#include <cmath>
#include <set>

#include "samples.hpp"

#include "tests/support/catch.hpp"

using namespace parley;
using namespace parley::text;

namespace {

bool overlap(const Quad& a, const Quad& b) {
    return a.page == b.page && a.u < b.u + b.uw && b.u < a.u + a.uw && a.v < b.v + b.vh &&
           b.v < a.v + a.vh;
}

} // namespace

TEST_CASE("each page has a white texel with white around it", "[text]") {
    HostMemory memory(nullptr, nullptr);
    Atlas atlas(memory, 64, 2);
    AtlasPlace place;
    while (atlas.pages() < 2) {
        REQUIRE(atlas.put(20, 20, place) == Atlas::Put::Done);
    }
    for (uint8_t page = 0; page < 2; ++page) {
        for (size_t y = 0; y < 3; ++y) {
            for (size_t x = 0; x < 12; ++x) {
                CHECK(atlas.pixels(page)[y * 64 * 4 + x] == 255);
            }
        }
    }
}

TEST_CASE("places in an atlas never meet and have a gutter", "[text]") {
    HostMemory memory(nullptr, nullptr);
    Atlas atlas(memory, 256, 3);
    struct Taken {
        AtlasPlace place;
        uint32_t w, h;
    };
    std::vector<Taken> taken;
    uint32_t seed = 1;
    for (;;) {
        seed = seed * 1664525u + 1013904223u;
        const uint32_t w = 1 + (seed >> 8) % 30;
        const uint32_t h = 1 + (seed >> 16) % 40;
        Taken next{{}, w, h};
        const Atlas::Put put = atlas.put(w, h, next.place);
        if (put == Atlas::Put::Full) {
            break;
        }
        REQUIRE(put == Atlas::Put::Done);
        REQUIRE(next.place.x + w <= 256);
        REQUIRE(next.place.y + h <= 256);
        REQUIRE((next.place.x >= 5 || next.place.y >= 5)); // beside the white square
        for (const Taken& other : taken) {
            const bool apart =
                other.place.page != next.place.page || other.place.x + other.w < next.place.x ||
                next.place.x + w < other.place.x || other.place.y + other.h < next.place.y ||
                next.place.y + h < other.place.y;
            REQUIRE(apart);
        }
        taken.push_back(next);
    }
    CHECK(atlas.pages() == 3);
    size_t area = 0;
    for (const Taken& one : taken) {
        area += one.w * one.h;
    }
    CHECK(area > 3 * 256 * 256 / 2); // little is wasted
}

TEST_CASE("what is larger than a page is refused, and fills nothing", "[text]") {
    HostMemory memory(nullptr, nullptr);
    Atlas atlas(memory, 64, 1);
    AtlasPlace place;
    CHECK(atlas.put(64, 10, place) == Atlas::Put::TooLarge);
    CHECK(atlas.put(10, 56, place) == Atlas::Put::TooLarge);
    CHECK(atlas.put(63, 55, place) == Atlas::Put::Done);
    CHECK(atlas.put(63, 55, place) == Atlas::Put::Full);
}

TEST_CASE("dirty rectangles cover what changed and are few", "[text]") {
    HostMemory memory(nullptr, nullptr);
    Atlas atlas(memory, 256, 1);
    AtlasDirty dirty;
    REQUIRE(atlas.next_dirty(dirty));
    CHECK(dirty.w == 256); // a new page is uploaded whole
    CHECK_FALSE(atlas.next_dirty(dirty));
    std::vector<AtlasPlace> places(60);
    for (AtlasPlace& place : places) {
        REQUIRE(atlas.put(8, 12, place) == Atlas::Put::Done);
    }
    std::vector<AtlasDirty> all;
    while (atlas.next_dirty(dirty)) {
        all.push_back(dirty);
    }
    CHECK(all.size() <= 4); // one a shelf
    for (const AtlasPlace& place : places) {
        bool covered = false;
        for (const AtlasDirty& one : all) {
            covered = covered || (one.x <= place.x && one.y <= place.y &&
                                  place.x + 8 <= one.x + one.w && place.y + 12 <= one.y + one.h);
        }
        CHECK(covered);
    }
    atlas.mark_all_dirty();
    REQUIRE(atlas.next_dirty(dirty));
    CHECK(dirty.h == 256);
}

TEST_CASE("a cleared atlas is empty and of a new generation", "[text]") {
    HostMemory memory(nullptr, nullptr);
    Atlas atlas(memory, 64, 1);
    AtlasPlace place;
    REQUIRE(atlas.put(20, 20, place) == Atlas::Put::Done);
    *atlas.row(place, 3) = 77;
    const uint32_t before = atlas.generation();
    atlas.clear();
    CHECK(atlas.generation() != before);
    CHECK(*atlas.row(place, 3) == 0);
    CHECK(atlas.pixels(0)[4 * (64 + 1)] == 255);
}

TEST_CASE("texts that outgrow the atlas clear it, and are whole when laid out again", "[text]") {
    EngineOptions small;
    small.atlas_page_px = 128;
    small.atlas_pages_max = 1;
    auto engine = samples::make_engine(small);
    REQUIRE(engine);
    LayoutOptions options;
    options.size_px = 24;
    std::vector<Layout> layouts(std::size(samples::scripts));
    const uint32_t first = engine->atlas_generation();
    for (size_t i = 0; i < layouts.size(); ++i) {
        engine->layout(samples::scripts[i].text.substr(0, 12), {}, options, layouts[i]);
    }
    CHECK(engine->atlas_generation() > first);
    CHECK(layouts[0].atlas_generation != engine->atlas_generation());
    // A stale one again: it looks as in an engine that never ran out of room, and all its quads are
    // apart in the atlas.
    const size_t quads = layouts[0].quads.size();
    engine->layout(samples::scripts[0].text.substr(0, 12), {}, options, layouts[0]);
    CHECK(layouts[0].atlas_generation == engine->atlas_generation());
    CHECK(layouts[0].quads.size() == quads);
    for (size_t a = 0; a < quads; ++a) {
        for (size_t b = 0; b < a; ++b) {
            const Quad& one = layouts[0].quads[a];
            const Quad& two = layouts[0].quads[b];
            CHECK((!overlap(one, two) || (one.u == two.u && one.v == two.v)));
        }
    }
    auto roomy = samples::make_engine();
    REQUIRE(roomy);
    Layout expected;
    roomy->layout(samples::scripts[0].text.substr(0, 12), {}, options, expected);
    samples::Picture seen(300, 40), wanted(300, 40);
    seen.text(*engine, layouts[0], 0, 0);
    wanted.text(*roomy, expected, 0, 0);
    CHECK(seen.ppm() == wanted.ppm());
}

TEST_CASE("a text that no atlas could hold is drawn as far as it goes", "[text]") {
    EngineOptions small;
    small.atlas_page_px = 64;
    small.atlas_pages_max = 1;
    auto engine = samples::make_engine(small);
    REQUIRE(engine);
    LayoutOptions options;
    options.size_px = 20;
    Layout layout;
    engine->layout("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", {}, options,
                   layout);
    CHECK(layout.clusters.size() == 62);
    CHECK(layout.quads.size() > 3);
    CHECK(layout.quads.size() < 62);
    options.size_px = 96;
    engine->layout("W", {}, options, layout); // larger than the page
    CHECK(layout.quads.empty());
    CHECK(layout.clusters.size() == 1);
}

TEST_CASE("the budget bounds cold glyphs, and a later layout has them all", "[text]") {
    auto engine = samples::make_engine();
    REQUIRE(engine);
    Layout layout;
    engine->allow_rasters(3);
    engine->layout("abcdef", {}, {}, layout);
    CHECK(layout.incomplete);
    CHECK(layout.quads.size() == 3);
    CHECK(layout.clusters.size() == 6);
    engine->allow_rasters(3);
    engine->layout("abcdef", {}, {}, layout);
    CHECK_FALSE(layout.incomplete);
    CHECK(layout.quads.size() == 6);
    CHECK(engine->glyphs_rasterised() == 6);
}

TEST_CASE("a glyph is rasterised once a size and place between pixels", "[text]") {
    auto engine = samples::make_engine();
    REQUIRE(engine);
    Layout layout;
    engine->layout("aaaa", {}, {}, layout);
    engine->layout("aa a", {}, {}, layout);
    CHECK(engine->glyphs_rasterised() == 2); // and the blank
    LayoutOptions larger;
    larger.size_px = 17;
    engine->layout("aaaa", {}, larger, layout);
    CHECK(engine->glyphs_rasterised() == 4); // 9.5 wide: on a pixel and between two
    larger.size_px = 17.1f;                  // the same quarter of a pixel
    engine->layout("aaaa", {}, larger, layout);
    CHECK(engine->glyphs_rasterised() == 4);
    CHECK(engine->layouts() == 4);
    larger.size_px = 40; // large letters and ideographs stand on whole pixels
    engine->layout("aaaa", {}, larger, layout);
    CHECK(engine->glyphs_rasterised() == 5);
    engine->layout(".\u4e00.\u4e00\u4e00", {}, {}, layout);
    const uint64_t before = engine->glyphs_rasterised();
    engine->layout("..\u4e00", {}, {}, layout);
    CHECK(layout.quads.size() == 3);
    CHECK(engine->glyphs_rasterised() <= before + 1); // of the stop, not of the ideograph
}

TEST_CASE("letters of one width stand as far apart as their width, to a quarter of a pixel",
          "[text]") {
    auto engine = samples::make_engine();
    REQUIRE(engine);
    Layout layout;
    LayoutOptions options;
    options.size_px = 13; // an l is 3.35 wide
    engine->layout("llllllll", {}, options, layout);
    REQUIRE(layout.quads.size() == 8);
    std::set<std::pair<uint16_t, uint16_t>> drawn;
    for (size_t i = 0; i < layout.quads.size(); ++i) {
        drawn.insert({layout.quads[i].u, layout.quads[i].v});
        const float pen = layout.clusters[i].x - layout.clusters[0].x;
        CHECK(std::abs(layout.quads[i].x - layout.quads[0].x - pen) <= 1.0f);
    }
    CHECK(drawn.size() > 1);
}
