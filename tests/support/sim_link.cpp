// sim_link.cpp: a connection is two directions of lanes and a small handshake; advance() moves what
// is due, oldest first, so that the order of events does not depend on how often it is called.
#include "tests/support/sim_link.hpp"

#include <algorithm>
#include <utility>

#include <sodium.h>

#include "schemas/base/check.hpp"

namespace parley {

namespace {

constexpr TimeMs never = INT64_MAX;
constexpr TimeMs resend_first_ms = 100;
constexpr TimeMs resend_longest_ms = 2000;

struct Flight {
    TimeMs arrives_ms = 0;
    uint64_t order = 0; // of sending, among all lanes
    SharedFrame frame;
};

struct Ack {
    TimeMs arrives_ms = 0;
    size_t bytes = 0;
};

// What one side has sent and the other has not got yet.
struct Direction {
    std::array<std::deque<Flight>, lane_count> lanes;
    std::array<TimeMs, lane_count> lane_last_ms{};
    std::array<uint64_t, lane_count> newest_order{};
    std::deque<Ack> acks;
    uint64_t next_order = 1;
    TimeMs line_free_ms = 0;
    size_t queued_bytes = 0;
    TimeMs passable_ms = 0; // when this direction was last not blocked
    // The sender's farewell.
    TimeMs farewell_ms = never;
    Error farewell{};
    uint32_t farewell_retry_after_ms = 0;
};

} // namespace

struct SimNetwork::Connection {
    enum class Phase : uint8_t { Knocking, Asked, Admitted, Open };

    Phase phase = Phase::Knocking;
    SimHost host{};
    std::string server_address;
    std::array<Endpoint*, 2> ends{}; // null: that side is gone
    std::array<PeerId, 2> peers{};
    std::array<bool, 2> opened{};
    std::array<TimeMs, 2> silent_since_ms{never, never}; // that side died without a word
    std::array<TimeMs, 2> patience_ms{};                 // of each side with a dead line
    std::array<Direction, 2> directions;                 // by sender
    AuthRequest request;
    TimeMs began_ms = 0;
    TimeMs step_at_ms = 0; // of the handshake

    bool dead() const { return ends[0] == nullptr && ends[1] == nullptr; }
};

PeerId SimNetwork::Endpoint::new_peer() {
    const auto slot_at = [](size_t at) { return static_cast<uint16_t>(at + 1); };
    size_t at = 0;
    while (at < generations.size() && peers.count(peer_at(slot_at(at), generations[at])) != 0) {
        ++at;
    }
    PARLEY_ASSERT(at < UINT16_MAX);
    if (at == generations.size()) {
        generations.push_back(0);
    }
    return peer_at(slot_at(at), ++generations[at]);
}

SimNetwork::SimNetwork(uint64_t seed, const Options& options) : options_(options), random_(seed) {}
SimNetwork::~SimNetwork() = default;

std::unique_ptr<Link> SimNetwork::listen(std::string_view address) {
    return std::make_unique<SimLink>(*this, true, SimHost{}, address);
}

SimHost SimNetwork::add_host() {
    const SimHost host{static_cast<uint32_t>(hosts_.size() + 1)};
    HostState& state = hosts_[host];
    state.address.ip[10] = state.address.ip[11] = 0xFF;
    state.address.ip[12] = 10;
    state.address.ip[15] = static_cast<uint8_t>(host);
    state.address.port = static_cast<uint16_t>(random_.between(20'000, 60'000));
    return host;
}

std::unique_ptr<Link> SimNetwork::client_link(SimHost host) {
    return std::make_unique<SimLink>(*this, false, host, std::string_view{});
}

SimConditions& SimNetwork::conditions(SimHost host) {
    return hosts_.at(host).conditions;
}

const SimPath& SimNetwork::path(const Connection& connection, Side from) {
    const SimConditions& all = hosts_.at(connection.host).conditions;
    return from == Side::Client ? all.up : all.down;
}

TimeMs SimNetwork::transit_ms(const SimPath& path, bool reliable) {
    TimeMs transit = path.delay_ms + random_.between(0, path.jitter_ms);
    if (reliable) {
        TimeMs resend = std::max(resend_first_ms, 2 * path.delay_ms);
        while (random_.chance_percent(path.loss_percent)) {
            transit += resend;
            resend = std::min(2 * resend, resend_longest_ms);
        }
    }
    return transit;
}

// [what links ask]
Result<PeerId> SimNetwork::connect(Endpoint& client, const ConnectOptions& options) {
    if (options.address.find(':') == std::string_view::npos) {
        return Error::BadAddress;
    }
    auto connection = std::make_unique<Connection>();
    connection->host = client.host;
    connection->server_address = std::string(options.address);
    connection->ends[0] = &client;
    connection->peers[0] = client.new_peer();
    connection->began_ms = now_ms_;
    // Hello, Retry, Hello, Accept, Auth: three ways up and two down.
    const TimeMs way_up_ms = transit_ms(path(*connection, Side::Client), true);
    const TimeMs way_down_ms = transit_ms(path(*connection, Side::Server), true);
    connection->step_at_ms = now_ms_ + 3 * way_up_ms + 2 * way_down_ms;
    for (const Side side : {Side::Client, Side::Server}) {
        const auto at = static_cast<size_t>(side);
        connection->patience_ms[at] = limits::peer_timeout_ms + random_.between(0, 2000);
        connection->directions[at].passable_ms = now_ms_;
    }
    connection->request.ticket = std::string(options.ticket);
    connection->request.address = hosts_.at(client.host).address;
    std::array<uint8_t, crypto_sign_SECRETKEYBYTES> secret{};
    crypto_sign_seed_keypair(connection->request.device_key.data(), secret.data(),
                             options.device_seed.data());
    const PeerId peer = connection->peers[0];
    client.peers[peer] = connection.get();
    if (!options.server_keys.empty() &&
        std::find(options.server_keys.begin(), options.server_keys.end(), options_.server_key) ==
            options.server_keys.end()) {
        end_side(*connection, Side::Client, Error::BadServerKey, 0);
    }
    connections_.push_back(std::move(connection));
    return peer;
}

void SimNetwork::admit(Endpoint& server, PeerId peer, Error verdict, uint32_t retry_after_ms) {
    const auto found = server.peers.find(peer);
    if (found == server.peers.end() || found->second->phase != Connection::Phase::Asked) {
        return;
    }
    Connection& connection = *found->second;
    const TimeMs down = transit_ms(path(connection, Side::Server), true);
    if (verdict == Error::Ok) {
        connection.phase = Connection::Phase::Admitted;
        connection.step_at_ms = now_ms_ + down + transit_ms(path(connection, Side::Client), true);
    } else {
        close(server, peer, verdict, retry_after_ms);
    }
}

bool SimNetwork::send(Endpoint& from, PeerId peer, Lane lane, const SharedFrame& frame) {
    const auto found = from.peers.find(peer);
    if (found == from.peers.end()) {
        return false;
    }
    Connection& connection = *found->second;
    const Side side = from.server ? Side::Server : Side::Client;
    Direction& direction = connection.directions[static_cast<size_t>(side)];
    if (!connection.opened[static_cast<size_t>(side)] ||
        direction.queued_bytes > limits::peer_queue_bytes_max) {
        return false;
    }
    const size_t bytes = frame->size();
    if (bytes > lane_frame_bytes_max(lane)) {
        ++oversize_frames_;
        return false;
    }
    const SimPath& way = path(connection, side);
    const bool reliable = lane_delivery(lane) == Delivery::Reliable;
    const auto at = static_cast<size_t>(lane);
    const TimeMs departs_ms = std::max(now_ms_, direction.line_free_ms);
    if (way.bytes_per_s != 0) {
        direction.line_free_ms =
            departs_ms + static_cast<TimeMs>(bytes) * 1000 / way.bytes_per_s + 1;
    }
    TimeMs arrives_ms = departs_ms + transit_ms(way, reliable);
    if (reliable) {
        arrives_ms = std::max(arrives_ms, direction.lane_last_ms[at]);
        direction.lane_last_ms[at] = arrives_ms;
        direction.queued_bytes += bytes * options_.queued_byte_weight;
        queue_bytes_seen_max_ = std::max(queue_bytes_seen_max_, direction.queued_bytes);
    } else if (random_.chance_percent(way.loss_percent)) {
        return true;
    }
    const auto fly = [&](TimeMs when_ms, uint64_t order) {
        auto& lane_flights = direction.lanes[at];
        const auto behind = std::upper_bound(
            lane_flights.begin(), lane_flights.end(), when_ms,
            [](TimeMs ms, const Flight& flight) { return ms < flight.arrives_ms; });
        lane_flights.insert(behind, Flight{when_ms, order, frame});
    };
    const uint64_t order = direction.next_order++;
    fly(arrives_ms, order);
    if (lane_delivery(lane) == Delivery::Unsequenced &&
        random_.chance_percent(way.duplicate_percent)) {
        fly(departs_ms + transit_ms(way, false), order);
    }
    return true;
}

void SimNetwork::close(Endpoint& from, PeerId peer, Error reason, uint32_t retry_after_ms) {
    // No event of this peer follows, not even one that waits already.
    from.events.erase(std::remove_if(from.events.begin(), from.events.end(),
                                     [peer](const LinkEvent& event) {
                                         return peer ==
                                                std::visit([](const auto& one) { return one.peer; },
                                                           event);
                                     }),
                      from.events.end());
    const auto found = from.peers.find(peer);
    if (found == from.peers.end()) {
        return;
    }
    Connection& connection = *found->second;
    const auto at = static_cast<size_t>(from.server ? Side::Server : Side::Client);
    Direction& direction = connection.directions[at];
    direction.farewell_ms =
        now_ms_ + transit_ms(path(connection, from.server ? Side::Server : Side::Client), true);
    direction.farewell = reason;
    direction.farewell_retry_after_ms = retry_after_ms;
    connection.ends[at] = nullptr;
    // Should the farewell be lost in a partition, the other side finds silence.
    connection.silent_since_ms[at] = now_ms_;
    from.peers.erase(found);
}

void SimNetwork::forget(Endpoint& endpoint) {
    for (const auto& [peer, connection] : endpoint.peers) {
        const auto at = static_cast<size_t>(endpoint.server ? Side::Server : Side::Client);
        connection->ends[at] = nullptr;
        connection->silent_since_ms[at] = now_ms_;
    }
    endpoint.peers.clear();
    if (endpoint.server) {
        servers_.erase(endpoint.address);
    }
}

// [faults]
void SimNetwork::cut(SimHost host) {
    for (const auto& connection : connections_) {
        if (connection->host == host) {
            end_side(*connection, Side::Client, Error::ConnectionLost, 0);
            end_side(*connection, Side::Server, Error::ConnectionLost, 0);
        }
    }
}

void SimNetwork::rebind(SimHost host) {
    HostState& state = hosts_.at(host);
    state.address.port = static_cast<uint16_t>(random_.between(20'000, 60'000));
    for (const auto& connection : connections_) {
        if (connection->host != host) {
            continue;
        }
        for (Direction& direction : connection->directions) {
            for (size_t lane = 0; lane < lane_count; ++lane) {
                if (lane_delivery(static_cast<Lane>(lane)) != Delivery::Reliable) {
                    direction.lanes[lane].clear();
                    continue;
                }
                for (Flight& flight : direction.lanes[lane]) {
                    flight.arrives_ms += resend_first_ms;
                    direction.lane_last_ms[lane] =
                        std::max(direction.lane_last_ms[lane], flight.arrives_ms);
                }
            }
        }
    }
}

void SimNetwork::heal(SimHost host) {
    hosts_.at(host).conditions = SimConditions{};
    const TimeMs soon_ms = now_ms_ + resend_longest_ms;
    for (const auto& connection : connections_) {
        if (connection->host != host) {
            continue;
        }
        connection->step_at_ms = std::min(connection->step_at_ms, soon_ms);
        for (Direction& direction : connection->directions) {
            direction.line_free_ms = std::min(direction.line_free_ms, now_ms_);
            if (direction.farewell_ms != never) {
                direction.farewell_ms = std::min(direction.farewell_ms, soon_ms);
            }
            for (size_t lane = 0; lane < lane_count; ++lane) {
                direction.lane_last_ms[lane] = std::min(direction.lane_last_ms[lane], soon_ms);
                for (Flight& flight : direction.lanes[lane]) {
                    flight.arrives_ms = std::min(flight.arrives_ms, soon_ms);
                }
            }
            for (Ack& ack : direction.acks) {
                ack.arrives_ms = std::min(ack.arrives_ms, soon_ms);
            }
        }
    }
}

// [time]
void SimNetwork::advance(TimeMs steady_ms) {
    if (steady_ms <= now_ms_) {
        return;
    }
    now_ms_ = steady_ms;
    for (const auto& connection : connections_) {
        move(*connection);
    }
    connections_.erase(std::remove_if(connections_.begin(), connections_.end(),
                                      [](const auto& connection) { return connection->dead(); }),
                       connections_.end());
}

void SimNetwork::move(Connection& connection) {
    for (const Side side : {Side::Client, Side::Server}) {
        Direction& direction = connection.directions[static_cast<size_t>(side)];
        if (!path(connection, side).blocked) {
            direction.passable_ms = now_ms_;
        }
    }
    if (connection.phase != Connection::Phase::Open) {
        move_handshake(connection);
    }
    move_frames(connection, Side::Client);
    move_frames(connection, Side::Server);
    // A side gives up when nothing has come round for its patience: either direction will do, since
    // acknowledgements go the other way.
    const TimeMs round_ms =
        std::min(connection.directions[0].passable_ms, connection.directions[1].passable_ms);
    for (const Side side : {Side::Client, Side::Server}) {
        const auto at = static_cast<size_t>(side);
        const TimeMs silent_ms = connection.silent_since_ms[static_cast<size_t>(other(side))];
        if (now_ms_ - std::min(round_ms, silent_ms) > connection.patience_ms[at] ||
            (silent_ms != never && !connection.opened[at] &&
             now_ms_ - silent_ms > limits::auth_wait_ms_max)) {
            end_side(connection, side, Error::ConnectionLost, 0);
        }
    }
}

void SimNetwork::move_handshake(Connection& connection) {
    const bool blocked =
        path(connection, Side::Client).blocked || path(connection, Side::Server).blocked;
    if (now_ms_ - connection.began_ms > limits::auth_wait_ms_max) {
        end_side(connection, Side::Client, Error::ConnectionLost, 0);
        end_side(connection, Side::Server, Error::ConnectionLost, 0);
        return;
    }
    if (now_ms_ < connection.step_at_ms) {
        return;
    }
    if (blocked) {
        connection.step_at_ms = now_ms_ + random_.between(250, 1000);
        return;
    }
    if (connection.phase == Connection::Phase::Knocking) {
        const auto server = servers_.find(connection.server_address);
        if (server == servers_.end()) {
            connection.step_at_ms = now_ms_ + random_.between(250, 1000);
            return;
        }
        Endpoint& endpoint = *server->second;
        connection.ends[1] = &endpoint;
        connection.peers[1] = endpoint.new_peer();
        connection.phase = Connection::Phase::Asked;
        connection.request.peer = connection.peers[1];
        endpoint.peers[connection.peers[1]] = &connection;
        endpoint.events.push_back(connection.request);
    } else if (connection.phase == Connection::Phase::Admitted && connection.ends[1] != nullptr) {
        const Address address = hosts_.at(connection.host).address;
        if (!connection.opened[1]) {
            connection.opened[1] = true;
            connection.ends[1]->events.push_back(PeerOpened{connection.peers[1], address});
            connection.step_at_ms = now_ms_ + transit_ms(path(connection, Side::Server), true);
        } else {
            connection.phase = Connection::Phase::Open;
            connection.opened[0] = true;
            if (connection.ends[0] != nullptr) {
                connection.ends[0]->events.push_back(PeerOpened{connection.peers[0], Address{}});
            }
        }
    }
}

void SimNetwork::move_frames(Connection& connection, Side from) {
    const Side to = other(from);
    Direction& direction = connection.directions[static_cast<size_t>(from)];
    const SimPath& way = path(connection, from);
    const SimPath& back = path(connection, to);
    // The receiver hears nothing before its own lanes are open.
    const bool open = connection.opened[static_cast<size_t>(to)];
    while (open) {
        size_t next = lane_count;
        for (size_t lane = 0; lane < lane_count; ++lane) {
            const auto& flights = direction.lanes[lane];
            if (!flights.empty() && flights.front().arrives_ms <= now_ms_ &&
                (next == lane_count ||
                 std::make_pair(flights.front().arrives_ms, flights.front().order) <
                     std::make_pair(direction.lanes[next].front().arrives_ms,
                                    direction.lanes[next].front().order))) {
                next = lane;
            }
        }
        if (next == lane_count ||
            direction.lanes[next].front().arrives_ms > direction.farewell_ms) {
            break;
        }
        const Lane lane = static_cast<Lane>(next);
        const bool reliable = lane_delivery(lane) == Delivery::Reliable;
        if (way.blocked && reliable) {
            // It is sent again until it passes or the peers give up; those behind it wait.
            const TimeMs again_ms = now_ms_ + random_.between(resend_first_ms, 4 * resend_first_ms);
            for (Flight& flight : direction.lanes[next]) {
                flight.arrives_ms = std::max(flight.arrives_ms, again_ms);
            }
            direction.lane_last_ms[next] = std::max(direction.lane_last_ms[next], again_ms);
            continue;
        }
        const Flight flight = std::move(direction.lanes[next].front());
        direction.lanes[next].pop_front();
        const bool stale =
            lane_delivery(lane) == Delivery::Newest && flight.order <= direction.newest_order[next];
        if (way.blocked || stale) {
            continue;
        }
        direction.newest_order[next] = flight.order;
        if (reliable) {
            direction.acks.push_back({now_ms_ + transit_ms(back, true),
                                      flight.frame->size() * options_.queued_byte_weight});
        }
        Endpoint* receiver = connection.ends[static_cast<size_t>(to)];
        if (receiver != nullptr) {
            receiver->events.push_back(
                FrameReceived{connection.peers[static_cast<size_t>(to)], lane, *flight.frame});
        }
    }
    while (!direction.acks.empty() && direction.acks.front().arrives_ms <= now_ms_ &&
           !back.blocked) {
        direction.queued_bytes -= direction.acks.front().bytes;
        direction.acks.pop_front();
    }
    if (direction.farewell_ms <= now_ms_ && !way.blocked) {
        end_side(connection, to, direction.farewell, direction.farewell_retry_after_ms);
    }
}

void SimNetwork::end_side(Connection& connection, Side side, Error reason,
                          uint32_t retry_after_ms) {
    const auto at = static_cast<size_t>(side);
    Endpoint* endpoint = connection.ends[at];
    if (endpoint == nullptr) {
        return;
    }
    const PeerId peer = connection.peers[at];
    endpoint->peers.erase(peer);
    endpoint->events.push_back(PeerClosed{peer, reason, retry_after_ms});
    connection.ends[at] = nullptr;
    connection.silent_since_ms[at] = std::min(connection.silent_since_ms[at], now_ms_);
}

// [links]
SimLink::SimLink(SimNetwork& network, bool server, SimHost host, std::string_view address)
    : network_(network) {
    endpoint_.server = server;
    endpoint_.host = host;
    endpoint_.address = std::string(address);
    if (server) {
        const bool fresh = network_.servers_.emplace(endpoint_.address, &endpoint_).second;
        PARLEY_ASSERT(fresh);
    }
}

SimLink::~SimLink() {
    network_.forget(endpoint_);
}

Result<PeerId> SimLink::connect(const ConnectOptions& options, TimeMs steady_ms) {
    network_.advance(steady_ms);
    return network_.connect(endpoint_, options);
}

void SimLink::admit(PeerId peer, Error verdict, uint32_t retry_after_ms) {
    network_.admit(endpoint_, peer, verdict, retry_after_ms);
}

bool SimLink::send(PeerId peer, Lane lane, const SharedFrame& frame) {
    return network_.send(endpoint_, peer, lane, frame);
}

void SimLink::send_all(std::span<const PeerId> peers, Lane lane, const SharedFrame& frame,
                       std::vector<PeerId>& refused) {
    for (const PeerId peer : peers) {
        if (!send(peer, lane, frame)) {
            refused.push_back(peer);
        }
    }
}

std::optional<LinkEvent> SimLink::poll(TimeMs steady_ms) {
    network_.advance(steady_ms);
    if (endpoint_.events.empty()) {
        return std::nullopt;
    }
    LinkEvent event = std::move(endpoint_.events.front());
    endpoint_.events.pop_front();
    return event;
}

void SimLink::flush(TimeMs) {}

void SimLink::close(PeerId peer, Error reason, uint32_t retry_after_ms) {
    network_.close(endpoint_, peer, reason, retry_after_ms);
}

size_t SimLink::queued_bytes(PeerId peer) const {
    const auto found = endpoint_.peers.find(peer);
    return found == endpoint_.peers.end()
               ? 0
               : found->second->directions[endpoint_.server ? 1 : 0].queued_bytes;
}

uint32_t SimLink::rtt_ms(PeerId peer) const {
    const auto found = endpoint_.peers.find(peer);
    if (found == endpoint_.peers.end()) {
        return 0;
    }
    const SimConditions& all = network_.hosts_.at(found->second->host).conditions;
    return static_cast<uint32_t>(all.up.delay_ms + all.down.delay_ms);
}

} // namespace parley
