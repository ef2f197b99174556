// client_abi.cpp: parley.h over plugin/client. Checks arguments, turns values round, decides
// nothing.
#include <arpa/inet.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <new>

#include "plugin/abi/files.hpp"
#include "plugin/abi/handle.hpp"
#include "plugin/abi/sized.hpp"
#include "plugin/client/direct_connection.hpp"
#include "plugin/client/threaded_connection.hpp"
#include "schemas/base/clock.hpp"
#include "schemas/link/enet_link.hpp"
#include "schemas/text/utf8.hpp"

namespace parley::abi {
namespace {

// [numbers] the same in error.hpp, the schema and parley.h
#define PARLEY_SAME(Name, number, sentence)                                                        \
    static_assert(static_cast<int32_t>(Error::Name) == number);
PARLEY_ERRORS(PARLEY_SAME)
#undef PARLEY_SAME
static_assert(PARLEY_ERROR_BAD_ARGUMENT == static_cast<int>(Error::BadArgument));
static_assert(PARLEY_ERROR_MALFORMED == static_cast<int>(Error::Malformed));
static_assert(PARLEY_ERROR_ENCODING == static_cast<int>(Error::Encoding));
static_assert(PARLEY_ERROR_TOO_LONG == static_cast<int>(Error::TooLong));
static_assert(PARLEY_ERROR_EMPTY == static_cast<int>(Error::Empty));
static_assert(PARLEY_ERROR_RATE == static_cast<int>(Error::Rate));
static_assert(PARLEY_ERROR_NOT_MEMBER == static_cast<int>(Error::NotMember));
static_assert(PARLEY_ERROR_FORBIDDEN == static_cast<int>(Error::Forbidden));
static_assert(PARLEY_ERROR_NOT_FOUND == static_cast<int>(Error::NotFound));
static_assert(PARLEY_ERROR_FULL == static_cast<int>(Error::Full));
static_assert(PARLEY_ERROR_BAD_CARD == static_cast<int>(Error::BadCard));
static_assert(PARLEY_ERROR_READ_ONLY == static_cast<int>(Error::ReadOnly));
static_assert(PARLEY_ERROR_STORE_UNAVAILABLE == static_cast<int>(Error::StoreUnavailable));
static_assert(PARLEY_ERROR_BUSY == static_cast<int>(Error::Busy));
static_assert(PARLEY_ERROR_BAD_STATE == static_cast<int>(Error::BadState));
static_assert(PARLEY_ERROR_QUEUE_FULL == static_cast<int>(Error::QueueFull));
static_assert(PARLEY_ERROR_UNSUPPORTED == static_cast<int>(Error::Unsupported));
static_assert(PARLEY_ERROR_PROTOCOL == static_cast<int>(Error::Protocol));
static_assert(PARLEY_ERROR_FLOOD == static_cast<int>(Error::Flood));
static_assert(PARLEY_ERROR_SLOW == static_cast<int>(Error::Slow));
static_assert(PARLEY_ERROR_BAD_TICKET == static_cast<int>(Error::BadTicket));
static_assert(PARLEY_ERROR_TICKET_EXPIRED == static_cast<int>(Error::TicketExpired));
static_assert(PARLEY_ERROR_TICKET_STOLEN == static_cast<int>(Error::TicketStolen));
static_assert(PARLEY_ERROR_BAD_VERSION == static_cast<int>(Error::BadVersion));
static_assert(PARLEY_ERROR_BAD_SERVER_KEY == static_cast<int>(Error::BadServerKey));
static_assert(PARLEY_ERROR_REPLACED == static_cast<int>(Error::Replaced));
static_assert(PARLEY_ERROR_TOO_MANY_SESSIONS == static_cast<int>(Error::TooManySessions));
static_assert(PARLEY_ERROR_SHUTDOWN == static_cast<int>(Error::Shutdown));
static_assert(PARLEY_ERROR_CONNECTION_LOST == static_cast<int>(Error::ConnectionLost));
static_assert(PARLEY_ERROR_REVOKED == static_cast<int>(Error::Revoked));
static_assert(PARLEY_ERROR_BAD_ADDRESS == static_cast<int>(Error::BadAddress));
static_assert(PARLEY_ERROR_LIBRARY_MISMATCH == static_cast<int>(Error::LibraryMismatch));
static_assert(PARLEY_ERROR_OUT_OF_MEMORY == static_cast<int>(Error::OutOfMemory));
static_assert(PARLEY_ERROR_CLOSED == static_cast<int>(Error::Closed));
static_assert(PARLEY_ERROR_BAD_CONFIG == static_cast<int>(Error::BadConfig));
static_assert(PARLEY_ERROR_PORT_TAKEN == static_cast<int>(Error::PortTaken));
static_assert(PARLEY_ERROR_BAD_STORE == static_cast<int>(Error::BadStore));
static_assert(PARLEY_ERROR_BAD_FONT == static_cast<int>(Error::BadFont));
static_assert(PARLEY_ERROR_IO == static_cast<int>(Error::Io));
static_assert(PARLEY_ERROR_INTERNAL == static_cast<int>(Error::Internal));
static_assert(PARLEY_ROOM_GUILD == static_cast<int>(wire::RoomKind::Guild));
static_assert(PARLEY_ROLE_GAME == static_cast<int>(wire::Role::Game));
static_assert(PARLEY_PRESENCE_INVISIBLE == static_cast<int>(wire::PresenceState::Invisible));
static_assert(PARLEY_SPAN_MENTION == static_cast<int>(wire::SpanKind::Mention));
static_assert(PARLEY_MESSAGE_FAILED == static_cast<int>(client::MessageState::Failed));
static_assert(PARLEY_MESSAGE_DELETED == static_cast<int>(client::MessageState::Deleted));
static_assert(PARLEY_MESSAGE_PROMOTED == static_cast<int>(client::MessageKind::Promoted));
static_assert(PARLEY_FAILED == static_cast<int>(client::State::Failed));
static_assert(PARLEY_RESUMING == static_cast<int>(client::State::Resuming));
static_assert(PARLEY_EVENT_CARD_ACTION == static_cast<int>(client::EventType::CardAction));
static_assert(PARLEY_EVENT_HISTORY == static_cast<int>(client::EventType::History));
static_assert(limits::presence_params_max == std::size(parley_presence{}.params));

parley_result result_of(Error error) {
    return static_cast<parley_result>(static_cast<int32_t>(error));
}

parley_result result_of(const Result<client::Request>& result, parley_request* out) {
    if (out != nullptr) {
        *out = result.ok() ? result.value() : 0;
    }
    return result_of(result.error());
}

bool text_given(const char* text) {
    return text != nullptr && text::valid_utf8(text);
}

std::string_view or_empty(const char* text) {
    return text != nullptr ? std::string_view(text) : std::string_view();
}

in_addr host_of(std::string_view address, bool& numeric) {
    in_addr parsed{};
    numeric = inet_pton(AF_INET, std::string(address.substr(0, address.rfind(':'))).c_str(),
                        &parsed) == 1;
    return parsed;
}

void* plain_hook(void*, void* old, size_t bytes) {
    if (bytes == 0) {
        std::free(old);
        return nullptr;
    }
    return std::realloc(old, bytes);
}

#ifdef PARLEY_PREBUILT
constexpr EnetSource enet_source = EnetSource::Opened;
#else
constexpr EnetSource enet_source = EnetSource::Linked;
#endif

Log log_of(const parley_options& options) {
    const int32_t most = options.log_level <= 0 ? static_cast<int32_t>(LogLevel::Warn)
                                                : std::min<int32_t>(options.log_level, 3);
    return Log(options.log, options.user, static_cast<LogLevel>(most));
}

// Keys, card types, link: everything that may fail for a reason outside.
Error prepare(parley_client& made, const parley_options& options) {
    client::LinkKeys keys;
    if (options.server_key != nullptr) {
        Result<std::vector<PublicKey>> parsed = parse_server_keys(options.server_key);
        if (!parsed) {
            made.log.error("bad_server_key", {{"mend", "64 hex digits, several with commas"}});
            return parsed.error();
        }
        keys.server_keys = std::move(parsed).value();
    } else if (options.dev_trust_loopback == 1 && options.dev_key_path != nullptr) {
        const Result<PublicKey> key = read_dev_key(options.dev_key_path, made.log);
        if (!key) {
            return key.error();
        }
        keys.server_keys.push_back(*key);
        made.loopback_only = true;
    } else {
        made.log.error("no_server_key",
                       {{"mend", "set server_key, or dev_trust_loopback and dev_key_path"}});
        return Error::BadArgument;
    }
    if (options.device_key_path != nullptr) {
        Result<SecretSeed> seed = load_device_seed(options.device_key_path, made.log);
        if (!seed) {
            return seed.error();
        }
        keys.device_seed = *seed;
        sodium_memzero(seed->data(), seed->size());
    } else {
        randombytes_buf(keys.device_seed.data(), keys.device_seed.size());
    }
    made.device_id = device_id(keys.device_seed);
    keys.app_id = options.app_id;

    client::ClientOptions how;
    how.host_memory = &made.memory;
    how.log = made.log;
    how.now_us = &steady_us;
    how.random_seed = options.random_seed;
    if (how.random_seed == 0) {
        randombytes_buf(&how.random_seed, sizeof how.random_seed);
    }
    if (options.card_types_path != nullptr) {
        Result<CardTypes> types = read_card_types(options.card_types_path, made.log);
        if (!types) {
            return types.error();
        }
        how.card_types = std::move(types).value();
    }

    parley::ClientOptions link_options;
    link_options.enet = enet_source;
    link_options.log = made.log;
    Result<std::unique_ptr<EnetLink>> link = EnetLink::client(link_options, steady_ms());
    if (!link) {
        return link.error();
    }
    made.no_thread = options.no_thread == 1;
    std::unique_ptr<client::Connection> connection;
    if (made.no_thread) {
        connection =
            std::make_unique<client::DirectConnection>(std::move(link).value(), std::move(keys));
    } else {
        connection =
            std::make_unique<client::ThreadedConnection>(std::move(link).value(), std::move(keys));
    }
    made.client.emplace(std::move(how), std::move(connection));
    made.polled.emplace(client::Allocator(&made.memory));
    return made.memory.failed() ? Error::OutOfMemory : Error::Ok;
}

parley_room_row room_row(const client::Client& client, const client::Room& room) {
    parley_room_row row{};
    row.room = raw(room.id);
    row.kind = static_cast<uint32_t>(room.kind);
    row.name = room.name.c_str();
    row.title = room.title.c_str();
    row.other = raw(room.other);
    row.role = static_cast<uint32_t>(room.role);
    row.last_seq = room.last_seq;
    row.read_seq = room.read_seq;
    row.first_seq = room.stored() > 0 ? room.messages.front().seq : 0;
    row.unread = room.unread(client.model().self());
    row.members_total = room.members_total;
    row.text_code_points_max = room.text_code_points_max;
    row.pace_burst = room.pace_burst;
    row.pace_period_ms = room.pace_period_ms;
    row.pace_left = client.pace_left(room.id);
    row.pace_wait_ms = client.pace_wait_ms(room.id);
    return row;
}

parley_member_row member_row(const client::Model& model, const client::Person& person) {
    parley_member_row row{};
    row.user = raw(person.id);
    row.name = person.name.c_str();
    row.bot = person.bot;
    row.self = person.id == model.self();
    row.presence = static_cast<uint32_t>(person.presence);
    row.presence_token = person.token.c_str();
    for (size_t i = 0; i < std::size(row.presence_params); ++i) {
        row.presence_params[i] = i < person.params.size() ? person.params[i].c_str() : "";
    }
    row.since_ms = person.since_ms;
    return row;
}

parley_message_row message_row(parley_client& handle, const client::Message& message) {
    const client::Model& model = handle.client->model();
    const client::Person* const author = model.person(message.author);
    parley_message_row row{};
    row.seq = message.seq;
    row.nonce = message.nonce;
    row.author = raw(message.author);
    row.author_name = author != nullptr ? author->name.c_str() : "";
    row.at_ms = message.at_ms;
    row.state = static_cast<int32_t>(message.state);
    row.kind = static_cast<uint32_t>(message.kind);
    row.error = result_of(message.error);
    row.retry_after_ms = message.retry_after_ms;
    row.text = message.text.c_str();
    row.spans = handle.spans.put(message.spans);
    row.span_count = row.spans != nullptr ? static_cast<uint32_t>(message.spans.size()) : 0;
    row.reply_to = message.reply_to;
    row.edited = message.edited;
    row.self = message.author == model.self();
    return row;
}

// What a card command needs, checked.
struct CardCall {
    parley_card card{};
    std::array<client::CardWrite, limits::card_fields_max> writes;
    parley_result result = PARLEY_ERROR_BAD_ARGUMENT;
    std::span<const client::CardWrite> fields() const { return {writes.data(), card.field_count}; }
};

CardCall card_call(const parley_client* client, const parley_card* card) {
    CardCall call;
    if (client == nullptr || !read_sized(card, call.card) || call.card.type == nullptr ||
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

const parley_span* SpanShelf::put(const std::pmr::vector<client::TextSpan>& spans) {
    if (spans.empty() || spans.size() > block_spans) {
        return nullptr;
    }
    while (block_ < blocks_.size() && blocks_[block_].size() + spans.size() > block_spans) {
        ++block_;
    }
    if (block_ == blocks_.size()) {
        blocks_.emplace_back().reserve(block_spans);
    }
    std::pmr::vector<parley_span>& block = blocks_[block_];
    const size_t first = block.size();
    for (const client::TextSpan& span : spans) {
        block.push_back({span.start, span.length, static_cast<uint32_t>(span.kind), span.target});
    }
    return block.data() + first;
}

void SpanShelf::clear() {
    for (std::pmr::vector<parley_span>& block : blocks_) {
        block.clear();
    }
    block_ = 0;
}

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

parley_result parley_create(const parley_options* options, parley_client** out) {
    if (out == nullptr) {
        return PARLEY_ERROR_BAD_ARGUMENT;
    }
    *out = nullptr;
    parley_options how{};
    if (!read_sized(options, how)) {
        return PARLEY_ERROR_BAD_ARGUMENT;
    }
    if (sodium_init() < 0) {
        return PARLEY_ERROR_INTERNAL;
    }
    const auto hook = how.alloc != nullptr ? how.alloc : &plain_hook;
    void* const place = hook(how.user, nullptr, sizeof(parley_client));
    if (place == nullptr) {
        return PARLEY_ERROR_OUT_OF_MEMORY;
    }
    auto* const made = new (place) parley_client(hook, how.user);
    made->log = log_of(how);
    const Error error = made->memory.ok() ? prepare(*made, how) : Error::OutOfMemory;
    if (error != Error::Ok) {
        parley_destroy(made);
        return result_of(error);
    }
    *out = made;
    return PARLEY_OK;
}

void parley_destroy(parley_client* client) {
    if (client == nullptr) {
        return;
    }
    const auto hook = client->hook;
    void* const user = client->user;
    client->~parley_client();
    hook(user, client, 0);
}

parley_result parley_device_id(const parley_client* client, char* buffer, size_t cap) {
    if (client == nullptr || buffer == nullptr || cap <= client->device_id.size()) {
        return PARLEY_ERROR_BAD_ARGUMENT;
    }
    std::memcpy(buffer, client->device_id.c_str(), client->device_id.size() + 1);
    return PARLEY_OK;
}

parley_result parley_set_ticket(parley_client* client, const char* ticket) {
    if (client == nullptr || ticket == nullptr || *ticket == '\0' ||
        std::strlen(ticket) > limits::ticket_bytes_max || !text_given(ticket)) {
        return PARLEY_ERROR_BAD_ARGUMENT;
    }
    client->client->set_ticket(ticket);
    return PARLEY_OK;
}

parley_result parley_connect(parley_client* client, const char* address, const char* ticket) {
    if (client == nullptr || !text_given(address) ||
        (ticket != nullptr && !text::valid_utf8(ticket))) {
        return PARLEY_ERROR_BAD_ARGUMENT;
    }
    bool numeric = false;
    const in_addr host = host_of(address, numeric);
    if (client->no_thread && !numeric) {
        return PARLEY_ERROR_BAD_ADDRESS;
    }
    if (client->loopback_only && !(numeric && (ntohl(host.s_addr) >> 24) == 127)) {
        return PARLEY_ERROR_BAD_SERVER_KEY; // the dev shard's key is trusted on this machine only
    }
    return result_of(client->client->connect(address, or_empty(ticket)).error());
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
    if (client == nullptr || out == nullptr || !good_size<parley_event>(out->size)) {
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
    said.card_type = event.card_type;
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
    [[maybe_unused]] const bool written = write_sized(said, out);
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

size_t parley_rooms(const parley_client* client, parley_room_row* rows, size_t cap) {
    if (client == nullptr) {
        return 0;
    }
    const auto& rooms = client->client->model().rooms();
    const Rows<parley_room_row> out(rows, cap);
    for (size_t i = 0; i < std::min(rooms.size(), out.cap()); ++i) {
        out.write(i, room_row(*client->client, rooms[i]));
    }
    return rooms.size();
}

size_t parley_members(const parley_client* client, parley_room room, parley_member_row* rows,
                      size_t cap) {
    if (client == nullptr) {
        return 0;
    }
    const client::Model& model = client->client->model();
    const Rows<parley_member_row> out(rows, cap);
    if (room == 0) {
        size_t index = 0;
        for (const client::Person& person : model.people()) {
            if (index == out.cap()) {
                break;
            }
            out.write(index++, member_row(model, person));
        }
        return model.people().size();
    }
    const client::Room* const home = model.room(RoomId{room});
    if (home == nullptr) {
        return 0;
    }
    for (size_t i = 0; i < std::min(home->members.size(), out.cap()); ++i) {
        const client::Member& member = home->members[i];
        parley_member_row row{};
        row.user = raw(member.user);
        row.name = row.presence_token = "";
        std::fill(std::begin(row.presence_params), std::end(row.presence_params), "");
        if (const client::Person* const person = model.person(member.user); person != nullptr) {
            row = member_row(model, *person);
        }
        row.role = static_cast<uint32_t>(member.role);
        row.typing = member.typing_until_steady_ms != 0;
        out.write(i, row);
    }
    return home->members.size();
}

parley_result parley_mark_read(parley_client* client, parley_room room, uint64_t seq) {
    if (client == nullptr) {
        return PARLEY_ERROR_BAD_ARGUMENT;
    }
    return result_of(client->client->mark_read(RoomId{room}, seq).error());
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

size_t parley_messages(const parley_client* client, parley_room room, uint64_t from_seq,
                       parley_message_row* rows, size_t cap) {
    const client::Room* const home =
        client == nullptr ? nullptr : client->client->model().room(RoomId{room});
    if (home == nullptr) {
        return 0;
    }
    // Spans of the rows are kept on a shelf of the handle, which says nothing of the client itself.
    parley_client& handle = *const_cast<parley_client*>(client);
    const Rows<parley_message_row> out(rows, cap);
    const size_t total = home->messages.size();
    size_t first = 0;
    if (from_seq == 0) {
        first = total - std::min(total, out.cap());
    } else {
        const auto end = home->messages.begin() + static_cast<std::ptrdiff_t>(home->stored());
        first = static_cast<size_t>(
            std::lower_bound(home->messages.begin(), end, from_seq,
                             [](const client::Message& m, Seq seq) { return m.seq < seq; }) -
            home->messages.begin());
    }
    for (size_t i = 0; i < std::min(total - first, out.cap()); ++i) {
        out.write(i, message_row(handle, home->messages[first + i]));
    }
    return from_seq == 0 ? total : total - first;
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
    if (client == nullptr || !read_sized(presence, said) ||
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
