// layout.hpp: a paragraph laid out: quads to draw, clusters to hit and select, boxes behind and
// lines through. Pure data; the overlay draws it. Positions are pixels from the paragraph's top
// left.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <string_view>
#include <vector>

namespace parley::text {

// Style bits of a run.
enum StyleBits : uint16_t {
    Bold = 1,
    Italic = 2,
    Underline = 4,
    Strike = 8,
    Mono = 16,
    Spoiler = 32, // covered until revealed
    Link = 64,
    Mention = 128
};

// Bytes [start, end) of the text in a style and colour role (index into the caller's palette).
struct StyleSpan {
    uint32_t start = 0;
    uint32_t end = 0;
    uint16_t style = 0;
    uint8_t colour = 0;
    uint64_t target = 0; // of Link, Mention: handed back by hits
};

enum class Align : uint8_t { Natural, Left, Right, Center }; // Natural: by paragraph direction

struct LayoutOptions {
    float width_px = 1e9f;     // wraps there
    float size_px = 16;        // em
    float line_height = 1.35f; // times size_px
    Align align = Align::Natural;
    uint32_t lines_max = 0; // 0: no bound; else cut with an ellipsis
    uint16_t base_style = 0;
    uint8_t base_colour = 0;
    bool reveal_spoilers = false;
};

struct Quad { // 24 bytes
    float x, y;
    uint16_t w, h;         // pixels on screen
    uint16_t u, v, uw, vh; // texels in the atlas
    uint8_t colour;        // palette role; 255: the glyph has its own colours
    uint8_t page;          // atlas page
};
// One grapheme cluster, for carets, hits and selection.
struct Cluster {
    uint32_t start, end; // bytes
    float x, w;
    uint16_t line;
    bool rtl;
};
enum class BoxKind : uint8_t { Underline, Strike, Mono, Spoiler, Link, Mention };
struct Box {
    float x, y, w, h;
    BoxKind kind;
    uint8_t colour;
    uint32_t start, end; // bytes
    uint64_t target;
};
// A part of a line that is marked.
struct Band {
    float x, y, w, h;
};
struct Line {
    float y, baseline, w;
    uint32_t start, end; // bytes; the newline is in none
    bool rtl;
    float x = 0; // where the text begins on the left; the caret's place on an empty line
};

struct Layout {
    using Memory = std::pmr::memory_resource;
    explicit Layout(Memory* memory = std::pmr::get_default_resource())
        : quads(memory), clusters(memory), boxes(memory), lines(memory) {}

    std::pmr::vector<Quad> quads;
    std::pmr::vector<Cluster> clusters; // in logical order
    std::pmr::vector<Box> boxes;
    std::pmr::vector<Line> lines;
    float width_px = 0, height_px = 0; // of the widest line, without alignment and trailing blanks
    uint32_t atlas_generation = 0;     // stale when the atlas' differs: lay out again
    bool incomplete = false;           // glyphs are still to be rasterised: lay out again later,
    uint64_t glyphs_due = 0;           // when Engine::glyphs_came() says so
    bool rtl = false;                  // paragraph direction
    bool cut = false;                  // lines_max was reached

    void clear();
    // Byte offset nearest to a point; caret rectangle (x, y, height) of an offset.
    uint32_t offset_at(float x, float y) const;
    struct Caret {
        float x, y, h;
    };
    Caret caret(uint32_t offset) const;
    // Where bytes [start, end) stand, appended to out: of each line one piece, or several where the
    // text runs both ways.
    void bands(uint32_t start, uint32_t end, std::vector<Band>& out) const;
};

} // namespace parley::text
