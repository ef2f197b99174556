// engine.hpp: text of the whole world, from UTF-8 to quads: bidi levels, grapheme clusters,
// per-cluster font choice, HarfBuzz shaping, line breaking, FreeType rasters in an RGBA atlas,
// colour emoji. Knows no ImGui and no SDL.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/text/layout.hpp"
#include "schemas/base/host_alloc.hpp"
#include "schemas/base/log.hpp"
#include "schemas/base/result.hpp"

namespace parley::text {

// A font that the host has in memory, under the file name it would have on disk
// ("NotoSans-Regular.ttf"). The bytes outlive the engine.
struct FontMemory {
    std::string_view name;
    std::span<const uint8_t> bytes;
};

struct EngineOptions {
    std::string font_folders;        // separated by ':'; empty: the system's
    std::string family = "NotoSans"; // stem of the base face's file names
    std::string han = "ja";          // shapes of Han characters: ja, ko, zh-Hans, zh-Hant
    std::vector<FontMemory> fonts;   // searched before the folders
    // The host's allocator; null: the process's.
    AllocHook alloc = nullptr;
    void* alloc_user = nullptr;
    Log log;
    uint32_t atlas_page_px = 1024; // square, RGBA8; 64 to 4096
    uint32_t atlas_pages_max = 4;  // 1 to 16; a page is taken when the last one is full
};

// A rectangle of an atlas page to be uploaded again.
struct AtlasDirty {
    uint8_t page = 0;
    int32_t x = 0, y = 0, w = 0, h = 0;
};

// Owner: the game thread.
class Engine {
public:
    // BadFont when no face at all was found, OutOfMemory when the host refuses the first page.
    static Result<std::unique_ptr<Engine>> create(const EngineOptions& options);
    ~Engine();

    // Lays text out into out (cleared, its memory reused). Invalid UTF-8 is drawn as U+FFFD.
    // Never fails: missing glyphs are boxes, logged once a script.
    void layout(std::string_view text, std::span<const StyleSpan> spans,
                const LayoutOptions& options, Layout& out);
    // How many new glyphs may be rasterised from now until the next call (a frame): those that
    // layouts wait for at once, then what layouts ask for. Past it they come out incomplete. No
    // bound until it is called.
    void allow_rasters(uint32_t glyphs);
    // An incomplete layout that is laid out again now is complete, or nearer to it.
    bool glyphs_came(const Layout& layout) const;
    // Width of one line of plain text.
    float width(std::string_view text, const LayoutOptions& options);

    // Ascent and line height in pixels for a size.
    struct Metrics {
        float ascent = 0, descent = 0, line_height = 0;
    };
    Metrics metrics(const LayoutOptions& options) const;

    // [atlas] page p's pixels, straight alpha. A white texel is at (1, 1) of every page.
    uint32_t pages() const;
    uint32_t page_px() const;
    const uint8_t* pixels(uint8_t page) const;
    uint32_t atlas_generation() const; // changes when the atlas was cleared
    bool next_dirty(AtlasDirty& out);
    void mark_all_dirty(); // the renderer lost its textures
    // Shapes of the host of this engine that are to share the glyphs' texture: white, with coverage
    // (w x h bytes) as alpha. False: no room until the atlas is cleared, or larger than a page.
    struct Place {
        uint16_t x = 0, y = 0;
        uint8_t page = 0;
    };
    bool put_mask(uint32_t w, uint32_t h, std::span<const uint8_t> coverage, Place& out);

    // For layouts; it lives as long as the engine.
    std::pmr::memory_resource* memory() const;

    // [counters]
    uint64_t memory_bytes() const;       // of the host's, now
    uint64_t atlas_bytes() const;        // of those, the pages' pixels
    uint64_t font_bytes() const;         // of font files mapped; not of the host's
    uint64_t memory_allocations() const; // ever
    uint64_t glyphs_rasterised() const;
    uint64_t glyphs_missing() const; // graphemes that no face covers, drawn as boxes
    uint64_t layouts() const;

private:
    Engine();
    class Inside;
    std::unique_ptr<Inside> inside_;
};

} // namespace parley::text
