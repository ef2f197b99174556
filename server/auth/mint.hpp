// mint.hpp: makes a ticket, for dev mode, for `parley ticket mint` and for tests. A game's backend
// does the same in its own language (tests/unit/server/auth/mint_ticket.py and .mjs are three lines
// each). Never used on the way in.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "schemas/base/result.hpp"
#include "server/auth/claims.hpp"

namespace parley::auth {

using IssuerSeed =
    std::array<uint8_t, 32>; // Ed25519 seed; cleared by its owner with sodium_memzero

struct MintOptions {
    std::string_view audience;
    std::string_view key_id;
    IssuerSeed seed{};
    DeviceKey device{};
    std::string_view device_id{}; // the cnf of a device whose key is not known here; else of device
};

// Signs what claims say, sensible or not (tests want both). TooLong: more than a shard takes.
Result<std::string> mint_ticket(const Claims& claims, const MintOptions& options);

} // namespace parley::auth
