// threaded_test.cpp: the plugin's net thread over a real link on loopback, with a shard of a few
// lines on the other side.
#include "plugin/client/threaded_connection.hpp"

#include "tests/support/catch.hpp"

#include <chrono>

#include "plugin/client/client.hpp"
#include "schemas/base/clock.hpp"
#include "schemas/wire/encode.hpp"
#include "tests/support/link_pair.hpp"

namespace {

using namespace parley;

// Admits everybody and says Ready.
struct TinyShard {
    TinyShard() : link(EnetLink::listen(test::LinkPair::server_options(), steady_ms()).value()) {}

    void step() {
        while (std::optional<LinkEvent> event = link->poll(steady_ms())) {
            if (const auto* const auth = std::get_if<AuthRequest>(&*event)) {
                link->admit(auth->peer, Error::Ok, 0);
            } else if (const auto* const opened = std::get_if<PeerOpened>(&*event)) {
                peer = opened->peer;
                auto& b = builder.fbb();
                const auto user = wire::CreateUser(b, 10, b.CreateString("Ann"));
                const auto ready = wire::CreateReady(b, 1, user, 1'000'000, 2'000'000);
                link->send(peer, Lane::Control,
                           builder.server_shared(0, wire::Event::Ready, ready.Union()));
            } else if (std::holds_alternative<FrameReceived>(*event)) {
                ++frames;
            } else if (const auto* const closed = std::get_if<PeerClosed>(&*event)) {
                closed_with = closed->reason;
                ++closed_count;
            }
        }
        link->flush(steady_ms());
    }

    std::unique_ptr<EnetLink> link;
    wire::FrameBuilder builder;
    PeerId peer{};
    size_t frames = 0, closed_count = 0;
    Error closed_with{};
};

client::LinkKeys keys() {
    client::LinkKeys keys;
    keys.server_keys = {link_public_key(test::LinkPair::server_options().static_secret)};
    keys.device_seed = test::seed(9);
    keys.app_id = test::app_id;
    return keys;
}

struct Game {
    Game()
        : client({}, client::threaded_connection(
                         EnetLink::client(ClientOptions{}, steady_ms()).value(), keys())) {}

    template <typename Happened>
    bool run_until(TinyShard& shard, Happened happened) {
        const TimeMs until_ms = steady_ms() + 10'000;
        while (!happened() && steady_ms() < until_ms) {
            shard.step();
            client.update(steady_ms(), wall_unix_ms(), 0);
            shard.link->wait(1, -1);
        }
        return happened();
    }
    std::string port_of(const TinyShard& shard) {
        return ":" + std::to_string(shard.link->local_address().port);
    }
    client::Client client;
};

TEST_CASE("a client on its own net thread connects, speaks, and says goodbye", "[threaded]") {
    TinyShard shard;
    {
        Game game;
        REQUIRE(game.client.connect("127.0.0.1" + game.port_of(shard), "a.b.c").ok());
        REQUIRE(game.run_until(shard, [&] { return game.client.state() == client::State::Ready; }));
        REQUIRE(game.run_until(shard, [&] { return shard.frames >= 1; })); // its TimeQuery
    }
    const TimeMs until_ms = steady_ms() + 10'000;
    while (shard.closed_count == 0 && steady_ms() < until_ms) {
        shard.step();
        shard.link->wait(1, -1);
    }
    CHECK(shard.closed_count == 1); // it was told, not left to time out
}

TEST_CASE("a name is resolved off the game's thread", "[threaded]") {
    TinyShard shard;
    Game game;
    REQUIRE(game.client.connect("localhost" + game.port_of(shard), "a.b.c").ok());
    CHECK(game.run_until(shard, [&] { return game.client.state() == client::State::Ready; }));
}

TEST_CASE("a name that nobody knows is a reason, and is tried again", "[threaded]") {
    TinyShard shard;
    Game game;
    REQUIRE(game.client.connect("no-such-host.invalid:1", "a.b.c").ok());
    CHECK(game.run_until(shard, [&] { return game.client.last_error() == Error::BadAddress; }));
    CHECK(game.client.state() == client::State::Connecting);
}

TEST_CASE("a client is destroyed within 50 ms, whatever its net thread does", "[threaded]") {
    TinyShard shard;
    for (const std::string& address :
         {std::string("127.0.0.1") + ":" + std::to_string(shard.link->local_address().port),
          std::string("127.0.0.1:9"), std::string("no-such-host.invalid:1"), std::string()}) {
        auto game = std::make_unique<Game>();
        if (!address.empty()) {
            REQUIRE(game->client.connect(address, "a.b.c").ok());
            game->client.update(steady_ms(), wall_unix_ms(), 0);
        }
        const int64_t before_us = steady_us();
        game.reset();
        CHECK(steady_us() - before_us < 50'000);
    }
}

TEST_CASE("what a game does not look at is bounded in bytes, and then the connection ends",
          "[threaded][hostile]") {
    TinyShard shard;
    Game game;
    REQUIRE(game.client.connect("127.0.0.1" + game.port_of(shard), "a.b.c").ok());
    REQUIRE(game.run_until(shard, [&] { return game.client.state() == client::State::Ready; }));
    const SharedFrame frame = test::frame_of(limits::bulk_frame_bytes_max);
    size_t sent_bytes = 0;
    const TimeMs until_ms = steady_ms() + 20'000;
    while (shard.closed_count == 0 && steady_ms() < until_ms) { // the game stands still
        while (shard.link->send(shard.peer, Lane::Bulk, frame)) {
            sent_bytes += frame->size();
        }
        shard.step();
        shard.link->wait(1, -1);
    }
    CHECK(shard.closed_count == 1);
    CHECK(sent_bytes > limits::client_inbox_bytes_max);
    CHECK(sent_bytes < limits::client_inbox_bytes_max + 4 * limits::peer_queue_bytes_max);
}

TEST_CASE("connections one after the other do not mix", "[threaded]") {
    TinyShard shard;
    Game game;
    for (int turn = 0; turn < 5; ++turn) {
        REQUIRE(game.client.connect("127.0.0.1" + game.port_of(shard), "a.b.c").ok());
        REQUIRE(game.run_until(shard, [&] { return game.client.state() == client::State::Ready; }));
        game.client.disconnect();
        CHECK(game.client.state() == client::State::Idle);
    }
}

} // namespace
