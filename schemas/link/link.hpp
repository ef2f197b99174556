// link.hpp: the seam between everything that speaks in frames and the network. Real: enet_link
// (ENet under sealed datagrams). Fake: tests/support/sim_link. Carries bytes; knows no schema.
//
// A server's link is given strangers who prove who they are (AuthRequest); nothing of a peer comes
// through before admit(peer, Error::Ok). A client's link is told to connect and says Opened or
// Closed.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "schemas/base/bytes.hpp"
#include "schemas/base/error.hpp"
#include "schemas/base/ids.hpp"
#include "schemas/base/lanes.hpp"
#include "schemas/base/result.hpp"

namespace parley {

// One connection of a link, unique while the process lives: a number that was a peer is not given
// out again before 2^16 others of its slot, which is the low 16 bits and given again; the high ones
// are its generation. 0 is none.
enum class PeerId : uint32_t {};
constexpr uint16_t slot_of(PeerId peer) {
    return static_cast<uint16_t>(peer);
}
constexpr uint16_t generation_of(PeerId peer) {
    return static_cast<uint16_t>(static_cast<uint32_t>(peer) >> 16);
}
constexpr PeerId peer_at(uint16_t slot, uint16_t generation) {
    return static_cast<PeerId>(uint32_t{generation} << 16 | slot);
}

// 16 bytes, IPv4 mapped (RFC 4291 2.5.5.2), so that IPv6 can follow; port in host order.
struct Address {
    std::array<uint8_t, 16> ip{};
    uint16_t port = 0;
    bool operator==(const Address&) const = default;
};
std::string to_text(const Address& address);

using PublicKey = std::array<uint8_t, 32>;
using SecretSeed = std::array<uint8_t, 32>; // cleared by its owner with sodium_memzero

// [events]
// Server: a peer finished the handshake and sent a ticket. The link has checked that the signature
// of device_key covers this very handshake and this ticket; whether the ticket is good is asked of
// the receiver, who answers with admit(). At most one a peer.
struct AuthRequest {
    PeerId peer{};
    std::string ticket;
    PublicKey device_key{};
    Address address;
};
// Both: frames may flow.
struct PeerOpened {
    PeerId peer{};
    Address address;
};
// Both: one frame, 8-aligned, at most lane_frame_bytes_max(lane).
struct FrameReceived {
    PeerId peer{};
    Lane lane{};
    ByteVector frame;
};
// Both: the peer is gone; nothing of it follows. Client: also the answer to a connect that failed.
struct PeerClosed {
    PeerId peer{};
    Error reason{};
    uint32_t retry_after_ms = 0;
};
using LinkEvent = std::variant<AuthRequest, PeerOpened, FrameReceived, PeerClosed>;

struct ConnectOptions {
    std::string_view address;               // numeric "127.0.0.1:7777"; names are resolved before
    std::span<const PublicKey> server_keys; // pinned; any of them
    std::string_view ticket;
    SecretSeed device_seed{}; // Ed25519 seed of the device key
    uint64_t app_id = 0;
};

// Owner: its net thread. All times are steady milliseconds.
class Link {
public:
    virtual ~Link() = default;

    // Client. The answer is PeerOpened or PeerClosed of the returned peer.
    virtual Result<PeerId> connect(const ConnectOptions& options, TimeMs steady_ms) = 0;

    // Server. The answer to AuthRequest; anything but Ok refuses and drops the peer.
    virtual void admit(PeerId peer, Error verdict, uint32_t retry_after_ms) = 0;

    // False: the peer is gone, or has more than limits::peer_queue_bytes_max waiting (it lags).
    // The frame is shared, not copied, until the last peer has it.
    virtual bool send(PeerId peer, Lane lane, const SharedFrame& frame) = 0;

    // One frame to many; those that send() would have refused are appended to refused.
    virtual void send_all(std::span<const PeerId> peers, Lane lane, const SharedFrame& frame,
                          std::vector<PeerId>& refused) = 0;

    // The next event, or nothing when there is none yet. Receives and sends as needed. MUST NOT
    // block or re-enter.
    virtual std::optional<LinkEvent> poll(TimeMs steady_ms) = 0;

    // Sends what is queued without receiving.
    virtual void flush(TimeMs steady_ms) = 0;

    // Ends the peer with a reason that it is told. No event of this peer follows.
    virtual void close(PeerId peer, Error reason, uint32_t retry_after_ms) = 0;

    // Bytes accepted by send() and not yet acknowledged (reliable) or handed to the socket.
    virtual size_t queued_bytes(PeerId peer) const = 0;

    // Smoothed round trip in milliseconds, 0 when not known.
    virtual uint32_t rtt_ms(PeerId peer) const = 0;
};

} // namespace parley
