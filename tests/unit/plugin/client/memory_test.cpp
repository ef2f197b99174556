// memory_test.cpp: the host's allocator that says no at any moment, and a frame in which nothing
// happens. The same scripted conversation runs again and again, each time with another allocation
// failing; whatever happens then, the client closes with OutOfMemory and the process lives.
#include "plugin/client/memory.hpp"

#include <cstdlib>

#include <malloc.h>

#include "tests/support/allocations.hpp"
#include "tests/support/catch.hpp"

#include "tests/unit/plugin/client/world.hpp"

namespace parley::client {
namespace {

struct Host {
    size_t allocations = 0;
    size_t live = 0;
    size_t fail_from = SIZE_MAX; // this allocation and...
    size_t fail_to = SIZE_MAX;   // ...all before this one fail

    static void* hook(void* user, void* old, size_t bytes) {
        Host& host = *static_cast<Host*>(user);
        if (bytes == 0) {
            host.live -= old != nullptr ? 1 : 0;
            std::free(old);
            return nullptr;
        }
        const size_t index = host.allocations++;
        if (index >= host.fail_from && index < host.fail_to) {
            return nullptr;
        }
        host.live += old == nullptr ? 1 : 0;
        return std::realloc(old, bytes);
    }
};

// A conversation that touches everything that grows.
void talk(World& world) {
    if (!world.client.connect("h:1", "t").ok()) {
        return;
    }
    world.step();
    world.shard.up();
    world.shard.ready(self_id, "A name that is longer than a small string");
    world.shard.room({.last_seq = 60});
    world.shard.roster({{self_id, "Ann"}, {bo_id, "Bo"}, {30, "Cy"}});
    world.step();
    ScriptShard::BatchSays page;
    page.from = 11;
    page.to = 60;
    page.request = 2;
    page.more = true;
    for (Seq seq = 11; seq <= 60; ++seq) {
        page.lines.push_back({seq, seq, "a line that is longer than a small string", 0, {}});
    }
    world.shard.batch(page);
    world.shard.line(63, 99, "held back, and longer than a small string");
    world.shard.line(61, bo_id, "next");
    world.step();
    for (int i = 0; i < 10; ++i) {
        ignore(world.client.send_text(RoomId{1}, "typed **by** me, `and` @Bo sees it", 0),
               "memory may be gone");
        world.step();
    }
    world.shard.presence(bo_id, wire::PresenceState::InMatch, "a token of some length", {"1", "2"});
    const std::string_view params[] = {"a parameter that is longer than a small string"};
    ignore(world.client.set_presence(wire::PresenceState::Away, "away", params), "as above");
    ignore(world.client.set_draft(RoomId{1}, std::string(300, 'x')), "as above");
    world.shard.typing(bo_id);
    world.step();
    world.shard.down(Error::ConnectionLost);
    world.step();
    world.step(2000);
    world.shard.up();
    world.shard.ready(self_id, "Ann");
    world.shard.room({.last_seq = 90});
    world.step();
    world.shard.gap(62, 80);
    world.step();
    world.events();
}

TEST_CASE("when any allocation fails the client closes with OutOfMemory and the process lives",
          "[memory]") {
    size_t total = 0;
    {
        Host host;
        HostMemory memory(&Host::hook, &host);
        ClientOptions options;
        options.host_memory = &memory;
        World world(std::move(options));
        talk(world);
        CHECK(world.client.state() == State::Ready);
        total = host.allocations;
    }
    REQUIRE(total > 100);
    for (size_t nth = 1; nth < total; ++nth) { // 0 is the reserve, see below
        for (const bool for_ever : {false, true}) {
            Host host;
            host.fail_from = nth;
            host.fail_to = for_ever ? SIZE_MAX : nth + 1;
            {
                HostMemory memory(&Host::hook, &host);
                ClientOptions options;
                options.host_memory = &memory;
                World world(std::move(options));
                talk(world);
                world.step();
                CAPTURE(nth, for_ever);
                REQUIRE(world.client.state() == State::Failed);
                REQUIRE(world.client.last_error() == Error::OutOfMemory);
                REQUIRE_FALSE(world.script->open);
                REQUIRE(world.client.send_text(RoomId{1}, "x", 0).error() == Error::OutOfMemory);
                REQUIRE(world.client.connect("h:1", "t").error() == Error::OutOfMemory);
            }
            REQUIRE(host.live == 0); // nothing leaks on that way
        }
    }
}

TEST_CASE("a host that has not even the reserve is told so", "[memory]") {
    Host host;
    host.fail_from = 0;
    const HostMemory memory(&Host::hook, &host);
    CHECK_FALSE(memory.ok());
    CHECK(memory.failed());
}

TEST_CASE("everything goes back to the host, and what is used is counted", "[memory]") {
    Host host;
    {
        HostMemory memory(&Host::hook, &host);
        const uint64_t before = memory.bytes();
        {
            ClientOptions options;
            options.host_memory = &memory;
            World world(std::move(options));
            talk(world);
            CHECK(memory.bytes() > before + 10'000);
            CHECK(memory.peak_bytes() >= memory.bytes());
        }
        CHECK(memory.bytes() == before);
    }
    CHECK(host.live == 0);
}

struct Weighed {
    size_t bytes = 0; // of the host, as malloc gave them

    static void* hook(void* user, void* old, size_t bytes) {
        Weighed& host = *static_cast<Weighed*>(user);
        host.bytes -= old != nullptr ? malloc_usable_size(old) : 0;
        if (bytes == 0) {
            std::free(old);
            return nullptr;
        }
        void* const given = std::realloc(old, bytes);
        host.bytes += malloc_usable_size(given);
        return given;
    }
};

TEST_CASE("what grows with rooms, people and lines lies in the host's memory", "[memory]") {
    Weighed host;
    HostMemory memory(&Weighed::hook, &host);
    ClientOptions options;
    options.host_memory = &memory;
    World world(std::move(options));
    world.enter();
    const std::string line(200, 'x');
    const size_t host_before = host.bytes;
    const size_t outside_before = test::heap_bytes() - host.bytes;
    Seq seq = 1;
    for (int round = 0; round < 20; ++round) {
        const uint64_t room = 100 + static_cast<uint64_t>(round);
        world.shard.room({.id = room, .name = "a name that is longer than a small string"});
        for (int i = 0; i < 50; ++i, ++seq) {
            world.shard.line(seq, 1000 + seq % 300, line.c_str());
            world.shard.presence(1000 + seq % 300, wire::PresenceState::InMatch,
                                 "a_token_longer_than_a_small_one", {"1", "2"});
        }
        ignore(world.client.set_draft(RoomId{room}, std::string(400, 'd')), "the room is there");
        ignore(world.client.send_text(RoomId{room}, std::string(200, 'y'), 0), "as above");
        world.step();
        world.events();
        world.script->coming.clear(); // the test's own
        world.script->heard = 0;
        world.script->sent.clear();
        world.script->sent.shrink_to_fit();
    }
    REQUIRE(world.client.model().rooms().size() == 21);
    REQUIRE(world.room().messages.size() == 1000);
    const size_t grown = host.bytes - host_before;
    const size_t outside = test::heap_bytes() - host.bytes;
    CHECK(grown > 400'000);
    // What malloc writes between its blocks, and the frame that is being read.
    CHECK(outside < outside_before + grown / 10);
}

TEST_CASE("a frame in which nothing happens allocates nothing", "[memory]") {
    Host host;
    HostMemory memory(&Host::hook, &host);
    ClientOptions options;
    options.host_memory = &memory;
    World world(std::move(options));
    world.enter();
    world.shard.line(1, bo_id, "hello");
    world.run(10'000, 100); // its time queries are behind us
    world.events();
    const size_t before = host.allocations;
    for (int frame = 0; frame < 1000; ++frame) {
        world.step(16);
        CHECK(world.client.pace_left(RoomId{1}) == 5);
        CHECK(world.room().unread(UserId{self_id}) == 1);
        Event event{Allocator(&memory)};
        CHECK_FALSE(world.client.poll(event));
    }
    CHECK(host.allocations == before);
}

} // namespace
} // namespace parley::client
