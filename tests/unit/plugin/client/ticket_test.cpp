// ticket_test.cpp: a new ticket costs nobody the session he has.
#include "plugin/client/client.hpp"

#include "tests/support/catch.hpp"

#include "schemas/base/limits.hpp"
#include "tests/unit/plugin/client/world.hpp"

namespace parley::client {
namespace {

std::string reauth_ticket(World& world) {
    return world.last(wire::Command::Reauth).frame().body_as_Reauth()->ticket()->str();
}

TEST_CASE("a refused new ticket is told once, and the old one goes on", "[ticket]") {
    Lines lines;
    ClientOptions options;
    options.log = Log(&Lines::sink, &lines, LogLevel::Warn);
    World world(std::move(options));
    world.connect();
    world.events();
    world.client.set_ticket("bad.b.c");
    world.shard.reply(world.last(wire::Command::Reauth).request(), Error::BadTicket);
    world.step();
    const auto wanted = world.events(EventType::TicketWanted);
    REQUIRE(wanted.size() == 1);
    CHECK(wanted[0].result == Error::BadTicket);
    REQUIRE(lines.all.size() == 1);
    CHECK(lines.all[0].find("parley ticket explain --config shard.toml TICKET") !=
          std::string::npos);
    CHECK(world.client.state() == State::Ready);
    world.run(5000);
    CHECK(world.script->count(wire::Command::Reauth) == 1);
    world.shard.down(Error::ConnectionLost);
    world.step();
    world.step(1000);
    CHECK(world.script->ticket == "a.b.c");
}

TEST_CASE("an accepted new ticket is the one of the next connection", "[ticket]") {
    World world;
    world.connect();
    world.client.set_ticket("new.b.c");
    world.shard.reply(world.last(wire::Command::Reauth).request());
    world.step();
    CHECK(world.events(EventType::TicketWanted).empty());
    world.shard.down(Error::ConnectionLost);
    world.step();
    world.step(1000);
    CHECK(world.script->ticket == "new.b.c");
}

TEST_CASE("of tickets given in one second the newest is sent when it has passed", "[ticket]") {
    World world;
    world.connect();
    world.client.set_ticket("one.b.c");
    world.client.set_ticket("two.b.c");
    world.client.set_ticket("three.b.c");
    CHECK(world.script->count(wire::Command::Reauth) == 1);
    CHECK(reauth_ticket(world) == "one.b.c");
    world.shard.reply(world.last(wire::Command::Reauth).request());
    world.step(limits::ticket_period_ms - 20);
    world.step();
    CHECK(world.script->count(wire::Command::Reauth) == 1);
    world.step();
    CHECK(world.script->count(wire::Command::Reauth) == 2);
    CHECK(reauth_ticket(world) == "three.b.c");
}

TEST_CASE("a ticket that came too soon is offered again without a word", "[ticket]") {
    World world;
    world.connect();
    world.events();
    world.client.set_ticket("new.b.c");
    world.shard.reply(world.last(wire::Command::Reauth).request(), Error::Rate, 0, 0, 0, 3000);
    world.step();
    world.step(2980);
    CHECK(world.script->count(wire::Command::Reauth) == 1);
    world.step(20);
    CHECK(world.script->count(wire::Command::Reauth) == 2);
    CHECK(reauth_ticket(world) == "new.b.c");
    CHECK(world.events(EventType::TicketWanted).empty());
}

TEST_CASE("a new ticket that is refused on reconnect gives way to the old one", "[ticket]") {
    World world;
    world.connect();
    world.shard.down(Error::ConnectionLost);
    world.step();
    world.client.set_ticket("bad.b.c");
    world.step(1000);
    CHECK(world.script->ticket == "bad.b.c");
    world.events();
    world.shard.down(Error::BadTicket);
    world.step();
    CHECK(world.client.state() == State::Resuming);
    const auto wanted = world.events(EventType::TicketWanted);
    REQUIRE(wanted.size() == 1);
    CHECK(wanted[0].result == Error::BadTicket);
    world.step(3000);
    CHECK(world.script->ticket == "a.b.c");
    world.come_up();
}

TEST_CASE("a connection that died with a new ticket on its way offers it again", "[ticket]") {
    World world;
    world.connect();
    world.client.set_ticket("new.b.c");
    world.shard.down(Error::ConnectionLost);
    world.step();
    world.step(1000);
    CHECK(world.script->ticket == "new.b.c");
    world.come_up();
    world.step(5000);
    CHECK(world.script->count(wire::Command::Reauth) == 1);
}

TEST_CASE("a client that failed for its ticket connects again with a fresh one", "[ticket]") {
    World world;
    REQUIRE(world.client.connect("h:1", "bad.b.c").ok());
    world.step();
    world.shard.down(Error::BadTicket);
    world.step();
    REQUIRE(world.client.state() == State::Failed);
    world.client.set_ticket("good.b.c");
    CHECK(world.client.state() == State::Connecting);
    CHECK(world.script->opened == 2);
    CHECK(world.script->ticket == "good.b.c");
}

TEST_CASE("a client that another device replaced does not come back by a ticket", "[ticket]") {
    World world;
    world.connect();
    world.shard.goodbye(Error::Replaced, 0);
    world.step();
    REQUIRE(world.client.state() == State::Failed);
    world.client.set_ticket("new.b.c");
    CHECK(world.client.state() == State::Failed);
    REQUIRE(world.client.connect("h:1", "").ok());
    CHECK(world.script->ticket == "new.b.c");
}

} // namespace
} // namespace parley::client
