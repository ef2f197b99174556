// datagram.cpp: see datagram.hpp.
#include "schemas/link/datagram.hpp"

namespace parley {
namespace {

constexpr char auth_label[] = "parley/auth/v1"; // with its zero

void put_kind(ByteWriter& out, DatagramKind kind) {
    out.number(static_cast<uint8_t>(kind));
}

bool take_kind(ByteReader& in, uint8_t kind) {
    return in.number<uint8_t>() == kind && in.ok();
}

Cookie take_cookie(ByteReader& in) {
    Cookie cookie{};
    const Bytes bytes = in.take(cookie.size());
    if (bytes.size() == cookie.size()) {
        std::memcpy(cookie.data(), bytes.data(), cookie.size());
    }
    return cookie;
}

} // namespace

ByteVector encode(const Hello& hello) {
    ByteVector datagram;
    datagram.reserve(limits::hello_bytes);
    ByteWriter out(datagram);
    put_kind(out, DatagramKind::Hello);
    out.number(hello.version);
    out.number(hello.app_id);
    out.number(hello.client_id);
    out.number(hello.cookie_at);
    out.bytes(hello.cookie);
    out.bytes(hello.noise);
    datagram.resize(limits::hello_bytes);
    return datagram;
}

std::optional<Hello> parse_hello(Bytes datagram) {
    if (datagram.size() != limits::hello_bytes) {
        return std::nullopt;
    }
    ByteReader in(datagram);
    if (!take_kind(in, static_cast<uint8_t>(DatagramKind::Hello))) {
        return std::nullopt;
    }
    Hello hello;
    hello.version = in.number<uint16_t>();
    hello.app_id = in.number<uint64_t>();
    hello.client_id = in.number<uint32_t>();
    hello.cookie_at = in.number<uint32_t>();
    hello.cookie = take_cookie(in);
    hello.noise = in.take(hello_noise_bytes);
    return in.ok() ? std::optional(hello) : std::nullopt;
}

ByteVector encode(const Retry& retry) {
    ByteVector datagram;
    ByteWriter out(datagram);
    put_kind(out, DatagramKind::Retry);
    out.number(retry.client_id);
    out.number(retry.cookie_at);
    out.bytes(retry.cookie);
    datagram.resize(retry_bytes);
    return datagram;
}

std::optional<Retry> parse_retry(Bytes datagram) {
    ByteReader in(datagram);
    if (datagram.size() != retry_bytes ||
        !take_kind(in, static_cast<uint8_t>(DatagramKind::Retry))) {
        return std::nullopt;
    }
    Retry retry;
    retry.client_id = in.number<uint32_t>();
    retry.cookie_at = in.number<uint32_t>();
    retry.cookie = take_cookie(in);
    return in.ok() ? std::optional(retry) : std::nullopt;
}

ByteVector encode(const Accept& accept) {
    ByteVector datagram;
    ByteWriter out(datagram);
    put_kind(out, DatagramKind::Accept);
    out.number(accept.session);
    out.bytes(accept.noise);
    return datagram;
}

std::optional<Accept> parse_accept(Bytes datagram) {
    ByteReader in(datagram);
    if (datagram.size() > limits::accept_bytes_max ||
        !take_kind(in, static_cast<uint8_t>(DatagramKind::Accept))) {
        return std::nullopt;
    }
    Accept accept;
    accept.session = in.number<uint32_t>();
    accept.noise = in.rest();
    const bool sound =
        in.ok() && accept.session != 0 && accept.noise.size() >= noise_message_overhead_bytes;
    return sound ? std::optional(accept) : std::nullopt;
}

ByteVector encode(const AcceptPayload& payload) {
    ByteVector bytes;
    ByteWriter out(bytes);
    out.number(static_cast<uint8_t>(payload.cipher));
    out.number(payload.version_min);
    out.number(payload.version_max);
    out.number(payload.frame_bytes_max);
    return bytes;
}

std::optional<AcceptPayload> parse_accept_payload(Bytes payload) {
    ByteReader in(payload);
    AcceptPayload parsed;
    const uint8_t cipher = in.number<uint8_t>();
    parsed.version_min = in.number<uint16_t>();
    parsed.version_max = in.number<uint16_t>();
    parsed.frame_bytes_max = in.number<uint32_t>();
    if (!in.ok() || cipher > static_cast<uint8_t>(Cipher::Aes256Gcm)) {
        return std::nullopt;
    }
    parsed.cipher = static_cast<Cipher>(cipher);
    return parsed;
}

ByteVector encode(const Refuse& refuse) {
    ByteVector datagram;
    ByteWriter out(datagram);
    put_kind(out, DatagramKind::Refuse);
    out.number(refuse.client_id);
    out.number(static_cast<uint32_t>(refuse.reason));
    out.number(refuse.retry_after_ms);
    return datagram;
}

std::optional<Refuse> parse_refuse(Bytes datagram) {
    ByteReader in(datagram);
    if (datagram.size() > limits::refuse_bytes_max ||
        !take_kind(in, static_cast<uint8_t>(DatagramKind::Refuse))) {
        return std::nullopt;
    }
    Refuse refuse;
    refuse.client_id = in.number<uint32_t>();
    refuse.reason = error_from_wire(static_cast<int32_t>(in.number<uint32_t>()), Error::Protocol);
    refuse.retry_after_ms = in.number<uint32_t>();
    return in.ok() ? std::optional(refuse) : std::nullopt;
}

ByteVector handshake_prologue(uint16_t version, uint64_t app_id, uint32_t client_id) {
    static constexpr char label[] = "parley/link/v1";
    ByteVector prologue;
    ByteWriter out(prologue);
    out.bytes({reinterpret_cast<const uint8_t*>(label), sizeof label});
    out.number(version);
    out.number(app_id);
    out.number(client_id);
    return prologue;
}

ByteVector encode(const AuthPart& part) {
    ByteVector plain;
    ByteWriter out(plain);
    out.number(static_cast<uint8_t>(InnerKind::AuthPart));
    out.number(part.index);
    out.number(part.count);
    out.bytes(part.bytes);
    return plain;
}

std::optional<AuthPart> parse_auth_part(Bytes plain) {
    ByteReader in(plain);
    if (!take_kind(in, static_cast<uint8_t>(InnerKind::AuthPart))) {
        return std::nullopt;
    }
    AuthPart part;
    part.index = in.number<uint8_t>();
    part.count = in.number<uint8_t>();
    part.bytes = in.rest();
    const bool good = in.ok() && part.count >= 1 && part.count <= limits::auth_parts_max &&
                      part.index < part.count && part.bytes.size() <= auth_part_bytes_max;
    return good ? std::optional(part) : std::nullopt;
}

ByteVector encode_auth_ack(uint8_t mask) {
    return {static_cast<uint8_t>(InnerKind::AuthAck), mask};
}

std::optional<uint8_t> parse_auth_ack(Bytes plain) {
    if (plain.size() != 2 || plain[0] != static_cast<uint8_t>(InnerKind::AuthAck)) {
        return std::nullopt;
    }
    return plain[1];
}

ByteVector encode_welcome() {
    return {static_cast<uint8_t>(InnerKind::Welcome)};
}

bool parse_welcome(Bytes plain) {
    // Longer is a later version's.
    return !plain.empty() && plain[0] == static_cast<uint8_t>(InnerKind::Welcome);
}

ByteVector encode(const ClosedNotice& notice) {
    ByteVector plain;
    ByteWriter out(plain);
    out.number(static_cast<uint8_t>(InnerKind::Closed));
    out.number(static_cast<uint32_t>(notice.reason));
    out.number(notice.retry_after_ms);
    return plain;
}

std::optional<ClosedNotice> parse_closed(Bytes plain) {
    ByteReader in(plain);
    if (!take_kind(in, static_cast<uint8_t>(InnerKind::Closed))) {
        return std::nullopt;
    }
    ClosedNotice notice;
    notice.reason = error_from_wire(static_cast<int32_t>(in.number<uint32_t>()), Error::Protocol);
    notice.retry_after_ms = in.number<uint32_t>();
    return in.ok() ? std::optional(notice) : std::nullopt;
}

ByteVector auth_signed_bytes(const std::array<uint8_t, 32>& handshake_hash,
                             std::string_view ticket) {
    std::array<uint8_t, crypto_generichash_BYTES> digest;
    crypto_generichash(digest.data(), digest.size(),
                       reinterpret_cast<const uint8_t*>(ticket.data()), ticket.size(), nullptr, 0);
    ByteVector bytes;
    ByteWriter out(bytes);
    out.bytes({reinterpret_cast<const uint8_t*>(auth_label), sizeof auth_label});
    out.bytes(handshake_hash);
    out.bytes(digest);
    return bytes;
}

ByteVector encode_auth(const Auth& auth) {
    ByteVector bytes;
    ByteWriter out(bytes);
    out.bytes(auth.device_key);
    out.bytes(auth.signature);
    out.bytes({reinterpret_cast<const uint8_t*>(auth.ticket.data()), auth.ticket.size()});
    return bytes;
}

std::optional<Auth> parse_auth(Bytes bytes) {
    if (bytes.size() <= auth_head_bytes ||
        bytes.size() > auth_head_bytes + limits::ticket_bytes_max) {
        return std::nullopt;
    }
    Auth auth;
    std::memcpy(auth.device_key.data(), bytes.data(), auth.device_key.size());
    std::memcpy(auth.signature.data(), bytes.data() + 32, auth.signature.size());
    const Bytes ticket = bytes.subspan(auth_head_bytes);
    auth.ticket = {reinterpret_cast<const char*>(ticket.data()), ticket.size()};
    return auth;
}

Error error_from_wire(int32_t number, Error fallback) {
    const Error error = static_cast<Error>(number);
    return error == Error::Ok || error_name(error) == "Unknown" ? fallback : error;
}

} // namespace parley
