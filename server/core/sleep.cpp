// sleep.cpp: direct rooms that take no place in memory while nobody talks. Whoever is online sits
// in many of them, most with people who are away. Such a room is unloaded under its sessions; when
// anybody needs it again they are put back and told who is there. They miss nothing else: while it
// is not loaded nothing happens in it.
#include <algorithm>

#include "schemas/base/check.hpp"
#include "server/core/state.hpp"

namespace parley {

size_t Core::State::directs_max() const {
    return options_.rooms_loaded_max * limits::direct_rooms_loaded_percent_max / 100;
}

void Core::State::look_later(Room& room, TimeMs at_ms) {
    direct_looks_.erase({room.look_at_ms, room.meta.id});
    room.look_at_ms = at_ms;
    direct_looks_.insert({at_ms, room.meta.id});
}

// Each when it may sleep at the earliest; while places are few all of them in turn.
void Core::State::look_at_directs() {
    const size_t spare = options_.rooms_loaded_max * limits::rooms_loaded_spare_percent / 100;
    for (size_t i = 0; i < limits::direct_looks_per_tick_max && !direct_looks_.empty(); ++i) {
        const auto [due_ms, id] = *direct_looks_.begin();
        const bool few = places_are_few() || direct_looks_.size() + spare >= directs_max();
        if (due_ms > now_ms_ && !few) {
            return;
        }
        Room& room = *find_room(id);
        const TimeMs quiet_at_ms = room.used_ms + options_.direct_sleep_ms;
        if (may_sleep(room) && (few || (now_ms_ >= quiet_at_ms && !room.sessions.empty()))) {
            fall_asleep(room);
        } else {
            const bool early = now_ms_ < quiet_at_ms && !few;
            look_later(room, early ? quiet_at_ms : now_ms_ + options_.direct_sleep_ms);
        }
    }
}

// What memory alone knows must not be missed by anybody, and the other side must not be one of whom
// there may still be something to tell.
bool Core::State::may_sleep(const Room& room) const {
    if (room.in_flight != 0) {
        return false;
    }
    if (room.sessions.empty()) {
        return true; // idle, and goes as any other
    }
    const UserId self = sessions_.at(room.sessions.front()).user;
    return room.memory == nullptr && room.cards.empty() && room.cards_told.empty() &&
           users_.count(other_side(room, self)) == 0 &&
           std::all_of(room.paces.begin(), room.paces.end(),
                       [&](const auto& pace) { return pace.second.full(now_ms_); });
}

void Core::State::fall_asleep(Room& room) {
    flush(room);
    if (!room.sessions.empty()) {
        asleep_names_[room.meta.name] = room.meta.id;
        asleep_[room.meta.id] = {room.meta.name, std::move(room.sessions)};
        room.sessions.clear();
    }
    evict(room.meta.id);
}

void Core::State::wake(Room& room) {
    const auto found = asleep_.find(room.meta.id);
    if (found == asleep_.end()) {
        return;
    }
    const std::vector<SessionId> sessions = std::move(found->second.sessions);
    forget_asleep(room.meta.id);
    for (const SessionId id : sessions) {
        Session* session = find_session(id);
        PARLEY_ASSERT(session != nullptr); // who goes or lags stops sleeping first
        if (still_in(*session, room)) {
            hear(*session, room);
        }
    }
}

bool Core::State::wake(Session& session, RoomId room) {
    if (!stop_sleeping(session.id, room)) {
        return false;
    }
    session.rooms_to_tell.push_back(room);
    tell_rooms(session);
    return true;
}

bool Core::State::stop_sleeping(SessionId id, RoomId room) {
    const auto found = asleep_.find(room);
    if (found == asleep_.end()) {
        return false;
    }
    std::vector<SessionId>& sessions = found->second.sessions;
    const auto at = std::lower_bound(sessions.begin(), sessions.end(), id);
    if (at == sessions.end() || *at != id) {
        return false;
    }
    sessions.erase(at);
    if (sessions.empty()) {
        forget_asleep(room);
    }
    return true;
}

void Core::State::forget_asleep(RoomId room) {
    const auto found = asleep_.find(room);
    if (found != asleep_.end()) {
        asleep_names_.erase(found->second.name);
        asleep_.erase(found);
    }
}

} // namespace parley
