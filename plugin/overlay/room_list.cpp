// room_list.cpp: tabs that give way with dignity when there are many: first the titles of the
// others go, then those far from the active one.
#include "plugin/overlay/room_list.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace parley::overlay {
namespace {

// Seen at once; rooms beyond come into view with the active one.
constexpr size_t tabs_max = 12;

struct Tab {
    const client::Room* room = nullptr;
    Phrase title, badge;
    uint32_t unread = 0;
    float title_w = 0, badge_w = 0;

    float width(const View& view, bool with_title) const {
        float w = view.px(12 + 12);
        if (with_title) {
            w += view.px(7) + title_w;
        }
        if (badge_w > 0) {
            w += view.px(7) + badge_w;
        }
        return w + view.px(12);
    }
};

void draw_tab(const View& view, const Tab& tab, const Rect& rect, bool active, bool with_title) {
    Kit& kit = view.kit;
    Canvas& canvas = view.canvas;
    const client::Room& room = *tab.room;
    const Colour tone = view.tone(view.theme.room_tone(room.kind));
    Phrase id;
    id.add("tab/").add(static_cast<int64_t>(raw(room.id)));
    Phrase label(tab.title);
    if (tab.unread > 0) {
        label.add(", ").add(view.words.say(Word::ListNew, tab.unread, tab.badge));
    }
    const Hit hit =
        kit.element(id, "tab", label, rect, {ActionKind::SwitchRoom, raw(room.id), 0, 0});
    const float radius = kit.px(view.theme.radius_inner);
    if (active) {
        canvas.fill(rect, view.tone(Tone::Raised), radius, Corners::Top);
        canvas.fill({rect.x, rect.bottom() - kit.px(2), rect.w, kit.px(2)}, tone);
    } else if (hit.hovered) {
        canvas.fill(rect, with_alpha(view.tone(Tone::Raised), 0.6f), radius, Corners::Top);
    }
    const float cy = rect.y + (rect.h - kit.px(2)) / 2;
    float x = rect.x + kit.px(12);
    canvas.sign(room_sign(room.kind), x + kit.px(6), cy, kit.px(6), tone);
    x += kit.px(12);
    if (with_title) {
        x += kit.px(7);
        kit.line(x, kit.baseline(cy, view.theme.tab), tab.title, view.theme.tab,
                 view.tone(active ? Tone::Text : Tone::Soft), text::Bold, tab.title_w + 1);
        x += tab.title_w;
    }
    if (tab.badge_w > 0) {
        // What is said to few is warmer than what is said to all.
        const bool hot = room.kind != wire::RoomKind::Global && room.kind != wire::RoomKind::Guild;
        kit.badge(x + kit.px(7), cy, tab.badge,
                  hot ? view.tone(Tone::Party) : view.tone(Tone::Badge),
                  view.tone(hot ? Tone::Ink : Tone::Text));
    }
    if (hit.focused) {
        canvas.stroke(rect.grown(-kit.px(1)), view.tone(Tone::Accent), radius,
                      std::max(2.0f, kit.px(2)));
    }
}

} // namespace

void draw_tabs(const View& view, RoomId active, const Rect& area, bool side_shown) {
    Kit& kit = view.kit;
    std::array<Tab, tabs_max> tabs;
    const auto& rooms = view.model.rooms();
    const auto found = std::find_if(rooms.begin(), rooms.end(),
                                    [&](const client::Room& room) { return room.id == active; });
    const size_t active_index =
        found == rooms.end() ? 0 : static_cast<size_t>(found - rooms.begin());
    const size_t first = active_index < tabs.size() ? 0 : active_index + 1 - tabs.size();
    const size_t count = std::min(rooms.size() - std::min(first, rooms.size()), tabs.size());
    for (size_t i = 0; i < count; ++i) {
        Tab& tab = tabs[i];
        tab.room = &rooms[first + i];
        tab.title = room_title(view, *tab.room);
        tab.title_w = std::min(kit.width(tab.title, view.theme.tab, text::Bold), kit.px(120));
        tab.unread = tab.room->id == active ? 0 : tab.room->unread(view.model.self());
        if (tab.unread > 0) {
            tab.badge = count_words(tab.unread);
            tab.badge_w = std::max(
                kit.width(tab.badge, view.theme.meta, text::Bold) + 2 * kit.px(6), kit.px(18));
        }
    }
    const float side = kit.px(38);
    const float gap = kit.px(4);
    const float room_for = area.w - side - gap;
    float whole = 0;
    for (size_t i = 0; i < count; ++i) {
        whole += tabs[i].width(view, true) + gap;
    }
    const bool titles = whole <= room_for;
    // Of the tabs without titles those around the active one are kept.
    const size_t at = active_index - first;
    size_t from = 0, to = count;
    const auto needed = [&] {
        float sum = 0;
        for (size_t i = from; i < to; ++i) {
            sum += tabs[i].width(view, titles || i == at) + gap;
        }
        return sum;
    };
    while (to - from > 1 && needed() > room_for) {
        if (to - 1 - at >= at - from && to - 1 != at) {
            --to;
        } else {
            ++from;
        }
    }
    float x = area.x;
    for (size_t i = from; i < to; ++i) {
        const bool with_title = titles || i == at;
        const float w = std::min(tabs[i].width(view, with_title), room_for);
        draw_tab(view, tabs[i], {x, area.y, w, area.h}, i == at && found != rooms.end(),
                 with_title);
        x += w + gap;
    }

    const Rect more{area.right() - side, area.y, side, area.h - kit.px(3)};
    const Hit hit = kit.element("people", "button", view.words[Word::StatusPeople], more,
                                {ActionKind::ToggleSide, 0, 0, 0});
    if (hit.hovered) {
        view.canvas.fill(more, with_alpha(view.tone(Tone::Raised), 0.8f),
                         kit.px(view.theme.radius_inner));
    }
    view.canvas.sign(Sign::People, more.cx(), more.cy(), kit.px(8),
                     view.tone(side_shown ? Tone::Soft : Tone::Dim));
    if (hit.focused) {
        kit.focus_ring(more.grown(-kit.px(4)), kit.px(6));
    }
}

} // namespace parley::overlay
