// police.hpp: what of ENet's protocol may reach ENet. Even an authenticated peer may be hostile,
// and ENet 1.3.17 trusts much: lengths of fragments, MTU, bandwidth, throttle, peer ids. Only the
// commands that our own link sends pass, whole and within the lanes' limits. Pure.
#pragma once

#include <span>

#include "schemas/base/bytes.hpp"

namespace parley {

enum class Policed : uint8_t {
    Pass,
    Connect, // passes too: exactly one CONNECT, set to our own terms in place
    Compressed,
    Command,
    BadConnect,
    WrongPeer,
    Malformed,
    Oversize,
};

struct PoliceOptions {
    bool server = false;
    bool connect_allowed = false; // this session has no peer yet
    uint32_t connect_id = 0;      // that its CONNECT must bear, in ENet's memory order
    uint16_t peer_id = 0;         // that everything after CONNECT must name
};

// plain: one ENet datagram as sealed by the peer. The checksum slot is set to what our checksum
// callback answers on the way in.
Policed police(std::span<uint8_t> plain, const PoliceOptions& options);

// The peer id that a plaintext names: 0xFFF for a CONNECT.
uint16_t policed_peer_id(Bytes plain);

} // namespace parley
