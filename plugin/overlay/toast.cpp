// toast.cpp: the queue and the strip.
#include "plugin/overlay/toast.hpp"

#include <algorithm>
#include <cmath>

namespace parley::overlay {
namespace {

constexpr double shown_s_max = 7;
constexpr double shown_with_action_s_max = 14;
constexpr float padding_x = 14;
constexpr float padding_y = 10;
constexpr float side = 34;

struct Widths {
    float name = 0, text = 0, action = 0, later = 0;
    float buttons(const View& view) const {
        return action > 0 ? view.px(12) + action + view.px(10) + later : 0;
    }
};

Button action_button(const Toast& toast, std::string_view key) {
    return {.id = "toast/action",
            .label = toast.label,
            .look = ButtonLook::Primary,
            .enabled = true,
            .why = {},
            .key = key,
            .action = {ActionKind::ToastButton, 0, 0, 0},
            .size = 15};
}

Button later_button(const View& view) {
    return {.id = "toast/later",
            .label = view.words[Word::ToastLater],
            .look = ButtonLook::Plain,
            .enabled = true,
            .why = {},
            .key = {},
            .action = {ActionKind::ToastLater, 0, 0, 0},
            .size = 15};
}

Widths widths(const View& view, const Toast& toast, std::string_view key) {
    Widths out;
    if (raw(toast.who) != 0) {
        out.name =
            view.kit.width(person_name(view, toast.who), view.theme.body, text::Bold) + view.px(6);
    }
    out.text = view.kit.width(toast.text, view.theme.body);
    if (!toast.action.empty()) {
        out.action = view.kit.button_width(action_button(toast, key));
        out.later = view.kit.button_width(later_button(view));
    }
    return out;
}

} // namespace

void ToastQueue::push(Toast toast) {
    if (count_ == waiting_max) {
        // The one on the screen stays; the oldest that waits goes.
        for (size_t i = 1; i + 1 < count_; ++i) {
            queue_[(first_ + i) % waiting_max] = std::move(queue_[(first_ + i + 1) % waiting_max]);
        }
        --count_;
    }
    toast.shown_s = 0;
    queue_[(first_ + count_) % waiting_max] = std::move(toast);
    ++count_;
}

void ToastQueue::dismiss() {
    if (count_ > 0) {
        first_ = (first_ + 1) % waiting_max;
        --count_;
    }
}

void ToastQueue::tick(float dt_s, bool held) {
    if (count_ == 0) {
        return;
    }
    Toast& toast = queue_[first_];
    if (!held) {
        toast.shown_s += dt_s;
    }
    if (toast.shown_s > (toast.action.empty() ? shown_s_max : shown_with_action_s_max)) {
        dismiss();
    }
}

void ToastQueue::seen(RoomId room) {
    while (count_ > 0 && raw(room) != 0 && queue_[first_].room == room) {
        dismiss();
    }
}

Rect ToastQueue::measure(const View& view, float width_max, std::string_view key) const {
    const Toast& toast = *current();
    const Widths w = widths(view, toast, key);
    const float left = view.px(padding_x) + (raw(toast.who) != 0 ? view.px(side + 12) : 0);
    const float one_line = left + w.name + w.text + w.buttons(view) + view.px(padding_x);
    if (one_line <= width_max) {
        return {0, 0, std::ceil(one_line) + 1, view.px(side + 2 * padding_y)};
    }
    // The buttons go below the words.
    const float words = left + w.name + w.text + view.px(padding_x);
    const float buttons = left + w.buttons(view) + view.px(padding_x);
    const float width = std::min(width_max, std::max(words, buttons));
    const float below = w.action > 0 ? view.px(34 + 8) : 0;
    return {0, 0, std::ceil(width), view.px(side + 2 * padding_y) + below};
}

void ToastQueue::draw(const View& view, const Rect& rect, std::string_view key, float shown) const {
    const Toast& toast = *current();
    Kit& kit = view.kit;
    const Widths w = widths(view, toast, key);
    view.canvas.alpha = shown;
    Phrase label;
    if (raw(toast.who) != 0) {
        label.add(person_name(view, toast.who)).add(" ");
    }
    label.add(toast.text);
    kit.element("toast", "status", label, rect, {}, true, false);
    kit.panel(rect);
    float x = rect.x + kit.px(padding_x);
    const float top_h = kit.px(side + 2 * padding_y);
    const float cy = rect.y + top_h / 2;
    if (raw(toast.who) != 0) {
        Phrase letters;
        kit.avatar({x, std::round(cy - kit.px(side / 2)), kit.px(side), kit.px(side)},
                   avatar_look(view, toast.who, letters, true),
                   view.tone(Tone::Panel) | 0xff000000u);
        x += kit.px(side + 12);
    }
    const bool below = rect.h > top_h + 1;
    const float right = rect.right() - kit.px(padding_x) - (below ? 0 : w.buttons(view));
    const float base = kit.baseline(cy, view.theme.body);
    const float words_x = x;
    if (w.name > 0) {
        kit.line(x, base, person_name(view, toast.who), view.theme.body, view.tone(Tone::Text),
                 text::Bold, std::max(1.0f, right - x));
        x += w.name;
    }
    if (x < right) {
        kit.line(x, base, toast.text, view.theme.body, view.tone(Tone::Soft), 0, right - x + 1);
    }
    if (w.action > 0) {
        const float h = kit.px(32);
        float bx = below ? words_x : right + kit.px(12);
        const float by = below ? rect.y + top_h - kit.px(2) : std::round(cy - h / 2);
        kit.button(action_button(toast, key), {bx, by, w.action, h});
        bx += w.action + kit.px(10);
        kit.button(later_button(view), {bx, by, w.later, h});
    }
    view.canvas.alpha = 1;
}

} // namespace parley::overlay
