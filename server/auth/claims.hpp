// claims.hpp: what a valid ticket says, as plain values.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "schemas/base/ids.hpp"

namespace parley {

using DeviceKey = std::array<uint8_t, 32>; // Ed25519 public key of the device

// "team:m42-teal" in a ticket. kind is a wire::RoomKind.
struct RoomClaim {
    uint8_t kind = 0;
    std::string name;
    uint8_t role = 0; // wire::Role: Member, or Leader for "party:p7#leader"
    bool operator==(const RoomClaim&) const = default;
};

struct Claims {
    std::string issuer;  // iss
    std::string subject; // sub: the studio's name for the user
    std::string id;      // jti
    std::string name;    // display name, sanitised by the verifier
    int64_t issued_at_s = 0;
    int64_t expires_at_s = 0;
    std::string age_band; // "" when missing
    bool game = false;    // roles: ["game"]
    bool bot = false;     // roles: ["bot"]
    bool moderator = false;
    std::vector<RoomClaim> rooms;
    bool operator==(const Claims&) const = default;
};

} // namespace parley
