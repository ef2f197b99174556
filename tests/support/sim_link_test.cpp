// sim_link_test.cpp: the fake network keeps what link.hpp promises, and does what it is told to do
// wrong. Time is a number that the test turns.
#include "tests/support/sim_link.hpp"

#include <algorithm>
#include <utility>

#include "tests/support/catch.hpp"

namespace parley {

namespace {

constexpr const char* address = "10.0.0.1:7777";

// A server, one host, one client, and a clock.
struct Pair {
    SimNetwork network;
    SimHost host = network.add_host();
    std::unique_ptr<Link> server = network.listen(address);
    std::unique_ptr<Link> client = network.client_link(host);
    TimeMs now_ms = 1000;
    PeerId at_client{};
    PeerId at_server{};
    std::vector<LinkEvent> client_events;
    std::vector<LinkEvent> server_events;

    explicit Pair(const SimNetwork::Options& options = {}) : network(1, options) {}

    void connect() {
        const SecretSeed seed{1};
        at_client = client->connect({address, {}, "ticket", seed, 1}, now_ms).value();
    }
    void run(TimeMs for_ms) {
        for (const TimeMs end_ms = now_ms + for_ms; now_ms < end_ms; now_ms += 10) {
            while (auto event = server->poll(now_ms)) {
                server_events.push_back(std::move(*event));
            }
            while (auto event = client->poll(now_ms)) {
                client_events.push_back(std::move(*event));
            }
        }
    }
    // Connects and is admitted.
    void open() {
        connect();
        run(1000);
        REQUIRE(server_events.size() == 1);
        const auto& asked = std::get<AuthRequest>(server_events.front());
        at_server = asked.peer;
        server->admit(at_server, Error::Ok, 0);
        run(1000);
        REQUIRE(client_events.size() == 1);
        REQUIRE(std::holds_alternative<PeerOpened>(client_events.front()));
        client_events.clear();
        server_events.clear();
    }
};

SharedFrame frame_of(uint8_t value, size_t bytes = 8) {
    return std::make_shared<const ByteVector>(bytes, value);
}

std::vector<uint8_t> values_of(const std::vector<LinkEvent>& events, Lane lane) {
    std::vector<uint8_t> values;
    for (const LinkEvent& event : events) {
        if (const auto* received = std::get_if<FrameReceived>(&event)) {
            REQUIRE(reinterpret_cast<uintptr_t>(received->frame.data()) % 8 == 0);
            if (received->lane == lane) {
                values.push_back(received->frame.front());
            }
        }
    }
    return values;
}

} // namespace

TEST_CASE("a peer says nothing before it is admitted, and its ticket comes first", "[sim_link]") {
    Pair pair;
    pair.connect();
    pair.run(1000);
    REQUIRE(pair.server_events.size() == 1);
    const auto& asked = std::get<AuthRequest>(pair.server_events.front());
    REQUIRE(asked.ticket == "ticket");
    REQUIRE(!pair.server->send(asked.peer, Lane::Chat, frame_of(1)));
    REQUIRE(!pair.client->send(pair.at_client, Lane::Chat, frame_of(1)));
    REQUIRE(pair.client_events.empty());
    pair.server->admit(asked.peer, Error::Ok, 0);
    pair.run(1000);
    REQUIRE(std::holds_alternative<PeerOpened>(pair.client_events.at(0)));
    REQUIRE(std::holds_alternative<PeerOpened>(pair.server_events.at(1)));
}

TEST_CASE("who is refused is told why", "[sim_link]") {
    Pair pair;
    pair.connect();
    pair.run(1000);
    pair.server->admit(std::get<AuthRequest>(pair.server_events.front()).peer, Error::BadTicket, 7);
    pair.run(1000);
    const auto& closed = std::get<PeerClosed>(pair.client_events.at(0));
    REQUIRE(closed.reason == Error::BadTicket);
    REQUIRE(closed.retry_after_ms == 7);
    REQUIRE(pair.server_events.size() == 1);
}

TEST_CASE("a reliable lane keeps order and loses nothing at 40 percent loss", "[sim_link]") {
    Pair pair;
    pair.open();
    pair.network.conditions(pair.host).up = {20, 100, 40, 0, 0, false};
    std::vector<uint8_t> sent;
    for (uint8_t i = 0; i < 100; ++i) {
        REQUIRE(pair.client->send(pair.at_client, Lane::Chat, frame_of(i)));
        sent.push_back(i);
    }
    pair.run(60'000);
    REQUIRE(values_of(pair.server_events, Lane::Chat) == sent);
    REQUIRE(pair.client->queued_bytes(pair.at_client) == 0);
}

TEST_CASE("the state lane loses and never goes back, the voice lane doubles", "[sim_link]") {
    Pair pair;
    pair.open();
    pair.network.conditions(pair.host).up = {20, 100, 40, 50, 0, false};
    for (uint8_t i = 0; i < 100; ++i) {
        REQUIRE(pair.client->send(pair.at_client, Lane::State, frame_of(i)));
        REQUIRE(pair.client->send(pair.at_client, Lane::Voice, frame_of(i)));
    }
    pair.run(10'000);
    const auto states = values_of(pair.server_events, Lane::State);
    REQUIRE(states.size() < 100);
    REQUIRE(std::is_sorted(states.begin(), states.end()));
    auto voices = values_of(pair.server_events, Lane::Voice);
    REQUIRE(!std::is_sorted(voices.begin(), voices.end()));
    std::sort(voices.begin(), voices.end());
    REQUIRE(std::adjacent_find(voices.begin(), voices.end()) != voices.end());
}

TEST_CASE("a short partition only delays, a long one ends both sides", "[sim_link]") {
    Pair pair;
    pair.open();
    SimPath& down = pair.network.conditions(pair.host).down;
    down.blocked = true;
    REQUIRE(pair.server->send(pair.at_server, Lane::Chat, frame_of(1)));
    pair.run(10'000);
    REQUIRE(pair.client_events.empty());
    down.blocked = false;
    pair.run(2000);
    REQUIRE(values_of(pair.client_events, Lane::Chat) == std::vector<uint8_t>{1});
    pair.client_events.clear();
    down.blocked = true;
    pair.run(limits::peer_timeout_ms + 3000);
    REQUIRE(std::get<PeerClosed>(pair.client_events.at(0)).reason == Error::ConnectionLost);
    REQUIRE(std::get<PeerClosed>(pair.server_events.at(0)).reason == Error::ConnectionLost);
}

TEST_CASE("a path that heals brings what was under way soon, and in order", "[sim_link]") {
    Pair pair;
    pair.open();
    SimPath& up = pair.network.conditions(pair.host).up;
    up.delay_ms = 60'000;
    std::vector<uint8_t> sent;
    for (uint8_t i = 0; i < 10; ++i) {
        REQUIRE(pair.client->send(pair.at_client, Lane::Chat, frame_of(i)));
        sent.push_back(i);
    }
    pair.run(1000);
    pair.network.heal(pair.host);
    pair.run(3000);
    REQUIRE(values_of(pair.server_events, Lane::Chat) == sent);
}

TEST_CASE("a cut loses what was under way", "[sim_link]") {
    Pair pair;
    pair.open();
    REQUIRE(pair.client->send(pair.at_client, Lane::Chat, frame_of(1)));
    pair.network.cut(pair.host);
    pair.run(2000);
    REQUIRE(pair.server_events.size() == 1);
    REQUIRE(std::get<PeerClosed>(pair.server_events.at(0)).reason == Error::ConnectionLost);
    REQUIRE(std::get<PeerClosed>(pair.client_events.at(0)).reason == Error::ConnectionLost);
}

TEST_CASE("a host that moves loses nothing reliable", "[sim_link]") {
    Pair pair;
    pair.open();
    for (uint8_t i = 0; i < 10; ++i) {
        REQUIRE(pair.client->send(pair.at_client, Lane::Chat, frame_of(i)));
        pair.network.rebind(pair.host);
    }
    pair.run(5000);
    REQUIRE(values_of(pair.server_events, Lane::Chat).size() == 10);
}

TEST_CASE("a client that dies is found out by silence, a server's death too", "[sim_link]") {
    Pair pair;
    pair.open();
    SECTION("client") {
        pair.client.reset();
        pair.client = pair.network.client_link(pair.host);
        pair.run(limits::peer_timeout_ms - 1000);
        REQUIRE(pair.server_events.empty());
        pair.run(5000);
        REQUIRE(std::get<PeerClosed>(pair.server_events.at(0)).reason == Error::ConnectionLost);
    }
    SECTION("server") {
        pair.server.reset();
        pair.server = pair.network.listen(address);
        pair.run(limits::peer_timeout_ms - 1000);
        REQUIRE(pair.client_events.empty());
        pair.run(5000);
        REQUIRE(std::get<PeerClosed>(pair.client_events.at(0)).reason == Error::ConnectionLost);
    }
}

TEST_CASE("a slow reader's queue is bounded, and drains", "[sim_link]") {
    SimNetwork::Options options;
    options.queued_byte_weight = 256;
    Pair pair(options);
    pair.open();
    pair.network.conditions(pair.host).down.bytes_per_s = 100;
    size_t accepted = 0;
    while (pair.server->send(pair.at_server, Lane::Chat, frame_of(1, 104))) {
        ++accepted;
    }
    REQUIRE(accepted == 10);
    REQUIRE(pair.server->queued_bytes(pair.at_server) == 1040 * 256);
    pair.run(30'000);
    REQUIRE(pair.server->queued_bytes(pair.at_server) == 0);
    REQUIRE(pair.server->send(pair.at_server, Lane::Chat, frame_of(1)));
}

TEST_CASE("after close() no event of that peer follows, and the other side is told", "[sim_link]") {
    Pair pair;
    pair.open();
    REQUIRE(pair.client->send(pair.at_client, Lane::Chat, frame_of(1)));
    pair.network.advance(pair.now_ms + 500); // it waits in the server's queue of events
    pair.server->close(pair.at_server, Error::Shutdown, 3000);
    pair.run(2000);
    REQUIRE(pair.server_events.empty());
    const auto& closed = std::get<PeerClosed>(pair.client_events.at(0));
    REQUIRE(closed.reason == Error::Shutdown);
    REQUIRE(closed.retry_after_ms == 3000);
    REQUIRE(!pair.server->send(pair.at_server, Lane::Chat, frame_of(1)));
}

TEST_CASE("a slot is given again, and nobody is found by the id of who had it", "[sim_link]") {
    Pair pair;
    pair.open();
    const PeerId before_at_server = pair.at_server;
    const PeerId before_at_client = pair.at_client;
    pair.network.cut(pair.host);
    pair.run(100);
    pair.server_events.clear();
    pair.client_events.clear();
    pair.open();
    for (const auto& [before, now] : {std::pair(before_at_server, pair.at_server),
                                      std::pair(before_at_client, pair.at_client)}) {
        REQUIRE(slot_of(now) == slot_of(before));
        REQUIRE(generation_of(now) == generation_of(before) + 1);
    }
    REQUIRE(!pair.server->send(before_at_server, Lane::Chat, frame_of(1)));
    REQUIRE(!pair.client->send(before_at_client, Lane::Chat, frame_of(1)));
    REQUIRE(pair.server->send(pair.at_server, Lane::Chat, frame_of(1)));
}

TEST_CASE("a frame at its lane's bound passes, one byte more does not", "[sim_link]") {
    Pair pair;
    pair.open();
    const size_t most = lane_frame_bytes_max(Lane::State);
    REQUIRE(pair.client->send(pair.at_client, Lane::State, frame_of(1, most)));
    REQUIRE(!pair.client->send(pair.at_client, Lane::State, frame_of(1, most + 1)));
    REQUIRE(pair.network.oversize_frames() == 1);
}

} // namespace parley
