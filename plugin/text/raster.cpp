// raster.cpp: outlines with light hinting, bitmaps of colour emoji shrunk by area.
#include "plugin/text/raster.hpp"

#include <ft2build.h>
#include FT_FREETYPE_H
#include FT_OUTLINE_H

#include <algorithm>
#include <cmath>

namespace parley::text {

namespace {

constexpr FT_Fixed slant = 0x3000;   // 0.19, about 11 degrees
constexpr float embolden_em = 0.03f; // what a bold face adds to its stems
constexpr uint32_t glyph_px_max = 1024;

void copy_coverage(const FT_Bitmap& bitmap, Raster& out) {
    for (uint32_t y = 0; y < out.h; ++y) {
        const uint8_t* from = bitmap.buffer + static_cast<ptrdiff_t>(y) * bitmap.pitch;
        uint8_t* to = out.rgba.data() + size_t{y} * out.w * 4;
        for (uint32_t x = 0; x < out.w; ++x) {
            uint8_t alpha = 0;
            if (bitmap.pixel_mode == FT_PIXEL_MODE_MONO) {
                alpha = (from[x / 8] & (0x80u >> (x % 8))) != 0 ? 255 : 0;
            } else {
                alpha = from[x];
            }
            to[x * 4] = to[x * 4 + 1] = to[x * 4 + 2] = 255;
            to[x * 4 + 3] = alpha;
        }
    }
}

// How much of source cell i lies in [from, to).
float overlap(uint32_t cell, float from, float to) {
    const auto start = static_cast<float>(cell);
    return std::max(0.0f, std::min(start + 1, to) - std::max(start, from));
}

// Each target pixel is the mean of the source area that it covers. The mean is taken of
// premultiplied colours, as FreeType gives them, or dark rims appear; the atlas wants straight
// alpha.
void shrink_colours(const FT_Bitmap& bitmap, Raster& out) {
    const float step_x = static_cast<float>(bitmap.width) / static_cast<float>(out.w);
    const float step_y = static_cast<float>(bitmap.rows) / static_cast<float>(out.h);
    for (uint32_t y = 0; y < out.h; ++y) {
        const float y0 = static_cast<float>(y) * step_y;
        const float y1 = std::min(y0 + step_y, static_cast<float>(bitmap.rows));
        const auto last_y = std::min(static_cast<uint32_t>(std::ceil(y1)), bitmap.rows);
        for (uint32_t x = 0; x < out.w; ++x) {
            const float x0 = static_cast<float>(x) * step_x;
            const float x1 = std::min(x0 + step_x, static_cast<float>(bitmap.width));
            const auto last_x = std::min(static_cast<uint32_t>(std::ceil(x1)), bitmap.width);
            float sum[4] = {};
            float area = 0;
            for (auto sy = static_cast<uint32_t>(y0); sy < last_y; ++sy) {
                const float weight_y = overlap(sy, y0, y1);
                const uint8_t* from = bitmap.buffer + static_cast<ptrdiff_t>(sy) * bitmap.pitch;
                for (auto sx = static_cast<uint32_t>(x0); sx < last_x; ++sx) {
                    const float weight = weight_y * overlap(sx, x0, x1);
                    area += weight;
                    for (size_t k = 0; k < 4; ++k) {
                        sum[k] += weight * from[sx * 4 + k];
                    }
                }
            }
            uint8_t* to = out.rgba.data() + (size_t{y} * out.w + x) * 4;
            const float alpha = area > 0 ? sum[3] / area : 0;
            for (size_t k = 0; k < 3; ++k) {
                const float straight = sum[3] > 0 ? sum[2 - k] * 255 / sum[3] : 0;
                to[k] = static_cast<uint8_t>(std::min(straight + 0.5f, 255.0f));
            }
            to[3] = static_cast<uint8_t>(std::min(alpha + 0.5f, 255.0f));
        }
    }
}

// The smallest strike that need not be enlarged, else the largest; its pixels per em.
float select_strike(FT_Face face, float size_px) {
    int best = 0;
    for (int i = 1; i < face->num_fixed_sizes; ++i) {
        const FT_Pos have = face->available_sizes[best].y_ppem;
        const FT_Pos next = face->available_sizes[i].y_ppem;
        const auto wanted = static_cast<FT_Pos>(size_px * 64);
        if (have < wanted ? next > have : (next >= wanted && next < have)) {
            best = i;
        }
    }
    if (FT_Select_Size(face, best) != 0) {
        return 0;
    }
    return static_cast<float>(face->available_sizes[best].y_ppem) / 64.0f;
}

} // namespace

bool rasterise(Fonts& fonts, FaceId face, uint32_t glyph, float size_px, float shift_px,
               Raster& out) {
    out.w = out.h = 0;
    out.left = out.top = 0;
    out.coloured = false;
    FT_Face drawer = fonts.drawer(face);
    if (drawer == nullptr) {
        return false;
    }
    float scale = 1;
    FT_Int32 flags = FT_LOAD_COLOR | FT_LOAD_TARGET_LIGHT;
    if (FT_IS_SCALABLE(drawer)) {
        const auto size = static_cast<FT_F26Dot6>(std::lround(size_px * 64));
        if (FT_Set_Char_Size(drawer, 0, size, 72, 72) != 0) {
            return false;
        }
        flags |= FT_LOAD_NO_BITMAP;
    } else {
        const float strike_px = select_strike(drawer, size_px);
        if (strike_px <= 0) {
            return false;
        }
        scale = size_px / strike_px;
    }
    if (FT_Load_Glyph(drawer, glyph, flags) != 0) {
        return false;
    }
    FT_GlyphSlot slot = drawer->glyph;
    if (slot->format == FT_GLYPH_FORMAT_OUTLINE) {
        if (fonts.emboldened(face)) {
            FT_Outline_Embolden(&slot->outline,
                                static_cast<FT_Pos>(std::lround(size_px * embolden_em * 64)));
        }
        if (fonts.slanted(face)) {
            const FT_Matrix matrix{0x10000, slant, 0, 0x10000};
            FT_Outline_Transform(&slot->outline, &matrix);
        }
        // Light hinting moves nothing sideways: a letter may stand between two pixels.
        FT_Outline_Translate(&slot->outline, static_cast<FT_Pos>(std::lround(shift_px * 64)), 0);
    }
    if (slot->format != FT_GLYPH_FORMAT_BITMAP &&
        FT_Render_Glyph(slot, FT_RENDER_MODE_NORMAL) != 0) {
        return false;
    }
    const FT_Bitmap& bitmap = slot->bitmap;
    if (bitmap.width == 0 || bitmap.rows == 0) {
        return true;
    }
    out.coloured = bitmap.pixel_mode == FT_PIXEL_MODE_BGRA;
    const auto scaled = [&](unsigned px) {
        const float wanted =
            out.coloured ? std::round(static_cast<float>(px) * scale) : static_cast<float>(px);
        return static_cast<uint32_t>(std::max(wanted, 1.0f));
    };
    out.w = scaled(bitmap.width);
    out.h = scaled(bitmap.rows);
    if (out.w > glyph_px_max || out.h > glyph_px_max) {
        out.w = out.h = 0;
        return false;
    }
    out.left = static_cast<float>(slot->bitmap_left) * scale;
    out.top = static_cast<float>(slot->bitmap_top) * scale;
    out.rgba.resize(size_t{out.w} * out.h * 4);
    if (out.coloured) {
        shrink_colours(bitmap, out);
    } else if (bitmap.pixel_mode == FT_PIXEL_MODE_GRAY || bitmap.pixel_mode == FT_PIXEL_MODE_MONO) {
        copy_coverage(bitmap, out);
    } else {
        out.w = out.h = 0;
        return false;
    }
    return true;
}

} // namespace parley::text
