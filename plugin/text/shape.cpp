// shape.cpp: runs of one face, level and script through HarfBuzz, into pieces in logical order.
#include <algorithm>

#include "plugin/text/characters.hpp"
#include "plugin/text/work.hpp"

namespace parley::text {

namespace {

// Ligatures of these scripts join letters that a reader counts one by one (fi, lam-alef); a caret
// goes through them. What other scripts join is one sign to the reader.
bool carets_enter_ligatures(hb_script_t script) {
    switch (script) {
    case HB_SCRIPT_COMMON:
    case HB_SCRIPT_LATIN:
    case HB_SCRIPT_GREEK:
    case HB_SCRIPT_CYRILLIC:
    case HB_SCRIPT_ARMENIAN:
    case HB_SCRIPT_GEORGIAN:
    case HB_SCRIPT_HEBREW:
    case HB_SCRIPT_ARABIC:
    case HB_SCRIPT_SYRIAC:
        return true;
    default:
        return false;
    }
}

uint16_t count_graphemes(const Work& work, uint32_t start, uint32_t end) {
    uint16_t count = 0;
    for (uint32_t i = start; i < end && count < UINT16_MAX; ++i) {
        count = static_cast<uint16_t>(count + (work.traits[i].grapheme_start ? 1 : 0));
    }
    return std::max<uint16_t>(count, 1);
}

struct Run {
    uint32_t start, end; // code points
};

// Adds [start, end) with its glyphs, or joins it to the piece before when it begins inside a
// grapheme.
void add_piece(Work& work, size_t first_of_run, const Piece& piece) {
    if (!work.traits[piece.start].grapheme_start && work.pieces.size() > first_of_run) {
        Piece& before = work.pieces.back();
        before.end = piece.end;
        before.advance += piece.advance;
        before.first_glyph = std::min(before.first_glyph, piece.first_glyph);
        before.glyph_count += piece.glyph_count;
    } else {
        work.pieces.push_back(piece);
    }
}

void shape_run(Fonts& fonts, float size_px, const Run& run, Work& work) {
    const Trait& trait = work.traits[run.start];
    const bool rtl = (work.levels[run.start] & 1) != 0;
    hb_buffer_t* buffer = work.buffer.get();
    hb_buffer_clear_contents(buffer);
    hb_buffer_set_cluster_level(buffer, HB_BUFFER_CLUSTER_LEVEL_MONOTONE_GRAPHEMES);
    // The whole text is context, so that Arabic joins over the borders of colours and spans.
    hb_buffer_add_codepoints(buffer, work.codes.data(), static_cast<int>(work.codes.size()),
                             run.start, static_cast<int>(run.end - run.start));
    hb_buffer_set_direction(buffer, rtl ? HB_DIRECTION_RTL : HB_DIRECTION_LTR);
    hb_buffer_set_script(buffer, trait.script == HB_SCRIPT_COMMON ? HB_SCRIPT_LATIN : trait.script);
    hb_shape(fonts.shaper(trait.face), buffer, nullptr, 0);
    unsigned count = 0;
    const hb_glyph_info_t* infos = hb_buffer_get_glyph_infos(buffer, &count);
    const hb_glyph_position_t* positions = hb_buffer_get_glyph_positions(buffer, &count);
    const float scale = size_px / fonts.units_per_em(trait.face);
    const auto first = static_cast<uint32_t>(work.glyphs.size());
    for (unsigned i = 0; i < count; ++i) {
        work.glyphs.push_back({infos[i].codepoint,
                               static_cast<float>(positions[i].x_advance) * scale,
                               static_cast<float>(positions[i].x_offset) * scale,
                               static_cast<float>(positions[i].y_offset) * scale});
    }
    // Clusters ascend in a left-to-right run and descend in the other: logical order in both.
    const size_t first_of_run = work.pieces.size();
    const bool enter = carets_enter_ligatures(trait.script);
    for (unsigned done = 0; done < count;) {
        const auto index = [&](unsigned i) { return rtl ? count - 1 - i : i; };
        const uint32_t cluster = infos[index(done)].cluster;
        unsigned next = done + 1;
        while (next < count && infos[index(next)].cluster == cluster) {
            ++next;
        }
        Piece piece;
        piece.start = cluster;
        piece.end = next < count ? infos[index(next)].cluster : run.end;
        piece.first_glyph = first + (rtl ? count - next : done);
        piece.glyph_count = next - done;
        for (uint32_t g = 0; g < piece.glyph_count; ++g) {
            piece.advance += work.glyphs[piece.first_glyph + g].advance;
        }
        piece.face = trait.face;
        piece.level = static_cast<uint8_t>(work.levels[run.start]);
        piece.blank = is_blank(work.codes[cluster]);
        add_piece(work, first_of_run, piece);
        done = next;
    }
    for (size_t i = first_of_run; i < work.pieces.size(); ++i) {
        Piece& piece = work.pieces[i];
        piece.advance = std::max(piece.advance, 0.0f);
        piece.graphemes = enter ? count_graphemes(work, piece.start, piece.end) : uint16_t{1};
    }
}

bool same_run(const Work& work, uint32_t a, uint32_t b) {
    const Trait& left = work.traits[a];
    const Trait& right = work.traits[b];
    return work.levels[a] == work.levels[b] && left.face == right.face &&
           left.script == right.script && !right.forced_start && work.codes[b] != '\t';
}

} // namespace

void shape(Fonts& fonts, float size_px, Work& work) {
    work.glyphs.clear();
    work.pieces.clear();
    for (Paragraph& paragraph : work.paragraphs) {
        paragraph.first_piece = static_cast<uint32_t>(work.pieces.size());
        for (uint32_t start = paragraph.start; start < paragraph.end;) {
            if (work.codes[start] == '\t') {
                Piece tab;
                tab.start = start;
                tab.end = start + 1;
                tab.face = work.traits[start].face;
                tab.level = static_cast<uint8_t>(work.levels[start]);
                tab.tab = true;
                work.pieces.push_back(tab);
                ++start;
                continue;
            }
            Run run{start, start + 1};
            while (run.end < paragraph.end && same_run(work, start, run.end)) {
                ++run.end;
            }
            shape_run(fonts, size_px, run, work);
            start = run.end;
        }
        paragraph.last_piece = static_cast<uint32_t>(work.pieces.size());
    }
}

Ellipsis make_ellipsis(Fonts& fonts, uint16_t style, float size_px) {
    Ellipsis ellipsis;
    ellipsis.face = fonts.base(style);
    hb_font_t* font = fonts.shaper(ellipsis.face);
    ellipsis.count = 1;
    if (!hb_font_get_nominal_glyph(font, 0x2026, &ellipsis.glyph)) {
        ellipsis.count = 3;
        if (!hb_font_get_nominal_glyph(font, '.', &ellipsis.glyph)) {
            ellipsis.count = 0;
        }
    }
    ellipsis.advance = static_cast<float>(hb_font_get_glyph_h_advance(font, ellipsis.glyph)) *
                       size_px / fonts.units_per_em(ellipsis.face);
    return ellipsis;
}

} // namespace parley::text
