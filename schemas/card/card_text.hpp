// card_text.hpp: the "{field}" templates of card types, piece by piece. What a field's value looks
// like is the business of whoever shows it. Pure.
#pragma once

#include <string_view>

namespace parley {

// One piece of a template: text as it is, or (text empty) the name of a field.
struct TemplatePiece {
    std::string_view text;
    std::string_view field;
};
// Takes the next piece off the front; false at the end. A brace without its partner is text.
bool next_piece(std::string_view& pattern, TemplatePiece& piece);

} // namespace parley
