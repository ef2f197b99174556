// widgets.cpp: the pieces.
#include "plugin/overlay/widgets.hpp"

#include <algorithm>
#include <cmath>

namespace parley::overlay {

void Kit::begin_frame(float unit, float mouse_x, float mouse_y, bool pointer,
                      std::string_view focus, std::string_view held) {
    unit_ = unit;
    mouse_x_ = mouse_x;
    mouse_y_ = mouse_y;
    pointer_ = pointer;
    focus_ = focus;
    held_ = held;
    count_ = 0;
}

float Kit::px(float at_scale_1) const {
    return std::round(at_scale_1 * unit_);
}

// [elements]

Hit Kit::element(std::string_view id, const char* role, std::string_view label, const Rect& rect,
                 const Action& action, bool enabled, bool focusable) {
    if (count_ == elements_.size()) {
        elements_.emplace_back();
    }
    Element& element = elements_[count_++];
    element.id.assign(id);
    element.role = role;
    element.label.assign(label);
    element.rect = canvas_.placed(rect).cut_to(canvas_.clip());
    element.focused = focusable && !focus_.empty() && id == focus_;
    element.enabled = enabled;
    element.focusable = focusable;
    element.action = action;
    Hit hit;
    hit.focused = element.focused;
    hit.hovered =
        pointer_ && action.kind != ActionKind::None && element.rect.contains(mouse_x_, mouse_y_);
    hit.held = hit.hovered && !held_.empty() && id == held_;
    return hit;
}

const Element* Kit::find(std::string_view id) const {
    for (const Element& element : elements()) {
        if (element.id == id) {
            return &element;
        }
    }
    return nullptr;
}

const Element* Kit::under(float x, float y) const {
    for (size_t i = count_; i-- > 0;) {
        const Element& element = elements_[i];
        if (element.action.kind != ActionKind::None && element.enabled &&
            element.rect.contains(x, y)) {
            return &element;
        }
    }
    return nullptr;
}

// [text]

const text::Layout* Kit::layout(std::string_view text, float size, uint16_t style, float width_px,
                                uint32_t lines_max, text::Align align) {
    // Lines of a block end at the side that one reads from.
    if (align == text::Align::Left && lines_max > 1 && canvas_.mirrored()) {
        align = text::Align::Right;
    }
    return text_.label(text, {.size_px = size * unit_,
                              .style = style,
                              .width_px = width_px < 1e8f ? std::floor(width_px) : width_px,
                              .lines_max = lines_max,
                              .align = align});
}

float Kit::width(std::string_view text, float size, uint16_t style) {
    const text::Layout* laid = layout(text, size, style);
    return laid == nullptr ? 0 : std::ceil(laid->width_px);
}

float Kit::line(float x, float baseline, std::string_view text, float size, Colour colour,
                uint16_t style, float width_px) {
    const text::Layout* laid = layout(text, size, style, width_px);
    if (laid == nullptr || laid->lines.empty()) {
        return 0;
    }
    canvas_.text(*laid, x, baseline - laid->lines[0].baseline, colour);
    return std::ceil(laid->width_px);
}

float Kit::line_right(float right, float baseline, std::string_view text, float size, Colour colour,
                      uint16_t style, float width_px) {
    const text::Layout* laid = layout(text, size, style, width_px);
    if (laid == nullptr || laid->lines.empty()) {
        return 0;
    }
    canvas_.text(*laid, right - std::ceil(laid->width_px), baseline - laid->lines[0].baseline,
                 colour);
    return std::ceil(laid->width_px);
}

void Kit::line_centred(float cx, float baseline, std::string_view text, float size, Colour colour,
                       uint16_t style, float width_px) {
    const text::Layout* laid = layout(text, size, style, width_px);
    if (laid != nullptr && !laid->lines.empty()) {
        canvas_.text(*laid, cx - laid->width_px / 2, baseline - laid->lines[0].baseline, colour);
    }
}

float Kit::baseline(float cy, float size) const {
    // Capitals are 0.714 em high in Noto Sans, and near that in most faces.
    return std::round(cy + 0.357f * size * unit_);
}

float Kit::line_height(float size) const {
    return std::round(size * unit_ * theme_.line_height);
}

float Kit::heading(float x, float baseline, std::string_view text, float width_px) {
    Phrase upper;
    add_upper(upper, text);
    const float tracking = std::round(0.08f * theme_.heading * unit_);
    const text::Layout* laid = layout(upper, theme_.heading, text::Bold, width_px / 1.1f);
    if (laid == nullptr || laid->lines.empty()) {
        return 0;
    }
    // Letters that join must not be pulled apart.
    bool apart = !laid->rtl;
    for (const char c : upper.view()) {
        apart = apart && static_cast<uint8_t>(c) < 0xd6;
    }
    canvas_.text(*laid, x, baseline - laid->lines[0].baseline, theme_[Tone::Dim],
                 apart ? tracking : 0);
    return std::ceil(laid->width_px +
                     (apart ? tracking * static_cast<float>(laid->clusters.size()) : 0));
}

// [pieces]

void Kit::panel(const Rect& rect, bool lifted) {
    const float radius = px(theme_.radius);
    if (lifted) {
        canvas_.shadow(rect, radius, px(30), px(8), theme_[Tone::Shadow]);
    }
    canvas_.fill(rect, theme_[Tone::Panel], radius);
    canvas_.stroke(rect, theme_[Tone::Line], radius, std::max(1.0f, std::floor(unit_)));
}

void Kit::focus_ring(const Rect& rect, float radius) {
    canvas_.stroke(rect.grown(px(2)), theme_[Tone::Accent], radius + px(2), std::max(2.0f, px(2)));
}

float Kit::key_cap_width(std::string_view text) {
    return std::max(width(text, theme_.meta, text::Bold) + 2 * px(6), px(20));
}

float Kit::key_cap(float x, float cy, std::string_view text, Colour back, Colour ink) {
    const float w = key_cap_width(text);
    const float h = px(19);
    const Rect cap{x, std::round(cy - h / 2), w, h};
    canvas_.fill(cap, back, px(5));
    canvas_.stroke(cap, theme_[Tone::Line], px(5), std::max(1.0f, std::floor(unit_)));
    line_centred(cap.cx(), baseline(cap.cy(), theme_.meta), text, theme_.meta, ink, text::Bold);
    return w;
}

void Kit::raised(const Rect& rect, float radius, float blur) {
    canvas_.shadow(rect, radius, blur, blur / 3, theme_[Tone::Shadow]);
    canvas_.fill(rect, theme_[Tone::Raised] | 0xff000000u, radius);
    canvas_.stroke(rect, theme_[Tone::Line], radius, std::max(1.0f, std::floor(unit_)));
}

float Kit::button_width(const Button& button) {
    float w = 2 * px(13) + width(button.label, button.size, text::Bold);
    if (!button.key.empty()) {
        w += px(7) + key_cap_width(button.key);
    }
    if (!button.enabled && !button.why.empty()) {
        w += width(button.why, theme_.small) + width(" · ", theme_.small);
    }
    return w;
}

void Kit::button(const Button& button, const Rect& rect) {
    Phrase label(button.label);
    if (!button.enabled && !button.why.empty()) {
        label.add(" · ").add(button.why);
    }
    const Hit hit = element(button.id, "button", label, rect, button.action, button.enabled);
    const float radius = px(theme_.radius_inner);
    Colour back = theme_[button.enabled ? Tone::Button : Tone::ButtonOff];
    Colour ink = theme_[button.enabled ? Tone::Text : Tone::Dim];
    if (button.look == ButtonLook::Primary && button.enabled) {
        back = theme_[Tone::Accent];
        ink = theme_[Tone::OnAccent];
    }
    if (button.enabled && (hit.hovered || hit.held)) {
        back = hit.held ? mix(back, theme_[Tone::Ink], tint_held)
                        : mix(back, theme_[Tone::Text], tint_under_pointer);
    }
    canvas_.fill(rect, back, radius);
    if (hit.focused) {
        // On the accent itself the ring needs a gap to be seen.
        canvas_.stroke(rect.grown(px(4)), theme_[Tone::Accent], radius + px(4),
                       std::max(2.0f, px(2)));
    }

    // Label, reason and key cap as one centred group; the label gives way first, then the reason
    // goes to a second line.
    const float inner = rect.w - 2 * px(8);
    const float cap_w = button.key.empty() ? 0 : key_cap_width(button.key) + px(7);
    const uint16_t style = button.enabled ? static_cast<uint16_t>(text::Bold) : uint16_t{0};
    const float label_w = std::min(width(button.label, button.size, style), inner - cap_w);
    const bool reason = !button.enabled && !button.why.empty();
    const float reason_w = reason ? width(button.why, theme_.small) : 0;
    const float between = reason ? px(11) : 0;
    if (reason && label_w + between + reason_w > inner) {
        const float step = line_height(theme_.small) / 2;
        line_centred(rect.cx(), baseline(rect.cy() - step, button.size), button.label, button.size,
                     ink, style, inner);
        line_centred(rect.cx(), baseline(rect.cy() + step, theme_.small), button.why, theme_.small,
                     ink, 0, inner);
        return;
    }
    float x = rect.x + std::round((rect.w - label_w - cap_w - between - reason_w) / 2);
    line(x, baseline(rect.cy(), button.size), button.label, button.size, ink, style, label_w + 1);
    x += label_w;
    if (reason) {
        canvas_.sign(Sign::Disc, x + between / 2, rect.cy(), px(1.4f), ink);
        line(x + between, baseline(rect.cy(), button.size), button.why, theme_.small, ink);
    }
    if (!button.key.empty()) {
        const bool primary = button.look == ButtonLook::Primary;
        key_cap(x + px(7), rect.cy(), button.key,
                primary ? mix(theme_[Tone::OnAccent], theme_[Tone::Accent], 0.12f)
                        : theme_[Tone::Ink],
                primary ? mix(theme_[Tone::Text], theme_[Tone::Accent], 0.1f) : theme_[Tone::Soft]);
    }
}

float Kit::badge(float x, float cy, std::string_view text, Colour back, Colour ink) {
    const float h = px(18);
    const float w = std::max(width(text, theme_.meta, text::Bold) + 2 * px(6), h);
    const Rect pill{x, std::round(cy - h / 2), w, h};
    canvas_.fill(pill, back, h / 2);
    line_centred(pill.cx(), baseline(pill.cy(), theme_.meta), text, theme_.meta, ink, text::Bold);
    return w;
}

void Kit::avatar(const Rect& rect, const AvatarLook& look, Colour behind) {
    const float radius = std::round(rect.w * 0.26f);
    canvas_.fill(rect, look.colour, radius);
    const float size = rect.w / unit_ * 0.42f;
    line_centred(rect.cx(), baseline(rect.cy(), size), look.initials, size, theme_[Tone::Ink],
                 text::Bold, rect.w);
    if (look.has_dot) {
        const float r = std::max(4.0f, std::round(rect.w * 0.145f));
        const float x = rect.right() - r * 0.55f;
        const float y = rect.bottom() - r * 0.55f;
        canvas_.sign(Sign::Disc, x, y, r + px(2.6f), behind);
        canvas_.sign(look.dot, x, y, r, look.dot_colour);
    }
}

void Kit::bar(const Rect& rect, float share, Colour colour) {
    const float radius = rect.h / 2;
    canvas_.fill(rect, theme_[Tone::Well], radius);
    if (share > 0) {
        // Never thinner than its own round ends.
        const float w = std::round(rect.w * std::min(share, 1.0f));
        canvas_.fill({rect.x, rect.y, std::max(w, rect.h), rect.h}, colour, radius);
    }
}

} // namespace parley::overlay
