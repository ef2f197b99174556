// menu.cpp: a short list of what can be done with something.
#include "plugin/overlay/menu.hpp"

#include <algorithm>
#include <cmath>

namespace parley::overlay {
namespace {

constexpr float padding = 6, item_h = 32, sign_w = 34, right_w = 18;
constexpr float width_least = 160, width_most = 320;

} // namespace

void Menu::begin(std::string_view title, const Rect& beside, std::string_view back) {
    count_ = 0;
    title_.assign(title);
    back_.assign(back);
    beside_ = beside;
    rect_ = {};
}

void Menu::add(Sign sign, std::string_view label, const Action& action, bool grave) {
    if (count_ == items_.size()) {
        items_.emplace_back();
    }
    Item& item = items_[count_++];
    item.sign = sign;
    item.label.assign(label);
    item.action = action;
    item.grave = grave;
}

void Menu::close() {
    count_ = 0;
    rect_ = {};
}

void Menu::draw(const View& view, const Rect& screen) {
    if (!is_open()) {
        return;
    }
    Kit& kit = view.kit;
    const float size = view.theme.button;
    const float row_h = kit.px(std::max(item_h, view.theme.hit));
    float words_w = 0;
    for (size_t i = 0; i < count_; ++i) {
        words_w = std::max(words_w, kit.width(items_[i].label, size));
    }
    const float edge = kit.px(4);
    const float w = std::min(
        std::clamp(words_w + kit.px(sign_w + right_w), kit.px(width_least), kit.px(width_most)),
        screen.w - 2 * edge);
    const float h = row_h * static_cast<float>(count_) + kit.px(2 * padding);
    // Below what it is about, ending where that ends; above where there is no room below.
    const Rect beside = view.canvas.placed(beside_);
    const float below = beside.bottom() + kit.px(2);
    const float y = below + h <= screen.bottom() - edge ? below : beside.y - kit.px(2) - h;
    const Rect rect{std::round(std::clamp(beside.right() - w, screen.x + edge,
                                          std::max(screen.x + edge, screen.right() - edge - w))),
                    std::round(std::clamp(y, screen.y + edge,
                                          std::max(screen.y + edge, screen.bottom() - edge - h))),
                    w, h};
    rect_ = view.canvas.placed(rect);
    kit.raised(rect, kit.px(view.theme.radius), kit.px(18));
    kit.element("menu", "menu", title_, rect, {}, true, false);
    for (size_t i = 0; i < count_; ++i) {
        const Item& item = items_[i];
        const Rect row{rect.x + kit.px(padding),
                       rect.y + kit.px(padding) + row_h * static_cast<float>(i),
                       rect.w - kit.px(2 * padding), row_h};
        Phrase id;
        id.add("menu/").add(static_cast<int64_t>(i));
        const Hit hit = kit.element(id, "menuitem", item.label, row, item.action);
        if (hit.hovered || hit.focused) {
            view.canvas.fill(row,
                             with_alpha(view.tone(Tone::Text), hit.held ? tint_held : tint_item),
                             kit.px(view.theme.radius_inner));
        }
        const Colour ink = view.tone(item.grave ? Tone::Bad : Tone::Text);
        view.canvas.sign(item.sign, row.x + kit.px(14), row.cy(), kit.px(6),
                         view.tone(item.grave ? Tone::Bad : Tone::Soft));
        kit.line(row.x + kit.px(sign_w - padding), kit.baseline(row.cy(), size), item.label, size,
                 ink, 0, row.w - kit.px(sign_w + right_w - 2 * padding));
        if (hit.focused) {
            kit.focus_ring(row, kit.px(view.theme.radius_inner));
        }
    }
}

} // namespace parley::overlay
