// session.cpp: the connection's life, what time does to it, and the events that tell the host.
#include <algorithm>

#include "plugin/client/address.hpp"
#include "plugin/client/inside.hpp"

namespace parley::client {

// [connection]

Result<void> Client::Inside::connect(std::string_view to, std::string_view with_ticket) {
    if (memory_failed()) {
        return Error::OutOfMemory;
    }
    if (state != State::Idle && state != State::Failed) {
        return Error::BadState;
    }
    if (!good_address(to)) {
        return Error::BadAddress;
    }
    if ((with_ticket.empty() && ticket.empty()) || with_ticket.size() > limits::ticket_bytes_max) {
        return Error::BadArgument;
    }
    address.assign(to);
    if (!with_ticket.empty()) {
        ticket.assign(with_ticket);
        fresh_ticket.clear();
    }
    begin();
    return {};
}

void Client::Inside::begin() {
    backoff.reset();
    was_ready = false;
    unreachable_told = false;
    wants_ticket = false;
    set_state(State::Connecting, Error::Ok);
    open();
}

void Client::Inside::disconnect() {
    if (state == State::Idle) {
        return;
    }
    lost(Error::Closed, 0);
    set_state(State::Idle, Error::Closed);
}

void Client::Inside::open() {
    offered_ticket.assign(fresh_ticket.empty() ? ticket : fresh_ticket);
    connection->open(address, offered_ticket);
    link_open = true;
    link_up = false;
    opened_at_ms = -1; // the next update knows what time it is
    malformed = 0;
}

// Ends this connection, whatever the reason, and decides what comes next. Commands that wait for an
// answer are answered now; messages are not lost, they stay in the outbox.
void Client::Inside::lost(Error reason, uint32_t retry_after_ms) {
    const bool lost_session = ready();
    const bool lived = lost_session && now_ms - ready_at_ms >= limits::reconnect_stable_ms;
    connection->close();
    link_open = false;
    outbox.unsend_all();
    sync.restart();
    offset.forget_samples();
    time_query_sent_ms = -1;
    nameless.clear();
    names_not_before_steady_ms = 0;
    for (auto& [id, person] : writer.people()) {
        person.asked = false;
    }
    for (const Asked& waiting : asked) {
        if (waiting.what == Asked::What::Command || waiting.what == Asked::What::History) {
            reply(waiting.request, reason == Error::Closed ? reason : Error::ConnectionLost,
                  waiting.room);
        }
    }
    asked.clear();
    if (lived) {
        backoff.reset();
    }
    if (reason == Error::Closed) {
        return;
    }
    const Next next = after_ticket(reason, lost_session, next_after(reason));
    if (next == Next::Fail) {
        options.log.warn("client_failed", {{"reason", error_name(reason)}});
        set_state(State::Failed, reason);
        return;
    }
    wants_ticket = next == Next::WaitForTicket;
    const uint32_t pause = backoff.next_ms(random, retry_after_ms);
    retry_at_ms = now_ms + pause;
    options.log.info("client_lost", {{"reason", error_name(reason)}, {"retry_ms", pause}});
    unreachable_logged(reason);
    set_state(was_ready ? State::Resuming : State::Connecting, reason);
    if (wants_ticket) {
        Event wanted = event(EventType::TicketWanted);
        wanted.result = reason;
        push(std::move(wanted));
    }
}

// Once: a shard that is down is tried for hours.
void Client::Inside::unreachable_logged(Error reason) {
    if (unreachable_told || (reason != Error::NoAnswer && reason != Error::BadAddress)) {
        return;
    }
    unreachable_told = true;
    options.log.warn("shard_unreachable",
                     {{"address", std::string_view(address)},
                      {"reason", error_name(reason)},
                      {"mend", reason == Error::NoAnswer
                                   ? "nothing answered: is the shard up, its UDP port open?"
                                   : "the name has no IPv4 address: is it spelled right?"}});
}

void Client::Inside::set_state(State next, Error reason) {
    if (state == next && last_error == reason) {
        return;
    }
    state = next;
    last_error = reason;
    writer.touch();
    Event changed = event(EventType::State);
    changed.result = reason;
    changed.state = next;
    push(std::move(changed));
}

// [time]

void Client::Inside::update(TimeMs steady_ms, TimeMs unix_ms, uint32_t budget_us) {
    if (memory_failed()) {
        if (state != State::Failed) {
            lost(Error::OutOfMemory, 0);
        }
        return;
    }
    // A machine that slept stops the steady clock, a debugger does not: either says that the other
    // side has given us up.
    const bool jumped = updated && (steady_ms - now_ms > limits::clock_jump_ms ||
                                    unix_ms - wall_ms > limits::clock_jump_ms);
    now_ms = std::max(now_ms, steady_ms);
    wall_ms = unix_ms;
    updated = true;
    if (jumped && link_open && opened_at_ms >= 0) {
        lost(Error::ConnectionLost, 0);
        retry_at_ms = now_ms;
    }
    const bool wanted = state == State::Connecting || state == State::Resuming;
    if (wanted && !link_open && !wants_ticket && now_ms >= retry_at_ms) {
        ++stats.reconnects;
        open();
    }
    if (link_open && opened_at_ms < 0) {
        opened_at_ms = now_ms;
    }
    if (link_open) {
        receive(budget_us);
    }
    writer.put_rooms_in_order();
    if (ready()) {
        send_what_waits();
    } else if (link_open && now_ms - opened_at_ms > 2 * limits::peer_timeout_ms) {
        lost(silent_end(), 0); // the link says neither yes nor no, or the shard no Ready
    }
    if (typing_expires_at_ms != 0 && now_ms >= typing_expires_at_ms) {
        expire_typing();
    }
    if (link_open) {
        connection->flush(now_ms);
        stats.rtt_ms = connection->rtt_ms();
    }
    stats.outbox_messages = static_cast<uint32_t>(outbox.size());
    stats.clock_offset_ms = offset.known() ? server_ms() - wall_ms : 0;
    if (memory_failed() && state != State::Failed) {
        lost(Error::OutOfMemory, 0);
    }
}

void Client::Inside::receive(uint32_t budget_us) {
    const int64_t until_us =
        options.now_us != nullptr ? options.now_us() + int64_t{budget_us} : INT64_MAX;
    while (link_open && !memory_failed()) {
        std::optional<ConnectionEvent> happened = connection->poll(now_ms);
        if (!happened) {
            return;
        }
        if (auto* const arrived = std::get_if<FrameArrived>(&*happened); arrived != nullptr) {
            frame(arrived->lane, std::move(arrived->frame));
        } else if (std::holds_alternative<LinkUp>(*happened)) {
            link_up = true;
        } else if (const auto* const down = std::get_if<LinkDown>(&*happened); down != nullptr) {
            const bool silent = down->reason == Error::Ok || down->reason == Error::ConnectionLost;
            lost(silent ? silent_end() : down->reason, down->retry_after_ms);
        }
        if (options.now_us != nullptr && options.now_us() >= until_us) {
            return;
        }
    }
}

void Client::Inside::expire_typing() {
    typing_expires_at_ms = 0;
    for (Room& room : writer.rooms()) {
        bool stopped = false;
        for (Member& member : room.members) {
            if (member.typing_until_steady_ms == 0) {
                continue;
            }
            if (member.typing_until_steady_ms <= now_ms) {
                member.typing_until_steady_ms = 0;
                stopped = true;
            } else if (typing_expires_at_ms == 0 ||
                       member.typing_until_steady_ms < typing_expires_at_ms) {
                typing_expires_at_ms = member.typing_until_steady_ms;
            }
        }
        if (stopped) {
            writer.touch_members(room);
            Event changed = event(EventType::Members);
            changed.room = room.id;
            push(std::move(changed));
        }
    }
}

// A shard names all rooms of a user after Ready. One that it does not name a new ticket left, or it
// was taken away meanwhile.
void Client::Inside::drop_unconfirmed_rooms() {
    if (!unconfirmed_rooms || now_ms - room_named_at_ms < limits::rooms_confirm_ms) {
        return;
    }
    unconfirmed_rooms = false;
    for (;;) {
        const auto gone =
            std::find_if(writer.rooms().begin(), writer.rooms().end(), [&](const Room& room) {
                const RoomSync* const known = sync.find(room.id);
                return known == nullptr || !known->confirmed;
            });
        if (gone == writer.rooms().end()) {
            return;
        }
        on_room_gone(gone->id, ticket_changed ? Error::Ok : Error::NotMember);
    }
}

// [events]

Event Client::Inside::event(EventType type) const {
    Event made{Allocator(memory)};
    made.type = type;
    return made;
}

void Client::Inside::push(Event pushed) {
    // What only says "look again" need not be said twice in a row.
    const bool says_look = pushed.type == EventType::Members || pushed.type == EventType::Room ||
                           pushed.type == EventType::Card || pushed.type == EventType::History;
    if (says_look && !events.empty()) {
        const Event& last = events.back();
        if (last.type == pushed.type && last.room == pushed.room && last.user == pushed.user &&
            last.card_type == pushed.card_type && last.request == pushed.request) {
            return;
        }
    }
    if (events.size() >= limits::client_events_max) {
        // Replies were promised; the rest can be read from the model.
        auto oldest = std::find_if(events.begin(), events.end(),
                                   [](const Event& e) { return e.type != EventType::Reply; });
        events.erase(oldest == events.end() ? events.begin() : oldest);
        ++stats.dropped_events;
    }
    events.push_back(std::move(pushed));
}

void Client::Inside::reply(Request request, Error result, RoomId room, Seq seq,
                           uint32_t retry_after_ms) {
    Event answer = event(EventType::Reply);
    answer.request = request;
    answer.result = result;
    answer.room = room;
    answer.seq = seq;
    answer.retry_after_ms = retry_after_ms;
    push(std::move(answer));
}

} // namespace parley::client
