// panels.cpp: what stands on the screen in a frame: status, chat, hints, people, cards, toast.
#include <algorithm>
#include <cmath>

#include "plugin/overlay/inside.hpp"
#include "plugin/overlay/room_list.hpp"
#include "plugin/overlay/status.hpp"

namespace parley::overlay {

void Overlay::Inside::draw_all(const View& view, float width, float height) {
    const client::Room* room = active_room();
    const StatusLine status = status_line(view);
    const bool first_run = room == nullptr;
    Wishes want;
    want.width = width;
    want.height = height;
    want.unit = kit.unit();
    want.side_in_front = side_in_front_;
    want.chat_first = opened;
    want.chat_h = first_run ? 240 : 0;
    const float margin = screen_margin(theme, width, height, kit.unit());
    const float status_shown = status.quiet ? presence_ : 1;
    if (status_shown > 0.02f && client.state() != client::State::Idle) {
        want.status_w =
            std::min(kit.width(status.words, theme.small) + kit.px(41), width - 2 * margin);
        want.status_h = kit.px(32);
    }
    float dev_h = 0;
    if (client.dev()) {
        const float banner_w =
            kit.width(words[Word::StatusDev], theme.meta, text::Bold) + kit.px(24);
        want.status_w = std::max(want.status_w, std::min(banner_w, width - 2 * margin));
        dev_h = kit.px(26) + (want.status_h > 0 ? kit.px(6) : 0);
        want.status_h += dev_h;
    }
    float waiting_h = 0;
    if (const Phrase waiting = waiting_words(); !waiting.view().empty()) {
        const float waiting_w = kit.width(waiting, theme.meta, text::Bold) + kit.px(24);
        want.status_w = std::max(want.status_w, std::min(waiting_w, width - 2 * margin));
        waiting_h = kit.px(26) + (want.status_h > 0 ? kit.px(6) : 0);
        want.status_h += waiting_h;
    }
    const Phrase toast_cap = key_name(words, options.toast_key);
    if (toasts.current() != nullptr) {
        const Rect size = toasts.measure(view, toast_width_max(width, margin), toast_cap);
        want.toast_w = size.w;
        want.toast_h = size.h;
    }
    const bool hints = !first_run && (opened || (!words.hints().empty() && presence_ > 0.02f));
    want.hints_h = hints ? kit.px(20) : 0;
    // The roster goes to rest with the chat; cards are the game's and stay.
    const bool roster_shown = roster_wanted && !side_collapsed_ && presence_ > 0.02f;
    want.roster_h = roster_shown ? roster.height(view) : 0;
    want.roster = roster_shown && want.roster_h > 0;
    const float cards_w = std::min(kit.px(theme.cards_width), width - 2 * margin);
    want.cards_h = cards_wanted && !side_collapsed_ ? cards_height(view, cards_w, 1e9f) : 0;
    want.cards = want.cards_h > 0;
    screen_ = arrange(theme, want);
    if (screen_.cards.w > 0) {
        // Whole cards only.
        const float fits = cards_height(view, screen_.cards.w, screen_.cards.h);
        screen_.cards.y += screen_.cards.h - fits;
        screen_.cards.h = fits;
        if (screen_.roster.w > 0) {
            const float space =
                screen_.cards.y - std::min(kit.px(theme.gap), screen_.margin) - screen_.roster.y;
            screen_.roster.h = std::min(want.roster_h, space);
        }
    }

    if (screen_.status.w > 0) {
        Rect place = screen_.status;
        if (dev_h > 0) {
            const Rect banner = draw_dev_banner(view, place.x, place.y, place.w);
            place.y = banner.bottom() + kit.px(6);
        }
        if (waiting_h > 0) {
            place.y = draw_waiting(view, place.x, place.y, place.w).bottom() + kit.px(6);
        }
        if (status_shown > 0.02f && client.state() != client::State::Idle) {
            draw_status(view, place.x, place.y, place.w, status_shown);
        }
    }
    composer_rect_ = list_rect_ = {};
    if (screen_.chat.h > 0) {
        if (first_run) {
            if (presence_ > 0.02f) {
                canvas.alpha = presence_;
                kit.panel(screen_.chat);
                canvas.alpha = 1;
                draw_first_run(view, screen_.chat);
            }
        } else {
            draw_chat(view, room, screen_.chat);
        }
    }
    if (screen_.hints.w > 0) {
        draw_hints(screen_.hints);
    }
    if (screen_.roster.w > 0) {
        canvas.alpha = presence_;
        roster.draw(view, screen_.roster);
        canvas.alpha = 1;
    }
    if (screen_.cards.w > 0) {
        draw_cards(view, screen_.cards);
    }
    if (screen_.back.w > 0) {
        kit.button({.id = "people/back",
                    .label = words[Word::StatusBack],
                    .look = ButtonLook::Plain,
                    .enabled = true,
                    .why = {},
                    .key = {},
                    .action = {ActionKind::ToggleSide, 0, 0, 0},
                    .size = theme.button},
                   screen_.back);
    }
    if (screen_.toast.w > 0 && toasts.current() != nullptr) {
        Rect rect = screen_.toast;
        if (!options.reduced_motion) {
            rect.y -= std::round((1 - toast_presence_) * kit.px(14));
        }
        toasts.draw(view, rect, toast_cap, toast_presence_);
    }
    menu.draw(view, {0, 0, width, height});
}

void Overlay::Inside::draw_chat(const View& view, const client::Room* room, const Rect& rect) {
    const bool panel = presence_ > 0.02f;
    // What does not fit goes: first the line that says who types, then the tabs.
    const float least = kit.px(12 + 60);
    const float tabs_h = rect.h >= kit.px(44) + least ? kit.px(44) : 0;
    const float composer_margin = kit.px(12);
    const float composer_h = composer.height(view, *room, rect.w - 2 * composer_margin);
    const float typing_h =
        rect.h >= kit.px(chat_height_least) - kit.px(30) ? kit.px(24) : kit.px(6);
    composer_rect_ = {rect.x + composer_margin, rect.bottom() - composer_margin - composer_h,
                      rect.w - 2 * composer_margin, composer_h};
    list_rect_ = {rect.x + kit.px(14), rect.y + tabs_h + kit.px(2), rect.w - 2 * kit.px(14),
                  std::max(0.0f, composer_rect_.y - typing_h - rect.y - tabs_h - kit.px(2))};
    if (panel) {
        canvas.alpha = presence_;
        kit.element("chat", "group", room_title(view, *room), rect, {}, true, false);
        kit.panel(rect);
        const float thick = std::max(1.0f, std::floor(kit.unit()));
        if (tabs_h > 0) {
            canvas.fill({rect.x, rect.y + tabs_h, rect.w, thick}, theme[Tone::Line]);
            draw_tabs(
                view, active_,
                {rect.x + kit.px(8), rect.y + kit.px(8), rect.w - kit.px(16), tabs_h - kit.px(8)},
                screen_.roster.w > 0 || screen_.cards.w > 0);
        }
        canvas.alpha = 1;
    }
    kit.element("log", "log", room_title(view, *room), list_rect_, {}, true, false);
    list.draw(view, *room, list_rect_);
    if (!panel) {
        return;
    }
    canvas.alpha = presence_;
    // What is marked holds the list: it may stand at the newest all the same.
    if (!list.at_bottom() && (list.new_below() > 0 || !list.marked())) {
        const uint32_t below = list.new_below();
        draw_pill(view, "list/newest",
                  below > 0 ? words.say(Word::ListNewBelow, below, count_words(below))
                            : Phrase(words[Word::ListToNewest]),
                  Sign::ArrowDown, list_rect_.bottom() - kit.px(32), below > 0,
                  {ActionKind::ToNewest, 0, 0, 0});
    }
    if (const uint32_t above = list.new_above(); above > 0 && list_rect_.h > kit.px(120)) {
        draw_pill(view, "list/unread", words.say(Word::ListNewAbove, above, count_words(above)),
                  Sign::ArrowUp, list_rect_.y + kit.px(4), true, {ActionKind::ToUnread, 0, 0, 0});
    }
    if (typing_h >= kit.px(20)) {
        draw_typing(
            view, *room,
            {rect.x + kit.px(16), composer_rect_.y - typing_h, rect.w - kit.px(32), typing_h});
    }
    const bool writing = opened && focus == "composer";
    composer.draw(view, *room, composer_rect_, writing);
    canvas.alpha = 1;
    if (writing && !composer.composing() && !menu.is_open()) {
        offer_completion(view, *room);
    } else {
        completion.close();
    }
}

void Overlay::Inside::offer_completion(const View& view, const client::Room& room) {
    const bool anew = completion.look(client.model(), room, composer.text(), composer.caret());
    if (!completion.is_open()) {
        return;
    }
    if (anew || completion.chosen() != offer_heard_) {
        narrator.say(completion.heard(view));
        offer_heard_ = completion.chosen();
    }
    completion.draw(view, composer_rect_);
}

// A round button over the list, that leads to what is not seen.
void Overlay::Inside::draw_pill(const View& view, std::string_view id, std::string_view label,
                                Sign sign, float y, bool strong, const Action& action) {
    const float w = kit.width(label, theme.small, text::Bold) + kit.px(16 + 12 + 10 + 14);
    const Rect pill{std::round(list_rect_.cx() - w / 2), y, w, kit.px(28)};
    const Hit hit = kit.element(id, "button", label, pill, action);
    view.canvas.shadow(pill, kit.px(14), kit.px(10), kit.px(3), theme[Tone::Shadow]);
    const Colour back = strong ? theme[Tone::Accent] : theme[Tone::Button] | 0xff000000u;
    const Colour ink = strong ? theme[Tone::OnAccent] : theme[Tone::Text];
    canvas.fill(pill, hit.hovered ? mix(back, theme[Tone::Text], tint_under_pointer) : back,
                kit.px(14));
    canvas.sign(sign, pill.x + kit.px(20), pill.cy(), kit.px(5), ink);
    kit.line(pill.x + kit.px(34), kit.baseline(pill.cy(), theme.small), label, theme.small, ink,
             text::Bold);
    if (hit.focused) {
        kit.focus_ring(pill, kit.px(14));
    }
}

// In Global rooms, where nobody is told who types.
void Overlay::Inside::draw_slow_mode(const View& view, const client::Room& room, const Rect& rect) {
    const bool over = !room.slow && now_s_ < watched(room).slow_over_until_s;
    if (!room.slow && !over) {
        return;
    }
    const Phrase line = over ? Phrase(words[Word::ListSlowOver]) : slow_mode_line(view, room);
    kit.element("slow", "status", line, rect, {}, true, false);
    canvas.sign(Sign::Ring, rect.x + kit.px(11), rect.cy(), kit.px(4),
                theme[over ? Tone::Soft : Tone::Warn]);
    kit.line(rect.x + kit.px(26), kit.baseline(rect.cy(), theme.small), line, theme.small,
             theme[Tone::Soft], 0, rect.w - kit.px(30));
}

void Overlay::Inside::draw_typing(const View& view, const client::Room& room, const Rect& rect) {
    UserId names[limits::typing_names_max]{};
    uint32_t count = 0;
    for (const client::Member& member : room.members) {
        if (member.typing_until_steady_ms > 0 && member.user != client.model().self()) {
            if (count < limits::typing_names_max) {
                names[count] = member.user;
            }
            ++count;
        }
    }
    if (count == 0) {
        draw_slow_mode(view, room, rect);
        return;
    }
    const auto name = [&](size_t index) { return person_name(view, names[index]); };
    static_assert(limits::typing_names_max == 3, "one sentence for each number of names");
    const Phrase line = count == 1   ? words.say(Word::ListTypingOne, {name(0)})
                        : count == 2 ? words.say(Word::ListTypingTwo, {name(0), name(1)})
                        : count == 3 ? words.say(Word::ListTypingThree, {name(0), name(1), name(2)})
                                     : Phrase(words[Word::ListTypingMany]);
    kit.element("typing", "status", line, rect, {}, true, false);
    // Three dots that breathe, one after the other.
    for (int i = 0; i < 3; ++i) {
        const double phase = now_s_ * 1.2 - i * 0.18;
        const float glow =
            options.reduced_motion
                ? 0.8f
                : 0.45f + 0.45f * static_cast<float>(std::max(0.0, std::sin(phase * 6.28318)));
        canvas.sign(Sign::Disc, rect.x + kit.px(5) + static_cast<float>(i) * kit.px(6), rect.cy(),
                    kit.px(2), with_alpha(theme[Tone::Soft], glow));
    }
    kit.line(rect.x + kit.px(26), kit.baseline(rect.cy(), theme.small), line, theme.small,
             theme[Tone::Dim], 0, rect.w - kit.px(26));
}

void Overlay::Inside::draw_hints(const Rect& rect) {
    canvas.alpha = presence_;
    float x = rect.x;
    const auto hint = [&](std::string_view cap, std::string_view word) {
        const float w = kit.key_cap_width(cap) + kit.px(6) + kit.width(word, theme.small);
        if (x + w > rect.right()) {
            return;
        }
        x += kit.key_cap(x, rect.cy(), cap, theme[Tone::KeyCap], theme[Tone::Text]) + kit.px(6);
        const text::Layout* laid = kit.layout(word, theme.small);
        if (laid != nullptr && !laid->lines.empty()) {
            canvas.outlined_text(*laid, x,
                                 kit.baseline(rect.cy(), theme.small) - laid->lines[0].baseline,
                                 theme[Tone::Soft], theme[Tone::Outline]);
            x += std::ceil(laid->width_px);
        }
        x += kit.px(12);
    };
    if (opened) {
        hint(words[Word::KeyEnter], words[Word::KeySend]);
        hint(words[Word::KeyTab], words[Word::KeyNextRoom]);
        hint(words[Word::KeyEscape], words[Word::KeyClose]);
    } else {
        for (const Hint& each : words.hints()) {
            hint(each.key, each.word);
        }
    }
    canvas.alpha = 1;
}

// [cards] Top to bottom in the order of the rooms; those that do not fit are left out from the top,
// so that the party's, which are last asked for, stay.

float Overlay::Inside::cards_height(const View& view, float width, float height_max) {
    card_order_.clear();
    const CardTypeSet* types = client.card_types();
    if (types == nullptr) {
        return 0;
    }
    const float gap = std::min(kit.px(theme.gap), screen_margin(theme, 1e6f, 1e6f, kit.unit()));
    float sum = 0;
    // The party's card is nearest to the corner; the match above it.
    for (const wire::RoomKind kind :
         {wire::RoomKind::Party, wire::RoomKind::Team, wire::RoomKind::Direct,
          wire::RoomKind::Guild, wire::RoomKind::Global}) {
        for (const client::Room& room : client.model().rooms()) {
            if (room.kind != kind) {
                continue;
            }
            for (const client::CardState& card : room.cards) {
                const CardType* type = types->find(card.type);
                if (type == nullptr) {
                    continue;
                }
                const float h =
                    cards.height(view, *type, card, width) + (card_order_.empty() ? 0 : gap);
                if (sum + h <= height_max + 0.5f) {
                    sum += h;
                    card_order_.push_back(&card);
                }
            }
        }
    }
    return sum;
}

void Overlay::Inside::draw_cards(const View& view, const Rect& rect) {
    const float gap = std::min(kit.px(theme.gap), screen_margin(theme, 1e6f, 1e6f, kit.unit()));
    float y = rect.y;
    for (size_t i = card_order_.size(); i-- > 0;) {
        const client::CardState& card = *card_order_[i];
        const client::Room* room = client.model().room(card.room);
        const CardType* type = client.card_types()->find(card.type);
        if (room == nullptr || type == nullptr) {
            continue;
        }
        const float h = cards.height(view, *type, card, rect.w);
        cards.draw(view, *room, *type, card, {rect.x, y, rect.w, h});
        y += h + gap;
    }
}

} // namespace parley::overlay
