// watcher.hpp: what a machine's own watcher does: asks a shard's admin pages.
#pragma once

#include <string>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace parley::test {

struct Answered {
    int status = 0; // 0: nobody answered
    std::string head;
    std::string content;
};

inline Answered ask(uint16_t port, const std::string& path) {
    constexpr int longest_ms = 30'000;
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(port);
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int file = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    std::string text;
    const std::string request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
    if (connect(file, reinterpret_cast<sockaddr*>(&where), sizeof where) == 0 &&
        send(file, request.data(), request.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(request.size())) {
        pollfd readable = {file, POLLIN, 0};
        char buffer[4096];
        while (poll(&readable, 1, longest_ms) == 1) {
            const ssize_t size = recv(file, buffer, sizeof buffer, 0);
            if (size <= 0) {
                break;
            }
            text.append(buffer, static_cast<size_t>(size));
        }
    }
    close(file);
    const size_t end = text.find("\r\n\r\n");
    if (text.compare(0, 9, "HTTP/1.1 ") != 0 || end == std::string::npos) {
        return {};
    }
    return {std::stoi(text.substr(9, 3)), text.substr(0, end), text.substr(end + 4)};
}

} // namespace parley::test
