// enet_plain.hpp: ENet's own datagrams, byte for byte, for tests and fuzzers that play a hostile
// but authenticated peer. Written against enet/protocol.h; nothing here calls ENet.
#pragma once

#include <enet/enet.h>

#include <cstddef>
#include <optional>

#include "schemas/base/bytes.hpp"
#include "schemas/base/lanes.hpp"

namespace parley::test {

inline constexpr uint8_t acknowledged = ENET_PROTOCOL_COMMAND_FLAG_ACKNOWLEDGE;

class EnetPlain {
public:
    // peer 0xFFF: no peer yet. session: ENet's two bits.
    explicit EnetPlain(uint16_t peer, uint8_t session = 0, uint16_t flags = 0x8000) {
        be16(static_cast<uint16_t>(peer | (session << 12) | flags));
        if ((flags & 0x8000) != 0) {
            be16(1); // sent time
        }
        be32(0); // checksum slot
    }
    EnetPlain& command(uint8_t number, uint8_t channel, uint16_t seq) {
        bytes.push_back(number);
        bytes.push_back(channel);
        return be16(seq);
    }
    EnetPlain& be16(uint16_t value) {
        bytes.push_back(static_cast<uint8_t>(value >> 8));
        bytes.push_back(static_cast<uint8_t>(value));
        return *this;
    }
    EnetPlain& be32(uint32_t value) {
        return be16(static_cast<uint16_t>(value >> 16)).be16(static_cast<uint16_t>(value));
    }
    EnetPlain& raw(Bytes more) {
        bytes.insert(bytes.end(), more.begin(), more.end());
        return *this;
    }

    struct Connect {
        uint32_t connect_id = 0; // little-endian on the wire: a session's id
        uint16_t outgoing_peer = 0;
        uint32_t mtu = 1200;
        uint32_t window = 65536;
        uint32_t channels = lane_count;
        uint32_t bandwidth = 0;
    };
    EnetPlain& connect(const Connect& with) {
        command(ENET_PROTOCOL_COMMAND_CONNECT | acknowledged, 0xFF, 1);
        be16(with.outgoing_peer);
        bytes.push_back(0xFF);
        bytes.push_back(0xFF);
        be32(with.mtu).be32(with.window).be32(with.channels).be32(with.bandwidth);
        be32(with.bandwidth).be32(5000).be32(2).be32(2);
        uint8_t id[4];
        store_le(id, with.connect_id);
        return raw(id).be32(0);
    }
    EnetPlain& acknowledge(uint8_t channel, uint16_t seq, uint16_t sent_time) {
        return command(ENET_PROTOCOL_COMMAND_ACKNOWLEDGE, channel, seq).be16(seq).be16(sent_time);
    }
    EnetPlain& reliable(uint8_t channel, uint16_t seq, Bytes data) {
        return command(ENET_PROTOCOL_COMMAND_SEND_RELIABLE | acknowledged, channel, seq)
            .be16(static_cast<uint16_t>(data.size()))
            .raw(data);
    }
    struct Fragment {
        uint16_t start_seq = 1;
        uint32_t count = 2;
        uint32_t number = 0;
        uint32_t total = 2000;
        uint32_t offset = 0;
    };
    EnetPlain& fragment(uint8_t command_number, uint8_t channel, uint16_t seq, const Fragment& of,
                        Bytes data) {
        return command(static_cast<uint8_t>(command_number | acknowledged), channel, seq)
            .be16(of.start_seq)
            .be16(static_cast<uint16_t>(data.size()))
            .be32(of.count)
            .be32(of.number)
            .be32(of.total)
            .be32(of.offset)
            .raw(data);
    }

    ByteVector bytes;
};

// What a client learns from the server's answer to its CONNECT.
struct Verified {
    uint16_t peer = 0;
    uint8_t session = 0; // for the headers of what the client sends
    uint16_t seq = 0;
    uint16_t sent_time = 0;
    uint32_t mtu = 0;
    uint32_t window = 0;
    uint32_t channels = 0;
};
inline std::optional<Verified> parse_verify_connect(Bytes plain) {
    const auto be16 = [&](size_t at) {
        return static_cast<uint16_t>((plain[at] << 8) | plain[at + 1]);
    };
    const auto be32 = [&](size_t at) {
        return (static_cast<uint32_t>(be16(at)) << 16) | be16(at + 2);
    };
    // Behind the header there may be acknowledgements first.
    size_t at = sizeof(ENetProtocolHeader) + 4;
    while (at < plain.size() &&
           (plain[at] & ENET_PROTOCOL_COMMAND_MASK) == ENET_PROTOCOL_COMMAND_ACKNOWLEDGE) {
        at += sizeof(ENetProtocolAcknowledge);
    }
    if (at + sizeof(ENetProtocolVerifyConnect) > plain.size() ||
        (plain[at] & ENET_PROTOCOL_COMMAND_MASK) != ENET_PROTOCOL_COMMAND_VERIFY_CONNECT) {
        return std::nullopt;
    }
    Verified verified;
    verified.sent_time = be16(2);
    verified.seq = be16(at + 2);
    verified.peer = be16(at + offsetof(ENetProtocolVerifyConnect, outgoingPeerID));
    verified.session = plain[at + offsetof(ENetProtocolVerifyConnect, outgoingSessionID)];
    verified.mtu = be32(at + offsetof(ENetProtocolVerifyConnect, mtu));
    verified.window = be32(at + offsetof(ENetProtocolVerifyConnect, windowSize));
    verified.channels = be32(at + offsetof(ENetProtocolVerifyConnect, channelCount));
    return verified;
}

} // namespace parley::test
