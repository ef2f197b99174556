// batched_socket_test.cpp: a server whose datagrams go in batches is the same server on the wire.
#include "server/net/batched_socket.hpp"

#include <array>

#include "schemas/base/limits.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/link_pair.hpp"

using namespace parley;
using namespace parley::test;

namespace {

ServerOptions batched(size_t datagrams) {
    ServerOptions options = LinkPair::server_options();
    options.make_batch = &make_batched_socket;
    options.datagrams_per_call = datagrams;
    return options;
}

// A batch that this program's ENet does not know of.
class Unheard final : public DatagramBatch {
public:
    uint8_t* place() override { return bytes_.data(); }
    void flush() override {}
    bool more() const override { return false; }
    Counts counts() const override { return {}; }

private:
    std::array<uint8_t, limits::sealed_datagram_bytes_max> bytes_{};
};

} // namespace

TEST_CASE("frames of each lane arrive whole through batches of any size", "[net][batch]") {
    for (const size_t datagrams : {size_t{2}, size_t{3}, limits::datagrams_per_call_max}) {
        CAPTURE(datagrams);
        LinkPair pair(batched(datagrams));
        REQUIRE(pair.connect());
        for (size_t number = 0; number < lane_count; ++number) {
            const Lane lane = static_cast<Lane>(number);
            const SharedFrame frame =
                frame_of(lane_frame_bytes_max(lane), static_cast<uint8_t>(number));
            pair.server.events.clear();
            pair.client.events.clear();
            REQUIRE(pair.client.link->send(pair.client_peer, lane, frame));
            REQUIRE(pair.server.link->send(pair.server_peer, lane, frame));
            REQUIRE(pair.step_until([&] {
                return pair.server.count<FrameReceived>() == 1 &&
                       pair.client.count<FrameReceived>() == 1;
            }));
            CHECK(pair.server.last<FrameReceived>()->frame == *frame);
            CHECK(pair.client.last<FrameReceived>()->frame == *frame);
        }
        CHECK(pair.server.link->metrics().seal_failures.read() == 0);
        CHECK(pair.server.link->batch_counts().refused == 0);
    }
}

TEST_CASE("many datagrams take few calls, and none without a batch", "[net][batch]") {
    LinkPair pair(batched(limits::datagrams_per_call_max));
    REQUIRE(pair.connect());
    const DatagramBatch::Counts before = pair.server.link->batch_counts();
    CHECK(before.sent > 0);
    CHECK(before.received > 0);
    for (uint8_t i = 0; i < 20; ++i) {
        REQUIRE(pair.server.link->send(pair.server_peer, Lane::Chat, frame_of(1000, i)));
    }
    REQUIRE(pair.step_until([&] { return pair.client.count<FrameReceived>() == 20; }));
    const DatagramBatch::Counts after = pair.server.link->batch_counts();
    CHECK(after.sent - before.sent >= 20);
    CHECK((after.sent - before.sent) / (after.send_calls - before.send_calls) >= 4);

    LinkPair plain(batched(1));
    REQUIRE(plain.connect());
    CHECK(plain.server.link->batch_counts().sent == 0);
    CHECK(plain.server.link->batch_counts().received == 0);
    CHECK(plain.client.link->batch_counts().sent == 0);
}

TEST_CASE("more datagrams than one turn of the link takes are all taken", "[net][batch]") {
    LinkPair pair(batched(2));
    REQUIRE(pair.connect());
    pair.server.events.clear();
    for (uint8_t i = 0; i < 30; ++i) {
        REQUIRE(pair.client.link->send(pair.client_peer, Lane::Chat, frame_of(1000, i)));
    }
    REQUIRE(pair.step_until([&] { return pair.server.count<FrameReceived>() == 30; }));
    const auto frames = events_of<FrameReceived>(pair.server.events);
    for (uint8_t i = 0; i < 30; ++i) {
        CHECK(frames[i]->frame == *frame_of(1000, i));
    }
}

TEST_CASE("a batch that ENet does not call is refused, and the link serves without it",
          "[net][batch]") {
    ServerOptions options = batched(limits::datagrams_per_call_max);
    options.make_batch = [](int, size_t) -> std::unique_ptr<DatagramBatch> {
        return std::make_unique<Unheard>();
    };
    LinkPair pair(options);
    REQUIRE(pair.connect());
    CHECK(pair.client.link->send(pair.client_peer, Lane::Chat, frame_of(10)));
    CHECK(pair.step_until([&] { return pair.server.count<FrameReceived>() == 1; }));

    options.make_batch = [](int, size_t) -> std::unique_ptr<DatagramBatch> { return nullptr; };
    LinkPair other(options);
    CHECK(other.connect());
}

TEST_CASE("a descriptor past the table has no batch", "[net][batch]") {
    CHECK(make_batched_socket(-1, 2) == nullptr);
    CHECK(make_batched_socket(1'000'000, 2) == nullptr);
}

TEST_CASE("a datagram that the kernel refuses takes no other with it", "[net][batch]") {
    const ENetSocket from = enet_socket_create(ENET_SOCKET_TYPE_DATAGRAM);
    const ENetSocket to = enet_socket_create(ENET_SOCKET_TYPE_DATAGRAM);
    ENetAddress loopback = {.host = ENET_HOST_TO_NET_32(0x7F000001), .port = 0};
    REQUIRE(enet_socket_bind(to, &loopback) == 0);
    REQUIRE(enet_socket_bind(from, &loopback) == 0);
    const ENetAddress nowhere = {.host = loopback.host, .port = 0};
    REQUIRE(enet_socket_get_address(to, &loopback) == 0);

    auto sending = make_batched_socket(from, 8);
    auto receiving = make_batched_socket(to, 8);
    std::array<uint8_t, 4> bytes = {1, 2, 3, 4};
    for (const ENetAddress& address : {loopback, nowhere, loopback, loopback}) {
        const ENetBuffer parts[2] = {{.data = bytes.data(), .dataLength = 1},
                                     {.data = bytes.data() + 1, .dataLength = 3}};
        CHECK(enet_socket_send(from, &address, parts, 2) == 4);
        ++bytes[0];
    }
    sending->flush();
    CHECK(sending->counts().sent == 3);
    CHECK(sending->counts().refused == 1);

    std::array<uint8_t, 64> taken{};
    ENetBuffer room = {.data = taken.data(), .dataLength = taken.size()};
    for (const uint8_t first : std::array<uint8_t, 3>{1, 3, 4}) {
        ENetAddress sender = {};
        REQUIRE(enet_socket_receive(to, &sender, &room, 1) == 4);
        CHECK(taken[0] == first);
        CHECK(taken[3] == 4);
        CHECK(sender.host == loopback.host);
    }
    CHECK(enet_socket_receive(to, nullptr, &room, 1) == 0);
    CHECK(receiving->counts().receive_calls == 1);
    sending.reset();
    receiving.reset();
    enet_socket_destroy(from);
    enet_socket_destroy(to);
}
