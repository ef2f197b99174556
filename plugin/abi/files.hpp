// files.hpp: the files a client reads at its start: device key, the dev shard's key, card types.
// Every failure is one log line that says what and where.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "schemas/base/log.hpp"
#include "schemas/base/result.hpp"
#include "schemas/card/card_type.hpp"
#include "schemas/link/link.hpp"

namespace parley::abi {

// "64 hex digits[,64 hex digits ...]". BadArgument.
Result<std::vector<PublicKey>> parse_server_keys(std::string_view text);

// The key that `parley serve --dev` wrote. Io.
Result<PublicKey> read_dev_key(const std::string& path, const Log& log);

// The device's Ed25519 seed: made, for its owner's eyes only, when the file is missing. The caller
// clears it. Io.
Result<SecretSeed> load_device_seed(const std::string& path, const Log& log);

// 43 characters: base64url of BLAKE2b-256 of the device's public key, as in a ticket's cnf.
std::string device_id(const SecretSeed& seed);

// All *.toml of a folder, by name. Io.
Result<CardTypes> read_card_types(const std::string& folder, const Log& log);

} // namespace parley::abi
