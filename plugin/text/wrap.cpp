// wrap.cpp: pieces into rows, greedily. Blanks hang over the end of a row; a word that is longer
// than a row breaks between pieces; the last allowed row ends with an ellipsis.
#include <algorithm>
#include <cmath>

#include "plugin/text/work.hpp"

namespace parley::text {

namespace {

constexpr float tab_stop_em = 3;
constexpr float slack_px = 0.01f; // sums of advances in another order differ by this much

class Wrapper {
public:
    Wrapper(const LayoutOptions& options, const Ellipsis& ellipsis, float size_px, Work& work)
        : width_(std::max(options.width_px, 0.0f)), lines_max_(options.lines_max),
          ellipsis_px_(ellipsis.advance * static_cast<float>(ellipsis.count)),
          tab_px_(tab_stop_em * size_px), work_(work) {}

    void run() {
        for (uint32_t i = 0; i < work_.paragraphs.size() && !work_.cut; ++i) {
            wrap(i);
        }
    }

private:
    void wrap(uint32_t number) {
        const Paragraph& paragraph = work_.paragraphs[number];
        uint32_t start = paragraph.first_piece;
        uint32_t opportunity = start; // the latest; start: none
        float x = 0;
        for (uint32_t p = start; p < paragraph.last_piece; ++p) {
            Piece& piece = work_.pieces[p];
            if (piece.tab) {
                piece.advance = (std::floor(x / tab_px_ + 0.001f) + 1) * tab_px_ - x;
            }
            if (work_.traits[piece.start].break_before) {
                opportunity = p;
            }
            // Twice at most: the rest of a word that was carried over may be too long as well.
            while (!piece.blank && p > start && x + piece.advance > width_ + slack_px) {
                const uint32_t cut = opportunity > start ? opportunity : p;
                if (!push(number, start, cut, true)) {
                    return;
                }
                start = cut;
                opportunity = start;
                x = 0;
                for (uint32_t k = start; k < p; ++k) {
                    x += work_.pieces[k].advance;
                }
                if (piece.tab) {
                    piece.advance = tab_px_;
                }
            }
            x += piece.advance;
        }
        push(number, start, paragraph.last_piece, number + 1 < work_.paragraphs.size());
    }

    // False when this was the last row that may be.
    bool push(uint32_t number, uint32_t first, uint32_t last, bool more) {
        Row row;
        row.paragraph = number;
        row.first = first;
        row.last = last;
        work_.cut = more && lines_max_ != 0 && work_.rows.size() + 1 >= lines_max_;
        measure(row);
        if (work_.cut) {
            shorten(row);
        }
        const Paragraph& paragraph = work_.paragraphs[number];
        row.start = row.first < paragraph.last_piece ? work_.offsets[work_.pieces[row.first].start]
                                                     : work_.offsets[paragraph.start];
        row.end = row.last > row.first ? work_.offsets[work_.pieces[row.last - 1].end] : row.start;
        work_.rows.push_back(row);
        return !work_.cut;
    }

    void measure(Row& row) const {
        row.text_end = row.last;
        row.hang = 0;
        row.width = 0;
        while (row.text_end > row.first && work_.pieces[row.text_end - 1].blank) {
            row.hang += work_.pieces[--row.text_end].advance;
        }
        for (uint32_t p = row.first; p < row.text_end; ++p) {
            row.width += work_.pieces[p].advance;
        }
    }

    void shorten(Row& row) const {
        row.ellipsis = true;
        while (row.text_end > row.first && (row.width + ellipsis_px_ > width_ + slack_px ||
                                            work_.pieces[row.text_end - 1].blank)) {
            row.width -= work_.pieces[--row.text_end].advance;
        }
        row.last = row.text_end;
        row.hang = 0;
        row.width = std::max(row.width, 0.0f) + ellipsis_px_;
    }

    float width_;
    uint32_t lines_max_;
    float ellipsis_px_;
    float tab_px_;
    Work& work_;
};

} // namespace

void wrap(const LayoutOptions& options, const Ellipsis& ellipsis, float size_px, Work& work) {
    work.rows.clear();
    work.cut = false;
    Wrapper(options, ellipsis, size_px, work).run();
}

} // namespace parley::text
