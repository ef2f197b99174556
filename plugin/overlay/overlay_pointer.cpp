// overlay_pointer.cpp: what the pointer does. What is taken here the game never sees.
#include <algorithm>
#include <cmath>
#include <utility>

#include "plugin/overlay/inside.hpp"

namespace parley::overlay {
namespace {

constexpr float wheel_lines_max = 1000; // of one turn; no hand turns as far
constexpr double press_again_s = 0.4;   // a second press later than that is a first
constexpr float press_again_px = 6;     // nor further away
constexpr float drag_px = 4;            // a pointer that moved less was pressed, not dragged

} // namespace

bool Overlay::Inside::mouse_move(const Input& event) {
    mouse_x_ = event.x;
    mouse_y_ = event.y;
    mouse_known_ = true;
    if (dragging_text_) {
        composer.point(event.x, event.y, true);
        return true;
    }
    if (dragging_log_) {
        drag_log(event.x, event.y);
        return true;
    }
    return false;
}

// The first press, the second at the same place, the third.
int Overlay::Inside::count_press(float x, float y) {
    const bool again =
        now_s_ - pressed_s_ < press_again_s &&
        std::fabs(x - pressed_x_) + std::fabs(y - pressed_y_) < kit.px(press_again_px);
    presses_ = again ? presses_ % 3 + 1 : 1;
    pressed_s_ = now_s_;
    pressed_x_ = x;
    pressed_y_ = y;
    return presses_;
}

void Overlay::Inside::press_log(float x, float y) {
    const client::Room* room = active_room();
    if (room == nullptr) {
        return;
    }
    const int presses = count_press(x, y);
    dragging_log_ = true;
    log_dragged_ = presses > 1;
    list.mark(*room, x, y,
              presses == 1   ? MessageList::Mark::Place
              : presses == 2 ? MessageList::Mark::Word
                             : MessageList::Mark::Whole);
}

void Overlay::Inside::drag_log(float x, float y) {
    const bool moved = std::fabs(x - pressed_x_) + std::fabs(y - pressed_y_) >= kit.px(drag_px);
    if (presses_ == 1 && (moved || log_dragged_)) {
        log_dragged_ = true;
        list.mark_to(x, y);
    }
}

// A press that was no drag is for what lies there: a link, a name, something covered.
void Overlay::Inside::release_log(float x, float y) {
    dragging_log_ = false;
    const client::Room* room = active_room();
    if (log_dragged_ || room == nullptr) {
        return;
    }
    const MessageList::Spot spot = list.spot(*room, x, y);
    const client::Message* message = message_of(*room, spot.key);
    const Element* element = kit.under(x, y);
    if (element != nullptr && element->action.kind == ActionKind::Reveal) {
        act(element->action);
    } else if (message != nullptr && !spot.link.empty()) {
        ask_host(client::EventType::Link, *room, *message, spot.link);
    } else if (raw(spot.mentioned) != 0 && spot.mentioned != client.model().self()) {
        act_on_person({ActionKind::Mention, 0, raw(spot.mentioned), 0});
    }
}

// The first press puts the caret and begins a selection, the second takes the word, the third all.
void Overlay::Inside::point_composer(float x, float y) {
    const int presses = count_press(x, y);
    dragging_text_ = presses == 1;
    if (presses == 1) {
        composer.point(x, y, false);
    } else if (presses == 2) {
        composer.point_word(x, y);
    } else {
        composer.select_all();
    }
}

bool Overlay::Inside::mouse_button(const Input& event) {
    mouse_x_ = event.x;
    mouse_y_ = event.y;
    mouse_known_ = true;
    return event.down ? mouse_down(event) : mouse_up(event);
}

bool Overlay::Inside::mouse_up(const Input& event) {
    const bool ours = arbiter.release(Device::Mouse, event.key) == Owner::Chat;
    const std::string pressed = std::exchange(held_, {});
    dragging_text_ = false;
    if (event.key != 0) {
        return ours;
    }
    if (dragging_log_) {
        release_log(event.x, event.y);
        return ours;
    }
    const Element* element = kit.under(event.x, event.y);
    if (ours && !pressed.empty() && element != nullptr && element->id == pressed) {
        const Action action = element->action;
        if (Menu::owns(pressed)) {
            close_menu();
        }
        act(action);
    }
    return ours;
}

// Whether a press there is not the game's, whatever it hits. x as panels are drawn.
bool Overlay::Inside::over_panel(float x, float y) const {
    return screen_.toast.contains(x, y) ||
           (opened && (screen_.chat.contains(x, y) || screen_.roster.contains(x, y) ||
                       screen_.cards.contains(x, y) || menu.is_open()));
}

bool Overlay::Inside::mouse_down(const Input& event) {
    if (!shown()) {
        return false;
    }
    const Element* element = kit.under(event.x, event.y);
    const float x = canvas.placed(event.x);
    const bool on_panel = over_panel(x, event.y);
    // While one plays, only what can be pressed takes a click: a button, a tab, the composer. A
    // message under the crosshair does not, nor what it quotes.
    const bool pressable =
        element != nullptr &&
        (opened || (presence_ > 0.5f && message_named(element->id) == nullptr) ||
         element->id.rfind("card/", 0) == 0 || element->id.rfind("toast/", 0) == 0);
    if (arbiter.press(Device::Mouse, event.key, false, on_panel || pressable) == Owner::Game) {
        if (opened && !on_panel) {
            close();
        }
        return false;
    }
    if (menu.is_open() && !menu.covers(event.x, event.y)) {
        close_menu(); // and that is all that this press does
        return true;
    }
    if (opened && list_rect_.contains(x, event.y) && press_list(event, element)) {
        return true;
    }
    if (event.key == 0 && pressable) {
        held_ = element->id;
        if (element->id == "composer") {
            if (!opened) {
                ignore(open(wire::RoomKind::None), "there is a room: its composer was clicked");
            }
            set_focus("composer", false);
            point_composer(event.x, event.y);
        }
    }
    return true;
}

// [the list] True: the press was for it. element: what can be pressed there, or null.
bool Overlay::Inside::press_list(const Input& event, const Element* element) {
    if (event.key == 1) {
        if (const client::Message* message = message_at(event.x, event.y)) {
            open_menu(active_, message->key, {event.x, event.y, 1, 1});
        }
        return true;
    }
    const bool on_row = element == nullptr || element->role == std::string_view("listitem");
    if (event.key == 0 && on_row) {
        press_log(event.x, event.y);
        return true;
    }
    return false;
}

bool Overlay::Inside::wheel(const Input& event) {
    if (!opened || !screen_.chat.contains(canvas.placed(mouse_x_), mouse_y_)) {
        return false;
    }
    close_menu();
    list.scroll(std::clamp(event.y, -wheel_lines_max, wheel_lines_max) * kit.px(56));
    return true;
}

} // namespace parley::overlay
