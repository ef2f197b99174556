// roster.cpp: what a session is told about a room and the people in it. Small rooms know everyone;
// large ones a count, and pages on demand.
#include <algorithm>

#include "schemas/base/check.hpp"
#include "schemas/wire/views.hpp"
#include "server/core/state.hpp"

namespace parley {

namespace {

constexpr size_t unread_max = 100;

// A Member with its tables, never less than the truth.
size_t member_bytes(const Member& member, const PresenceInfo* shown) {
    size_t bytes = 128 + member.name.size();
    if (shown != nullptr) {
        bytes += 64;
    }
    if (shown != nullptr && shown->text != nullptr) {
        bytes += shown->text->token.size();
        for (const std::string& param : shown->text->params) {
            bytes += 16 + param.size();
        }
    }
    return bytes;
}

} // namespace

flatbuffers::Offset<wire::User> Core::State::wire_user(UserId id, std::string_view name,
                                                       uint32_t flags) {
    const auto said = fbb().CreateString(name.data(), name.size());
    return wire::CreateUser(frames_.fbb(), raw(id), said, static_cast<wire::UserFlags>(flags));
}

flatbuffers::Offset<wire::Member> Core::State::wire_member(UserId id, const Member& member) {
    const auto who = wire_user(id, member.name, member.flags);
    flatbuffers::Offset<wire::Presence> presence;
    const auto user = users_.find(id);
    // Nothing of one who is not seen, as of one who is away for good.
    if (user != users_.end() && seen(user->second.shown)) {
        presence = wire_presence(id, user->second.shown);
    }
    return wire::CreateMember(fbb(), who, member.role, presence);
}

// [a room]
void Core::State::enter(Session& session, Room& room) {
    if (!still_in(session, room) || !session.hears()) {
        return;
    }
    flush(room); // RoomState says last_seq: what is delivered from now on comes after it
    send_room_state(session, room);
    hear(session, room);
}

bool Core::State::still_in(const Session& session, const Room& room) {
    if (room.members.count(session.user) != 0) {
        return true;
    }
    std::vector<RoomId>& rooms = user_of(session).rooms;
    rooms.erase(std::remove(rooms.begin(), rooms.end(), room.meta.id), rooms.end());
    return false;
}

void Core::State::hear(const Session& session, Room& room) {
    for (SharedFrame& frame : roster_frames(room, room.full_roster())) {
        send_event(session, Lane::Control, std::move(frame));
    }
    send_cards(session, room);
    const auto at = std::lower_bound(room.sessions.begin(), room.sessions.end(), session.id);
    if (at == room.sessions.end() || *at != session.id) {
        room.sessions.insert(at, session.id);
        room.readers.reset();
        room.named.clear();
        note_used(room);
    }
}

void Core::State::enter_all(User& user, Room& room) {
    for (const SessionId id : user.sessions) {
        Session* session = find_session(id);
        PARLEY_ASSERT(session != nullptr);
        enter(*session, room);
    }
}

void Core::State::send_room_state(const Session& session, Room& room) {
    const auto found = room.members.find(session.user);
    if (found == room.members.end() || !session.hears()) {
        return;
    }
    flush(room);
    const Member& member = found->second;
    const limits::Tier& bounds = tier(room);
    flatbuffers::Offset<wire::User> other;
    if (room.kind() == wire::RoomKind::Direct) {
        other = wire_other(room, session.user);
    }
    const Pacing pace = pacing(room, member.role);
    const auto name = fbb().CreateString(room.meta.name);
    const auto title = fbb().CreateString(room.meta.title);
    const auto state = wire::CreateRoomState(
        fbb(), raw(room.meta.id), room.kind(), name, title, room.meta.incarnation,
        room.meta.last_seq, member.since_seq, member.read_seq, member.role,
        static_cast<uint32_t>(room.people), bounds.text_code_points_max,
        static_cast<uint16_t>(pace.burst), pace.period_ms, unread(room, session.user, member),
        other, room.busy != nullptr && room.busy->slow.on());
    send_event(session, Lane::Control, event(wire::Event::RoomState, state));
}

void Core::State::send_room_again(const Session& session, Room& room) {
    if (!room.heard_by(session.id)) {
        return; // he is told when he enters
    }
    const size_t before = effects_->size();
    send_room_state(session, room);
    send_room_cards(session, room); // those of the people he has
    for (size_t i = before; i < effects_->size(); ++i) {
        if (const auto* sent = std::get_if<SendFrame>(&(*effects_)[i])) {
            spend(session.id, sent->frame->size());
        }
    }
}

// He may not be in it: one of them is the first to come in, and one may have left.
flatbuffers::Offset<wire::User> Core::State::wire_other(const Room& room, UserId self) {
    const UserId id = other_side(room, self);
    const auto member = room.members.find(id);
    if (member != room.members.end()) {
        return wire_user(id, member->second.name, member->second.flags);
    }
    const auto user = users_.find(id);
    return user == users_.end() ? wire_user(id, {}, 0)
                                : wire_user(id, user->second.name, user->second.flags);
}

// Messages above the read mark that are not one's own. Beyond the tail everything counts: that is
// more than a hundred entries back, or long ones.
uint16_t Core::State::unread(const Room& room, UserId user, const Member& member) const {
    const Seq first = std::max(member.read_seq + 1, member.since_seq);
    size_t count = 0;
    for (auto entry = room.tail.rbegin(); entry != room.tail.rend() && count < unread_max;
         ++entry) {
        if (entry->seq < first) {
            return static_cast<uint16_t>(count);
        }
        const bool seen = entry->audience == UserId{} || entry->audience == user;
        if (entry->kind == EntryKind::Message && entry->author != user && seen &&
            !blocks(user, entry->author)) {
            ++count;
        }
    }
    const Seq tail_first = room.tail.empty() ? room.meta.last_seq + 1 : room.tail.front().seq;
    const Seq before = tail_first > first ? tail_first - first : 0;
    return static_cast<uint16_t>(std::min<Seq>(count + before, unread_max));
}

// [rosters]
SharedFrame Core::State::roster_frame(const Room& room, std::span<const UserId> ids, bool whole,
                                      uint32_t request) {
    std::vector<flatbuffers::Offset<wire::Member>> members;
    members.reserve(ids.size());
    for (const UserId id : ids) {
        members.push_back(wire_member(id, room.members.at(id)));
    }
    const auto list =
        members.empty()
            ? flatbuffers::Offset<flatbuffers::Vector<flatbuffers::Offset<wire::Member>>>()
            : fbb().CreateVector(members);
    const auto roster = wire::CreateRoster(fbb(), raw(room.meta.id), whole, list, 0,
                                           static_cast<uint32_t>(room.people));
    return event(wire::Event::Roster, roster, request);
}

std::vector<SharedFrame> Core::State::roster_frames(const Room& room, bool whole) {
    std::vector<SharedFrame> frames;
    std::vector<UserId> ids;
    if (!room.full_roster()) {
        frames.push_back(roster_frame(room, ids, whole, 0));
        return frames;
    }
    size_t bytes = 0;
    for (const auto& [id, member] : room.members) {
        if (!is_person(member.flags)) {
            continue;
        }
        const auto user = users_.find(id);
        const size_t more =
            member_bytes(member, user == users_.end() ? nullptr : &user->second.shown);
        if (!ids.empty() && bytes + more > limits::page_bytes_max) {
            frames.push_back(roster_frame(room, ids, whole && frames.empty(), 0));
            ids.clear();
            bytes = 0;
        }
        ids.push_back(id);
        bytes += more;
    }
    frames.push_back(roster_frame(room, ids, whole && frames.empty(), 0));
    return frames;
}

void Core::State::tell_roster(Room& room, UserId user) {
    const bool person = is_person(room.members.at(user).flags);
    if (person && room.full_roster() && !room.sessions.empty()) {
        deliver(room, Lane::Control, roster_frame(room, {&user, 1}, false, 0));
    }
}

void Core::State::tell_came(Room& room, UserId user) {
    if (room.full_roster()) {
        tell_roster(room, user);
        const auto known = users_.find(user);
        if (known != users_.end() && known->second.card != nullptr && seen(known->second.shown)) {
            const Card& card = *known->second.card;
            const CardKey key{.user = user, .type = card.type};
            if (claim_place(key, card)) {
                deliver(room, Lane::Control, card_frame(key, card));
            }
        }
    } else if (room.people == limits::roster_full_members_max + 1) {
        // Too large now: what was known of its people would grow stale, so it is taken back.
        deliver(room, Lane::Control, roster_frame(room, {}, true, 0));
    } else {
        counts_dirty_.insert(room.meta.id);
    }
}

void Core::State::tell_gone(Room& room, UserId user) {
    if (room.sessions.empty()) {
        return;
    }
    if (room.people == limits::roster_full_members_max) {
        for (SharedFrame& frame : roster_frames(room, true)) {
            deliver(room, Lane::Control, std::move(frame));
        }
    } else if (room.full_roster()) {
        const uint64_t id = raw(user);
        const auto gone = fbb().CreateVector(&id, 1);
        const auto roster = wire::CreateRoster(fbb(), raw(room.meta.id), false, 0, gone,
                                               static_cast<uint32_t>(room.people));
        deliver(room, Lane::Control, event(wire::Event::Roster, roster));
    } else {
        counts_dirty_.insert(room.meta.id);
    }
}

// Large rooms: a count, at most once a second.
void Core::State::tell_counts() {
    for (auto at = counts_dirty_.begin(); at != counts_dirty_.end();) {
        Room* room = find_room(*at);
        PARLEY_ASSERT(room != nullptr); // eviction forgets it here too
        if (now_ms_ - room->counted_at_ms < limits::presence_period_ms) {
            ++at;
            continue;
        }
        room->counted_at_ms = now_ms_;
        if (!room->full_roster()) {
            deliver(*room, Lane::Control, roster_frame(*room, {}, false, 0));
        }
        at = counts_dirty_.erase(at);
    }
}

// [queries]
void Core::State::on_fetch_members(Command& command) {
    const auto& fetch = command.body<wire::FetchMembers>();
    const Room* room = room_of(command, fetch.room());
    if (room == nullptr || !may_answer(command)) {
        return;
    }
    const size_t most = fetch.count() == 0
                            ? limits::roster_page_members_max
                            : std::min<size_t>(fetch.count(), limits::roster_page_members_max);
    std::vector<UserId> ids;
    size_t bytes = 0;
    for (auto at = room->members.upper_bound(UserId{fetch.after_user()});
         at != room->members.end() && ids.size() < most; ++at) {
        if (!is_person(at->second.flags)) {
            continue;
        }
        const auto user = users_.find(at->first);
        bytes += member_bytes(at->second, user == users_.end() ? nullptr : &user->second.shown);
        if (!ids.empty() && bytes > limits::page_bytes_max) {
            break;
        }
        ids.push_back(at->first);
    }
    SharedFrame frame = roster_frame(*room, ids, false, command.from.request);
    spend(command.from.session, frame->size());
    send_answer(command.from.session, Lane::Control, std::move(frame));
}

void Core::State::on_fetch_users(Command& command) {
    if (!may_answer(command)) {
        return;
    }
    const auto& fetch = command.body<wire::FetchUsers>();
    std::vector<StoredUser> known;
    FindUsers request;
    for (const uint64_t id : *fetch.users()) {
        if (std::find(request.ids.begin(), request.ids.end(), UserId{id}) != request.ids.end()) {
            continue; // a few bytes must not draw many
        }
        request.ids.push_back(UserId{id});
        const auto user = users_.find(UserId{id});
        if (user != users_.end()) {
            known.push_back({user->second.id, user->second.name, user->second.flags});
        }
    }
    if (known.size() == request.ids.size()) {
        return answer_users(command.from, known);
    }
    if (may_persist(command)) {
        persist(command.session.id, RoomId{}, std::move(request), UsersOp{command.from});
    }
}

void Core::State::answer_users(const Requester& to, const std::vector<StoredUser>& users) {
    std::vector<flatbuffers::Offset<wire::User>> said;
    for (const StoredUser& user : users) {
        said.push_back(wire_user(user.id, user.name, user.flags));
    }
    const auto list = fbb().CreateVector(said);
    SharedFrame frame = event(wire::Event::Users, wire::CreateUsers(fbb(), list), to.request);
    spend(to.session, frame->size());
    send_answer(to.session, Lane::Control, std::move(frame));
}

} // namespace parley
