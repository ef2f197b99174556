// receive_rooms.cpp: what the shard says of rooms and of the people in them, applied.
#include <algorithm>

#include "plugin/client/inside.hpp"

namespace parley::client {

void Client::Inside::on_room_state(const wire::RoomState& said) {
    const RoomId id{said.room()};
    Room* room = writer.room(id);
    const bool is_new = room == nullptr;
    room_named_at_ms = now_ms; // they come in portions: more may follow
    if (is_new) {
        if (model.rooms().size() >= limits::rooms_per_user_max) {
            ++stats.refused_frames;
            return;
        }
        room = &writer.add_room(id);
    }
    RoomSync& known = sync.of(id);
    // Within a session a live batch may have overtaken this; between two, a log that became shorter
    // is another log.
    const bool shorter = !known.confirmed && said.last_seq() < room->last_seq;
    if (is_new || room->incarnation != said.incarnation() || shorter) {
        const bool had_log = !is_new && room->last_seq > 0;
        // What is known of a log says nothing of the one after it.
        room->server_last_seq = 0;
        room->read_seq = 0;
        known.mark_waits = false;
        writer.describe(*room, said);
        start_afresh(*room, said.incarnation(), said.last_seq());
        if (is_new) {
            room->pace_tokens = room->pace_burst;
            room->pace_at_steady_ms = now_ms;
        }
        known.page_wanted = !room->history_complete;
        if (had_log) {
            Event gap = event(EventType::Gap);
            gap.room = id;
            gap.seq = said.last_seq();
            push(std::move(gap));
        }
    } else {
        const double full_in_ms = pace_full_in_ms(*room);
        const uint16_t burst = room->pace_burst;
        const uint32_t period_ms = room->pace_period_ms;
        writer.describe(*room, said);
        if (room->pace_burst != burst || room->pace_period_ms != period_ms) {
            set_pace_full_in(*room, full_in_ms);
        }
    }
    if (known.confirmed) {
        // Told once more: we had fallen behind, and answers to what we asked may have been left
        // out.
        outbox.unsend(id);
        known.page_wanted = known.page_wanted || known.page_request != 0;
        known.page_request = 0;
    }
    // The cards that there are follow; perhaps with versions that start anew.
    while (!room->cards.empty()) {
        const uint16_t type = room->cards.back().type;
        writer.remove_card(id, UserId{}, type);
        card_event(id, UserId{}, type);
    }
    known.confirmed = true;
    known.resume_request = 0;
    known.resume_not_before_steady_ms = 0;
    known.resume_anyway = sync.lost_early();
    if (room->other != UserId{}) {
        met(room->other);
    }
    Event changed = event(EventType::Room);
    changed.room = id;
    push(std::move(changed));
    drain(id);
}

void Client::Inside::on_room_pace(const wire::RoomPace& said) {
    Room* const room = writer.room(RoomId{said.room()});
    if (room == nullptr) {
        return; // its RoomState will say so
    }
    if (room->role == wire::Role::Member) {
        const double full_in_ms = pace_full_in_ms(*room);
        room->pace_burst = said.pace_burst();
        room->pace_period_ms = std::max<uint32_t>(said.pace_period_ms(), 1);
        set_pace_full_in(*room, full_in_ms);
    }
    room->slow = said.slow();
    writer.touch();
    Event changed = event(EventType::Room);
    changed.room = room->id;
    push(std::move(changed));
}

void Client::Inside::on_room_gone(RoomId id, Error reason) {
    if (writer.room(id) == nullptr) {
        sync.forget(id);
        return;
    }
    while (const Outgoing* const outgoing = outbox.first_of(id)) {
        if (outgoing->answer) {
            reply(outgoing->request, Error::NotMember, id);
        }
        outbox.remove(id, outgoing->nonce);
    }
    sync.forget(id);
    writer.remove_room(id);
    Event gone = event(EventType::RoomGone);
    gone.room = id;
    gone.result = reason;
    push(std::move(gone));
}

void Client::Inside::on_roster(const wire::Roster& said) {
    Room* const room = writer.room(RoomId{said.room()});
    if (room == nullptr) {
        return;
    }
    writer.roster(*room, said);
    Event changed = event(EventType::Members);
    changed.room = room->id;
    push(std::move(changed));
}

void Client::Inside::met(UserId user) {
    if (user == UserId{}) {
        return;
    }
    Person& person = writer.person(user);
    if (person.name.empty() && !person.asked) {
        person.asked = true;
        nameless.push_back(user);
    }
}

void Client::Inside::on_typing(const wire::Typing& said) {
    Room* const room = writer.room(RoomId{said.room()});
    const UserId user{said.user()};
    Member* const member = room == nullptr ? nullptr : writer.member(*room, user);
    if (member == nullptr || user == model.self()) {
        return;
    }
    const bool started = member->typing_until_steady_ms == 0;
    member->typing_until_steady_ms = now_ms + limits::typing_expiry_ms;
    if (typing_expires_at_ms == 0) {
        typing_expires_at_ms = member->typing_until_steady_ms;
    }
    if (started) {
        writer.touch_members(*room);
        Event changed = event(EventType::Members);
        changed.room = room->id;
        push(std::move(changed));
    }
}

void Client::Inside::on_presences(const wire::Presences& said) {
    if (said.presences() == nullptr) {
        return;
    }
    for (const wire::Presence* const presence_said : *said.presences()) {
        writer.presence(*presence_said);
    }
    for (Room& room : writer.rooms()) {
        const bool concerned =
            std::any_of(said.presences()->begin(), said.presences()->end(),
                        [&](const wire::Presence* p) { return room.member(UserId{p->user()}); });
        if (concerned) {
            writer.touch_members(room);
            Event changed = event(EventType::Members);
            changed.room = room.id;
            push(std::move(changed));
        }
    }
}

} // namespace parley::client
