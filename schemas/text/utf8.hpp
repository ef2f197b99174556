// utf8.hpp: what text may travel. Both ends call the same code: the client before it sends, the
// shard before it stores. Pure; may include base and utf8proc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/base/limits.hpp"
#include "schemas/base/result.hpp"

namespace parley::text {

// Strict (RFC 3629): no overlongs, surrogates, NUL, or code points above U+10FFFF.
bool valid_utf8(std::string_view text);
size_t count_code_points(std::string_view valid);
// Byte offset of the next grapheme border after, or before, offset (UAX 29).
size_t next_grapheme(std::string_view valid, size_t offset);
size_t previous_grapheme(std::string_view valid, size_t offset);
// The beginning of the word after the one at offset, or the end; and the beginning of the word at
// or before offset. A run of Han, of Hiragana or of Katakana counts as a word, and signs inside a
// word belong to it: "can't", "3.14".
size_t next_word(std::string_view valid, size_t offset);
size_t previous_word(std::string_view valid, size_t offset);

// A span in bytes of a text that a sanitiser may shorten; it moves the borders along. One that lost
// all its text has length 0.
struct TextRange {
    uint32_t start = 0;
    uint32_t length = 0;
};

struct TextBounds {
    size_t code_points_max = limits::text_code_points_max;
    size_t lines_max = limits::text_lines_max;
};

// The text as it is stored and shown: NFC; C0 and C1 controls except newline, bidi controls
// (U+202A-E, U+2066-9, U+200E-F, U+061C), zero-width and tag characters outside emoji removed; ZWJ
// and ZWNJ kept where scripts and emoji need them; at most limits::combining_marks_per_base_max
// marks and limits::grapheme_bytes_max bytes a grapheme; CR LF and U+2028-9 become newline;
// trailing blanks cut, also of each line; a tab becomes a blank. Idempotent. Errors: Encoding (not
// UTF-8, or marks and joiners piled up so that no stable form is found), TooLong, Empty (nothing
// visible is left).
Result<std::string> sanitise(std::string_view text, const TextBounds& bounds,
                             std::vector<TextRange>* ranges = nullptr);

// A display name on one line, at most limits::name_code_points_max; no newline, inner blanks
// folded.
Result<std::string> sanitise_name(std::string_view name);

} // namespace parley::text
