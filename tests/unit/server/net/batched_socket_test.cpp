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

// A batch that this program's ENet does not know of; a link that kept it would show its counts.
class Unheard final : public DatagramBatch {
public:
    uint8_t* place() override { return bytes_.data(); }
    void flush() override {}
    bool more() const override { return false; }
    Counts counts() const override { return {.sent = 7}; }

private:
    std::array<uint8_t, limits::sealed_datagram_bytes_max> bytes_{};
};

// A batch as it is in use, which says that there is always more.
class NeverEmpty final : public DatagramBatch {
public:
    explicit NeverEmpty(std::unique_ptr<DatagramBatch> real) : real_(std::move(real)) {}
    uint8_t* place() override { return real_->place(); }
    void flush() override { real_->flush(); }
    bool more() const override { return true; }
    Counts counts() const override { return real_->counts(); }

private:
    std::unique_ptr<DatagramBatch> real_;
};

void keep_line(void* user, int, const char* line) {
    *static_cast<std::string*>(user) += std::string(line) + "\n";
}

// Two sockets on loopback, each with a batch.
struct TwoSockets {
    explicit TwoSockets(size_t datagrams)
        : from(enet_socket_create(ENET_SOCKET_TYPE_DATAGRAM)),
          to(enet_socket_create(ENET_SOCKET_TYPE_DATAGRAM)) {
        REQUIRE(enet_socket_bind(to, &nowhere) == 0);
        REQUIRE(enet_socket_bind(from, &nowhere) == 0);
        REQUIRE(enet_socket_get_address(to, &receiver) == 0);
        sending = make_batched_socket(from, datagrams);
        receiving = make_batched_socket(to, datagrams);
    }
    ~TwoSockets() {
        sending.reset();
        receiving.reset();
        enet_socket_destroy(from);
        enet_socket_destroy(to);
    }
    TwoSockets(const TwoSockets&) = delete;
    TwoSockets& operator=(const TwoSockets&) = delete;

    // Four bytes, the first of them given, in two parts.
    void send(const ENetAddress& address, uint8_t first) const {
        std::array<uint8_t, 4> bytes = {first, 2, 3, 4};
        const ENetBuffer parts[2] = {{.data = bytes.data(), .dataLength = 1},
                                     {.data = bytes.data() + 1, .dataLength = 3}};
        CHECK(enet_socket_send(from, &address, parts, 2) == 4);
    }
    // The first byte of the next one. 0: there is none.
    uint8_t receive() const {
        std::array<uint8_t, 64> taken{};
        ENetBuffer room = {.data = taken.data(), .dataLength = taken.size()};
        ENetAddress sender = {};
        if (enet_socket_receive(to, &sender, &room, 1) == 0) {
            return 0;
        }
        CHECK(taken[3] == 4);
        CHECK(sender.host == receiver.host);
        return taken[0];
    }

    const ENetAddress nowhere = {.host = ENET_HOST_TO_NET_32(0x7F000001), .port = 0};
    ENetSocket from;
    ENetSocket to;
    ENetAddress receiver = nowhere;
    std::unique_ptr<DatagramBatch> sending;
    std::unique_ptr<DatagramBatch> receiving;
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

TEST_CASE("more datagrams than one call takes are all taken", "[net][batch]") {
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
    std::string log;
    ServerOptions options = batched(limits::datagrams_per_call_max);
    options.log = Log(keep_line, &log, LogLevel::Warn);
    const char* said = nullptr;
    SECTION("ENet passes it by") {
        options.make_batch = [](int, size_t) -> std::unique_ptr<DatagramBatch> {
            return std::make_unique<Unheard>();
        };
        said = "warn link_batch_refused error=LibraryMismatch\n";
    }
    SECTION("there is none to be had") {
        options.make_batch = [](int, size_t) -> std::unique_ptr<DatagramBatch> { return nullptr; };
        said = "warn link_batch_refused error=Unsupported\n";
    }
    LinkPair pair(options);
    CHECK(log == said);
    REQUIRE(pair.connect());
    CHECK(pair.client.link->send(pair.client_peer, Lane::Chat, frame_of(10)));
    CHECK(pair.step_until([&] { return pair.server.count<FrameReceived>() == 1; }));
    CHECK(pair.server.link->batch_counts().sent == 0);
}

TEST_CASE("a batch that ENet calls is not refused", "[net][batch]") {
    std::string log;
    ServerOptions options = batched(limits::datagrams_per_call_max);
    options.log = Log(keep_line, &log, LogLevel::Warn);
    const LinkPair pair(options);
    CHECK(log.empty());
}

// One that slept would take a minute each time, longer than ctest lets this program run.
TEST_CASE("a link does not sleep while its batch has more", "[net][batch]") {
    ServerOptions options = batched(2);
    options.make_batch = [](int descriptor, size_t datagrams) -> std::unique_ptr<DatagramBatch> {
        return std::make_unique<NeverEmpty>(make_batched_socket(descriptor, datagrams));
    };
    const LinkPair pair(options);
    for (int i = 0; i < 3; ++i) {
        pair.server.link->wait(60'000, -1);
    }
}

TEST_CASE("a descriptor past the table has no batch", "[net][batch]") {
    CHECK(make_batched_socket(-1, 2) == nullptr);
    CHECK(make_batched_socket(1'000'000, 2) == nullptr);
}

TEST_CASE("there is more while taken datagrams wait, and after a call that was filled",
          "[net][batch]") {
    const TwoSockets sockets(2);
    CHECK_FALSE(sockets.receiving->more());
    for (uint8_t first = 1; first <= 3; ++first) {
        sockets.send(sockets.receiver, first);
    }
    sockets.sending->flush();
    CHECK(sockets.receive() == 1);
    CHECK(sockets.receiving->more()); // the second was taken with the first
    CHECK(sockets.receive() == 2);
    CHECK(sockets.receiving->more()); // none is held, but two were all that one call takes
    CHECK(sockets.receive() == 3);
    CHECK_FALSE(sockets.receiving->more());
    CHECK(sockets.receive() == 0);
    CHECK_FALSE(sockets.receiving->more());
}

TEST_CASE("a datagram that the kernel refuses takes no other with it", "[net][batch]") {
    const TwoSockets sockets(8);
    sockets.send(sockets.receiver, 1);
    sockets.send(sockets.nowhere, 2);
    sockets.send(sockets.receiver, 3);
    sockets.send(sockets.receiver, 4);
    sockets.sending->flush();
    CHECK(sockets.sending->counts().sent == 3);
    CHECK(sockets.sending->counts().refused == 1);

    CHECK(sockets.receive() == 1);
    CHECK(sockets.receive() == 3);
    CHECK(sockets.receive() == 4);
    CHECK(sockets.receive() == 0);
    CHECK(sockets.receiving->counts().receive_calls == 1);
}
