// masks_test.cpp: signs that differ in shape, and masks in the atlas.
#include "plugin/overlay/masks.hpp"

#include "tests/support/catch.hpp"

#include <set>

namespace parley::overlay {
namespace {

std::unique_ptr<text::Engine> small_engine(uint32_t page_px) {
    text::EngineOptions options;
    options.atlas_page_px = page_px;
    options.atlas_pages_max = 1;
    auto made = text::Engine::create(options);
    REQUIRE(made.ok());
    return std::move(made).value();
}

TEST_CASE("every sign can be told from every other without colour", "[masks]") {
    constexpr int side = 24;
    std::vector<std::vector<bool>> shapes;
    for (int sign = 0; sign <= static_cast<int>(Sign::Cross); ++sign) {
        std::vector<bool> shape;
        int inside = 0;
        for (int y = 0; y < side; ++y) {
            for (int x = 0; x < side; ++x) {
                const bool on = sign_covers(static_cast<Sign>(sign),
                                            (static_cast<float>(x) + 0.5f) / side * 2.4f - 1.2f,
                                            (static_cast<float>(y) + 0.5f) / side * 2.4f - 1.2f);
                shape.push_back(on);
                inside += on ? 1 : 0;
            }
        }
        CAPTURE(sign);
        CHECK(inside > side * side / 20);
        for (size_t other = 0; other < shapes.size(); ++other) {
            int different = 0;
            for (size_t i = 0; i < shape.size(); ++i) {
                different += shape[i] != shapes[other][i] ? 1 : 0;
            }
            CAPTURE(other);
            CHECK(different > side * side / 25);
        }
        shapes.push_back(shape);
    }
}

TEST_CASE("masks lie in the atlas of the text and are made once", "[masks]") {
    const std::unique_ptr<text::Engine> owned = small_engine(256);
    text::Engine& engine = *owned;
    Masks masks(engine);
    const Mask disc = masks.sign(Sign::Disc, 6);
    REQUIRE(disc.w == 2 * Masks::half_px(6));
    const Mask again = masks.sign(Sign::Disc, 6);
    CHECK(again.place.x == disc.place.x);
    CHECK(again.place.y == disc.place.y);
    CHECK(masks.sign(Sign::Disc, 6.5f).w != 0);
    // The middle is covered, the corner is not, the edge is between.
    const auto alpha = [&](const Mask& mask, uint32_t x, uint32_t y) {
        return engine.pixels(
            mask.place.page)[((mask.place.y + y) * engine.page_px() + mask.place.x + x) * 4 + 3];
    };
    CHECK(alpha(disc, disc.w / 2u, disc.h / 2u) == 255);
    CHECK(alpha(disc, 0, 0) == 0);
    const Mask corner = masks.corner(10, 0);
    REQUIRE(corner.w == 10);
    CHECK(alpha(corner, 0, 0) == 0);
    CHECK(alpha(corner, 9, 9) == 255);
    std::set<int> levels;
    for (uint32_t x = 0; x < 10; ++x) {
        levels.insert(alpha(corner, x, 2));
    }
    CHECK(levels.size() > 2); // smooth
    const Mask ring = masks.corner(10, 1);
    CHECK(alpha(ring, 9, 9) == 0);
    CHECK(alpha(ring, 9, 0) > 200);
}

TEST_CASE("a full atlas gives no mask, and a cleared one gives them anew", "[masks]") {
    const std::unique_ptr<text::Engine> owned = small_engine(64);
    text::Engine& engine = *owned;
    Masks masks(engine);
    float radius = 4;
    while (masks.sign(Sign::Disc, radius).w != 0) {
        radius += 0.25f;
        REQUIRE(radius < 60);
    }
    // Text needs room: the engine clears the atlas.
    const uint32_t generation = engine.atlas_generation();
    text::Layout layout;
    engine.layout("abcdefghijklmnop", {}, {.size_px = 16}, layout);
    REQUIRE(engine.atlas_generation() != generation);
    CHECK(masks.sign(Sign::Disc, 4).w != 0);
}

} // namespace
} // namespace parley::overlay
