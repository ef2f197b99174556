// client.cpp: a client's life, its state as the host reads it, and how a command goes out.
#include "plugin/client/client.hpp"

#include <algorithm>
#include <cmath>
#include <new>

#include "plugin/client/inside.hpp"

namespace parley::client {
namespace {

std::pmr::memory_resource* memory_of(const ClientOptions& options) {
    if (options.memory != nullptr) {
        return options.memory;
    }
    if (options.host_memory != nullptr) {
        return options.host_memory;
    }
    return std::pmr::get_default_resource();
}

} // namespace

Client::Inside::Inside(ClientOptions given, std::pmr::memory_resource* resource,
                       std::unique_ptr<Connection> link)
    : options(std::move(given)), memory(resource), connection(std::move(link)), model(resource),
      writer(model, resource), sync(resource), outbox(resource), wire_allocator(resource),
      builder(&wire_allocator), random(options.random_seed), presence(resource), unpacker(resource),
      asked(resource), nameless(resource), events(resource), address(resource), ticket(resource),
      fresh_ticket(resource), offered_ticket(resource), unknown_card_type(resource),
      refused_card(resource) {}

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

double Client::Inside::pace_full_in_ms(const Room& room) const {
    return room.pace_burst == 0 ? 0
                                : (room.pace_burst - tokens(room)) * room.pace_period_ms /
                                      static_cast<double>(room.pace_burst);
}

void Client::Inside::set_pace_full_in(Room& room, double ms) {
    room.pace_tokens = room.pace_burst * (1 - ms / room.pace_period_ms);
    room.pace_at_steady_ms = now_ms;
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

} // namespace parley::client
