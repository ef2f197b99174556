// overlay_input.cpp: from the player's hands to actions; overlay_pointer.cpp has the pointer. What
// is taken here the game never sees.
#include <algorithm>
#include <cmath>
#include <limits>

#include "plugin/overlay/inside.hpp"

namespace parley::overlay {

Phrase key_name(const Words& words, uint32_t code) {
    Phrase out;
    if (code >= key::f1 && code <= key::f12) {
        out.add("F").add(static_cast<int64_t>(code - key::f1 + 1));
    } else if (code > ' ' && code < 127) {
        const char one = static_cast<char>(code);
        add_upper(out, {&one, 1});
    } else {
        constexpr Word names[] = {
            Word::KeyEnter, Word::KeyEscape, Word::KeyTab,      Word::KeyBackspace, Word::KeyDelete,
            Word::KeyLeft,  Word::KeyRight,  Word::KeyUp,       Word::KeyDown,      Word::KeyHome,
            Word::KeyEnd,   Word::KeyPageUp, Word::KeyPageDown, Word::KeySpace};
        const bool named = code >= key::enter && code - key::enter < std::size(names);
        out.add(named ? words[names[code - key::enter]] : "?");
    }
    return out;
}

// [opening]

Result<void> Overlay::Inside::open(wire::RoomKind kind) {
    if (!draws(phase_)) {
        return Error::BadState;
    }
    const client::Room* goal = active_room();
    if (kind != wire::RoomKind::None) {
        goal = client.model().room(
            last_kind_room_[static_cast<size_t>(kind) % std::size(last_kind_room_)]);
        for (const client::Room& room : client.model().rooms()) {
            if (goal == nullptr && room.kind == kind) {
                goal = &room;
            }
        }
    } else if (goal == nullptr) {
        choose_room();
        goal = active_room();
    }
    if (goal == nullptr) {
        return Error::NotFound;
    }
    switch_room(goal->id);
    side_in_front_ = false;
    if (!opened) {
        arbiter.opened();
        opened = true;
    }
    visible = true;
    focus = "composer";
    active_until_s_ = now_s_ + theme.idle_after_ms / 1000.0;
    Phrase title;
    if (const client::Person* other = client.model().person(goal->other);
        goal->kind == wire::RoomKind::Direct && other != nullptr) {
        title.add(other->name);
    } else {
        title.add(words[words.room_kind(goal->kind)]);
    }
    narrator.say(words.say(Word::SayOpened, {title}));
    return {};
}

void Overlay::Inside::close() {
    if (!opened) {
        return;
    }
    opened = false;
    held_.clear();
    dragging_text_ = dragging_log_ = false;
    menu.close();
    list.unmark();
    composer.cancel_preedit();
    active_until_s_ = now_s_ + theme.idle_after_ms / 1000.0;
    narrator.say(words[Word::SayClosed]);
}

// [events]

bool Overlay::Inside::input(const Input& given) {
    // A place that is none is where the pointer was: what is pressed there must still come up.
    Input event = given;
    if (!std::isfinite(event.x) || !std::isfinite(event.y)) {
        if (event.type == InputType::MouseMove || event.type == InputType::Wheel) {
            return false;
        }
        event.x = mouse_x_;
        event.y = mouse_y_;
    }
    switch (event.type) {
    case InputType::Key:
        if (!event.down) {
            return arbiter.release(Device::Key, event.key) == Owner::Chat;
        }
        return key_pressed(event);
    case InputType::Text:
        if (arbiter.text(opened) == Owner::Game) {
            return false;
        }
        if (opened && !arbiter.swallowing()) {
            side_in_front_ = false;
            menu.close();
            set_focus("composer", false);
            composer.insert(client, event.text);
        }
        return true;
    case InputType::Preedit:
        if (!opened) {
            return false;
        }
        arbiter.preedit();
        menu.close();
        set_focus("composer", false);
        composer.preedit(event.text, event.caret);
        return true;
    case InputType::MouseMove:
        return mouse_move(event);
    case InputType::MouseButton:
        return mouse_button(event);
    case InputType::Wheel:
        return wheel(event);
    case InputType::Pad:
        if (!event.down) {
            return arbiter.release(Device::Pad, event.key) == Owner::Chat;
        }
        if (arbiter.press(Device::Pad, event.key, event.repeat, opened) == Owner::Game) {
            return false;
        }
        return pad_pressed(event.key);
    case InputType::Focus:
        window_focus_ = event.down;
        if (!event.down) {
            arbiter.focus_lost();
            held_.clear();
            dragging_text_ = dragging_log_ = false;
            composer.cancel_preedit();
        }
        return false;
    case InputType::None:
        break;
    }
    return false;
}

bool Overlay::Inside::key_pressed(const Input& event) {
    // Function keys stay the game's (push to talk, screenshots), but for the toast's own.
    const bool function = event.key >= key::f1 && event.key <= key::f12;
    const bool for_toast = event.key == options.toast_key && toasts.has_action();
    const bool wanted = for_toast || (opened && !function);
    const bool was_held = arbiter.holds(Device::Key, event.key);
    if (arbiter.press(Device::Key, event.key, event.repeat, wanted) == Owner::Game) {
        return false;
    }
    if (for_toast && !event.repeat && !was_held) {
        answer_toast();
        return true;
    }
    if (opened && !for_toast) {
        // A held Enter must not send twice, nor Escape close twice.
        const bool once = event.key == key::enter || event.key == key::escape;
        if (!(once && (event.repeat || was_held))) {
            overlay_key(event.key, event.mods);
        }
    }
    return true;
}

bool Overlay::Inside::overlay_key(uint32_t code, uint32_t modifiers) {
    const bool on_composer = focus == "composer";
    if (composer.composing()) {
        if (code == key::escape) {
            composer.cancel_preedit();
        }
        return true;
    }
    if (menu.is_open() && menu_key(code)) {
        return true;
    }
    if (on_composer && modifiers == 0 && completion.is_open() && completion_key(code)) {
        return true;
    }
    if ((code == 'c' || code == 'C') && (modifiers & mods::ctrl) != 0 && copy_from_log()) {
        return true;
    }
    switch (code) {
    case key::escape:
        go_back();
        return true;
    case key::tab:
        step_room((modifiers & mods::shift) != 0 ? -1 : 1);
        return true;
    case key::page_up:
        list.page(1);
        return true;
    case key::page_down:
        list.page(-1);
        return true;
    default:
        break;
    }
    const bool arrow = code >= key::left && code <= key::down;
    if (on_composer && (modifiers & mods::alt) == 0) {
        if (code == key::enter) {
            if ((modifiers & mods::shift) != 0) {
                composer.insert(client, "\n");
            } else {
                send((modifiers & mods::ctrl) != 0);
            }
            return true;
        }
        if (composer.key(client, code, modifiers, clipboard)) {
            return true;
        }
        if (code == key::left || code == key::right) {
            return true; // at the end of the line the caret stays
        }
    }
    if (arrow) {
        move_focus(code == key::left    ? -1
                   : code == key::right ? 1
                                        : 0,
                   code == key::up     ? -1
                   : code == key::down ? 1
                                       : 0);
        return true;
    }
    if (!on_composer) {
        if (code == key::enter || code == key::space) {
            activate_focus();
        } else if (code == key::home) {
            list.to_oldest();
        } else if (code == key::end) {
            list.to_newest();
        } else if (code == key::backspace) {
            set_focus("composer", true);
        }
    }
    return true;
}

// One step towards the game: out of the side panel, then out of the reply, then out of the chat.
void Overlay::Inside::go_back() {
    if (menu.is_open()) {
        close_menu();
    } else if (list.marked()) {
        list.unmark();
    } else if (side_in_front_ && screen_.narrow) {
        act({ActionKind::ToggleSide, 0, 0, 0});
    } else if (composer.replying_to() != 0) {
        composer.reply_to(0);
    } else {
        close();
    }
}

bool Overlay::Inside::pad_pressed(uint32_t button) {
    if (focus == "composer" && completion.is_open()) {
        const uint32_t as_key = button == pad::south  ? key::enter
                                : button == pad::east ? key::escape
                                : button == pad::up   ? key::up
                                : button == pad::down ? key::down
                                                      : key::none;
        if (completion_key(as_key)) {
            return true;
        }
    }
    switch (button) {
    case pad::south:
        focus == "composer" ? send(false) : activate_focus();
        break;
    case pad::east:
        go_back();
        break;
    case pad::west:
        if (const Element* element = kit.find(focus); element != nullptr && !menu.is_open()) {
            if (const client::Message* message = message_named(focus)) {
                open_menu(active_, message->key, element->rect);
            }
        }
        break;
    case pad::north:
        if (toasts.has_action()) {
            answer_toast();
        }
        break;
    case pad::up:
        move_focus(0, -1);
        break;
    case pad::down:
        move_focus(0, 1);
        break;
    case pad::left:
        move_focus(-1, 0);
        break;
    case pad::right:
        move_focus(1, 0);
        break;
    case pad::left_shoulder:
        step_room(-1);
        break;
    case pad::right_shoulder:
        step_room(1);
        break;
    default:
        break;
    }
    return true;
}

// [focus]

void Overlay::Inside::set_focus(std::string_view id, bool aloud) {
    if (focus == id) {
        return;
    }
    focus.assign(id);
    const Element* element = kit.find(id);
    if (element == nullptr || !aloud) {
        return;
    }
    const std::string_view role_word =
        element->role == std::string_view("tab")        ? words[Word::RoleTab]
        : element->role == std::string_view("textbox")  ? words[Word::RoleTextbox]
        : element->role == std::string_view("listitem") ? words[Word::RoleListitem]
                                                        : words[Word::RoleButton];
    narrator.say(words.say(element->enabled ? Word::SayFocus : Word::SayFocusDisabled,
                           {element->label, role_word}));
}

// To the nearest element in a direction; what lies straight ahead is nearer than what lies beside.
void Overlay::Inside::move_focus(int dx, int dy) {
    const Element* from = kit.find(focus);
    if (from == nullptr) {
        set_focus("composer", true);
        return;
    }
    const Rect here = from->rect;
    const Element* best = nullptr;
    float best_cost = std::numeric_limits<float>::max();
    for (const Element& element : kit.elements()) {
        if (!element.focusable || &element == from || menu.is_open() != Menu::owns(element.id) ||
            element.rect.w < 1 || element.rect.h < 1) {
            continue;
        }
        const Rect& there = element.rect;
        float ahead = 0, beside = 0;
        if (dx != 0) {
            ahead = dx > 0 ? there.x - here.x : here.right() - there.right();
            if (ahead <= 0.5f || (dx > 0 ? there.cx() <= here.cx() : there.cx() >= here.cx())) {
                continue;
            }
            beside = std::max({0.0f, there.y - here.bottom(), here.y - there.bottom()});
            ahead = std::max(0.0f, dx > 0 ? there.x - here.right() : here.x - there.right());
        } else {
            if (dy > 0 ? there.cy() <= here.cy() : there.cy() >= here.cy()) {
                continue;
            }
            ahead = std::max(0.0f, dy > 0 ? there.y - here.bottom() : here.y - there.bottom());
            beside = std::max({0.0f, there.x - here.right(), here.x - there.right()});
            // Among those of one row the one below the same side.
            beside += 0.05f * std::fabs(there.x - here.x);
            if (dy > 0 ? there.y < here.y : there.bottom() > here.bottom()) {
                continue;
            }
        }
        const float cost = ahead + 3 * beside;
        if (cost < best_cost) {
            best_cost = cost;
            best = &element;
        }
    }
    if (best == nullptr) {
        // Above the first visible message there may be older ones.
        if (dy != 0 && focus.rfind("message/", 0) == 0) {
            list.scroll(static_cast<float>(-dy) * kit.px(80));
        }
        return;
    }
    set_focus(std::string(best->id), true);
    if (const client::Message* message = message_named(focus)) {
        list.show(message->key);
    }
}

void Overlay::Inside::activate_focus() {
    const Element* element = kit.find(focus);
    if (element == nullptr || !element->enabled) {
        return;
    }
    const Action action = element->action;
    if (Menu::owns(focus)) {
        close_menu();
    }
    act(action);
}

// [actions]

void Overlay::Inside::send(bool stay) {
    const client::Room* room = active_room();
    if (room == nullptr) {
        return;
    }
    if (composer.empty()) {
        close();
        return;
    }
    list.to_newest();
    const Result<void> sent = composer.send(client, *room);
    if (sent) {
        if (!stay) {
            close();
        }
    } else {
        // The line stays where it is; what is wrong with it is said.
        narrator.say(words.say(Word::SayNotSent, {words.error(sent.error())}));
        toasts.push({{},
                     std::string(words.say(Word::SayNotSent, {words.error(sent.error())}).view()),
                     "",
                     "",
                     {},
                     0});
    }
}

void Overlay::Inside::press_card(const Action& action) {
    const CardTypeSet* types = client.card_types();
    const CardType* type =
        types == nullptr ? nullptr : types->find(static_cast<uint16_t>(action.index >> 8));
    const size_t which = action.index & 0xffu;
    if (type == nullptr || which >= type->actions.size()) {
        return;
    }
    client::Event event{client.memory()};
    event.type = client::EventType::Action;
    event.room = static_cast<RoomId>(action.a);
    event.user = static_cast<UserId>(action.b);
    event.text.assign(type->actions[which].name);
    event.card_type = type->id;
    client.push_event(std::move(event));
}

void Overlay::Inside::answer_toast() {
    const Toast* toast = toasts.current();
    if (toast == nullptr || toast->action.empty()) {
        return;
    }
    const RoomId room = toast->room;
    const Seq seq = toast->seq;
    if (raw(room) != 0) {
        toasts.dismiss();
        switch_room(room);
        ignore(open(wire::RoomKind::None), "the room may have gone: then nothing opens");
        if (seq > 0 && active_ == room) {
            list.jump(seq);
        }
        return;
    }
    client::Event event{client.memory()};
    event.type = client::EventType::Action;
    event.user = toast->who;
    event.text.assign(toast->action);
    client.push_event(std::move(event));
    toasts.dismiss();
}

void Overlay::Inside::act(const Action& action) {
    switch (action.kind) {
    case ActionKind::None:
        break;
    case ActionKind::FocusComposer:
        set_focus("composer", true);
        break;
    case ActionKind::SwitchRoom:
        switch_room(static_cast<RoomId>(action.a));
        active_until_s_ = now_s_ + theme.idle_after_ms / 1000.0;
        break;
    case ActionKind::Retry:
        ignore(client.retry(static_cast<RoomId>(action.a), action.b),
               "the line was sent or thrown away meanwhile");
        break;
    case ActionKind::Reply:
        composer.reply_to(action.b);
        set_focus("composer", true);
        break;
    case ActionKind::CancelReply:
        composer.reply_to(0);
        set_focus("composer", true);
        break;
    case ActionKind::Reveal:
        list.reveal(action.b);
        break;
    case ActionKind::LeftOut:
        ignore(client.fetch_history(static_cast<RoomId>(action.a), action.b + 1, action.index),
               "not connected: the row stays and may be pressed again");
        break;
    case ActionKind::ToNewest:
        list.to_newest();
        set_focus("composer", true);
        break;
    case ActionKind::ToQuote:
        list.jump(action.b);
        break;
    case ActionKind::ToUnread:
        list.to_unread();
        break;
    case ActionKind::TakeOffer:
        take_offer(action.index);
        break;
    case ActionKind::OpenMenu: {
        const Element* opener = kit.find(focus);
        const Element* under = kit.under(mouse_x_, mouse_y_);
        const Element* beside =
            opener != nullptr && opener->action.kind == ActionKind::OpenMenu ? opener : under;
        open_menu(static_cast<RoomId>(action.a), action.b,
                  beside != nullptr ? beside->rect : canvas.placed(list_rect_));
        break;
    }
    case ActionKind::Copy:
    case ActionKind::CopyLink:
    case ActionKind::OpenLink:
    case ActionKind::Report:
        act_on_message(action);
        break;
    case ActionKind::Mention:
    case ActionKind::Whisper:
    case ActionKind::Block:
    case ActionKind::Unblock:
        act_on_person(action);
        break;
    case ActionKind::Discard:
        ignore(client.discard(static_cast<RoomId>(action.a), action.b),
               "the line was sent or thrown away meanwhile");
        break;
    case ActionKind::CardButton:
        press_card(action);
        break;
    case ActionKind::ToastButton:
        answer_toast();
        break;
    case ActionKind::ToastLater:
        toasts.dismiss();
        break;
    case ActionKind::ToggleSide:
        if (screen_.narrow) {
            side_in_front_ = !side_in_front_;
            focus = side_in_front_ ? "people/back" : "composer";
        } else {
            side_collapsed_ = !side_collapsed_;
        }
        break;
    }
}

} // namespace parley::overlay
