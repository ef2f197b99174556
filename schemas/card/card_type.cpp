// card_type.cpp: lookups, and what a writer may say. Reading the files is in card_file.cpp.
#include "schemas/card/card_type.hpp"

#include <algorithm>
#include <array>

#include "schemas/base/limits.hpp"
#include "schemas/text/utf8.hpp"
#include "schemas/wire/views.hpp"

namespace parley {

namespace {

constexpr int64_t time_ms_max = int64_t{1} << 53; // as in wire/checks.cpp
constexpr size_t field_overhead_bytes = 16;

template <typename List, typename Key, typename Member>
auto find_in(const List& list, const Key& key, Member member) -> decltype(list.data()) {
    const auto found =
        std::find_if(list.begin(), list.end(), [&](const auto& one) { return one.*member == key; });
    return found == list.end() ? nullptr : &*found;
}

bool may_write(Writer field, const CardWriter& writer) {
    switch (field) {
    case Writer::Owner:
        return writer.owner || writer.leader || writer.game;
    case Writer::Leader:
        return writer.leader || writer.game;
    case Writer::Game:
        return writer.game;
    }
    return false;
}

bool number_fits(const FieldType& field, int64_t number) {
    switch (field.kind) {
    case FieldKind::Int:
    case FieldKind::Decimal:
        return number >= field.min && number <= field.max;
    case FieldKind::Bool:
        return number == 0 || number == 1;
    case FieldKind::Enum:
        return number >= 0 && static_cast<uint64_t>(number) < field.values.size();
    case FieldKind::Timer:
        return number >= 0 && number <= time_ms_max;
    case FieldKind::UserRef:
        return true; // any id, 0 is nobody; a reader that does not know it asks
    case FieldKind::Text:
        return number == 0;
    }
    return false;
}

bool text_fits(const FieldType& field, std::string_view said) {
    if (field.kind != FieldKind::Text || said.empty()) {
        return said.empty();
    }
    const Result<std::string> clean =
        text::sanitise(said, {.code_points_max = field.code_points_max, .lines_max = 1});
    return clean.ok() && *clean == said;
}

} // namespace

const FieldType* CardType::field(uint16_t field_id) const {
    return find_in(fields, field_id, &FieldType::id);
}
const FieldType* CardType::field(std::string_view field_name) const {
    return find_in(fields, field_name, &FieldType::name);
}

const CardType* CardTypeSet::find(uint16_t id) const {
    return find_in(types_, id, &CardType::id);
}
const CardType* CardTypeSet::find(std::string_view name) const {
    return find_in(types_, name, &CardType::name);
}

Error check_card_fields(const CardType& type, const CardWriter& writer,
                        const flatbuffers::Vector<flatbuffers::Offset<wire::CardField>>* fields,
                        CardRefusal* refusal) {
    const auto refused = [&](Error error, uint16_t field, std::string_view why) {
        if (refusal != nullptr) {
            *refusal = {field, why};
        }
        return error;
    };
    if (fields == nullptr) {
        return Error::Ok;
    }
    if (fields->size() > limits::card_fields_max) {
        return refused(Error::BadCard, 0, "too many fields");
    }
    std::array<const FieldType*, limits::card_fields_max> seen{};
    size_t count = 0;
    size_t bytes = 0;
    for (const wire::CardField* said : *fields) {
        const FieldType* field = type.field(said->id());
        const std::string_view text = wire::view(said->text());
        const auto* end = seen.begin() + count;
        if (field == nullptr) {
            return refused(Error::BadCard, said->id(), "the type has no such field");
        }
        if (std::find(seen.cbegin(), end, field) != end) {
            return refused(Error::BadCard, field->id, "the field is given twice");
        }
        if (!may_write(field->writer, writer)) {
            return refused(Error::Forbidden, field->id, "its writer is another");
        }
        bytes += field_overhead_bytes + text.size();
        if (!number_fits(*field, said->number())) {
            return refused(Error::BadCard, field->id, "the number is outside the field's range");
        }
        if (!text_fits(*field, text)) {
            return refused(Error::BadCard, field->id,
                           "the text is too long, not one clean line, or the field has none");
        }
        if (bytes > limits::card_bytes_max) {
            return refused(Error::BadCard, field->id, "the card is too large");
        }
        seen[count++] = field;
    }
    return Error::Ok;
}

} // namespace parley
