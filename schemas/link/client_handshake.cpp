// client_handshake.cpp: see client_handshake.hpp.
#include "schemas/link/client_handshake.hpp"

#include <algorithm>
#include <iterator>

namespace parley {
namespace {

// A server answers each Hello with at most one Retry; whoever sends more is not our server.
constexpr uint32_t retries_taken_max = 8;

} // namespace

ClientHandshake::ClientHandshake(const ConnectOptions& options, bool allow_aes, TimeMs steady_ms)
    : server_keys_(options.server_keys.begin(), options.server_keys.end()), ticket_(options.ticket),
      device_seed_(options.device_seed), app_id_(options.app_id), allow_aes_(allow_aes) {
    greet(steady_ms);
}

ClientHandshake::~ClientHandshake() {
    sodium_memzero(ticket_.data(), ticket_.size());
    for (ByteVector& part : parts_) {
        sodium_memzero(part.data(), part.size());
    }
}

void ClientHandshake::fail(Error error, uint32_t retry_after_ms) {
    state_ = State::Failed;
    error_ = error;
    retry_after_ms_ = retry_after_ms;
}

// A new Hello for the current key; the same bytes are sent until an answer comes.
void ClientHandshake::greet(TimeMs steady_ms) {
    hello_ = Hello{};
    hello_.app_id = app_id_;
    hello_.client_id = randombytes_random();
    uint8_t ciphers = 1u << static_cast<uint8_t>(Cipher::ChaCha20Poly1305);
    if (allow_aes_ && cipher_available(Cipher::Aes256Gcm)) {
        ciphers |= 1u << static_cast<uint8_t>(Cipher::Aes256Gcm);
    }
    noise_.emplace(handshake_prologue(hello_.version, hello_.app_id, hello_.client_id),
                   server_keys_[key_index_]);
    hello_noise_.clear();
    if (!noise_->write({&ciphers, 1}, hello_noise_)) {
        fail(Error::BadServerKey, 0); // the pinned key itself is a point of low order
        return;
    }
    retries_taken_ = 0;
    turn_ = 0;
    next_turn_ms_ = steady_ms;
    give_up_ms_ = steady_ms + limits::auth_wait_ms_max;
}

// Is it time to say again what was not answered? Ever more rarely.
bool ClientHandshake::take_turn(TimeMs steady_ms) {
    if (steady_ms < next_turn_ms_) {
        return false;
    }
    const size_t last = std::size(limits::auth_resend_ms) - 1;
    next_turn_ms_ = steady_ms + limits::auth_resend_ms[std::min(turn_, last)];
    ++turn_;
    return true;
}

void ClientHandshake::due(TimeMs steady_ms, std::vector<ByteVector>& datagrams,
                          std::vector<ByteVector>& plains) {
    if (state_ != State::Hello && state_ != State::Auth) {
        return;
    }
    if (steady_ms >= give_up_ms_) {
        fail(accept_forged_ ? Error::BadServerKey : Error::ConnectionLost, 0);
        return;
    }
    if (!take_turn(steady_ms)) {
        return;
    }
    if (state_ == State::Hello) {
        hello_.noise = hello_noise_;
        datagrams.push_back(encode(hello_));
        return;
    }
    // When all parts have come we still ask with the first one, so that a Welcome that was lost
    // is said again.
    const bool all = parts_acked_ == (1u << parts_.size()) - 1;
    for (size_t i = 0; i < parts_.size(); ++i) {
        if (all ? i == 0 : (parts_acked_ & (1u << i)) == 0) {
            plains.push_back(parts_[i]);
        }
    }
}

bool ClientHandshake::receive(Bytes datagram, TimeMs steady_ms) {
    if (state_ != State::Hello) {
        return false;
    }
    if (const std::optional<Retry> retry = parse_retry(datagram)) {
        if (retry->client_id == hello_.client_id && retries_taken_ < retries_taken_max) {
            ++retries_taken_;
            hello_.cookie_at = retry->cookie_at;
            hello_.cookie = retry->cookie;
            turn_ = 0;
            next_turn_ms_ = steady_ms;
        }
    } else if (const std::optional<Refuse> refuse = parse_refuse(datagram)) {
        if (refuse->client_id != hello_.client_id) {
            return false;
        }
        if (refuse->reason == Error::BadServerKey && key_index_ + 1 < server_keys_.size()) {
            ++key_index_; // several keys may be pinned while one replaces the other
            greet(steady_ms);
        } else {
            fail(refuse->reason, refuse->retry_after_ms);
        }
    } else if (const std::optional<Accept> accept = parse_accept(datagram)) {
        accepted(*accept, steady_ms);
        return state_ == State::Auth;
    }
    return false;
}

void ClientHandshake::accepted(const Accept& accept, TimeMs steady_ms) {
    ByteVector payload;
    if (!noise_->read(accept.noise, payload, keys_)) {
        // Not our server's; the true answer may still come.
        accept_forged_ = true;
        return;
    }
    const std::optional<AcceptPayload> terms = parse_accept_payload(payload);
    if (!terms || link_version < terms->version_min || link_version > terms->version_max ||
        !cipher_available(terms->cipher) || (terms->cipher == Cipher::Aes256Gcm && !allow_aes_)) {
        fail(Error::BadVersion, 0);
        return;
    }
    noise_.reset();
    session_ = accept.session;
    cipher_ = terms->cipher;

    Auth auth;
    auth.ticket = ticket_;
    std::array<uint8_t, 64> secret;
    crypto_sign_seed_keypair(auth.device_key.data(), secret.data(), device_seed_.data());
    const ByteVector covered = auth_signed_bytes(keys_.handshake_hash, ticket_);
    crypto_sign_detached(auth.signature.data(), nullptr, covered.data(), covered.size(),
                         secret.data());
    sodium_memzero(secret.data(), secret.size());
    device_seed_.wipe();
    const ByteVector whole = encode_auth(auth);
    const size_t count = whole.size() > auth_part_bytes_max ? 2 : 1;
    for (size_t i = 0; i < count; ++i) {
        const size_t from = i * auth_part_bytes_max;
        AuthPart part;
        part.index = static_cast<uint8_t>(i);
        part.count = static_cast<uint8_t>(count);
        part.bytes = Bytes(whole).subspan(from, std::min(auth_part_bytes_max, whole.size() - from));
        parts_.push_back(encode(part));
    }
    state_ = State::Auth;
    turn_ = 0;
    next_turn_ms_ = steady_ms;
    give_up_ms_ = steady_ms + limits::auth_wait_ms_max;
}

void ClientHandshake::receive_inner(Bytes plain) {
    if (state_ != State::Auth) {
        return;
    }
    if (const std::optional<uint8_t> mask = parse_auth_ack(plain)) {
        parts_acked_ = static_cast<uint8_t>(parts_acked_ | *mask);
    } else if (parse_welcome(plain)) {
        state_ = State::Welcomed;
    } else if (const std::optional<ClosedNotice> notice = parse_closed(plain)) {
        fail(notice->reason, notice->retry_after_ms);
    }
}

} // namespace parley
