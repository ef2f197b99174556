// overlay_pointer.cpp: what the pointer does. What is taken here the game never sees.
#include <algorithm>
#include <cmath>

#include "plugin/overlay/inside.hpp"

namespace parley::overlay {
namespace {

constexpr float wheel_lines_max = 1000; // of one turn; no hand turns as far

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
    if (!event.down) {
        const bool ours = arbiter.release(Device::Mouse, event.key) == Owner::Chat;
        dragging_text_ = false;
        if (dragging_log_ && event.key == 0) {
            release_log(event.x, event.y);
        } else if (ours && event.key == 0 && !held_.empty()) {
            const Element* element = kit.under(event.x, event.y);
            if (element != nullptr && element->id == held_) {
                const Action action = element->action;
                const bool chosen = Menu::owns(held_);
                held_.clear();
                if (chosen) {
                    close_menu();
                }
                act(action);
            }
        }
        held_.clear();
        return ours;
    }
    if (!shown()) {
        return false;
    }
    const Element* element = kit.under(event.x, event.y);
    const float x = canvas.placed(event.x); // as panels are drawn
    const bool over_panel = (opened && (screen_.chat.contains(x, event.y) ||
                                        screen_.roster.contains(x, event.y) || menu.is_open())) ||
                            (opened && screen_.cards.contains(x, event.y)) ||
                            screen_.toast.contains(x, event.y);
    // While one plays, only what can be pressed takes a click: a button, a tab, the composer. A
    // message under the crosshair does not.
    const bool pressable =
        element != nullptr &&
        (opened || (presence_ > 0.5f && element->role[0] != 'l') ||
         element->id.rfind("card/", 0) == 0 || element->id.rfind("toast/", 0) == 0);
    if (arbiter.press(Device::Mouse, event.key, false, over_panel || pressable) == Owner::Game) {
        if (opened && !over_panel) {
            close();
        }
        return false;
    }
    if (menu.is_open() && !menu.covers(event.x, event.y)) {
        close_menu(); // and that is all that this press does
        return true;
    }
    const bool on_message = element != nullptr && element->role == std::string_view("listitem") &&
                            element->id.rfind("message/", 0) == 0;
    if (event.key == 1 && opened && list_rect_.contains(x, event.y)) {
        const client::Room* room = active_room();
        if (const client::Message* message = message_at(event.x, event.y)) {
            open_menu(room->id, message->key, {event.x, event.y, 1, 1});
        }
        return true;
    }
    if (event.key == 0 && opened && list_rect_.contains(x, event.y) &&
        (element == nullptr || on_message)) {
        press_log(event.x, event.y);
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

bool Overlay::Inside::wheel(const Input& event) {
    if (!opened || !screen_.chat.contains(canvas.placed(mouse_x_), mouse_y_)) {
        return false;
    }
    close_menu();
    list.scroll(std::clamp(event.y, -wheel_lines_max, wheel_lines_max) * kit.px(56));
    return true;
}

} // namespace parley::overlay
