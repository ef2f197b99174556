// room_lane.hpp: on which lane a room's messages travel, the same in both directions.
#pragma once

#include "schemas/base/lanes.hpp"
#include "schemas/wire/generated.hpp"

namespace parley {

// Crowds have a lane of their own, so that a party line never waits for them.
inline Lane lane_of(wire::RoomKind kind) {
    return kind == wire::RoomKind::Global || kind == wire::RoomKind::Guild ? Lane::Crowd
                                                                           : Lane::Chat;
}

} // namespace parley
