// udp.hpp: a plain UDP socket on loopback.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "schemas/base/bytes.hpp"

namespace parley::torture {

inline sockaddr_in loopback(const std::string& ip, uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    inet_pton(AF_INET, ip.c_str(), &address.sin_addr);
    return address;
}

class Udp {
public:
    explicit Udp(const std::string& ip) : socket_(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        const int bytes = 1024 * 1024;
        setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
        const sockaddr_in address = loopback(ip, 0);
        bound_ = bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    }
    ~Udp() { ::close(socket_); }
    Udp(const Udp&) = delete;
    Udp& operator=(const Udp&) = delete;

    bool bound() const { return bound_; }
    uint16_t port() const {
        sockaddr_in address{};
        socklen_t size = sizeof address;
        getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
        return ntohs(address.sin_port);
    }
    bool send(const sockaddr_in& to, Bytes datagram) {
        return sendto(socket_, datagram.data(), datagram.size(), MSG_DONTWAIT,
                      reinterpret_cast<const sockaddr*>(&to),
                      sizeof to) == static_cast<ssize_t>(datagram.size());
    }
    // Nothing: none waits. What is returned is good until the next call.
    std::optional<Bytes> receive(sockaddr_in* from = nullptr) {
        sockaddr_in address{};
        socklen_t size = sizeof address;
        const ssize_t bytes = recvfrom(socket_, buffer_.data(), buffer_.size(), MSG_DONTWAIT,
                                       reinterpret_cast<sockaddr*>(&address), &size);
        if (bytes < 0) {
            return std::nullopt;
        }
        if (from != nullptr) {
            *from = address;
        }
        return Bytes(buffer_.data(), static_cast<size_t>(bytes));
    }

private:
    int socket_;
    bool bound_ = false;
    std::array<uint8_t, 4096> buffer_{};
};

} // namespace parley::torture
