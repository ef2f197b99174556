// server_handshake_test.cpp: the handshake without sockets: hostile hellos (3 to 7 of the list that
// hostile_test.cpp goes on with), the cookie, the rates and the table, all by a made-up clock.
#include "schemas/link/server_handshake.hpp"

#include "schemas/link/address.hpp"
#include "schemas/link/client_handshake.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/schemas/link/hex.hpp"

using namespace parley;
using namespace parley::test;

namespace {

constexpr uint64_t app = 42;

struct World {
    World() { REQUIRE(sodium_init() >= 0); }

    static ServerHandshakeOptions options() {
        ServerHandshakeOptions made;
        made.static_secret.fill(7);
        made.app_id = app;
        return made;
    }
    ConnectOptions connect_options() {
        ConnectOptions made;
        made.address = "127.0.0.1:1";
        made.server_keys = {&key, 1};
        made.ticket = ticket;
        made.app_id = app;
        return made;
    }
    ByteVector first_hello(ClientHandshake& client) {
        std::vector<ByteVector> datagrams;
        std::vector<ByteVector> plains;
        client.due(now_ms, datagrams, plains);
        REQUIRE(datagrams.size() == 1);
        return datagrams[0];
    }
    // A hello that brings its cookie back.
    ByteVector proven_hello(ClientHandshake& client, const Address& from) {
        const ByteVector retry = handshake.hello(from, first_hello(client), now_ms);
        REQUIRE(retry.size() == retry_bytes);
        client.receive(retry, now_ms);
        return first_hello(client);
    }
    static uint8_t kind(Bytes answer) { return answer.empty() ? 0 : answer[0]; }

    LinkMetrics metrics;
    TimeMs now_ms = 5'000'000;
    ServerHandshake handshake{options(), metrics, [](uint32_t) { return false; }, now_ms};
    PublicKey key = link_public_key(options().static_secret);
    std::string ticket = "ticket";
    Address home = ipv4_address(0x0A000001, 4000);
};

} // namespace

TEST_CASE("a hello without a cookie draws 29 bytes and leaves no state", "[link]") {
    World world;
    ClientHandshake client(world.connect_options(), true, world.now_ms);
    const ByteVector hello = world.first_hello(client);
    CHECK(hello.size() == 1200);
    for (int i = 0; i < 100; ++i) {
        CHECK(World::kind(world.handshake.hello(world.home, hello, world.now_ms)) == 0xC2);
    }
    CHECK(world.handshake.pending() == 0);
    CHECK(world.metrics.hello_accepted.read() == 0);
}

TEST_CASE("a hello of 1,199 or 1,201 bytes is dropped", "[link]") {
    World world;
    ClientHandshake client(world.connect_options(), true, world.now_ms);
    ByteVector hello = world.first_hello(client);
    hello.pop_back();
    CHECK(world.handshake.hello(world.home, hello, world.now_ms).empty());
    hello.resize(1201);
    CHECK(world.handshake.hello(world.home, hello, world.now_ms).empty());
    CHECK(world.metrics.hello_malformed.read() == 2);
}

TEST_CASE("a cookie is good for one address, app, key and half a minute", "[link]") {
    World world;
    ClientHandshake client(world.connect_options(), true, world.now_ms);
    const ByteVector hello = world.proven_hello(client, world.home);

    Address other_port = world.home;
    ++other_port.port;
    CHECK(World::kind(world.handshake.hello(other_port, hello, world.now_ms)) == 0xC2);
    Address other_ip = world.home;
    ++other_ip.ip[15];
    CHECK(World::kind(world.handshake.hello(other_ip, hello, world.now_ms)) == 0xC2);

    // Every byte that means anything is covered: version (checked after), app, client id, time,
    // cookie, key.
    for (size_t i = 3; i < hello_noise_at + hello_noise_bytes; ++i) {
        ByteVector changed = hello;
        changed[i] ^= 1;
        CHECK(World::kind(world.handshake.hello(world.home, changed, world.now_ms)) == 0xC2);
    }
    CHECK(World::kind(world.handshake.hello(world.home, hello, world.now_ms + 30'001)) == 0xC2);
    CHECK(World::kind(world.handshake.hello(world.home, hello, world.now_ms - 1)) == 0xC2);
    CHECK(world.metrics.hello_accepted.read() == 0);
    CHECK(World::kind(world.handshake.hello(world.home, hello, world.now_ms + 30'000)) == 0xC3);
}

TEST_CASE("a cookie baked before its key was rotated still counts, after two it does not",
          "[link]") {
    World world;
    CookieJar jar(0);
    Hello hello;
    const ByteVector noise(hello_noise_bytes);
    hello.noise = noise;
    const Retry retry = jar.bake(world.home, hello, 59'999);
    hello.cookie_at = retry.cookie_at;
    hello.cookie = retry.cookie;
    CHECK(jar.good(world.home, hello, 60'001));
    CHECK_FALSE(jar.good(world.home, hello, 60'001 + 60'000)); // too old as well
    hello.cookie[0] ^= 1;
    CHECK_FALSE(jar.good(world.home, hello, 60'001));
}

TEST_CASE("the same hello 1,000 times costs one key agreement and a few answers", "[link]") {
    World world;
    ClientHandshake client(world.connect_options(), true, world.now_ms);
    const ByteVector hello = world.proven_hello(client, world.home);
    const ByteVector accept = world.handshake.hello(world.home, hello, world.now_ms);
    REQUIRE(World::kind(accept) == 0xC3);
    CHECK(accept.size() <= limits::accept_bytes_max);
    size_t answered = 0;
    for (int i = 1; i < 1000; ++i) {
        const ByteVector again = world.handshake.hello(world.home, hello, world.now_ms);
        if (!again.empty()) {
            CHECK(again == accept);
            ++answered;
        }
    }
    CHECK(answered == limits::accept_repeats_max);
    CHECK(world.metrics.hello_accepted.read() == 1);
    CHECK(world.metrics.hello_rate.read() == 999 - limits::accept_repeats_max);
    CHECK(world.handshake.pending() == 1);
}

TEST_CASE("a hello with a point of low order is dropped in silence", "[link]") {
    World world;
    for (const char* point : {"0000000000000000000000000000000000000000000000000000000000000000",
                              "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"}) {
        ClientHandshake client(world.connect_options(), true, world.now_ms);
        ByteVector bytes = world.first_hello(client);
        const ByteVector low = from_hex(point);
        std::copy(low.begin(), low.end(), bytes.begin() + hello_noise_at);
        const std::optional<Retry> retry =
            parse_retry(world.handshake.hello(world.home, bytes, world.now_ms));
        REQUIRE(retry);
        store_le(bytes.data() + 15, retry->cookie_at);
        std::copy(retry->cookie.begin(), retry->cookie.end(), bytes.begin() + 19);
        CHECK(world.handshake.hello(world.home, bytes, world.now_ms).empty());
    }
    CHECK(world.metrics.hello_low_order.read() == 2);
    CHECK(world.handshake.pending() == 0);
}

TEST_CASE("another version or app is refused after its cookie, another key too", "[link]") {
    World world;
    ConnectOptions options = world.connect_options();
    options.app_id = app + 1;
    ClientHandshake other_app(options, true, world.now_ms);
    const ByteVector hello = world.proven_hello(other_app, world.home);
    const ByteVector refused = world.handshake.hello(world.home, hello, world.now_ms);
    CHECK(refused.size() <= limits::refuse_bytes_max);
    REQUIRE(parse_refuse(refused));
    CHECK(parse_refuse(refused)->reason == Error::BadVersion);

    SecretSeed other_secret{9};
    const PublicKey other_key = link_public_key(other_secret);
    options = world.connect_options();
    options.server_keys = {&other_key, 1};
    ClientHandshake wrong_key(options, true, world.now_ms);
    const ByteVector made_for_other = world.proven_hello(wrong_key, world.home);
    REQUIRE(parse_refuse(world.handshake.hello(world.home, made_for_other, world.now_ms)));
    CHECK(world.metrics.hello_bad_key.read() == 1);
    CHECK(world.handshake.pending() == 0);
}

TEST_CASE("a network says 50 proven hellos a second, and its neighbours as many", "[link]") {
    World world;
    size_t accepted = 0;
    for (int i = 0; i < 60; ++i) {
        ClientHandshake client(world.connect_options(), true, world.now_ms);
        const Address from = ipv4_address(0x0A000000u + static_cast<uint32_t>(i), 4000);
        const ByteVector hello = world.proven_hello(client, from);
        accepted += World::kind(world.handshake.hello(from, hello, world.now_ms)) == 0xC3 ? 1 : 0;
    }
    CHECK(accepted == limits::hello_per_network_per_s);
    ClientHandshake neighbour(world.connect_options(), true, world.now_ms);
    const Address next_network = ipv4_address(0x0A000100, 4000);
    const ByteVector hello = world.proven_hello(neighbour, next_network);
    CHECK(World::kind(world.handshake.hello(next_network, hello, world.now_ms)) == 0xC3);

    world.now_ms += 1000;
    ClientHandshake later(world.connect_options(), true, world.now_ms);
    const ByteVector later_hello = world.proven_hello(later, world.home);
    CHECK(World::kind(world.handshake.hello(world.home, later_hello, world.now_ms)) == 0xC3);
}

TEST_CASE("a network that failed too often in a minute is refused before any key agreement",
          "[link]") {
    World world;
    for (uint32_t i = 1; i < limits::auth_failures_per_network_per_min; ++i) {
        world.handshake.auth_failed(world.home, nullptr, world.now_ms);
    }
    ClientHandshake last(world.connect_options(), true, world.now_ms);
    const ByteVector taken = world.proven_hello(last, world.home);
    CHECK(World::kind(world.handshake.hello(world.home, taken, world.now_ms)) == 0xC3);
    world.handshake.auth_failed(world.home, nullptr, world.now_ms);
    ClientHandshake client(world.connect_options(), true, world.now_ms);
    const ByteVector hello = world.proven_hello(client, world.home);
    const std::optional<Refuse> refused =
        parse_refuse(world.handshake.hello(world.home, hello, world.now_ms));
    REQUIRE(refused);
    CHECK(refused->reason == Error::Rate);
    CHECK(refused->retry_after_ms > 0);
    CHECK(world.metrics.hello_accepted.read() == 1);
}

TEST_CASE("4,096 handshakes may be pending, the next is told to wait, and time frees them",
          "[link]") {
    World world;
    for (uint32_t i = 0; i <= limits::pending_handshakes_max; ++i) {
        ClientHandshake client(world.connect_options(), true, world.now_ms);
        const Address from = ipv4_address(0x0A000000u + (i << 4), 4000);
        const ByteVector hello = world.proven_hello(client, from);
        const ByteVector answer = world.handshake.hello(from, hello, world.now_ms);
        if (i < limits::pending_handshakes_max) {
            REQUIRE(World::kind(answer) == 0xC3);
        } else {
            REQUIRE(parse_refuse(answer));
            CHECK(parse_refuse(answer)->reason == Error::Busy);
            CHECK(parse_refuse(answer)->retry_after_ms >= 1000);
            CHECK(parse_refuse(answer)->retry_after_ms < 5000);
        }
    }
    CHECK(world.metrics.hello_full.read() == 1);
    world.handshake.expire(world.now_ms + limits::pending_handshake_ms - 1);
    CHECK(world.handshake.pending() == limits::pending_handshakes_max);
    world.handshake.expire(world.now_ms + limits::pending_handshake_ms + 99);
    CHECK(world.handshake.pending() == 0);
}

TEST_CASE("session ids of a thread are its own residue and never 0 or taken", "[link]") {
    World world;
    ServerHandshakeOptions options = World::options();
    options.thread_count = 3;
    options.thread_index = 2;
    options.hello_per_network_per_s = 1000;
    size_t asked = 0;
    ServerHandshake third(
        options, world.metrics, [&asked](uint32_t) { return ++asked % 2 == 1; }, world.now_ms);
    for (int i = 0; i < 100; ++i) {
        ClientHandshake client(world.connect_options(), true, world.now_ms);
        client.receive(third.hello(world.home, world.first_hello(client), world.now_ms),
                       world.now_ms);
        const std::optional<Accept> accept =
            parse_accept(third.hello(world.home, world.first_hello(client), world.now_ms));
        REQUIRE(accept);
        CHECK(accept->session % 3 == 2);
        CHECK(accept->session != 0);
    }
    CHECK(asked == 200);
}

TEST_CASE("an Accept of session 0, which no session has, is none", "[link]") {
    World world;
    ClientHandshake client(world.connect_options(), true, world.now_ms);
    ByteVector accept =
        world.handshake.hello(world.home, world.proven_hello(client, world.home), world.now_ms);
    const std::optional<Accept> sound = parse_accept(accept);
    REQUIRE(sound);
    accept = encode(Accept{0, sound->noise});
    CHECK_FALSE(parse_accept(accept));
    CHECK_FALSE(client.receive(accept, world.now_ms));
}

TEST_CASE("the longest ticket goes in two parts, one byte more is no Auth", "[link]") {
    World world;
    world.ticket = std::string(limits::ticket_bytes_max, 't');
    ClientHandshake client(world.connect_options(), true, world.now_ms);
    const ByteVector hello = world.proven_hello(client, world.home);
    REQUIRE(client.receive(world.handshake.hello(world.home, hello, world.now_ms), world.now_ms));
    PendingHandshake* pending = world.handshake.find(client.session());
    REQUIRE(pending != nullptr);
    std::vector<ByteVector> datagrams;
    std::vector<ByteVector> parts;
    client.due(world.now_ms, datagrams, parts);
    REQUIRE(parts.size() == 2);
    CHECK(parts[0].size() <= limits::plain_datagram_bytes_max);

    Auth auth;
    ByteVector joined;
    // In any order, and twice.
    CHECK(world.handshake.auth_part(*pending, parts[1], auth, joined) ==
          ServerHandshake::AuthStep::Waiting);
    CHECK(world.handshake.auth_part(*pending, parts[1], auth, joined) ==
          ServerHandshake::AuthStep::Waiting);
    CHECK(world.handshake.auth_part(*pending, parts[0], auth, joined) ==
          ServerHandshake::AuthStep::Signed);
    CHECK(auth.ticket == world.ticket);
    // A changed ticket, key or signature is not what the device signed.
    for (const size_t at : {size_t{3}, size_t{3 + 40}, size_t{3 + 100}}) {
        ByteVector changed = parts[0];
        changed[at] ^= 1;
        CHECK(world.handshake.auth_part(*pending, changed, auth, joined) ==
              ServerHandshake::AuthStep::BadSignature);
    }
    ByteVector longer = parts[1];
    longer.push_back('t');
    CHECK(world.handshake.auth_part(*pending, longer, auth, joined) ==
          ServerHandshake::AuthStep::Malformed);
}

TEST_CASE("a signature of another handshake is refused", "[link]") {
    World world;
    std::vector<ByteVector> first_parts;
    PendingHandshake* second = nullptr;
    for (int i = 0; i < 2; ++i) {
        ClientHandshake client(world.connect_options(), true, world.now_ms);
        const ByteVector hello = world.proven_hello(client, world.home);
        REQUIRE(
            client.receive(world.handshake.hello(world.home, hello, world.now_ms), world.now_ms));
        std::vector<ByteVector> datagrams;
        std::vector<ByteVector> parts;
        client.due(world.now_ms, datagrams, parts);
        if (i == 0) {
            first_parts = parts;
        } else {
            second = world.handshake.find(client.session());
        }
    }
    REQUIRE(second != nullptr);
    REQUIRE(first_parts.size() == 1);
    Auth auth;
    ByteVector joined;
    CHECK(world.handshake.auth_part(*second, first_parts[0], auth, joined) ==
          ServerHandshake::AuthStep::BadSignature);
}

TEST_CASE("AES is agreed only where both sides have it", "[link]") {
    World world;
    const bool here = cipher_available(Cipher::Aes256Gcm);
    for (const bool client_has : {true, false}) {
        ClientHandshake client(world.connect_options(), client_has, world.now_ms);
        const ByteVector hello = world.proven_hello(client, world.home);
        REQUIRE(
            client.receive(world.handshake.hello(world.home, hello, world.now_ms), world.now_ms));
        CHECK(client.cipher() ==
              (client_has && here ? Cipher::Aes256Gcm : Cipher::ChaCha20Poly1305));
    }
}

TEST_CASE("what a stranger answers does not stop a client's handshake", "[link]") {
    World world;
    ClientHandshake client(world.connect_options(), true, world.now_ms);
    const ByteVector hello = world.proven_hello(client, world.home);
    const ByteVector accept = world.handshake.hello(world.home, hello, world.now_ms);
    // Refuse and Retry without our client id, Accept by another key.
    CHECK_FALSE(client.receive(encode(Refuse{1, Error::BadVersion, 0}), world.now_ms));
    CHECK_FALSE(client.receive(encode(Retry{1, 2, {}}), world.now_ms));
    ByteVector forged = accept;
    forged[20] ^= 1;
    CHECK_FALSE(client.receive(forged, world.now_ms));
    CHECK_FALSE(client.receive({}, world.now_ms));
    CHECK(client.state() == ClientHandshake::State::Hello);
    CHECK(client.receive(accept, world.now_ms));
    CHECK(client.state() == ClientHandshake::State::Auth);
}

TEST_CASE("a client gives up by time and says whether it saw the wrong key", "[link]") {
    World world;
    for (const bool forged_accept : {false, true}) {
        ClientHandshake client(world.connect_options(), true, world.now_ms);
        if (forged_accept) {
            const ByteVector hello = world.proven_hello(client, world.home);
            ByteVector accept = world.handshake.hello(world.home, hello, world.now_ms);
            accept[20] ^= 1;
            CHECK_FALSE(client.receive(accept, world.now_ms));
        }
        std::vector<ByteVector> datagrams;
        std::vector<ByteVector> plains;
        size_t sent = 0;
        for (int ms = 0; ms <= limits::auth_wait_ms_max; ++ms) {
            datagrams.clear();
            client.due(world.now_ms + ms, datagrams, plains);
            sent += datagrams.size();
        }
        CHECK(sent <= 7);
        CHECK(client.state() == ClientHandshake::State::Failed);
        CHECK(client.error() == (forged_accept ? Error::BadServerKey : Error::ConnectionLost));
        world.now_ms += 10'000;
    }
}
