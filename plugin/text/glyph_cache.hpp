// glyph_cache.hpp: (face, glyph, size, phase) -> place in the atlas, rasterised when first asked
// for.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "plugin/text/atlas.hpp"
#include "plugin/text/raster.hpp"

namespace parley::text {

struct DrawnGlyph {
    AtlasPlace place;
    uint16_t w = 0, h = 0; // 0: nothing to draw
    int16_t left = 0, top = 0;
    bool coloured = false;
};

// Owner: the game thread.
class GlyphCache {
public:
    GlyphCache(HostMemory& memory, Fonts& fonts, uint32_t page_px, uint32_t pages_max, Log log)
        : fonts_(fonts), atlas_(memory, page_px, pages_max), log_(log), glyphs_(&memory),
          raster_(&memory), waiting_(&memory) {}

    enum class Get {
        Ready,
        Later, // the budget is used up: it waits in a row, and comes with allow()
        Full   // the atlas must be cleared first
    };
    // A letter is drawn at this many places between two pixels, so that small text is spaced
    // evenly.
    static constexpr uint32_t phases = 4;
    Get get(FaceId face, uint32_t glyph, float size_px, uint32_t phase, DrawnGlyph& out);
    void clear();

    // Those that wait are drawn first.
    void allow(uint32_t glyphs);
    // How many were told to wait, and how many of those, in their order, wait no more.
    uint64_t asked() const { return served_ + waiting_.size(); }
    uint64_t served() const { return served_; }
    uint64_t rasterised() const { return rasterised_; }
    Atlas& atlas() { return atlas_; }
    const Atlas& atlas() const { return atlas_; }

private:
    Fonts& fonts_;
    Atlas atlas_;
    Log log_;
    std::pmr::unordered_map<uint64_t, DrawnGlyph> glyphs_;
    Raster raster_;
    struct Waiting {
        FaceId face = no_face;
        uint32_t glyph = 0;
        float size_px = 0;
        uint32_t phase = 0;
    };
    std::pmr::vector<Waiting> waiting_; // more than are kept ask again
    uint64_t served_ = 0;
    uint32_t budget_ = UINT32_MAX;
    uint64_t rasterised_ = 0;
    bool said_ = false; // that a glyph could not be drawn
};

} // namespace parley::text
