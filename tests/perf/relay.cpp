// relay.cpp: the baseline: a bare ENet relay as a game would write it in an afternoon, in ENet's
// own loop. No seal, no ticket, no order of its own, no store. The first packet of a peer names its
// room; every later one goes, reliable, to all of that room, the sender too.
//
// usage: parley_bench_relay READY_FILE PEERS
#include <enet/enet.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <unordered_map>
#include <vector>

namespace {

// As the shard sets them, so that neither figure is one of lost acknowledgements or of more pings.
constexpr int receive_buffer_bytes = 4 * 1024 * 1024;
constexpr enet_uint32 ping_interval_ms = 5000;

struct Relay {
    std::unordered_map<enet_uint32, std::vector<ENetPeer*>> rooms;
    std::unordered_map<ENetPeer*, enet_uint32> room_of;

    void receive(ENetPeer* peer, ENetPacket* packet) {
        const auto room = room_of.find(peer);
        if (room != room_of.end()) {
            // ENet shares the packet between the peers and frees it with the last.
            ENetPacket* const copy =
                enet_packet_create(packet->data, packet->dataLength, ENET_PACKET_FLAG_RELIABLE);
            for (ENetPeer* member : rooms[room->second]) {
                enet_peer_send(member, 0, copy);
            }
        } else if (packet->dataLength == sizeof(enet_uint32)) {
            enet_uint32 number = 0;
            std::memcpy(&number, packet->data, sizeof number);
            room_of[peer] = number;
            rooms[number].push_back(peer);
            enet_peer_send(peer, 0, enet_packet_create("in", 2, ENET_PACKET_FLAG_RELIABLE));
        }
        enet_packet_destroy(packet);
    }
    void leave(ENetPeer* peer) {
        const auto room = room_of.find(peer);
        if (room != room_of.end()) {
            std::erase(rooms[room->second], peer);
            room_of.erase(room);
        }
    }
};

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
    const long peers = argc == 3 ? std::strtol(argv[2], nullptr, 10) : 0;
    if (peers < 1 || peers > ENET_PROTOCOL_MAXIMUM_PEER_ID) {
        std::fprintf(stderr, "usage: parley_bench_relay READY_FILE PEERS\n");
        return 2;
    }
    ENetAddress address{};
    enet_address_set_host_ip(&address, "127.0.0.1");
    ENetHost* const host = enet_host_create(&address, static_cast<size_t>(peers), 1, 0, 0);
    if (host == nullptr) {
        std::fprintf(stderr, "no ENet host could be made\n");
        return 1;
    }
    enet_socket_set_option(host->socket, ENET_SOCKOPT_RCVBUF, receive_buffer_bytes);
    enet_socket_set_option(host->socket, ENET_SOCKOPT_SNDBUF, receive_buffer_bytes);
    if (!write_ready(argv[1], host->address.port)) {
        std::fprintf(stderr, "%s cannot be written\n", argv[1]);
        return 1;
    }
    Relay relay;
    ENetEvent event;
    // Ended by a signal.
    while (enet_host_service(host, &event, 1000) >= 0) {
        switch (event.type) {
        case ENET_EVENT_TYPE_CONNECT:
            enet_peer_ping_interval(event.peer, ping_interval_ms);
            break;
        case ENET_EVENT_TYPE_RECEIVE:
            relay.receive(event.peer, event.packet);
            break;
        case ENET_EVENT_TYPE_DISCONNECT:
            relay.leave(event.peer);
            break;
        case ENET_EVENT_TYPE_NONE:
            break;
        }
    }
    std::fprintf(stderr, "ENet's service failed\n");
    return 1;
}
