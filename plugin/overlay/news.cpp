// news.cpp: notices what is new in the model: wakes the panel, speaks, raises toasts, marks as
// read.
#include <algorithm>

#include "plugin/overlay/inside.hpp"
#include "plugin/overlay/status.hpp"

namespace parley::overlay {
namespace {

constexpr double slow_over_s = 6;
constexpr size_t late_lines_max = 64; // so near the newest they are looked for

bool mentions(const client::Message& message, UserId self) {
    return std::any_of(message.spans.begin(), message.spans.end(),
                       [&](const client::TextSpan& span) {
                           return span.kind == wire::SpanKind::Mention && span.target == raw(self);
                       });
}

} // namespace

Overlay::Inside::Watched& Overlay::Inside::watched(const client::Room& room) {
    for (Watched& known : watched_) {
        if (known.room == room.id) {
            return known;
        }
    }
    Watched fresh;
    fresh.room = room.id;
    // What was there when we entered is history, not news.
    fresh.noticed = std::max(room.last_seq, room.server_last_seq);
    for (const client::Message& message : room.messages) {
        fresh.newest_key = std::max(fresh.newest_key, message.key);
    }
    fresh.slow = room.slow;
    watched_.push_back(fresh);
    return watched_.back();
}

void Overlay::Inside::tell(const View& view, const client::Room& room, Watched& known,
                           const client::Message& message) {
    const bool in_front = room.id == active_;
    const Urgency what = urgency_of(room.kind, mentions(message, view.model.self()));
    const Notice due = notice(what, in_front, mood(known.level));
    if (due.heard) {
        narrator.say(words.say(Word::SayMessage, {person_name(view, message.author),
                                                  room_title(view, room), message.text}));
    }
    if (due.wakes) {
        active_until_s_ = now_s_ + theme.idle_after_ms / 1000.0;
    }
    if (due.later) {
        known.kept.add(what, message.seq);
    }
    tell_host(what, due, room.id, message.seq, message.author);
    if (!due.toast) {
        return;
    }
    // One line of it: the rest waits in its room.
    Phrase line;
    if (room.kind == wire::RoomKind::Direct) {
        line.add(message.text);
    } else {
        line = words.say(Word::ToastMention, {room_title(view, room), message.text});
    }
    toasts.push({.who = message.author,
                 .text = std::string(line.view().substr(0, line.view().find('\n'))),
                 .action = "open",
                 .label = std::string(words[Word::ToastOpen]),
                 .room = room.id});
}

Phrase slow_mode_line(const View& view, const client::Room& room) {
    if (room.role != wire::Role::Member) {
        return Phrase(view.words[Word::ListSlowForOthers]);
    }
    Phrase seconds;
    seconds.add((static_cast<int64_t>(room.pace_period_ms) + 999) / 1000);
    return view.words.say(Word::ListSlow, {seconds});
}

// That everyone writes less often now, or no longer: said of the room in front.
void Overlay::Inside::watch_slow(const View& view, const client::Room& room, Watched& known) {
    if (room.slow == known.slow) {
        return;
    }
    known.slow = room.slow;
    known.slow_over_until_s = room.slow ? 0 : now_s_ + slow_over_s;
    if (room.id == active_ && notice(Urgency::Social, true, mood(known.level)).heard) {
        narrator.say(room.slow ? slow_mode_line(view, room) : Phrase(words[Word::ListSlowOver]));
    }
}

// What concerns the player comes behind the newer lines of a busy room. It lies not far from them.
void Overlay::Inside::tell_late(const View& view, const client::Room& room, Watched& known) {
    const size_t first = room.stored() - std::min(room.stored(), late_lines_max);
    uint64_t newest = known.newest_key;
    for (size_t i = first; i < room.stored(); ++i) {
        const client::Message& message = room.messages[i];
        newest = std::max(newest, message.key);
        if (message.late && message.key > known.newest_key && message.seq <= known.noticed &&
            message.author != view.model.self()) {
            tell(view, room, known, message);
        }
    }
    known.newest_key = newest;
}

void Overlay::Inside::watch_room(const View& view, const client::Room& room) {
    Watched& known = watched(room);
    watch_slow(view, room, known);
    if (known.revision == room.revision) {
        return;
    }
    known.revision = room.revision;
    tell_late(view, room, known);
    const Seq noticed = known.noticed;
    const bool many = digest_waits(mood(known.level)); // nothing is said aloud: all are counted
    for (size_t i = room.stored(); i-- > 0;) {
        const client::Message& message = room.messages[i];
        if (message.seq <= noticed) {
            break;
        }
        known.noticed = std::max(known.noticed, message.seq);
    }
    // Oldest first; after a long absence only the last few are said.
    size_t first = room.stored();
    for (size_t said = 0; first > 0 && (many || said < 4) && room.messages[first - 1].seq > noticed;
         ++said) {
        --first;
    }
    for (size_t i = first; i < room.stored(); ++i) {
        const client::Message& message = room.messages[i];
        if (message.author != view.model.self() && message.kind == client::MessageKind::Text &&
            message.state == client::MessageState::Stored) {
            tell(view, room, known, message);
        }
    }
    for (size_t i = room.stored(); i < room.messages.size(); ++i) {
        const client::Message& message = room.messages[i];
        if (message.state == client::MessageState::Failed && message.key != known.failed_key) {
            known.failed_key = message.key;
            narrator.say(words.say(Word::SayNotSent, {words.error(message.error)}));
            active_until_s_ = now_s_ + theme.idle_after_ms / 1000.0;
        }
    }
}

// What stands at the bottom of the room in front, on a screen that is looked at, is read.
void Overlay::Inside::mark_read() {
    const client::Room* room = active_room();
    const bool looked_at = shown() && window_focus_ && (phase_ != Phase::Combat || opened);
    if (room != nullptr && looked_at && list.at_bottom() && presence_ > 0.5f &&
        room->last_seq > room->read_seq) {
        ignore(client.mark_read(room->id, room->last_seq),
               "not connected: it is tried again next frame");
    }
}

void Overlay::Inside::watch(const View& view) {
    for (const client::Room& room : client.model().rooms()) {
        watch_room(view, room);
    }
    if (watched_.size() > client.model().rooms().size()) {
        std::erase_if(watched_, [&](const Watched& known) {
            return client.model().room(known.room) == nullptr;
        });
    }
    if (client.state() != state_before_) {
        const StatusLine line = status_line(view);
        if (!line.quiet || state_before_ == client::State::Resuming) {
            narrator.say(line.words);
        }
        state_before_ = client.state();
        if (!toasts_wait(mood(Level::All))) {
            active_until_s_ = std::max(active_until_s_, now_s_ + theme.idle_after_ms / 1000.0);
        }
    }
    tell_digest();
    mark_read();
}

} // namespace parley::overlay
