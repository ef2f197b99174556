// toast.cpp: the queue and the strip.
#include "plugin/overlay/toast.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace parley::overlay {
namespace {

constexpr double shown_s_max = 7;
constexpr double shown_with_action_s_max = 14;
constexpr float padding_x = 14;
constexpr float padding_y = 10;
constexpr float side = 34;
constexpr uint32_t words_lines_max = 3;

Button action_button(const View& view, const Toast& toast, std::string_view key) {
    return {.id = "toast/action",
            .label = toast.label,
            .look = ButtonLook::Primary,
            .enabled = true,
            .why = {},
            .key = key,
            .action = {ActionKind::ToastButton, 0, 0, 0},
            .size = view.theme.button};
}

Button later_button(const View& view) {
    return {.id = "toast/later",
            .label = view.words[Word::ToastLater],
            .look = ButtonLook::Plain,
            .enabled = true,
            .why = {},
            .key = {},
            .action = {ActionKind::ToastLater, 0, 0, 0},
            .size = view.theme.button};
}

ToastQueue::Widths widths(const View& view, const Toast& toast, std::string_view key) {
    ToastQueue::Widths out;
    if (raw(toast.who) != 0) {
        out.name =
            view.kit.width(person_name(view, toast.who), view.theme.body, text::Bold) + view.px(6);
    }
    out.text = view.kit.width(toast.text, view.theme.body);
    if (!toast.action.empty()) {
        out.action = view.kit.button_width(action_button(view, toast, key));
        out.later = view.kit.button_width(later_button(view));
    }
    return out;
}

} // namespace

float ToastQueue::Widths::buttons(const View& view) const {
    return action > 0 ? view.px(12) + action + view.px(10) + later : 0;
}

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

bool ToastQueue::heard_now() {
    return current() != nullptr && !std::exchange(queue_[first_].heard, true);
}

void ToastQueue::tick(float dt_s, bool held) {
    if (current() == nullptr) {
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

ToastQueue::Form ToastQueue::form(const View& view, float width_max, std::string_view key) const {
    const Toast& toast = *current();
    Form out;
    out.widths = widths(view, toast, key);
    const Widths& w = out.widths;
    const float least_h = view.px(side + 2 * padding_y);
    out.left = view.px(padding_x) + (raw(toast.who) != 0 ? view.px(side + 12) : 0);
    out.top_h = least_h;
    const float one_line = out.left + w.name + w.text + w.buttons(view) + view.px(padding_x);
    if (one_line <= width_max) {
        out.width = std::ceil(one_line) + 1;
        return out;
    }
    // The buttons go below the words; words that are still too long get lines of their own.
    const float words = out.left + w.name + w.text + view.px(padding_x);
    const float buttons = out.left + w.buttons(view) + view.px(padding_x);
    out.width = std::ceil(std::min(width_max, std::max(words, buttons)));
    out.buttons_h = w.action > 0 ? view.px(34 + 8) : 0;
    if (words > width_max) {
        out.words_w = std::max(1.0f, std::floor(out.width) - out.left - view.px(padding_x));
        const text::Layout* laid =
            view.kit.layout(toast.text, view.theme.body, 0, out.words_w, words_lines_max);
        const float words_h = (w.name > 0 ? view.kit.line_height(view.theme.body) : 0) +
                              (laid == nullptr ? 0 : laid->height_px);
        out.top_h = std::max(least_h, std::ceil(words_h) + 2 * view.px(padding_y));
    }
    return out;
}

Rect ToastQueue::measure(const View& view, float width_max, std::string_view key) const {
    const Form shape = form(view, width_max, key);
    return {0, 0, shape.width, shape.top_h + shape.buttons_h};
}

void ToastQueue::draw(const View& view, const Rect& rect, std::string_view key, float shown) const {
    const Toast& toast = *current();
    Kit& kit = view.kit;
    const Form shape = form(view, rect.w, key);
    const Widths& w = shape.widths;
    view.canvas.alpha = shown;
    Phrase label;
    if (raw(toast.who) != 0) {
        label.add(person_name(view, toast.who)).add(" ");
    }
    label.add(toast.text);
    kit.element("toast", "status", label, rect, {}, true, false);
    kit.panel(rect);
    const bool stacked = shape.words_w > 0;
    const bool below = shape.buttons_h > 0;
    const float cy = rect.y + (stacked ? kit.px(side / 2 + padding_y) : shape.top_h / 2);
    if (raw(toast.who) != 0) {
        Phrase letters;
        kit.avatar({rect.x + kit.px(padding_x), std::round(cy - kit.px(side / 2)), kit.px(side),
                    kit.px(side)},
                   avatar_look(view, toast.who, letters, true),
                   view.tone(Tone::Panel) | 0xff000000u);
    }
    const float words_x = rect.x + shape.left;
    const float right = rect.right() - kit.px(padding_x) - (below ? 0 : w.buttons(view));
    if (stacked) {
        float y = rect.y + kit.px(padding_y);
        if (w.name > 0) {
            const float line_h = kit.line_height(view.theme.body);
            kit.line(words_x, kit.baseline(y + line_h / 2, view.theme.body),
                     person_name(view, toast.who), view.theme.body, view.tone(Tone::Text),
                     text::Bold, shape.words_w);
            y += line_h;
        }
        if (const text::Layout* laid =
                kit.layout(toast.text, view.theme.body, 0, shape.words_w, words_lines_max)) {
            view.canvas.text(*laid, words_x, y, view.tone(Tone::Soft));
        }
    } else {
        const float base = kit.baseline(cy, view.theme.body);
        if (w.name > 0) {
            kit.line(words_x, base, person_name(view, toast.who), view.theme.body,
                     view.tone(Tone::Text), text::Bold, std::max(1.0f, right - words_x));
        }
        kit.line(words_x + w.name, base, toast.text, view.theme.body, view.tone(Tone::Soft), 0,
                 std::max(1.0f, right - words_x - w.name + 1));
    }
    if (w.action > 0) {
        const float h = kit.px(32);
        float bx = below ? words_x : right + kit.px(12);
        const float by = below ? rect.y + shape.top_h - kit.px(2) : std::round(cy - h / 2);
        kit.button(action_button(view, toast, key), {bx, by, w.action, h});
        bx += w.action + kit.px(10);
        kit.button(later_button(view), {bx, by, w.later, h});
    }
    view.canvas.alpha = 1;
}

} // namespace parley::overlay
