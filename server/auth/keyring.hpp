// keyring.hpp: whose tickets this shard believes. An issuer is a game's backend: a name (iss), the
// audience its tickets must name (aud), and up to four public keys by key id, so that a new key can
// be announced before the old one goes. Public keys only. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/base/result.hpp"

namespace parley::auth {

using IssuerKey = std::array<uint8_t, 32>; // Ed25519 public key

struct Issuer {
    struct Key {
        std::string id; // kid
        IssuerKey key{};
    };
    std::string name;
    std::string audience;
    std::vector<Key> keys;
};

// Immutable while it is used by more than one thread.
class Keyring {
public:
    // Adds a key; the first one of a name makes the issuer. On BadConfig, message says why.
    Result<void> add(std::string_view issuer, std::string_view audience, std::string_view key_id,
                     const IssuerKey& key, std::string& message);

    const Issuer* issuer(std::string_view name) const;
    // Null: unknown issuer, or no such key of it.
    const IssuerKey* find(std::string_view issuer_name, std::string_view key_id) const;
    bool empty() const { return issuers_.empty(); }
    size_t key_count() const;

private:
    std::vector<Issuer> issuers_;
};

// From the configuration: 32 raw bytes in base64 (either alphabet, padded or not), or the PEM or
// base64 DER that openssl and every language's library write ("-----BEGIN PUBLIC KEY-----").
Result<IssuerKey> parse_issuer_key(std::string_view text, std::string& message);

} // namespace parley::auth
