// backend.hpp: a game's backend for tests against a real shard: it signs tickets.
#pragma once

#include <string>
#include <vector>

#include "schemas/link/link.hpp"
#include "server/auth/mint.hpp"

namespace parley::test {

// Whose tickets a shard under test believes.
struct Backend {
    auth::IssuerSeed seed{};
    std::string issuer = "dev";
    std::string key_id = "dev";
    std::string audience = "parley";
};

struct TicketWish {
    std::string subject;
    std::vector<RoomClaim> rooms;
    std::string jti; // "": of the subject
    int64_t expires_in_s = 300;
};

PublicKey device_public_key(const SecretSeed& device_seed);
std::string mint(const Backend& backend, const TicketWish& wish, const SecretSeed& device_seed);
RoomClaim team(const std::string& name);

} // namespace parley::test
