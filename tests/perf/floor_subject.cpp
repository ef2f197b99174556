// floor_subject.cpp: the floor (floor.cpp) and its players: a bare UDP socket each.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "schemas/base/limits.hpp"
#include "tests/perf/floor_format.hpp"
#include "tests/perf/heard.hpp"
#include "tests/perf/subject.hpp"

namespace parley::bench {
namespace {

constexpr int socket_buffer_bytes = 4 * 1024 * 1024; // as the sealed link's
constexpr int64_t enter_again_us = 100'000;

sockaddr_in address_of(const char* text, uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    inet_pton(AF_INET, text, &address.sin_addr);
    return address;
}

class FloorPlayer final : public Player {
public:
    FloorPlayer(size_t index, uint32_t room, uint16_t port)
        : index_(index), room_(room), port_(port) {}
    ~FloorPlayer() override {
        if (socket_ >= 0) {
            ::close(socket_);
        }
    }
    FloorPlayer(const FloorPlayer&) = delete;
    FloorPlayer& operator=(const FloorPlayer&) = delete;

    bool begin(std::string& message) override {
        socket_ = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        const sockaddr_in own = address_of(player_address(index_).c_str(), 0);
        const sockaddr_in server = address_of("127.0.0.1", port_);
        const int bytes = socket_buffer_bytes;
        if (socket_ < 0 || setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes) != 0 ||
            bind(socket_, reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0 ||
            connect(socket_, reinterpret_cast<const sockaddr*>(&server), sizeof server) != 0) {
            message =
                "player " + std::to_string(index_) + " has no socket: " + std::strerror(errno);
            return false;
        }
        return true;
    }

    int socket_fd() const override { return socket_; }

    void pump(int64_t now_us, Heard& heard) override {
        if (!ready_ && now_us - entered_us_ >= enter_again_us) {
            entered_us_ = now_us;
            std::string entry(1, floor_enter);
            entry.append(reinterpret_cast<const char*>(&room_), sizeof room_);
            if (!send(entry)) {
                heard.failed(index_, "could not enter");
            }
        }
        std::array<char, 2048> datagram;
        ssize_t got = 0;
        while ((got = recv(socket_, datagram.data(), datagram.size(), 0)) > 0) {
            traffic_.bytes += static_cast<uint64_t>(got);
            ++traffic_.datagrams;
            take({datagram.data(), static_cast<size_t>(got)}, now_us, heard);
        }
        if (got < 0 && errno != EAGAIN && errno != EINTR) {
            heard.failed(index_, "lost its socket");
        }
    }

    bool ready() const override { return ready_; }

    bool say(std::string_view text, int64_t) override {
        std::string datagram = floor_datagram();
        floor_append(datagram, text);
        return send(datagram);
    }

    std::optional<Traffic> traffic() const override { return traffic_; }

private:
    bool send(const std::string& datagram) {
        traffic_.bytes += datagram.size();
        ++traffic_.datagrams;
        return ::send(socket_, datagram.data(), datagram.size(), 0) ==
               static_cast<ssize_t>(datagram.size());
    }

    void take(std::string_view datagram, int64_t now_us, Heard& heard) {
        if (datagram[0] == floor_enter) {
            ready_ = true;
            return;
        }
        std::string_view lines = datagram.substr(std::min(floor_head_bytes, datagram.size()));
        while (!lines.empty()) {
            const std::string_view text = floor_take(lines);
            if (text.empty()) {
                heard.failed(index_, "got a datagram that is no lines");
                return;
            }
            heard.line(index_, text, now_us);
        }
        std::string ack(floor_ack_bytes, '\0');
        ack[0] = floor_ack;
        if (!send(ack)) {
            heard.failed(index_, "could not acknowledge");
        }
    }

    const size_t index_;
    const uint32_t room_;
    const uint16_t port_;
    int socket_ = -1;
    bool ready_ = false;
    int64_t entered_us_ = 0;
    Traffic traffic_;
};

class FloorSubject final : public Subject {
public:
    explicit FloorSubject(bool packed) : packed_(packed) {}

    std::string_view name() const override { return packed_ ? "raw_udp_packed" : "raw_udp"; }

    bool start(const Plan& plan, const Places& places, std::string& message) override {
        plan_ = &plan;
        const std::string ready_file = places.data_folder + "/ready";
        const size_t lines_bytes = packed_ ? limits::sealed_datagram_bytes_max : 0;
        return server_.start({places.floor, ready_file, std::to_string(limits::net_tick_ms_default),
                              std::to_string(lines_bytes)},
                             ready_file, places.data_folder + "/floor.log", message);
    }
    std::unique_ptr<Player> player(size_t index, std::string&) override {
        return std::make_unique<FloorPlayer>(index, static_cast<uint32_t>(plan_->room_of(index)),
                                             server_.port());
    }
    Child& server() override { return server_; }

private:
    const bool packed_;
    const Plan* plan_ = nullptr;
    Child server_;
};

} // namespace

std::unique_ptr<Subject> floor_subject() {
    return std::make_unique<FloorSubject>(false);
}

std::unique_ptr<Subject> packed_floor_subject() {
    return std::make_unique<FloorSubject>(true);
}

} // namespace parley::bench
