// decode.cpp: bytes to code points, with what must never reach a shaper taken out: broken UTF-8,
// controls, and towers of combining marks.
#include <utf8proc.h>

#include <algorithm>
#include <cmath>

#include "plugin/text/characters.hpp"
#include "plugin/text/work.hpp"
#include "schemas/base/limits.hpp"

namespace parley::text {

namespace {

constexpr float size_px_min = 8;
constexpr float size_px_max = 96;

// Marks beyond the limit are dropped here: they get no code point, so their bytes belong to the
// grapheme they stand in, and carets and copies still see them. Joiners must not reset the count.
class MarkCount {
public:
    bool take(uint32_t code) {
        if (is_mark(code)) {
            return ++marks_ <= limits::combining_marks_per_base_max;
        }
        if (code != zero_width_joiner && code != zero_width_non_joiner) {
            marks_ = 0;
        }
        return true;
    }

private:
    size_t marks_ = 0;
};

uint32_t tamed(uint32_t code) {
    if (code == '\t' || code == '\n') {
        return code;
    }
    if (code == 0x2028 || code == 0x2029) {
        return '\n';
    }
    const bool control = code < 0x20 || (code >= 0x7F && code < 0xA0);
    return control ? zero_width_space : code;
}

void apply(std::span<const StyleSpan> spans, Work& work) {
    const auto begin = work.offsets.begin();
    const auto end = begin + static_cast<ptrdiff_t>(work.codes.size());
    for (size_t i = 0; i < spans.size() && i < no_span; ++i) {
        const StyleSpan& span = spans[i];
        auto at = static_cast<size_t>(std::lower_bound(begin, end, span.start) - begin);
        for (; at < work.codes.size() && work.offsets[at] < span.end; ++at) {
            Trait& trait = work.traits[at];
            trait.style = static_cast<uint16_t>(trait.style | span.style);
            trait.colour = span.colour;
            trait.span = static_cast<uint16_t>(i);
        }
    }
}

} // namespace

float rounded_size_px(float size_px) {
    if (!(size_px >= size_px_min)) { // also what is not a number
        return size_px_min;
    }
    return std::min(std::round(size_px * 4) / 4, size_px_max);
}

void decode(std::string_view text, std::span<const StyleSpan> spans, const LayoutOptions& options,
            Work& work) {
    work.codes.clear();
    work.offsets.clear();
    work.traits.clear();
    const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
    MarkCount marks;
    for (size_t at = 0; at < text.size();) {
        utf8proc_int32_t code = 0;
        size_t length = 1;
        if (bytes[at] < 0x80) {
            code = bytes[at];
        } else {
            const utf8proc_ssize_t read = utf8proc_iterate(
                bytes + at, static_cast<utf8proc_ssize_t>(text.size() - at), &code);
            if (read > 0) {
                length = static_cast<size_t>(read);
            } else {
                code = static_cast<utf8proc_int32_t>(replacement_character);
            }
        }
        if (marks.take(static_cast<uint32_t>(code))) {
            work.codes.push_back(tamed(static_cast<uint32_t>(code)));
            work.offsets.push_back(static_cast<uint32_t>(at));
        }
        at += length;
    }
    work.offsets.push_back(static_cast<uint32_t>(text.size()));
    Trait plain;
    plain.style = options.base_style;
    plain.colour = options.base_colour;
    work.traits.assign(work.codes.size(), plain);
    apply(spans, work);
}

} // namespace parley::text
