// session_test.cpp: a shard that cannot be reached: what the host and the log are told.
#include "tests/support/catch.hpp"

#include "schemas/base/limits.hpp"
#include "tests/unit/plugin/client/world.hpp"

namespace parley::client {
namespace {

TEST_CASE("an address where nothing answers has a reason, and the log is told once", "[client]") {
    Lines lines;
    ClientOptions options;
    options.log = Log(&Lines::sink, &lines, LogLevel::Warn);
    World world(std::move(options));
    REQUIRE(world.client.connect("h:7777", "t").ok());
    world.step();
    world.shard.down(Error::ConnectionLost);
    world.step();
    CHECK(world.client.state() == State::Connecting);
    CHECK(world.client.last_error() == Error::NoAnswer);
    REQUIRE(lines.all.size() == 1);
    CHECK(lines.all[0].starts_with("warn shard_unreachable address=h:7777 reason=NoAnswer"));
    world.run(2000);
    REQUIRE(world.script->opened == 2);
    world.shard.down(Error::ConnectionLost);
    world.step();
    CHECK(lines.all.size() == 1);
    CHECK(world.events(EventType::State).size() == 2); // Connecting, and why not
    // It was there and goes: lost first, and then nothing answers; that is news to the log again.
    world.run(3000);
    world.come_up();
    world.shard.down(Error::ConnectionLost);
    world.step();
    CHECK(world.client.last_error() == Error::ConnectionLost);
    CHECK(lines.all.size() == 1);
    world.run(2000);
    world.shard.down(Error::ConnectionLost);
    world.step();
    CHECK(world.client.state() == State::Resuming);
    CHECK(world.client.last_error() == Error::NoAnswer);
    CHECK(lines.all.size() == 2);
}

TEST_CASE("a name that does not resolve is told to the log once", "[client]") {
    Lines lines;
    ClientOptions options;
    options.log = Log(&Lines::sink, &lines, LogLevel::Warn);
    World world(std::move(options));
    REQUIRE(world.client.connect("nowhere.invalid:7777", "t").ok());
    for (int attempt = 0; attempt < 3; ++attempt) {
        world.run(5000);
        world.shard.down(Error::BadAddress);
        world.step();
    }
    REQUIRE(lines.all.size() == 1);
    CHECK(lines.all[0].starts_with(
        "warn shard_unreachable address=nowhere.invalid:7777 reason=BadAddress"));
}

TEST_CASE("a link that says neither yes nor no has not answered; one that is up is lost",
          "[client]") {
    World world;
    REQUIRE(world.client.connect("h:1", "t").ok());
    world.step();
    world.run(2 * limits::peer_timeout_ms + 1000);
    CHECK(world.client.last_error() == Error::NoAnswer);
    world.run(1000, 500);
    REQUIRE(world.script->opened == 2);
    world.shard.up();
    world.run(2 * limits::peer_timeout_ms + 1000);
    CHECK(world.client.last_error() == Error::ConnectionLost);
}

} // namespace
} // namespace parley::client
