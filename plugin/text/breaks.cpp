// breaks.cpp: where a line may end. A small part of UAX 14: blanks, hyphens, slashes, East Asian
// text with what may not start or end a line, and South East Asian scripts at grapheme borders
// (their words are known only to dictionaries).
#include "plugin/text/characters.hpp"
#include "plugin/text/work.hpp"

namespace parley::text {

namespace {

struct Side {
    BreakClass kind = BreakClass::Letter;
    uint32_t code = 0;
};

bool is_east(BreakClass kind) {
    return kind == BreakClass::EastLetter || kind == BreakClass::EastPrefix ||
           kind == BreakClass::EastSuffix;
}

// May a line end between the graphemes of these first characters? earlier stands before left.
bool may_break(const Side& earlier, const Side& left, const Side& right) {
    using enum BreakClass;
    if (right.kind == Blank || right.kind == ZeroWidth) {
        return false;
    }
    if (left.kind == Blank || left.kind == ZeroWidth) {
        return true;
    }
    if (left.kind == Glue || right.kind == Glue || left.kind == Opening || right.kind == Closing ||
        right.kind == EastSuffix || left.kind == EastPrefix) {
        return false;
    }
    if (left.kind == Closing && left.code >= 0x3000) {
        return true; // behind an East Asian stop or bracket
    }
    switch (left.kind) {
    case Hyphen:
        return (right.kind == Letter || right.kind == Ideograph) && earlier.kind != Blank &&
               earlier.kind != Hyphen;
    case Slash:
        return right.kind == Letter || right.kind == Ideograph;
    case After:
        return right.kind != Hyphen && right.kind != After;
    default:
        break;
    }
    if (right.kind == Hyphen || right.kind == Slash || right.kind == After) {
        return false;
    }
    if (left.kind == Ideograph || right.kind == Ideograph) {
        return true;
    }
    return is_east(left.kind) && is_east(right.kind);
}

} // namespace

void find_breaks(Work& work) {
    Side earlier, left;
    bool at_start = true;
    for (size_t i = 0; i < work.codes.size(); ++i) {
        Trait& trait = work.traits[i];
        trait.break_before = false;
        if (!trait.grapheme_start) {
            if (work.codes[i] == emoji_presentation || work.codes[i] == keycap_mark) {
                left.kind = BreakClass::Ideograph; // what is drawn as emoji breaks as emoji
            }
            continue;
        }
        const uint32_t code = work.codes[i];
        if (code == '\n') {
            at_start = true;
            continue;
        }
        const Side right{break_class(code), code};
        if (at_start) {
            earlier = {BreakClass::Blank, ' '};
            at_start = false;
        } else {
            trait.break_before = !trait.forced_start && may_break(earlier, left, right);
            earlier = left;
        }
        left = right;
    }
}

} // namespace parley::text
