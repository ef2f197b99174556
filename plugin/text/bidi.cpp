// bidi.cpp: paragraphs and their embedding levels (UAX 9). Links and mentions are isolated, as if
// FSI and PDI stood around them: a right-to-left address must not turn around the words beside it.
#include <algorithm>

#include "plugin/text/characters.hpp"
#include "plugin/text/work.hpp"

namespace parley::text {

namespace {

constexpr uint32_t left_to_right_isolate = 0x2066;
constexpr uint32_t first_strong_isolate = 0x2068;
constexpr uint32_t pop_isolate = 0x2069;
constexpr uint32_t soft_hyphen = 0xAD; // is nothing to the algorithm

bool isolated(const Trait& trait) {
    return (trait.style & (Link | Mention)) != 0 && trait.span != no_span;
}

// Calls on_border(true) before and on_border(false) behind each isolate, on_code(i) for each code
// point.
template <typename OnBorder, typename OnCode>
void walk(const Paragraph& paragraph, const std::pmr::vector<Trait>& traits, OnBorder on_border,
          OnCode on_code) {
    uint16_t open = no_span;
    for (uint32_t i = paragraph.start; i < paragraph.end; ++i) {
        const uint16_t here = isolated(traits[i]) ? traits[i].span : no_span;
        if (here != open) {
            if (open != no_span) {
                on_border(false);
            }
            if (here != no_span) {
                on_border(true);
            }
            open = here;
        }
        on_code(i);
    }
    if (open != no_span) {
        on_border(false);
    }
}

// The direction that a paragraph without any strong letter takes is its predecessor's.
bool resolve_levels(Paragraph& paragraph, bool rtl_before, Work& work) {
    work.bidi_codes.clear();
    walk(
        paragraph, work.traits,
        [&](bool opens) { work.bidi_codes.push_back(opens ? first_strong_isolate : pop_isolate); },
        [&](uint32_t i) {
            // One that is written inside would end the isolate, or be ended in its place.
            const uint32_t code = work.codes[i];
            const bool border = code >= left_to_right_isolate && code <= pop_isolate;
            work.bidi_codes.push_back(border && isolated(work.traits[i]) ? soft_hyphen : code);
        });
    work.bidi_levels.assign(work.bidi_codes.size(), 0);
    const Direction direction =
        find_levels(work.bidi_codes, rtl_before, work.bidi_scratch, work.bidi_levels);
    if (direction == Direction::Unknown) {
        return false; // no memory: the text stays left to right
    }
    size_t at = 0;
    walk(
        paragraph, work.traits, [&](bool) { ++at; },
        [&](uint32_t i) { work.levels[i] = work.bidi_levels[at++]; });
    return direction == Direction::RightToLeft;
}

} // namespace

void resolve(Work& work) {
    work.levels.assign(work.codes.size(), 0);
    work.paragraphs.clear();
    const auto count = static_cast<uint32_t>(work.codes.size());
    bool rtl = false;
    for (uint32_t start = 0; start <= count;) {
        Paragraph paragraph;
        paragraph.start = start;
        paragraph.end = start;
        bool needs_bidi = rtl;
        while (paragraph.end < count && work.codes[paragraph.end] != '\n') {
            needs_bidi = needs_bidi || may_be_rtl(work.codes[paragraph.end]);
            ++paragraph.end;
        }
        if (needs_bidi && paragraph.end > paragraph.start) {
            rtl = resolve_levels(paragraph, rtl, work);
        }
        paragraph.rtl = rtl;
        work.paragraphs.push_back(paragraph);
        start = paragraph.end + 1;
    }
}

void visual_order(std::span<const uint8_t> levels, std::pmr::vector<uint32_t>& order) {
    order.clear();
    uint8_t highest = 0;
    for (uint32_t i = 0; i < levels.size(); ++i) {
        highest = std::max(highest, levels[i]);
        order.push_back(i);
    }
    for (uint8_t level = highest; level > 0; --level) {
        for (size_t i = 0; i < order.size();) {
            size_t end = i;
            while (end < order.size() && levels[order[end]] >= level) {
                ++end;
            }
            if (end > i + 1) {
                std::reverse(order.begin() + static_cast<ptrdiff_t>(i),
                             order.begin() + static_cast<ptrdiff_t>(end));
            }
            i = std::max(end, i + 1);
        }
    }
}

} // namespace parley::text
