// link_pair.hpp: a listening EnetLink and clients of it on loopback, stepped by a made-up clock.
// Datagrams on loopback arrive at once, so a test steps until something has happened; only ENet's
// own resending needs real time, and nothing is lost here unless a test loses it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "schemas/link/enet_link.hpp"

namespace parley::test {

inline constexpr uint64_t app_id = 0x50415253;

inline SecretSeed seed(uint8_t filled_with) {
    SecretSeed bytes;
    bytes.fill(filled_with);
    return bytes;
}

inline SharedFrame frame_of(size_t bytes, uint8_t first = 1) {
    auto frame = std::make_shared<ByteVector>(bytes);
    for (size_t i = 0; i < bytes; ++i) {
        (*frame)[i] = static_cast<uint8_t>(first + i * 31 + (i >> 8));
    }
    return frame;
}

template <typename Event>
std::vector<const Event*> events_of(const std::vector<LinkEvent>& events) {
    std::vector<const Event*> found;
    for (const LinkEvent& event : events) {
        if (const auto* of_kind = std::get_if<Event>(&event)) {
            found.push_back(of_kind);
        }
    }
    return found;
}

// One link and everything it has said so far.
struct Side {
    std::unique_ptr<EnetLink> link;
    std::vector<LinkEvent> events;

    void step(TimeMs now_ms) {
        while (auto event = link->poll(now_ms)) {
            events.push_back(std::move(*event));
        }
    }
    template <typename Event>
    const Event* last() const {
        const auto found = events_of<Event>(events);
        return found.empty() ? nullptr : found.back();
    }
    template <typename Event>
    size_t count() const {
        return events_of<Event>(events).size();
    }
};

class LinkPair {
public:
    explicit LinkPair(ServerOptions options = server_options(), ClientOptions client_options = {}) {
        auto listening = EnetLink::listen(options, now_ms);
        server.link = std::move(listening).value();
        auto calling = EnetLink::client(client_options, now_ms);
        client.link = std::move(calling).value();
        server_key = link_public_key(options.static_secret);
        server_address = to_text(server.link->local_address());
    }

    static ServerOptions server_options() {
        ServerOptions options;
        options.static_secret = seed(7);
        options.app_id = app_id;
        return options;
    }

    ConnectOptions connect_options() const {
        ConnectOptions options;
        options.address = server_address;
        options.server_keys = {&server_key, 1};
        options.ticket = ticket;
        options.device_seed = seed(9);
        options.app_id = app_id;
        return options;
    }

    // Steps both sides by one millisecond a time. False: it did not happen.
    bool step_until(const std::function<bool()>& happened, int steps = 5000) {
        for (int i = 0; i < steps; ++i) {
            if (happened()) {
                return true;
            }
            now_ms += 1;
            server.step(now_ms);
            client.step(now_ms);
        }
        return happened();
    }
    void step(int steps, TimeMs by_ms = 1) {
        for (int i = 0; i < steps; ++i) {
            now_ms += by_ms;
            server.step(now_ms);
            client.step(now_ms);
        }
    }

    // Connects and admits; afterwards peer() and client_peer can speak.
    bool connect() {
        auto begun = client.link->connect(connect_options(), now_ms);
        if (!begun) {
            return false;
        }
        client_peer = *begun;
        if (!step_until([&] { return server.count<AuthRequest>() > 0; })) {
            return false;
        }
        server_peer = server.last<AuthRequest>()->peer;
        server.link->admit(server_peer, Error::Ok, 0);
        return step_until(
            [&] { return server.count<PeerOpened>() > 0 && client.count<PeerOpened>() > 0; });
    }

    TimeMs now_ms = 1'000'000;
    std::string ticket = "ticket-of-a-user";
    PublicKey server_key{};
    std::string server_address;
    Side server;
    Side client;
    PeerId server_peer{};
    PeerId client_peer{};
};

// Listening links of as many net threads, on one port of loopback.
inline std::vector<std::unique_ptr<Side>> servers_on_one_port(uint32_t threads, TimeMs now_ms) {
    ServerOptions options = LinkPair::server_options();
    options.thread_count = threads;
    std::vector<std::unique_ptr<Side>> servers;
    std::string address = "127.0.0.1:0";
    for (uint32_t index = 0; index < threads; ++index) {
        options.thread_index = index;
        options.bind = address;
        servers.push_back(std::make_unique<Side>());
        servers.back()->link = std::move(EnetLink::listen(options, now_ms)).value();
        address = to_text(servers.back()->link->local_address());
    }
    return servers;
}

} // namespace parley::test
