// session.cpp: a connection from open lanes to its end, and everything that is said to one.
#include <algorithm>

#include "schemas/base/check.hpp"
#include "server/core/state.hpp"

namespace parley {

namespace {

wire::Error wire_error(Error error) {
    return static_cast<wire::Error>(static_cast<int32_t>(error));
}

} // namespace

Session* Core::State::find_session(SessionId id) {
    const auto found = sessions_.find(id);
    return found == sessions_.end() ? nullptr : &found->second;
}

User& Core::State::user_of(const Session& session) {
    const auto found = users_.find(session.user);
    PARLEY_ASSERT(found != users_.end()); // kept while he has a session
    return found->second;
}

// [saying]
void Core::State::send_event(const Session& session, Lane lane, SharedFrame frame) {
    if (session.hears()) {
        effects_->emplace_back(SendFrame{session.id, lane, std::move(frame)});
    }
}

// An answer is owed: while the session lags it is held, within the bound of what a peer may have
// waiting.
void Core::State::send_answer(SessionId id, Lane lane, SharedFrame frame, RoomId gone) {
    Session* session = find_session(id);
    if (session == nullptr || !session->open) {
        return;
    }
    if (!session->lagging) {
        effects_->emplace_back(SendFrame{id, lane, std::move(frame)});
        return;
    }
    session->held_bytes += frame->size();
    session->held.push_back({lane, std::move(frame), gone});
    if (session->held_bytes > limits::peer_queue_bytes_max) {
        session->lagging_since_ms = now_ms_ - limits::peer_queue_ms_max; // the next Tick cuts it
        schedule(*session);
    }
}

void Core::State::deliver(Room& room, Lane lane, SharedFrame frame, size_t entries) {
    if (!room.sessions.empty()) {
        effects_->emplace_back(
            Deliver{lane, std::move(frame), readers(room), static_cast<uint32_t>(entries)});
    }
}

void Core::State::reply(const Requester& to, const Answer& answer, Lane lane) {
    if (to.request == 0 || find_session(to.session) == nullptr) {
        return;
    }
    const auto body = wire::CreateReply(fbb(), wire_error(answer.error), raw(answer.room),
                                        answer.seq, answer.at_ms, answer.retry_after_ms);
    send_answer(to.session, lane, event(wire::Event::Reply, body, to.request));
}

void Core::State::reply_all(const std::vector<Requester>& to, const Answer& answer) {
    for (const Requester& one : to) {
        reply(one, answer);
    }
}

void Core::State::refuse(const Command& command, Error error, uint32_t retry_after_ms) {
    reply(command.from, {.error = error, .retry_after_ms = retry_after_ms});
}

uint32_t Core::State::answer_wait_ms(Session& session) const {
    const auto per_s = static_cast<int64_t>(limits::answers_bytes_per_s);
    const int64_t most = limits::answers_bytes_at_once;
    const TimeMs quiet_ms = std::min<TimeMs>(now_ms_ - session.answer_since_ms, INT32_MAX);
    session.answer_bytes = std::min(session.answer_bytes + quiet_ms * per_s / 1000, most);
    session.answer_since_ms = now_ms_;
    return session.answer_bytes > 0
               ? 0
               : static_cast<uint32_t>(-session.answer_bytes * 1000 / per_s + 1);
}

bool Core::State::may_answer(const Command& command) {
    const uint32_t wait_ms = answer_wait_ms(command.session);
    if (wait_ms != 0) {
        refuse(command, Error::Busy, wait_ms);
    }
    return wait_ms == 0;
}

void Core::State::spend(SessionId id, size_t answer_bytes) {
    if (Session* session = find_session(id)) {
        session->answer_bytes -= static_cast<int64_t>(answer_bytes);
    }
}

// [open]
void Core::State::take(const SessionOpened& opened) {
    Session* session = find_session(opened.session);
    if (session == nullptr || session->open) {
        return; // closed while its lanes came up
    }
    session->open = true;
    schedule(*session);
    User& user = user_of(*session);
    if (user.presence.state == wire::PresenceState::Offline) {
        set_presence(user, {wire::PresenceState::Online, nullptr, date_ms()});
        // Told when he says what he is doing, or in a period: he may want to be invisible.
        user.shown_at_ms = now_ms_;
        user.presence_said = false;
    }
    const auto self = wire_user(user.id, user.name, user.flags);
    const auto ready =
        wire::CreateReady(fbb(), raw(session->id), self, date_ms(), dated_ms(session->reauth_at_ms),
                          read_only(*session), options_.dev);
    send_event(*session, Lane::Control, event(wire::Event::Ready, ready));
    if (!user.blocks.empty()) {
        send_event(*session, Lane::Control, blocks_frame(user));
    }
    send_rooms(*session);
}

void Core::State::send_rooms(Session& session) {
    session.rooms_to_tell = user_of(session).rooms;
    std::reverse(session.rooms_to_tell.begin(), session.rooms_to_tell.end());
    session.tell_bytes = limits::rooms_told_bytes_at_once;
    session.tell_since_ms = now_ms_;
    tell_rooms(session);
}

// As many rooms as may be said now; the others on later Ticks.
void Core::State::tell_rooms(Session& session) {
    if (session.tell_bytes < 0) {
        const auto earned = (now_ms_ - session.tell_since_ms) *
                            static_cast<int64_t>(limits::rooms_told_bytes_per_s) / 1000;
        session.tell_bytes =
            std::min<int64_t>(session.tell_bytes + earned, limits::rooms_told_bytes_at_once);
        session.tell_since_ms = now_ms_;
    }
    while (session.hears() && session.tell_bytes >= 0 && !session.rooms_to_tell.empty()) {
        const RoomId id = session.rooms_to_tell.back();
        Room* room = find_room(id);
        if (room == nullptr && session.rooms_loading >= limits::rooms_loading_per_session_max) {
            break; // goes on when one of them is here
        }
        session.rooms_to_tell.pop_back();
        if (room == nullptr) {
            ++session.rooms_loading;
            with_room({.id = id}, EnterWaits{session.id}); // comes back here when it is loaded
            continue;
        }
        const size_t before = effects_->size();
        enter(session, *room);
        for (size_t i = before; i < effects_->size(); ++i) {
            const auto* sent = std::get_if<SendFrame>(&(*effects_)[i]);
            session.tell_bytes -= sent == nullptr ? 0 : static_cast<int64_t>(sent->frame->size());
        }
    }
    if (session.hears() && !session.rooms_to_tell.empty()) {
        sessions_telling_.insert(session.id);
    } else {
        sessions_telling_.erase(session.id);
    }
}

// [lagging]
void Core::State::take(const Lagging& lagging) {
    Session* session = find_session(lagging.session);
    if (session == nullptr || !session->hears()) {
        return;
    }
    session->lagging = true;
    session->lagging_since_ms = now_ms_;
    schedule(*session);
    stop_hearing(*session);
}

void Core::State::stop_hearing(const Session& session) {
    for (const RoomId id : user_of(session).rooms) {
        if (Room* room = find_room(id)) {
            stop_hearing(session.id, *room);
        } else {
            stop_sleeping(session.id, id);
        }
    }
}

void Core::State::stop_hearing(SessionId id, Room& room) {
    const auto at = std::lower_bound(room.sessions.begin(), room.sessions.end(), id);
    if (at != room.sessions.end() && *at == id) {
        flush(room); // what was committed before was his to hear
        room.sessions.erase(at);
        room.readers.reset();
        note_idle(room);
    }
}

void Core::State::take(const Drained& drained) {
    Session* session = find_session(drained.session);
    if (session == nullptr || !session->open || !session->lagging) {
        return;
    }
    session->lagging = false;
    schedule(*session);
    send_rooms(*session);
    const std::vector<Session::Held> held = std::move(session->held);
    session->held.clear();
    session->held_bytes = 0;
    const std::vector<RoomId>& rooms = user_of(*session).rooms;
    for (const Session::Held& one : held) {
        if (std::binary_search(rooms.begin(), rooms.end(), one.gone)) {
            continue; // he came back while he lagged; the RoomState above is newer
        }
        effects_->emplace_back(SendFrame{session->id, one.lane, one.frame});
    }
}

// [end]
void Core::State::take(const SessionClosed& closed) {
    admitting_.erase(closed.session);
    forget(closed.session);
}

void Core::State::close(SessionId id, Error reason, uint32_t retry_after_ms) {
    Session* session = find_session(id);
    if (session == nullptr) {
        return;
    }
    stop_hearing(*session); // what is his to hear goes out first
    if (session->hears()) {
        const auto body = wire::CreateGoodbye(fbb(), wire_error(reason), retry_after_ms);
        send_event(*session, Lane::Control, event(wire::Event::Goodbye, body));
    }
    effects_->emplace_back(CloseSession{id, reason, retry_after_ms});
    forget(id);
}

void Core::State::forget(SessionId id) {
    Session* session = find_session(id);
    if (session == nullptr) {
        return;
    }
    User& user = user_of(*session);
    stop_hearing(*session);
    user.sessions.erase(std::remove(user.sessions.begin(), user.sessions.end(), id),
                        user.sessions.end());
    session_timers_.erase({session->timer_ms, id});
    sessions_telling_.erase(id);
    sessions_.erase(id);
    note_left(user);
}

// [timers] The next thing that time alone does to a session.
void Core::State::schedule(Session& session) {
    session_timers_.erase({session.timer_ms, session.id});
    TimeMs due = session.reauth_at_ms + limits::reauth_grace_ms;
    if (!session.open) {
        due = std::min(due, session.admitted_at_ms + limits::peer_timeout_ms);
    } else if (!session.ticket_wanted) {
        due = std::min(due, session.reauth_at_ms - limits::reauth_grace_ms);
    }
    if (session.lagging) {
        due = std::min(due, session.lagging_since_ms + limits::peer_queue_ms_max);
    }
    session.timer_ms = due;
    session_timers_.insert({due, session.id});
}

void Core::State::run_session_timer(SessionId id) {
    Session* session = find_session(id);
    PARLEY_ASSERT(session != nullptr);
    if (now_ms_ >= session->reauth_at_ms + limits::reauth_grace_ms) {
        close(id, Error::TicketExpired);
    } else if (!session->open && now_ms_ >= session->admitted_at_ms + limits::peer_timeout_ms) {
        close(id, Error::ConnectionLost);
    } else if (session->lagging &&
               now_ms_ >= session->lagging_since_ms + limits::peer_queue_ms_max) {
        close(id, Error::Slow);
    } else {
        PARLEY_ASSERT(session->open && !session->ticket_wanted);
        session->ticket_wanted = true;
        const auto body = wire::CreateTicketWanted(fbb(), dated_ms(session->reauth_at_ms));
        // Owed also to a session that lags: it is the only warning.
        send_answer(id, Lane::Control, event(wire::Event::TicketWanted, body));
        schedule(*session);
    }
}

void Core::State::on_time_query(Command& command) {
    const auto& query = command.body<wire::TimeQuery>();
    const auto body = wire::CreateTimeReply(fbb(), query.client_ms(), date_ms());
    send_answer(command.from.session, Lane::Control,
                event(wire::Event::TimeReply, body, command.from.request));
}

} // namespace parley
