// hostile_test.cpp: hostile inputs against a listening link (3 to 7: server_handshake_test.cpp):
// strangers by a plain socket, authenticated peers by a client that is honest only in its
// handshake. A well-behaved client is connected all the time and must not notice.
#include "tests/support/allocations.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/enet_plain.hpp"
#include "tests/support/raw_datagrams.hpp"

using namespace parley;
using namespace parley::test;

namespace {

struct Hostile {
    Hostile() {
        REQUIRE(pair.connect());
        server = pair.server.link->local_address();
        pair.server.events.clear();
    }
    // The honest pair still talks, both ways, and nobody was let go.
    ~Hostile() {
        pair.server.events.clear();
        pair.client.events.clear();
        CHECK(pair.client.link->send(pair.client_peer, Lane::Chat, frame_of(3000)));
        CHECK(pair.server.link->send(pair.server_peer, Lane::Chat, frame_of(3000)));
        CHECK(pair.step_until([&] {
            return pair.server.count<FrameReceived>() == 1 &&
                   pair.client.count<FrameReceived>() == 1;
        }));
        CHECK(pair.client.count<PeerClosed>() == 0);
    }
    const LinkMetrics& metrics() const { return pair.server.link->metrics(); }
    void forge(Bytes datagram) {
        REQUIRE(stranger.send(server, datagram));
        pair.step(1);
    }

    LinkPair pair;
    Address server;
    RawSocket stranger;
};

// A raw client that has been admitted; its ENet CONNECT is the test's own business.
struct Insider {
    Insider(Hostile& of, uint8_t device = 20)
        : hostile(of), client(of.server, options(of, device), of.pair.now_ms) {
        const size_t before = of.pair.server.count<AuthRequest>();
        REQUIRE(step_until([&] { return of.pair.server.count<AuthRequest>() > before; }));
        peer = of.pair.server.last<AuthRequest>()->peer;
        of.pair.server.link->admit(peer, Error::Ok, 0);
        REQUIRE(step_until(
            [&] { return client.handshake().state() == ClientHandshake::State::Welcomed; }));
    }
    static ConnectOptions options(Hostile& of, uint8_t device) {
        ConnectOptions made = of.pair.connect_options();
        made.device_seed = seed(device);
        return made;
    }
    bool step_until(const std::function<bool()>& happened, int steps = 2000) {
        for (int i = 0; i < steps && !happened(); ++i) {
            hostile.pair.step(1);
            client.step(hostile.pair.now_ms);
        }
        return happened();
    }
    void send(const EnetPlain& plain) {
        client.send_sealed(plain.bytes, hostile.pair.now_ms);
        hostile.pair.step(1);
        client.step(hostile.pair.now_ms);
    }
    EnetPlain::Connect connect() const { return {.connect_id = client.session()}; }
    // Through ENet's handshake: CONNECT, VERIFY_CONNECT, acknowledgement.
    void open() {
        client.opened.clear();
        send(EnetPlain(0xFFF).connect(connect()));
        REQUIRE(step_until([&] { return !client.opened.empty(); }));
        const std::optional<Verified> verified = parse_verify_connect(client.opened.back());
        REQUIRE(verified);
        enet_peer = verified->peer;
        enet_session = verified->session;
        const size_t before = hostile.pair.server.count<PeerOpened>();
        send(EnetPlain(enet_peer, enet_session)
                 .acknowledge(0xFF, verified->seq, verified->sent_time));
        REQUIRE(hostile.pair.server.count<PeerOpened>() == before + 1);
    }
    const PeerClosed* closed() const {
        for (const PeerClosed* event : events_of<PeerClosed>(hostile.pair.server.events)) {
            if (event->peer == peer) {
                return event;
            }
        }
        return nullptr;
    }

    Hostile& hostile;
    RawClient client;
    PeerId peer{};
    uint16_t enet_peer = 0;
    uint8_t enet_session = 0;
};

const ByteVector data(1000, 'x');

} // namespace

TEST_CASE("1: empty and tiny datagrams are dropped", "[link][hostile]") {
    Hostile world;
    for (const size_t bytes : {size_t{1}, size_t{3}}) {
        world.forge(ByteVector(bytes, 0xC5));
    }
    CHECK(world.metrics().refused_kind.read() == 2);
    // An empty one looks to ENet like an empty socket; what comes behind it is still read.
    REQUIRE(world.stranger.send(world.server, {}));
    world.forge(ByteVector(40, 0));
    CHECK(world.metrics().refused_kind.read() == 3);
    CHECK_FALSE(world.stranger.receive());
}

TEST_CASE("2: datagrams larger than ENet's buffer are counted and the loop goes on",
          "[link][hostile]") {
    Hostile world;
    world.forge(ByteVector(5000, 0xC1));
    world.forge(ByteVector(65'507, 0xC5));
    CHECK(world.metrics().service_failures.read() == 2);
    CHECK_FALSE(world.stranger.receive());
}

TEST_CASE("3: hellos of 1,199 and 1,201 bytes are dropped", "[link][hostile]") {
    Hostile world;
    world.forge(ByteVector(1199, 0xC1));
    world.forge(ByteVector(1201, 0xC1));
    CHECK(world.metrics().hello_malformed.read() == 2);
    CHECK_FALSE(world.stranger.receive());
}

TEST_CASE("8: plain ENet datagrams are dropped, all 16,384 of the guess among them",
          "[link][hostile]") {
    Hostile world;
    EnetPlain connect(0xFFF);
    connect.connect({.connect_id = 7});
    world.forge(connect.bytes);
    EnetPlain limit(0);
    limit.command(ENET_PROTOCOL_COMMAND_BANDWIDTH_LIMIT | 0x80, 0xFF, 1).be32(1).be32(1);
    world.forge(limit.bytes);
    world.forge(EnetPlain(0).acknowledge(0, 1, 1).bytes);
    for (uint16_t peer = 0; peer < 4096; ++peer) {
        for (uint8_t session = 0; session < 4; ++session) {
            const EnetPlain cut = EnetPlain(peer, session, 0)
                                      .command(ENET_PROTOCOL_COMMAND_DISCONNECT | 0x40, 0xFF, 0)
                                      .be32(0);
            REQUIRE(world.stranger.send(world.server, cut.bytes));
        }
        world.pair.server.step(world.pair.now_ms);
    }
    CHECK(world.metrics().refused_kind.read() + world.metrics().refused_session.read() ==
          3 + 16'384);
    CHECK(world.pair.server.count<PeerClosed>() == 0);
    CHECK_FALSE(world.stranger.receive());
}

TEST_CASE("9: a sealed datagram of no session is dropped", "[link][hostile]") {
    Hostile world;
    ByteVector sealed(200, 0);
    sealed[0] = 0xC5;
    sealed[1] = 9;
    world.forge(sealed);
    CHECK(world.metrics().refused_session.read() == 1);
    CHECK_FALSE(world.stranger.receive());
}

TEST_CASE("10: a good datagram replayed at once and 2,000 later is dropped", "[link][hostile]") {
    Hostile world;
    Insider insider(world);
    insider.open();
    const EnetPlain message =
        EnetPlain(insider.enet_peer, insider.enet_session).reliable(0, 1, data);
    const ByteVector datagram = insider.client.seal(message.bytes, world.pair.now_ms);
    REQUIRE(insider.client.socket.send(world.server, datagram));
    world.pair.step(1);
    REQUIRE(world.pair.server.count<FrameReceived>() == 1);
    world.forge(datagram);
    CHECK(world.metrics().refused_replay.read() == 1);
    for (int i = 0; i < 2000; ++i) {
        insider.client.send_sealed(
            EnetPlain(insider.enet_peer, insider.enet_session).acknowledge(0, 60'000, 1).bytes,
            world.pair.now_ms);
        world.pair.server.step(world.pair.now_ms);
    }
    world.forge(datagram);
    CHECK(world.metrics().refused_replay.read() == 2);
    CHECK(world.pair.server.count<FrameReceived>() == 1);
}

TEST_CASE("11: a counter 2^63 ahead with a bad tag moves nothing", "[link][hostile]") {
    Hostile world;
    Insider insider(world);
    insider.open();
    ByteVector datagram = insider.client.seal(
        EnetPlain(insider.enet_peer, insider.enet_session).acknowledge(0, 1, 1).bytes,
        world.pair.now_ms);
    store_le<uint64_t>(datagram.data() + 5, 1ull << 63);
    world.forge(datagram);
    CHECK(world.metrics().refused_forged.read() == 1);
    CHECK(world.metrics().peers_moved.read() == 0);
    insider.send(EnetPlain(insider.enet_peer, insider.enet_session).reliable(0, 1, data));
    CHECK(world.pair.server.count<FrameReceived>() == 1);
}

TEST_CASE("12: the former key opens for ten seconds after the change, not eleven",
          "[link][hostile]") {
    Hostile world;
    Insider insider(world);
    insider.open();
    const auto message = [&](uint16_t seq) {
        return EnetPlain(insider.enet_peer, insider.enet_session).reliable(0, seq, data);
    };
    const ByteVector late = insider.client.seal(message(1).bytes, world.pair.now_ms);
    const ByteVector too_late = insider.client.seal(message(2).bytes, world.pair.now_ms);
    insider.client.sealer.rekey(world.pair.now_ms);
    insider.send(EnetPlain(insider.enet_peer, insider.enet_session).acknowledge(0, 9, 1));
    world.pair.server.step(world.pair.now_ms += 9000);
    REQUIRE(insider.client.socket.send(world.server, late));
    world.pair.server.step(world.pair.now_ms += 1);
    CHECK(world.pair.server.count<FrameReceived>() == 1);
    world.pair.server.step(world.pair.now_ms += 2000);
    REQUIRE(insider.client.socket.send(world.server, too_late));
    world.pair.server.step(world.pair.now_ms += 1);
    CHECK(world.pair.server.count<FrameReceived>() == 1);
    CHECK(world.metrics().refused_forged.read() == 1);
}

TEST_CASE("13: a second CONNECT in a session is dropped, before and after it opened",
          "[link][hostile]") {
    Hostile world;
    Insider insider(world);
    insider.send(EnetPlain(0xFFF).connect(insider.connect()));
    insider.send(EnetPlain(0xFFF).connect(insider.connect()));
    CHECK(world.metrics().refused_connect.read() == 1);
    Insider other(world, 21);
    other.open();
    other.send(EnetPlain(0xFFF).connect(other.connect()));
    CHECK(world.metrics().refused_connect.read() == 2);
    CHECK(other.closed() == nullptr);
}

TEST_CASE("14: a CONNECT's terms are ours whatever it asks", "[link][hostile]") {
    for (const uint32_t mtu : {4096u, 1u, 0xFFFFFFFFu}) {
        Hostile world;
        Insider insider(world);
        insider.client.opened.clear();
        insider.send(EnetPlain(0xFFF).connect({.connect_id = insider.client.session(),
                                               .mtu = mtu,
                                               .window = 0,
                                               .channels = 255,
                                               .bandwidth = 1}));
        REQUIRE_FALSE(insider.client.opened.empty());
        const std::optional<Verified> verified = parse_verify_connect(insider.client.opened.back());
        REQUIRE(verified);
        CHECK(verified->mtu == limits::enet_mtu_bytes);
        CHECK(verified->channels == lane_count);
        CHECK(verified->window >= 4096);
    }
}

TEST_CASE("15: a CONNECT that bears another session's id is dropped", "[link][hostile]") {
    Hostile world;
    Insider first(world, 21);
    Insider second(world, 22);
    second.client.opened.clear();
    second.send(EnetPlain(0xFFF).connect(first.connect()));
    CHECK(world.metrics().refused_connect.read() == 1);
    first.open();
    second.send(EnetPlain(0xFFF).connect(first.connect()));
    CHECK(world.metrics().refused_connect.read() == 2);
    CHECK(second.client.opened.empty());
}

TEST_CASE("15b: a datagram sealed by one peer cannot speak for another", "[link][hostile]") {
    Hostile world;
    Insider victim(world, 21);
    victim.open();
    Insider attacker(world, 22);
    attacker.open();
    attacker.send(EnetPlain(victim.enet_peer, victim.enet_session).reliable(0, 1, data));
    attacker.send(EnetPlain(victim.enet_peer, victim.enet_session)
                      .command(ENET_PROTOCOL_COMMAND_DISCONNECT | 0x40, 0xFF, 0)
                      .be32(0));
    CHECK(world.metrics().refused_peer.read() == 2);
    CHECK(world.pair.server.count<FrameReceived>() == 0);
    CHECK(victim.closed() == nullptr);
}

TEST_CASE("16: fragments with impossible totals are refused at a flat heap, then the peer is cut",
          "[link][hostile]") {
    Hostile world;
    Insider insider(world);
    insider.open();
    const size_t heap_before = heap_bytes();
    const auto send = [&](const EnetPlain::Fragment& of) {
        insider.send(EnetPlain(insider.enet_peer, insider.enet_session)
                         .fragment(ENET_PROTOCOL_COMMAND_SEND_FRAGMENT, 0, 1, of, data));
    };
    send({.count = 30'000, .total = 31 * 1024 * 1024});
    send({.count = 1'048'576, .total = 2000});
    CHECK(insider.closed() == nullptr);
    send({.total = 2000, .offset = 2000});
    CHECK(heap_bytes() < heap_before + 16'384);
    CHECK(world.metrics().refused_oversize.read() == 1);
    CHECK(world.metrics().refused_malformed.read() == 2);
    world.pair.step(3, 100);
    REQUIRE(insider.closed() != nullptr);
    CHECK(insider.closed()->reason == Error::Protocol);
}

TEST_CASE("17: half-finished fragments hold a bounded heap and go with their peer",
          "[link][hostile]") {
    Hostile world;
    Insider insider(world);
    insider.open();
    insider.client.opened.clear();
    const size_t heap_before = heap_bytes();
    // 28 fragments each but the last: 32 KiB claimed by 1 KiB sent.
    for (uint16_t i = 0; i < 255; ++i) {
        const auto start = static_cast<uint16_t>(1 + i * 29);
        insider.send(EnetPlain(insider.enet_peer, insider.enet_session)
                         .fragment(ENET_PROTOCOL_COMMAND_SEND_FRAGMENT, 4, start,
                                   {.start_seq = start, .count = 29, .total = 32 * 1024}, data));
    }
    CHECK(world.pair.server.count<FrameReceived>() == 0);
    CHECK(insider.closed() == nullptr);
    insider.client.opened.clear();
    // ENet's bound and what it needs around it for 32 messages; unbounded it would be 8 MiB.
    const size_t heap_held = heap_bytes();
    CHECK(heap_held > heap_before + limits::enet_waiting_bytes_max / 2);
    CHECK(heap_held < heap_before + limits::enet_waiting_bytes_max + 65'536);
    world.pair.server.link->close(insider.peer, Error::Slow, 0);
    world.pair.step(30, 100);
    insider.client.step(world.pair.now_ms);
    REQUIRE_FALSE(insider.client.opened.empty());
    CHECK(heap_bytes() < heap_before + 16'384);
}

TEST_CASE("18: an unreliable fragment is dropped and is a strike", "[link][hostile]") {
    Hostile world;
    Insider insider(world);
    insider.open();
    for (int i = 0; i < 3; ++i) {
        insider.send(EnetPlain(insider.enet_peer, insider.enet_session)
                         .fragment(ENET_PROTOCOL_COMMAND_SEND_UNRELIABLE_FRAGMENT, 3, 0, {}, data));
        CHECK(world.metrics().refused_command.read() == static_cast<uint64_t>(i + 1));
        CHECK(world.metrics().strikes.read() == static_cast<uint64_t>(i + 1));
    }
    world.pair.step(3, 100);
    REQUIRE(insider.closed() != nullptr);
    CHECK(insider.closed()->reason == Error::Protocol);
}

TEST_CASE("19: the compressed flag is refused", "[link][hostile]") {
    Hostile world;
    Insider insider(world);
    insider.open();
    insider.send(EnetPlain(insider.enet_peer, insider.enet_session, 0xC000).reliable(0, 1, data));
    insider.send(EnetPlain(insider.enet_peer, insider.enet_session, 0x4000).reliable(0, 1, data));
    CHECK(world.metrics().refused_compressed.read() == 2);
    CHECK(world.metrics().strikes.read() == 2);
    CHECK(world.pair.server.count<FrameReceived>() == 0);
}

TEST_CASE("20: ENet before Auth and before admission reaches nobody", "[link][hostile]") {
    Hostile world;
    RawClient early(world.server, Insider::options(world, 30), world.pair.now_ms);
    while (early.handshake().state() == ClientHandshake::State::Hello) {
        world.pair.step(1);
        early.step(world.pair.now_ms);
    }
    world.pair.step(5);
    REQUIRE(world.pair.server.count<AuthRequest>() == 1);
    const PeerId waiting = world.pair.server.last<AuthRequest>()->peer;
    early.send_sealed(EnetPlain(0xFFF).connect({.connect_id = early.session()}).bytes,
                      world.pair.now_ms);
    world.pair.step(5);
    CHECK(world.metrics().refused_state.read() >= 1);
    CHECK(world.pair.server.count<PeerOpened>() == 0);
    CHECK_FALSE(world.pair.server.link->send(waiting, Lane::Chat, frame_of(5)));
}

TEST_CASE("a sealed message that is no Auth ends the handshake with Protocol", "[link][hostile]") {
    Hostile world;
    // The handshake by hand up to Accept, so that no Auth goes out.
    ClientHandshake handshake(Insider::options(world, 30), true, world.pair.now_ms);
    std::vector<ByteVector> datagrams;
    std::vector<ByteVector> plains;
    bool accepted = false;
    for (int i = 0; i < 10 && !accepted; ++i) {
        datagrams.clear();
        handshake.due(world.pair.now_ms, datagrams, plains);
        for (const ByteVector& datagram : datagrams) {
            world.forge(datagram);
        }
        while (auto answer = world.stranger.receive()) {
            accepted = handshake.receive(*answer, world.pair.now_ms) || accepted;
        }
        world.pair.step(1);
    }
    REQUIRE(accepted);
    Sealer sealer(handshake.cipher(), handshake.session(), handshake.keys().client_to_server, 0);
    Opener opener(handshake.cipher(), handshake.keys().server_to_client);
    const EnetPlain connect = EnetPlain(0xFFF).connect({.connect_id = handshake.session()});
    ByteVector sealed(connect.bytes.size() + limits::seal_overhead_bytes);
    sealer.seal(connect.bytes, sealed.data(), world.pair.now_ms);
    world.forge(sealed);
    const auto answer = world.stranger.receive();
    REQUIRE(answer);
    ByteVector plain(answer->size() - limits::seal_overhead_bytes);
    REQUIRE(opener.open(*answer, plain.data(), 0) == Opened::FreshNewest);
    REQUIRE(parse_closed(plain));
    CHECK(parse_closed(plain)->reason == Error::Protocol);
    CHECK(world.pair.server.count<AuthRequest>() == 0);
}

// [the other way round] a hostile server against a client's link
namespace {

struct BadServer {
    BadServer() : server(now_ms) {
        client.link = std::move(EnetLink::client({}, now_ms)).value();
        const std::string address = to_text(server.address());
        const PublicKey key = server.key();
        ConnectOptions options;
        options.address = address;
        options.server_keys = {&key, 1};
        options.ticket = "ticket";
        options.app_id = app_id;
        REQUIRE(client.link->connect(options, now_ms).ok());
        for (int i = 0; i < 100 && server.opened.empty(); ++i) {
            step();
        }
        REQUIRE_FALSE(server.opened.empty()); // the client's CONNECT
    }
    void step(TimeMs by_ms = 1) {
        now_ms += by_ms;
        client.step(now_ms);
        server.step(now_ms);
    }
    void send(const EnetPlain& plain) {
        server.send_sealed(plain.bytes, now_ms);
        step();
    }
    EnetPlain verify(uint32_t mtu, uint32_t channels) {
        EnetPlain plain(0);
        plain.command(ENET_PROTOCOL_COMMAND_VERIFY_CONNECT | acknowledged, 0xFF, 1).be16(0);
        plain.raw(std::array<uint8_t, 2>{0, 0}).be32(mtu).be32(65536).be32(channels);
        plain.be32(1).be32(1).be32(5000).be32(2).be32(0);
        uint8_t id[4];
        store_le(id, server.session);
        return plain.raw(id);
    }
    void open() {
        send(verify(4096, lane_count));
        REQUIRE(client.count<PeerOpened>() == 1);
    }

    TimeMs now_ms = 1'000'000;
    RawServer server;
    Side client;
};

} // namespace

TEST_CASE("a server cannot choose a client's MTU, lanes or peer", "[link][hostile]") {
    BadServer world;
    world.send(world.verify(4096, 255));
    CHECK(world.client.count<PeerOpened>() == 0);
    CHECK(world.client.link->metrics().refused_malformed.read() == 1);
    world.open();
    const PeerId peer = world.client.last<PeerOpened>()->peer;
    world.server.opened.clear();
    REQUIRE(world.client.link->send(peer, Lane::Chat, frame_of(5000)));
    world.step();
    world.step();
    REQUIRE_FALSE(world.server.opened.empty());
    for (const ByteVector& plain : world.server.opened) {
        CHECK(plain.size() <= limits::plain_datagram_bytes_max);
    }
}

TEST_CASE("a server that breaks ENet's protocol three times is left", "[link][hostile]") {
    BadServer world;
    world.open();
    world.send(EnetPlain(0).connect({.connect_id = world.server.session}));
    CHECK(world.client.link->metrics().refused_connect.read() == 1);
    for (int i = 0; i < 3; ++i) {
        world.send(EnetPlain(0).fragment(ENET_PROTOCOL_COMMAND_SEND_FRAGMENT, 0, 1,
                                         {.count = 30'000, .total = 31 * 1024 * 1024}, data));
    }
    world.step(200);
    REQUIRE(world.client.count<PeerClosed>() == 1);
    CHECK(world.client.last<PeerClosed>()->reason == Error::Protocol);
    CHECK(world.client.count<FrameReceived>() == 0);
}

TEST_CASE("a reason nobody gave out closes as Protocol or ConnectionLost", "[link][hostile]") {
    BadServer world;
    world.open();
    world.send(EnetPlain(0, 0, 0x8000)
                   .command(ENET_PROTOCOL_COMMAND_DISCONNECT | 0x40, 0xFF, 0)
                   .be32(0xFFFFFFFF));
    REQUIRE(world.client.count<PeerClosed>() == 1);
    CHECK(world.client.last<PeerClosed>()->reason == Error::ConnectionLost);
}

TEST_CASE("a server's Closed without ENet ends the connection with its reason", "[link][hostile]") {
    BadServer world;
    world.open();
    world.server.send_sealed(encode(ClosedNotice{Error::Shutdown, 700}), world.now_ms);
    world.step();
    REQUIRE(world.client.count<PeerClosed>() == 1);
    CHECK(world.client.last<PeerClosed>()->reason == Error::Shutdown);
    CHECK(world.client.last<PeerClosed>()->retry_after_ms == 700);
}
