// card_text.cpp: see card_text.hpp.
#include "schemas/card/card_text.hpp"

#include <algorithm>

namespace parley {

namespace {

constexpr std::string_view nothing = "–";

std::string two_digits(int64_t number) {
    return (number < 10 ? "0" : "") + std::to_string(number);
}

} // namespace

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

std::string format_decimal(int64_t scaled, uint8_t scale) {
    const uint64_t size =
        scaled < 0 ? uint64_t{0} - static_cast<uint64_t>(scaled) : static_cast<uint64_t>(scaled);
    std::string digits = std::to_string(size);
    if (digits.size() <= scale) {
        digits.insert(0, scale + size_t{1} - digits.size(), '0');
    }
    if (scale > 0) {
        digits.insert(digits.size() - scale, ".");
    }
    return (scaled < 0 ? "-" : "") + digits;
}

std::string format_time_left(int64_t left_ms) {
    // A clock that counts down says 0:01 during its last second.
    const int64_t all = left_ms <= 0 ? 0 : (left_ms - 1) / 1000 + 1;
    const int64_t hours = all / 3600;
    const int64_t minutes = all / 60 % 60;
    const std::string seconds = two_digits(all % 60);
    if (hours > 0) {
        return std::to_string(hours) + ":" + two_digits(minutes) + ":" + seconds;
    }
    return std::to_string(minutes) + ":" + seconds;
}

int32_t percent_of_range(const FieldType& field, int64_t value) {
    if (field.max <= field.min) {
        return 0;
    }
    const double share = (static_cast<double>(value) - static_cast<double>(field.min)) /
                         (static_cast<double>(field.max) - static_cast<double>(field.min));
    return static_cast<int32_t>(std::clamp(share, 0.0, 1.0) * 100.0 + 0.5);
}

std::string card_value_text(const FieldType& field, const CardTextSource& source,
                            const CardWords& words) {
    int64_t number = 0;
    std::string_view text;
    if (!source.value(field, number, text)) {
        return std::string(nothing);
    }
    switch (field.kind) {
    case FieldKind::Int:
        return std::to_string(number);
    case FieldKind::Decimal:
        return format_decimal(number, field.scale);
    case FieldKind::Bool:
        return std::string(number != 0 ? words.yes : words.no);
    case FieldKind::Enum:
        return number >= 0 && static_cast<uint64_t>(number) < field.values.size()
                   ? field.values[static_cast<size_t>(number)]
                   : std::string(nothing);
    case FieldKind::Timer:
        return number <= words.server_ms ? format_time_left(0)
                                         : format_time_left(number - words.server_ms);
    case FieldKind::UserRef:
        return number == 0 ? std::string(nothing) : source.user_name(static_cast<UserId>(number));
    case FieldKind::Text:
        return std::string(text.empty() ? nothing : text);
    }
    return std::string(nothing);
}

std::string fill_card_text(std::string_view pattern, const CardType& type,
                           const CardTextSource& source, const CardWords& words) {
    std::string filled;
    TemplatePiece piece;
    while (next_piece(pattern, piece)) {
        const FieldType* field = piece.field.empty() ? nullptr : type.field(piece.field);
        if (!piece.text.empty()) {
            filled += piece.text;
        } else if (field != nullptr) {
            filled += card_value_text(*field, source, words);
        }
    }
    return filled;
}

} // namespace parley
