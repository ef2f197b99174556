// client.cpp: what the host may ask for. Checks what can be known here, so that a refusal comes at
// once; the shard's word is final.
#include "plugin/client/client.hpp"

#include <algorithm>
#include <cmath>
#include <new>

#include "plugin/client/inside.hpp"
#include "schemas/text/utf8.hpp"

namespace parley::client {
namespace {

constexpr uint64_t nonce_random_bits = 22;

std::pmr::memory_resource* memory_of(const ClientOptions& options) {
    if (options.memory != nullptr) {
        return options.memory;
    }
    if (options.host_memory != nullptr) {
        return options.host_memory;
    }
    return std::pmr::get_default_resource();
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool begins_with_name(std::string_view text, std::string_view name) {
    if (name.empty() || text.size() < name.size()) {
        return false;
    }
    for (size_t i = 0; i < name.size(); ++i) {
        if (lower(text[i]) != lower(name[i])) {
            return false;
        }
    }
    // "@Ann" is not in "@Annabel". Scripts without blanks between words have no such border.
    const auto ascii_word = [](char c) {
        return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z');
    };
    return text.size() == name.size() || !ascii_word(name.back()) || !ascii_word(text[name.size()]);
}

NameFound find_name(const void* people, std::string_view after_at) {
    const Model& model = *static_cast<const Model*>(people);
    NameFound found;
    for (const Person& person : model.people()) {
        if (person.name.size() > found.length && begins_with_name(after_at, person.name)) {
            found = {person.name.size(), person.id};
        }
    }
    return found;
}

bool good_name(std::string_view name) {
    return !name.empty() && name.size() <= limits::room_name_bytes_max && text::valid_utf8(name);
}

bool good_subject(std::string_view subject) {
    return !subject.empty() && subject.size() <= limits::subject_bytes_max &&
           text::valid_utf8(subject);
}

bool named_kind(wire::RoomKind kind) {
    return kind == wire::RoomKind::Global || kind == wire::RoomKind::Team ||
           kind == wire::RoomKind::Party || kind == wire::RoomKind::Guild;
}

} // namespace

Client::Inside::Inside(ClientOptions given, std::pmr::memory_resource* resource,
                       std::unique_ptr<Connection> link)
    : options(std::move(given)), memory(resource), connection(std::move(link)), model(resource),
      writer(model, resource), sync(resource), outbox(resource), wire_allocator(resource),
      builder(&wire_allocator), random(options.random_seed), presence(resource), asked(resource),
      nameless(resource), events(resource), address(resource), ticket(resource),
      fresh_ticket(resource), offered_ticket(resource), unknown_card_type(resource) {}

Client::Inside::~Inside() {
    connection->close();
}

void Client::Destroy::operator()(Inside* inside) const {
    std::pmr::memory_resource* const memory = inside->memory;
    inside->~Inside();
    memory->deallocate(inside, sizeof(Inside), alignof(Inside));
}

Client::Client(ClientOptions options, std::unique_ptr<Connection> connection) {
    std::pmr::memory_resource* const memory = memory_of(options);
    void* const place = memory->allocate(sizeof(Inside), alignof(Inside));
    inside_.reset(new (place) Inside(std::move(options), memory, std::move(connection)));
}

Client::~Client() = default;

// [connection]

Result<void> Client::connect(std::string_view address, std::string_view ticket) {
    return inside_->connect(address, ticket);
}

void Client::set_ticket(std::string_view ticket) {
    inside_->set_ticket(ticket);
}

void Client::disconnect() {
    inside_->disconnect();
}

void Client::update(TimeMs steady_ms, TimeMs wall_ms, uint32_t budget_us) {
    inside_->update(steady_ms, wall_ms, budget_us);
}

State Client::state() const {
    return inside_->state;
}

Error Client::last_error() const {
    return inside_->last_error;
}

uint32_t Client::retry_in_ms() const {
    const Inside& in = *inside_;
    const bool waits = (in.state == State::Resuming || in.state == State::Connecting) &&
                       !in.link_open && !in.wants_ticket;
    return waits ? static_cast<uint32_t>(std::max<TimeMs>(in.retry_at_ms - in.now_ms, 0)) : 0;
}

bool Client::read_only() const {
    return inside_->read_only;
}

bool Client::dev() const {
    return inside_->dev;
}

Stats Client::stats() const {
    return inside_->stats;
}

TimeMs Client::server_ms() const {
    return inside_->server_ms();
}

// [events]

bool Client::poll(Event& out) {
    if (inside_->events.empty()) {
        return false;
    }
    out = std::move(inside_->events.front());
    inside_->events.pop_front();
    return true;
}

void Client::push_event(Event event) {
    inside_->push(std::move(event));
}

// [reading]

const Model& Client::model() const {
    return inside_->model;
}

const CardTypeSet* Client::card_types() const {
    return inside_->options.card_types.get();
}

std::pmr::memory_resource* Client::memory() const {
    return inside_->memory;
}

double Client::Inside::tokens(const Room& room) const {
    const double refilled = static_cast<double>(now_ms - room.pace_at_steady_ms) *
                            static_cast<double>(room.pace_burst) /
                            static_cast<double>(room.pace_period_ms);
    return std::min(room.pace_tokens + refilled, static_cast<double>(room.pace_burst));
}

uint32_t Client::pace_left(RoomId id) const {
    const Room* const room = inside_->model.room(id);
    return room == nullptr ? 0 : static_cast<uint32_t>(std::max(inside_->tokens(*room), 0.0));
}

uint32_t Client::pace_wait_ms(RoomId id) const {
    const Room* const room = inside_->model.room(id);
    if (room == nullptr || room->pace_burst == 0) {
        return 0;
    }
    const double missing = 1.0 - inside_->tokens(*room);
    return missing <= 0 ? 0
                        : static_cast<uint32_t>(
                              std::ceil(missing * room->pace_period_ms / room->pace_burst));
}

// [commands]

Error Client::Inside::may_command() const {
    if (memory_failed()) {
        return Error::OutOfMemory;
    }
    if (!ready()) {
        return Error::BadState;
    }
    return may_ask() ? Error::Ok : Error::QueueFull;
}

Result<Request> Client::Inside::command(wire::Command type, flatbuffers::Offset<void> body,
                                        RoomId room) {
    const uint32_t request = new_request();
    if (!send(Lane::Control, request, type, body)) {
        return Error::QueueFull;
    }
    ask(request, Asked::What::Command, room);
    return Request{request};
}

Result<Request> Client::join(wire::RoomKind kind, std::string_view name) {
    if (!named_kind(kind) || !good_name(name)) {
        return Error::BadArgument;
    }
    if (const Error error = inside_->may_command(); error != Error::Ok) {
        return error;
    }
    auto& fbb = inside_->builder.fbb();
    const auto body = wire::CreateJoin(fbb, kind, fbb.CreateString(name.data(), name.size()));
    return inside_->command(wire::Command::Join, body.Union(), {});
}

Result<Request> Client::open_direct(UserId user) {
    if (user == UserId{} || user == inside_->model.self()) {
        return Error::BadArgument;
    }
    if (const Error error = inside_->may_command(); error != Error::Ok) {
        return error;
    }
    auto& fbb = inside_->builder.fbb();
    const auto body = wire::CreateJoin(fbb, wire::RoomKind::Direct, 0, raw(user));
    return inside_->command(wire::Command::Join, body.Union(), {});
}

Result<Request> Client::leave(RoomId room) {
    if (inside_->model.room(room) == nullptr) {
        return Error::NotMember;
    }
    if (const Error error = inside_->may_command(); error != Error::Ok) {
        return error;
    }
    auto& fbb = inside_->builder.fbb();
    const auto body = wire::CreateLeave(fbb, raw(room));
    return inside_->command(wire::Command::Leave, body.Union(), room);
}

Nonce Client::Inside::new_nonce() {
    const TimeMs unix_ms = offset.known() ? server_ms() : wall_ms;
    const Nonce made = (static_cast<uint64_t>(unix_ms) << nonce_random_bits) |
                       random.below(uint64_t{1} << nonce_random_bits);
    // Never the same twice on one device, even when time stands still.
    last_nonce = made == last_nonce ? made + 1 : made;
    return last_nonce;
}

Result<Request> Client::send_text(RoomId id, std::string_view typed, Seq reply_to) {
    Inside& in = *inside_;
    if (in.memory_failed()) {
        return Error::OutOfMemory;
    }
    Room* const room = in.writer.room(id);
    if (room == nullptr) {
        return Error::NotMember;
    }
    if (typed.size() > limits::text_bytes_max) {
        return Error::TooLong;
    }
    if (!text::valid_utf8(typed)) {
        return Error::Encoding;
    }
    if (in.outbox.full()) {
        return Error::QueueFull;
    }
    Marked marked = parse_markup(typed, &find_name, &in.model, in.memory);
    std::vector<text::TextRange> ranges;
    ranges.reserve(marked.spans.size());
    for (const TextSpan& span : marked.spans) {
        ranges.push_back({span.start, span.length});
    }
    text::TextBounds bounds;
    bounds.code_points_max = room->text_code_points_max;
    const Result<std::string> clean = text::sanitise(marked.text, bounds, &ranges);
    if (!clean) {
        return clean.error();
    }
    std::pmr::vector<TextSpan> spans(in.memory);
    for (size_t i = 0; i < ranges.size(); ++i) {
        if (ranges[i].length > 0) {
            spans.push_back({static_cast<uint16_t>(ranges[i].start),
                             static_cast<uint16_t>(ranges[i].length), marked.spans[i].kind,
                             marked.spans[i].target});
        }
    }
    Outgoing outgoing;
    outgoing.room = id;
    outgoing.nonce = in.new_nonce();
    outgoing.request = in.new_request();
    outgoing.answer = true;
    const TimeMs at_ms = in.offset.known() ? in.server_ms() : in.wall_ms;
    in.writer.add_pending(*room, outgoing.nonce, outgoing.request, at_ms,
                          String(clean.value(), in.memory), std::move(spans), reply_to);
    in.outbox.add(outgoing);
    if (in.ready()) {
        in.send_outbox(); // not only at the next update: that is a frame later
    }
    return Request{outgoing.request};
}

Result<void> Client::retry(RoomId id, Nonce nonce) {
    Inside& in = *inside_;
    if (in.memory_failed()) {
        return Error::OutOfMemory;
    }
    Room* const room = in.writer.room(id);
    Message* const message = room == nullptr ? nullptr : in.writer.unsent(*room, nonce);
    if (message == nullptr || message->state != MessageState::Failed) {
        return Error::NotFound;
    }
    if (in.outbox.full()) {
        return Error::QueueFull;
    }
    Outgoing outgoing;
    outgoing.room = id;
    outgoing.nonce = nonce;
    outgoing.request = in.new_request();
    in.writer.unfail(*room, *message);
    in.outbox.add(outgoing);
    if (in.ready()) {
        in.send_outbox();
    }
    return {};
}

Result<void> Client::discard(RoomId id, Nonce nonce) {
    Inside& in = *inside_;
    Room* const room = in.writer.room(id);
    const Message* const message = room == nullptr ? nullptr : in.writer.unsent(*room, nonce);
    // One on its way may be stored already; then it is the server's.
    const Outgoing* const outgoing = in.outbox.find(id, nonce);
    if (message == nullptr || (outgoing != nullptr && outgoing->sent)) {
        return Error::NotFound;
    }
    if (outgoing != nullptr && outgoing->answer) {
        in.reply(outgoing->request, Error::Closed, id);
    }
    in.outbox.remove(id, nonce);
    in.writer.discard(*room, nonce);
    return {};
}

Result<Request> Client::fetch_history(RoomId id, Seq before_seq, uint32_t count) {
    Inside& in = *inside_;
    Room* const room = in.writer.room(id);
    if (room == nullptr) {
        return Error::NotMember;
    }
    if (count == 0) {
        return Error::BadArgument;
    }
    if (const Error error = in.may_command(); error != Error::Ok) {
        return error;
    }
    // What is here is one run of the log, and stays one: pages are put in front of it.
    size_t here = 0;
    if (before_seq > room->first_seq) {
        const auto end = room->messages.begin() + static_cast<std::ptrdiff_t>(room->stored());
        here = static_cast<size_t>(
            std::lower_bound(room->messages.begin(), end, before_seq,
                             [](const Message& m, Seq wanted) { return m.seq < wanted; }) -
            room->messages.begin());
    }
    if (here >= count || room->history_complete) {
        const uint32_t request = in.new_request();
        in.reply(request, Error::Ok, id);
        Event history = in.event(EventType::History);
        history.room = id;
        history.request = request;
        in.push(std::move(history));
        return Request{request};
    }
    if (room->stored() >= limits::model_messages_per_room_max) {
        return Error::Full;
    }
    const size_t wanted = std::min<size_t>(count - here, limits::page_entries_max);
    const uint32_t request = in.new_request();
    auto& fbb = in.builder.fbb();
    const auto body =
        wire::CreateFetch(fbb, raw(id), room->first_seq, 0, static_cast<uint16_t>(wanted));
    if (!in.send(Lane::Control, request, wire::Command::Fetch, body)) {
        return Error::QueueFull;
    }
    in.ask(request, Asked::What::History, id);
    return Request{request};
}

Result<void> Client::mark_read(RoomId id, Seq seq) {
    Inside& in = *inside_;
    Room* const room = in.writer.room(id);
    if (room == nullptr) {
        return Error::NotMember;
    }
    const Seq upto = std::min(seq, room->last_seq);
    if (upto > room->read_seq && !in.memory_failed()) {
        room->read_seq = upto;
        in.sync.of(id).mark_waits = true;
        in.writer.touch();
    }
    return {};
}

void Client::set_typing(RoomId id) {
    Inside& in = *inside_;
    const Room* const room = in.model.room(id);
    if (room == nullptr || room->kind == wire::RoomKind::Global || !in.ready() ||
        in.memory_failed()) {
        return;
    }
    RoomSync& known = in.sync.of(id);
    if (!known.confirmed || known.typing_not_before_steady_ms > in.now_ms) {
        return;
    }
    auto& fbb = in.builder.fbb();
    if (in.send(Lane::State, 0, wire::Command::Typing, wire::CreateTyping(fbb, raw(id)))) {
        known.typing_not_before_steady_ms = in.now_ms + limits::typing_resend_ms;
    }
}

Result<void> Client::set_draft(RoomId id, std::string_view text) {
    Inside& in = *inside_;
    if (in.memory_failed()) {
        return Error::OutOfMemory;
    }
    Room* const room = in.writer.room(id);
    if (room == nullptr) {
        return Error::NotMember;
    }
    if (text.size() > limits::draft_bytes_max) {
        return Error::TooLong;
    }
    if (!text.empty() && !text::valid_utf8(text)) {
        return Error::Encoding;
    }
    if (room->draft != text) {
        room->draft.assign(text);
        in.writer.touch();
    }
    return {};
}

Result<void> Client::set_presence(wire::PresenceState state, std::string_view token,
                                  std::span<const std::string_view> params) {
    Inside& in = *inside_;
    if (in.memory_failed()) {
        return Error::OutOfMemory;
    }
    if (state < wire::PresenceState::Online || state > wire::PresenceState::Invisible ||
        token.size() > limits::presence_token_bytes_max ||
        params.size() > limits::presence_params_max) {
        return Error::BadArgument;
    }
    bool same = in.presence.set && in.presence.state == state && in.presence.token == token &&
                in.presence.params.size() == params.size();
    for (size_t i = 0; i < params.size(); ++i) {
        if (params[i].size() > limits::presence_param_bytes_max) {
            return Error::BadArgument;
        }
        if (!text::valid_utf8(params[i])) {
            return Error::Encoding;
        }
        same = same && in.presence.params[i] == params[i];
    }
    if (!text::valid_utf8(token)) {
        return Error::Encoding;
    }
    if (same) {
        return {};
    }
    in.presence.set = true;
    in.presence.waits = true;
    in.presence.state = state;
    in.presence.token.assign(token);
    in.presence.params.clear();
    for (const std::string_view param : params) {
        in.presence.params.emplace_back(param);
    }
    in.show_own_presence();
    if (in.ready()) {
        in.send_presence();
    }
    return {};
}

// [cards]

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

Result<Request> Client::Inside::card_command(bool whole, RoomId room, std::string_view type_name,
                                             std::span<const CardWrite> fields, uint32_t ttl_ms) {
    const CardType* const type = find_card_type(type_name);
    if (type == nullptr) {
        return Error::NotFound;
    }
    if (type->room_card != (room != RoomId{}) || fields.size() > limits::card_fields_max) {
        return Error::BadCard;
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
            return Error::BadCard;
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
    if (check_card_fields(*type, anybody, checked) != Error::Ok) {
        return Error::BadCard;
    }
    if (!send_bytes(Lane::Control, bytes)) {
        return Error::QueueFull;
    }
    ask(request, Asked::What::Command, room);
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

// [game server]

Result<Request> Client::grant(wire::RoomKind kind, std::string_view name, std::string_view subject,
                              wire::Role role) {
    if (!named_kind(kind) || !good_name(name) || !good_subject(subject) ||
        role > wire::Role::Game) {
        return Error::BadArgument;
    }
    if (const Error error = inside_->may_command(); error != Error::Ok) {
        return error;
    }
    auto& fbb = inside_->builder.fbb();
    const auto name_text = fbb.CreateString(name.data(), name.size());
    const auto subject_text = fbb.CreateString(subject.data(), subject.size());
    const auto body = wire::CreateGrant(fbb, kind, name_text, subject_text, role);
    return inside_->command(wire::Command::Grant, body.Union(), {});
}

Result<Request> Client::revoke(wire::RoomKind kind, std::string_view name,
                               std::string_view subject) {
    if (!named_kind(kind) || !good_name(name) || !good_subject(subject)) {
        return Error::BadArgument;
    }
    if (const Error error = inside_->may_command(); error != Error::Ok) {
        return error;
    }
    auto& fbb = inside_->builder.fbb();
    const auto name_text = fbb.CreateString(name.data(), name.size());
    const auto subject_text = fbb.CreateString(subject.data(), subject.size());
    const auto body = wire::CreateRevoke(fbb, kind, name_text, subject_text);
    return inside_->command(wire::Command::Revoke, body.Union(), {});
}

} // namespace parley::client
