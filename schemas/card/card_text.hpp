// card_text.hpp: values of cards as words, for narration and anything without a screen: "{field}"
// templates, decimals, shares of a bar. Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "schemas/base/ids.hpp"
#include "schemas/card/card_type.hpp"

namespace parley {

// One piece of a template: text as it is, or (text empty) the name of a field.
struct TemplatePiece {
    std::string_view text;
    std::string_view field;
};
// Takes the next piece off the front; false at the end. A brace without its partner is text.
bool next_piece(std::string_view& pattern, TemplatePiece& piece);

// 1234 with scale 2 is "12.34"; -5 with scale 1 is "-0.5".
std::string format_decimal(int64_t scaled, uint8_t scale);
// Milliseconds left as "0:18" or "1:02:03"; never below 0.
std::string format_time_left(int64_t left_ms);
// Where value stands between the field's min and max, 0 to 100, as a bar shows it. Timer: what is
// left of its full bar, so value is then the time left in milliseconds.
int32_t percent_of_range(const FieldType& field, int64_t value);

// Where the values come from.
struct CardTextSource {
    // False: the card has no value for it. text is set for Text fields only.
    std::function<bool(const FieldType& field, int64_t& number, std::string_view& text)> value;
    std::function<std::string(UserId user)> user_name;
};

// What one value looks like; "–" when there is none. yes and no are words of the reader's language.
struct CardWords {
    TimeMs server_ms = 0;
    std::string_view yes = "yes";
    std::string_view no = "no";
};
std::string card_value_text(const FieldType& field, const CardTextSource& source,
                            const CardWords& words);
// "Match · {map} · {mode}" filled.
std::string fill_card_text(std::string_view pattern, const CardType& type,
                           const CardTextSource& source, const CardWords& words);

} // namespace parley
