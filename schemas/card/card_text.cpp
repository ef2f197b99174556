// card_text.cpp: see card_text.hpp.
#include "schemas/card/card_text.hpp"

namespace parley {

bool next_piece(std::string_view& pattern, TemplatePiece& piece) {
    piece = {};
    if (pattern.empty()) {
        return false;
    }
    const size_t open = pattern.find('{');
    if (open == 0) {
        const size_t close = pattern.find('}');
        if (close != std::string_view::npos) {
            piece.field = pattern.substr(1, close - 1);
            pattern.remove_prefix(close + 1);
            if (piece.field.empty()) {
                piece.text = "{}"; // names nothing
            }
            return true;
        }
        piece.text = pattern;
        pattern = {};
        return true;
    }
    piece.text = pattern.substr(0, open);
    pattern.remove_prefix(piece.text.size());
    return true;
}

} // namespace parley
