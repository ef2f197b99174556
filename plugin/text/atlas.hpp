// atlas.hpp: pages of RGBA pixels into which glyphs are packed, and what of them changed since the
// renderer looked. Knows no fonts. When all pages are full it is cleared whole and gets a new
// generation; whoever keeps coordinates keeps the generation beside them.
#pragma once

#include <cstdint>
#include <vector>

#include "plugin/text/engine.hpp"

namespace parley::text {

struct AtlasPlace {
    uint16_t x = 0, y = 0;
    uint8_t page = 0;
};

// Owner: the game thread.
class Atlas {
public:
    Atlas(uint32_t page_px, uint32_t pages_max);

    enum class Put { Done, Full, TooLarge };
    // Finds room for w x h texels and marks it dirty.
    Put put(uint32_t w, uint32_t h, AtlasPlace& out);
    // The first byte of a row of a place; rows are page_px() * 4 bytes apart.
    uint8_t* row(const AtlasPlace& place, uint32_t line);
    void clear();

    uint32_t pages() const { return static_cast<uint32_t>(pages_.size()); }
    uint32_t page_px() const { return page_px_; }
    const uint8_t* pixels(uint8_t page) const;
    uint32_t generation() const { return generation_; }
    bool next_dirty(AtlasDirty& out);
    void mark_all_dirty();

private:
    // A row of glyphs of about one height.
    struct Shelf {
        uint32_t y, h, x;
    };
    struct Page {
        std::vector<uint8_t> pixels;
        std::vector<Shelf> shelves;
        uint32_t y = 0; // first line without a shelf
    };

    void add_page();
    void prepare(Page& page);
    bool put_on(Page& page, uint32_t w, uint32_t h, AtlasPlace& out) const;
    void mark(const AtlasPlace& place, uint32_t w, uint32_t h);

    uint32_t page_px_;
    uint32_t pages_max_;
    std::vector<Page> pages_;
    std::vector<AtlasDirty> dirty_;
    uint32_t generation_ = 1;
};

} // namespace parley::text
