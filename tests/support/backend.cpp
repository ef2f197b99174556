// backend.cpp: see backend.hpp.
#include "tests/support/backend.hpp"

#include <sodium.h>

#include "schemas/base/clock.hpp"
#include "schemas/wire/generated.hpp"

namespace parley::test {

PublicKey device_public_key(const SecretSeed& device_seed) {
    PublicKey public_key{};
    uint8_t secret_key[crypto_sign_SECRETKEYBYTES];
    crypto_sign_seed_keypair(public_key.data(), secret_key, device_seed.data());
    return public_key;
}

std::string mint(const Backend& backend, const TicketWish& wish, const SecretSeed& device_seed) {
    Claims claims;
    claims.issuer = backend.issuer;
    claims.subject = wish.subject;
    claims.name = wish.subject;
    claims.id = wish.jti.empty() ? "jti-" + wish.subject : wish.jti;
    claims.expires_at_s = wall_unix_ms() / 1000 + wish.expires_in_s;
    claims.issued_at_s = claims.expires_at_s - 300;
    claims.rooms = wish.rooms;
    auth::MintOptions options;
    options.audience = backend.audience;
    options.key_id = backend.key_id;
    options.seed = backend.seed;
    options.device = device_public_key(device_seed);
    return auth::mint_ticket(claims, options).value();
}

RoomClaim team(const std::string& name) {
    RoomClaim claim;
    claim.kind = static_cast<uint8_t>(wire::RoomKind::Team);
    claim.name = name;
    return claim;
}

} // namespace parley::test
