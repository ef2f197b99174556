// seal.cpp: see seal.hpp.
#include "schemas/link/seal.hpp"

#include "schemas/base/check.hpp"

namespace parley {
namespace {

void make_nonce(uint8_t (&nonce)[12], uint64_t counter) {
    std::memset(nonce, 0, 4);
    store_le(nonce + 4, counter);
}

} // namespace

bool cipher_available(Cipher cipher) {
    return cipher == Cipher::ChaCha20Poly1305 || crypto_aead_aes256gcm_is_available() != 0;
}

SecretKey next_seal_key(const SecretKey& key) {
    SecretKey next;
    crypto_kdf_derive_from_key(next.data(), next.size(), 1, "parleyrk", key.data());
    return next;
}

bool ReplayWindow::fresh(uint64_t counter) const {
    if (counter >= next_) {
        return true;
    }
    return next_ - counter <= seen_.size() && !seen_[counter % seen_.size()];
}

void ReplayWindow::take(uint64_t counter) {
    if (counter >= next_) {
        // The places between hold counters of one lap ago; they have not been seen in this lap.
        const uint64_t ahead = counter - next_ + 1;
        if (ahead >= seen_.size()) {
            seen_.reset();
        } else {
            for (uint64_t skipped = next_; skipped < counter; ++skipped) {
                seen_.reset(skipped % seen_.size());
            }
        }
        next_ = counter + 1;
    }
    seen_.set(counter % seen_.size());
}

void Sealer::rekey(TimeMs steady_ms) {
    key_ = next_seal_key(key_);
    phase_ ^= 1;
    key_counter_ = counter_;
    key_since_ms_ = steady_ms;
}

void Sealer::seal(Bytes plain, uint8_t* out, TimeMs steady_ms) {
    if (counter_ - key_counter_ >= limits::rekey_datagrams ||
        steady_ms - key_since_ms_ >= limits::rekey_ms) {
        rekey(steady_ms);
    }
    out[0] = static_cast<uint8_t>(sealed_first_byte + phase_);
    store_le(out + 1, session_);
    store_le(out + 5, counter_);
    uint8_t nonce[12];
    make_nonce(nonce, counter_);
    ++counter_;
    if (cipher_ == Cipher::Aes256Gcm) {
        // The expanded key is not kept: expanding costs 25-40 ns, keeping it 1 KB a session.
        crypto_aead_aes256gcm_encrypt(out + seal_header_bytes, nullptr, plain.data(), plain.size(),
                                      out, seal_header_bytes, nullptr, nonce, key_.data());
    } else {
        crypto_aead_chacha20poly1305_ietf_encrypt(out + seal_header_bytes, nullptr, plain.data(),
                                                  plain.size(), out, seal_header_bytes, nullptr,
                                                  nonce, key_.data());
    }
}

bool Opener::decrypt(const SecretKey& key, Bytes datagram, uint8_t* out) const {
    uint8_t nonce[12];
    make_nonce(nonce, load_le<uint64_t>(datagram.data() + 5));
    const Bytes sealed = datagram.subspan(seal_header_bytes);
    if (cipher_ == Cipher::Aes256Gcm) {
        return crypto_aead_aes256gcm_decrypt(out, nullptr, nullptr, sealed.data(), sealed.size(),
                                             datagram.data(), seal_header_bytes, nonce,
                                             key.data()) == 0;
    }
    return crypto_aead_chacha20poly1305_ietf_decrypt(out, nullptr, nullptr, sealed.data(),
                                                     sealed.size(), datagram.data(),
                                                     seal_header_bytes, nonce, key.data()) == 0;
}

void Opener::expire(TimeMs steady_ms) {
    if (former_ != nullptr && steady_ms >= former_->until_ms) {
        former_.reset();
    }
}

Opened Opener::open(Bytes datagram, uint8_t* out, TimeMs steady_ms) {
    PARLEY_ASSERT(datagram.size() >= limits::seal_overhead_bytes);
    expire(steady_ms);
    const uint64_t counter = load_le<uint64_t>(datagram.data() + 5);
    if (!window_.fresh(counter)) {
        return Opened::Replayed;
    }
    const bool newest = window_.newest(counter);
    const uint8_t phase = static_cast<uint8_t>(datagram[0] - sealed_first_byte);
    if (phase == phase_) {
        if (!decrypt(key_, datagram, out)) {
            return Opened::Forged;
        }
    } else if (newest) {
        // The sender went on to the next key; we follow only once a datagram under it has opened.
        const SecretKey next = next_seal_key(key_);
        if (!decrypt(next, datagram, out)) {
            return Opened::Forged;
        }
        former_ = std::make_unique<Former>(Former{key_, steady_ms + limits::rekey_old_key_ms});
        key_ = next;
        phase_ = phase;
    } else if (former_ == nullptr || !decrypt(former_->key, datagram, out)) {
        return Opened::Forged;
    }
    window_.take(counter);
    return newest ? Opened::FreshNewest : Opened::Fresh;
}

} // namespace parley
