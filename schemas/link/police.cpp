// police.cpp: see police.hpp. Written against the layout in enet/protocol.h (network byte order).
#include "schemas/link/police.hpp"

#include <enet/enet.h>

#include <cstddef>

#include "schemas/base/lanes.hpp"

namespace parley {
namespace {

constexpr size_t slot_bytes = 4; // ENet's checksum
// A fragment of the smallest MTU that ENet would agree on; ours are larger, so fewer.
constexpr size_t fragment_bytes_min = ENET_PROTOCOL_MINIMUM_MTU - sizeof(ENetProtocolHeader) -
                                      sizeof(ENetProtocolSendFragment) - slot_bytes;

uint16_t load_be16(const uint8_t* from) {
    return static_cast<uint16_t>((from[0] << 8) | from[1]);
}
uint32_t load_be32(const uint8_t* from) {
    return (static_cast<uint32_t>(load_be16(from)) << 16) | load_be16(from + 2);
}
void store_be32(uint8_t* to, uint32_t value) {
    for (size_t i = 0; i < 4; ++i) {
        to[i] = static_cast<uint8_t>(value >> (24 - 8 * i));
    }
}

// ENet's commands are packed, so their places are their offsets.
#define AT(command, field) (bytes + offsetof(command, field))

Policed check_data(uint8_t channel, uint8_t number, size_t length) {
    if (channel >= lane_count) {
        return Policed::Oversize;
    }
    const Lane lane = static_cast<Lane>(channel);
    const Delivery delivery = lane_delivery(lane);
    // ENet turns the 65,535th unreliable packet of a channel into a reliable one, so State has
    // both.
    const bool fits =
        number == ENET_PROTOCOL_COMMAND_SEND_UNSEQUENCED  ? delivery == Delivery::Unsequenced
        : number == ENET_PROTOCOL_COMMAND_SEND_UNRELIABLE ? delivery == Delivery::Newest
                                                          : delivery != Delivery::Unsequenced;
    if (!fits) {
        return Policed::Command;
    }
    return length <= lane_frame_bytes_max(lane) ? Policed::Pass : Policed::Oversize;
}

Policed check_fragment(const uint8_t* bytes, uint8_t channel, size_t length) {
    const size_t total = load_be32(AT(ENetProtocolSendFragment, totalLength));
    const size_t count = load_be32(AT(ENetProtocolSendFragment, fragmentCount));
    const size_t number = load_be32(AT(ENetProtocolSendFragment, fragmentNumber));
    const size_t offset = load_be32(AT(ENetProtocolSendFragment, fragmentOffset));
    const Policed verdict = check_data(channel, ENET_PROTOCOL_COMMAND_SEND_FRAGMENT, total);
    if (verdict != Policed::Pass) {
        return verdict;
    }
    if (count == 0 || count > 1 + total / fragment_bytes_min || number >= count || length == 0 ||
        offset >= total || length > total - offset) {
        return Policed::Malformed;
    }
    return Policed::Pass;
}

// Our own terms, whatever the client asked for: it cannot choose our MTU, windows or throttle.
Policed check_connect(uint8_t* bytes, const PoliceOptions& options) {
    uint32_t connect_id = 0;
    std::memcpy(&connect_id, AT(ENetProtocolConnect, connectID), sizeof connect_id);
    if (!options.server || !options.connect_allowed || connect_id != options.connect_id ||
        load_be16(AT(ENetProtocolConnect, outgoingPeerID)) >= ENET_PROTOCOL_MAXIMUM_PEER_ID) {
        return Policed::BadConnect;
    }
    store_be32(AT(ENetProtocolConnect, mtu), static_cast<uint32_t>(limits::enet_mtu_bytes));
    store_be32(AT(ENetProtocolConnect, windowSize), ENET_PROTOCOL_MAXIMUM_WINDOW_SIZE);
    store_be32(AT(ENetProtocolConnect, channelCount), static_cast<uint32_t>(lane_count));
    store_be32(AT(ENetProtocolConnect, incomingBandwidth), 0);
    store_be32(AT(ENetProtocolConnect, outgoingBandwidth), 0);
    store_be32(AT(ENetProtocolConnect, packetThrottleInterval), ENET_PEER_PACKET_THROTTLE_INTERVAL);
    store_be32(AT(ENetProtocolConnect, packetThrottleAcceleration),
               ENET_PEER_PACKET_THROTTLE_ACCELERATION);
    store_be32(AT(ENetProtocolConnect, packetThrottleDeceleration), 0);
    store_be32(AT(ENetProtocolConnect, data), 0);
    return Policed::Connect;
}

// Likewise for a hostile server.
Policed check_verify_connect(uint8_t* bytes, const PoliceOptions& options) {
    if (options.server) {
        return Policed::Command;
    }
    store_be32(AT(ENetProtocolVerifyConnect, mtu), static_cast<uint32_t>(limits::enet_mtu_bytes));
    store_be32(AT(ENetProtocolVerifyConnect, windowSize), ENET_PROTOCOL_MAXIMUM_WINDOW_SIZE);
    store_be32(AT(ENetProtocolVerifyConnect, incomingBandwidth), 0);
    store_be32(AT(ENetProtocolVerifyConnect, outgoingBandwidth), 0);
    return load_be32(AT(ENetProtocolVerifyConnect, channelCount)) == lane_count
               ? Policed::Pass
               : Policed::Malformed;
}

// One command at the front of rest; used says how many bytes it and its data take.
Policed check_command(std::span<uint8_t> rest, const PoliceOptions& options, bool connecting,
                      size_t& used) {
    static constexpr size_t sizes[] = {0,
                                       sizeof(ENetProtocolAcknowledge),
                                       sizeof(ENetProtocolConnect),
                                       sizeof(ENetProtocolVerifyConnect),
                                       sizeof(ENetProtocolDisconnect),
                                       sizeof(ENetProtocolPing),
                                       sizeof(ENetProtocolSendReliable),
                                       sizeof(ENetProtocolSendUnreliable),
                                       sizeof(ENetProtocolSendFragment),
                                       sizeof(ENetProtocolSendUnsequenced)};
    if (rest.size() < sizeof(ENetProtocolCommandHeader)) {
        return Policed::Malformed;
    }
    uint8_t* bytes = rest.data();
    const uint8_t number = bytes[0] & ENET_PROTOCOL_COMMAND_MASK;
    const uint8_t channel = bytes[1];
    // Bandwidth, throttle and unreliable fragments are never sent by a link of ours; the last leak
    // ENet's waiting-data budget until the connection is dead.
    if (number == 0 || number >= std::size(sizes)) {
        return Policed::Command;
    }
    used = sizes[number];
    if (rest.size() < used) {
        return Policed::Malformed;
    }
    if (connecting != (number == ENET_PROTOCOL_COMMAND_CONNECT)) {
        return Policed::BadConnect;
    }
    size_t length = 0;
    switch (number) {
    case ENET_PROTOCOL_COMMAND_CONNECT:
        return check_connect(bytes, options);
    case ENET_PROTOCOL_COMMAND_VERIFY_CONNECT:
        return check_verify_connect(bytes, options);
    case ENET_PROTOCOL_COMMAND_SEND_RELIABLE:
        length = load_be16(AT(ENetProtocolSendReliable, dataLength));
        break;
    case ENET_PROTOCOL_COMMAND_SEND_UNRELIABLE:
        length = load_be16(AT(ENetProtocolSendUnreliable, dataLength));
        break;
    case ENET_PROTOCOL_COMMAND_SEND_UNSEQUENCED:
        length = load_be16(AT(ENetProtocolSendUnsequenced, dataLength));
        break;
    case ENET_PROTOCOL_COMMAND_SEND_FRAGMENT:
        length = load_be16(AT(ENetProtocolSendFragment, dataLength));
        break;
    default:
        return Policed::Pass;
    }
    used += length;
    if (rest.size() < used) {
        return Policed::Malformed;
    }
    return number == ENET_PROTOCOL_COMMAND_SEND_FRAGMENT ? check_fragment(bytes, channel, length)
                                                         : check_data(channel, number, length);
}

#undef AT

} // namespace

uint16_t policed_peer_id(Bytes plain) {
    return plain.size() < 2 ? uint16_t{ENET_PROTOCOL_MAXIMUM_PEER_ID}
                            : static_cast<uint16_t>(load_be16(plain.data()) & 0x0FFF);
}

Policed police(std::span<uint8_t> plain, const PoliceOptions& options) {
    if (plain.size() < 2) {
        return Policed::Malformed;
    }
    const uint16_t head = load_be16(plain.data());
    if ((head & ENET_PROTOCOL_HEADER_FLAG_COMPRESSED) != 0) {
        return Policed::Compressed;
    }
    const size_t slot_at = (head & ENET_PROTOCOL_HEADER_FLAG_SENT_TIME) != 0
                               ? sizeof(ENetProtocolHeader)
                               : offsetof(ENetProtocolHeader, sentTime);
    const size_t commands_at = slot_at + slot_bytes;
    if (plain.size() <= commands_at) {
        return Policed::Malformed;
    }
    const uint16_t peer_id = policed_peer_id(plain);
    const bool connecting = peer_id == ENET_PROTOCOL_MAXIMUM_PEER_ID;
    if (!connecting && peer_id != options.peer_id) {
        return Policed::WrongPeer;
    }
    std::memset(plain.data() + slot_at, 0, slot_bytes);
    Policed verdict = Policed::Pass;
    size_t commands = 0;
    for (std::span<uint8_t> rest = plain.subspan(commands_at); !rest.empty();) {
        size_t used = 0;
        verdict = check_command(rest, options, connecting, used);
        if (verdict != Policed::Pass && verdict != Policed::Connect) {
            return verdict;
        }
        rest = rest.subspan(used);
        ++commands;
    }
    return connecting && commands != 1 ? Policed::BadConnect : verdict;
}

} // namespace parley
