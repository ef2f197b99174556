// datagram.hpp: the bytes of the handshake, both ways. Little-endian, fixed places; the first byte
// tells the kind. Parsers take anything and say no by nullopt; they trust no length.
//
//   C1 Hello   exactly 1,200 bytes, zero-padded, so that no answer is larger than its question
//   C2 Retry   29 bytes, the cookie; the server keeps nothing
//   C3 Accept  <= 160 bytes, Noise message 2
//   C4 Refuse  <= 40 bytes, an error; only to one whose cookie came back
//   C5 C6      sealed (seal.hpp); what is inside is ENet's, or one of the link's own messages
//
// A sealed plaintext is the link's own when its first byte has ENet's "compressed" bit, which
// stands nowhere in our ENet traffic: kind, then its fields.
#pragma once

#include <array>
#include <optional>

#include "schemas/base/bytes.hpp"
#include "schemas/base/error.hpp"
#include "schemas/base/limits.hpp"
#include "schemas/link/link.hpp"
#include "schemas/link/noise.hpp"
#include "schemas/link/seal.hpp"

namespace parley {

inline constexpr uint16_t link_version = 1;

enum class DatagramKind : uint8_t { Hello = 0xC1, Retry = 0xC2, Accept = 0xC3, Refuse = 0xC4 };

using Cookie = std::array<uint8_t, 16>;

struct Hello {
    uint16_t version = link_version;
    uint64_t app_id = 0;
    uint32_t client_id = 0; // drawn by the client; answers without a key echo it
    uint32_t cookie_at = 0; // 0 with a zero cookie: none yet
    Cookie cookie{};
    Bytes noise; // message 1
};
// Ciphers the client has, as a bit each; payload of Noise message 1.
inline constexpr size_t hello_noise_bytes = noise_message_overhead_bytes + 1;
inline constexpr size_t hello_noise_at = 1 + 2 + 8 + 4 + 4 + 16;

struct Retry {
    uint32_t client_id = 0;
    uint32_t cookie_at = 0;
    Cookie cookie{};
};
inline constexpr size_t retry_bytes = 29;

struct Accept {
    uint32_t session = 0;
    Bytes noise; // message 2
};
// Payload of Noise message 2. Later versions append.
struct AcceptPayload {
    Cipher cipher = Cipher::ChaCha20Poly1305;
    uint16_t version_min = link_version;
    uint16_t version_max = link_version;
    uint32_t frame_bytes_max = static_cast<uint32_t>(limits::frame_bytes_max);
};

struct Refuse {
    uint32_t client_id = 0;
    Error reason = Error::Ok;
    uint32_t retry_after_ms = 0;
};

ByteVector encode(const Hello& hello);
ByteVector encode(const Retry& retry);
ByteVector encode(const Accept& accept);
ByteVector encode(const AcceptPayload& payload);
ByteVector encode(const Refuse& refuse);
std::optional<Hello> parse_hello(Bytes datagram); // noise looks into datagram
std::optional<Retry> parse_retry(Bytes datagram);
std::optional<Accept> parse_accept(Bytes datagram); // noise looks into datagram
std::optional<AcceptPayload> parse_accept_payload(Bytes payload);
std::optional<Refuse> parse_refuse(Bytes datagram);

// What the handshake hash covers beside the keys: a changed version or app fails the handshake.
ByteVector handshake_prologue(uint16_t version, uint64_t app_id, uint32_t client_id);

// [inside sealed datagrams]
inline constexpr uint8_t enet_compressed_bit = 0x40;
enum class InnerKind : uint8_t {
    AuthPart = 0x40, // index, count, bytes
    AuthAck = 0x41,  // bit mask of the parts that came
    Welcome = 0x42,  // ENet may connect now
    Closed = 0x43,   // error, retry_after_ms: refused before ENet, or a close that ENet cannot say
};

inline constexpr size_t auth_part_header_bytes = 3;
inline constexpr size_t auth_part_bytes_max =
    limits::plain_datagram_bytes_max - auth_part_header_bytes;
inline constexpr size_t auth_head_bytes = 32 + 64; // device key, signature; then the ticket
static_assert(auth_head_bytes + limits::ticket_bytes_max <=
              limits::auth_parts_max * auth_part_bytes_max);

struct AuthPart {
    uint8_t index = 0;
    uint8_t count = 0;
    Bytes bytes;
};
struct ClosedNotice {
    Error reason = Error::Ok;
    uint32_t retry_after_ms = 0;
};
ByteVector encode(const AuthPart& part);
ByteVector encode_auth_ack(uint8_t mask);
ByteVector encode_welcome();
ByteVector encode(const ClosedNotice& notice);
std::optional<AuthPart> parse_auth_part(Bytes plain);
std::optional<uint8_t> parse_auth_ack(Bytes plain);
bool parse_welcome(Bytes plain);
std::optional<ClosedNotice> parse_closed(Bytes plain);

struct Auth {
    PublicKey device_key{};
    std::array<uint8_t, 64> signature{};
    std::string_view ticket;
};
// What the device key signs: this handshake and this ticket, under a label of its own.
ByteVector auth_signed_bytes(const std::array<uint8_t, 32>& handshake_hash,
                             std::string_view ticket);
ByteVector encode_auth(const Auth& auth);
std::optional<Auth> parse_auth(Bytes bytes); // ticket looks into bytes

// A reason that came by wire: a number nobody gave out, or Ok, is fallback.
Error error_from_wire(int32_t number, Error fallback);

} // namespace parley
