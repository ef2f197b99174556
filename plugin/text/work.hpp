// work.hpp: the arrays that a text passes through on its way from bytes to quads, and the steps in
// their order. An engine keeps one Work and uses its memory again for every layout.
//
//   decode    bytes -> code points, styles                             decode.cpp
//   resolve   code points -> paragraphs, bidi levels                   bidi.cpp
//   segment   code points -> graphemes, scripts, faces                 segment.cpp
//   find_breaks                                                        breaks.cpp
//   shape     runs of one face, level and script -> glyphs, pieces     shape.cpp
//   wrap      pieces -> rows                                           wrap.cpp
//   place     rows -> Layout                                           place.cpp
#pragma once

#include <hb.h>

#include <cstdint>
#include <memory>
#include <memory_resource>
#include <span>
#include <string_view>
#include <vector>

#include "plugin/text/bidi_levels.hpp"
#include "plugin/text/fonts.hpp"
#include "plugin/text/layout.hpp"
#include "plugin/text/line_break.hpp"

namespace parley::text {

inline constexpr uint16_t no_span = 0xFFFF;

// What is known of a code point besides its number, level and offset.
struct Trait {
    hb_script_t script = HB_SCRIPT_COMMON;
    FaceId face = 0;
    uint16_t style = 0;
    uint16_t span = no_span; // index of the span that gave style and colour
    uint8_t colour = 0;
    bool grapheme_start = true;
    bool forced_start = false; // a grapheme that was too long is cut here: shape apart
    bool break_before = false; // a line may end before this grapheme
};

// Between newlines: code points [start, end) without the newline.
struct Paragraph {
    uint32_t start = 0, end = 0;
    uint32_t first_piece = 0, last_piece = 0; // [first, last)
    bool rtl = false;
};

struct Glyph {
    uint32_t id = 0;
    float advance = 0, dx = 0, dy = 0; // pixels; dy goes up
};

// What the shaper will not part: one or more graphemes and their glyphs. Lines break between
// pieces.
struct Piece {
    uint32_t start = 0, end = 0;               // code points
    uint32_t first_glyph = 0, glyph_count = 0; // in visual order
    float advance = 0;
    float x = 0; // after place
    FaceId face = 0;
    uint16_t graphemes = 1; // more: a ligature that a caret may enter
    uint8_t level = 0;
    bool blank = false;
    bool tab = false;
};

struct Row {
    uint32_t first = 0, last = 0; // pieces [first, last)
    uint32_t text_end = 0;        // piece after the last one that is not a trailing blank
    uint32_t start = 0, end = 0;  // bytes
    float width = 0;              // without trailing blanks, with the ellipsis
    float hang = 0;               // trailing blanks
    uint32_t paragraph = 0;
    bool ellipsis = false;
};

struct Ellipsis {
    FaceId face = 0;
    uint32_t glyph = 0;
    uint32_t count = 0; // 1, or 3 where the font has only the full stop
    float advance = 0;  // of one
};

struct BufferDeleter {
    void operator()(hb_buffer_t* buffer) const { hb_buffer_destroy(buffer); }
};

struct Work {
    explicit Work(std::pmr::memory_resource* memory = std::pmr::get_default_resource())
        : codes(memory), offsets(memory), levels(memory), traits(memory), paragraphs(memory),
          glyphs(memory), pieces(memory), rows(memory), bidi_codes(memory), bidi_levels(memory),
          bidi_scratch(memory), line_classes(memory), row_levels(memory), order(memory) {}

    std::pmr::vector<uint32_t> codes;
    std::pmr::vector<uint32_t> offsets; // bytes, one more than codes
    std::pmr::vector<int8_t> levels;
    std::pmr::vector<Trait> traits;
    std::pmr::vector<Paragraph> paragraphs;
    std::pmr::vector<Glyph> glyphs;
    std::pmr::vector<Piece> pieces;
    std::pmr::vector<Row> rows;
    bool cut = false; // lines_max was reached

    // [scratch] of single steps
    std::pmr::vector<uint32_t> bidi_codes;
    std::pmr::vector<int8_t> bidi_levels;
    BidiScratch bidi_scratch;
    std::pmr::vector<LineClass> line_classes;
    std::pmr::vector<uint8_t> row_levels;
    std::pmr::vector<uint32_t> order;
    // HarfBuzz takes its memory from the process; see Fonts::open.
    std::unique_ptr<hb_buffer_t, BufferDeleter> buffer{hb_buffer_create()};
};

// Sizes are rounded to quarters of a pixel so that the glyph cache meets itself again.
float rounded_size_px(float size_px);

void decode(std::string_view text, std::span<const StyleSpan> spans, const LayoutOptions& options,
            Work& work);
void resolve(Work& work);
// Which of a line's parts is seen first, second, ... from the left (UAX 9, rule L2).
void visual_order(std::span<const uint8_t> levels, std::pmr::vector<uint32_t>& order);
void segment(Fonts& fonts, Work& work);
void find_breaks(Work& work);
void shape(Fonts& fonts, float size_px, Work& work);
Ellipsis make_ellipsis(Fonts& fonts, uint16_t style, float size_px);
void wrap(const LayoutOptions& options, const Ellipsis& ellipsis, float size_px, Work& work);

} // namespace parley::text
