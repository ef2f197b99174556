// ids.hpp: strong ids, so that a user never enters a room's table. 0 is none, everywhere.
#pragma once

#include <cstdint>
#include <functional>

namespace parley {

enum class UserId : uint64_t {};    // handed out by the store
enum class RoomId : uint64_t {};    // handed out by the store
enum class SessionId : uint64_t {}; // handed out by a net thread: thread << 32 | link peer
using Seq = uint64_t;               // place in a room's log; the first entry is 1
using Nonce = uint64_t;             // 42 bits of client milliseconds, 22 random bits
using TimeMs = int64_t;             // Unix milliseconds of the server, or steady milliseconds: the
                                    // name of the variable says which (at_ms, steady_ms)

template <typename Id>
constexpr uint64_t raw(Id id) {
    return static_cast<uint64_t>(id);
}

} // namespace parley
