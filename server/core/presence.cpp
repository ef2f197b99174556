// presence.cpp: what users are doing, and who is typing. Both live in memory only; both go to
// people who share a small room.
#include <algorithm>

#include "schemas/base/check.hpp"
#include "schemas/text/utf8.hpp"
#include "schemas/wire/views.hpp"
#include "server/core/state.hpp"

namespace parley {

namespace {

// What others may know: an invisible user cannot be told from one who is away for good.
PresenceInfo shown_to_others(const PresenceInfo& presence) {
    if (seen(presence)) {
        return presence;
    }
    return {wire::PresenceState::Offline, nullptr, presence.since_ms};
}

} // namespace

flatbuffers::Offset<wire::Presence> Core::State::wire_presence(UserId id,
                                                               const PresenceInfo& presence) {
    static const PresenceText nothing_said;
    const PresenceText& words = presence.text == nullptr ? nothing_said : *presence.text;
    const auto token = fbb().CreateString(words.token);
    std::vector<flatbuffers::Offset<flatbuffers::String>> params;
    params.reserve(words.params.size());
    for (const std::string& param : words.params) {
        params.push_back(fbb().CreateString(param));
    }
    const auto list =
        params.empty()
            ? flatbuffers::Offset<flatbuffers::Vector<flatbuffers::Offset<flatbuffers::String>>>()
            : fbb().CreateVector(params);
    return wire::CreatePresence(fbb(), raw(id), presence.state, token, list, presence.since_ms);
}

void Core::State::on_set_presence(Command& command) {
    const wire::Presence& said = *command.body<wire::SetPresence>().presence();
    PresenceInfo presence;
    presence.state = said.state() == wire::PresenceState::Offline ? wire::PresenceState::Invisible
                                                                  : said.state();
    presence.since_ms = date_ms();
    PresenceText words;
    words.token = wire::view(said.token());
    if (said.params() != nullptr) {
        for (const flatbuffers::String* param : *said.params()) {
            const text::TextBounds one_line{limits::presence_param_bytes_max, 1};
            Result<std::string> clean = text::sanitise(wire::view(param), one_line);
            if (!clean && clean.error() != Error::Empty) {
                return refuse(command, clean.error());
            }
            words.params.push_back(clean ? std::move(*clean) : std::string());
            if (words.params.back().size() > limits::presence_param_bytes_max) {
                return refuse(command, Error::TooLong); // composing may lengthen a text
            }
        }
    }
    if (words != PresenceText{}) {
        presence.text = std::make_shared<const PresenceText>(std::move(words));
    }
    set_presence(command.user, std::move(presence));
    if (!command.user.presence_said) {
        command.user.presence_said = true;
        command.user.shown_at_ms = now_ms_ - limits::presence_period_ms; // told at the next Tick
    }
    reply(command.from, {});
}

void Core::State::set_presence(User& user, PresenceInfo presence) {
    if (presence.state == user.presence.state) {
        presence.since_ms = user.presence.since_ms;
    }
    user.presence = std::move(presence);
    presences_dirty_.insert(user.id);
}

// His card goes with him: who is told that he is gone hears that it went, and has it again when he
// shows himself. His own sessions keep it.
void Core::State::show(User& user, PresenceInfo shown) {
    const CardKey place{.user = user.id};
    const bool showed = seen(user.shown);
    const bool shows = seen(shown);
    if (showed && !shows && user.card_told.type != 0) {
        tell_gone(place);
    }
    user.shown = std::move(shown);
    user.shown_at_ms = now_ms_;
    if (showed != shows && user.card != nullptr) {
        user.card->whole = true;
        tell_card_at(place);
    }
}

// Changes of a user coalesce: others hear of him once a period at most.
void Core::State::tell_presences() {
    std::vector<UserId> changed;
    for (auto at = presences_dirty_.begin(); at != presences_dirty_.end();) {
        const auto found = users_.find(*at);
        PARLEY_ASSERT(found != users_.end());
        User& user = found->second;
        if (now_ms_ - user.shown_at_ms < limits::presence_period_ms) {
            ++at;
            continue;
        }
        PresenceInfo shown = shown_to_others(user.presence);
        // One who was not seen and is not is no news: it would tell that he is there.
        if (shown != user.shown && (seen(shown) || seen(user.shown))) {
            show(user, std::move(shown));
            changed.push_back(user.id);
        }
        at = presences_dirty_.erase(at);
    }
    if (!changed.empty()) {
        tell_presence_of(changed);
    }
}

// One frame a room, with all of it that changed: whoever shares two rooms hears it twice, which
// costs less than finding out.
void Core::State::tell_presence_of(std::span<const UserId> changed) {
    std::map<RoomId, std::vector<UserId>> by_room;
    std::vector<UserId> asleep; // his own sessions alone hear of him in such rooms
    for (const UserId id : changed) {
        if (!is_person(users_.at(id).flags)) {
            continue;
        }
        for (const RoomId room_id : users_.at(id).rooms) {
            const Room* room = find_room(room_id);
            if (room != nullptr && room->full_roster() && !room->sessions.empty()) {
                by_room[room_id].push_back(id);
            } else if (asleep_.count(room_id) != 0 && (asleep.empty() || asleep.back() != id)) {
                asleep.push_back(id);
            }
        }
    }
    for (const auto& [room_id, ids] : by_room) {
        for (size_t first = 0; first < ids.size(); first += limits::presences_per_frame_max) {
            const size_t last = std::min(ids.size(), first + limits::presences_per_frame_max);
            std::vector<flatbuffers::Offset<wire::Presence>> list;
            for (size_t i = first; i < last; ++i) {
                list.push_back(wire_presence(ids[i], users_.at(ids[i]).shown));
            }
            const auto presences = wire::CreatePresences(fbb(), fbb().CreateVector(list));
            // Reliable: a lost one would stand until the next change.
            deliver(*find_room(room_id), Lane::Control, event(wire::Event::Presences, presences));
        }
    }
    for (const UserId id : asleep) {
        const User& user = users_.at(id);
        const auto self = wire_presence(id, user.shown);
        const auto presences = wire::CreatePresences(fbb(), fbb().CreateVector(&self, 1));
        const SharedFrame frame = event(wire::Event::Presences, presences);
        for (const SessionId session : user.sessions) {
            send_event(*find_session(session), Lane::Control, frame);
        }
    }
}

// [typing]
void Core::State::on_typing(Command& command) {
    Room* room = room_of(command, command.body<wire::Typing>().room());
    if (room == nullptr) {
        return;
    }
    if (read_only(command.session)) {
        return reply(command.from, {.error = Error::ReadOnly, .room = room->meta.id});
    }
    Member& member = room->members.at(command.user.id);
    const bool relayed = room->kind() != wire::RoomKind::Global && room->full_roster() &&
                         seen(command.user.presence) && seen(command.user.shown) &&
                         now_ms_ + limits::typing_jitter_ms >= member.typing_due_ms;
    if (relayed) {
        member.typing_due_ms = std::max(member.typing_due_ms, now_ms_) + limits::typing_resend_ms;
        auto others = std::make_shared<std::vector<SessionId>>();
        for (const SessionId id : room->sessions) {
            const UserId reader = find_session(id)->user;
            if (reader != command.user.id && !blocks(reader, command.user.id)) {
                others->push_back(id);
            }
        }
        if (!others->empty()) {
            const auto typing = wire::CreateTyping(fbb(), raw(room->meta.id), raw(command.user.id));
            effects_->emplace_back(
                Deliver{Lane::State, event(wire::Event::Typing, typing), std::move(others)});
        }
    }
    reply(command.from, {.room = room->meta.id});
}

} // namespace parley
