// tcp_player.hpp: a player of a server that speaks over TCP: one connection, whole reads, writes
// that wait here when the kernel's buffer is full. What the bytes mean is the protocol's.
#pragma once

#include <string>
#include <string_view>

#include "tests/perf/subject.hpp"
#include "tests/perf/tcp_protocol.hpp"

namespace parley::bench {

class TcpPlayer final : public Player {
public:
    TcpPlayer(size_t index, std::string room, uint16_t port, const TcpProtocol& protocol);
    ~TcpPlayer() override;
    TcpPlayer(const TcpPlayer&) = delete;
    TcpPlayer& operator=(const TcpPlayer&) = delete;

    bool begin(std::string& message) override;
    int socket_fd() const override { return socket_; }
    void pump(int64_t now_us, Heard& heard) override;
    bool ready() const override { return ready_; }
    bool say(std::string_view text, int64_t now_us) override;
    std::optional<Traffic> traffic() const override { return std::nullopt; }

private:
    bool flush();

    const size_t index_;
    const std::string room_;
    const uint16_t port_;
    const TcpProtocol& protocol_;
    int socket_ = -1;
    bool ready_ = false;
    std::string out_;
    std::string in_;
};

// A port of loopback that was free a moment ago, for servers that cannot choose one themselves.
// 0: none.
uint16_t free_tcp_port();

} // namespace parley::bench
