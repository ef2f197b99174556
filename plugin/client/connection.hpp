// connection.hpp: how the client reaches the network: on its own thread (threaded_connection) or
// pumped by update (direct_connection; the simulator and no_thread use it). Frames are values.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "schemas/base/bytes.hpp"
#include "schemas/base/error.hpp"
#include "schemas/base/ids.hpp"
#include "schemas/base/lanes.hpp"

namespace parley::client {

struct LinkUp {};
struct LinkDown {
    Error reason{};
    uint32_t retry_after_ms = 0;
};
struct FrameArrived {
    Lane lane{};
    ByteVector frame; // 8-aligned
};
using ConnectionEvent = std::variant<LinkUp, LinkDown, FrameArrived>;

// Owner: the game thread (an implementation may own a net thread behind it).
class Connection {
public:
    virtual ~Connection() = default;
    // Answered by LinkUp or LinkDown. address: "host:port"; names are resolved off this thread.
    virtual void open(std::string_view address, std::string_view ticket) = 0;
    virtual void close() = 0;                      // no event follows until the next open
    virtual bool send(Lane lane, Bytes frame) = 0; // false: not open, or its queue is full
    virtual std::optional<ConnectionEvent> poll(TimeMs steady_ms) = 0;
    virtual void flush(TimeMs steady_ms) = 0;
    virtual uint32_t rtt_ms() const = 0;
};

} // namespace parley::client
