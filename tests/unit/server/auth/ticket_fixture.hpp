// ticket_fixture.hpp: a backend, a device, and tickets good and bad for the tests of auth.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include <sodium.h>

#include "server/auth/keyring.hpp"
#include "server/auth/mint.hpp"
#include "server/auth/ticket.hpp"

namespace parley::auth::test {

inline constexpr int64_t now_s = 1'700'000'000;
inline constexpr TimeMs now_ms = now_s * 1000;

inline IssuerSeed seed_of(uint8_t number) {
    IssuerSeed seed;
    seed.fill(number);
    return seed;
}

inline IssuerKey public_key(const IssuerSeed& seed) {
    IssuerKey key;
    std::array<uint8_t, crypto_sign_SECRETKEYBYTES> secret;
    crypto_sign_seed_keypair(key.data(), secret.data(), seed.data());
    return key;
}

inline std::string base64url(std::string_view bytes) {
    constexpr int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
    std::string text(sodium_base64_encoded_len(bytes.size(), variant), '\0');
    sodium_bin2base64(text.data(), text.size(),
                      reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), variant);
    text.pop_back();
    return text;
}

// A rightly signed ticket of any header and payload, also of such as no honest backend makes.
inline std::string signed_ticket(std::string_view header, std::string_view payload,
                                 const IssuerSeed& seed = seed_of(1)) {
    std::string text = base64url(header) + "." + base64url(payload);
    std::array<uint8_t, crypto_sign_PUBLICKEYBYTES> key;
    std::array<uint8_t, crypto_sign_SECRETKEYBYTES> secret;
    crypto_sign_seed_keypair(key.data(), secret.data(), seed.data());
    std::array<char, crypto_sign_BYTES> signature;
    crypto_sign_detached(reinterpret_cast<unsigned char*>(signature.data()), nullptr,
                         reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                         secret.data());
    return text + "." + base64url({signature.data(), signature.size()});
}

inline Keyring keyring() {
    Keyring ring;
    std::string message;
    ignore(ring.add("my-game", "eu-1", "k1", public_key(seed_of(1)), message), "known to be good");
    return ring;
}

inline DeviceKey device() {
    DeviceKey key;
    key.fill(0xDE);
    return key;
}

inline Claims claims() {
    Claims said;
    said.issuer = "my-game";
    said.subject = "player-17";
    said.id = "t-1";
    said.name = "Zoë";
    said.issued_at_s = now_s;
    said.expires_at_s = now_s + 300;
    said.rooms = {{2, "m42-teal", 0}, {3, "owls", 1}};
    return said;
}

inline MintOptions mint_options() {
    return {.audience = "eu-1", .key_id = "k1", .seed = seed_of(1), .device = device()};
}

inline constexpr std::string_view good_header = R"({"alg":"EdDSA","typ":"JWT","kid":"k1"})";

// The payload of claims() with more members, or others, written after it by hand.
inline std::string payload(std::string_view tail = "", std::string_view aud = "\"eu-1\"") {
    return R"({"iss":"my-game","aud":)" + std::string(aud) + R"(,"sub":"player-17","jti":"t-1",)" +
           R"("iat":1700000000,"exp":1700000300,"cnf":")" + confirmation(device()) +
           R"(","name":"Zoë")" + std::string(tail) + "}";
}

} // namespace parley::auth::test
