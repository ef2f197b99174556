// client_abi.cpp: the calls of parley.h over plugin/client. Checks arguments, turns values round,
// decides nothing.
//   create.cpp   making and ending a client
//   rows.cpp     lists of rooms, members, messages
//   numbers.cpp  enum values of both sides
#include <array>
#include <cstring>

#include "plugin/abi/checked.hpp"
#include "plugin/abi/given.hpp"
#include "plugin/abi/handle.hpp"
#include "plugin/abi/turn.hpp"
#include "schemas/base/clock.hpp"
#include "schemas/text/utf8.hpp"

namespace parley::abi {
namespace {

// What a card command needs, checked.
struct CardCall {
    parley_card card{};
    std::array<client::CardWrite, limits::card_fields_max> writes;
    parley_result result = PARLEY_ERROR_BAD_ARGUMENT;
    std::span<const client::CardWrite> fields() const { return {writes.data(), card.field_count}; }
};

CardCall card_call(const parley_client* client, const parley_card* card) {
    CardCall call;
    if (client == nullptr || !read_checked(*client, card, call.card) || call.card.type == nullptr ||
        (call.card.fields == nullptr && call.card.field_count > 0)) {
        return call;
    }
    if (call.card.field_count > limits::card_fields_max) {
        call.result = PARLEY_ERROR_BAD_CARD;
        return call;
    }
    for (uint32_t i = 0; i < call.card.field_count; ++i) {
        const parley_card_field& field = call.card.fields[i];
        if (field.name == nullptr) {
            return call;
        }
        call.writes[i] = {field.name, field.number, or_empty(field.text)};
    }
    call.result = PARLEY_OK;
    return call;
}

// "" for none.
const char* card_type_name(const client::Client& client, uint16_t id) {
    const CardTypeSet* const types = client.card_types();
    const CardType* const known = types == nullptr ? nullptr : types->find(id);
    return known == nullptr ? "" : known->name.c_str();
}

const client::CardState* find_card(const client::Client& client, RoomId room, UserId user,
                                   const CardType& type) {
    if (room == RoomId{}) {
        const client::CardState* const card = client.model().presence_card(user);
        return card != nullptr && card->type == type.id ? card : nullptr;
    }
    const client::Room* const home = client.model().room(room);
    return home != nullptr ? home->card(type.id) : nullptr;
}

} // namespace

} // namespace parley::abi

using namespace parley;
using namespace parley::abi;

extern "C" {

// [library]

uint32_t parley_version(void) {
    return PARLEY_VERSION;
}

const char* parley_error_text(parley_result result) {
    // The sentences are literals: their views end with a zero.
    return error_sentence(static_cast<Error>(static_cast<int32_t>(result))).data();
}

// [client]

parley_result parley_set_ticket(parley_client* client, const char* ticket) {
    if (client == nullptr || ticket == nullptr) {
        return PARLEY_ERROR_BAD_ARGUMENT;
    }
    const Result<std::string_view> given = ticket_given(*client, ticket);
    if (given) {
        client->client->set_ticket(*given);
    }
    return result_of(given.error());
}

parley_result parley_connect(parley_client* client, const char* address, const char* ticket) {
    if (client == nullptr || !text_given(address)) {
        return PARLEY_ERROR_BAD_ARGUMENT;
    }
    const Result<std::string> to = address_given(*client, address);
    if (!to) {
        return result_of(to.error());
    }
    std::string_view with_ticket; // none: the one that was set before
    if (ticket != nullptr && *ticket != '\0') {
        const Result<std::string_view> given = ticket_given(*client, ticket);
        if (!given) {
            return result_of(given.error());
        }
        with_ticket = *given;
    }
    return result_of(client->client->connect(*to, with_ticket).error());
}

void parley_disconnect(parley_client* client) {
    if (client != nullptr) {
        client->client->disconnect();
    }
}

parley_state parley_get_state(const parley_client* client) {
    return client == nullptr ? PARLEY_IDLE : static_cast<parley_state>(client->client->state());
}

void parley_update(parley_client* client, uint32_t budget_us) {
    constexpr uint32_t budget_default_us = 500;
    if (client == nullptr) {
        return;
    }
    client->spans.clear();
    client->client->update(steady_ms(), wall_unix_ms(),
                           budget_us == 0 ? budget_default_us : budget_us);
}

bool parley_poll(parley_client* client, parley_event* out) {
    if (client == nullptr || !checked(*client, out)) {
        return false;
    }
    client::Event& event = *client->polled;
    if (!client->client->poll(event)) {
        return false;
    }
    parley_event said{};
    said.type = static_cast<uint32_t>(event.type);
    said.request = event.request;
    said.result = result_of(event.result);
    said.room = raw(event.room);
    said.seq = event.seq;
    said.user = raw(event.user);
    said.text = event.text.c_str();
    said.retry_after_ms = event.retry_after_ms;
    said.card_type = card_type_name(*client->client, event.card_type);
    said.state = static_cast<int32_t>(event.state);
    said.kind = static_cast<uint32_t>(event.kind);
    said.urgency = event.urgency;
    said.wants = event.wants;
    return write_sized(said, out);
}

void parley_get_stats(const parley_client* client, parley_stats* out) {
    if (client == nullptr) {
        return;
    }
    const client::Stats now = client->client->stats();
    parley_stats said{};
    said.rtt_ms = now.rtt_ms;
    said.bytes_sent = now.bytes_sent;
    said.bytes_received = now.bytes_received;
    said.frames_sent = now.frames_sent;
    said.frames_received = now.frames_received;
    said.outbox_messages = now.outbox_messages;
    said.reconnects = now.reconnects;
    said.refused_frames = now.refused_frames;
    said.memory_bytes = client->memory.bytes();
    said.memory_peak_bytes = client->memory.peak_bytes();
    said.clock_offset_ms = now.clock_offset_ms;
    ignore(write_checked(*client, said, out), "without a good size there is nowhere to write to");
}

int64_t parley_server_time(const parley_client* client) {
    return client == nullptr ? 0 : client->client->server_ms();
}

parley_user parley_self(const parley_client* client) {
    return client == nullptr ? 0 : raw(client->client->model().self());
}

// [rooms]

parley_result parley_join(parley_client* client, uint32_t kind, const char* name,
                          parley_request* out) {
    if (client == nullptr || kind > PARLEY_ROOM_GUILD || !text_given(name)) {
        return result_of(Error::BadArgument, out);
    }
    return result_of(client->client->join(static_cast<wire::RoomKind>(kind), name), out);
}

parley_result parley_open_direct(parley_client* client, parley_user user, parley_request* out) {
    if (client == nullptr) {
        return result_of(Error::BadArgument, out);
    }
    return result_of(client->client->open_direct(UserId{user}), out);
}

parley_result parley_leave(parley_client* client, parley_room room, parley_request* out) {
    if (client == nullptr) {
        return result_of(Error::BadArgument, out);
    }
    return result_of(client->client->leave(RoomId{room}), out);
}

parley_result parley_mark_read(parley_client* client, parley_room room, uint64_t seq) {
    if (client == nullptr) {
        return PARLEY_ERROR_BAD_ARGUMENT;
    }
    return result_of(client->client->mark_read(RoomId{room}, seq).error());
}

// [blocks]

parley_result parley_block(parley_client* client, parley_user user, parley_request* out) {
    if (client == nullptr) {
        return result_of(Error::BadArgument, out);
    }
    return result_of(client->client->block(UserId{user}), out);
}

parley_result parley_unblock(parley_client* client, parley_user user, parley_request* out) {
    if (client == nullptr) {
        return result_of(Error::BadArgument, out);
    }
    return result_of(client->client->unblock(UserId{user}), out);
}

size_t parley_blocked(const parley_client* client, parley_user* users, size_t cap) {
    if (client == nullptr) {
        return 0;
    }
    const auto& blocked = client->client->model().blocked();
    for (size_t i = 0; users != nullptr && i < blocked.size() && i < cap; ++i) {
        users[i] = raw(blocked[i]);
    }
    return blocked.size();
}

// [messages]

parley_result parley_send_text(parley_client* client, parley_room room, const char* text,
                               uint64_t reply_to, parley_request* out) {
    if (client == nullptr || text == nullptr) {
        return result_of(Error::BadArgument, out);
    }
    return result_of(client->client->send_text(RoomId{room}, text, reply_to), out);
}

parley_result parley_retry(parley_client* client, parley_room room, uint64_t nonce) {
    if (client == nullptr) {
        return PARLEY_ERROR_BAD_ARGUMENT;
    }
    return result_of(client->client->retry(RoomId{room}, nonce).error());
}

parley_result parley_discard(parley_client* client, parley_room room, uint64_t nonce) {
    if (client == nullptr) {
        return PARLEY_ERROR_BAD_ARGUMENT;
    }
    return result_of(client->client->discard(RoomId{room}, nonce).error());
}

parley_result parley_fetch_history(parley_client* client, parley_room room, uint64_t before_seq,
                                   uint32_t count, parley_request* out) {
    if (client == nullptr) {
        return result_of(Error::BadArgument, out);
    }
    return result_of(client->client->fetch_history(RoomId{room}, before_seq, count), out);
}

void parley_set_typing(parley_client* client, parley_room room) {
    if (client != nullptr) {
        client->client->set_typing(RoomId{room});
    }
}

parley_result parley_set_draft(parley_client* client, parley_room room, const char* text) {
    if (client == nullptr) {
        return PARLEY_ERROR_BAD_ARGUMENT;
    }
    return result_of(client->client->set_draft(RoomId{room}, or_empty(text)).error());
}

const char* parley_draft(const parley_client* client, parley_room room) {
    const client::Room* const home =
        client == nullptr ? nullptr : client->client->model().room(RoomId{room});
    return home == nullptr ? "" : home->draft.c_str();
}

// [presence]

parley_result parley_set_presence(parley_client* client, const parley_presence* presence) {
    parley_presence said{};
    if (client == nullptr || !read_checked(*client, presence, said) ||
        said.state > PARLEY_PRESENCE_INVISIBLE) {
        return PARLEY_ERROR_BAD_ARGUMENT;
    }
    std::array<std::string_view, limits::presence_params_max> params;
    size_t count = 0;
    for (size_t i = 0; i < params.size(); ++i) {
        params[i] = or_empty(said.params[i]);
        count = params[i].empty() ? count : i + 1;
    }
    return result_of(client->client
                         ->set_presence(static_cast<wire::PresenceState>(said.state),
                                        or_empty(said.token), {params.data(), count})
                         .error());
}

// [cards]

parley_result parley_set_card(parley_client* client, const parley_card* card, parley_request* out) {
    const CardCall call = card_call(client, card);
    if (call.result != PARLEY_OK) {
        return result_of(static_cast<Error>(call.result), out);
    }
    return result_of(client->client->set_card(RoomId{call.card.room}, call.card.type, call.fields(),
                                              call.card.ttl_ms),
                     out);
}

parley_result parley_update_card(parley_client* client, const parley_card* card,
                                 parley_request* out) {
    const CardCall call = card_call(client, card);
    if (call.result != PARLEY_OK) {
        return result_of(static_cast<Error>(call.result), out);
    }
    return result_of(
        client->client->update_card(RoomId{call.card.room}, call.card.type, call.fields()), out);
}

parley_result parley_clear_card(parley_client* client, parley_room room, const char* type,
                                parley_request* out) {
    if (client == nullptr || type == nullptr) {
        return result_of(Error::BadArgument, out);
    }
    return result_of(client->client->clear_card(RoomId{room}, type), out);
}

size_t parley_cards(const parley_client* client, parley_room room, parley_user user,
                    const char** types, size_t cap) {
    const CardTypeSet* const known = client == nullptr ? nullptr : client->client->card_types();
    if (known == nullptr) {
        return 0;
    }
    size_t count = 0;
    for (const CardType& type : known->all()) {
        if (find_card(*client->client, RoomId{room}, UserId{user}, type) != nullptr) {
            if (types != nullptr && count < cap) {
                types[count] = type.name.c_str();
            }
            ++count;
        }
    }
    return count;
}

parley_result parley_card_value(const parley_client* client, parley_room room, parley_user user,
                                const char* type, const char* field, int64_t* number,
                                const char** text) {
    if (client == nullptr || type == nullptr || field == nullptr) {
        return PARLEY_ERROR_BAD_ARGUMENT;
    }
    const CardTypeSet* const types = client->client->card_types();
    const CardType* const known = types == nullptr ? nullptr : types->find(type);
    const FieldType* const known_field = known == nullptr ? nullptr : known->field(field);
    const client::CardState* const card =
        known_field == nullptr ? nullptr
                               : find_card(*client->client, RoomId{room}, UserId{user}, *known);
    const client::CardValue* const value = card == nullptr ? nullptr : card->value(known_field->id);
    if (value == nullptr) {
        return PARLEY_ERROR_NOT_FOUND;
    }
    if (number != nullptr) {
        *number = value->number;
    }
    if (text != nullptr) {
        *text = value->text.c_str();
    }
    return PARLEY_OK;
}

// [game server]

parley_result parley_grant(parley_client* client, uint32_t kind, const char* name,
                           const char* subject, uint32_t role, parley_request* out) {
    if (client == nullptr || kind > PARLEY_ROOM_GUILD || role > PARLEY_ROLE_GAME ||
        !text_given(name) || !text_given(subject)) {
        return result_of(Error::BadArgument, out);
    }
    return result_of(client->client->grant(static_cast<wire::RoomKind>(kind), name, subject,
                                           static_cast<wire::Role>(role)),
                     out);
}

parley_result parley_revoke(parley_client* client, uint32_t kind, const char* name,
                            const char* subject, parley_request* out) {
    if (client == nullptr || kind > PARLEY_ROOM_GUILD || !text_given(name) ||
        !text_given(subject)) {
        return result_of(Error::BadArgument, out);
    }
    return result_of(client->client->revoke(static_cast<wire::RoomKind>(kind), name, subject), out);
}

} // extern "C"
