// card_file.cpp: a type of card from its TOML file. Strict: what is not understood is an error with
// its line, since a studio reads it once, at start.
#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <optional>

#include "schemas/base/limits.hpp"
#include "schemas/base/one_line.hpp"
#include "schemas/card/card_text.hpp"
#include "schemas/card/card_type.hpp"
#include "schemas/card/toml.hpp"
#include "schemas/text/utf8.hpp"

namespace parley {

namespace {

constexpr int64_t scale_max = 6;
constexpr size_t word_code_points_max = limits::card_text_code_points_max;
constexpr double number_max = 9e15; // doubles are exact up to there
constexpr size_t name_max = 32;

template <typename Enum>
struct Named {
    std::string_view word;
    Enum value;
};
constexpr Named<FieldKind> field_kinds[] = {
    {"int", FieldKind::Int},   {"decimal", FieldKind::Decimal}, {"bool", FieldKind::Bool},
    {"enum", FieldKind::Enum}, {"timer", FieldKind::Timer},     {"user", FieldKind::UserRef},
    {"text", FieldKind::Text},
};
constexpr Named<Writer> writers[] = {
    {"owner", Writer::Owner}, {"leader", Writer::Leader}, {"game", Writer::Game}};
constexpr Named<RowKind> row_kinds[] = {
    {"versus", RowKind::Versus}, {"text", RowKind::Text},   {"bar", RowKind::Bar},
    {"timer", RowKind::Timer},   {"slots", RowKind::Slots},
};

bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= name_max &&
           std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
           });
}

// Reads keys of one table and remembers the first thing that was wrong.
class Reader {
public:
    Reader(std::string_view file, std::string& message) : file_(file), message_(message) {}

    bool failed() const { return failed_; }

    void fail(const toml::node& where, std::string_view what) {
        if (!failed_) {
            failed_ = true;
            message_ = std::string(file_) + ", line " + std::to_string(where.source().begin.line) +
                       ": " + std::string(what);
        }
    }

    void only(const toml::table& table, std::initializer_list<std::string_view> keys) {
        for (const auto& [key, node] : table) {
            if (std::find(keys.begin(), keys.end(), key.str()) == keys.end()) {
                fail(node, "there is no key " + std::string(key.str()) + " here");
            }
        }
    }

    std::string text(const toml::table& table, std::string_view key, bool required = false,
                     size_t code_points_max = word_code_points_max) {
        const toml::node* node = find(table, key, required);
        if (node == nullptr) {
            return {};
        }
        const auto* said = node->as_string();
        if (said == nullptr) {
            fail(*node, std::string(key) + " must be a text");
            return {};
        }
        const Result<std::string> clean =
            text::sanitise(said->get(), {.code_points_max = code_points_max, .lines_max = 1});
        if (!clean || *clean != said->get()) {
            fail(*node, std::string(key) + " must be one line of at most " +
                            std::to_string(code_points_max) + " characters that can be shown");
            return {};
        }
        return said->get();
    }

    std::string name(const toml::table& table, std::string_view key) {
        std::string said = text(table, key, true);
        if (!failed_ && !is_name(said)) {
            fail(*table.get(key), std::string(key) + " must be made of a-z, 0-9 and _, at most 32");
        }
        return said;
    }

    int64_t whole(const toml::table& table, std::string_view key, int64_t least, int64_t most,
                  std::optional<int64_t> otherwise) {
        const toml::node* node = find(table, key, !otherwise);
        if (node == nullptr) {
            return otherwise.value_or(0);
        }
        const auto* said = node->as_integer();
        if (said == nullptr || said->get() < least || said->get() > most) {
            fail(*node, std::string(key) + " must be a whole number from " + std::to_string(least) +
                            " to " + std::to_string(most));
            return 0;
        }
        return said->get();
    }

    // A number with a point, as a whole number of 10^-scale.
    int64_t scaled(const toml::table& table, std::string_view key, int64_t scale,
                   int64_t otherwise) {
        const toml::node* node = table.get(key);
        if (node == nullptr) {
            return otherwise;
        }
        const std::optional<double> said =
            node->is_number() ? node->value<double>() : std::optional<double>();
        const double value =
            said ? *said * std::pow(10.0, static_cast<double>(scale)) : number_max * 2;
        if (!(std::abs(value) <= number_max) || std::abs(value - std::round(value)) > 1e-6) {
            fail(*node, std::string(key) + " must be a number with at most " +
                            std::to_string(scale) + " digits behind the point");
            return 0;
        }
        return static_cast<int64_t>(std::llround(value));
    }

    bool flag(const toml::table& table, std::string_view key, bool otherwise) {
        const toml::node* node = table.get(key);
        if (node == nullptr) {
            return otherwise;
        }
        const auto* said = node->as_boolean();
        if (said == nullptr) {
            fail(*node, std::string(key) + " must be true or false");
            return otherwise;
        }
        return said->get();
    }

    template <typename Enum, size_t count>
    Enum word(const toml::table& table, std::string_view key, const Named<Enum> (&words)[count],
              std::optional<Enum> otherwise) {
        const std::string said = text(table, key, !otherwise);
        if (said.empty()) {
            return otherwise.value_or(words[0].value);
        }
        std::string all;
        for (const Named<Enum>& one : words) {
            if (one.word == said) {
                return one.value;
            }
            all += (all.empty() ? "" : ", ") + std::string(one.word);
        }
        fail(*table.get(key), std::string(key) + " must be one of " + all);
        return words[0].value;
    }

    // The tables of [[key]]; empty when there are none.
    std::vector<const toml::table*> tables(const toml::table& table, std::string_view key,
                                           size_t most) {
        std::vector<const toml::table*> all;
        const toml::node* node = table.get(key);
        if (node == nullptr) {
            return all;
        }
        const auto* list = node->as_array();
        if (list == nullptr || list->size() > most) {
            fail(*node, std::string(key) + " must be a list of at most " + std::to_string(most) +
                            " tables");
            return all;
        }
        for (const toml::node& one : *list) {
            if (!one.is_table()) {
                fail(one, std::string(key) + " must be a list of tables");
                return {};
            }
            all.push_back(one.as_table());
        }
        return all;
    }

private:
    const toml::node* find(const toml::table& table, std::string_view key, bool required) {
        const toml::node* node = table.get(key);
        if (node == nullptr && required) {
            fail(table, std::string(key) + " is missing");
        }
        return node;
    }

    std::string_view file_;
    std::string& message_;
    bool failed_ = false;
};

FieldType read_field(Reader& reader, const toml::table& table, const CardType& type) {
    FieldType field;
    field.id = static_cast<uint16_t>(reader.whole(table, "id", 1, UINT16_MAX, std::nullopt));
    field.name = reader.name(table, "name");
    field.kind = reader.word(table, "kind", field_kinds, std::optional<FieldKind>());
    field.writer = reader.word(table, "writer", writers, std::optional(Writer::Owner));
    switch (field.kind) {
    case FieldKind::Int:
        reader.only(table, {"id", "name", "kind", "writer", "min", "max"});
        field.min = reader.scaled(table, "min", 0, 0);
        field.max = reader.scaled(table, "max", 0, INT32_MAX);
        break;
    case FieldKind::Decimal:
        reader.only(table, {"id", "name", "kind", "writer", "min", "max", "scale"});
        field.scale =
            static_cast<uint8_t>(reader.whole(table, "scale", 0, scale_max, std::nullopt));
        field.min = reader.scaled(table, "min", field.scale, 0);
        field.max = reader.scaled(table, "max", field.scale, INT32_MAX);
        break;
    case FieldKind::Timer:
        reader.only(table, {"id", "name", "kind", "writer", "full_s"});
        field.max = 1000 * reader.whole(table, "full_s", 1, 366 * 86'400, 0);
        break;
    case FieldKind::Enum: {
        reader.only(table, {"id", "name", "kind", "writer", "values"});
        const auto* values = table.get_as<toml::array>("values");
        if (values == nullptr || values->empty() || values->size() > limits::card_enum_values_max) {
            reader.fail(table, "an enum needs values, a list of 1 to 64 words");
            break;
        }
        for (const toml::node& value : *values) {
            const auto* word = value.as_string();
            const Result<std::string> clean =
                word == nullptr
                    ? Result<std::string>(Error::Empty)
                    : text::sanitise(word->get(),
                                     {.code_points_max = word_code_points_max, .lines_max = 1});
            if (!clean || *clean != word->get()) {
                reader.fail(value, "a value must be one line of words");
                break;
            }
            field.values.push_back(word->get());
        }
        break;
    }
    case FieldKind::Text:
        reader.only(table, {"id", "name", "kind", "writer", "code_points_max"});
        field.code_points_max = static_cast<uint32_t>(
            reader.whole(table, "code_points_max", 1, limits::card_text_code_points_max,
                         limits::card_text_code_points_max));
        break;
    case FieldKind::Bool:
    case FieldKind::UserRef:
        reader.only(table, {"id", "name", "kind", "writer"});
        break;
    }
    if (field.min > field.max) {
        reader.fail(table, "min is above max");
    }
    if (type.field(field.id) != nullptr || type.field(field.name) != nullptr) {
        reader.fail(table, "a field with this id or name stands above");
    }
    return field;
}

// A field that a row or action names must be there, and of a kind that makes sense.
void want_field(Reader& reader, const toml::table& table, std::string_view key,
                const std::string& name, const CardType& type,
                std::initializer_list<FieldKind> kinds) {
    const FieldType* field = type.field(name);
    if (field == nullptr || std::find(kinds.begin(), kinds.end(), field->kind) == kinds.end()) {
        reader.fail(table,
                    std::string(key) + (field == nullptr ? " names no field of this card"
                                                         : " names a field of another kind"));
    }
}

void want_fields_in(Reader& reader, const toml::table& table, std::string_view key,
                    std::string_view pattern, const CardType& type) {
    TemplatePiece piece;
    while (next_piece(pattern, piece)) {
        if (!piece.field.empty() && type.field(piece.field) == nullptr) {
            reader.fail(table, std::string(key) + " names no field of this card in {" +
                                   std::string(piece.field) + "}");
        }
    }
}

RowType read_row(Reader& reader, const toml::table& table, const CardType& type) {
    RowType row;
    row.kind = reader.word(table, "kind", row_kinds, std::optional<RowKind>());
    switch (row.kind) {
    case RowKind::Versus:
        reader.only(table, {"kind", "left", "right", "middle", "left_label", "right_label"});
        row.left = reader.text(table, "left", true);
        row.right = reader.text(table, "right", true);
        row.middle = reader.text(table, "middle");
        row.left_label = reader.text(table, "left_label");
        row.right_label = reader.text(table, "right_label");
        want_field(reader, table, "left", row.left, type, {FieldKind::Int, FieldKind::Decimal});
        want_field(reader, table, "right", row.right, type, {FieldKind::Int, FieldKind::Decimal});
        if (!row.middle.empty()) {
            want_field(reader, table, "middle", row.middle, type, {FieldKind::Timer});
        }
        want_fields_in(reader, table, "left_label", row.left_label, type);
        want_fields_in(reader, table, "right_label", row.right_label, type);
        break;
    case RowKind::Text:
        reader.only(table, {"kind", "label", "value", "tone"});
        row.label = reader.text(table, "label");
        row.value = reader.text(table, "value", true);
        break;
    case RowKind::Bar:
        reader.only(table, {"kind", "label", "value", "field", "tone"});
        row.label = reader.text(table, "label");
        row.value = reader.text(table, "value");
        row.field = reader.text(table, "field", true);
        want_field(reader, table, "field", row.field, type,
                   {FieldKind::Int, FieldKind::Decimal, FieldKind::Timer});
        if (const FieldType* field = type.field(row.field);
            field != nullptr && field->min >= field->max) {
            reader.fail(table, "a bar needs a field with min below max, or a timer with full_s");
        }
        break;
    case RowKind::Timer:
        reader.only(table, {"kind", "label", "field", "tone"});
        row.label = reader.text(table, "label");
        row.field = reader.text(table, "field", true);
        want_field(reader, table, "field", row.field, type, {FieldKind::Timer});
        break;
    case RowKind::Slots:
        reader.only(table, {"kind"});
        break;
    }
    row.tone = reader.text(table, "tone");
    want_fields_in(reader, table, "label", row.label, type);
    want_fields_in(reader, table, "value", row.value, type);
    return row;
}

ActionType read_action(Reader& reader, const toml::table& table, const CardType& type) {
    reader.only(table, {"name", "label", "primary", "enabled_if", "disabled_word"});
    ActionType action;
    action.name = reader.name(table, "name");
    action.label = reader.text(table, "label", true);
    action.primary = reader.flag(table, "primary", false);
    action.enabled_if = reader.text(table, "enabled_if");
    action.disabled_word = reader.text(table, "disabled_word");
    if (!action.enabled_if.empty()) {
        want_field(reader, table, "enabled_if", action.enabled_if, type,
                   {FieldKind::Bool, FieldKind::Int});
    }
    for (const ActionType& other : type.actions) {
        if (other.name == action.name) {
            reader.fail(table, "an action with this name stands above");
        }
        if (other.primary && action.primary) {
            reader.fail(table, "only one action can be primary");
        }
    }
    return action;
}

CardType read_type(Reader& reader, const toml::table& table) {
    CardType type;
    reader.only(table, {"id", "name", "title", "room_card", "fields", "rows", "actions"});
    type.id = static_cast<uint16_t>(reader.whole(table, "id", 1, UINT16_MAX, std::nullopt));
    type.name = reader.name(table, "name");
    type.title = reader.text(table, "title", true);
    type.room_card = reader.flag(table, "room_card", true);
    for (const toml::table* field : reader.tables(table, "fields", limits::card_fields_max)) {
        type.fields.push_back(read_field(reader, *field, type));
    }
    want_fields_in(reader, table, "title", type.title, type);
    for (const toml::table* row : reader.tables(table, "rows", limits::card_rows_max)) {
        type.rows.push_back(read_row(reader, *row, type));
    }
    for (const toml::table* action : reader.tables(table, "actions", limits::card_actions_max)) {
        type.actions.push_back(read_action(reader, *action, type));
    }
    return type;
}

} // namespace

Result<void> CardTypeSet::add(std::string_view toml_text, std::string_view file_name,
                              std::string& message) {
    const auto fail = [&](std::string_view what) {
        message = std::string(file_name) + ": " + std::string(what);
        return Error::BadConfig;
    };
    if (toml_text.size() > limits::card_type_file_bytes_max) {
        return fail("the file is larger than 64 KiB");
    }
    if (types_.size() >= limits::card_types_max) {
        return fail("there are 64 types of cards already");
    }
    const toml::parse_result parsed = toml::parse(toml_text, file_name);
    if (!parsed) {
        message = std::string(file_name) + ", line " +
                  std::to_string(parsed.error().source().begin.line) + ": " +
                  one_line(parsed.error().description());
        return Error::BadConfig;
    }
    Reader reader(file_name, message);
    CardType type = read_type(reader, parsed.table());
    if (reader.failed()) {
        return Error::BadConfig;
    }
    if (find(type.id) != nullptr || find(type.name) != nullptr) {
        return fail("another file has this id or name");
    }
    types_.push_back(std::move(type));
    return {};
}

} // namespace parley
