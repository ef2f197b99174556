// characters.hpp: what single code points are, for the sanitiser and for borders. Tables come from
// utf8proc; the ranges here are the few decisions of ours. Inside schemas/text only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace parley::text {

struct Decoded {
    int32_t code_point = 0;
    uint32_t bytes = 0;
};
// The code point at offset of valid UTF-8; offset must lie on a border and before the end.
Decoded decode_at(std::string_view valid, size_t offset);
// The border before offset > 0.
size_t step_back(std::string_view valid, size_t offset);
// How many bytes it takes.
size_t encoded_bytes(int32_t code_point);

bool is_newline(int32_t code_point);
bool is_blank(int32_t code_point); // any space, and what only looks like one; not newline
bool is_mark(int32_t code_point);  // stacks on its base (Mn, Me); not a variation selector
bool is_variation_selector(int32_t code_point);
bool is_tag(int32_t code_point);
bool is_pictograph(int32_t code_point);
bool is_skin_tone(int32_t code_point);
// Scripts whose letters take other shapes by ZWJ and ZWNJ.
bool needs_joiners(int32_t code_point);
bool is_han(int32_t code_point);
bool is_mongolian(int32_t code_point);
// Never kept: controls, bidi controls, what has no width and no meaning, noncharacters.
bool is_forbidden(int32_t code_point);
// Something a reader sees.
bool is_visible(int32_t code_point);

enum class WordClass { Blank, Word, Han, Hiragana, Katakana, Other };
WordClass word_class(int32_t code_point);
// Between these two a sign may stand that does not end the word: "can't", "3.14" (UAX 29, WB6 to
// WB7c, WB11 and WB12). after is 0 at the text's end.
bool may_join_word(int32_t sign);
bool joins_word(int32_t before, int32_t sign, int32_t after);

inline constexpr int32_t zero_width_non_joiner = 0x200C;
inline constexpr int32_t zero_width_joiner = 0x200D;
inline constexpr int32_t black_flag = 0x1F3F4;
inline constexpr int32_t cancel_tag = 0xE007F;

} // namespace parley::text
