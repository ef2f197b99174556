// noise.hpp: Noise_NK_25519_ChaChaPoly_SHA256 (Noise rev. 34), both roles, on libsodium alone.
// The client knows the server's static key beforehand, so message 2 proves the server; both sides
// get fresh keys. Who the client is comes later (Auth), so message 1 carries nothing private: it
// can be replayed and is not forward secret.
//
// Pure but for the ephemeral key, which libsodium draws. Every failure is a value: a low-order
// point, a wrong key and a changed byte all look the same.
#pragma once

#include "schemas/base/bytes.hpp"
#include "schemas/link/link.hpp"
#include "schemas/link/secret.hpp"

namespace parley {

inline constexpr size_t noise_tag_bytes = 16;
inline constexpr size_t noise_message_overhead_bytes = 32 + noise_tag_bytes; // e, tag

// What both sides hold after message 2.
struct NoiseKeys {
    SecretKey client_to_server;
    SecretKey server_to_client;
    std::array<uint8_t, 32> handshake_hash{}; // names this very handshake; not secret
};

// RFC 5869 with one or two output blocks of 32 bytes and no info, which is all that Noise uses.
void noise_hkdf(const SecretKey& chaining_key, Bytes input, SecretKey& first, SecretKey& second);

// CipherState and SymmetricState of the Noise paper in one.
class NoiseSymmetric {
public:
    explicit NoiseSymmetric(Bytes prologue);

    void mix_hash(Bytes data);
    void mix_key(Bytes input);
    void encrypt_and_hash(Bytes plain, ByteVector& out); // appends
    [[nodiscard]] bool decrypt_and_hash(Bytes sealed, ByteVector& plain);
    void split(NoiseKeys& keys);

private:
    SecretKey chaining_key_;
    SecretKey key_;
    uint64_t nonce_ = 0;
    std::array<uint8_t, 32> hash_{};
};

class NoiseInitiator {
public:
    NoiseInitiator(Bytes prologue, const PublicKey& server_key);

    // Message 1 with its payload, appended. False: server_key is a low-order point.
    [[nodiscard]] bool write(Bytes payload, ByteVector& message);
    // Message 2. False leaves this object as it was, so that a forged answer costs nothing.
    [[nodiscard]] bool read(Bytes message, ByteVector& payload, NoiseKeys& keys);

private:
    NoiseSymmetric symmetric_;
    PublicKey server_key_;
    SecretKey ephemeral_;
};

enum class NoiseRead : uint8_t { Ok, LowOrder, WrongKey };

class NoiseResponder {
public:
    NoiseResponder(Bytes prologue, const SecretKey& static_key, const PublicKey& static_public);

    // Message 1. WrongKey: not made for our static key, or changed.
    [[nodiscard]] NoiseRead read(Bytes message, ByteVector& payload);
    // Message 2 with its payload, appended; then the keys.
    [[nodiscard]] bool write(Bytes payload, ByteVector& message, NoiseKeys& keys);

private:
    NoiseSymmetric symmetric_;
    SecretKey static_key_;
    PublicKey remote_ephemeral_{};
};

// The X25519 public key of a static secret (also in enet_link.hpp, for those who use a link only).
PublicKey link_public_key(const SecretSeed& static_secret);

} // namespace parley
