// memory_truth.hpp: the logs of rooms that no store has. The core alone orders them, so the truth
// is what it said first: whatever it says later, to whomever, must be the same.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "tests/support/memory_store.hpp"

namespace parley::sim {

class MemoryTruth {
public:
    struct Said {
        UserId author{};
        Nonce nonce = 0;
        std::optional<std::string> text; // none: a line about members
    };

    // A shard that dies takes all of them with it.
    void forget_all() { rooms_.clear(); }
    // An empty one when nothing was said of it yet. Its members are the disk's.
    const MemoryDisk::Room& room(RoomId id) const;
    const std::map<RoomId, MemoryDisk::Room>& rooms() const { return rooms_; }

    // The core names the room's incarnation. False: it names one that was before.
    bool see(RoomId id, uint64_t incarnation);
    // The log reaches this far: what was said to nobody may be told of later.
    void reaches(RoomId id, Seq seq);
    // False: he said that line in this log before, or another one stands there.
    bool say(RoomId id, Seq seq, const Said& said);
    // Whether an author was ever told that this line of his stands there.
    bool was_said(RoomId id, Seq seq, UserId author, const std::string& text) const {
        return said_.count({id, seq, author, text}) != 0;
    }

private:
    std::map<RoomId, MemoryDisk::Room> rooms_;
    std::map<RoomId, std::set<std::pair<UserId, std::string>>> texts_; // of rooms_
    std::set<std::pair<RoomId, uint64_t>> incarnations_;
    std::set<std::tuple<RoomId, Seq, UserId, std::string>> said_;
};

} // namespace parley::sim
