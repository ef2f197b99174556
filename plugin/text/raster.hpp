// raster.hpp: a glyph's pixels by FreeType, ready to be copied into the atlas: white with coverage
// as alpha, or an emoji's own colours with straight alpha.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <vector>

#include "plugin/text/fonts.hpp"

namespace parley::text {

struct Raster {
    explicit Raster(std::pmr::memory_resource* memory) : rgba(memory) {}

    uint32_t w = 0, h = 0;
    float left = 0; // from the pen to the first column
    float top = 0;  // from the baseline up to the first line
    bool coloured = false;
    std::pmr::vector<uint8_t> rgba; // w * h * 4
};

// Fills out (memory reused). False when the font's data is broken; an empty glyph is w = 0.
// shift_px: how far an outline stands to the right of a whole pixel; left and top are from there.
bool rasterise(Fonts& fonts, FaceId face, uint32_t glyph, float size_px, float shift_px,
               Raster& out);

} // namespace parley::text
