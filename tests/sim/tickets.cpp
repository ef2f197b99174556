// tickets.cpp: the issuer's key is of no secret: it belongs to a world that exists for a second.
#include "tests/sim/tickets.hpp"

#include <utility>

#include <sodium.h>

#include "schemas/base/check.hpp"
#include "schemas/base/limits.hpp"
#include "server/auth/mint.hpp"

namespace parley::sim {

namespace {

constexpr const char* audience = "parley";
constexpr const char* key_id = "k1";
constexpr auth::IssuerSeed issuer_seed{1, 2, 3};

} // namespace

TicketOffice::TicketOffice() {
    auth::IssuerKey key{};
    std::array<uint8_t, crypto_sign_SECRETKEYBYTES> secret{};
    crypto_sign_seed_keypair(key.data(), secret.data(), issuer_seed.data());
    auth::Keyring keyring;
    std::string message;
    const bool added = keyring.add(sim_issuer, audience, key_id, key, message).ok();
    PARLEY_ASSERT(added);
    admission_ = std::make_shared<const Admission>(std::move(keyring));
}

std::string TicketOffice::issue(Claims claims, const DeviceKey& device, TimeMs now_ms) {
    claims.issuer = sim_issuer;
    claims.id = "jti-" + std::to_string(++issued_);
    claims.issued_at_s = now_ms / 1000;
    claims.expires_at_s = claims.issued_at_s + limits::ticket_life_s_max;
    auth::MintOptions options;
    options.audience = audience;
    options.key_id = key_id;
    options.seed = issuer_seed;
    options.device = device;
    Result<std::string> ticket = auth::mint_ticket(claims, options);
    PARLEY_ASSERT(ticket.ok());
    return std::move(ticket).value();
}

} // namespace parley::sim
