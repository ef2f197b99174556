// network_test.cpp: links through a relay that loses, repeats and re-routes datagrams: a handshake
// that loses any one of its messages, roaming behind a NAT, the bound on an unproven address.
#include <set>

#include "tests/support/catch.hpp"
#include "tests/support/enet_plain.hpp"
#include "tests/support/raw_datagrams.hpp"

using namespace parley;
using namespace parley::test;

namespace {

struct Relayed {
    Relayed() : relay(pair.server.link->local_address()) {
        pair.server_address = to_text(relay.front());
    }
    bool step_until(const std::function<bool()>& happened, int steps = 8000) {
        return pair.step_until(
            [&] {
                relay.step();
                return happened();
            },
            steps);
    }
    // Admits whoever asks.
    bool connect() {
        auto begun = pair.client.link->connect(pair.connect_options(), pair.now_ms);
        REQUIRE(begun.ok());
        pair.client_peer = *begun;
        return step_until([&] {
            if (pair.server.count<AuthRequest>() == 1 && pair.server_peer == PeerId{}) {
                pair.server_peer = pair.server.last<AuthRequest>()->peer;
                pair.server.link->admit(pair.server_peer, Error::Ok, 0);
            }
            return pair.server.count<PeerOpened>() == 1 && pair.client.count<PeerOpened>() == 1;
        });
    }
    bool echo(size_t bytes) {
        pair.server.events.clear();
        pair.client.events.clear();
        if (!pair.client.link->send(pair.client_peer, Lane::Chat, frame_of(bytes)) ||
            !pair.server.link->send(pair.server_peer, Lane::Chat, frame_of(bytes))) {
            return false;
        }
        return step_until([&] {
            return pair.server.count<FrameReceived>() == 1 &&
                   pair.client.count<FrameReceived>() == 1;
        });
    }

    LinkPair pair;
    Relay relay;
};

} // namespace

TEST_CASE("a handshake completes when any one of its datagrams is lost", "[link][network]") {
    // Hello, Hello with cookie, Auth, Auth; Retry, Accept, acknowledgement twice, Welcome. ENet's
    // own part after Welcome resends by its own clock and is not lost here.
    for (size_t lost = 0; lost < 9; ++lost) {
        CAPTURE(lost);
        Relayed world;
        world.pair.ticket = std::string(limits::ticket_bytes_max, 't');
        size_t up = 0;
        size_t down = 0;
        world.relay.to_server = [&](Bytes) { return up++ != (lost < 4 ? lost : 99); };
        world.relay.to_client = [&](Bytes) { return down++ != (lost >= 4 ? lost - 4 : 99); };
        CHECK(world.connect());
        CHECK(world.pair.server.count<AuthRequest>() == 1);
    }
}

TEST_CASE("a handshake completes when every datagram comes twice", "[link][network]") {
    Relayed world;
    RawSocket again;
    std::vector<ByteVector> kept;
    world.relay.to_server = [&](Bytes datagram) {
        kept.emplace_back(datagram.begin(), datagram.end());
        return true;
    };
    CHECK(world.connect());
    CHECK(world.echo(5000));
    const uint64_t opened = world.pair.server.link->metrics().datagrams_opened.read();
    for (const ByteVector& datagram : kept) {
        again.send(world.pair.server.link->local_address(), datagram);
    }
    world.step_until([] { return false; }, 20);
    // The one Accept was for another address; every sealed one is a replay or of no session.
    CHECK(world.pair.server.link->metrics().datagrams_opened.read() - opened < 20);
    CHECK(world.pair.server.link->metrics().peers_moved.read() == 0);
    CHECK(world.pair.server.count<AuthRequest>() == 0);
    CHECK(world.echo(100));
}

TEST_CASE("a refusal that was lost is said again", "[link][network]") {
    Relayed world;
    size_t down = 0;
    world.relay.to_client = [&](Bytes datagram) {
        // Retry, Accept, acknowledgement; the refusal is the fourth.
        return datagram[0] < 0xC5 || down++ != 1;
    };
    REQUIRE(world.pair.client.link->connect(world.pair.connect_options(), world.pair.now_ms).ok());
    REQUIRE(world.step_until([&] { return world.pair.server.count<AuthRequest>() == 1; }));
    world.pair.server.link->admit(world.pair.server.last<AuthRequest>()->peer, Error::Revoked, 0);
    REQUIRE(world.step_until([&] { return world.pair.client.count<PeerClosed>() == 1; }));
    CHECK(world.pair.client.last<PeerClosed>()->reason == Error::Revoked);
    CHECK(down > 2);
}

TEST_CASE("a client whose NAT gives it another port goes on without a break", "[link][network]") {
    Relayed world;
    REQUIRE(world.connect());
    REQUIRE(world.echo(3000));
    for (int move = 0; move < 5; ++move) {
        world.relay.change_port();
        world.pair.now_ms += limits::roam_period_ms;
        REQUIRE(world.echo(3000));
        CHECK(world.pair.server.count<PeerClosed>() == 0);
        CHECK(world.pair.client.count<PeerClosed>() == 0);
    }
    CHECK(world.pair.server.link->metrics().peers_moved.read() == 5);
    CHECK(world.pair.server.count<AuthRequest>() == 0);
}

TEST_CASE("a second move within a second waits, and what came from there still counts",
          "[link][network]") {
    Relayed world;
    REQUIRE(world.connect());
    world.relay.change_port();
    REQUIRE(world.echo(100));
    world.relay.change_port();
    world.pair.client.events.clear();
    world.pair.server.events.clear();
    REQUIRE(world.pair.client.link->send(world.pair.client_peer, Lane::Chat, frame_of(100)));
    REQUIRE(world.step_until([&] { return world.pair.server.count<FrameReceived>() == 1; }, 100));
    CHECK(world.pair.server.link->metrics().peers_moved.read() == 1);
    CHECK(world.pair.server.link->metrics().moves_refused.read() >= 1);
    world.pair.now_ms += limits::roam_period_ms;
    REQUIRE(world.echo(100));
    CHECK(world.pair.server.link->metrics().peers_moved.read() == 2);
}

TEST_CASE("a datagram that was late does not move a client back to where it was",
          "[link][network]") {
    Relayed world;
    REQUIRE(world.connect());
    REQUIRE(world.echo(100));
    std::optional<ByteVector> late;
    world.relay.to_server = [&](Bytes datagram) {
        late = ByteVector(datagram.begin(), datagram.end());
        return false;
    };
    REQUIRE(world.pair.client.link->send(world.pair.client_peer, Lane::Voice, frame_of(100)));
    REQUIRE(world.step_until([&] { return late.has_value(); }, 100));
    world.relay.to_server = [](Bytes) { return true; };
    world.relay.change_port();
    REQUIRE(world.echo(100));
    CHECK(world.pair.server.link->metrics().peers_moved.read() == 1);

    world.pair.now_ms += limits::roam_period_ms;
    RawSocket former;
    former.send(world.pair.server.link->local_address(), *late);
    world.pair.server.events.clear();
    REQUIRE(world.step_until([&] { return world.pair.server.count<FrameReceived>() == 1; }, 100));
    CHECK(world.pair.server.link->metrics().peers_moved.read() == 1);
    CHECK(world.echo(100));
}

TEST_CASE("an unproven address gets at most three times what it sent", "[link][network]") {
    Relayed world;
    REQUIRE(world.connect());
    REQUIRE(world.echo(100));
    // Somebody on the path takes one datagram and sends it himself from elsewhere, first.
    std::optional<ByteVector> stolen;
    world.relay.to_server = [&](Bytes datagram) {
        if (!stolen) {
            stolen = ByteVector(datagram.begin(), datagram.end());
        }
        return false;
    };
    REQUIRE(world.pair.client.link->send(world.pair.client_peer, Lane::Chat, frame_of(100)));
    world.step_until([&] { return stolen.has_value(); }, 100);
    REQUIRE(stolen);
    RawSocket thief;
    REQUIRE(thief.send(world.pair.server.link->local_address(), *stolen));
    world.pair.server.step(world.pair.now_ms);
    CHECK(world.pair.server.link->metrics().peers_moved.read() == 1);
    for (int i = 0; i < 5; ++i) {
        world.pair.server.link->send(world.pair.server_peer, Lane::Bulk, frame_of(20'000));
        world.pair.server.step(++world.pair.now_ms);
    }
    size_t drawn = 0;
    for (const ByteVector& datagram : thief.receive_all()) {
        // What is held back leaves as one byte.
        drawn += datagram.size() > 1 ? datagram.size() : 0;
        CHECK((datagram.size() == 1 || datagram[0] == 0xC5 || datagram[0] == 0xC6));
    }
    CHECK(drawn <= 3 * stolen->size());
    CHECK(world.pair.server.link->metrics().sends_held.read() > 0);

    // The true client speaks again, and all is where it was.
    world.relay.to_server = [](Bytes) { return true; };
    world.pair.now_ms += limits::roam_period_ms;
    REQUIRE(world.pair.client.link->send(world.pair.client_peer, Lane::Chat, frame_of(10)));
    REQUIRE(world.step_until(
        [&] { return world.pair.server.link->metrics().peers_moved.read() == 2; }, 100));
}

TEST_CASE("a session's id and a changed address alone move nobody", "[link][network]") {
    Relayed world;
    REQUIRE(world.connect());
    REQUIRE(world.echo(100));
    RawSocket stranger;
    for (const ByteVector& datagram : world.relay.seen) {
        ByteVector forged = datagram;
        if (forged.size() > limits::seal_overhead_bytes && forged[0] == 0xC5) {
            store_le<uint64_t>(forged.data() + 5, 1'000'000);
        }
        stranger.send(world.pair.server.link->local_address(), forged);
    }
    world.step_until([] { return false; }, 5);
    CHECK(world.pair.server.link->metrics().peers_moved.read() == 0);
    CHECK(world.echo(100));
}

TEST_CASE("a whole connection survives the change of keys on both sides", "[link][network]") {
    Relayed world;
    REQUIRE(world.connect());
    for (int change = 0; change < 3; ++change) {
        REQUIRE(world.echo(16'000));
        world.pair.now_ms += limits::rekey_ms;
    }
    size_t second_phase = 0;
    for (const ByteVector& datagram : world.relay.seen) {
        second_phase += datagram[0] == 0xC6 ? 1 : 0;
    }
    CHECK(second_phase > 0);
    CHECK(world.pair.server.link->metrics().refused_forged.read() == 0);
    CHECK(world.pair.client.link->metrics().refused_forged.read() == 0);
}

TEST_CASE("no nonce is used twice under a key or the key after it", "[link][network]") {
    Relayed world;
    std::set<ByteVector> up;
    std::set<ByteVector> down;
    size_t repeated = 0;
    // Session and counter name the nonce. The counter goes on over a change of keys.
    const auto note = [&](std::set<ByteVector>& nonces, Bytes datagram) {
        if (datagram.size() > limits::seal_overhead_bytes &&
            (datagram[0] == sealed_first_byte || datagram[0] == sealed_first_byte + 1)) {
            const Bytes nonce = datagram.subspan(1, seal_header_bytes - 1);
            repeated += nonces.emplace(nonce.begin(), nonce.end()).second ? 0 : 1;
        }
        return true;
    };
    world.relay.to_server = [&](Bytes datagram) { return note(up, datagram); };
    world.relay.to_client = [&](Bytes datagram) { return note(down, datagram); };
    REQUIRE(world.connect());
    for (int change = 0; change < 3; ++change) {
        REQUIRE(world.echo(16'000));
        world.pair.now_ms += limits::rekey_ms;
    }
    CHECK(up.size() > 30);
    CHECK(down.size() > 30);
    CHECK(repeated == 0);
}

TEST_CASE("answers to strangers are never larger than what they sent", "[link][network]") {
    LinkPair pair;
    RawSocket stranger;
    const auto exchange = [&](Bytes datagram) {
        stranger.send(pair.server.link->local_address(), datagram);
        pair.server.step(++pair.now_ms);
        size_t drawn = 0;
        for (const ByteVector& answer : stranger.receive_all()) {
            drawn += answer.size();
        }
        CHECK(drawn <= datagram.size());
        return drawn;
    };
    ByteVector hello(limits::hello_bytes);
    hello[0] = 0xC1;
    CHECK(exchange(hello) == retry_bytes);
    uint64_t state = 7;
    for (int i = 0; i < 500; ++i) {
        ByteVector noise(1 + state % 1300);
        for (uint8_t& byte : noise) {
            state = state * 6364136223846793005ull + 1442695040888963407ull;
            byte = static_cast<uint8_t>(state >> 56);
        }
        noise[0] = static_cast<uint8_t>(0xC0 + state % 8);
        exchange(noise);
    }
}

TEST_CASE("a session on a shared port stays with its thread whatever port it comes from",
          "[link][network]") {
    TimeMs now_ms = 1'000'000;
    const std::vector<std::unique_ptr<Side>> servers = servers_on_one_port(3, now_ms);
    Relay relay(servers[0]->link->local_address());
    LinkPair other; // for its options only
    ConnectOptions connect = other.connect_options();
    const std::string front = to_text(relay.front());
    connect.address = front;
    Side client;
    client.link = std::move(EnetLink::client({}, now_ms)).value();
    auto peer = client.link->connect(connect, now_ms);
    REQUIRE(peer.ok());
    Side* home = nullptr;
    size_t frames = 0;
    const auto step = [&] {
        now_ms += 1;
        client.step(now_ms);
        relay.step();
        for (const auto& server : servers) {
            server->step(now_ms);
            if (home == nullptr && server->count<AuthRequest>() == 1) {
                home = server.get();
                server->link->admit(server->last<AuthRequest>()->peer, Error::Ok, 0);
            }
        }
        relay.step();
        frames = home == nullptr ? 0 : home->count<FrameReceived>();
    };
    for (int i = 0; i < 2000 && client.count<PeerOpened>() == 0; ++i) {
        step();
    }
    REQUIRE(client.count<PeerOpened>() == 1);
    for (size_t move = 1; move <= 12; ++move) {
        relay.change_port();
        // Half of it under the next key, whose datagrams begin with another byte.
        now_ms += move == 6 ? limits::rekey_ms : limits::roam_period_ms;
        REQUIRE(client.link->send(*peer, Lane::Chat, frame_of(100)));
        for (int i = 0; i < 100 && frames < move; ++i) {
            step();
        }
        CHECK(frames == move);
    }
    CHECK(home->link->metrics().peers_moved.read() == 12);
    for (const auto& server : servers) {
        CHECK(server->link->metrics().refused_session.read() == 0);
    }
}
