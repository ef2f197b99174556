// glyph_cache.cpp: looking up, rasterising, packing.
#include "plugin/text/glyph_cache.hpp"

#include <cmath>
#include <cstring>

namespace parley::text {
namespace {

constexpr size_t waiting_max = 1024; // as many glyphs as a screen of text has, and again

} // namespace

GlyphCache::Get GlyphCache::get(FaceId face, uint32_t glyph, float size_px, uint32_t phase,
                                DrawnGlyph& out) {
    const auto quarters = static_cast<uint64_t>(size_px * 4);
    const uint64_t key =
        ((quarters * phases + phase) << 48) | (uint64_t{face} << 32) | uint64_t{glyph};
    if (const auto found = glyphs_.find(key); found != glyphs_.end()) {
        out = found->second;
        return Get::Ready;
    }
    if (budget_ == 0) {
        if (waiting_.size() < waiting_max) {
            waiting_.push_back({face, glyph, size_px, phase});
        }
        return Get::Later;
    }
    DrawnGlyph drawn;
    const bool readable =
        rasterise(fonts_, face, glyph, size_px,
                  static_cast<float>(phase) / static_cast<float>(phases), raster_);
    ++rasterised_;
    if (budget_ != UINT32_MAX) {
        --budget_;
    }
    Atlas::Put put = Atlas::Put::Done;
    if (readable && raster_.w > 0) {
        put = atlas_.put(raster_.w, raster_.h, drawn.place);
        if (put == Atlas::Put::Full) {
            return Get::Full;
        }
        if (put == Atlas::Put::Done) {
            drawn.w = static_cast<uint16_t>(raster_.w);
            drawn.h = static_cast<uint16_t>(raster_.h);
            drawn.left = static_cast<int16_t>(std::lround(raster_.left));
            drawn.top = static_cast<int16_t>(std::lround(raster_.top));
            drawn.coloured = raster_.coloured;
            for (uint32_t y = 0; y < raster_.h; ++y) {
                std::memcpy(atlas_.row(drawn.place, y),
                            raster_.rgba.data() + size_t{y} * raster_.w * 4, size_t{raster_.w} * 4);
            }
        }
    }
    if ((!readable || put == Atlas::Put::TooLarge) && !said_) {
        said_ = true;
        log_.warn("glyph_undrawable", {{"file", fonts_.file_name(face)},
                                       {"glyph", glyph},
                                       {"reason", readable ? "larger than an atlas page"
                                                           : "the font's data is broken"}});
    }
    glyphs_.emplace(key, drawn); // also when empty, or each layout would try again
    out = drawn;
    return Get::Ready;
}

void GlyphCache::allow(uint32_t glyphs) {
    budget_ = glyphs;
    size_t done = 0;
    DrawnGlyph drawn;
    while (budget_ > 0 && done < waiting_.size()) {
        const Waiting& next = waiting_[done];
        if (get(next.face, next.glyph, next.size_px, next.phase, drawn) == Get::Full) {
            done = waiting_.size(); // the layout that asks again clears the atlas
            break;
        }
        ++done;
    }
    served_ += done;
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<ptrdiff_t>(done));
}

void GlyphCache::clear() {
    served_ += waiting_.size();
    waiting_.clear();
    glyphs_.clear();
    atlas_.clear();
}

} // namespace parley::text
