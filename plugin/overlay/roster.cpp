// roster.cpp: sections of people, sorted by who matters now: oneself, then here before away, the
// leader first. Nobody stands twice: a heading says how many of its people stand above.
#include "plugin/overlay/roster.hpp"

#include <algorithm>
#include <cmath>

namespace parley::overlay {
namespace {

constexpr float padding = 14;
constexpr float row = 40;
constexpr float heading = 26;
constexpr float more_height = 24;
constexpr size_t section_people_max = 64;

// Smaller is more relevant.
int relevance(const View& view, UserId user) {
    if (user == view.model.self()) {
        return 0;
    }
    const client::Person* person = view.model.person(user);
    if (person == nullptr || !is_here(person->presence)) {
        return 3;
    }
    return person->presence == wire::PresenceState::Away ? 2 : 1;
}

// One is here as long as one sees this, whatever has been said of it.
Phrase doing_words(const View& view, UserId user) {
    const client::Person* person = view.model.person(user);
    if (user == view.model.self() &&
        (person == nullptr || person->presence == wire::PresenceState::Offline)) {
        return Phrase(view.words[view.words.presence_state(wire::PresenceState::Online)]);
    }
    return person == nullptr ? Phrase() : presence_words(view, *person);
}

} // namespace

void Roster::add_section(const View& view, const client::Room& room) {
    const size_t heading_at = entries_.size();
    Entry head;
    head.kind = Kind::Heading;
    head.room = room.id;
    head.total = room.members_total;
    entries_.push_back(head);
    const auto add = [&](UserId user, wire::Role role) {
        const client::Person* person = view.model.person(user);
        const bool self = user == view.model.self();
        if (self || (person != nullptr && is_here(person->presence))) {
            ++entries_[heading_at].here;
        }
        const bool known = std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
            return entry.kind == Kind::Person && entry.user == user;
        });
        if (known) {
            ++entries_[heading_at].above;
        } else if (entries_.size() - heading_at <= section_people_max) {
            Entry entry;
            entry.kind = Kind::Person;
            entry.user = user;
            entry.leader = role == wire::Role::Leader;
            entry.room = room.id;
            entries_.push_back(entry);
        }
    };
    if (room.kind == wire::RoomKind::Direct) {
        add(room.other, wire::Role::Member);
        return;
    }
    for (const client::Member& member : room.members) {
        add(member.user, member.role);
    }
    std::stable_sort(entries_.begin() + static_cast<ptrdiff_t>(heading_at) + 1, entries_.end(),
                     [&](const Entry& a, const Entry& b) {
                         const int left = relevance(view, a.user);
                         const int right = relevance(view, b.user);
                         return left != right ? left < right : a.leader && !b.leader;
                     });
    if (room.members_total <= 1) {
        Entry alone;
        alone.kind = Kind::Alone;
        entries_.push_back(alone);
    } else if (entries_.size() == heading_at + 1) {
        entries_.pop_back(); // all of them stand in a section above
    }
}

void Roster::rebuild(const View& view) {
    if (built_revision_ == view.model.revision()) {
        return;
    }
    built_revision_ = view.model.revision();
    entries_.clear();
    for (const wire::RoomKind kind : {wire::RoomKind::Party, wire::RoomKind::Team}) {
        for (const client::Room& room : view.model.rooms()) {
            if (room.kind == kind) {
                add_section(view, room);
            }
        }
    }
    // All those one writes to alone stand under one heading.
    const size_t heading_at = entries_.size();
    uint32_t here = 0, total = 0;
    for (const client::Room& room : view.model.rooms()) {
        if (room.kind != wire::RoomKind::Direct || raw(room.other) == 0) {
            continue;
        }
        const size_t before = entries_.size();
        add_section(view, room);
        // Only the first heading stays.
        if (before > heading_at) {
            entries_.erase(entries_.begin() + static_cast<ptrdiff_t>(before));
        }
    }
    for (size_t i = heading_at + 1; i < entries_.size(); ++i) {
        ++total;
        here += relevance(view, entries_[i].user) < 3 ? 1 : 0;
    }
    if (entries_.size() > heading_at + 1) {
        entries_[heading_at].here = here;
        entries_[heading_at].total = total;
        std::stable_sort(entries_.begin() + static_cast<ptrdiff_t>(heading_at) + 1, entries_.end(),
                         [&](const Entry& a, const Entry& b) {
                             return relevance(view, a.user) < relevance(view, b.user);
                         });
    } else {
        entries_.resize(heading_at);
    }
}

float Roster::entry_height(const View& view, size_t index) const {
    switch (entries_[index].kind) {
    case Kind::Heading:
        return view.px(index == 0 ? heading : heading + 10);
    case Kind::Person:
        return view.px(row);
    case Kind::Alone:
        return view.px(28);
    }
    return 0;
}

float Roster::height(const View& view) {
    rebuild(view);
    if (entries_.empty()) {
        return 0;
    }
    float sum = 2 * view.px(padding - 4);
    for (size_t i = 0; i < entries_.size(); ++i) {
        sum += entry_height(view, i);
    }
    return sum;
}

void Roster::draw_person(const View& view, const Entry& entry, const Rect& rect) {
    Kit& kit = view.kit;
    const std::string_view name = person_name(view, entry.user);
    const Phrase doing = doing_words(view, entry.user);
    Phrase label(name);
    if (entry.leader) {
        label.add(", ").add(view.words[Word::RosterLeader]);
    }
    label.add(", ").add(doing);
    Phrase id;
    id.add("person/").add(static_cast<int64_t>(raw(entry.user)));

    // A friend's presence card may offer to join him: its first button stands in his row.
    const client::CardState* card =
        entry.user == view.model.self() ? nullptr : view.model.presence_card(entry.user);
    const CardType* type = card != nullptr && view.client.card_types() != nullptr
                               ? view.client.card_types()->find(card->type)
                               : nullptr;
    float right = rect.right();
    if (type != nullptr && !type->actions.empty()) {
        const ActionType& action = type->actions[0];
        const FieldType* condition = type->field(action.enabled_if);
        const client::CardValue* value =
            condition == nullptr ? nullptr : card->value(condition->id);
        const bool enabled = condition == nullptr || (value != nullptr && value->number != 0);
        Phrase button_id(id);
        button_id.add("/").add(action.name);
        const Button button{.id = button_id,
                            .label = action.label,
                            .look = action.primary ? ButtonLook::Primary : ButtonLook::Plain,
                            .enabled = enabled,
                            .why = {},
                            .key = {},
                            .action = {ActionKind::CardButton, 0, raw(entry.user),
                                       static_cast<uint32_t>(type->id) << 8},
                            .size = view.theme.small};
        const float w = kit.button_width(button);
        right -= w + kit.px(8);
        kit.button(button, {rect.right() - w, rect.cy() - kit.px(14), w, kit.px(28)});
    }
    kit.element(id, "listitem", label, rect, {}, true, false);

    Phrase letters;
    const float side = kit.px(34);
    kit.avatar({rect.x, std::round(rect.cy() - side / 2), side, side},
               avatar_look(view, entry.user, letters, true), view.tone(Tone::Panel) | 0xff000000u);
    const float x = rect.x + side + kit.px(10);
    const float width = right - x;
    const bool here = relevance(view, entry.user) < 3;
    const float name_base = kit.baseline(rect.cy() - kit.px(9), view.theme.body);
    const float name_w =
        kit.line(x, name_base, name, view.theme.body, view.tone(here ? Tone::Text : Tone::Soft),
                 text::Bold, width - kit.px(entry.leader ? 24 : 0));
    if (entry.leader) {
        view.canvas.sign(Sign::Crown, x + name_w + kit.px(14), rect.cy() - kit.px(9), kit.px(6.5f),
                         view.tone(Tone::Party));
    }
    kit.line(x, kit.baseline(rect.cy() + kit.px(10), view.theme.small), doing, view.theme.small,
             view.tone(here ? Tone::Soft : Tone::Dim), 0, width);
}

size_t Roster::entries_that_fit(const View& view, float height) const {
    float y = 2 * view.px(padding - 4);
    size_t count = 0;
    for (size_t i = 0; i < entries_.size(); ++i) {
        y += entry_height(view, i);
        // Where something is left out, the line that says so must fit too.
        const float more = i + 1 < entries_.size() ? view.px(more_height) : 0;
        if (y + more > height + 0.5f) {
            break;
        }
        // A heading alone says nothing.
        if (entries_[i].kind != Kind::Heading) {
            count = i + 1;
        }
    }
    return count;
}

Phrase Roster::heading_words(const View& view, const Entry& entry) {
    const client::Room* room = view.model.room(entry.room);
    Phrase here, total, above;
    here.add(static_cast<int64_t>(entry.here));
    total.add(static_cast<int64_t>(entry.total));
    above.add(static_cast<int64_t>(entry.above));
    if (room == nullptr || room->kind == wire::RoomKind::Direct) {
        return view.words.say(Word::RosterOnline, {view.words[Word::RoomDirect], here});
    }
    return view.words.say(entry.above == 0 ? Word::RosterHeading : Word::RosterHeadingAbove,
                          {room_title(view, *room), here, total, above});
}

float Roster::draw(const View& view, const Rect& space) {
    rebuild(view);
    const size_t count = entries_that_fit(view, space.h);
    if (count == 0) {
        return 0;
    }
    int64_t left_out = 0;
    for (size_t i = count; i < entries_.size(); ++i) {
        left_out += entries_[i].kind == Kind::Person ? 1 : 0;
    }
    Kit& kit = view.kit;
    Rect rect = space;
    rect.h = 2 * kit.px(padding - 4) + (left_out > 0 ? kit.px(more_height) : 0);
    for (size_t i = 0; i < count; ++i) {
        rect.h += entry_height(view, i);
    }
    kit.element("roster", "list", view.words[Word::StatusPeople], rect, {}, true, false);
    kit.panel(rect);
    const float x = rect.x + kit.px(padding);
    const float w = rect.w - 2 * kit.px(padding);
    float y = rect.y + kit.px(padding - 4);
    for (size_t i = 0; i < count; ++i) {
        const Entry& entry = entries_[i];
        const float h = entry_height(view, i);
        switch (entry.kind) {
        case Kind::Heading: {
            const Phrase title = heading_words(view, entry);
            Phrase id;
            id.add("roster/").add(static_cast<int64_t>(raw(entry.room)));
            kit.element(id, "heading", title, {x, y, w, h}, {}, true, false);
            kit.heading(x, y + h - kit.px(9), title, w);
            break;
        }
        case Kind::Person:
            draw_person(view, entry, {x, y, w, h});
            break;
        case Kind::Alone:
            kit.line(x, kit.baseline(y + h / 2, view.theme.small), view.words[Word::RosterAlone],
                     view.theme.small, view.tone(Tone::Dim), 0, w);
            break;
        }
        y += h;
    }
    if (left_out > 0) {
        kit.line(x, kit.baseline(y + kit.px(more_height / 2), view.theme.small),
                 view.words.say(Word::RosterMore, left_out), view.theme.small, view.tone(Tone::Dim),
                 0, w);
    }
    return rect.h;
}

} // namespace parley::overlay
