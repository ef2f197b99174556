// direct.cpp: rooms of two. Whoever opens one comes in, and takes the other with him when it is
// new; one that the other has left comes back to him with the next line, not by being opened. So
// nobody fills another's list but by talking to him, at a pace, and nobody whom the other blocks.
#include "schemas/base/check.hpp"
#include "server/core/state.hpp"
#include "server/store/direct_name.hpp"

namespace parley {

UserId Core::State::other_side(const Room& room, UserId self) {
    const auto two = parse_direct_name(room.meta.name);
    PARLEY_ASSERT(two.has_value()); // made by direct_name; the store gives out no other
    return two->first == self ? two->second : two->first;
}

void Core::State::on_join_direct(Command& command) {
    const UserId self = command.user.id;
    const UserId other{command.body<wire::Join>().user()};
    if (other == self) {
        return refuse(command, Error::BadArgument);
    }
    std::string name = direct_name(self, other);
    if (const auto asleep = asleep_names_.find(name); asleep != asleep_names_.end()) {
        return with_room({.id = asleep->second, .kind = direct_kind},
                         CommandWaits{command.session.id,
                                      ByteVector(command.bytes.begin(), command.bytes.end())});
    }
    const auto known = room_names_.find({direct_kind, std::move(name)});
    Room* room = known == room_names_.end() ? nullptr : find_room(known->second);
    if (room != nullptr && room->members.count(self) != 0) {
        if (!may_answer(command)) {
            return;
        }
        PutOp op;
        op.from.push_back(command.from);
        return put_member(*room, {self, command.user.name, command.user.flags}, std::move(op));
    }
    if (command.user.rooms.size() >= limits::rooms_for_direct_max) {
        return refuse(command, Error::Full);
    }
    if (!may_persist(command)) {
        return;
    }
    const uint32_t wait_ms =
        command.user.directs.take(now_ms_, limits::direct_burst, limits::direct_period_ms);
    if (wait_ms != 0) {
        return refuse(command, Error::Rate, wait_ms);
    }
    // Whether there is such a user is asked before a room is made for him.
    FindUsers request;
    request.ids.push_back(other);
    persist(command.session.id, RoomId{}, std::move(request), DirectOp{command.from, other});
}

void Core::State::open_direct(const DirectOp& op, const StoredUser& other) {
    if (const Session* session = find_session(op.from.session)) {
        with_room(
            {.kind = direct_kind, .name = direct_name(session->user, other.id), .create = true},
            DirectWaits{op.from, other});
    }
}

// A new room takes the other side first: when the one who asked is answered, both are in.
void Core::State::join_direct(const Requester& from, const StoredUser& other, Room& room) {
    const Session* session = find_session(from.session);
    if (session == nullptr) {
        return;
    }
    const User& self = user_of(*session);
    if (blocked_by_other(room, self.id)) {
        return reply(from, {.error = Error::Forbidden});
    }
    PutOp op;
    op.from.push_back(from);
    if (room.members.empty() && room.meta.last_seq == 0) {
        op.then_join = self.id;
        op.rooms_max = limits::rooms_for_direct_max;
        put_member(room, {other.id, other.name, other.flags}, std::move(op));
    } else {
        put_member(room, {self.id, self.name, self.flags}, std::move(op));
    }
}

// The line runs again when the other side is a member, so that it is his to read.
bool Core::State::bring_back(Command& command, Room& room) {
    const UserId other = other_side(room, command.user.id);
    if (room.members.count(other) != 0) {
        return false;
    }
    CommandWaits waits{command.session.id, ByteVector(command.bytes.begin(), command.bytes.end())};
    const auto joining = room.joining.find(other);
    if (joining != room.joining.end()) {
        PutOp& last = std::get<PutOp>(pending_.at(joining->second.back()).op);
        if (last.then_run.size() >= limits::commands_waiting_for_room_max) {
            reply(command.from,
                  {.error = Error::Busy, .room = room.meta.id, .retry_after_ms = store_retry_ms});
        } else {
            last.then_run.push_back(std::move(waits));
        }
        return true;
    }
    if (may_persist(command)) {
        const auto known = users_.find(other);
        PutOp op;
        op.then_run.push_back(std::move(waits));
        op.rooms_max = limits::rooms_for_direct_max;
        Joiner joiner;
        joiner.user = other;
        if (known != users_.end()) {
            joiner.name = known->second.name;
            joiner.flags = known->second.flags;
        }
        put_member(room, joiner, std::move(op));
    }
    return true;
}

} // namespace parley
