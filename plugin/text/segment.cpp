// segment.cpp: graphemes, scripts, and the face of each grapheme.
#include <utf8proc.h>

#include "plugin/text/characters.hpp"
#include "plugin/text/work.hpp"
#include "schemas/base/limits.hpp"

namespace parley::text {

namespace {

uint32_t utf8_bytes(uint32_t code) {
    return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}

void find_graphemes(Work& work) {
    utf8proc_int32_t state = 0;
    uint32_t length = 0; // of the grapheme so far, without marks that were dropped
    for (size_t i = 0; i < work.codes.size(); ++i) {
        Trait& trait = work.traits[i];
        const uint32_t code = work.codes[i];
        if (i == 0) {
            trait.grapheme_start = true;
            length = utf8_bytes(code);
            continue;
        }
        const uint32_t before = work.codes[i - 1];
        if (before < 0x300 && code < 0x300) {
            // Nothing joins below the combining marks (CR is gone, soft hyphens are controls).
            trait.grapheme_start = true;
            state = 0;
        } else {
            trait.grapheme_start = utf8proc_grapheme_break_stateful(
                static_cast<int32_t>(before), static_cast<int32_t>(code), &state);
        }
        length += utf8_bytes(code);
        if (!trait.grapheme_start && length > limits::grapheme_bytes_max) {
            trait.grapheme_start = true;
            trait.forced_start = true;
        }
        if (trait.grapheme_start) {
            length = utf8_bytes(code);
        }
    }
}

// What belongs to no script takes the script before it, at a paragraph's start the one after it.
void find_scripts(Work& work) {
    hb_unicode_funcs_t* unicode = hb_unicode_funcs_get_default();
    for (const Paragraph& paragraph : work.paragraphs) {
        hb_script_t current = HB_SCRIPT_COMMON;
        for (uint32_t i = paragraph.start; i < paragraph.end; ++i) {
            const uint32_t code = work.codes[i];
            hb_script_t script = code < 0x80 && ((code | 0x20) >= 'a' && (code | 0x20) <= 'z')
                                     ? HB_SCRIPT_LATIN
                                     : hb_unicode_script(unicode, code);
            if (script == HB_SCRIPT_COMMON || script == HB_SCRIPT_INHERITED) {
                script = current;
            } else if (current == HB_SCRIPT_COMMON) {
                for (uint32_t k = paragraph.start; k < i; ++k) {
                    work.traits[k].script = script;
                }
                current = script;
            } else {
                current = script;
            }
            work.traits[i].script = script;
        }
    }
}

bool wants_emoji(std::span<const uint32_t> grapheme) {
    bool emoji = is_emoji(grapheme[0]);
    for (size_t i = 1; i < grapheme.size(); ++i) {
        const uint32_t code = grapheme[i];
        if (code == text_presentation && i == 1) {
            return false;
        }
        emoji = emoji || code == emoji_presentation || is_skin_tone(code);
    }
    return emoji;
}

} // namespace

void segment(Fonts& fonts, Work& work) {
    find_graphemes(work);
    find_scripts(work);
    const auto count = static_cast<uint32_t>(work.codes.size());
    FaceId before = no_face;
    uint16_t style_before = 0;
    constexpr uint16_t shape_style = Bold | Italic | Mono;
    for (uint32_t start = 0; start < count;) {
        uint32_t end = start + 1;
        while (end < count && !work.traits[end].grapheme_start) {
            ++end;
        }
        const std::span<const uint32_t> grapheme(work.codes.data() + start, end - start);
        Trait& first = work.traits[start];
        const auto style = static_cast<uint16_t>(first.style & shape_style);
        if (grapheme[0] == '\n') {
            before = no_face;
            first.face = fonts.base(style);
        } else if (is_blank(grapheme[0]) && before != no_face && style == style_before &&
                   fonts.covers(before, grapheme)) {
            // A blank between two words of one face must not part them into three runs.
            first.face = before;
        } else {
            const bool emoji = wants_emoji(grapheme);
            first.face = fonts.choose(grapheme, first.script, style, emoji);
            before = emoji ? no_face : first.face;
            style_before = style;
        }
        // A grapheme is shaped whole, whatever the bidi and script rules say of its parts.
        for (uint32_t i = start + 1; i < end; ++i) {
            work.traits[i].face = first.face;
            work.traits[i].script = first.script;
            work.traits[i].style = first.style;
            work.levels[i] = work.levels[start];
        }
        start = end;
    }
}

} // namespace parley::text
