// atlas.hpp: pages of RGBA pixels into which glyphs are packed, and what of them changed since the
// renderer looked. Knows no fonts. When all pages are full it is cleared whole and gets a new
// generation; whoever keeps coordinates keeps the generation beside them.
#pragma once

#include <cstdint>
#include <vector>

#include "plugin/text/engine.hpp"
#include "plugin/text/memory.hpp"

namespace parley::text {

struct AtlasPlace {
    uint16_t x = 0, y = 0;
    uint8_t page = 0;
};

// Owner: the game thread.
class Atlas {
public:
    Atlas(HostMemory& memory, uint32_t page_px, uint32_t pages_max);
    ~Atlas();
    Atlas(const Atlas&) = delete;
    Atlas& operator=(const Atlas&) = delete;

    // False: the host refused even the first page.
    bool ok() const { return !pages_.empty(); }

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
        explicit Page(std::pmr::memory_resource* memory) : shelves(memory) {}

        uint8_t* pixels = nullptr;
        std::pmr::vector<Shelf> shelves;
        uint32_t y = 0; // first line without a shelf
    };

    bool add_page();
    size_t page_bytes() const { return size_t{page_px_} * page_px_ * 4; }
    void prepare(Page& page);
    bool put_on(Page& page, uint32_t w, uint32_t h, AtlasPlace& out) const;
    void mark(const AtlasPlace& place, uint32_t w, uint32_t h);

    HostMemory& memory_;
    uint32_t page_px_;
    uint32_t pages_max_;
    std::pmr::vector<Page> pages_;
    std::pmr::vector<AtlasDirty> dirty_;
    uint32_t generation_ = 1;
};

} // namespace parley::text
