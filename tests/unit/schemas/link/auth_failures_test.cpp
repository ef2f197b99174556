// auth_failures_test.cpp: who fails to prove himself is counted by his device first, so that one
// behind an address that thousands share does not shut out the others; the network has its own,
// wider bound.
#include "tests/support/catch.hpp"

#include "tests/support/link_pair.hpp"

using namespace parley;
using namespace parley::test;

namespace {

struct Asking : LinkPair {
    // One attempt of a device; what the server's receiver says of it, if it is asked at all.
    Error attempt(uint8_t device, Error verdict) {
        const size_t asked = server.count<AuthRequest>();
        const size_t closed = client.count<PeerClosed>();
        ConnectOptions options = connect_options();
        options.device_seed = seed(device);
        auto begun = client.link->connect(options, now_ms);
        REQUIRE(begun.ok());
        REQUIRE(step_until([&] {
            return server.count<AuthRequest>() > asked || client.count<PeerClosed>() > closed;
        }));
        if (server.count<AuthRequest>() > asked) {
            server.link->admit(server.last<AuthRequest>()->peer, verdict, 0);
            if (verdict == Error::Ok) {
                return Error::Ok;
            }
            REQUIRE(step_until([&] { return client.count<PeerClosed>() > closed; }));
        }
        return client.last<PeerClosed>()->reason;
    }
};

} // namespace

TEST_CASE("a device that failed too often in a minute is told to wait, and its neighbours are not",
          "[link][hostile]") {
    Asking world;
    const TimeMs began_ms = world.now_ms;
    for (uint32_t i = 0; i < limits::auth_failures_per_device_per_min; ++i) {
        REQUIRE(world.attempt(9, Error::TicketExpired) == Error::TicketExpired);
    }
    const size_t asked = world.server.count<AuthRequest>();
    CHECK(world.attempt(9, Error::Ok) == Error::Rate);
    CHECK(world.client.last<PeerClosed>()->retry_after_ms > 0);
    CHECK(world.server.count<AuthRequest>() == asked); // no ticket was looked at
    CHECK(world.attempt(10, Error::Ok) == Error::Ok);  // from the same address
    REQUIRE(world.now_ms - began_ms < 60'000);
    world.step(1, 60'000);
    CHECK(world.attempt(9, Error::Ok) == Error::Ok);
}

TEST_CASE("what is no fault of a device is not counted against it", "[link]") {
    Asking world;
    for (uint32_t i = 0; i <= limits::auth_failures_per_device_per_min; ++i) {
        REQUIRE(world.attempt(9, Error::Busy) == Error::Busy);
    }
    CHECK(world.attempt(9, Error::Ok) == Error::Ok);
}

TEST_CASE("a network has room for many devices that fail", "[link]") {
    CHECK(limits::auth_failures_per_network_per_min >=
          10 * limits::auth_failures_per_device_per_min);
}
