// admission.cpp: who may have a session, what his ticket makes of his rooms, and when a user is
// forgotten.
#include <algorithm>

#include "schemas/base/check.hpp"
#include "server/core/state.hpp"

namespace parley {

void Core::State::take(const AdmitAsked& asked) {
    if (shutting_down_) {
        effects_->emplace_back(Admit{asked.session, Error::Shutdown, retry_in_ms_});
        return;
    }
    if (find_session(asked.session) != nullptr || admitting_.count(asked.session) != 0) {
        effects_->emplace_back(Admit{asked.session, Error::Protocol, 0});
        return;
    }
    if (pending_.size() >= limits::persists_in_flight_max) {
        effects_->emplace_back(Admit{asked.session, Error::Busy, store_retry_ms});
        return;
    }
    AdmitUser request;
    request.claims = asked.claims;
    request.device = asked.device;
    request.now_ms = wall_ms();
    admitting_[asked.session] =
        persist(SessionId{}, RoomId{}, std::move(request),
                AdmitOp{asked.session, asked.claims, asked.device, wall_ms() - now_ms_});
}

void Core::State::take(const ReauthVerified& verified) {
    Session* session = find_session(verified.session);
    if (session == nullptr || !session->open) {
        return;
    }
    const Requester from{verified.session, verified.request};
    if (verified.verdict != Error::Ok) {
        reply(from, {.error = verified.verdict});
        return;
    }
    if (shutting_down_ || pending_.size() >= limits::persists_in_flight_max ||
        session->in_flight >= limits::persists_in_flight_per_session_max) {
        reply(from, {.error = Error::Busy, .retry_after_ms = store_retry_ms});
        return;
    }
    AdmitUser request;
    request.claims = verified.claims;
    request.device = session->device;
    request.now_ms = wall_ms();
    request.reauth = true;
    request.user = session->user;
    persist(session->id, RoomId{}, std::move(request),
            ReauthOp{from, verified.claims, wall_ms() - now_ms_});
}

// The store dates a ticket's first use by the wall clock, which may have been set since then.
TimeMs Core::State::reauth_due_ms(const UserAdmitted& admitted, TimeMs wall_ahead_ms) const {
    return std::min(admitted.reauth_at_ms - wall_ahead_ms, now_ms_ + limits::reauth_due_ms);
}

void Core::State::answer(Pending& pending, const UserAdmitted& admitted) {
    const uint32_t retry_ms = admitted.error == Error::StoreUnavailable ? store_retry_ms : 0;
    if (auto* reauth = std::get_if<ReauthOp>(&pending.op)) {
        if (admitted.error != Error::Ok) {
            reply(reauth->from, {.error = admitted.error, .retry_after_ms = retry_ms});
            return;
        }
        // The store has noted the ticket's first use: its rooms count even if the session is gone.
        User& user = touch_user(admitted, reauth->claims);
        const auto ticket = take_ticket(std::move(reauth->claims), admitted.first_use);
        if (admitted.first_use) {
            apply_ticket(user, ticket);
        }
        if (Session* session = find_session(reauth->from.session)) {
            session->ticket = ticket;
            session->reauth_at_ms = reauth_due_ms(admitted, reauth->wall_ahead_ms);
            session->ticket_wanted = false;
            schedule(*session);
            reply(reauth->from, {.at_ms = dated_ms(session->reauth_at_ms)});
        } else {
            note_left(user);
        }
        return;
    }
    auto* op = std::get_if<AdmitOp>(&pending.op);
    PARLEY_ASSERT(op != nullptr);
    const bool awaited = admitting_.erase(op->session) != 0; // else closed, or shutting down
    if (admitted.error != Error::Ok) {
        if (awaited) {
            effects_->emplace_back(Admit{op->session, admitted.error, retry_ms});
        }
        return;
    }
    User& user = touch_user(admitted, op->claims);
    const auto ticket = take_ticket(std::move(op->claims), admitted.first_use);
    if (admitted.first_use) {
        apply_ticket(user, ticket);
    }
    if (!awaited) {
        note_left(user);
        return;
    }
    join_globals(user);
    make_way(user, op->device);
    Session& session = sessions_[op->session];
    session.id = op->session;
    session.user = user.id;
    session.device = op->device;
    session.ticket = ticket;
    session.admitted_at_ms = now_ms_;
    session.reauth_at_ms = reauth_due_ms(admitted, op->wall_ahead_ms);
    users_left_.erase({user.left_at_ms, user.id});
    user.left_at_ms = 0;
    user.sessions.push_back(session.id);
    note_absent(user);
    schedule(session);
    effects_->emplace_back(Admit{session.id, Error::Ok, 0});
}

// The same device connected again: the old session is a ghost. Beyond the limit the oldest goes.
void Core::State::make_way(User& user, const DeviceKey& device) {
    const std::vector<SessionId> sessions = user.sessions; // closing changes it
    for (const SessionId id : sessions) {
        if (find_session(id)->device == device) {
            close(id, Error::Replaced);
        }
    }
    while (!user.sessions.empty() && user.sessions.size() >= options_.sessions_per_user_max) {
        close(user.sessions.front(), Error::TooManySessions);
    }
}

// [users]
User& Core::State::touch_user(const UserAdmitted& admitted, const Claims& claims) {
    const StoredUser& stored = admitted.user;
    const auto found = users_.find(stored.id);
    if (found != users_.end()) {
        rename(found->second, stored); // his rooms in memory are newer than the answer
        return found->second;
    }
    User& user = users_[stored.id];
    user.id = stored.id;
    user.name = stored.name;
    user.flags = stored.flags;
    user.subject = subjects_.insert_or_assign({claims.issuer, claims.subject}, user.id).first;
    for (const RoomId id : admitted.rooms) {
        const Room* room = find_room(id);
        // A loaded room knows of a leave that the store had not done when it answered.
        if (room == nullptr || room->members.count(stored.id) != 0) {
            user.rooms.push_back(id);
        }
    }
    std::sort(user.rooms.begin(), user.rooms.end());
    user.blocks = admitted.blocks;
    for (const UserId other : user.blocks) {
        note_blocker(other, user.id, true);
    }
    name_in_rooms(user);
    return user;
}

void Core::State::rename(User& user, const StoredUser& stored) {
    if (user.name == stored.name && user.flags == stored.flags) {
        return;
    }
    user.name = stored.name;
    user.flags = stored.flags;
    name_in_rooms(user);
}

void Core::State::name_in_rooms(const User& user) {
    const std::vector<RoomId> rooms = user.rooms; // telling may change it
    for (const RoomId id : rooms) {
        Room* room = find_room(id);
        if (room == nullptr) {
            for (const SessionId session : user.sessions) {
                wake(*find_session(session), id);
            }
            continue;
        }
        const auto member = room->members.find(user.id);
        if (member != room->members.end() &&
            (member->second.name != user.name || member->second.flags != user.flags)) {
            rename_member(*room, user, member->second);
        }
    }
}

void Core::State::rename_member(Room& room, const User& user, Member& member) {
    const bool was_person = is_person(member.flags);
    const bool person = is_person(user.flags);
    member.name = user.name;
    member.flags = user.flags;
    room.named.erase(user.id);
    if (was_person == person) {
        tell_roster(room, user.id);
    } else if (person) {
        ++room.people;
        tell_came(room, user.id);
    } else {
        --room.people;
        tell_gone(room, user.id);
    }
}

// A user without a session is kept for a while, so that a reconnect changes nothing for others.
void Core::State::note_left(User& user) {
    if (user.sessions.empty() && user.left_at_ms == 0) {
        user.left_at_ms = now_ms_;
        users_left_.insert({now_ms_, user.id});
        note_absent(user);
    }
}

void Core::State::drop_user(UserId id) {
    const auto found = users_.find(id);
    PARLEY_ASSERT(found != users_.end() && found->second.sessions.empty());
    User& user = found->second;
    users_left_.erase({user.left_at_ms, id});
    if (user.card != nullptr) {
        card_ends_.erase({user.card->expires_at_ms, {.user = id, .type = user.card->type}});
        user.card.reset();
    }
    tell_card_at({.user = id}); // that it went, should somebody have one
    user.presence = {wire::PresenceState::Offline, nullptr, dated_ms(user.left_at_ms)};
    if (user.shown.state != wire::PresenceState::Offline) {
        user.shown = user.presence;
        tell_presence_of({&id, 1});
    }
    presences_dirty_.erase(id);
    for (const UserId other : user.blocks) {
        note_blocker(other, id, false);
    }
    subjects_.erase(user.subject);
    users_.erase(found);
}

// [tickets]
std::shared_ptr<const Ticket> Core::State::take_ticket(Claims&& claims, bool first_use) {
    return std::make_shared<const Ticket>(
        Ticket{std::move(claims.rooms), claims.issued_at_s, ++order_, claims.game, first_use});
}

// A ticket's first use: it is what the backend says now about Team, Party and Guild.
void Core::State::apply_ticket(User& user, const std::shared_ptr<const Ticket>& ticket) {
    const std::vector<RoomId> rooms = user.rooms; // settling may change it
    for (const RoomId id : rooms) {
        with_room({.id = id}, TicketWaits{user.id, ticket});
    }
    for (const RoomClaim& claim : ticket->rooms) {
        with_room({.kind = claim.kind, .name = claim.name, .create = true},
                  TicketWaits{user.id, ticket});
    }
}

void Core::State::settle_ticket(UserId id, const std::shared_ptr<const Ticket>& ticket,
                                Room& room) {
    const std::vector<RoomClaim>& claims = ticket->rooms;
    const auto claim = std::find_if(claims.begin(), claims.end(), [&](const RoomClaim& one) {
        return one.kind == room.meta.kind && one.name == room.meta.name;
    });
    const auto member = room.members.find(id);
    if (claim == claims.end()) {
        if (PutOp* grant = grant_awaited(room, id)) {
            grant->ticket = ticket;
        } else if (member != room.members.end() && member->second.origin == MemberOrigin::Ticket) {
            remove_member(room, Error::Ok, {.user = id}); // his own ticket moved him
        }
        return;
    }
    if (revoked_since(room.meta.id, id, *ticket)) {
        return;
    }
    const auto user = users_.find(id);
    if (user == users_.end()) {
        return; // gone for minutes; the next ticket says it again
    }
    PutOp op;
    op.ticket = ticket;
    put_member(room,
               {id, user->second.name, user->second.flags, static_cast<wire::Role>(claim->role),
                MemberOrigin::Ticket},
               std::move(op));
}

void Core::State::join_globals(User& user) {
    for (const std::string& name : options_.global_rooms) {
        with_room(
            {.kind = static_cast<uint8_t>(wire::RoomKind::Global), .name = name, .create = true},
            GlobalWaits{user.id});
    }
}

} // namespace parley
