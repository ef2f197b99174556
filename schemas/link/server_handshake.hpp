// server_handshake.hpp: the server's side from Hello to a checked device signature. Strangers cost
// no memory before their cookie comes back, and then one of a fixed number of places for a short
// time. Pure but for libsodium's chance: datagrams in, datagrams out, time as an argument.
//
// Owner: the link's net thread.
#pragma once

#include <functional>
#include <unordered_map>

#include "schemas/link/cookie.hpp"
#include "schemas/link/link_metrics.hpp"
#include "schemas/link/rates.hpp"

namespace parley {

struct ServerHandshakeOptions {
    SecretSeed static_secret{};
    uint64_t app_id = 0;
    // Session ids are index modulo count, so that a socket filter can find the net thread.
    uint32_t thread_count = 1;
    uint32_t thread_index = 0;
    uint32_t hello_per_network_per_s = limits::hello_per_network_per_s;
    uint32_t handshakes_per_s = limits::handshakes_per_s;
    uint32_t auth_failures_per_network_per_min = limits::auth_failures_per_network_per_min;
    bool allow_aes = true;
};

// A handshake between Accept and a good signature.
struct PendingHandshake {
    bool used = false;
    bool proven = false; // a sealed datagram has opened: the keys agree
    uint32_t session = 0;
    uint32_t accept_repeats = 0;
    TimeMs since_ms = 0;
    Address address;
    std::array<uint8_t, 32> ephemeral{};
    std::array<uint8_t, 32> handshake_hash{};
    Sealer sealer;
    Opener opener;
    ByteVector accept;
    uint8_t part_count = 0;
    uint8_t parts_mask = 0;
    std::array<ByteVector, limits::auth_parts_max> parts;
};

class ServerHandshake {
public:
    // taken: is a session id in use by an established session?
    ServerHandshake(const ServerHandshakeOptions& options, LinkMetrics& metrics,
                    std::function<bool(uint32_t)> taken, TimeMs steady_ms);

    // A datagram that begins like a Hello. The answer, or empty.
    ByteVector hello(const Address& from, Bytes datagram, TimeMs steady_ms);

    // nullptr: no handshake of this session id.
    PendingHandshake* find(uint32_t session);

    // A part of Auth that was sealed by this handshake's keys.
    enum class AuthStep : uint8_t { Malformed, Waiting, Signed, BadSignature };
    AuthStep auth_part(PendingHandshake& pending, Bytes plain, Auth& auth, ByteVector& joined);

    // Whether this device, which has proven its key, failed too often lately.
    bool device_blocked(const PublicKey& device, TimeMs steady_ms) const;
    // device: null when it has proven nothing. Anybody may name anybody's key.
    void auth_failed(const Address& from, const PublicKey* device, TimeMs steady_ms);
    void drop(PendingHandshake& pending);
    void expire(TimeMs steady_ms);
    size_t pending() const { return pending_by_session_.size(); }
    const PublicKey& public_key() const { return static_public_; }

private:
    struct EphemeralHash {
        std::array<uint8_t, 16> key;
        size_t operator()(const std::array<uint8_t, 32>& ephemeral) const;
    };
    ByteVector refuse(const Hello& hello, Error reason, uint32_t retry_after_ms) const;
    ByteVector accept(const Address& from, const Hello& hello, TimeMs steady_ms);
    PendingHandshake* free_place();
    uint32_t new_session_id();

    ServerHandshakeOptions options_;
    LinkMetrics& metrics_;
    std::function<bool(uint32_t)> taken_;
    SecretKey static_key_;
    PublicKey static_public_;
    CookieJar cookies_;
    Rates hellos_; // by network
    Rates network_failures_;
    Rates device_failures_;
    TimeMs second_since_ms_;
    uint32_t handshakes_this_second_ = 0;
    TimeMs expired_at_ms_;
    std::vector<PendingHandshake> places_; // grows with need, to pending_handshakes_max
    std::vector<uint32_t> free_places_;
    std::unordered_map<uint32_t, uint32_t> pending_by_session_;
    std::unordered_map<std::array<uint8_t, 32>, uint32_t, EphemeralHash> pending_by_ephemeral_;
};

} // namespace parley
