// card_type.hpp: what kinds of cards a game has. Both ends read the same files at start (TOML, one
// type a file; demo/cards has two), so that the shard can refuse what does not fit and the overlay
// can draw it without game code. May include: base, text, wire, toml++.
//
// clang-format off
// The file. A key that is not listed here is an error, so that a misspelt one is found.
//
//   id = 1                        1 and up, unique, never given to another type
//   name = "match"                a-z 0-9 _, unique; what the game calls it
//   title = "Match · {map}"       field names in braces stand for their values
//   room_card = true              the default; false: a user's presence card
//   [[fields]]                    at most 32
//     id = 1                      1 and up, unique in the type, never reused
//     name = "map"                a-z 0-9 _
//     kind = "int"                int decimal bool enum timer user text
//     writer = "game"             owner (the default) leader game; the game may write all, the
//                                 leader also what is the owner's
//     min, max                    int and decimal; 0 and 2147483647 when missing
//     scale = 1                   decimal: digits behind the point, 0 to 6; min and max are then
//                                 written like 0.5
//     full_s = 30                 timer: how long a full bar of it is
//     values = ["Capture", ...]   enum: the words, in order; append only
//     code_points_max = 24        text: 1 to 64, the default
//   [[rows]]                      at most 12, drawn from top to bottom
//     kind = "versus"             versus text bar timer slots
//     label, value                text, bar: words with field names in braces; timer: label
//     field                       bar: an int, decimal or timer; timer: a timer
//     left, right, middle         versus: fields (middle, a timer, may be missing)
//     left_label, right_label     versus: words
//     tone = "good"               bar, text, timer: a colour of the theme
//   [[actions]]                   at most 4, buttons
//     name = "join"               a-z 0-9 _; comes back to the game
//     label = "Join"
//     primary = true              at most one
//     enabled_if = "open_slots"   a bool or int field: greyed out when it is 0
//     disabled_word = "full"      said on the button then
// clang-format on
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/base/result.hpp"
#include "schemas/wire/generated.hpp"

namespace parley {

enum class FieldKind : uint8_t { Int, Decimal, Bool, Enum, Timer, UserRef, Text };
// Who may write. Of a presence card its user is the Owner, and he alone.
enum class Writer : uint8_t { Owner, Leader, Game };
struct FieldType {
    uint16_t id = 0; // 1 and up, unique, never reused
    std::string name;
    FieldKind kind = FieldKind::Int;
    Writer writer = Writer::Owner;
    int64_t min = 0;   // Int, Decimal (scaled)
    int64_t max = 0;   // also of Timer: milliseconds that a full bar stands for, 0 when never a bar
    uint8_t scale = 0; // Decimal: digits behind the point
    uint32_t code_points_max = 0;      // Text
    std::vector<std::string> values{}; // Enum: words, by index
};

// How the overlay draws it, top to bottom.
enum class RowKind : uint8_t {
    Versus, // two big numbers with their labels and kinds: left, right; middle: a timer
    Text,   // label and value
    Bar,    // value of field between its min and max
    Timer,  // label and time left of a Timer field
    Slots,  // members of the room as tiles with a word below; needs no field
};
struct RowType {
    RowKind kind = RowKind::Text;
    std::string label;
    std::string value;               // "{carrier} · {flag} %": field names in braces
    std::string left, right, middle; // Versus: field names; left_label/right_label words
    std::string left_label, right_label;
    std::string field; // Bar, Timer: the field's name
    std::string tone;  // "good", "warn", "bad", "team", "party", ...: a theme colour
};
struct ActionType {
    std::string name; // "join": comes back to the game
    std::string label;
    bool primary = false;
    std::string enabled_if;    // name of a Bool or Int field; empty: always
    std::string disabled_word; // said on the button when not enabled: "full"
};
struct CardType {
    uint16_t id = 0;
    std::string name;      // "match"
    std::string title;     // "Match · {map} · {mode}"
    bool room_card = true; // else a presence card
    std::vector<FieldType> fields;
    std::vector<RowType> rows;
    std::vector<ActionType> actions;

    const FieldType* field(uint16_t field_id) const;
    const FieldType* field(std::string_view field_name) const;
};

// Immutable after loading; shared between threads.
class CardTypeSet {
public:
    // Adds one file's text. On an error, message says in one sentence what and where.
    Result<void> add(std::string_view toml_text, std::string_view file_name, std::string& message);
    const CardType* find(uint16_t id) const;
    const CardType* find(std::string_view name) const;
    const std::vector<CardType>& all() const { return types_; }

private:
    std::vector<CardType> types_;
};
using CardTypes = std::shared_ptr<const CardTypeSet>;

// Who asks to write.
struct CardWriter {
    bool game = false;
    bool leader = false;
    bool owner = false; // of the presence card
};
// Which field was refused, and why.
struct CardRefusal {
    uint16_t field = 0;
    std::string_view why; // a literal
};
// Ok, BadCard (unknown field, out of range, twice the same field, too large, text that sanitise
// would change) or Forbidden (a field whose writer role is another's); refusal then says more.
Error check_card_fields(const CardType& type, const CardWriter& writer,
                        const flatbuffers::Vector<flatbuffers::Offset<wire::CardField>>* fields,
                        CardRefusal* refusal = nullptr);

} // namespace parley
