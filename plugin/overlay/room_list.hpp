// room_list.hpp: the rooms as tabs: kind by shape and colour, what is unread as a badge.
#pragma once

#include "plugin/overlay/view.hpp"

namespace parley::overlay {

// area: the row; the button that shows people and cards stands at its right end.
void draw_tabs(const View& view, RoomId active, const Rect& area, bool side_shown);

} // namespace parley::overlay
