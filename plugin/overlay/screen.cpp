// screen.cpp: the arrangement.
#include "plugin/overlay/screen.hpp"

#include <algorithm>
#include <cmath>

namespace parley::overlay {

float screen_margin(const Theme& theme, float width, float height, float unit) {
    const float logical = std::min(width, height * 1.6f) / unit;
    const float share = std::clamp((logical - 400) / 600, 0.0f, 1.0f);
    return std::round((8 + (theme.margin - 8) * share) * unit);
}

float toast_width_max(float width, float margin) {
    return width - 2 * margin;
}

namespace {

Screen arrange_all(const Theme& theme, const Wishes& want) {
    Screen out;
    const float u = want.unit;
    const float m = screen_margin(theme, want.width, want.height, u);
    const float gap = std::min(std::round(theme.gap * u), m);
    out.margin = m;
    const bool side = want.roster || want.cards;

    // Chat at the left bottom, side at the right, when both fit with a piece of the game between.
    const float chat_w = std::min(std::round(theme.chat_width * u), want.width - 2 * m);
    const float cards_w = std::round(theme.cards_width * u);
    const float roster_w = std::round(theme.roster_width * u);
    const float side_w = want.cards ? cards_w : roster_w;
    out.narrow = want.width - 2 * m - chat_w - 2 * gap < side_w;
    const bool chat_shown = !(out.narrow && side && want.side_in_front);
    const bool side_shown = side && (!out.narrow || want.side_in_front);

    // Top row: status, then the toast in the middle, or below when it does not fit beside.
    float left_top = m; // first free line below what stands at the top
    if (want.status_w > 0) {
        out.status = {m, m, std::min(want.status_w, want.width - 2 * m), want.status_h};
        left_top = out.status.bottom() + gap;
    }
    const float roster_left = side_shown && want.roster && want.roster_h > 0
                                  ? want.width - m - std::min(roster_w, want.width - 2 * m)
                                  : want.width;
    if (want.toast_w > 0) {
        const float w = std::min(want.toast_w, want.width - 2 * m);
        float x = std::round((want.width - w) / 2);
        float y = m;
        const float left_limit = out.status.w > 0 ? out.status.right() + gap : m;
        const float right_limit = roster_left < want.width ? roster_left - gap : want.width - m;
        if (right_limit - left_limit >= w) {
            x = std::clamp(x, left_limit, right_limit - w);
        } else {
            y = left_top;
            x = std::clamp(x, m, want.width - m - w);
            left_top = y + want.toast_h + gap;
        }
        out.toast = {x, y, w, want.toast_h};
    }

    if (chat_shown) {
        float top = left_top;
        // A toast beside the status does not stand over the chat's column unless it reaches into
        // it.
        if (out.toast.w > 0 && out.toast.x < m + chat_w) {
            top = std::max(top, out.toast.bottom() + gap);
        }
        const float hints_h = want.hints_h > 0 ? want.hints_h + std::round(8 * u) : 0;
        const float room = want.height - m - top;
        const float wish =
            std::min(std::round((want.chat_h > 0 ? want.chat_h : theme.chat_height) * u),
                     std::max(std::round(want.height * 0.72f), std::round(chat_height_least * u)));
        // Hints are the first to go.
        const bool hints = hints_h > 0 && room - hints_h >= std::round(260 * u);
        const float h = std::max(0.0f, std::min(wish, room - (hints ? hints_h : 0)));
        out.chat = {m, want.height - m - h, chat_w, h};
        if (hints) {
            out.hints = {m, out.chat.y - hints_h, chat_w, want.hints_h};
        }
    }
    if (!side_shown) {
        return out;
    }
    // Below a toast that reaches into the column.
    const float side_left =
        want.width - m - std::min(std::max(roster_w, cards_w), want.width - 2 * m);
    const auto below_toast = [&](float left) {
        const float y = out.narrow ? left_top : m;
        return out.toast.w > 0 && out.toast.right() > left - gap
                   ? std::max(y, out.toast.bottom() + gap)
                   : y;
    };
    const float cards_top = below_toast(side_left);
    const float roster_top = out.narrow ? cards_top : below_toast(roster_left);
    float bottom = want.height - m;
    if (out.narrow) {
        // The chat is one press away.
        const float h = std::round(std::max(36.0f, theme.hit) * u);
        const float w = std::min(side_w, want.width - 2 * m);
        out.back = {want.width - m - w, bottom - h, w, h};
        bottom = out.back.y - gap;
    }
    float room = bottom - cards_top;
    if (want.cards && want.cards_h > 0 && room >= std::round(60 * u)) {
        // The roster keeps a few rows when it is asked for; cards take the rest.
        const float roster_least = want.roster && want.roster_h > 0
                                       ? std::min(want.roster_h, std::round(120 * u)) + gap
                                       : 0;
        const float under_roster = roster_least > 0 ? roster_top + roster_least : cards_top;
        const float least_top = std::max(under_roster, cards_top);
        const float most = bottom - least_top >= std::round(120 * u) ? bottom - least_top : room;
        const float w = std::min(cards_w, want.width - 2 * m);
        const float h = std::min(want.cards_h, most);
        out.cards = {want.width - m - w, bottom - h, w, h};
        bottom = out.cards.y - gap;
    }
    room = bottom - roster_top;
    if (want.roster && want.roster_h > 0 && room >= std::round(100 * u)) {
        const float w =
            std::min(out.narrow && out.cards.w > 0 ? out.cards.w : roster_w, want.width - 2 * m);
        out.roster = {want.width - m - w, roster_top, w, std::min(want.roster_h, room)};
    }
    return out;
}

} // namespace

Screen arrange(const Theme& theme, const Wishes& wishes) {
    const Screen all = arrange_all(theme, wishes);
    const float least = std::round(chat_height_least * wishes.unit);
    const bool side_cramped = all.back.w > 0 && all.cards.w == 0 && all.roster.w == 0;
    if (side_cramped || (all.back.w > 0 && all.toast.bottom() > all.back.y)) {
        Wishes fewer = wishes;
        fewer.status_w = fewer.status_h = fewer.toast_w = fewer.toast_h = 0;
        return arrange_all(theme, fewer);
    }
    if (all.chat.w == 0 || all.chat.h >= least) {
        return all;
    }
    // At three times the size on a small screen there is no room for everything. The toast goes on
    // without the status; while one writes it waits, and while one plays it may take the chat's
    // place.
    Wishes fewer = wishes;
    fewer.status_w = fewer.status_h = 0;
    Screen out = arrange_all(theme, fewer);
    if (out.chat.h < least && wishes.chat_first) {
        fewer.toast_w = fewer.toast_h = 0;
        out = arrange_all(theme, fewer);
    } else if (out.chat.h < least && out.toast.w > 0) {
        out.chat = out.hints = {};
    }
    return out;
}

} // namespace parley::overlay
