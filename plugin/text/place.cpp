// place.cpp: visual order (UAX 9 rule L2), alignment, glyph quads, cluster boxes, and the boxes of
// styles.
#include "plugin/text/place.hpp"

#include <algorithm>
#include <cmath>

namespace parley::text {

namespace {

constexpr float unbounded_px = 1e8f; // a width from here on means: as wide as the text
constexpr uint8_t own_colours = 255;
constexpr float between_pixels_px_max = 28;
constexpr float emoji_line_share = 0.98f; // an emoji is never higher than this part of its line

// How far ink may leave its line, in ems: as far as real text needs it. A tower of marks that goes
// further is cut: it must not cover the letters of another line.
constexpr float ink_above_em = 0.14f;
constexpr float ink_below_em = 0.3f;
constexpr float ink_below_deep_em = 0.6f;
constexpr float letters_above_em = 1.07f; // over and under the baseline, where a line has not
constexpr float letters_below_em = 0.3f;  // even room for its letters

// Letters of these stand under each other.
bool is_deep(hb_script_t script) {
    return script == HB_SCRIPT_TIBETAN || script == HB_SCRIPT_JAVANESE ||
           script == HB_SCRIPT_BALINESE || script == HB_SCRIPT_TAI_THAM;
}

constexpr BoxKind box_kinds[] = {BoxKind::Underline, BoxKind::Strike, BoxKind::Mono,
                                 BoxKind::Spoiler,   BoxKind::Link,   BoxKind::Mention};
constexpr size_t box_kind_count = std::size(box_kinds);

uint16_t style_of(BoxKind kind) {
    switch (kind) {
    case BoxKind::Underline:
        return Underline | Link; // a link must not be told by colour alone
    case BoxKind::Strike:
        return Strike;
    case BoxKind::Mono:
        return Mono;
    case BoxKind::Spoiler:
        return Spoiler;
    case BoxKind::Link:
        return Link;
    case BoxKind::Mention:
        return Mention;
    }
    return 0;
}

class Placer {
public:
    Placer(const Placing& placing, Work& work, GlyphCache& cache, bool full_is_final, Layout& out)
        : placing_(placing), work_(work), cache_(cache), full_is_final_(full_is_final), out_(out) {}

    bool run() {
        float widest = 0;
        for (const Row& row : work_.rows) {
            widest = std::max(widest, row.width);
        }
        bounded_ = placing_.options.width_px < unbounded_px;
        available_ = bounded_ ? std::max(placing_.options.width_px, 0.0f) : widest;
        for (const Row& row : work_.rows) {
            if (!place_row(row)) {
                return false;
            }
        }
        out_.width_px = widest;
        out_.height_px = placing_.metrics.line_height * static_cast<float>(work_.rows.size());
        out_.rtl = work_.paragraphs.front().rtl;
        out_.cut = work_.cut;
        return true;
    }

private:
    bool place_row(const Row& row) {
        const bool rtl = work_.paragraphs[row.paragraph].rtl;
        const float top = placing_.metrics.line_height * static_cast<float>(out_.lines.size());
        Line line{
            top, std::round(top + placing_.metrics.ascent), row.width, row.start, row.end, rtl, 0};
        fit_blanks(row);
        order(row, rtl);
        float hang = 0;
        for (uint32_t p = row.text_end; p < row.last; ++p) {
            hang += work_.pieces[p].advance;
        }
        line.x = start_of(row, rtl);
        float x = rtl ? line.x - hang : line.x;
        const float ellipsis_px =
            placing_.ellipsis.advance * static_cast<float>(placing_.ellipsis.count);
        if (row.ellipsis && rtl) {
            if (!draw_ellipsis(row, x, line)) {
                return false;
            }
            x += ellipsis_px;
        }
        for (size_t k = 0; k < box_kind_count; ++k) {
            open_[k] = false;
        }
        for (const uint32_t in_row : work_.order) {
            const uint32_t index = row.first + in_row;
            Piece& piece = work_.pieces[index];
            piece.x = x;
            if (!draw(piece, line)) {
                return false;
            }
            if (index < row.text_end) {
                add_boxes(piece, line);
            }
            x += piece.advance;
        }
        if (row.ellipsis && !rtl && !draw_ellipsis(row, x, line)) {
            return false;
        }
        add_clusters(row);
        out_.lines.push_back(line);
        return true;
    }

    // Where a row is broken its blanks hang over the edge; the caret must stay inside.
    void fit_blanks(const Row& row) {
        const float room = std::max(available_ - row.width, 0.0f);
        if (!bounded_ || row.hang <= room) {
            return;
        }
        for (uint32_t p = row.text_end; p < row.last; ++p) {
            work_.pieces[p].advance *= room / row.hang;
        }
    }

    float start_of(const Row& row, bool rtl) const {
        const float room = std::max(available_ - row.width, 0.0f);
        switch (placing_.options.align) {
        case Align::Left:
            return 0;
        case Align::Right:
            return room;
        case Align::Center:
            return room / 2;
        case Align::Natural:
            break;
        }
        return rtl ? room : 0;
    }

    // Trailing blanks take the paragraph's level (rule L1).
    void order(const Row& row, bool rtl) {
        work_.row_levels.clear();
        for (uint32_t p = row.first; p < row.last; ++p) {
            if (p >= row.text_end) {
                work_.pieces[p].level = rtl ? 1 : 0;
            }
            work_.row_levels.push_back(work_.pieces[p].level);
        }
        visual_order(work_.row_levels, work_.order);
    }

    bool draw(const Piece& piece, const Line& line) {
        const Trait& trait = work_.traits[piece.start];
        if ((trait.style & Spoiler) != 0 && !placing_.options.reveal_spoilers) {
            return true;
        }
        float pen = piece.x;
        for (uint32_t g = 0; g < piece.glyph_count; ++g) {
            const Glyph& glyph = work_.glyphs[piece.first_glyph + g];
            if (!add_quad(piece.face, glyph, pen + glyph.dx, line, trait)) {
                return false;
            }
            pen += glyph.advance;
        }
        return true;
    }

    bool draw_ellipsis(const Row& row, float x, const Line& line) {
        Trait trait;
        trait.colour = row.last > row.first ? work_.traits[work_.pieces[row.last - 1].start].colour
                                            : placing_.options.base_colour;
        for (uint32_t i = 0; i < placing_.ellipsis.count; ++i) {
            const float at = x + placing_.ellipsis.advance * static_cast<float>(i);
            const Glyph glyph{placing_.ellipsis.glyph, placing_.ellipsis.advance, 0, 0};
            if (!add_quad(placing_.ellipsis.face, glyph, at, line, trait)) {
                return false;
            }
        }
        return true;
    }

    bool add_quad(FaceId face, const Glyph& glyph, float pen, const Line& line,
                  const Trait& trait) {
        // Small letters stand where they belong, to a quarter of a pixel. Large text does not need
        // it, and ideographs, all of one width, are many and would fill the atlas.
        float whole = std::round(pen);
        uint32_t phase = 0;
        if (placing_.size_px < between_pixels_px_max && glyph.advance < placing_.size_px * 0.95f) {
            constexpr auto phases = static_cast<float>(GlyphCache::phases);
            const float steps = std::round(pen * phases);
            whole = std::floor(steps / phases);
            phase = static_cast<uint32_t>(steps - whole * phases);
        }
        DrawnGlyph drawn;
        switch (cache_.get(face, glyph.id, placing_.size_px, phase, drawn)) {
        case GlyphCache::Get::Later:
            out_.incomplete = true;
            return true;
        case GlyphCache::Get::Full:
            return full_is_final_;
        case GlyphCache::Get::Ready:
            break;
        }
        if (drawn.w == 0) {
            return true;
        }
        Quad quad;
        quad.x = whole + static_cast<float>(drawn.left);
        quad.y = line.baseline - std::round(glyph.dy) - static_cast<float>(drawn.top);
        quad.w = drawn.w;
        quad.h = drawn.h;
        quad.u = drawn.place.x;
        quad.v = drawn.place.y;
        quad.uw = drawn.w;
        quad.vh = drawn.h;
        quad.page = drawn.place.page;
        quad.colour = trait.colour;
        if (drawn.coloured) {
            quad.colour = own_colours;
            center_in_line(quad, line);
        } else if (!cut_to_line(quad, line, is_deep(trait.script))) {
            return true;
        }
        out_.quads.push_back(quad);
        return true;
    }

    // False when nothing is left of it.
    bool cut_to_line(Quad& quad, const Line& line, bool deep) const {
        const float size = placing_.size_px;
        const float below = deep ? ink_below_deep_em : ink_below_em;
        const float top =
            line.baseline - std::ceil(std::max(placing_.metrics.ascent, size * letters_above_em) +
                                      size * ink_above_em);
        const float bottom =
            line.baseline +
            std::round(std::max(placing_.metrics.descent, size * letters_below_em) + size * below);
        const float last = quad.y + static_cast<float>(quad.h);
        const float cut_above = std::max(top - quad.y, 0.0f);
        const float cut_below = std::max(last - bottom, 0.0f);
        const float left = static_cast<float>(quad.h) - cut_above - cut_below;
        if (left < 1) {
            return false;
        }
        quad.y += cut_above;
        quad.v = static_cast<uint16_t>(quad.v + static_cast<uint16_t>(cut_above));
        quad.h = quad.vh = static_cast<uint16_t>(left);
        return true;
    }

    // An emoji sits in the middle of its line, and is made smaller where the line is tight.
    void center_in_line(Quad& quad, const Line& line) const {
        const float height = placing_.metrics.line_height;
        const float fit = std::min(1.0f, height * emoji_line_share / static_cast<float>(quad.h));
        if (fit < 1) {
            const float narrower = static_cast<float>(quad.w) * (1 - fit);
            quad.x += std::round(narrower / 2);
            quad.w = static_cast<uint16_t>(std::max(1.0f, std::round(quad.w * fit)));
            quad.h = static_cast<uint16_t>(std::max(1.0f, std::floor(quad.h * fit)));
        }
        quad.y = std::round(line.y + (height - static_cast<float>(quad.h)) / 2);
    }

    // One box for neighbours (as they are seen) of one style, colour and target.
    void add_boxes(const Piece& piece, const Line& line) {
        const Trait& trait = work_.traits[piece.start];
        const uint64_t target = trait.span == no_span ? 0 : placing_.spans[trait.span].target;
        const uint32_t start = work_.offsets[piece.start];
        const uint32_t end = work_.offsets[piece.end];
        for (size_t k = 0; k < box_kind_count; ++k) {
            if ((trait.style & style_of(box_kinds[k])) == 0) {
                open_[k] = false;
                continue;
            }
            if (open_[k]) {
                Box& box = out_.boxes[box_[k]];
                if (box.colour == trait.colour && box.target == target) {
                    box.w = piece.x + piece.advance - box.x;
                    box.start = std::min(box.start, start);
                    box.end = std::max(box.end, end);
                    continue;
                }
            }
            box_[k] = out_.boxes.size();
            open_[k] = true;
            out_.boxes.push_back(shaped(box_kinds[k], piece, line));
            Box& box = out_.boxes.back();
            box.colour = trait.colour;
            box.target = target;
            box.start = start;
            box.end = end;
        }
    }

    Box shaped(BoxKind kind, const Piece& piece, const Line& line) const {
        Box box{};
        box.kind = kind;
        box.x = piece.x;
        box.w = piece.advance;
        const float size = placing_.size_px;
        const float thick = std::max(1.0f, std::round(size / 16));
        switch (kind) {
        case BoxKind::Underline:
            box.y = line.baseline + std::max(1.0f, std::round(size * 0.1f));
            box.h = thick;
            break;
        case BoxKind::Strike:
            box.y = std::round(line.baseline - size * 0.29f); // half of an x
            box.h = thick;
            break;
        default:
            box.y = line.y;
            box.h = placing_.metrics.line_height;
            break;
        }
        return box;
    }

    void add_clusters(const Row& row) {
        const auto line = static_cast<uint16_t>(std::min<size_t>(out_.lines.size(), UINT16_MAX));
        for (uint32_t p = row.first; p < row.last; ++p) {
            const Piece& piece = work_.pieces[p];
            const bool rtl = (piece.level & 1) != 0;
            const float step = piece.advance / static_cast<float>(piece.graphemes);
            uint32_t at = piece.start;
            for (uint16_t k = 0; k < piece.graphemes; ++k) {
                uint32_t end = at + 1;
                while (end < piece.end &&
                       (piece.graphemes == 1 || !work_.traits[end].grapheme_start)) {
                    ++end;
                }
                const auto place = static_cast<float>(rtl ? piece.graphemes - 1 - k : k);
                out_.clusters.push_back({work_.offsets[at], work_.offsets[end],
                                         piece.x + step * place, step, line, rtl});
                at = end;
            }
        }
    }

    const Placing& placing_;
    Work& work_;
    GlyphCache& cache_;
    bool full_is_final_;
    Layout& out_;
    bool bounded_ = true;
    float available_ = 0;
    bool open_[box_kind_count] = {};
    size_t box_[box_kind_count] = {};
};

} // namespace

bool place(const Placing& placing, Work& work, GlyphCache& cache, bool full_is_final, Layout& out) {
    out.clear();
    return Placer(placing, work, cache, full_is_final, out).run();
}

} // namespace parley::text
