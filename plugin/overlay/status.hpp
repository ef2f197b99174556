// status.hpp: the state of the connection, in words for a person.
#pragma once

#include "plugin/overlay/view.hpp"

namespace parley::overlay {

struct StatusLine {
    Phrase words;
    Tone tone = Tone::Dim;
    bool quiet = true; // all is well: it may fade
};
StatusLine status_line(const View& view);
// The pill at the top left; returns its box.
Rect draw_status(const View& view, float x, float y, float width_max, float shown);
// Development mode, so that nobody takes it for the real thing; returns its box.
Rect draw_dev_banner(const View& view, float x, float y, float width_max);
// In place of rooms when there are none.
void draw_first_run(const View& view, const Rect& area);

} // namespace parley::overlay
