// enet_link_test.cpp: two real links on loopback: connect, admit, frames, close. The clock of the
// links is made up; ENet's own runs, but nothing here waits for it.
#include "tests/support/link_pair.hpp"
#include "tests/support/refused_steering.hpp"

#include "tests/support/catch.hpp"

using namespace parley;
using namespace parley::test;

TEST_CASE("an admitted client opens on both sides with its ticket and device key", "[link]") {
    LinkPair pair;
    auto begun = pair.client.link->connect(pair.connect_options(), pair.now_ms);
    REQUIRE(begun.ok());
    REQUIRE(pair.step_until([&] { return pair.server.count<AuthRequest>() == 1; }));
    const AuthRequest request = *pair.server.last<AuthRequest>();
    CHECK(request.ticket == pair.ticket);
    CHECK(request.device_key != PublicKey{});
    CHECK(request.address.port == pair.client.link->local_address().port);

    // Nothing more happens before admit.
    pair.step(50);
    CHECK(pair.server.count<PeerOpened>() == 0);
    CHECK(pair.client.events.empty());

    pair.server.link->admit(request.peer, Error::Ok, 0);
    REQUIRE(pair.step_until([&] {
        return pair.server.count<PeerOpened>() == 1 && pair.client.count<PeerOpened>() == 1;
    }));
    CHECK(pair.server.last<PeerOpened>()->peer == request.peer);
    CHECK(pair.client.last<PeerOpened>()->peer == *begun);
    CHECK(pair.server.count<AuthRequest>() == 1);
}

TEST_CASE("frames of each lane arrive whole and aligned in both directions", "[link]") {
    LinkPair pair;
    REQUIRE(pair.connect());
    for (size_t number = 0; number < lane_count; ++number) {
        const Lane lane = static_cast<Lane>(number);
        for (const size_t bytes : {size_t{1}, size_t{1000}, lane_frame_bytes_max(lane)}) {
            const SharedFrame frame = frame_of(bytes, static_cast<uint8_t>(number));
            CAPTURE(number, bytes);
            pair.server.events.clear();
            pair.client.events.clear();
            REQUIRE(pair.client.link->send(pair.client_peer, lane, frame));
            REQUIRE(pair.server.link->send(pair.server_peer, lane, frame));
            REQUIRE(pair.step_until([&] {
                return pair.server.count<FrameReceived>() == 1 &&
                       pair.client.count<FrameReceived>() == 1;
            }));
            for (const Side* side : {&pair.server, &pair.client}) {
                const FrameReceived& received = *side->last<FrameReceived>();
                CHECK(received.lane == lane);
                CHECK(received.frame == *frame);
                CHECK(reinterpret_cast<uintptr_t>(received.frame.data()) % 8 == 0);
            }
        }
        CHECK_FALSE(pair.client.link->send(pair.client_peer, lane,
                                           frame_of(lane_frame_bytes_max(lane) + 1)));
    }
    CHECK(pair.server.link->metrics().seal_failures.read() == 0);
    CHECK(pair.client.link->metrics().seal_failures.read() == 0);
}

TEST_CASE("a frame that is too large, empty, or for nobody is not taken", "[link]") {
    LinkPair pair;
    REQUIRE(pair.connect());
    CHECK_FALSE(pair.client.link->send(pair.client_peer, Lane::Chat,
                                       frame_of(limits::chat_frame_bytes_max + 1)));
    CHECK_FALSE(
        pair.client.link->send(pair.client_peer, Lane::Chat, std::make_shared<ByteVector>()));
    CHECK_FALSE(pair.client.link->send(PeerId{0}, Lane::Chat, frame_of(1)));
    CHECK_FALSE(pair.client.link->send(static_cast<PeerId>(99), Lane::Chat, frame_of(1)));
    CHECK(pair.client.link->metrics().frames_refused.read() == 4);
}

TEST_CASE("frames of a lane arrive in order, each once, however many", "[link]") {
    LinkPair pair;
    REQUIRE(pair.connect());
    pair.server.events.clear();
    constexpr size_t count = 400;
    for (size_t i = 0; i < count; ++i) {
        ByteVector bytes(300);
        store_le<uint64_t>(bytes.data(), i);
        REQUIRE(pair.client.link->send(pair.client_peer, Lane::Chat,
                                       std::make_shared<ByteVector>(bytes)));
    }
    REQUIRE(pair.step_until([&] { return pair.server.count<FrameReceived>() == count; }));
    size_t expected = 0;
    for (const FrameReceived* received : events_of<FrameReceived>(pair.server.events)) {
        CHECK(load_le<uint64_t>(received->frame.data()) == expected++);
    }
}

// ENet packs commands until its MTU is full and then adds its checksum: every size around the limit
// must still fit what can be sealed, or these frames would never arrive.
TEST_CASE("two frames that fill a datagram to its last byte arrive", "[link]") {
    LinkPair pair;
    REQUIRE(pair.connect());
    for (size_t both = 1150; both <= 1200; ++both) {
        CAPTURE(both);
        pair.client.events.clear();
        REQUIRE(pair.server.link->send(pair.server_peer, Lane::Chat, frame_of(600)));
        REQUIRE(pair.server.link->send(pair.server_peer, Lane::Chat, frame_of(both - 600)));
        REQUIRE(pair.step_until([&] { return pair.client.count<FrameReceived>() == 2; }, 200));
    }
    CHECK(pair.server.link->metrics().seal_failures.read() == 0);
}

TEST_CASE("a peer that does not read lags after its queue is full, and catches up", "[link]") {
    LinkPair pair;
    REQUIRE(pair.connect());
    const SharedFrame frame = frame_of(8000);
    size_t accepted = 0;
    while (pair.server.link->send(pair.server_peer, Lane::Chat, frame)) {
        ++accepted;
        REQUIRE(accepted < 1000);
    }
    // One window is ENet's, the rest ours.
    CHECK(accepted * frame->size() > limits::peer_queue_bytes_max);
    CHECK(accepted * frame->size() <= limits::peer_queue_bytes_max + 64 * 1024);
    CHECK(pair.server.link->queued_bytes(pair.server_peer) >= accepted * frame->size());
    std::vector<PeerId> refused;
    pair.server.link->send_all(std::array{pair.server_peer}, Lane::Chat, frame, refused);
    CHECK(refused == std::vector<PeerId>{pair.server_peer});
    // What is unreliable still goes while there is room, then is dropped without a word.
    CHECK(pair.server.link->send(pair.server_peer, Lane::State, frame_of(1000)));
    CHECK(pair.server.link->send(pair.server_peer, Lane::State, frame_of(1000)));
    CHECK(pair.server.link->metrics().frames_dropped.read() == 1);

    REQUIRE(pair.step_until([&] { return pair.client.count<FrameReceived>() == accepted + 1; }));
    REQUIRE(pair.step_until([&] { return pair.server.link->queued_bytes(pair.server_peer) == 0; }));
    CHECK(pair.server.link->send(pair.server_peer, Lane::Chat, frame));
}

TEST_CASE("a line of chat overtakes the bulk that waits before it", "[link]") {
    LinkPair pair;
    REQUIRE(pair.connect());
    for (int i = 0; i < 8; ++i) {
        REQUIRE(pair.server.link->send(pair.server_peer, Lane::Bulk, frame_of(30'000)));
    }
    REQUIRE(pair.server.link->send(pair.server_peer, Lane::Chat, frame_of(100)));
    REQUIRE(pair.step_until([&] { return pair.client.count<FrameReceived>() == 9; }));
    size_t place = 0;
    for (const FrameReceived* received : events_of<FrameReceived>(pair.client.events)) {
        if (received->lane == Lane::Chat) {
            break;
        }
        ++place;
    }
    CHECK(place <= 2);
}

TEST_CASE("a peer that stays behind for ten seconds is cut as too slow", "[link]") {
    LinkPair pair;
    REQUIRE(pair.connect());
    while (pair.server.link->send(pair.server_peer, Lane::Chat, frame_of(8000))) {
    }
    // Only the server goes on: the client neither reads nor acknowledges.
    for (int i = 0; i < 99; ++i) {
        pair.server.step(pair.now_ms += 100);
    }
    CHECK(pair.server.count<PeerClosed>() == 0);
    for (int i = 0; i < 3; ++i) {
        pair.server.step(pair.now_ms += 100);
    }
    REQUIRE(pair.server.count<PeerClosed>() == 1);
    CHECK(pair.server.last<PeerClosed>()->reason == Error::Slow);
}

TEST_CASE("one frame to many peers is one packet and reaches each", "[link]") {
    ServerOptions options = LinkPair::server_options();
    LinkPair first(options);
    REQUIRE(first.connect());
    std::vector<std::unique_ptr<Side>> more;
    std::vector<PeerId> peers = {first.server_peer};
    for (uint8_t i = 0; i < 5; ++i) {
        auto side = std::make_unique<Side>();
        side->link = std::move(EnetLink::client({}, first.now_ms)).value();
        ConnectOptions connect = first.connect_options();
        connect.device_seed = seed(static_cast<uint8_t>(50 + i));
        REQUIRE(side->link->connect(connect, first.now_ms).ok());
        const size_t asked = first.server.count<AuthRequest>();
        REQUIRE(first.step_until([&] {
            side->step(first.now_ms);
            return first.server.count<AuthRequest>() == asked + 1;
        }));
        peers.push_back(first.server.last<AuthRequest>()->peer);
        first.server.link->admit(peers.back(), Error::Ok, 0);
        REQUIRE(first.step_until([&] {
            side->step(first.now_ms);
            return side->count<PeerOpened>() == 1 &&
                   first.server.count<PeerOpened>() == peers.size();
        }));
        more.push_back(std::move(side));
    }
    SharedFrame frame = frame_of(5000);
    std::vector<PeerId> asked = peers;
    asked.push_back(PeerId{0});
    std::vector<PeerId> refused;
    first.server.link->send_all(asked, Lane::Crowd, frame, refused);
    CHECK(refused == std::vector<PeerId>{PeerId{0}});
    CHECK(frame.use_count() == 2); // one packet holds it for all six
    const auto all_have_it = [&] {
        size_t have = first.client.count<FrameReceived>();
        for (const auto& side : more) {
            side->step(first.now_ms);
            have += side->count<FrameReceived>();
        }
        return have == peers.size();
    };
    REQUIRE(first.step_until(all_have_it));
    for (const auto& side : more) {
        CHECK(side->last<FrameReceived>()->frame == *frame);
    }
    REQUIRE(first.step_until([&] {
        for (const auto& side : more) {
            side->step(first.now_ms);
        }
        return frame.use_count() == 1;
    }));
}

// [closing]
TEST_CASE("a close by the server reaches the client with its reason, after what was sent",
          "[link]") {
    LinkPair pair;
    REQUIRE(pair.connect());
    pair.client.events.clear();
    pair.server.events.clear();
    REQUIRE(pair.server.link->send(pair.server_peer, Lane::Control, frame_of(3000)));
    pair.server.link->close(pair.server_peer, Error::Shutdown, 123'456);
    CHECK_FALSE(pair.server.link->send(pair.server_peer, Lane::Control, frame_of(1)));
    REQUIRE(pair.step_until([&] { return pair.client.count<PeerClosed>() == 1; }));
    REQUIRE(pair.client.events.size() == 2);
    CHECK(std::holds_alternative<FrameReceived>(pair.client.events[0]));
    const PeerClosed& closed = *pair.client.last<PeerClosed>();
    CHECK(closed.peer == pair.client_peer);
    CHECK(closed.reason == Error::Shutdown);
    CHECK(closed.retry_after_ms == 123'456);
    pair.step(50, 100);
    CHECK(pair.server.events.empty());
    CHECK(pair.client.events.size() == 2);
}

TEST_CASE("a peer closed before it opened is told the reason and when to come back", "[link]") {
    LinkPair pair;
    REQUIRE(pair.client.link->connect(pair.connect_options(), pair.now_ms).ok());
    REQUIRE(pair.step_until([&] { return pair.server.count<AuthRequest>() == 1; }));
    const PeerId peer = pair.server.last<AuthRequest>()->peer;
    SECTION("while it is judged") {}
    SECTION("after it was admitted") {
        pair.server.link->admit(peer, Error::Ok, 0);
    }
    pair.server.link->close(peer, Error::Shutdown, 4321);
    REQUIRE(pair.step_until([&] { return pair.client.count<PeerClosed>() == 1; }));
    CHECK(pair.client.last<PeerClosed>()->reason == Error::Shutdown);
    CHECK(pair.client.last<PeerClosed>()->retry_after_ms == 4321);
    pair.step(50, 100);
    CHECK(pair.server.count<PeerOpened>() == 0);
    CHECK(pair.server.count<PeerClosed>() == 0);
}

TEST_CASE("a close by the client reaches the server as Closed", "[link]") {
    LinkPair pair;
    REQUIRE(pair.connect());
    pair.client.events.clear();
    pair.client.link->close(pair.client_peer, Error::Closed, 0);
    REQUIRE(pair.step_until([&] { return pair.server.count<PeerClosed>() == 1; }));
    CHECK(pair.server.last<PeerClosed>()->reason == Error::Closed);
    CHECK(pair.client.events.empty());
}

TEST_CASE("events that wait for a peer are gone when it is closed", "[link]") {
    LinkPair pair;
    REQUIRE(pair.connect());
    REQUIRE(pair.client.link->send(pair.client_peer, Lane::Chat, frame_of(10)));
    REQUIRE(pair.client.link->send(pair.client_peer, Lane::Chat, frame_of(10)));
    pair.client.step(pair.now_ms);
    REQUIRE(pair.server.link->poll(pair.now_ms).has_value()); // the first; the second waits
    pair.server.link->close(pair.server_peer, Error::Flood, 0);
    CHECK_FALSE(pair.server.link->poll(pair.now_ms).has_value());
}

TEST_CASE("after a close the same client link connects again under another peer id", "[link]") {
    LinkPair pair;
    REQUIRE(pair.connect());
    const PeerId first_client = pair.client_peer;
    const PeerId first_server = pair.server_peer;
    CHECK(pair.client.link->connect(pair.connect_options(), pair.now_ms).error() ==
          Error::BadState);
    SECTION("at once") {
        pair.client.link->close(pair.client_peer, Error::Closed, 0);
    }
    SECTION("closed by the server") {
        pair.server.link->close(pair.server_peer, Error::Replaced, 0);
        REQUIRE(pair.step_until([&] { return pair.client.count<PeerClosed>() == 1; }));
    }
    pair.server.events.clear();
    pair.client.events.clear();
    REQUIRE(pair.connect());
    CHECK(pair.client_peer != first_client);
    CHECK(pair.server_peer != first_server);
    CHECK_FALSE(pair.server.link->send(first_server, Lane::Chat, frame_of(1)));
    CHECK(pair.server.link->send(pair.server_peer, Lane::Chat, frame_of(1)));
}

// [refusals]
TEST_CASE("a refused admission reaches the client with its reason", "[link]") {
    LinkPair pair;
    REQUIRE(pair.client.link->connect(pair.connect_options(), pair.now_ms).ok());
    REQUIRE(pair.step_until([&] { return pair.server.count<AuthRequest>() == 1; }));
    pair.server.link->admit(pair.server.last<AuthRequest>()->peer, Error::TicketStolen, 9000);
    REQUIRE(pair.step_until([&] { return pair.client.count<PeerClosed>() == 1; }));
    CHECK(pair.client.last<PeerClosed>()->reason == Error::TicketStolen);
    CHECK(pair.client.last<PeerClosed>()->retry_after_ms == 9000);
    CHECK(pair.server.link->metrics().auth_failed.read() == 1);
    pair.step(50, 100);
    CHECK(pair.server.count<PeerClosed>() == 0); // the receiver refused it himself
}

TEST_CASE("a wrong server key is BadServerKey, and any of the pinned keys will do", "[link]") {
    LinkPair pair;
    const PublicKey wrong = link_public_key(seed(99));
    ConnectOptions options = pair.connect_options();
    options.server_keys = {&wrong, 1};
    REQUIRE(pair.client.link->connect(options, pair.now_ms).ok());
    REQUIRE(pair.step_until([&] { return pair.client.count<PeerClosed>() == 1; }));
    CHECK(pair.client.last<PeerClosed>()->reason == Error::BadServerKey);
    CHECK(pair.server.count<AuthRequest>() == 0);

    const std::array<PublicKey, 2> pinned = {wrong, pair.server_key};
    options.server_keys = pinned;
    REQUIRE(pair.client.link->connect(options, pair.now_ms).ok());
    REQUIRE(pair.step_until([&] { return pair.server.count<AuthRequest>() == 1; }));
}

TEST_CASE("another app is BadVersion", "[link]") {
    LinkPair pair;
    ConnectOptions options = pair.connect_options();
    options.app_id = app_id + 1;
    REQUIRE(pair.client.link->connect(options, pair.now_ms).ok());
    REQUIRE(pair.step_until([&] { return pair.client.count<PeerClosed>() == 1; }));
    CHECK(pair.client.last<PeerClosed>()->reason == Error::BadVersion);
}

TEST_CASE("a client speaks from the address it is bound to", "[link]") {
    LinkPair pair(LinkPair::server_options(), {.bind = "127.3.2.1:0", .log = {}});
    REQUIRE(pair.connect());
    const Address from = pair.server.last<PeerOpened>()->address;
    CHECK(from.port != 0);
    CHECK(to_text(from) == "127.3.2.1:" + std::to_string(from.port));
    CHECK(EnetLink::client({.bind = "127.3.2.1", .log = {}}, 0).error() == Error::BadAddress);
    CHECK(EnetLink::client({.bind = to_text(pair.server.link->local_address()), .log = {}}, 0)
              .error() == Error::PortTaken);
}

TEST_CASE("nobody at the address is ConnectionLost after five seconds", "[link]") {
    LinkPair pair;
    pair.server.link.reset();
    const TimeMs begun_ms = pair.now_ms;
    REQUIRE(pair.client.link->connect(pair.connect_options(), pair.now_ms).ok());
    while (pair.client.count<PeerClosed>() == 0 && pair.now_ms < begun_ms + 10'000) {
        pair.client.step(pair.now_ms += 50);
    }
    REQUIRE(pair.client.count<PeerClosed>() == 1);
    CHECK(pair.client.last<PeerClosed>()->reason == Error::ConnectionLost);
    CHECK(pair.now_ms - begun_ms == limits::auth_wait_ms_max);
}

TEST_CASE("a receiver that never answers loses the peer after five seconds", "[link]") {
    LinkPair pair;
    REQUIRE(pair.client.link->connect(pair.connect_options(), pair.now_ms).ok());
    REQUIRE(pair.step_until([&] { return pair.server.count<AuthRequest>() == 1; }));
    const PeerId peer = pair.server.last<AuthRequest>()->peer;
    pair.step(60, 100);
    REQUIRE(pair.server.count<PeerClosed>() == 1);
    CHECK(pair.server.last<PeerClosed>()->peer == peer);
    REQUIRE(pair.client.count<PeerClosed>() == 1);
    pair.server.link->admit(peer, Error::Ok, 0); // too late, and harmless
    pair.step(10);
    CHECK(pair.server.count<PeerOpened>() == 0);
}

TEST_CASE("a client that gives up while it is judged is gone at the server too", "[link]") {
    LinkPair pair;
    auto begun = pair.client.link->connect(pair.connect_options(), pair.now_ms);
    REQUIRE(begun.ok());
    REQUIRE(pair.step_until([&] { return pair.server.count<AuthRequest>() == 1; }));
    pair.client.link->close(*begun, Error::Closed, 0);
    REQUIRE(pair.step_until([&] { return pair.server.count<PeerClosed>() == 1; }));
    CHECK(pair.server.last<PeerClosed>()->reason == Error::Closed);
}

TEST_CASE("a full server says Full to the next one, and takes him when one has left", "[link]") {
    ServerOptions options = LinkPair::server_options();
    options.peers_max = 1;
    LinkPair pair(options);
    REQUIRE(pair.connect());
    Side second;
    second.link = std::move(EnetLink::client({}, pair.now_ms)).value();
    ConnectOptions connect = pair.connect_options();
    connect.device_seed = seed(33);
    REQUIRE(second.link->connect(connect, pair.now_ms).ok());
    REQUIRE(pair.step_until([&] {
        second.step(pair.now_ms);
        return second.count<PeerClosed>() == 1;
    }));
    CHECK(second.last<PeerClosed>()->reason == Error::Full);
    CHECK(second.last<PeerClosed>()->retry_after_ms > 0);

    pair.client.link->close(pair.client_peer, Error::Closed, 0);
    REQUIRE(pair.step_until([&] { return pair.server.count<PeerClosed>() == 1; }));
    pair.server.events.clear();
    REQUIRE(second.link->connect(connect, pair.now_ms).ok());
    REQUIRE(pair.step_until([&] {
        second.step(pair.now_ms);
        return pair.server.count<AuthRequest>() == 1;
    }));
}

TEST_CASE("options that cannot be are errors before anything is bound", "[link]") {
    ServerOptions options = LinkPair::server_options();
    options.bind = "localhost:1";
    CHECK(EnetLink::listen(options, 0).error() == Error::BadAddress);
    options = LinkPair::server_options();
    options.peers_max = 4096;
    CHECK(EnetLink::listen(options, 0).error() == Error::BadArgument);
    options.peers_max = 0;
    CHECK(EnetLink::listen(options, 0).error() == Error::BadArgument);

    LinkPair pair;
    ServerOptions taken = LinkPair::server_options();
    const std::string address = to_text(pair.server.link->local_address());
    taken.bind = address;
    CHECK(EnetLink::listen(taken, 0).error() == Error::PortTaken);

    ConnectOptions connect = pair.connect_options();
    connect.address = "game.example.net:7777";
    CHECK(pair.client.link->connect(connect, 0).error() == Error::BadAddress);
    connect = pair.connect_options();
    connect.server_keys = {};
    CHECK(pair.client.link->connect(connect, 0).error() == Error::BadArgument);
    connect = pair.connect_options();
    const std::string long_ticket(limits::ticket_bytes_max + 1, 't');
    connect.ticket = long_ticket;
    CHECK(pair.client.link->connect(connect, 0).error() == Error::BadArgument);
    CHECK(pair.server.link->connect(pair.connect_options(), 0).error() == Error::BadArgument);
}

TEST_CASE("a kernel that cannot steer a shared port is an error, and leaves the port free",
          "[link]") {
    ServerOptions options = LinkPair::server_options();
    LinkPair other;
    options.bind = other.server_address;
    other.server.link.reset();
    options.thread_count = 2;
    {
        const RefusedSteering refused;
        const auto first = EnetLink::listen(options, 0);
        REQUIRE(first.ok());
        options.thread_index = 1;
        CHECK(EnetLink::listen(options, 0).error() == Error::BadConfig);
        CHECK(refused.refused() == 1);
    }
    options.thread_index = 0;
    {
        const RefusedSteering refused;
        options.thread_count = 1;
        CHECK(EnetLink::listen(options, 0).ok()); // one alone needs none
        CHECK(refused.refused() == 0);
    }
    options.thread_count = 2;
    CHECK(EnetLink::listen(options, 0).ok());
}

TEST_CASE("two shards of several threads cannot be on one port, whichever thread they are at",
          "[link]") {
    ServerOptions options = LinkPair::server_options();
    options.thread_count = 2;
    const auto first = EnetLink::listen(options, 0);
    REQUIRE(first.ok());
    const std::string address = to_text((*first)->local_address());
    ServerOptions other = options;
    other.bind = address;
    CHECK(EnetLink::listen(other, 0).error() == Error::PortTaken); // the first one has its first
    options.bind = address;
    options.thread_index = 1;
    const auto second = EnetLink::listen(options, 0);
    REQUIRE(second.ok());
    CHECK(EnetLink::listen(other, 0).error() == Error::PortTaken);
    other.thread_count = 1;
    CHECK(EnetLink::listen(other, 0).error() == Error::PortTaken);
}

TEST_CASE("three threads' links share a port, and each gets its own sessions only", "[link]") {
    TimeMs now_ms = 1'000'000;
    const std::vector<std::unique_ptr<Side>> servers = servers_on_one_port(3, now_ms);
    const std::string address = to_text(servers[0]->link->local_address());
    LinkPair other; // for its options only
    ConnectOptions connect = other.connect_options();
    connect.address = address;
    std::vector<std::unique_ptr<Side>> clients;
    for (size_t i = 0; i < 24; ++i) {
        clients.push_back(std::make_unique<Side>());
        clients.back()->link = std::move(EnetLink::client({}, now_ms)).value();
        REQUIRE(clients.back()->link->connect(connect, now_ms).ok());
    }
    const auto opened = [&] {
        // The server's side opens last.
        size_t count = 0;
        for (const auto& server : servers) {
            count += server->count<PeerOpened>();
        }
        return count;
    };
    for (int step = 0; step < 2000 && opened() < clients.size(); ++step) {
        now_ms += 1;
        for (const auto& server : servers) {
            const size_t before = server->count<AuthRequest>();
            server->step(now_ms);
            if (server->count<AuthRequest>() > before) {
                for (const AuthRequest* request : events_of<AuthRequest>(server->events)) {
                    server->link->admit(request->peer, Error::Ok, 0);
                }
            }
        }
        for (const auto& client : clients) {
            client->step(now_ms);
        }
    }
    CHECK(opened() == clients.size());
    size_t busy = 0;
    for (const auto& server : servers) {
        // None saw a datagram of a session that was not its own.
        CHECK(server->link->metrics().refused_session.read() == 0);
        busy += server->count<PeerOpened>() > 0 ? 1 : 0;
    }
    CHECK(busy >= 2); // 24 addresses hashed onto one of three: once in 10^11 runs
}
