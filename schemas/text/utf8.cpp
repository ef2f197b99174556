// utf8.cpp: validity, counting and borders. Cleaning is in sanitise.cpp.
#include "schemas/text/utf8.hpp"

#include <cstring>

#include <utf8proc.h>

#include "schemas/text/characters.hpp"

namespace parley::text {

namespace {

// Eight bytes of ASCII without NUL at once: nearly all text is that.
bool plain_word(const char* at) {
    uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    constexpr uint64_t ones = 0x0101010101010101u;
    constexpr uint64_t tops = 0x8080808080808080u;
    return ((word | (word - ones)) & tops) == 0;
}

// True when a cluster surely begins at offset, whatever stands before the code point in front of
// it. Pairs of regional indicators and joined emoji need more context, so those are never certain.
bool certain_border(std::string_view valid, size_t offset) {
    if (offset == 0 || offset == valid.size()) {
        return true;
    }
    const int32_t before = decode_at(valid, step_back(valid, offset)).code_point;
    return before != zero_width_joiner &&
           utf8proc_grapheme_break(before, decode_at(valid, offset).code_point);
}

// The class of the grapheme at offset; a sign inside a word is of the word.
WordClass class_at(std::string_view valid, size_t offset) {
    const int32_t sign = decode_at(valid, offset).code_point;
    const WordClass own = word_class(sign);
    if (own != WordClass::Other || offset == 0 || !may_join_word(sign)) {
        return own;
    }
    const int32_t before = decode_at(valid, previous_grapheme(valid, offset)).code_point;
    const size_t next = next_grapheme(valid, offset);
    const int32_t after = next < valid.size() ? decode_at(valid, next).code_point : 0;
    return joins_word(before, sign, after) ? WordClass::Word : own;
}

size_t word_run_end(std::string_view valid, size_t offset, WordClass of) {
    while (offset < valid.size() && class_at(valid, offset) == of) {
        offset = next_grapheme(valid, offset);
    }
    return offset;
}

} // namespace

bool valid_utf8(std::string_view text) {
    const char* const data = text.data();
    const size_t size = text.size();
    const auto continues = [&](size_t i) { return (static_cast<uint8_t>(data[i]) & 0xC0) == 0x80; };
    size_t i = 0;
    while (i < size) {
        if (size - i >= 8 && plain_word(data + i)) {
            i += 8;
            continue;
        }
        const auto lead = static_cast<uint8_t>(data[i]);
        if (lead < 0x80) {
            if (lead == 0) {
                return false;
            }
            ++i;
            continue;
        }
        const size_t length = lead < 0xC2   ? 0
                              : lead < 0xE0 ? 2
                              : lead < 0xF0 ? 3
                              : lead < 0xF5 ? 4
                                            : 0;
        if (length == 0 || size - i < length) {
            return false;
        }
        for (size_t k = 1; k < length; ++k) {
            if (!continues(i + k)) {
                return false;
            }
        }
        const auto second = static_cast<uint8_t>(data[i + 1]);
        const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
        const bool surrogate = lead == 0xED && second > 0x9F;
        const bool too_high = lead == 0xF4 && second > 0x8F;
        if (overlong || surrogate || too_high) {
            return false;
        }
        i += length;
    }
    return true;
}

size_t count_code_points(std::string_view valid) {
    size_t count = 0;
    for (const char byte : valid) {
        count += (static_cast<uint8_t>(byte) & 0xC0) != 0x80;
    }
    return count;
}

size_t next_grapheme(std::string_view valid, size_t offset) {
    if (offset >= valid.size()) {
        return valid.size();
    }
    size_t at = offset;
    while (!certain_border(valid, at)) {
        at = step_back(valid, at);
    }
    Decoded here = decode_at(valid, at);
    utf8proc_int32_t state = 0;
    for (at += here.bytes; at < valid.size(); at += here.bytes) {
        const Decoded next = decode_at(valid, at);
        if (utf8proc_grapheme_break_stateful(here.code_point, next.code_point, &state) &&
            at > offset) {
            return at;
        }
        here = next;
    }
    return valid.size();
}

size_t previous_grapheme(std::string_view valid, size_t offset) {
    if (offset == 0 || valid.empty()) {
        return 0;
    }
    offset = offset < valid.size() ? offset : valid.size();
    size_t at = step_back(valid, offset);
    while (!certain_border(valid, at)) {
        at = step_back(valid, at);
    }
    size_t border = at;
    for (size_t next = next_grapheme(valid, border); next < offset;
         next = next_grapheme(valid, border)) {
        border = next;
    }
    return border;
}

size_t next_word(std::string_view valid, size_t offset) {
    if (offset >= valid.size()) {
        return valid.size();
    }
    const WordClass here = class_at(valid, offset);
    return word_run_end(valid, word_run_end(valid, offset, here), WordClass::Blank);
}

size_t previous_word(std::string_view valid, size_t offset) {
    offset = offset < valid.size() ? offset : valid.size();
    WordClass run = WordClass::Blank;
    while (offset > 0) {
        const size_t before = previous_grapheme(valid, offset);
        const WordClass of = class_at(valid, before);
        if (run != WordClass::Blank && of != run) {
            break;
        }
        run = of;
        offset = before;
    }
    return offset;
}

} // namespace parley::text
