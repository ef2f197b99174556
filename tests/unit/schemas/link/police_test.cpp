// police_test.cpp: which of ENet's datagrams pass, one border after the other.
#include "schemas/link/police.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/enet_plain.hpp"

using namespace parley;
using namespace parley::test;

namespace {

constexpr uint32_t session_id = 0xA1B2C3D4;

PoliceOptions server_with_peer() {
    PoliceOptions options;
    options.server = true;
    std::memcpy(&options.connect_id, "\xD4\xC3\xB2\xA1", 4);
    options.peer_id = 5;
    return options;
}

PoliceOptions server_waiting() {
    PoliceOptions options = server_with_peer();
    options.connect_allowed = true;
    options.peer_id = 0xFFF;
    return options;
}

Policed judge(EnetPlain plain, const PoliceOptions& options = server_with_peer()) {
    return police(plain.bytes, options);
}

Bytes data_of(size_t bytes) {
    static const ByteVector data(70'000);
    return Bytes(data).first(bytes);
}

EnetPlain connect_with(const EnetPlain::Connect& with) {
    EnetPlain plain(0xFFF);
    plain.connect(with);
    return plain;
}

} // namespace

TEST_CASE("the commands that our own link sends pass", "[link]") {
    CHECK(judge(EnetPlain(5).acknowledge(0, 1, 2)) == Policed::Pass);
    CHECK(judge(EnetPlain(5).command(ENET_PROTOCOL_COMMAND_PING | 0x80, 0xFF, 1)) == Policed::Pass);
    CHECK(judge(EnetPlain(5).command(ENET_PROTOCOL_COMMAND_DISCONNECT | 0x80, 0xFF, 1).be32(0)) ==
          Policed::Pass);
    CHECK(judge(EnetPlain(5).reliable(0, 1, data_of(10)).reliable(1, 1, data_of(20))) ==
          Policed::Pass);
    CHECK(judge(EnetPlain(5, 0, 0).reliable(0, 1, data_of(10))) == Policed::Pass);
    // ENet's 65,535th unreliable packet of a channel goes reliably.
    CHECK(judge(EnetPlain(5).reliable(3, 1, data_of(10))) == Policed::Pass);
}

TEST_CASE("the checksum slot is cleared, whatever the peer put there", "[link]") {
    EnetPlain plain(5);
    plain.acknowledge(0, 1, 2);
    plain.bytes[4] = 0xFF;
    plain.bytes[7] = 0xFF;
    REQUIRE(police(plain.bytes, server_with_peer()) == Policed::Pass);
    CHECK(load_le<uint32_t>(plain.bytes.data() + 4) == 0);
}

TEST_CASE("compressed datagrams and ENet's other commands do not pass", "[link]") {
    CHECK(judge(EnetPlain(5, 0, 0x4000).acknowledge(0, 1, 2)) == Policed::Compressed);
    CHECK(judge(EnetPlain(5, 0, 0xC000).acknowledge(0, 1, 2)) == Policed::Compressed);
    for (const uint8_t number : std::initializer_list<uint8_t>{0, 10, 11, 12, 13, 14, 15}) {
        CAPTURE(static_cast<int>(number));
        CHECK(judge(EnetPlain(5).command(number, 0, 1).raw(data_of(40))) == Policed::Command);
        CHECK(judge(EnetPlain(5).acknowledge(0, 1, 2).command(number, 0, 1).raw(data_of(40))) ==
              Policed::Command);
    }
    CHECK(judge(EnetPlain(5)
                    .command(ENET_PROTOCOL_COMMAND_VERIFY_CONNECT, 0xFF, 1)
                    .raw(data_of(sizeof(ENetProtocolVerifyConnect) - 4))) == Policed::Command);
}

TEST_CASE("a datagram that names another peer does not pass", "[link]") {
    CHECK(judge(EnetPlain(4).acknowledge(0, 1, 2)) == Policed::WrongPeer);
    CHECK(judge(EnetPlain(0xFFF).acknowledge(0, 1, 2)) == Policed::BadConnect);
    CHECK(judge(EnetPlain(5).acknowledge(0, 1, 2), server_waiting()) == Policed::WrongPeer);
}

TEST_CASE("a CONNECT passes once, alone, with its session's id, on our terms", "[link]") {
    EnetPlain plain = connect_with({.connect_id = session_id,
                                    .mtu = 0xFFFFFFFF,
                                    .window = 0,
                                    .channels = 255,
                                    .bandwidth = 77});
    REQUIRE(police(plain.bytes, server_waiting()) == Policed::Connect);
    const uint8_t* connect = plain.bytes.data() + 8;
    const auto at = [&](size_t offset) {
        return (connect[offset] << 24) | (connect[offset + 1] << 16) | (connect[offset + 2] << 8) |
               connect[offset + 3];
    };
    CHECK(at(offsetof(ENetProtocolConnect, mtu)) == static_cast<int>(limits::enet_mtu_bytes));
    CHECK(at(offsetof(ENetProtocolConnect, windowSize)) == 65536);
    CHECK(at(offsetof(ENetProtocolConnect, channelCount)) == 6);
    CHECK(at(offsetof(ENetProtocolConnect, incomingBandwidth)) == 0);
    CHECK(at(offsetof(ENetProtocolConnect, outgoingBandwidth)) == 0);
    CHECK(at(offsetof(ENetProtocolConnect, packetThrottleDeceleration)) == 0);

    CHECK(judge(connect_with({.connect_id = session_id + 1}), server_waiting()) ==
          Policed::BadConnect);
    CHECK(judge(connect_with({.connect_id = session_id, .outgoing_peer = 0xFFF}),
                server_waiting()) == Policed::BadConnect);
    CHECK(judge(connect_with({.connect_id = session_id})) == Policed::BadConnect);
    EnetPlain two = connect_with({.connect_id = session_id});
    two.connect({.connect_id = session_id});
    CHECK(judge(two, server_waiting()) == Policed::BadConnect);
    EnetPlain inside(5);
    inside.connect({.connect_id = session_id});
    CHECK(judge(inside) == Policed::BadConnect);
    PoliceOptions client = server_waiting();
    client.server = false;
    CHECK(judge(connect_with({.connect_id = session_id}), client) == Policed::BadConnect);
}

TEST_CASE("data is bounded by its lane and goes the lane's way", "[link]") {
    // A channel that is no lane.
    CHECK(judge(EnetPlain(5).reliable(6, 1, data_of(1))) == Policed::Oversize);
    CHECK(judge(EnetPlain(5).reliable(255, 1, data_of(1))) == Policed::Oversize);
    // Voice never reliably; State up to its frame; the others never unreliably.
    CHECK(judge(EnetPlain(5).reliable(5, 1, data_of(1))) == Policed::Command);
    CHECK(judge(EnetPlain(5).reliable(3, 1, data_of(1100))) == Policed::Pass);
    CHECK(judge(EnetPlain(5).reliable(3, 1, data_of(1101))) == Policed::Oversize);
    const auto unreliable = [](uint8_t channel, size_t bytes) {
        return EnetPlain(5)
            .command(ENET_PROTOCOL_COMMAND_SEND_UNRELIABLE, channel, 0)
            .be16(1)
            .be16(static_cast<uint16_t>(bytes))
            .raw(data_of(bytes));
    };
    CHECK(judge(unreliable(3, 1100)) == Policed::Pass);
    CHECK(judge(unreliable(3, 1101)) == Policed::Oversize);
    CHECK(judge(unreliable(1, 10)) == Policed::Command);
    CHECK(judge(unreliable(5, 10)) == Policed::Command);
    const auto unsequenced = [](uint8_t channel, size_t bytes) {
        return EnetPlain(5)
            .command(ENET_PROTOCOL_COMMAND_SEND_UNSEQUENCED | 0x40, channel, 0)
            .be16(1)
            .be16(static_cast<uint16_t>(bytes))
            .raw(data_of(bytes));
    };
    CHECK(judge(unsequenced(5, 1100)) == Policed::Pass);
    CHECK(judge(unsequenced(5, 1101)) == Policed::Oversize);
    CHECK(judge(unsequenced(3, 10)) == Policed::Command);
}

TEST_CASE("fragments that do not add up do not pass", "[link]") {
    const auto fragment = [](uint8_t channel, const EnetPlain::Fragment& of, size_t bytes) {
        return judge(EnetPlain(5).fragment(ENET_PROTOCOL_COMMAND_SEND_FRAGMENT, channel, 1, of,
                                           data_of(bytes)));
    };
    CHECK(fragment(0, {.count = 2, .number = 1, .total = 2000, .offset = 1168}, 832) ==
          Policed::Pass);
    CHECK(fragment(4, {.count = 29, .total = 32 * 1024}, 1000) == Policed::Pass);
    CHECK(fragment(4, {.count = 29, .total = 32 * 1024 + 1}, 1000) == Policed::Oversize);
    CHECK(fragment(0, {.count = 28'000, .total = 31 * 1024 * 1024}, 1000) == Policed::Oversize);
    CHECK(fragment(0, {.count = 1'048'576, .total = 2000}, 1000) == Policed::Malformed);
    CHECK(fragment(0, {.count = 0, .total = 2000}, 1000) == Policed::Malformed);
    CHECK(fragment(0, {.number = 2, .total = 2000}, 1000) == Policed::Malformed);
    CHECK(fragment(0, {.total = 2000, .offset = 2000}, 1) == Policed::Malformed);
    CHECK(fragment(0, {.total = 2000, .offset = 1900}, 101) == Policed::Malformed);
    CHECK(fragment(0, {.total = 2000, .offset = 0xFFFFFFFF}, 100) == Policed::Malformed);
    CHECK(fragment(0, {.total = 2000}, 0) == Policed::Malformed);
    CHECK(fragment(5, {.total = 1000}, 100) == Policed::Command);
    CHECK(judge(EnetPlain(5).fragment(ENET_PROTOCOL_COMMAND_SEND_UNRELIABLE_FRAGMENT, 3, 1, {},
                                      data_of(100))) == Policed::Command);
}

TEST_CASE("a datagram cut off at any byte does not pass", "[link]") {
    EnetPlain whole(5);
    whole.reliable(0, 1, data_of(30)).acknowledge(0, 1, 2);
    for (size_t bytes = 0; bytes < whole.bytes.size(); ++bytes) {
        ByteVector cut(whole.bytes.begin(), whole.bytes.begin() + static_cast<ptrdiff_t>(bytes));
        // After the first command a cut is a whole datagram.
        const bool between = bytes == 8 + sizeof(ENetProtocolSendReliable) + 30;
        CHECK(police(cut, server_with_peer()) == (between ? Policed::Pass : Policed::Malformed));
    }
}
