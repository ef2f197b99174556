// lanes.hpp: ordered streams inside a link, in one enum. The number is ENet's channel id.
#pragma once

#include <cstddef>
#include <cstdint>

#include "schemas/base/limits.hpp"

namespace parley {

enum class Lane : uint8_t {
    Control = 0, // reliable: session, rooms, rosters, replies
    Chat = 1,    // reliable: Direct, Party, Team, so that a party line never waits for a crowd
    Crowd = 2,   // reliable: Guild, Global
    State = 3,   // newest wins: typing, presence, card deltas
    Bulk = 4,    // reliable, windowed: history pages, files
    Voice = 5,   // unsequenced, one datagram
};
inline constexpr size_t lane_count = 6;

enum class Delivery : uint8_t { Reliable, Newest, Unsequenced };

constexpr Delivery lane_delivery(Lane lane) {
    switch (lane) {
    case Lane::State:
        return Delivery::Newest;
    case Lane::Voice:
        return Delivery::Unsequenced;
    default:
        return Delivery::Reliable;
    }
}

constexpr size_t lane_frame_bytes_max(Lane lane) {
    switch (lane) {
    case Lane::Control:
        return limits::control_frame_bytes_max;
    case Lane::Chat:
        return limits::chat_frame_bytes_max;
    case Lane::Crowd:
        return limits::crowd_frame_bytes_max;
    case Lane::State:
        return limits::state_frame_bytes_max;
    case Lane::Bulk:
        return limits::bulk_frame_bytes_max;
    case Lane::Voice:
        return limits::voice_frame_bytes_max;
    }
    return 0;
}

} // namespace parley
