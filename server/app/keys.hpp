// keys.hpp: key files. Secrets are made with mode 0600 and refused when others may read them.
#pragma once

#include <string>
#include <string_view>

#include "schemas/base/result.hpp"
#include "schemas/link/link.hpp"

namespace parley {

std::string to_hex(Bytes bytes);
// Exactly 32 bytes in hex.
Result<PublicKey> key_from_hex(std::string_view hex);

// The shard's X25519 secret, in hex; made when the file is missing. On an error message is one
// sentence. The caller clears what is returned.
Result<SecretSeed> load_server_key(const std::string& path, std::string& message);

// An issuer's Ed25519 seed as PEM (PKCS #8), which openssl, python3-jwt and Node read and write
// too.
Result<SecretSeed> load_issuer_key(const std::string& path, std::string& message);
Result<void> create_issuer_key(const std::string& path, std::string& message);
// The public key of a seed in base64url, as [[issuer]] and a ticket's cnf want it.
std::string issuer_public_key(const SecretSeed& seed);

// For a file that others may read (server.pub).
Result<void> write_file(const std::string& path, std::string_view content, std::string& message);

} // namespace parley
