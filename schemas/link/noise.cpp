// noise.cpp: see noise.hpp. Names follow the Noise paper, so that both can be read side by side.
#include "schemas/link/noise.hpp"

namespace parley {
namespace {

constexpr char protocol_name[] = "Noise_NK_25519_ChaChaPoly_SHA256";
static_assert(sizeof(protocol_name) - 1 == 32, "then h is the name itself, not its hash");

struct Nonce12 {
    uint8_t bytes[12] = {};
    explicit Nonce12(uint64_t counter) { store_le(bytes + 4, counter); }
};

void hmac(uint8_t* out, const uint8_t* key, Bytes first, Bytes second) {
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, key, 32);
    crypto_auth_hmacsha256_update(&state, first.data(), first.size());
    crypto_auth_hmacsha256_update(&state, second.data(), second.size());
    crypto_auth_hmacsha256_final(&state, out);
    sodium_memzero(&state, sizeof state);
}

// crypto_scalarmult refuses points of low order, which would make a secret that everybody knows.
[[nodiscard]] bool mix_dh(NoiseSymmetric& symmetric, const SecretKey& secret,
                          const uint8_t* point) {
    SecretKey shared;
    if (crypto_scalarmult(shared.data(), secret.data(), point) != 0) {
        return false;
    }
    symmetric.mix_key({shared.data(), shared.size()});
    return true;
}

} // namespace

void noise_hkdf(const SecretKey& chaining_key, Bytes input, SecretKey& first, SecretKey& second) {
    SecretKey extracted;
    hmac(extracted.data(), chaining_key.data(), input, {});
    const uint8_t one = 1;
    const uint8_t two = 2;
    SecretKey block;
    hmac(block.data(), extracted.data(), {&one, 1}, {});
    hmac(second.data(), extracted.data(), {block.data(), block.size()}, {&two, 1});
    first = block;
}

NoiseSymmetric::NoiseSymmetric(Bytes prologue) {
    std::memcpy(hash_.data(), protocol_name, hash_.size());
    chaining_key_ = SecretKey(hash_);
    mix_hash(prologue);
}

void NoiseSymmetric::mix_hash(Bytes data) {
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    crypto_hash_sha256_update(&state, hash_.data(), hash_.size());
    crypto_hash_sha256_update(&state, data.data(), data.size());
    crypto_hash_sha256_final(&state, hash_.data());
}

void NoiseSymmetric::mix_key(Bytes input) {
    SecretKey next;
    noise_hkdf(chaining_key_, input, next, key_);
    chaining_key_ = next;
    nonce_ = 0;
}

void NoiseSymmetric::encrypt_and_hash(Bytes plain, ByteVector& out) {
    const size_t at = out.size();
    out.resize(at + plain.size() + noise_tag_bytes);
    const Nonce12 nonce(nonce_++);
    crypto_aead_chacha20poly1305_ietf_encrypt(out.data() + at, nullptr, plain.data(), plain.size(),
                                              hash_.data(), hash_.size(), nullptr, nonce.bytes,
                                              key_.data());
    mix_hash({out.data() + at, out.size() - at});
}

bool NoiseSymmetric::decrypt_and_hash(Bytes sealed, ByteVector& plain) {
    if (sealed.size() < noise_tag_bytes) {
        return false;
    }
    plain.resize(sealed.size() - noise_tag_bytes);
    const Nonce12 nonce(nonce_);
    if (crypto_aead_chacha20poly1305_ietf_decrypt(plain.data(), nullptr, nullptr, sealed.data(),
                                                  sealed.size(), hash_.data(), hash_.size(),
                                                  nonce.bytes, key_.data()) != 0) {
        plain.clear();
        return false;
    }
    ++nonce_;
    mix_hash(sealed);
    return true;
}

void NoiseSymmetric::split(NoiseKeys& keys) {
    noise_hkdf(chaining_key_, {}, keys.client_to_server, keys.server_to_client);
    keys.handshake_hash = hash_;
    chaining_key_.wipe();
    key_.wipe();
}

NoiseInitiator::NoiseInitiator(Bytes prologue, const PublicKey& server_key)
    : symmetric_(prologue), server_key_(server_key) {
    symmetric_.mix_hash(server_key_); // the premessage "<- s"
    randombytes_buf(ephemeral_.data(), ephemeral_.size());
}

bool NoiseInitiator::write(Bytes payload, ByteVector& message) {
    PublicKey ephemeral_public;
    crypto_scalarmult_base(ephemeral_public.data(), ephemeral_.data());
    message.insert(message.end(), ephemeral_public.begin(), ephemeral_public.end());
    symmetric_.mix_hash(ephemeral_public);
    if (!mix_dh(symmetric_, ephemeral_, server_key_.data())) {
        return false;
    }
    symmetric_.encrypt_and_hash(payload, message);
    return true;
}

bool NoiseInitiator::read(Bytes message, ByteVector& payload, NoiseKeys& keys) {
    if (message.size() < noise_message_overhead_bytes) {
        return false;
    }
    NoiseSymmetric symmetric = symmetric_; // a forged message must not spoil the true one
    symmetric.mix_hash(message.first(32));
    if (!mix_dh(symmetric, ephemeral_, message.data()) ||
        !symmetric.decrypt_and_hash(message.subspan(32), payload)) {
        return false;
    }
    symmetric.split(keys);
    return true;
}

NoiseResponder::NoiseResponder(Bytes prologue, const SecretKey& static_key,
                               const PublicKey& static_public)
    : symmetric_(prologue), static_key_(static_key) {
    symmetric_.mix_hash(static_public);
}

NoiseRead NoiseResponder::read(Bytes message, ByteVector& payload) {
    if (message.size() < noise_message_overhead_bytes) {
        return NoiseRead::WrongKey;
    }
    std::memcpy(remote_ephemeral_.data(), message.data(), remote_ephemeral_.size());
    symmetric_.mix_hash(remote_ephemeral_);
    if (!mix_dh(symmetric_, static_key_, remote_ephemeral_.data())) {
        return NoiseRead::LowOrder;
    }
    return symmetric_.decrypt_and_hash(message.subspan(32), payload) ? NoiseRead::Ok
                                                                     : NoiseRead::WrongKey;
}

bool NoiseResponder::write(Bytes payload, ByteVector& message, NoiseKeys& keys) {
    SecretKey ephemeral;
    randombytes_buf(ephemeral.data(), ephemeral.size());
    PublicKey ephemeral_public;
    crypto_scalarmult_base(ephemeral_public.data(), ephemeral.data());
    message.insert(message.end(), ephemeral_public.begin(), ephemeral_public.end());
    symmetric_.mix_hash(ephemeral_public);
    if (!mix_dh(symmetric_, ephemeral, remote_ephemeral_.data())) {
        return false;
    }
    symmetric_.encrypt_and_hash(payload, message);
    symmetric_.split(keys);
    return true;
}

PublicKey link_public_key(const SecretSeed& static_secret) {
    PublicKey key;
    crypto_scalarmult_base(key.data(), static_secret.data());
    return key;
}

} // namespace parley
