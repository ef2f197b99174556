// shard_test.cpp: a shard in this process, real clients on loopback.
#include "server/app/shard.hpp"

#include "tests/support/catch.hpp"

#include <algorithm>

#include <sodium.h>

#include "server/app/keys.hpp"
#include "tests/support/folder.hpp"
#include "tests/support/player.hpp"
#include "tests/support/refused_steering.hpp"

using namespace parley;
using namespace parley::test;

namespace {

struct World {
    explicit World(int64_t net_threads = 1) {
        REQUIRE(sodium_init() >= 0);
        backend.seed.fill(3);
        options.config.bind = "127.0.0.1";
        options.config.port = 0;
        options.config.net_threads = net_threads;
        options.config.data_folder = folder.file("data");
        options.config.hello_per_network_per_s = 100'000;
        options.config.issuers = {{"dev", "dev", issuer_public_key(backend.seed)}};
        start();
    }
    void start() {
        shard.reset();
        std::string message;
        auto started = Shard::start(options, Log(keep_line, &log, LogLevel::Warn), message);
        INFO(message);
        REQUIRE(started.ok());
        shard = std::move(started).value();
    }
    void connect(Player& player, const std::string& ticket) {
        player.connect(shard->port(), shard->public_key(), ticket);
    }
    // Connects and waits until the player is in the team and the lobby.
    void enter(Player& player, const std::string& subject) {
        TicketWish wish;
        wish.subject = subject;
        wish.rooms = {team("teal")};
        connect(player, mint(backend, wish, player.device_seed));
        REQUIRE(until({&player}, [&] {
            return player.room("teal") != nullptr && player.room("lobby") != nullptr;
        }));
    }

    static void keep_line(void* user, int, const char* line) {
        ignore(static_cast<Mailbox<std::string>*>(user)->push(line), "the oldest go");
    }

    Folder folder;
    Backend backend;
    Mailbox<std::string> log{64, Full::DropOldest}; // all threads of the shard write here
    ShardOptions options;
    std::unique_ptr<Shard> shard;
};

Nonce nonce_now(uint32_t number) {
    return (static_cast<Nonce>(wall_unix_ms()) << 22) + number;
}

} // namespace

TEST_CASE("two players in a team read each other in one order", "[integration]") {
    // Several net threads on one port: whichever the kernel gives a player to, the core joins them.
    World world(GENERATE(1, 3));
    Player ada(1);
    Player bob(2);
    world.enter(ada, "ada");
    world.enter(bob, "bob");
    const RoomId room = ada.room("teal")->id;
    REQUIRE(bob.room("teal")->id == room);

    // As many as a team's pace lets each send at once.
    std::vector<uint32_t> asked;
    for (uint32_t i = 0; i < 4; ++i) {
        asked.push_back(ada.say(room, nonce_now(i), "ada " + std::to_string(i)));
        bob.say(room, nonce_now(100 + i), "bob " + std::to_string(i));
    }
    REQUIRE(until({&ada, &bob}, [&] {
        return ada.heard(room).size() == 8 && bob.heard(room).size() == 8 &&
               ada.answer(asked.back()) != nullptr;
    }));
    const auto order = ada.heard(room);
    const auto other = bob.heard(room);
    std::map<UserId, int> next;
    for (size_t i = 0; i < order.size(); ++i) {
        CHECK(order[i].text == other[i].text);
        CHECK(order[i].seq == other[i].seq);
        CHECK((i == 0 || order[i].seq > order[i - 1].seq));
        const std::string name = order[i].author == ada.self() ? "ada " : "bob ";
        CHECK(order[i].text == name + std::to_string(next[order[i].author]++));
    }
    CHECK(ada.answer(asked[0])->error == Error::Ok);
}

TEST_CASE("where the kernel cannot share a port one net thread serves, and the log says so",
          "[integration]") {
    const RefusedSteering refused;
    World world(3);
    CHECK(refused.refused() == 1);
    CHECK(world.shard->net_threads() == 1);
    std::vector<std::string> lines;
    world.log.take_all(lines);
    CHECK(std::count_if(lines.begin(), lines.end(), [](const std::string& line) {
              return line.find("warn port_not_shared wanted=3") == 0;
          }) == 1);
    Player ada(1);
    world.enter(ada, "ada");
    const uint32_t asked = ada.say(ada.room("teal")->id, nonce_now(1), "alone");
    REQUIRE(until({&ada}, [&] { return ada.answer(asked) != nullptr; }));
    CHECK(ada.answer(asked)->error == Error::Ok);
}

TEST_CASE("the same nonce again is answered with the first seq and delivered once",
          "[integration]") {
    World world;
    Player ada(1);
    world.enter(ada, "ada");
    const RoomId room = ada.room("teal")->id;
    const Nonce nonce = nonce_now(1);
    const uint32_t first = ada.say(room, nonce, "once");
    REQUIRE(until({&ada}, [&] { return ada.answer(first) != nullptr; }));
    const uint32_t second = ada.say(room, nonce, "once");
    REQUIRE(until({&ada}, [&] { return ada.answer(second) != nullptr; }));
    CHECK(ada.answer(second)->error == Error::Ok);
    CHECK(ada.answer(second)->seq == ada.answer(first)->seq);
    const uint32_t third = ada.say(room, nonce_now(2), "twice");
    REQUIRE(until({&ada}, [&] {
        return ada.answer(third) != nullptr && !ada.heard(room).empty() &&
               ada.heard(room).back().text == "twice";
    }));
    CHECK(ada.heard(room).size() == 2);
}

TEST_CASE("a ticket that is not good opens nothing", "[integration]") {
    World world;
    Player eve(1);
    TicketWish wish;
    wish.subject = "eve";
    Error expected = Error::BadTicket;
    std::string ticket;
    SECTION("of another backend") {
        Backend other = world.backend;
        other.seed.fill(4);
        ticket = mint(other, wish, eve.device_seed);
    }
    SECTION("for another game") {
        Backend other = world.backend;
        other.audience = "chess";
        ticket = mint(other, wish, eve.device_seed);
    }
    SECTION("expired") {
        wish.expires_in_s = -120;
        ticket = mint(world.backend, wish, eve.device_seed);
        expected = Error::TicketExpired;
    }
    SECTION("made for another device") {
        SecretSeed another{9};
        ticket = mint(world.backend, wish, another);
        expected = Error::TicketStolen;
    }
    SECTION("no ticket at all") {
        ticket = "nothing";
    }
    world.connect(eve, ticket);
    REQUIRE(until({&eve}, [&] { return eve.closed(); }));
    CHECK(eve.closed_with() == expected);
    CHECK_FALSE(eve.ready());
}

TEST_CASE("the same jti from another device is theft", "[integration]") {
    World world;
    Player ada(1);
    Player eve(2);
    world.enter(ada, "ada");
    TicketWish wish;
    wish.subject = "ada"; // and with it the jti
    world.connect(eve, mint(world.backend, wish, eve.device_seed));
    REQUIRE(until({&ada, &eve}, [&] { return eve.closed(); }));
    CHECK(eve.closed_with() == Error::TicketStolen);
    CHECK_FALSE(ada.closed());
}

TEST_CASE("a device that comes again from another address replaces itself, in its rooms",
          "[integration]") {
    World world;
    TicketWish wish;
    wish.subject = "ada";
    wish.rooms = {team("teal")};
    Player first(1);
    Player again(1);
    const std::string ticket = mint(world.backend, wish, first.device_seed);
    world.connect(first, ticket);
    REQUIRE(until({&first}, [&] { return first.room("teal") != nullptr; }));
    world.connect(again, ticket);
    REQUIRE(until({&first, &again}, [&] { return first.closed() && again.room("teal"); }));
    CHECK(first.closed_with() == Error::Replaced);
    CHECK(again.self() == first.self());
}

TEST_CASE("a shard that starts again knows users, rooms and every message", "[integration]") {
    World world;
    Player ada(1);
    world.enter(ada, "ada");
    const RoomId room = ada.room("teal")->id;
    const uint64_t incarnation = ada.room("teal")->incarnation;
    const UserId self = ada.self();
    const uint32_t asked = ada.say(room, nonce_now(1), "before");
    REQUIRE(until({&ada}, [&] { return ada.answer(asked) != nullptr; }));
    world.start();
    world.enter(ada, "ada");
    CHECK(ada.self() == self);
    CHECK(ada.room("teal")->id == room);
    CHECK(ada.room("teal")->incarnation == incarnation);
    Player reader(1);
    ada.vanish();
    world.enter(reader, "ada");
    const uint32_t page = reader.fetch_before(room, reader.room("teal")->last_seq + 1, 50);
    REQUIRE(until({&reader}, [&] { return reader.pages_done(page); }));
    REQUIRE(reader.heard(room).size() == 1);
    CHECK(reader.heard(room)[0].text == "before");
}

TEST_CASE("a drain tells sessions when to come back, and stores what it acknowledged",
          "[integration]") {
    World world;
    Player ada(1);
    world.enter(ada, "ada");
    const RoomId room = ada.room("teal")->id;
    const uint32_t asked = ada.say(room, nonce_now(1), "last words");
    REQUIRE(until({&ada}, [&] { return ada.answer(asked) != nullptr; }));
    world.shard->ask_shutdown();
    REQUIRE(until({&ada}, [&] { return ada.closed(); }));
    CHECK(ada.closed_with() == Error::Shutdown);
    CHECK(ada.retry_after_ms() > 0);
    CHECK(world.shard->wait_done(std::chrono::milliseconds(patience_ms)));
    CHECK(world.shard->store().counters().entries.read() >= 1);
}

namespace {

// The thread takes a reload up with its next turn; one that came before it is refused as any other.
bool comes_in(World& world, Player& player, const Backend& backend, const TicketWish& wish) {
    for (int attempt = 0; attempt < 100 && !player.ready(); ++attempt) {
        world.connect(player, mint(backend, wish, player.device_seed));
        REQUIRE(until({&player}, [&] { return player.closed() || player.ready(); }));
    }
    return player.ready();
}

} // namespace

TEST_CASE("the issuers of a running shard can be exchanged", "[integration]") {
    World world;
    Backend next = world.backend;
    next.seed.fill(5);
    Config config = world.options.config;
    config.issuers = {{"dev", "dev", issuer_public_key(next.seed)}};
    std::string message;
    REQUIRE(world.shard->reload(config, message).ok());
    TicketWish wish;
    wish.subject = "ada";
    Player ada(1);
    CHECK(comes_in(world, ada, next, wish));
    Player late(2);
    wish.subject = "bob";
    world.connect(late, mint(world.backend, wish, late.device_seed));
    REQUIRE(until({&late}, [&] { return late.closed(); }));
    CHECK(late.closed_with() == Error::BadTicket);

    config.issuers = {{"dev", "dev", "rubbish"}};
    CHECK_FALSE(world.shard->reload(config, message).ok());
}

TEST_CASE("a running shard takes up another audience and other times of its shutdown",
          "[integration]") {
    World world;
    Config config = world.options.config;
    config.audience = "eu-2";
    config.shutdown_retry_ms = 12'345;
    config.shutdown_ms_max = 9'000;
    std::string message;
    REQUIRE(world.shard->reload(config, message).ok());
    CHECK(world.shard->config().shutdown_ms_max == 9'000);
    Backend next = world.backend;
    next.audience = "eu-2";
    TicketWish wish;
    wish.subject = "ada";
    Player ada(1);
    REQUIRE(comes_in(world, ada, next, wish));
    world.shard->ask_shutdown();
    REQUIRE(until({&ada}, [&] { return ada.closed(); }));
    CHECK(ada.closed_with() == Error::Shutdown);
    CHECK(ada.retry_after_ms() == 12'345);
}
