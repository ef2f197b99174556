// screen.hpp: where the panels stand on a screen of any size and text scale. Pure arithmetic, so
// that a test can try them all: nothing overlaps, nothing leaves the screen.
#pragma once

#include "plugin/overlay/canvas.hpp"
#include "plugin/overlay/theme.hpp"

namespace parley::overlay {

// What would like to be on the screen, in pixels.
struct Wishes {
    float width = 0, height = 0; // of the screen
    float unit = 1;
    bool roster = false, cards = false; // asked for
    bool side_in_front = false;         // narrow: people and cards in place of the chat
    float status_w = 0, status_h = 0;
    float toast_w = 0, toast_h = 0; // 0: none
    float hints_h = 0;
    float roster_h = 0, cards_h = 0;
    bool chat_first = false; // one writes: where there is little room, the rest waits
    float chat_h = 0;        // 0: the theme's
};

struct Screen {
    bool narrow = false; // there is no room for chat and side by side
    float margin = 0;
    Rect status, toast, hints, chat, roster, cards, back; // w 0: not shown
};

// The least height that tabs, a line of the log and the composer need, at scale 1.
inline constexpr float chat_height_least = 210;
// The widest that a toast may be.
float toast_width_max(float width, float margin);
float screen_margin(const Theme& theme, float width, float height, float unit);
Screen arrange(const Theme& theme, const Wishes& wishes);

} // namespace parley::overlay
