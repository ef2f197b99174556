// view.cpp: people, rooms and times as they are shown everywhere.
#include "plugin/overlay/view.hpp"

#include <algorithm>
#include <cmath>

#include "schemas/text/utf8.hpp"

namespace parley::overlay {

// [people]

std::string_view person_name(const View& view, UserId user) {
    if (user == view.model.self() && raw(user) != 0) {
        return view.words[Word::ListYou];
    }
    const client::Person* person = view.model.person(user);
    if (person == nullptr || person->name.empty()) {
        return view.words[Word::ListSomeone];
    }
    return person->name;
}

std::string_view initials(std::string_view name, Phrase& out) {
    out.clear();
    const size_t first = text::next_grapheme(name, 0);
    if (first == 0) {
        return out;
    }
    add_upper(out, name.substr(0, first));
    // Two letters only where letters are narrow and do not join.
    if (static_cast<uint8_t>(name[0]) < 0xd6) {
        const size_t space = name.find_last_of(" _-.");
        const size_t from =
            space != std::string_view::npos && space + 1 < name.size() ? space + 1 : first;
        const size_t second = text::next_grapheme(name, from);
        if (second > from && static_cast<uint8_t>(name[from]) < 0xd6) {
            if (from == first) {
                out.add(name.substr(from, second - from));
            } else {
                add_upper(out, name.substr(from, second - from));
            }
        }
    }
    return out;
}

AvatarLook avatar_look(const View& view, UserId user, Phrase& initials_out, bool with_dot) {
    AvatarLook look;
    const client::Person* person = view.model.person(user);
    const bool self = user == view.model.self();
    look.colour = self ? view.tone(Tone::Mine) : view.theme.user_colour(user);
    look.initials = initials(
        person == nullptr ? std::string_view("?") : std::string_view(person->name), initials_out);
    look.has_dot = with_dot && !self && person != nullptr;
    if (!look.has_dot) {
        return look;
    }
    const PresenceLook dot = presence_look(person->presence);
    look.dot = dot.sign;
    look.dot_colour = view.tone(dot.tone);
    if (dot.tone == Tone::Offline) {
        look.colour = view.theme.away_colour(look.colour);
    }
    return look;
}

PresenceLook presence_look(wire::PresenceState state) {
    switch (state) {
    case wire::PresenceState::Online:
        return {Sign::Disc, Tone::Good};
    case wire::PresenceState::InMatch:
        return {Sign::Play, Tone::Good};
    case wire::PresenceState::LookingForGroup:
        return {Sign::Diamond, Tone::Accent};
    case wire::PresenceState::Away:
        return {Sign::Moon, Tone::Warn};
    case wire::PresenceState::DoNotDisturb:
        return {Sign::Minus, Tone::Bad};
    case wire::PresenceState::Streaming:
        return {Sign::Square, Tone::Direct};
    default:
        return {Sign::Ring, Tone::Offline};
    }
}

Colour name_colour(const View& view, UserId user) {
    if (user == view.model.self()) {
        return view.tone(Tone::Text);
    }
    return view.theme.name_colour(user);
}

bool is_here(wire::PresenceState state) {
    return state != wire::PresenceState::Offline && state != wire::PresenceState::Invisible;
}

Phrase presence_words(const View& view, const client::Person& person) {
    Phrase out;
    const std::string_view sentence =
        person.token.empty() ? std::string_view{} : view.words.presence_sentence(person.token);
    const auto param = [&](size_t i) {
        return i < person.params.size() ? std::string_view(person.params[i]) : std::string_view{};
    };
    if (!sentence.empty()) {
        view.words.fill(out, sentence, {param(0), param(1), param(2), param(3)});
        return out;
    }
    out.add(view.words[view.words.presence_state(person.presence)]);
    for (const client::String& value : person.params) {
        if (!value.empty()) {
            out.add(" · ");
            view.words.add_value(out, value);
        }
    }
    if (!is_here(person.presence) && person.since_ms > 0 && view.server_ms > person.since_ms) {
        const int64_t minutes = (view.server_ms - person.since_ms) / 60'000;
        out.add(" · ");
        if (minutes < 1) {
            out.add(view.words[Word::TimeNow]);
        } else if (minutes < 60) {
            out.add(view.words.say(Word::TimeMinutes, minutes));
        } else if (minutes < 48 * 60) {
            out.add(view.words.say(Word::TimeHours, minutes / 60));
        } else {
            out.add(view.words.say(Word::TimeDays, minutes / 60 / 24));
        }
    }
    return out;
}

// [rooms]

Sign room_sign(wire::RoomKind kind) {
    switch (kind) {
    case wire::RoomKind::Party:
        return Sign::Diamond;
    case wire::RoomKind::Team:
        return Sign::TriangleUp;
    case wire::RoomKind::Global:
        return Sign::Disc;
    case wire::RoomKind::Direct:
        return Sign::Square;
    default:
        return Sign::Pentagon;
    }
}

Phrase room_title(const View& view, const client::Room& room) {
    if (room.kind == wire::RoomKind::Direct && raw(room.other) != 0) {
        return Phrase(person_name(view, room.other));
    }
    if (room.kind == wire::RoomKind::Guild && !room.title.empty()) {
        return Phrase(room.title);
    }
    // One party, one team at a time: the kind's word says it in the reader's language.
    return Phrase(view.words[view.words.room_kind(room.kind)]);
}

// [times]

Clock local_clock(const View& view, TimeMs at_ms) {
    const int64_t seconds = at_ms / 1000 + view.utc_offset_s;
    const int64_t day = seconds >= 0 ? seconds / 86'400 : -((86'399 - seconds) / 86'400);
    const int64_t rest = seconds - day * 86'400;
    return {day, static_cast<int>(rest / 3600), static_cast<int>(rest / 60 % 60)};
}

Phrase time_of_day(const View& view, TimeMs at_ms) {
    const Clock clock = local_clock(view, at_ms);
    Phrase out;
    out.add_two_digits(clock.hour).add(":").add_two_digits(clock.minute);
    return out;
}

Phrase day_words(const View& view, TimeMs at_ms) {
    const int64_t day = local_clock(view, at_ms).day;
    const int64_t today = local_clock(view, view.server_ms).day;
    if (day == today) {
        return Phrase(view.words[Word::TimeToday]);
    }
    if (day + 1 == today) {
        return Phrase(view.words[Word::TimeYesterday]);
    }
    // Civil date of a day number (proleptic Gregorian, eras of 400 years that start in March).
    const int64_t shifted = day + 719'468;
    const int64_t era = (shifted >= 0 ? shifted : shifted - 146'096) / 146'097;
    const int64_t of_era = shifted - era * 146'097;
    const int64_t year = (of_era - of_era / 1460 + of_era / 36'524 - of_era / 146'096) / 365;
    const int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    const int64_t march_month = (5 * of_year + 2) / 153;
    const int64_t date = of_year - (153 * march_month + 2) / 5 + 1;
    const int64_t month = march_month < 10 ? march_month + 2 : march_month - 10; // 0: January
    std::string_view names = view.words[Word::TimeMonths];
    for (int64_t i = 0; i < month; ++i) {
        const size_t space = names.find(' ');
        names = space == std::string_view::npos ? std::string_view{} : names.substr(space + 1);
    }
    Phrase number;
    number.add(date);
    return view.words.say(Word::TimeDate, {number, names.substr(0, names.find(' '))});
}

void add_left(Phrase& out, int64_t ms) {
    // The last second counts as one until it is over.
    const int64_t seconds = ms <= 0 ? 0 : (ms + 999) / 1000;
    if (seconds >= 3600) {
        out.add(seconds / 3600).add(":").add_two_digits(seconds / 60 % 60).add(":");
    } else {
        out.add(seconds / 60).add(":");
    }
    out.add_two_digits(seconds % 60);
}

// [numbers]

Phrase count_words(uint32_t count) {
    Phrase out;
    out.add(static_cast<int64_t>(std::min(count, counted_max)));
    return count > counted_max ? out.add("+") : out;
}

void add_decimal(Phrase& out, int64_t scaled, uint8_t scale) {
    if (scale == 0) {
        out.add(scaled);
        return;
    }
    int64_t unit = 1;
    for (uint8_t i = 0; i < scale && i < 18; ++i) {
        unit *= 10;
    }
    // Apart, because -0.5 has a whole part without a sign.
    const uint64_t size =
        scaled < 0 ? uint64_t{0} - static_cast<uint64_t>(scaled) : static_cast<uint64_t>(scaled);
    if (scaled < 0) {
        out.add("-");
    }
    out.add(static_cast<int64_t>(size / static_cast<uint64_t>(unit))).add(".");
    const auto rest = static_cast<int64_t>(size % static_cast<uint64_t>(unit));
    for (int64_t digit = unit / 10; digit > 0; digit /= 10) {
        out.add(rest / digit % 10);
    }
}

float approach(float value, float goal, float dt_s, float ms, bool at_once) {
    if (at_once || ms <= 0 || std::fabs(goal - value) < 0.002f) {
        return goal;
    }
    return goal + (value - goal) * std::exp(-dt_s * 1000 / (ms / 1.6f));
}

} // namespace parley::overlay
