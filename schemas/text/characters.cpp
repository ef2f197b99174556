// characters.cpp: see characters.hpp.
#include "schemas/text/characters.hpp"

#include <utf8proc.h>

namespace parley::text {

namespace {

bool within(int32_t code_point, int32_t first, int32_t last) {
    return code_point >= first && code_point <= last;
}

enum class Middle { None, Letters, Digits, Both };

// MidLetter, MidNum and MidNumLet of UAX 29, and the single quote.
Middle middle(int32_t code_point) {
    switch (code_point) {
    case ':':
    case 0x00B7: // middle dot, Catalan
    case 0x0387:
    case 0x055F:
    case 0x05F4:
    case 0x2027:
    case 0xFE13:
    case 0xFE55:
    case 0xFF1A:
        return Middle::Letters;
    case ',':
    case ';':
    case 0x037E:
    case 0x0589:
    case 0x060C:
    case 0x060D:
    case 0x066C:
    case 0x07F8:
    case 0x2044:
    case 0xFE10:
    case 0xFE14:
    case 0xFE50:
    case 0xFE54:
    case 0xFF0C:
    case 0xFF1B:
        return Middle::Digits;
    case '\'':
    case '.':
    case 0x2018:
    case 0x2019: // the apostrophe that phones type
    case 0x2024:
    case 0xFE52:
    case 0xFF07:
    case 0xFF0E:
        return Middle::Both;
    default:
        return Middle::None;
    }
}

bool is_hebrew(int32_t code_point) {
    return within(code_point, 0x05D0, 0x05F2);
}

} // namespace

Decoded decode_at(std::string_view valid, size_t offset) {
    const auto byte = [&](size_t i) { return static_cast<uint8_t>(valid[offset + i]); };
    const uint8_t lead = byte(0);
    if (lead < 0x80) {
        return {lead, 1};
    }
    if (lead < 0xE0) {
        return {((lead & 0x1F) << 6) | (byte(1) & 0x3F), 2};
    }
    if (lead < 0xF0) {
        return {((lead & 0x0F) << 12) | ((byte(1) & 0x3F) << 6) | (byte(2) & 0x3F), 3};
    }
    return {((lead & 0x07) << 18) | ((byte(1) & 0x3F) << 12) | ((byte(2) & 0x3F) << 6) |
                (byte(3) & 0x3F),
            4};
}

size_t step_back(std::string_view valid, size_t offset) {
    do {
        --offset;
    } while (offset > 0 && (static_cast<uint8_t>(valid[offset]) & 0xC0) == 0x80);
    return offset;
}

size_t encoded_bytes(int32_t code_point) {
    return code_point < 0x80 ? 1 : code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
}

bool is_newline(int32_t code_point) {
    return code_point == '\n';
}

bool is_blank(int32_t code_point) {
    // U+2800 is a braille pattern without dots: a symbol by category, nothing to the eye.
    return code_point == ' ' || code_point == 0x2800 ||
           (code_point > 0x7F && utf8proc_category(code_point) == UTF8PROC_CATEGORY_ZS);
}

bool is_mark(int32_t code_point) {
    if (code_point < 0x300 || is_variation_selector(code_point)) {
        return false;
    }
    const utf8proc_category_t category = utf8proc_category(code_point);
    return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_ME;
}

bool is_variation_selector(int32_t code_point) {
    return within(code_point, 0xFE00, 0xFE0F) || within(code_point, 0xE0100, 0xE01EF) ||
           within(code_point, 0x180B, 0x180D) || code_point == 0x180F;
}

bool is_tag(int32_t code_point) {
    return within(code_point, 0xE0020, 0xE007F);
}

bool is_pictograph(int32_t code_point) {
    return utf8proc_get_property(code_point)->boundclass ==
           UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC;
}

bool is_skin_tone(int32_t code_point) {
    return within(code_point, 0x1F3FB, 0x1F3FF);
}

bool needs_joiners(int32_t code_point) {
    return within(code_point, 0x0620, 0x0DFF) || // Arabic, Syriac, N'Ko, ... and the Indic scripts
           within(code_point, 0x1000, 0x109F) || // Myanmar
           within(code_point, 0x1780, 0x18AF) || // Khmer, Mongolian
           within(code_point, 0xA8E0, 0xA8FF) || // Devanagari extended
           within(code_point, 0xFB50, 0xFDCF) || // Arabic presentation forms
           within(code_point, 0xFE70, 0xFEFC) || //
           within(code_point, 0x11000, 0x11FFF) || // Indic scripts of the second plane
           within(code_point, 0x1E900, 0x1E95F);   // Adlam
}

bool is_han(int32_t code_point) {
    return within(code_point, 0x3400, 0x9FFF) || within(code_point, 0xF900, 0xFAFF) ||
           within(code_point, 0x20000, 0x3FFFD);
}

bool is_mongolian(int32_t code_point) {
    return within(code_point, 0x1820, 0x18AA);
}

bool is_forbidden(int32_t code_point) {
    if (code_point < 0xAD) {
        return (code_point < 0x20 && code_point != '\n') || within(code_point, 0x7F, 0x9F);
    }
    return code_point == 0x00AD ||               // soft hyphen
           code_point == 0x034F ||               // grapheme joiner: would hide piles of marks
           code_point == 0x061C ||               // Arabic letter mark (bidi)
           within(code_point, 0x115F, 0x1160) || // Hangul fillers: letters without ink
           within(code_point, 0x17B4, 0x17B5) || // Khmer inherent vowels, without ink
           code_point == 0x180E ||               // Mongolian vowel separator
           code_point == 0x200B ||               // zero-width space
           within(code_point, 0x200E, 0x200F) || // bidi marks
           within(code_point, 0x202A, 0x202E) || // bidi embeddings and overrides
           within(code_point, 0x2060, 0x206F) || // word joiner, isolates, shaping switches
           code_point == 0x3164 || code_point == 0xFFA0 || // Hangul fillers
           code_point == 0xFEFF ||                         // zero-width no-break space
           within(code_point, 0xFFF0, 0xFFFB) ||           // interlinear annotation
           within(code_point, 0x1BCA0, 0x1BCA3) ||         // shorthand format controls
           within(code_point, 0x1D173, 0x1D17A) ||         // musical format controls
           within(code_point, 0xFDD0, 0xFDEF) || (code_point & 0xFFFE) == 0xFFFE || // nobody's
           within(code_point, 0xE0000, 0xE001F) || within(code_point, 0xE0080, 0xE00FF) ||
           within(code_point, 0xE01F0, 0xE0FFF);
}

bool is_visible(int32_t code_point) {
    if (is_newline(code_point) || is_blank(code_point) || is_mark(code_point) ||
        is_variation_selector(code_point)) {
        return false;
    }
    switch (utf8proc_category(code_point)) {
    case UTF8PROC_CATEGORY_CF: // the Arabic number signs are format characters with ink
        return within(code_point, 0x0600, 0x0605) || code_point == 0x06DD || code_point == 0x070F ||
               within(code_point, 0x0890, 0x0891) || code_point == 0x08E2 ||
               code_point == 0x110BD || code_point == 0x110CD;
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
        return false;
    default:
        return true;
    }
}

WordClass word_class(int32_t code_point) {
    if (is_newline(code_point) || is_blank(code_point)) {
        return WordClass::Blank;
    }
    if (is_han(code_point) || code_point == 0x3005) { // 々 repeats a Han
        return WordClass::Han;
    }
    if (within(code_point, 0x3040, 0x309F)) {
        return WordClass::Hiragana;
    }
    if (within(code_point, 0x30A0, 0x30FF) || within(code_point, 0xFF66, 0xFF9F)) {
        return WordClass::Katakana;
    }
    switch (utf8proc_category(code_point)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
    case UTF8PROC_CATEGORY_PC:
        return WordClass::Word;
    default:
        return WordClass::Other;
    }
}

bool may_join_word(int32_t sign) {
    return sign == '"' || middle(sign) != Middle::None;
}

bool joins_word(int32_t before, int32_t sign, int32_t after) {
    if (is_hebrew(before) && (sign == '\'' || (sign == '"' && is_hebrew(after)))) {
        return true; // typed for geresh and gershayim
    }
    const Middle kind = middle(sign);
    if (kind == Middle::None || word_class(before) != WordClass::Word ||
        word_class(after) != WordClass::Word) {
        return false;
    }
    const bool left = utf8proc_category(before) == UTF8PROC_CATEGORY_ND;
    const bool right = utf8proc_category(after) == UTF8PROC_CATEGORY_ND;
    return left == right && (kind == Middle::Both || (kind == Middle::Digits) == left);
}

} // namespace parley::text
