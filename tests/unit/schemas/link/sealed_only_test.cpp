// sealed_only_test.cpp: no unsealed byte leaves. Once by calling every ENet function that can send
// on a host with the hooks, once by watching whole lives of connections through a relay.
#include <set>

#include "schemas/link/enet_inside.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/raw_datagrams.hpp"

using namespace parley;
using namespace parley::test;

namespace {

// A client's inside with a session that needs no handshake, as the self-test has it.
struct Wired {
    Wired() {
        REQUIRE(sodium_init() >= 0);
        REQUIRE(inside.open_host(ipv4_address(INADDR_LOOPBACK, 0), 1, {}).ok());
        session = inside.take_session(0);
        session->address = remote.address();
        session->sealer = Sealer(Cipher::ChaCha20Poly1305, 5, key, 0);
        session->opener = Opener(Cipher::ChaCha20Poly1305, key);
        inside.give_wire_id(*session, 5);
        inside.set_state(*session, SessionState::Welcomed);
        const ENetAddress to = to_enet(remote.address());
        peer = enet_host_connect(inside.host_, &to, lane_count, 0);
        REQUIRE(peer != nullptr);
        peer->connectID = connect_id_of(5);
        session->peer = peer;
    }
    void connected() {
        EnetLink::Inside::AtWork work(inside);
        enet_host_flush(inside.host_);
        remote.receive_all();
        peer->state = ENET_PEER_STATE_CONNECTED;
        inside.host_->connectedPeers = 1;
    }

    SecretKey key;
    RawSocket remote;
    EnetLink::Inside inside{*enet_api(EnetSource::Linked), Log(), false, {}, 0};
    LinkSession* session = nullptr;
    ENetPeer* peer = nullptr;
};

ENetPacket* packet() {
    return enet_packet_create("readable", 8, ENET_PACKET_FLAG_RELIABLE);
}

struct Sender {
    const char* name;
    bool connected;
    void (*call)(Wired&);
};

const std::vector<Sender>& senders() {
    static const std::vector<Sender> all = {
        {"host_flush, connecting", false, [](Wired& w) { enet_host_flush(w.inside.host_); }},
        {"host_service", false, [](Wired& w) { enet_host_service(w.inside.host_, {}, 0); }},
        {"peer_disconnect, connecting", false, [](Wired& w) { enet_peer_disconnect(w.peer, 7); }},
        {"peer_disconnect_now, connecting", false,
         [](Wired& w) { enet_peer_disconnect_now(w.peer, 7); }},
        {"peer_disconnect_later, connecting", false,
         [](Wired& w) { enet_peer_disconnect_later(w.peer, 7); }},
        {"peer_send", true,
         [](Wired& w) {
             enet_peer_send(w.peer, 0, packet());
             enet_host_flush(w.inside.host_);
         }},
        {"host_broadcast", true,
         [](Wired& w) {
             enet_host_broadcast(w.inside.host_, 0, packet());
             enet_host_flush(w.inside.host_);
         }},
        {"peer_ping", true,
         [](Wired& w) {
             enet_peer_ping(w.peer);
             enet_host_flush(w.inside.host_);
         }},
        {"peer_throttle_configure", true,
         [](Wired& w) {
             enet_peer_throttle_configure(w.peer, 1, 2, 3);
             enet_host_flush(w.inside.host_);
         }},
        {"host_bandwidth_limit", true,
         [](Wired& w) {
             enet_host_bandwidth_limit(w.inside.host_, 9000, 9000);
             w.inside.host_->bandwidthThrottleEpoch = enet_time_get() - 2000;
             enet_host_bandwidth_throttle(w.inside.host_);
             enet_host_flush(w.inside.host_);
         }},
        {"peer_disconnect", true,
         [](Wired& w) {
             enet_peer_disconnect(w.peer, 7);
             enet_host_flush(w.inside.host_);
         }},
        {"peer_disconnect_now", true, [](Wired& w) { enet_peer_disconnect_now(w.peer, 7); }},
        {"peer_disconnect_later", true,
         [](Wired& w) {
             enet_peer_send(w.peer, 0, packet()); // else it waits for CONNECT's acknowledgement
             enet_peer_disconnect_later(w.peer, 7);
             enet_host_flush(w.inside.host_);
         }},
    };
    return all;
}

bool is_ours(Bytes datagram) {
    return !datagram.empty() && datagram[0] >= 0xC1 && datagram[0] <= 0xC6;
}

bool contains(Bytes datagram, std::string_view text) {
    return std::search(datagram.begin(), datagram.end(), text.begin(), text.end()) !=
           datagram.end();
}

// A pair whose every datagram passes a relay.
struct Watched {
    explicit Watched(ServerOptions options = LinkPair::server_options())
        : pair(options), relay(pair.server.link->local_address()) {
        pair.server_address = to_text(relay.front());
        pair.ticket = "readable-ticket" + std::string(1900, 't');
    }
    bool step_until(const std::function<bool()>& happened, int steps = 3000) {
        return pair.step_until(
            [&] {
                relay.step();
                return happened();
            },
            steps);
    }
    void step(int steps, TimeMs by_ms = 1) {
        for (int i = 0; i < steps; ++i) {
            pair.now_ms += by_ms;
            if (pair.client.link) {
                pair.client.step(pair.now_ms);
            }
            relay.step();
            if (pair.server.link) {
                pair.server.step(pair.now_ms);
            }
            relay.step();
        }
    }
    void connect(Error verdict = Error::Ok) {
        pair.server.events.clear();
        pair.client.events.clear();
        auto begun = pair.client.link->connect(pair.connect_options(), pair.now_ms);
        REQUIRE(begun.ok());
        pair.client_peer = *begun;
        REQUIRE(step_until([&] { return pair.server.count<AuthRequest>() == 1; }));
        pair.server_peer = pair.server.last<AuthRequest>()->peer;
        pair.server.link->admit(pair.server_peer, verdict, 0);
        REQUIRE(step_until([&] {
            return verdict == Error::Ok ? pair.server.count<PeerOpened>() == 1 &&
                                              pair.client.count<PeerOpened>() == 1
                                        : pair.client.count<PeerClosed>() == 1;
        }));
    }
    void check_all_sealed() {
        step(5);
        REQUIRE_FALSE(relay.seen.empty());
        for (const ByteVector& datagram : relay.seen) {
            CHECK(is_ours(datagram));
            CHECK_FALSE(contains(datagram, "readable"));
        }
    }

    LinkPair pair;
    Relay relay;
};

SharedFrame readable(size_t bytes) {
    auto frame = std::make_shared<ByteVector>(bytes);
    static constexpr std::string_view word = "readable";
    for (size_t i = 0; i < bytes; ++i) {
        (*frame)[i] = static_cast<uint8_t>(word[i % word.size()]);
    }
    return frame;
}

} // namespace

TEST_CASE("whichever ENet function sends, what leaves is sealed", "[link][sealed]") {
    for (const Sender& sender : senders()) {
        CAPTURE(sender.name);
        Wired wired;
        if (sender.connected) {
            wired.connected();
        }
        {
            EnetLink::Inside::AtWork work(wired.inside);
            sender.call(wired);
        }
        const std::vector<ByteVector> left = wired.remote.receive_all();
        REQUIRE_FALSE(left.empty());
        Opener opener(Cipher::ChaCha20Poly1305, wired.key);
        for (const ByteVector& datagram : left) {
            REQUIRE(datagram.size() > limits::seal_overhead_bytes);
            ByteVector plain(datagram.size());
            CHECK(opener.open(datagram, plain.data(), 0) == Opened::FreshNewest);
        }
    }
}

TEST_CASE("an ENet function called outside of the link's methods sends one zero byte",
          "[link][sealed]") {
    for (const Sender& sender : senders()) {
        CAPTURE(sender.name);
        Wired wired;
        if (sender.connected) {
            wired.connected();
        }
        sender.call(wired);
        for (const ByteVector& datagram : wired.remote.receive_all()) {
            CHECK(datagram == ByteVector{0});
        }
        // The destructor of the link is a method of it again.
    }
}

TEST_CASE("a datagram of no session leaves as one zero byte and is counted", "[link][sealed]") {
    Wired wired;
    wired.session->id = 0;
    EnetLink::Inside::AtWork work(wired.inside);
    enet_host_flush(wired.inside.host_);
    const std::vector<ByteVector> left = wired.remote.receive_all();
    REQUIRE(left.size() == 1);
    CHECK(left[0] == ByteVector{0});
    CHECK(wired.inside.metrics_.seal_failures.read() == 1);
    wired.session->id = 5;
}

TEST_CASE("nothing readable crosses the network in a whole life", "[link][sealed]") {
    Watched world;
    world.connect();
    for (size_t number = 0; number < lane_count; ++number) {
        const Lane lane = static_cast<Lane>(number);
        const SharedFrame frame = readable(lane_frame_bytes_max(lane));
        CHECK(world.pair.client.link->send(world.pair.client_peer, lane, frame));
        std::vector<PeerId> refused;
        world.pair.server.link->send_all(std::array{world.pair.server_peer}, lane, frame, refused);
        CHECK(refused.empty());
    }
    CHECK(world.step_until([&] {
        return world.pair.server.count<FrameReceived>() == lane_count &&
               world.pair.client.count<FrameReceived>() == lane_count;
    }));
    SECTION("closed by the client") {
        world.pair.client.link->close(world.pair.client_peer, Error::Closed, 0);
        CHECK(world.step_until([&] { return world.pair.server.count<PeerClosed>() == 1; }));
    }
    SECTION("closed by the server") {
        world.pair.server.link->close(world.pair.server_peer, Error::Shutdown, 3000);
        CHECK(world.step_until([&] { return world.pair.client.count<PeerClosed>() == 1; }));
    }
    SECTION("the client's link is destroyed") {
        world.pair.client.link.reset();
    }
    SECTION("the server's link is destroyed") {
        world.pair.server.link.reset();
    }
    SECTION("flushed by hand") {
        CHECK(world.pair.client.link->send(world.pair.client_peer, Lane::Chat, readable(500)));
        world.pair.client.link->flush(world.pair.now_ms);
    }
    world.check_all_sealed();
}

TEST_CASE("nothing readable crosses the network when admission is refused", "[link][sealed]") {
    Watched world;
    world.connect(Error::TicketExpired);
    CHECK(world.pair.client.last<PeerClosed>()->reason == Error::TicketExpired);
    world.check_all_sealed();
}

TEST_CASE("the self-test passes with this library and fails with one that ignores the hooks",
          "[link][sealed]") {
    REQUIRE(sodium_init() >= 0);
    const EnetApi good = *enet_api(EnetSource::Linked);
    CHECK(link_self_test(good, {}, 0).ok());

    EnetApi unsealed = good;
    unsealed.host_flush = [](ENetHost* host) {
        host->checksum = nullptr;
        enet_host_flush(host);
    };
    CHECK(link_self_test(unsealed, {}, 0).error() == Error::LibraryMismatch);

    EnetApi unopened = good;
    unopened.host_service = [](ENetHost* host, ENetEvent* event, enet_uint32 timeout) {
        host->intercept = nullptr;
        return enet_host_service(host, event, timeout);
    };
    CHECK(link_self_test(unopened, {}, 0).error() == Error::LibraryMismatch);

    EnetApi other_version = good;
    other_version.linked_version = []() -> ENetVersion { return ENET_VERSION_CREATE(1, 3, 99); };
    CHECK(link_self_test(other_version, {}, 0).error() == Error::LibraryMismatch);
}

TEST_CASE("a link speaks through an ENet opened apart from the process's own", "[link][sealed]") {
    ServerOptions options = LinkPair::server_options();
    options.enet = EnetSource::Opened;
    ClientOptions client;
    client.enet = EnetSource::Opened;
    LinkPair pair(options, client);
    REQUIRE(pair.connect());
    CHECK(pair.client.link->send(pair.client_peer, Lane::Bulk, frame_of(30'000)));
    CHECK(pair.step_until([&] { return pair.server.count<FrameReceived>() == 1; }));
}
