// server_handshake.cpp: see server_handshake.hpp.
#include "schemas/link/server_handshake.hpp"

#include <algorithm>

#include "schemas/link/address.hpp"

namespace parley {
namespace {

constexpr int64_t expire_period_ms = 100;

std::array<uint8_t, 16> random_hash_key() {
    std::array<uint8_t, 16> key;
    randombytes_buf(key.data(), key.size());
    return key;
}

RateOptions places_for(uint32_t most_per_period, int64_t period_ms) {
    return {
        .most_per_period = most_per_period, .period_ms = period_ms, .places = limits::rates_places};
}

} // namespace

size_t ServerHandshake::EphemeralHash::operator()(const std::array<uint8_t, 32>& ephemeral) const {
    uint8_t hash[crypto_shorthash_BYTES];
    crypto_shorthash(hash, ephemeral.data(), ephemeral.size(), key.data());
    return load_le<uint64_t>(hash);
}

ServerHandshake::ServerHandshake(const ServerHandshakeOptions& options, LinkMetrics& metrics,
                                 std::function<bool(uint32_t)> taken, TimeMs steady_ms)
    : options_(options), metrics_(metrics), taken_(std::move(taken)),
      static_key_(options.static_secret), static_public_(link_public_key(options.static_secret)),
      cookies_(steady_ms),
      hellos_(places_for(options.hello_per_network_per_s, 1000), random_hash_key()),
      network_failures_(places_for(options.auth_failures_per_network_per_min, 60'000),
                        random_hash_key()),
      device_failures_(places_for(limits::auth_failures_per_device_per_min, 60'000),
                       random_hash_key()),
      second_since_ms_(steady_ms), expired_at_ms_(steady_ms),
      pending_by_ephemeral_(0, EphemeralHash{random_hash_key()}) {
    sodium_memzero(options_.static_secret.data(), options_.static_secret.size());
}

ByteVector ServerHandshake::refuse(const Hello& hello, Error reason,
                                   uint32_t retry_after_ms) const {
    Refuse refusal;
    refusal.client_id = hello.client_id;
    refusal.reason = reason;
    refusal.retry_after_ms = retry_after_ms;
    return encode(refusal);
}

ByteVector ServerHandshake::hello(const Address& from, Bytes datagram, TimeMs steady_ms) {
    const std::optional<Hello> hello = parse_hello(datagram);
    if (!hello) {
        metrics_.hello_malformed.add();
        return {};
    }
    // Anybody may have written any sender on this one: no counting, no memory, a smaller answer.
    if (!cookies_.good(from, *hello, steady_ms)) {
        metrics_.hello_retried.add();
        return encode(cookies_.bake(from, *hello, steady_ms));
    }
    // From here on the sender is known to receive at his address.
    std::array<uint8_t, 32> ephemeral;
    std::memcpy(ephemeral.data(), hello->noise.data(), ephemeral.size());
    if (const auto known = pending_by_ephemeral_.find(ephemeral);
        known != pending_by_ephemeral_.end()) {
        PendingHandshake& pending = places_[known->second];
        if (pending.accept_repeats >= limits::accept_repeats_max || !(pending.address == from)) {
            metrics_.hello_rate.add();
            return {};
        }
        ++pending.accept_repeats;
        metrics_.hello_repeated.add();
        return pending.accept;
    }
    if (!hellos_.count(network_of(from), steady_ms)) {
        metrics_.hello_rate.add();
        return {};
    }
    if (hello->version != link_version || hello->app_id != options_.app_id) {
        metrics_.hello_bad_version.add();
        return refuse(*hello, Error::BadVersion, 0);
    }
    if (!network_failures_.below(network_of(from), steady_ms)) {
        metrics_.hello_rate.add();
        return refuse(*hello, Error::Rate, limits::auth_failures_retry_ms);
    }
    if (steady_ms - second_since_ms_ >= 1000) {
        second_since_ms_ = steady_ms;
        handshakes_this_second_ = 0;
    }
    if (++handshakes_this_second_ > options_.handshakes_per_s) {
        metrics_.hello_rate.add();
        return refuse(*hello, Error::Busy, 1000 + randombytes_uniform(4000));
    }
    return accept(from, *hello, steady_ms);
}

ByteVector ServerHandshake::accept(const Address& from, const Hello& hello, TimeMs steady_ms) {
    NoiseResponder responder(handshake_prologue(hello.version, options_.app_id, hello.client_id),
                             static_key_, static_public_);
    ByteVector asked;
    switch (responder.read(hello.noise, asked)) {
    case NoiseRead::LowOrder:
        metrics_.hello_low_order.add();
        return {};
    case NoiseRead::WrongKey:
        metrics_.hello_bad_key.add();
        return refuse(hello, Error::BadServerKey, 0);
    case NoiseRead::Ok:
        break;
    }
    PendingHandshake* place = free_place();
    if (place == nullptr) {
        expire(steady_ms);
        place = free_place();
    }
    if (place == nullptr) {
        metrics_.hello_full.add();
        return refuse(hello, Error::Busy, 1000 + randombytes_uniform(4000));
    }
    AcceptPayload payload;
    const uint8_t ciphers = asked.empty() ? 0 : asked[0];
    const bool both_have_aes = options_.allow_aes && cipher_available(Cipher::Aes256Gcm) &&
                               (ciphers & (1u << static_cast<uint8_t>(Cipher::Aes256Gcm))) != 0;
    payload.cipher = both_have_aes ? Cipher::Aes256Gcm : Cipher::ChaCha20Poly1305;
    ByteVector message;
    NoiseKeys keys;
    if (!responder.write(encode(payload), message, keys)) {
        metrics_.hello_low_order.add();
        free_places_.push_back(static_cast<uint32_t>(place - places_.data()));
        return {};
    }
    Accept answer;
    answer.session = new_session_id();
    answer.noise = message;
    place->used = true;
    place->session = answer.session;
    place->since_ms = steady_ms;
    place->address = from;
    std::memcpy(place->ephemeral.data(), hello.noise.data(), place->ephemeral.size());
    place->handshake_hash = keys.handshake_hash;
    place->sealer = Sealer(payload.cipher, answer.session, keys.server_to_client, steady_ms);
    place->opener = Opener(payload.cipher, keys.client_to_server);
    place->accept = encode(answer);
    const auto index = static_cast<uint32_t>(place - places_.data());
    pending_by_session_.emplace(place->session, index);
    pending_by_ephemeral_.emplace(place->ephemeral, index);
    metrics_.hello_accepted.add();
    return place->accept;
}

PendingHandshake* ServerHandshake::free_place() {
    if (!free_places_.empty()) {
        const uint32_t index = free_places_.back();
        free_places_.pop_back();
        return &places_[index];
    }
    if (places_.size() >= limits::pending_handshakes_max) {
        return nullptr;
    }
    return &places_.emplace_back();
}

uint32_t ServerHandshake::new_session_id() {
    for (;;) {
        const uint32_t drawn = randombytes_random();
        const uint32_t id = drawn - drawn % options_.thread_count + options_.thread_index;
        // 0 is what ENet says of a peer that still connects.
        if (id != 0 && id % options_.thread_count == options_.thread_index && !taken_(id) &&
            pending_by_session_.count(id) == 0) {
            return id;
        }
    }
}

PendingHandshake* ServerHandshake::find(uint32_t session) {
    const auto found = pending_by_session_.find(session);
    return found == pending_by_session_.end() ? nullptr : &places_[found->second];
}

ServerHandshake::AuthStep ServerHandshake::auth_part(PendingHandshake& pending, Bytes plain,
                                                     Auth& auth, ByteVector& joined) {
    const std::optional<AuthPart> part = parse_auth_part(plain);
    if (!part || (pending.part_count != 0 && pending.part_count != part->count)) {
        return AuthStep::Malformed;
    }
    pending.part_count = part->count;
    pending.parts[part->index].assign(part->bytes.begin(), part->bytes.end());
    pending.parts_mask = static_cast<uint8_t>(pending.parts_mask | (1u << part->index));
    if (pending.parts_mask != (1u << part->count) - 1) {
        return AuthStep::Waiting;
    }
    joined.clear();
    for (size_t i = 0; i < pending.part_count; ++i) {
        joined.insert(joined.end(), pending.parts[i].begin(), pending.parts[i].end());
    }
    const std::optional<Auth> parsed = parse_auth(joined);
    if (!parsed) {
        return AuthStep::Malformed;
    }
    auth = *parsed;
    const ByteVector covered = auth_signed_bytes(pending.handshake_hash, auth.ticket);
    return crypto_sign_verify_detached(auth.signature.data(), covered.data(), covered.size(),
                                       auth.device_key.data()) == 0
               ? AuthStep::Signed
               : AuthStep::BadSignature;
}

bool ServerHandshake::device_blocked(const PublicKey& device, TimeMs steady_ms) const {
    return !device_failures_.below(device, steady_ms);
}

void ServerHandshake::auth_failed(const Address& from, const PublicKey* device, TimeMs steady_ms) {
    metrics_.auth_failed.add();
    if (device != nullptr) {
        device_failures_.count(*device, steady_ms);
    }
    network_failures_.count(network_of(from), steady_ms);
}

void ServerHandshake::drop(PendingHandshake& pending) {
    pending_by_session_.erase(pending.session);
    pending_by_ephemeral_.erase(pending.ephemeral);
    free_places_.push_back(static_cast<uint32_t>(&pending - places_.data()));
    pending = PendingHandshake{};
}

void ServerHandshake::expire(TimeMs steady_ms) {
    if (steady_ms - expired_at_ms_ < expire_period_ms) {
        return;
    }
    expired_at_ms_ = steady_ms;
    for (PendingHandshake& pending : places_) {
        const int64_t life_ms =
            pending.proven ? limits::auth_wait_ms_max : limits::pending_handshake_ms;
        if (pending.used && steady_ms - pending.since_ms >= life_ms) {
            metrics_.auth_expired.add();
            drop(pending);
        }
    }
}

} // namespace parley
