// enet_link_test.cpp: two real links on loopback: connect, admit, frames, close. The clock of the
// links is made up; ENet's own runs, but nothing here waits for it.
#include "tests/support/link_pair.hpp"

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
