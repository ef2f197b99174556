// tcp_protocol.hpp: what servers say over TCP, as far as a chat needs it. Pure: bytes in, bytes
// out; the socket is the player's.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace parley::bench {

// The protocol of a peer, for one connection. No state of the socket.
class TcpProtocol {
public:
    virtual ~TcpProtocol() = default;
    // What is said first: introduce, subscribe.
    virtual std::string greeting(std::string_view room) const = 0;
    virtual void line(std::string_view room, std::string_view text, std::string& out) const = 0;

    struct Taken {
        enum class Kind { More, Ready, Line, Other, Broken } kind = Kind::More;
        size_t bytes = 0;         // of the input; 0 with More
        std::string_view text;    // Line
        std::string_view reply{}; // to be said at once
    };
    // The first message of what has come.
    virtual Taken take(std::string_view input) const = 0;
};

const TcpProtocol& resp_protocol(); // Redis
const TcpProtocol& nats_protocol();

} // namespace parley::bench
