// floor.cpp: the floor under every relay over UDP: one thread, one socket, whole batches of
// datagrams by recvmmsg and sendmmsg, read once a tick as the shard reads. No link, no seal, no
// ticket, no order, no store; what the kernel loses stays lost. A delivery is one datagram out and
// one acknowledgement in, which is thrown away unread: no reliable delivery can do with less.
//
// usage: parley_bench_floor READY_FILE TICK_MS LINES_BYTES
//
// A datagram out carries one line; with LINES_BYTES above 0 as many of the tick and room as fit.
// The datagrams are those of floor_format.hpp.
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <unordered_map>
#include <vector>

#include "tests/perf/floor_format.hpp"

namespace {

using namespace parley::bench;

constexpr int socket_buffer_bytes = 4 * 1024 * 1024; // as the shard's
constexpr size_t datagrams_per_call = 64;            // as the shard's default

int64_t now_us() {
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * int64_t{1'000'000} + time.tv_nsec / 1000;
}

uint64_t key_of(const sockaddr_in& address) {
    return (uint64_t{address.sin_addr.s_addr} << 16) | address.sin_port;
}

struct Room {
    std::vector<sockaddr_in> members;
    std::vector<std::string> lines; // of this tick
};

class Floor {
public:
    Floor(int socket, size_t lines_bytes) : socket_(socket), lines_bytes_(lines_bytes) {}

    // All that has come.
    bool receive();
    // All lines that were received, to all of their rooms.
    bool send();
    // Lines that came while others went out.
    bool waiting() const { return !spoken_.empty(); }

private:
    void take(std::string_view datagram, const sockaddr_in& from);
    bool send_to_all(const std::vector<sockaddr_in>& members, std::string& datagram);

    const int socket_;
    const size_t lines_bytes_;
    std::unordered_map<uint32_t, Room> rooms_;
    std::unordered_map<uint64_t, uint32_t> room_of_;
    std::vector<uint32_t> spoken_; // rooms with lines
    std::array<std::array<char, 2048>, datagrams_per_call> buffers_{};
};

void Floor::take(std::string_view datagram, const sockaddr_in& from) {
    if (datagram.empty() || datagram[0] == floor_ack) {
        return;
    }
    if (datagram[0] == floor_enter && datagram.size() == 1 + sizeof(uint32_t)) {
        uint32_t room = 0;
        std::memcpy(&room, datagram.data() + 1, sizeof room);
        if (room_of_.emplace(key_of(from), room).second) {
            rooms_[room].members.push_back(from);
        }
        ::sendto(socket_, &floor_enter, 1, 0, reinterpret_cast<const sockaddr*>(&from),
                 sizeof from);
        return;
    }
    const auto found = room_of_.find(key_of(from));
    if (datagram[0] != floor_lines || found == room_of_.end()) {
        return;
    }
    std::vector<std::string>& lines = rooms_[found->second].lines;
    if (lines.empty()) {
        spoken_.push_back(found->second);
    }
    lines.push_back(std::string(floor_first_line(datagram)));
}

bool Floor::receive() {
    std::array<mmsghdr, datagrams_per_call> messages{};
    std::array<iovec, datagrams_per_call> pieces{};
    std::array<sockaddr_in, datagrams_per_call> from{};
    int got = 0;
    do {
        for (size_t i = 0; i < datagrams_per_call; ++i) {
            pieces[i] = {buffers_[i].data(), buffers_[i].size()};
            messages[i].msg_hdr = {};
            messages[i].msg_hdr.msg_name = &from[i];
            messages[i].msg_hdr.msg_namelen = sizeof from[i];
            messages[i].msg_hdr.msg_iov = &pieces[i];
            messages[i].msg_hdr.msg_iovlen = 1;
        }
        got = recvmmsg(socket_, messages.data(), datagrams_per_call, MSG_DONTWAIT, nullptr);
        for (int i = 0; i < got; ++i) {
            const auto at = static_cast<size_t>(i);
            take({buffers_[at].data(), messages[at].msg_len}, from[at]);
        }
    } while (got == static_cast<int>(datagrams_per_call));
    return got >= 0 || errno == EAGAIN || errno == EINTR || errno == ECONNREFUSED;
}

bool Floor::send_to_all(const std::vector<sockaddr_in>& members, std::string& datagram) {
    iovec piece{datagram.data(), datagram.size()};
    std::array<mmsghdr, datagrams_per_call> messages{};
    for (size_t sent = 0; sent < members.size();) {
        const size_t count = std::min(datagrams_per_call, members.size() - sent);
        for (size_t i = 0; i < count; ++i) {
            messages[i].msg_hdr.msg_name = const_cast<sockaddr_in*>(&members[sent + i]);
            messages[i].msg_hdr.msg_namelen = sizeof(sockaddr_in);
            messages[i].msg_hdr.msg_iov = &piece;
            messages[i].msg_hdr.msg_iovlen = 1;
        }
        const int done = sendmmsg(socket_, messages.data(), static_cast<unsigned>(count), 0);
        if (done < 0 && errno != EINTR && errno != ECONNREFUSED) {
            return false;
        }
        sent += done > 0 ? static_cast<size_t>(done) : 0;
    }
    return true;
}

bool Floor::send() {
    // Lines that come while these go out are of the next tick.
    std::vector<uint32_t> spoken;
    spoken.swap(spoken_);
    for (const uint32_t number : spoken) {
        Room& room = rooms_[number];
        std::vector<std::string> lines;
        lines.swap(room.lines);
        for (size_t next = 0; next < lines.size();) {
            std::string datagram = floor_datagram();
            do {
                floor_append(datagram, lines[next++]);
            } while (next < lines.size() &&
                     datagram.size() + floor_line_bytes(lines[next]) <= lines_bytes_);
            // Acknowledgements are taken between two rounds, or they fill the socket.
            if (!send_to_all(room.members, datagram) || !receive()) {
                return false;
            }
        }
    }
    return true;
}

// 0: it cannot be had.
uint16_t bind_socket(int descriptor) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    const int bytes = socket_buffer_bytes;
    if (descriptor < 0 ||
        setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes) != 0 ||
        setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes) != 0 ||
        bind(descriptor, reinterpret_cast<const sockaddr*>(&address), length) != 0 ||
        getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
        return 0;
    }
    return ntohs(address.sin_port);
}

bool write_ready(const char* path, unsigned port) {
    FILE* const file = std::fopen(path, "w");
    if (file == nullptr) {
        return false;
    }
    const bool written = std::fprintf(file, "port=%u\n", port) > 0;
    return std::fclose(file) == 0 && written;
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 4) {
        std::fprintf(stderr, "usage: parley_bench_floor READY_FILE TICK_MS LINES_BYTES\n");
        return 2;
    }
    const int64_t tick_us = std::strtol(argv[2], nullptr, 10) * 1000;
    const int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const uint16_t port = bind_socket(descriptor);
    if (port == 0 || !write_ready(argv[1], port)) {
        std::fprintf(stderr, "no socket could be made, or %s not be written\n", argv[1]);
        return 1;
    }
    Floor floor(descriptor, std::strtoul(argv[3], nullptr, 10));
    // Ended by a signal.
    while (true) {
        pollfd ready{descriptor, POLLIN, 0};
        poll(&ready, 1, floor.waiting() ? 0 : -1);
        // The first after a silence does not wait; the next ones gather.
        const int64_t received_us = now_us();
        if (!floor.receive() || !floor.send()) {
            std::perror("the socket failed");
            return 1;
        }
        const int64_t left_us = received_us + tick_us - now_us();
        if (left_us > 0) {
            const timespec pause{0, left_us * 1000};
            nanosleep(&pause, nullptr);
        }
    }
}
