// selection.hpp: what is marked of a room's log. Its ends are places in messages, so it stays where
// it is while lines come, go or change above and below.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "plugin/client/model.hpp"

namespace parley::overlay {

struct LogPlace {
    uint64_t key = 0;    // of the message; 0: none
    uint32_t offset = 0; // bytes of its text, on a border of characters
    bool operator==(const LogPlace&) const = default;
};

// Owner: the message list.
class Selection {
public:
    bool empty() const { return from_ == to_; }
    RoomId room() const { return room_; }

    void begin(RoomId room, const LogPlace& at);
    void extend(const LogPlace& at) { to_ = at; }
    void word(const client::Room& room, const LogPlace& at);  // the word there
    void whole(const client::Room& room, const LogPlace& at); // the message there
    void clear() { *this = {}; }

    // What is marked of the message at index: bytes [start, end).
    struct Range {
        uint32_t start = 0, end = 0;
        bool empty() const { return start >= end; }
    };
    // A message that is there no more takes the selection with it.
    Range range(const client::Room& room, size_t index);
    // In the order of the log. One message's is its text; of several each begins with who said it.
    std::string text(const client::Room& room,
                     const std::function<std::string_view(UserId)>& name_of);

private:
    void find(const client::Room& room);

    RoomId room_{};
    LogPlace from_, to_;
    // Where the two are, ascending; of the revision that was looked at last.
    uint64_t revision_ = 0;
    LogPlace found_from_, found_to_;
    size_t first_ = 0, last_ = 0;
    uint32_t start_ = 0, end_ = 0;
};

} // namespace parley::overlay
