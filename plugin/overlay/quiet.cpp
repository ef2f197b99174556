// quiet.cpp: what is not to be said now, and how it is told when its time has come; what the host
// is asked to do.
#include <algorithm>
#include <cmath>
#include <utility>

#include "plugin/overlay/inside.hpp"

namespace parley::overlay {

Mood Overlay::Inside::mood(Level level) const {
    return {phase_, level, do_not_disturb, opened, window_focus_};
}

void Overlay::Inside::hold_toasts() {
    toasts.hold(toasts_wait(mood(Level::All)));
    if (toasts.heard_now()) {
        say_toast(*toasts.current());
    }
}

void Overlay::Inside::set_phase(Phase phase) {
    phase_ = phase;
    if (!draws(phase)) {
        close();
    }
    if (phase == Phase::Combat) {
        active_until_s_ = std::min(active_until_s_, now_s_); // the panel goes to rest
    }
    hold_toasts();
}

Result<void> Overlay::Inside::set_level(RoomId id, Level level) {
    const client::Room* room = client.model().room(id);
    if (room == nullptr) {
        return Error::NotFound;
    }
    watched(*room).level = level;
    return {};
}

void Overlay::Inside::say_toast(const Toast& toast) {
    const Phrase key = key_name(words, options.toast_key);
    if (raw(toast.who) == 0) { // nobody's: the game says it
        narrator.say(toast.action.empty()
                         ? Phrase(toast.text)
                         : words.say(Word::SayToastNobody, {toast.text, key, toast.label}));
        return;
    }
    const client::Person* person = client.model().person(toast.who);
    const std::string_view name = person == nullptr || person->name.empty()
                                      ? words[Word::ListSomeone]
                                      : std::string_view(person->name);
    narrator.say(toast.action.empty()
                     ? words.say(Word::SayToastPlain, {name, toast.text})
                     : words.say(Word::SayToast, {name, toast.text, key, toast.label}));
}

void Overlay::Inside::toast_of_game(Toast toast) {
    const Notice due = notice(Urgency::Urgent, false, mood(Level::All));
    if (due.heard) {
        say_toast(toast);
    }
    toast.heard = due.heard;
    tell_host(Urgency::Urgent, due, {}, 0, toast.who);
    toasts.push(std::move(toast));
}

void Overlay::Inside::tell_host(Urgency what, const Notice& due, RoomId room, Seq seq,
                                UserId user) {
    Notice wanted = due;
    wanted.sound = due.sound && sounds_.may(what, now_s_);
    if (!wanted.for_host()) {
        return;
    }
    client::Event event{client.memory()};
    event.type = client::EventType::Notify;
    event.room = room;
    event.seq = seq;
    event.user = user;
    event.urgency = static_cast<uint8_t>(what);
    event.wants = static_cast<uint8_t>((wanted.sound ? Notice::sound_bit : 0) |
                                       (wanted.flash ? Notice::flash_bit : 0) |
                                       (wanted.desktop ? Notice::desktop_bit : 0));
    client.push_event(std::move(event));
}

// Of the rooms that have not been read since.
Digest Overlay::Inside::digest() const {
    Digest out;
    for (const Watched& known : watched_) {
        const client::Room* room = client.model().room(known.room);
        if (room != nullptr && known.kept.last > room->read_seq) {
            out.add(known.room, known.kept);
        }
    }
    return out;
}

void Overlay::Inside::tell_digest() {
    if (digest_waits(mood(Level::All))) {
        fought_ = fought_ || phase_ == Phase::Combat;
        return;
    }
    const Digest told = digest();
    for (Watched& known : watched_) {
        known.kept = {};
    }
    const bool fought = std::exchange(fought_, false);
    if (told.lines == 0) {
        return;
    }
    Phrase counts = words.say(Word::DigestLines, told.lines);
    if (told.urgent > 0) {
        const Phrase lines = counts;
        counts = words.say(Word::DigestBoth, {lines, words.say(Word::DigestForYou, told.urgent)});
    }
    const Phrase line = words.say(fought ? Word::DigestFought : Word::DigestMeanwhile, {counts});
    Toast toast{.text = std::string(line.view()),
                .action = "read",
                .label = std::string(words[Word::DigestRead]),
                .room = told.room,
                .seq = told.first,
                .heard = false};
    toasts.push(std::move(toast));
    hold_toasts(); // it is said as it is seen
}

// [badge] How much waits for the player in a quiet time: all that is seen of it.

Phrase Overlay::Inside::waiting_words() const {
    if (!digest_waits(mood(Level::All))) {
        return {};
    }
    const int64_t waiting = digest().urgent + static_cast<int64_t>(toasts.on_hold());
    return waiting == 0 ? Phrase() : words.say(Word::DigestForYou, waiting);
}

Rect Overlay::Inside::draw_waiting(const View& view, float x, float y, float width_max) {
    const Phrase said = waiting_words();
    const float size = theme.meta;
    const float words_w =
        std::min(kit.width(said, size, text::Bold), std::max(1.0f, width_max - kit.px(24)));
    const Rect rect{x, y, words_w + kit.px(24), kit.px(26)};
    kit.element("waiting", "status", said, rect, {}, true, false);
    canvas.fill(rect, theme[Tone::Party], rect.h / 2);
    kit.line(rect.x + kit.px(12), kit.baseline(rect.cy(), size), said, size, view.tone(Tone::Ink),
             text::Bold, words_w + 1);
    return rect;
}

} // namespace parley::overlay
