// grants.cpp: the game's own server says who is in a Team, Party or Guild, whether or not he is
// online. It names people by the studio's name for them.
#include <algorithm>

#include "schemas/base/check.hpp"
#include "schemas/wire/views.hpp"
#include "server/core/state.hpp"

namespace parley {

namespace {

bool grantable(wire::RoomKind kind) {
    return kind == wire::RoomKind::Team || kind == wire::RoomKind::Party ||
           kind == wire::RoomKind::Guild;
}

} // namespace

bool Core::State::may_move_people(const Command& command, wire::RoomKind kind) {
    const Error error = !command.session.ticket->game ? Error::Forbidden
                        : read_only(command.session)  ? Error::ReadOnly
                        : !grantable(kind)            ? Error::BadArgument
                                                      : Error::Ok;
    if (error != Error::Ok) {
        refuse(command, error);
    }
    return error == Error::Ok;
}

void Core::State::on_grant(Command& command) {
    const auto& grant = command.body<wire::Grant>();
    if (!may_move_people(command, grant.kind())) {
        return;
    }
    Room* room = room_named(command, grant.kind(), std::string(wire::view(grant.name())), true);
    if (room == nullptr || !may_persist(command)) {
        return;
    }
    FindSubject request;
    request.issuer = command.user.subject->first.first;
    request.subject = wire::view(grant.subject());
    SubjectOp op;
    op.from = command.from;
    op.role = grant.role();
    persist(command.session.id, room->meta.id, std::move(request), std::move(op));
}

void Core::State::on_revoke(Command& command) {
    const auto& revoke = command.body<wire::Revoke>();
    if (!may_move_people(command, revoke.kind())) {
        return;
    }
    Room* room = room_named(command, revoke.kind(), std::string(wire::view(revoke.name())), false);
    if (room == nullptr || !may_persist(command)) {
        return;
    }
    FindSubject request;
    request.issuer = command.user.subject->first.first;
    request.subject = wire::view(revoke.subject());
    SubjectOp op;
    op.from = command.from;
    op.revoke = true;
    op.drop.change = wire::MembershipChange::Removed;
    // Somebody whom we know is out at once. The store is still asked for him, so that a grant that
    // waits for the same answer stays before this revoke.
    const auto known = subjects_.find({request.issuer, request.subject});
    if (known != subjects_.end()) {
        const auto member = room->members.find(known->second);
        if (member != room->members.end()) {
            op.drop.was_member = true;
            op.drop.member = member->second;
            take_out(*room, known->second, Error::NotMember);
        }
        op.drop.user = known->second;
        stop_joining(*room, known->second);
        note_revoked(room->meta.id, known->second, wall_ms());
        op.drop.revoked_ms = wall_ms();
    }
    persist(command.session.id, room->meta.id, std::move(request), std::move(op));
}

void Core::State::subject_found(Room& room, SubjectOp& op, const UsersFound& found) {
    const RoomId id = room.meta.id;
    if (found.error != Error::Ok || found.users.empty()) {
        const bool again = found.error == Error::StoreUnavailable;
        reply(op.from, {.error = again ? found.error : Error::NotFound,
                        .room = id,
                        .retry_after_ms = again ? store_retry_ms : 0});
        if (op.drop.was_member && again) {
            retry_later({.id = id}, DropWaits{std::move(op.drop)});
        }
        return;
    }
    const StoredUser& subject = found.users.front();
    if (op.revoke) {
        note_revoked(id, subject.id, wall_ms());
        op.drop.user = subject.id;
        op.drop.revoked_ms = wall_ms();
        op.drop.from.push_back(op.from);
        return remove_member(room, Error::NotMember, std::move(op.drop));
    }
    PutOp put;
    put.from.push_back(op.from);
    put_member(room, {subject.id, subject.name, subject.flags, op.role, MemberOrigin::Grant},
               std::move(put));
}

void Core::State::note_revoked(RoomId room, UserId user, TimeMs at_ms) {
    forget_revoked(room, user);
    const TimeMs end_ms = now_ms_ + limits::revoked_keep_ms;
    revoked_[{room, user}] = {at_ms, end_ms, ++order_};
    revoked_ends_.insert({end_ms, {room, user}});
}

// What an earlier shard noted; what this one knows is newer. Kept for as long again, since the
// clock that says how old it is may be ahead now.
void Core::State::recall_revoked(const RoomLoaded& loaded) {
    for (const StoredRevoke& one : loaded.revoked) {
        if (revoked_.count({loaded.meta.id, one.user}) == 0) {
            note_revoked(loaded.meta.id, one.user, one.at_ms);
            revoked_[{loaded.meta.id, one.user}].order = 0; // before every ticket taken here
        }
    }
}

void Core::State::forget_revoked(RoomId room, UserId user) {
    const auto before = revoked_.find({room, user});
    if (before != revoked_.end()) {
        revoked_ends_.erase({before->second.end_ms, before->first});
        revoked_.erase(before);
    }
}

// Whether a ticket is older than the game's no. A ticket that this shard takes for the first time
// may be as young as the revoke's own second; one that was used before may not.
bool Core::State::revoked_since(RoomId room, UserId user, const Ticket& ticket) const {
    const auto found = revoked_.find({room, user});
    if (found == revoked_.end()) {
        return false;
    }
    // The clock may have been ahead when it was noted, or was set since: no later than the present
    // clock says, or it would hold against every ticket until then.
    const TimeMs noted_ms = found->second.end_ms - limits::revoked_keep_ms;
    const TimeMs revoked_ms = std::min(found->second.at_ms, wall_ms() - (now_ms_ - noted_ms));
    const TimeMs issued_ms = ticket.issued_at_s * 1000;
    if (ticket.first_use) {
        return ticket.order < found->second.order || issued_ms + 999 < revoked_ms;
    }
    return issued_ms <= revoked_ms;
}

} // namespace parley
