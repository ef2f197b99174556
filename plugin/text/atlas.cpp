// atlas.cpp: shelf packing. Glyphs of a chat have few heights, so that shelves waste little and a
// new glyph's strip is small to upload.
#include "plugin/text/atlas.hpp"

#include <algorithm>
#include <cstring>

#include "schemas/base/check.hpp"

namespace parley::text {

namespace {

constexpr uint32_t gutter_px = 1;     // transparent, so that filtering sees no neighbour
constexpr uint32_t white_px = 4;      // a corner square; its texel (1, 1) has white all around
constexpr uint32_t shelf_step_px = 4; // heights are rounded up to it, so that more share a shelf
constexpr size_t dirty_max = 32;      // then one rectangle a page

uint32_t rounded_up(uint32_t value) {
    return (value + shelf_step_px - 1) / shelf_step_px * shelf_step_px;
}

} // namespace

Atlas::Atlas(HostMemory& memory, uint32_t page_px, uint32_t pages_max)
    : memory_(memory), page_px_(std::clamp(page_px, 64u, 4096u)),
      pages_max_(std::clamp(pages_max, 1u, 16u)), pages_(&memory), dirty_(&memory) {
    pages_.reserve(pages_max_);
    static_cast<void>(add_page()); // ok() says whether
}

Atlas::~Atlas() {
    for (Page& page : pages_) {
        memory_.release(page.pixels);
    }
}

bool Atlas::add_page() {
    auto* const pixels = static_cast<uint8_t*>(memory_.try_allocate(page_bytes()));
    if (pixels == nullptr) {
        return false;
    }
    pages_.emplace_back(&memory_);
    pages_.back().pixels = pixels;
    prepare(pages_.back());
    dirty_.push_back({static_cast<uint8_t>(pages_.size() - 1), 0, 0, static_cast<int32_t>(page_px_),
                      static_cast<int32_t>(page_px_)});
    return true;
}

void Atlas::prepare(Page& page) {
    std::memset(page.pixels, 0, page_bytes());
    for (uint32_t y = 0; y < white_px; ++y) {
        std::memset(page.pixels + size_t{y} * page_px_ * 4, 255, white_px * 4);
    }
    page.shelves.clear();
    page.shelves.push_back({0, rounded_up(white_px + gutter_px), white_px + gutter_px});
    page.y = page.shelves.back().h;
}

bool Atlas::put_on(Page& page, uint32_t w, uint32_t h, AtlasPlace& out) const {
    for (Shelf& shelf : page.shelves) {
        // A shelf much higher than the glyph is left to those who need it.
        if (h <= shelf.h && shelf.h <= h + h / 4 + 2 * shelf_step_px && shelf.x + w <= page_px_) {
            out.x = static_cast<uint16_t>(shelf.x);
            out.y = static_cast<uint16_t>(shelf.y);
            shelf.x += w;
            return true;
        }
    }
    const uint32_t height = std::min(rounded_up(h), page_px_ - page.y);
    if (h > height) {
        return false;
    }
    out.x = 0;
    out.y = static_cast<uint16_t>(page.y);
    page.shelves.push_back({page.y, height, w});
    page.y += height;
    return true;
}

Atlas::Put Atlas::put(uint32_t w, uint32_t h, AtlasPlace& out) {
    const uint32_t wide = w + gutter_px;
    const uint32_t high = h + gutter_px;
    // What does not fit an empty page beside the white square never will.
    if (wide > page_px_ || high > page_px_ - rounded_up(white_px + gutter_px)) {
        return Put::TooLarge;
    }
    for (size_t i = 0; i <= pages_.size(); ++i) {
        if (i == pages_.size()) {
            if (i == pages_max_ || !add_page()) {
                return Put::Full;
            }
        }
        if (put_on(pages_[i], wide, high, out)) {
            out.page = static_cast<uint8_t>(i);
            mark(out, w, h);
            return Put::Done;
        }
    }
    return Put::Full;
}

uint8_t* Atlas::row(const AtlasPlace& place, uint32_t line) {
    PARLEY_ASSERT(place.page < pages_.size() && place.y + line < page_px_);
    return pages_[place.page].pixels + (size_t{place.y + line} * page_px_ + place.x) * 4;
}

const uint8_t* Atlas::pixels(uint8_t page) const {
    PARLEY_ASSERT(page < pages_.size());
    return pages_[page].pixels;
}

void Atlas::clear() {
    for (Page& page : pages_) {
        prepare(page);
    }
    ++generation_;
    mark_all_dirty();
}

void Atlas::mark(const AtlasPlace& place, uint32_t w, uint32_t h) {
    const AtlasDirty next{place.page, place.x, place.y, static_cast<int32_t>(w),
                          static_cast<int32_t>(h)};
    const auto join = [](AtlasDirty& a, const AtlasDirty& b) {
        const int32_t right = std::max(a.x + a.w, b.x + b.w);
        const int32_t bottom = std::max(a.y + a.h, b.y + b.h);
        a.x = std::min(a.x, b.x);
        a.y = std::min(a.y, b.y);
        a.w = right - a.x;
        a.h = bottom - a.y;
    };
    const bool crowded = dirty_.size() >= dirty_max;
    for (AtlasDirty& known : dirty_) {
        const bool same_shelf = known.y == next.y;
        const bool inside = known.x <= next.x && known.y <= next.y &&
                            known.x + known.w >= next.x + next.w &&
                            known.y + known.h >= next.y + next.h;
        if (known.page == next.page && (same_shelf || inside || crowded)) {
            join(known, next);
            return;
        }
    }
    dirty_.push_back(next);
}

bool Atlas::next_dirty(AtlasDirty& out) {
    if (dirty_.empty()) {
        return false;
    }
    out = dirty_.back();
    dirty_.pop_back();
    return true;
}

void Atlas::mark_all_dirty() {
    dirty_.clear();
    for (size_t i = 0; i < pages_.size(); ++i) {
        dirty_.push_back({static_cast<uint8_t>(i), 0, 0, static_cast<int32_t>(page_px_),
                          static_cast<int32_t>(page_px_)});
    }
}

} // namespace parley::text
