// characters.hpp: what the engine must know of single code points and neither utf8proc nor HarfBuzz
// tells: emoji presentation, invisible characters, blanks. Pure.
#pragma once

#include <cstdint>

namespace parley::text {

inline constexpr uint32_t replacement_character = 0xFFFD;
inline constexpr uint32_t zero_width_space = 0x200B;
inline constexpr uint32_t text_presentation = 0xFE0E;  // VS15
inline constexpr uint32_t emoji_presentation = 0xFE0F; // VS16
inline constexpr uint32_t zero_width_joiner = 0x200D;
inline constexpr uint32_t zero_width_non_joiner = 0x200C;
inline constexpr uint32_t keycap_mark = 0x20E3;

// Drawn as emoji without being asked (Emoji_Presentation of Unicode 15).
bool is_emoji(uint32_t code);
bool is_skin_tone(uint32_t code);
// Invisible by itself (a part of Default_Ignorable_Code_Point): no face needs a glyph for it.
bool is_ignorable(uint32_t code);
// A combining mark (Mn, Mc, Me).
bool is_mark(uint32_t code);
// May make a text right to left, or change levels: without such a one there is nothing for the
// bidi algorithm to do.
bool may_be_rtl(uint32_t code);
// A blank that may hang over the end of a line; no-break spaces may not.
bool is_blank(uint32_t code);

} // namespace parley::text
