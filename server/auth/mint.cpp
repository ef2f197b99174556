// mint.cpp: see mint.hpp.
#include "server/auth/mint.hpp"

#include <nlohmann/json.hpp>
#include <sodium.h>

#include "schemas/base/limits.hpp"
#include "server/auth/ticket.hpp"

namespace parley::auth {

namespace {

std::string encode_base64url(std::string_view bytes) {
    constexpr int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
    std::string text(sodium_base64_encoded_len(bytes.size(), variant), '\0');
    sodium_bin2base64(text.data(), text.size(),
                      reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), variant);
    text.pop_back(); // the terminating zero
    return text;
}

std::string dump(const nlohmann::ordered_json& object) {
    return object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

} // namespace

Result<std::string> mint_ticket(const Claims& claims, const MintOptions& options) {
    nlohmann::ordered_json header;
    header["alg"] = "EdDSA";
    header["typ"] = "JWT";
    header["kid"] = options.key_id;

    nlohmann::ordered_json payload;
    payload["iss"] = claims.issuer;
    payload["aud"] = options.audience;
    payload["sub"] = claims.subject;
    payload["jti"] = claims.id;
    payload["iat"] = claims.issued_at_s;
    payload["exp"] = claims.expires_at_s;
    payload["cnf"] =
        options.device_id.empty() ? confirmation(options.device) : std::string(options.device_id);
    payload["name"] = claims.name;
    if (!claims.age_band.empty()) {
        payload["age_band"] = claims.age_band;
    }
    for (const RoomClaim& room : claims.rooms) {
        payload["rooms"].push_back(to_text(room));
    }
    const std::pair<bool, const char*> roles[] = {
        {claims.game, "game"}, {claims.bot, "bot"}, {claims.moderator, "moderator"}};
    for (const auto& [has, role] : roles) {
        if (has) {
            payload["roles"].push_back(role);
        }
    }

    std::string ticket = encode_base64url(dump(header)) + "." + encode_base64url(dump(payload));
    std::array<unsigned char, crypto_sign_PUBLICKEYBYTES> public_key;
    std::array<unsigned char, crypto_sign_SECRETKEYBYTES> secret_key;
    crypto_sign_seed_keypair(public_key.data(), secret_key.data(), options.seed.data());
    std::array<unsigned char, crypto_sign_BYTES> signature;
    crypto_sign_detached(signature.data(), nullptr,
                         reinterpret_cast<const unsigned char*>(ticket.data()), ticket.size(),
                         secret_key.data());
    sodium_memzero(secret_key.data(), secret_key.size());
    ticket +=
        "." + encode_base64url({reinterpret_cast<const char*>(signature.data()), signature.size()});
    if (ticket.size() > limits::ticket_bytes_max) {
        return Error::TooLong;
    }
    return ticket;
}

} // namespace parley::auth
