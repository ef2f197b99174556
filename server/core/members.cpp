// members.cpp: how one becomes a member, and how one ceases to be. What restricts acts at once and
// is answered after the commit; what permits acts when the store has it.
#include <algorithm>

#include "schemas/base/check.hpp"
#include "schemas/wire/stored.hpp"
#include "schemas/wire/views.hpp"
#include "server/core/state.hpp"

namespace parley {

namespace {

void insert_sorted(std::vector<RoomId>& rooms, RoomId id) {
    const auto at = std::lower_bound(rooms.begin(), rooms.end(), id);
    if (at == rooms.end() || *at != id) {
        rooms.insert(at, id);
    }
}

void erase_sorted(std::vector<RoomId>& rooms, RoomId id) {
    const auto at = std::lower_bound(rooms.begin(), rooms.end(), id);
    if (at != rooms.end() && *at == id) {
        rooms.erase(at);
    }
}

} // namespace

bool Core::State::may_change(const Command& command) {
    if (command.session.ticket->game) {
        return true;
    }
    const uint32_t wait_ms =
        command.user.changes.take(now_ms_, limits::membership_burst, limits::membership_period_ms);
    if (wait_ms != 0) {
        refuse(command, Error::Rate, wait_ms);
    }
    return wait_ms == 0;
}

// [join]
void Core::State::on_join(Command& command) {
    const auto& join = command.body<wire::Join>();
    if (read_only(command.session)) {
        return refuse(command, Error::ReadOnly);
    }
    if (join.kind() == wire::RoomKind::Direct) {
        return on_join_direct(command);
    }
    std::string name(wire::view(join.name()));
    const Ticket& ticket = *command.session.ticket;
    Joiner joiner{command.user.id, command.user.name, command.user.flags};
    bool allowed = false;
    if (join.kind() == wire::RoomKind::Global) {
        const auto& globals = options_.global_rooms;
        allowed = std::find(globals.begin(), globals.end(), name) != globals.end();
    } else {
        const auto& claims = ticket.rooms;
        const auto claim = std::find_if(claims.begin(), claims.end(), [&](const RoomClaim& one) {
            return one.kind == static_cast<uint8_t>(join.kind()) && one.name == name;
        });
        if (claim != claims.end()) {
            joiner.role = static_cast<wire::Role>(claim->role);
            joiner.origin = MemberOrigin::Ticket;
            allowed = true;
        } else if (ticket.game) {
            joiner.role = wire::Role::Game;
            allowed = true;
        }
    }
    if (!allowed) {
        // Said before the room is looked up: the answer tells nothing about what rooms there are.
        // Only who is in it by a grant may join what he is in.
        const auto known = room_names_.find({static_cast<uint8_t>(join.kind()), name});
        Room* room = known == room_names_.end() ? nullptr : find_room(known->second);
        if (room == nullptr || room->members.count(command.user.id) == 0) {
            return refuse(command, Error::Forbidden);
        }
        if (!may_answer(command)) {
            return;
        }
        send_room_again(command.session, *room);
        return reply(command.from, {.room = room->meta.id});
    }
    Room* room = room_named(command, join.kind(), std::move(name), true);
    if (room == nullptr) {
        return;
    }
    if (room->members.count(command.user.id) == 0) {
        if (joiner.origin == MemberOrigin::Ticket &&
            revoked_since(room->meta.id, command.user.id, ticket)) {
            return refuse(command, Error::Forbidden);
        }
        if (command.user.rooms.size() >= limits::rooms_per_user_max) {
            return refuse(command, Error::Full);
        }
    }
    const bool is_in = room->members.count(command.user.id) != 0;
    if (!may_persist(command) || !(is_in ? may_answer(command) : may_change(command))) {
        return;
    }
    PutOp op;
    op.from.push_back(command.from);
    put_member(*room, joiner, std::move(op));
}

void Core::State::put_member(Room& room, const Joiner& joiner, PutOp op) {
    const RoomId id = room.meta.id;
    StoredMember stored;
    const auto member = room.members.find(joiner.user);
    if (member != room.members.end()) {
        const Member& is = member->second;
        // What the game's server granted outlives a ticket, and an own join adds nothing.
        const bool kept =
            joiner.origin == MemberOrigin::Own ||
            (joiner.origin == MemberOrigin::Ticket && is.origin == MemberOrigin::Grant) ||
            (joiner.origin == is.origin && joiner.role == is.role);
        if (kept) {
            for (const Requester& one : op.from) {
                const Session* session = find_session(one.session);
                if (session != nullptr && session->user == joiner.user) {
                    send_room_again(*session, room);
                }
            }
            return end_put(op, {.room = id});
        }
        stored.since_seq = is.since_seq;
        stored.read_seq =
            room.memory != nullptr ? 0 : is.read_seq; // the store has another log, or none
    } else {
        const size_t most = tier(room).members_max;
        // Counted only near the bound: joining may be long.
        if (is_person(joiner.flags) && room.people + room.joining.size() >= most &&
            room.people + others_joining(room, joiner.user) >= most && !make_place(room)) {
            return end_put(op, {.error = Error::Full, .room = id});
        }
        const bool all_history =
            room.kind() == wire::RoomKind::Global || room.kind() == wire::RoomKind::Guild;
        stored.since_seq = all_history ? 1 : 0; // 0: from the next entry on
    }
    stored.user = joiner.user;
    stored.name = joiner.name;
    stored.flags = joiner.flags;
    stored.role = static_cast<uint8_t>(joiner.role);
    stored.origin = joiner.origin;

    const auto joining = room.joining.find(joiner.user);
    if (joining != room.joining.end() && !op.then_join) {
        PutOp& last = std::get<PutOp>(pending_.at(joining->second.back()).op);
        const bool same = last.member.role == stored.role && last.member.origin == stored.origin;
        const bool outlived =
            stored.origin == MemberOrigin::Ticket && last.member.origin == MemberOrigin::Grant;
        if (!last.revoked && !last.then_join && (same || outlived)) {
            last.ticket = op.ticket != nullptr ? op.ticket : last.ticket;
            last.from.insert(last.from.end(), op.from.begin(), op.from.end());
            last.then_run.insert(last.then_run.end(), op.then_run.begin(), op.then_run.end());
            return;
        }
    }
    PutMember request;
    request.room = id;
    request.member = stored;
    request.rooms_max = op.rooms_max;
    op.member = std::move(stored);
    const SessionId owner = !op.from.empty()       ? op.from.front().session
                            : !op.then_run.empty() ? op.then_run.front().session
                                                   : SessionId{};
    const Token token = persist(owner, id, std::move(request), std::move(op));
    room.joining[joiner.user].push_back(token);
}

// Not stored yet, and not taken back.
PutOp* Core::State::grant_awaited(Room& room, UserId user) {
    const auto joining = room.joining.find(user);
    if (joining == room.joining.end()) {
        return nullptr;
    }
    PutOp& last = std::get<PutOp>(pending_.at(joining->second.back()).op);
    return last.member.origin == MemberOrigin::Grant && !last.revoked ? &last : nullptr;
}

// People who are on their way in, without user: he may be asked for more than once.
size_t Core::State::others_joining(const Room& room, UserId user) const {
    size_t count = 0;
    for (const auto& [id, tokens] : room.joining) {
        const PutOp& last = std::get<PutOp>(pending_.at(tokens.back()).op);
        const bool comes = room.members.count(id) == 0 && !last.revoked;
        count += id != user && comes && is_person(last.member.flags) ? 1 : 0;
    }
    return count;
}

// A Global room that everyone ever was in fills up: somebody who is not here goes.
bool Core::State::make_place(Room& room) {
    if (room.absent.empty()) {
        return false;
    }
    const auto next = room.absent.upper_bound(room.place_after);
    const UserId user = next != room.absent.end() ? *next : *room.absent.begin();
    room.place_after = user;
    remove_member(room, Error::NotMember, {.user = user});
    return true;
}

void Core::State::note_absent(Room& room, UserId id) {
    const auto user = users_.find(id);
    if (room.kind() == wire::RoomKind::Global &&
        (user == users_.end() || user->second.sessions.empty())) {
        room.absent.insert(id);
    } else {
        room.absent.erase(id);
    }
}

void Core::State::note_absent(const User& user) {
    for (const RoomId id : user.rooms) {
        if (Room* room = find_room(id); room != nullptr && room->members.count(user.id) != 0) {
            note_absent(*room, user.id);
        }
    }
}

void Core::State::member_put(Room& room, PutOp& op, const MemberPut& put) {
    const RoomId id = room.meta.id;
    const UserId user = op.member.user;
    if (put.error != Error::Ok) {
        const bool again = put.error == Error::StoreUnavailable;
        if (again && !op.revoked && op.ticket != nullptr) {
            retry_later({.id = id}, TicketWaits{user, op.ticket});
        } else if (again && op.global) {
            retry_later({.id = id}, GlobalWaits{user});
        }
        return end_put(
            op, {.error = put.error, .room = id, .retry_after_ms = again ? store_retry_ms : 0});
    }
    if (op.revoked) { // the DropMember that takes it back is on its way
        return end_put(op, {.error = Error::Forbidden});
    }
    if (op.member.origin == MemberOrigin::Grant) {
        forget_revoked(id, user);
    }
    const auto role = static_cast<wire::Role>(op.member.role);
    const auto found = room.members.find(user);
    if (found == room.members.end()) {
        Member member;
        member.name = put.user.name;
        member.flags = put.user.flags;
        member.role = role;
        member.origin = op.member.origin;
        // A memory room's log is not the store's: what the request said counts.
        const bool from_now = room.memory != nullptr && op.member.since_seq == 0;
        member.since_seq = from_now ? room.meta.last_seq + 1 : put.since_seq;
        member.read_seq = op.member.read_seq;
        take_in(room, user, member);
        append_membership(room, user, member, wire::MembershipChange::Joined);
    } else {
        Member& member = found->second;
        const bool promoted = role > member.role;
        const bool changed = role != member.role;
        member.role = role;
        member.origin = op.member.origin;
        if (changed) {
            flush(room);
            tell_roster(room, user);
            const auto known = users_.find(user);
            if (known != users_.end()) {
                for (const SessionId session_id : known->second.sessions) {
                    if (room.heard_by(session_id)) { // else he is told when he enters
                        send_room_state(*find_session(session_id), room);
                        send_room_cards(*find_session(session_id), room);
                    }
                }
            }
        }
        if (promoted) {
            append_membership(room, user, member, wire::MembershipChange::Promoted);
        }
    }
    if (op.then_join) {
        const auto next = users_.find(*op.then_join);
        if (next != users_.end()) {
            PutOp then;
            then.from = std::move(op.from);
            op.from.clear();
            put_member(room, {next->second.id, next->second.name, next->second.flags},
                       std::move(then));
        }
    }
    end_put(op, {.room = id}); // also lines that waited for him alone
}

// Whoever asked is answered; lines that waited for him come now, or are refused with him.
void Core::State::end_put(PutOp& op, const Answer& answer) {
    reply_all(op.from, answer);
    for (const CommandWaits& one : op.then_run) {
        Session* session = find_session(one.session);
        if (session == nullptr || !session->open) {
            continue;
        }
        if (answer.error == Error::Ok) {
            run_command(*session, one.frame);
        } else {
            const auto& frame = *flatbuffers::GetRoot<wire::ClientFrame>(one.frame.data());
            reply({one.session, frame.request()}, answer);
        }
    }
}

void Core::State::take_in(Room& room, UserId id, Member member) {
    const auto user = users_.find(id);
    if (user != users_.end()) {
        member.name = user->second.name; // may have changed while the store worked
        member.flags = user->second.flags;
        insert_sorted(user->second.rooms, room.meta.id);
    }
    const bool person = is_person(member.flags);
    room.members[id] = std::move(member);
    note_absent(room, id);
    if (person) {
        ++room.people;
        tell_came(room, id);
    }
    if (user != users_.end()) {
        enter_all(user->second, room);
    }
}

// [leave]
void Core::State::on_leave(Command& command) {
    Room* room = room_of(command, command.body<wire::Leave>().room());
    if (room == nullptr) {
        return;
    }
    if (!may_persist(command) || !may_change(command)) {
        return;
    }
    DropOp op;
    op.user = command.user.id;
    op.from.push_back(command.from);
    op.returns = true;
    remove_member(*room, Error::Ok, std::move(op));
}

void Core::State::remove_member(Room& room, Error reason, DropOp op) {
    const auto member = room.members.find(op.user);
    if (member != room.members.end()) {
        op.was_member = true;
        op.member = member->second;
        take_out(room, op.user, reason);
    }
    stop_joining(room, op.user);
    drop_member(room, std::move(op));
}

void Core::State::stop_joining(Room& room, UserId user) {
    const auto joining = room.joining.find(user);
    if (joining != room.joining.end()) {
        for (const Token token : joining->second) {
            std::get<PutOp>(pending_.at(token).op).revoked = true;
        }
    }
}

void Core::State::drop_member(Room& room, DropOp op) {
    DropMember request;
    request.room = room.meta.id;
    request.user = op.user;
    request.revoked_ms = op.revoked_ms;
    const SessionId owner = op.from.empty() ? SessionId{} : op.from.front().session;
    persist(owner, room.meta.id, request, std::move(op));
}

void Core::State::take_out(Room& room, UserId id, Error reason) {
    flush(room); // what was committed before was his to hear
    const auto member = room.members.find(id);
    const bool person = is_person(member->second.flags);
    room.people -= person ? 1 : 0;
    room.members.erase(member);
    room.absent.erase(id);
    const auto user = users_.find(id);
    if (user != users_.end()) {
        erase_sorted(user->second.rooms, room.meta.id);
        const auto gone = wire::CreateRoomGone(
            fbb(), raw(room.meta.id), static_cast<wire::Error>(static_cast<int32_t>(reason)));
        const SharedFrame frame = event(wire::Event::RoomGone, gone);
        const std::vector<SessionId> sessions = user->second.sessions;
        for (const SessionId session : sessions) {
            stop_hearing(session, room);
            // Owed: RoomState comes of rooms one is in.
            send_answer(session, Lane::Control, frame, room.meta.id);
        }
    }
    if (person) {
        tell_gone(room, id);
    }
}

void Core::State::member_dropped(Room& room, DropOp& op, Error error) {
    const RoomId id = room.meta.id;
    if (error == Error::Ok) {
        if (op.was_member) {
            append_membership(room, op.user, op.member, op.change);
        }
        return reply_all(op.from, {.room = id});
    }
    reply_all(op.from, {.error = error,
                        .room = id,
                        .retry_after_ms = error == Error::StoreUnavailable ? store_retry_ms : 0});
    if (op.returns) {
        // Nothing took effect, so he is still in.
        if (room.members.count(op.user) == 0) {
            take_in(room, op.user, std::move(op.member));
        }
    } else if (error == Error::StoreUnavailable) {
        op.from.clear();
        retry_later({.id = id}, DropWaits{std::move(op)});
    }
}

// [lines about members]
void Core::State::append_membership(Room& room, UserId user, const Member& member,
                                    wire::MembershipChange change) {
    if (!tells_membership(room.kind()) || !is_person(member.flags)) {
        return;
    }
    LogEntry entry;
    entry.at_ms = date_ms();
    entry.author = user;
    entry.kind = EntryKind::Membership;
    entry.body = wire::store_membership(user, member.name,
                                        static_cast<wire::UserFlags>(member.flags), change);
    append_own(room, std::move(entry));
}

void Core::State::append_own(Room& room, LogEntry entry) {
    if (room.memory != nullptr) {
        return append_in_memory(room, std::move(entry));
    }
    Append request;
    request.room = room.meta.id;
    request.entry = entry;
    AppendOp op;
    op.entry = std::move(entry);
    persist(SessionId{}, room.meta.id, std::move(request), std::move(op));
}

} // namespace parley
