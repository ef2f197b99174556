// seal.hpp: one sealed datagram after the other, in both directions of a session.
//
//   byte 0      C5 or C6: the key's phase
//   bytes 1-4   session id, little-endian, chosen by the server
//   bytes 5-12  counter, little-endian, from 0, never used twice under a key
//   then        ciphertext and a tag of 16 bytes; the 13 bytes above are its associated data
//
// The counter goes on over a change of keys. A datagram is judged before it is opened (window) and
// the window moves only after it has opened. Pure: time comes in as an argument.
#pragma once

#include <bitset>
#include <memory>

#include "schemas/base/bytes.hpp"
#include "schemas/base/ids.hpp"
#include "schemas/base/limits.hpp"
#include "schemas/link/secret.hpp"

namespace parley {

enum class Cipher : uint8_t { ChaCha20Poly1305 = 0, Aes256Gcm = 1 };

// AES-256-GCM needs the processor's help; without it libsodium refuses, and so do we.
bool cipher_available(Cipher cipher);

inline constexpr uint8_t sealed_first_byte = 0xC5; // phase 0; phase 1 is the next number
inline constexpr size_t seal_header_bytes = 13;
inline constexpr size_t seal_tag_bytes = 16;
static_assert(seal_header_bytes + seal_tag_bytes == limits::seal_overhead_bytes);

// The last counters seen, so that no datagram is taken twice.
class ReplayWindow {
public:
    bool fresh(uint64_t counter) const;
    void take(uint64_t counter); // only a fresh one
    bool newest(uint64_t counter) const { return counter >= next_; }

private:
    uint64_t next_ = 0;                                 // one more than the newest taken
    std::bitset<limits::replay_window_datagrams> seen_; // place: counter modulo size
};

class Sealer {
public:
    Sealer() = default;
    Sealer(Cipher cipher, uint32_t session, const SecretKey& key, TimeMs steady_ms)
        : cipher_(cipher), session_(session), key_(key), key_since_ms_(steady_ms) {}

    // Writes plain.size() + seal_overhead_bytes to out, which must not overlap plain.
    void seal(Bytes plain, uint8_t* out, TimeMs steady_ms);
    uint64_t counter() const { return counter_; }
    // As if the key had grown too old: the next datagram begins another.
    void rekey(TimeMs steady_ms);

private:
    Cipher cipher_ = Cipher::ChaCha20Poly1305;
    uint8_t phase_ = 0;
    uint32_t session_ = 0;
    SecretKey key_;
    uint64_t counter_ = 0;
    uint64_t key_counter_ = 0; // the counter this key began with
    TimeMs key_since_ms_ = 0;
};

enum class Opened : uint8_t { Fresh, FreshNewest, Replayed, Forged };

class Opener {
public:
    Opener() = default;
    Opener(Cipher cipher, const SecretKey& key) : cipher_(cipher), key_(key) {}

    // datagram: whole, at least seal_overhead_bytes. out: room for datagram.size() -
    // seal_overhead_bytes, not overlapping.
    Opened open(Bytes datagram, uint8_t* out, TimeMs steady_ms);
    // Wipes the former key when its time is over. Called by open() too.
    void expire(TimeMs steady_ms);

private:
    bool decrypt(const SecretKey& key, Bytes datagram, uint8_t* out) const;

    Cipher cipher_ = Cipher::ChaCha20Poly1305;
    uint8_t phase_ = 0;
    SecretKey key_;
    struct Former {
        SecretKey key;
        TimeMs until_ms = 0;
    };
    std::unique_ptr<Former> former_; // for a while after a change of keys
    ReplayWindow window_;
};

// The next key of a direction: nobody who holds it can go back.
SecretKey next_seal_key(const SecretKey& key);

} // namespace parley
