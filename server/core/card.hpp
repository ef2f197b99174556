// card.hpp: a card as core keeps it. In memory only: a card tells of now, and its writer sends it
// again when a shard starts anew. Times are core time (State::now_ms_: it does not leap); readers
// are told an end in server time.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "schemas/base/ids.hpp"

namespace parley {

struct CardValue {
    uint16_t id = 0;
    int64_t number = 0;
    std::string text;
    bool operator==(const CardValue&) const = default;
};

struct Card {
    uint16_t type = 0;
    uint32_t version = 0;
    uint32_t sent_version = 0;     // what readers have after the last whole card or delta
    bool whole = false;            // it was set anew: nothing but the whole of it will do
    TimeMs expires_at_ms = 0;      // 0: stays
    std::vector<CardValue> fields; // ascending by id
    std::vector<uint16_t> changed; // ids since sent_version, ascending
};

// What readers of a place have of its card. Outlives the card, so that clearing it and setting it
// again is no faster a way to them than changing it.
struct CardTold {
    uint32_t version = 0; // last ever, so that a new card never looks like an old one
    uint16_t type = 0;    // of the card that they have; 0: none
    TimeMs at_ms = 0;     // when they last heard of it
};

// One of room and user is none. Of a user's place, where at most one card lies, the type is 0.
struct CardKey {
    RoomId room{};
    UserId user{};
    uint16_t type = 0;
    auto operator<=>(const CardKey&) const = default;
};

} // namespace parley
