// keyring_test.cpp: which keys a shard takes from its configuration.
#include "server/auth/keyring.hpp"

#include "tests/support/catch.hpp"

#include <string>

#include "schemas/base/limits.hpp"
#include "tests/unit/server/auth/ticket_fixture.hpp"

using namespace parley;
using namespace parley::auth;
using namespace parley::auth::test;

TEST_CASE("a public key is read as people have it", "[auth]") {
    // RFC 8410 10.1: the same key as SubjectPublicKeyInfo; and as bare bytes in three spellings.
    const std::string der = "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=";
    const std::string raw = "Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE";
    std::string message;
    const Result<IssuerKey> key = parse_issuer_key(raw, message);
    REQUIRE(key.ok());
    CHECK((*key)[0] == 0x19);
    CHECK((*key)[31] == 0xE1);
    for (const std::string& same :
         {raw + "=", der, "-----BEGIN PUBLIC KEY-----\n" + der + "\n-----END PUBLIC KEY-----\n",
          "  " + raw + "\n"}) {
        CAPTURE(same);
        const Result<IssuerKey> again = parse_issuer_key(same, message);
        REQUIRE(again.ok());
        CHECK(*again == *key);
    }
    CHECK(
        parse_issuer_key("gH-_8Nk9Bd3zVb1W1qkS6pN7X0m2rZt4Yl8uJc5oE_A", message).ok()); // base64url
}

TEST_CASE("what is no public key is refused in words", "[auth]") {
    std::string message;
    for (const char* bad : {"", "abc", "Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZu",
                            "Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuEA", "!!!",
                            "-----BEGIN PUBLIC KEY-----", "-----BEGIN PUBLIC KEY-----\nAAAA"}) {
        CAPTURE(bad);
        message.clear();
        CHECK(parse_issuer_key(bad, message).error() == Error::BadConfig);
        CHECK_FALSE(message.empty());
    }
    CHECK(
        parse_issuer_key("-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEI\n", message).error() ==
        Error::BadConfig);
    CHECK(message == "this is a private key; the shard must be given the public one only");
}

TEST_CASE("an issuer has up to four keys, each with its own id, and one audience", "[auth]") {
    Keyring ring;
    std::string message;
    CHECK(ring.empty());
    for (uint8_t i = 1; i <= limits::ticket_key_ids_max; ++i) {
        REQUIRE(ring.add("game", "eu-1", "k" + std::to_string(i), public_key(seed_of(i)), message));
    }
    CHECK(ring.key_count() == 4);
    CHECK(ring.add("game", "eu-1", "k9", public_key(seed_of(9)), message).error() ==
          Error::BadConfig);
    CHECK(ring.add("game", "us-1", "k9", public_key(seed_of(9)), message).error() ==
          Error::BadConfig);
    CHECK(ring.add("other", "eu-1", "k1", public_key(seed_of(9)), message).ok());
    CHECK(ring.add("other", "eu-1", "k1", public_key(seed_of(9)), message).error() ==
          Error::BadConfig);
    CHECK(ring.add("", "eu-1", "k1", public_key(seed_of(9)), message).error() == Error::BadConfig);
    CHECK(ring.find("game", "k4") != nullptr);
    CHECK(ring.find("game", "k5") == nullptr);
    CHECK(ring.find("nobody", "k1") == nullptr);
}

TEST_CASE("a key under which anybody could sign is refused", "[auth]") {
    Keyring ring;
    std::string message;
    IssuerKey zero{};
    CHECK(ring.add("game", "eu-1", "k1", zero, message).error() == Error::BadConfig);
    IssuerKey one{1};
    CHECK(ring.add("game", "eu-1", "k1", one, message).error() == Error::BadConfig);
}
