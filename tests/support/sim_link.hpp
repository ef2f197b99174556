// sim_link.hpp: the network without a network. A SimNetwork joins the links of one simulated world;
// what a datagram would meet (delay, jitter, loss, duplicates, partitions, a narrow line) is drawn
// from its seed and its own clock, so that a run replays. It keeps the promises of link.hpp:
// nothing before admit, reliable lanes in order and whole, a bounded queue for each peer, a reason
// at the end.
//
// Loss is modelled where the user of a link can see it: a reliable frame comes later by its
// retransmissions, a frame of an unreliable lane does not come.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "schemas/base/random.hpp"
#include "schemas/link/link.hpp"

namespace parley {

// One direction between a host and the server.
struct SimPath {
    TimeMs delay_ms = 20;
    TimeMs jitter_ms = 5;
    uint32_t loss_percent = 0;
    uint32_t duplicate_percent = 0; // unsequenced lanes
    uint32_t bytes_per_s = 0;       // 0: no bound
    bool blocked = false;           // partition of this direction
};
struct SimConditions {
    SimPath up;   // to the server
    SimPath down; // to the host
};

// A machine with clients on it; its conditions are those of all its connections.
enum class SimHost : uint32_t {};

class SimNetwork {
public:
    struct Options {
        // What a queued byte counts: with 64, a peer lags at 4 KiB instead of 256, so that a few
        // lines of a small world are enough. All bounds keep their relation.
        size_t queued_byte_weight = 1;
        PublicKey server_key{};
    };
    SimNetwork(uint64_t seed, const Options& options);
    ~SimNetwork();
    SimNetwork(const SimNetwork&) = delete;
    SimNetwork& operator=(const SimNetwork&) = delete;

    // The network outlives its links. A link that is destroyed says nothing to its peers: they find
    // out by their timeouts, as when a process dies.
    std::unique_ptr<Link> listen(std::string_view address);
    SimHost add_host();
    std::unique_ptr<Link> client_link(SimHost host);

    SimConditions& conditions(SimHost host);
    // Every connection of the host ends on both sides; what was under way is lost.
    void cut(SimHost host);
    // The host comes from another address: datagrams under way are lost, reliable ones come again.
    void rebind(SimHost host);

    // The host's paths are good again: default conditions, and what is under way comes with the
    // next retransmission rather than when it would have on the bad path.
    void heal(SimHost host);

    // Moves everything that is due by steady_ms. Links call it in poll; a world may do so itself.
    void advance(TimeMs steady_ms);

    // Frames that were larger than their lane allows: the sender's bug, refused and counted here.
    uint64_t oversize_frames() const { return oversize_frames_; }
    // The largest queue that any peer had, weighed.
    size_t queue_bytes_seen_max() const { return queue_bytes_seen_max_; }

private:
    friend class SimLink;
    struct Connection;
    enum class Side : uint8_t { Client = 0, Server = 1 };

    struct Endpoint {
        bool server = false;
        SimHost host{};
        std::string address;
        std::vector<uint16_t> generations; // by slot - 1, the last one that was given
        std::map<PeerId, Connection*> peers;
        std::deque<LinkEvent> events;

        PeerId new_peer(); // in the first slot that is free
    };
    struct HostState {
        SimConditions conditions;
        Address address;
    };

    Result<PeerId> connect(Endpoint& client, const ConnectOptions& options);
    void admit(Endpoint& server, PeerId peer, Error verdict, uint32_t retry_after_ms);
    bool send(Endpoint& from, PeerId peer, Lane lane, const SharedFrame& frame);
    void close(Endpoint& from, PeerId peer, Error reason, uint32_t retry_after_ms);
    void forget(Endpoint& endpoint);

    void move(Connection& connection);
    void move_handshake(Connection& connection);
    void move_frames(Connection& connection, Side from);
    void end_side(Connection& connection, Side side, Error reason, uint32_t retry_after_ms);
    const SimPath& path(const Connection& connection, Side from);
    TimeMs transit_ms(const SimPath& path, bool reliable);
    static Side other(Side side) { return side == Side::Client ? Side::Server : Side::Client; }

    Options options_;
    Random random_;
    TimeMs now_ms_ = 0;
    std::map<SimHost, HostState> hosts_;
    std::map<std::string, Endpoint*, std::less<>> servers_;
    std::vector<std::unique_ptr<Connection>> connections_; // in the order of connecting
    uint64_t oversize_frames_ = 0;
    size_t queue_bytes_seen_max_ = 0;
};

// Owner: the thread of its world.
class SimLink : public Link {
public:
    SimLink(SimNetwork& network, bool server, SimHost host, std::string_view address);
    ~SimLink() override;

    Result<PeerId> connect(const ConnectOptions& options, TimeMs steady_ms) override;
    void admit(PeerId peer, Error verdict, uint32_t retry_after_ms) override;
    bool send(PeerId peer, Lane lane, const SharedFrame& frame) override;
    void send_all(std::span<const PeerId> peers, Lane lane, const SharedFrame& frame,
                  std::vector<PeerId>& refused) override;
    std::optional<LinkEvent> poll(TimeMs steady_ms) override;
    void flush(TimeMs steady_ms) override;
    void close(PeerId peer, Error reason, uint32_t retry_after_ms) override;
    size_t queued_bytes(PeerId peer) const override;
    uint32_t rtt_ms(PeerId peer) const override;

private:
    SimNetwork& network_;
    SimNetwork::Endpoint endpoint_;
};

} // namespace parley
