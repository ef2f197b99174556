// notify.cpp: the rules, from what holds always to what holds in quiet times.
#include "plugin/overlay/notify.hpp"

#include <algorithm>

namespace parley::overlay {
namespace {

bool is_quiet(Phase phase) {
    return phase == Phase::Combat || phase == Phase::Loading;
}

bool wanted(Level level, Urgency what) {
    return level == Level::All || (level == Level::Mentions && what == Urgency::Urgent);
}

} // namespace

Urgency urgency_of(wire::RoomKind kind, bool mentioned) {
    if (mentioned || kind == wire::RoomKind::Direct) {
        return Urgency::Urgent;
    }
    return kind == wire::RoomKind::Team || kind == wire::RoomKind::Party ? Urgency::Social
                                                                         : Urgency::Ambient;
}

Notice notice(Urgency what, bool in_front, const Mood& mood) {
    Notice out;
    // Who reads along wants to hear it, whatever he has silenced, and needs no sign besides.
    if (in_front && mood.open && mood.window_focus && draws(mood.phase)) {
        out.heard = out.wakes = true;
        return out;
    }
    if (!wanted(mood.level, what)) {
        return out;
    }
    const bool urgent = what == Urgency::Urgent;
    const bool quiet = is_quiet(mood.phase);
    // Ambient lines are never counted as missed: there are always some.
    out.later = (quiet || mood.do_not_disturb) && what != Urgency::Ambient;
    if (mood.do_not_disturb) {
        return out;
    }
    out.sound = quiet ? urgent : what != Urgency::Ambient;
    out.flash = out.desktop = urgent && !mood.window_focus;
    out.heard = urgent || (!quiet && (in_front || what == Urgency::Social));
    out.wakes = in_front && !quiet;
    out.toast = urgent && !in_front && !quiet;
    return out;
}

bool toasts_wait(const Mood& mood) {
    // Who has the chat open looks at it: a toast does not disturb him.
    return is_quiet(mood.phase) || (mood.do_not_disturb && !mood.open);
}

bool digest_waits(const Mood& mood) {
    return is_quiet(mood.phase) || mood.do_not_disturb;
}

bool draws(Phase phase) {
    return phase != Phase::Loading;
}

bool SoundPace::may(Urgency what, double now_s) {
    if (now_s < last_s_ + gap_s && what >= last_) {
        return false;
    }
    last_ = what;
    last_s_ = now_s;
    return true;
}

void Kept::add(Urgency what, Seq seq) {
    first = lines == 0 ? seq : std::min(first, seq);
    last = std::max(last, seq);
    ++lines;
    urgent += what == Urgency::Urgent ? 1 : 0;
}

void Digest::add(RoomId of, const Kept& kept) {
    if (kept.lines == 0) {
        return;
    }
    lines += kept.lines;
    urgent += kept.urgent;
    const bool more =
        kept.urgent != most_.urgent ? kept.urgent > most_.urgent : kept.lines > most_.lines;
    if (more) {
        most_ = kept;
        room = of;
        first = kept.first;
    }
}

} // namespace parley::overlay
