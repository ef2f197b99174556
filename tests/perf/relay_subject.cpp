// relay_subject.cpp: the bare ENet relay (relay.cpp) and its players, plain ENet clients.
#include <enet/enet.h>

#include "tests/perf/heard.hpp"
#include "tests/perf/subject.hpp"

namespace parley::bench {
namespace {

// As the sealed link sets them.
constexpr int socket_buffer_bytes = 4 * 1024 * 1024;
constexpr enet_uint32 ping_interval_ms = 5000;

class RelayPlayer final : public Player {
public:
    RelayPlayer(size_t index, enet_uint32 room, uint16_t port)
        : index_(index), room_(room), port_(port) {}
    ~RelayPlayer() override {
        if (host_ != nullptr) {
            enet_host_destroy(host_);
        }
    }
    RelayPlayer(const RelayPlayer&) = delete;
    RelayPlayer& operator=(const RelayPlayer&) = delete;

    bool begin(std::string& message) override {
        ENetAddress own{};
        enet_address_set_host_ip(&own, player_address(index_).c_str());
        ENetAddress server{};
        enet_address_set_host_ip(&server, "127.0.0.1");
        server.port = port_;
        host_ = enet_host_create(&own, 1, 1, 0, 0);
        peer_ = host_ != nullptr ? enet_host_connect(host_, &server, 1, 0) : nullptr;
        if (peer_ == nullptr) {
            message = "no ENet host could be made for player " + std::to_string(index_);
            return false;
        }
        enet_socket_set_option(host_->socket, ENET_SOCKOPT_RCVBUF, socket_buffer_bytes);
        return true;
    }

    int socket_fd() const override { return host_->socket; }

    void pump(int64_t now_us, Heard& heard) override {
        ENetEvent event;
        for (int got = enet_host_service(host_, &event, 0); got > 0;
             got = enet_host_check_events(host_, &event)) {
            take(event, now_us, heard);
        }
    }

    bool ready() const override { return ready_; }

    bool say(std::string_view text, int64_t) override { return send(text.data(), text.size()); }

    std::optional<Traffic> traffic() const override {
        return Traffic{uint64_t{host_->totalSentData} + host_->totalReceivedData,
                       uint64_t{host_->totalSentPackets} + host_->totalReceivedPackets};
    }

private:
    bool send(const void* data, size_t bytes) {
        ENetPacket* const packet = enet_packet_create(data, bytes, ENET_PACKET_FLAG_RELIABLE);
        if (enet_peer_send(peer_, 0, packet) != 0) {
            enet_packet_destroy(packet);
            return false;
        }
        enet_host_flush(host_);
        return true;
    }

    void take(const ENetEvent& event, int64_t now_us, Heard& heard) {
        switch (event.type) {
        case ENET_EVENT_TYPE_CONNECT:
            enet_peer_ping_interval(peer_, ping_interval_ms);
            if (!send(&room_, sizeof room_)) {
                heard.failed(index_, "could not name its room");
            }
            break;
        case ENET_EVENT_TYPE_RECEIVE: {
            const std::string_view text(reinterpret_cast<const char*>(event.packet->data),
                                        event.packet->dataLength);
            if (ready_) {
                heard.line(index_, text, now_us);
            } else {
                ready_ = text == "in";
            }
            enet_packet_destroy(event.packet);
            break;
        }
        case ENET_EVENT_TYPE_DISCONNECT:
            heard.failed(index_, "lost its connection");
            break;
        case ENET_EVENT_TYPE_NONE:
            break;
        }
    }

    const size_t index_;
    const enet_uint32 room_;
    const uint16_t port_;
    ENetHost* host_ = nullptr;
    ENetPeer* peer_ = nullptr;
    bool ready_ = false;
};

class RelaySubject final : public Subject {
public:
    std::string_view name() const override { return "enet_relay"; }
    size_t players_max() const override { return ENET_PROTOCOL_MAXIMUM_PEER_ID; }

    bool start(const Plan& plan, const Places& places, std::string& message) override {
        plan_ = &plan;
        const std::string ready_file = places.data_folder + "/ready";
        return server_.start({places.relay, ready_file, std::to_string(plan.players)}, ready_file,
                             places.data_folder + "/relay.log", message);
    }
    std::unique_ptr<Player> player(size_t index, std::string&) override {
        const auto room = static_cast<enet_uint32>(plan_->room_of(index));
        return std::make_unique<RelayPlayer>(index, room, server_.port());
    }
    Child& server() override { return server_; }

private:
    const Plan* plan_ = nullptr;
    Child server_;
};

} // namespace

std::string player_address(size_t index) {
    // 127.0.x.y is the server's; players begin at 127.1.0.1.
    return "127." + std::to_string(1 + index / 256) + "." + std::to_string(index % 256) + ".1";
}

std::unique_ptr<Subject> relay_subject() {
    return std::make_unique<RelaySubject>();
}

} // namespace parley::bench
