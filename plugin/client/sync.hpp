// sync.hpp: which part of each room's log is here, and what to do about the rest. A room's log has
// no holes; what this device has of it is one run first_seq..last_seq (model.hpp). Frames of one
// room come on several lanes, so a batch may overtake the one before it, or even the room itself:
// such a batch is held back, and Resume asks for what lies between. Knows no connection.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <optional>
#include <vector>

#include "schemas/base/bytes.hpp"
#include "schemas/base/ids.hpp"
#include "schemas/base/limits.hpp"

namespace parley::client {

struct RoomSync {
    RoomId room{};
    bool confirmed = false;      // its RoomState came in this session
    uint32_t resume_request = 0; // on its way
    TimeMs resume_not_before_steady_ms = 0;
    bool resume_anyway = false; // something of it may have been lost before it was known
    bool page_wanted = false;   // its newest page has to be fetched
    uint32_t page_request = 0;
    TimeMs page_not_before_steady_ms = 0;
    bool mark_waits = false; // a read mark has to be sent
    TimeMs mark_not_before_steady_ms = 0;
    TimeMs typing_not_before_steady_ms = 0;
};

enum class Fit : uint8_t { Old, Next, Ahead };
// Where a batch of from..to lies for somebody who has everything up to last_seq.
Fit fit(Seq last_seq, Seq from_seq, Seq to_seq);

// Owner: the client.
class Sync {
public:
    explicit Sync(std::pmr::memory_resource* memory) : rooms_(memory), held_(memory) {}

    RoomSync& of(RoomId room);
    RoomSync* find(RoomId room);
    void forget(RoomId room);
    void forget_all();
    // A new connection: nothing is confirmed, asked for or held.
    void restart();
    std::pmr::vector<RoomSync>& rooms() { return rooms_; }

    // Keeps a batch for later. When there is no place it is lost, and Resume brings it again.
    void hold(RoomId room, Seq from_seq, Seq to_seq, ByteVector frame, TimeMs steady_ms);
    // The held batch of room that now fits behind last_seq, or is old; lowest first.
    std::optional<ByteVector> take(RoomId room, Seq last_seq);
    // Something was lost of a room that was not known then.
    bool lost_early() const { return lost_early_; }
    void expire(TimeMs steady_ms);

private:
    struct Held {
        RoomId room{};
        Seq from_seq = 0;
        Seq to_seq = 0;
        TimeMs since_steady_ms = 0;
        ByteVector frame;
    };
    std::pmr::vector<RoomSync> rooms_;
    std::pmr::vector<Held> held_;
    size_t held_bytes_ = 0;
    bool lost_early_ = false;
};

} // namespace parley::client
