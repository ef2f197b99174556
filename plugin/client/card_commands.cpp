// card_commands.cpp: cards are set, changed by field, and cleared. Whether values fit their type is
// known here; who may write them is the shard's to say.
#include "plugin/client/inside.hpp"
#include "schemas/text/utf8.hpp"

namespace parley::client {

const CardType* Client::Inside::find_card_type(std::string_view name) {
    const CardType* const found =
        options.card_types == nullptr ? nullptr : options.card_types->find(name);
    if (found == nullptr && unknown_card_type != name && !memory_failed()) {
        unknown_card_type.assign(name);
        options.log.error("card_type_unknown",
                          {{"type", name},
                           {"mend", "put its type file into the folder that card_types_path names; "
                                    "the shard's cards_folder has the same files"}});
    }
    return found;
}

// Told once in a row: a game may try in every frame.
Error Client::Inside::card_refused(std::string_view type, std::string_view field,
                                   std::string_view why) {
    String said{Allocator(memory)};
    said.append(type).append(1, ' ').append(field).append(1, ' ').append(why);
    if (said != refused_card && !memory_failed()) {
        refused_card = said;
        options.log.error("card_refused", {{"type", type}, {"field", field}, {"why", why}});
    }
    return Error::BadCard;
}

Result<Request> Client::Inside::card_command(bool whole, RoomId room, std::string_view type_name,
                                             std::span<const CardWrite> fields, uint32_t ttl_ms) {
    const CardType* const type = find_card_type(type_name);
    if (type == nullptr) {
        return Error::NotFound;
    }
    if (type->room_card != (room != RoomId{})) {
        return card_refused(type_name, "",
                            type->room_card ? "a room's card needs a room"
                                            : "a presence card (room_card = false) has room 0");
    }
    if (fields.size() > limits::card_fields_max) {
        return card_refused(type_name, "", "too many fields");
    }
    if (room != RoomId{} && model.room(room) == nullptr) {
        return Error::NotMember;
    }
    if (const Error error = may_command(); error != Error::Ok) {
        return error;
    }
    auto& fbb = builder.fbb();
    std::pmr::vector<flatbuffers::Offset<wire::CardField>> written(memory);
    for (const CardWrite& write : fields) {
        const FieldType* const field = type->field(write.field);
        if (field == nullptr || !text::valid_utf8(write.text)) {
            fbb.Clear();
            return card_refused(type_name, write.field,
                                field == nullptr ? "the type has no such field"
                                                 : "the text is not UTF-8");
        }
        const auto text = field->kind == FieldKind::Text
                              ? fbb.CreateString(write.text.data(), write.text.size())
                              : flatbuffers::Offset<flatbuffers::String>{};
        written.push_back(wire::CreateCardField(fbb, field->id, write.number, text));
    }
    const auto all = fbb.CreateVector(written.data(), written.size());
    const uint32_t request = new_request();
    // Who may write which field is the shard's to say; whether the values fit is known here.
    const CardWriter anybody{true, true, true};
    Bytes bytes;
    const flatbuffers::Vector<flatbuffers::Offset<wire::CardField>>* checked = nullptr;
    if (whole) {
        const auto body = wire::CreateSetCard(fbb, raw(room), type->id, all, ttl_ms);
        bytes = builder.client(request, wire::Command::SetCard, body.Union());
        checked =
            flatbuffers::GetRoot<wire::ClientFrame>(bytes.data())->body_as_SetCard()->fields();
    } else {
        const auto body = wire::CreateUpdateCard(fbb, raw(room), type->id, all);
        bytes = builder.client(request, wire::Command::UpdateCard, body.Union());
        checked =
            flatbuffers::GetRoot<wire::ClientFrame>(bytes.data())->body_as_UpdateCard()->fields();
    }
    CardRefusal refusal;
    if (check_card_fields(*type, anybody, checked, &refusal) != Error::Ok) {
        const FieldType* const wrong = type->field(refusal.field);
        return card_refused(type_name, wrong == nullptr ? "" : std::string_view(wrong->name),
                            refusal.why);
    }
    if (!send_bytes(Lane::Control, bytes)) {
        return Error::QueueFull;
    }
    ask(request, Asked::What::Command, room, {}, type->id);
    return Request{request};
}

Result<Request> Client::set_card(RoomId room, std::string_view type,
                                 std::span<const CardWrite> fields, uint32_t ttl_ms) {
    return inside_->card_command(true, room, type, fields, ttl_ms);
}

Result<Request> Client::update_card(RoomId room, std::string_view type,
                                    std::span<const CardWrite> fields) {
    return inside_->card_command(false, room, type, fields, 0);
}

Result<Request> Client::clear_card(RoomId room, std::string_view type_name) {
    Inside& in = *inside_;
    const CardType* const type = in.find_card_type(type_name);
    if (type == nullptr) {
        return Error::NotFound;
    }
    if (room != RoomId{} && in.model.room(room) == nullptr) {
        return Error::NotMember;
    }
    if (const Error error = in.may_command(); error != Error::Ok) {
        return error;
    }
    auto& fbb = in.builder.fbb();
    const auto body = wire::CreateClearCard(fbb, raw(room), type->id);
    return in.command(wire::Command::ClearCard, body.Union(), room);
}

} // namespace parley::client
