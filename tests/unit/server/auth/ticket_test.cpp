// ticket_test.cpp: which tickets are taken, and that each refusal names its own reason: a refusal
// for the wrong reason would let the right one go untested.
#include "server/auth/ticket.hpp"

#include "tests/support/catch.hpp"

#include <string>
#include <vector>

#include "schemas/base/limits.hpp"
#include "schemas/wire/generated.hpp"
#include "tests/unit/server/auth/ticket_fixture.hpp"

using namespace parley;
using namespace parley::auth;
using namespace parley::auth::test;

namespace {

struct Verdict {
    Error error{};
    std::string why;
};

Verdict verdict(std::string_view ticket, TimeMs at_ms = now_ms, const DeviceKey& by = device()) {
    Verdict result;
    result.error = verify_ticket(keyring(), ticket, by, at_ms, &result.why).error();
    return result;
}

void refused(std::string_view ticket, std::string_view reason, TimeMs at_ms = now_ms) {
    const Verdict result = verdict(ticket, at_ms);
    CAPTURE(ticket, result.why);
    CHECK(result.error == Error::BadTicket);
    CHECK(result.why.find(reason) != std::string::npos);
}

std::string minted(const Claims& said) {
    return mint_ticket(said, mint_options()).value();
}

std::string nested(size_t levels) {
    return std::string(levels, '[') + std::string(levels, ']');
}

} // namespace

TEST_CASE("what was minted is what is claimed", "[auth]") {
    Claims said = claims();
    said.age_band = "13-15";
    said.game = said.bot = said.moderator = true;
    said.rooms.push_back({5, "ゆきの会", 0});
    said.rooms.push_back({1, "eu", 0});
    const Result<Claims> read = verify_ticket(keyring(), minted(said), device(), now_ms);
    REQUIRE(read.error() == Error::Ok);
    CHECK(*read == said);
}

TEST_CASE("another algorithm is refused, whoever made the signature", "[auth]") {
    refused(signed_ticket(R"({"alg":"none","kid":"k1"})", payload()), "alg must be EdDSA");
    refused(signed_ticket(R"({"alg":"ES256","kid":"k1"})", payload()), "alg must be EdDSA");
    refused(signed_ticket(R"({"alg":"eddsa","kid":"k1"})", payload()), "alg must be EdDSA");
    refused(signed_ticket(R"({"kid":"k1"})", payload()), "alg must be EdDSA");
    refused(base64url(R"({"alg":"none","kid":"k1"})") + "." + base64url(payload()) + ".",
            "64 bytes");
    // HS256 with the public key as the shared secret: the classic confusion.
    const std::string text =
        base64url(R"({"alg":"HS256","kid":"k1"})") + "." + base64url(payload());
    const IssuerKey key = public_key(seed_of(1));
    std::array<char, crypto_auth_hmacsha256_BYTES> mac;
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, key.data(), key.size());
    crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(text.data()),
                                  text.size());
    crypto_auth_hmacsha256_final(&state, reinterpret_cast<unsigned char*>(mac.data()));
    refused(text + "." + base64url({mac.data(), mac.size()}), "64 bytes");
}

TEST_CASE("times, on both sides of each border", "[auth]") {
    Claims said = claims();
    said.issued_at_s = now_s + 60;
    said.expires_at_s = said.issued_at_s + 300;
    CHECK(verdict(minted(said)).error == Error::Ok);
    ++said.issued_at_s;
    refused(minted(said), "iat lies in the future");

    said = claims();
    said.expires_at_s = said.issued_at_s + limits::ticket_life_s_max;
    CHECK(verdict(minted(said)).error == Error::Ok);
    ++said.expires_at_s;
    refused(minted(said), "longer than ten minutes");
    said.expires_at_s = said.issued_at_s + 365 * 86'400;
    refused(minted(said), "longer than ten minutes");
    said.expires_at_s = said.issued_at_s;
    refused(minted(said), "exp is not after iat");

    // Expiry alone is judged at first use, by whoever knows which use is the first.
    said = claims();
    CHECK(verdict(minted(said), now_ms + 3'600'000).error == Error::Ok);
    CHECK_FALSE(expired(said, (said.expires_at_s + 60) * 1000));
    CHECK(expired(said, (said.expires_at_s + 61) * 1000));
}

TEST_CASE("times that are no whole seconds are refused", "[auth]") {
    for (const char* iat : {"1.7e9", "1700000000.5", "\"1700000000\"", "-1", "99999999999999999999",
                            "null", "9223372036854775807"}) {
        const std::string bad =
            R"({"iss":"my-game","aud":"eu-1","sub":"p","jti":"t","name":"Z","exp":1700000300,"iat":)" +
            std::string(iat) + R"(,"cnf":")" + confirmation(device()) + "\"}";
        refused(signed_ticket(good_header, bad), "whole seconds");
    }
}

TEST_CASE("headers and JSON beyond the profile are refused", "[auth]") {
    for (const char* more : {R"(,"jwk":{"kty":"OKP"})", R"(,"jku":"https://evil")",
                             R"(,"x5u":"https://evil")", R"(,"crit":["b64"])", R"(,"b64":false)"}) {
        refused(signed_ticket(R"({"alg":"EdDSA","kid":"k1")" + std::string(more) + "}", payload()),
                "alg, typ and kid only");
    }
    refused(signed_ticket(R"({"alg":"EdDSA","kid":"k1","kid":"k1"})", payload()),
            "header has a key twice");
    refused(signed_ticket(good_header, payload(R"(,"sub":"admin")")), "payload has a key twice");
    refused(signed_ticket(good_header, payload(R"(,"x":{"a":1,"a":2})")),
            "payload has a key twice");
    refused(signed_ticket(good_header, payload(R"(,"\u0073ub":"admin")")),
            "payload has a key twice");
    refused(signed_ticket(good_header, payload(",\"x\":" + nested(400))), "nested too deep");
    refused(signed_ticket(good_header, payload(",\"x\":" + std::string(400, '['))),
            "nested too deep");
    CHECK(verdict(signed_ticket(good_header, payload(",\"x\":" + nested(3)))).error == Error::Ok);
    refused(signed_ticket(good_header, payload(",\"x\":" + nested(4))), "nested too deep");
    // The same words in different objects are not the same key.
    CHECK(verdict(signed_ticket(good_header, payload(R"(,"x":[{"a":1},{"a":2}])"))).error ==
          Error::Ok);
}

TEST_CASE("2048 bytes pass, 2049 do not", "[auth]") {
    // base64url grows by steps of different size, so both borders are looked for.
    bool longest = false;
    bool too_long = false;
    for (size_t fill = 900; fill < 1300; ++fill) {
        for (const char* blanks : {"", " ", "  "}) {
            const std::string ticket =
                signed_ticket(std::string(R"({"alg":"EdDSA",)") + blanks + R"("kid":"k1"})",
                              payload(R"(,"x":")" + std::string(fill, 'x') + "\""));
            const Verdict result = verdict(ticket);
            if (ticket.size() <= limits::ticket_bytes_max) {
                REQUIRE(result.error == Error::Ok);
            } else {
                REQUIRE(result.why == "the ticket is longer than 2048 bytes");
            }
            longest |= ticket.size() == limits::ticket_bytes_max;
            too_long |= ticket.size() == limits::ticket_bytes_max + 1;
        }
    }
    CHECK(longest);
    CHECK(too_long);
    refused(std::string(3000, 'x'), "longer than 2048");
    Claims said = claims();
    said.subject.assign(1800, 's');
    CHECK(mint_ticket(said, mint_options()).error() == Error::TooLong);
}

TEST_CASE("the right ticket from the wrong device is theft", "[auth]") {
    DeviceKey thief = device();
    thief[31] ^= 1;
    const Verdict result = verdict(minted(claims()), now_ms, thief);
    CHECK(result.error == Error::TicketStolen);
    CHECK(result.why == "the ticket was made for another device");
    // A forged ticket is not theft, whatever it names.
    CHECK(verdict(signed_ticket(good_header, payload(), seed_of(2)), now_ms, thief).error ==
          Error::BadTicket);
}

TEST_CASE("cnf is the hash of the device's key in base64url", "[auth]") {
    // BLAKE2b-256 of 32 times 0xDE, by Python's hashlib.
    CHECK(confirmation(device()) == "MAvFyyhp8x5jJRpv5KDmOhd4_3F2Ndw8Ik7k3n15brg");
    for (const char* cnf : {"", "short", "43 characters, but not the hash of anything"}) {
        std::string said = payload();
        said.replace(said.find(confirmation(device())), 43, cnf);
        CHECK(verdict(signed_ticket(good_header, said)).error != Error::Ok);
    }
}

TEST_CASE("another studio's ticket or another shard's is refused", "[auth]") {
    refused(minted([] {
                Claims said = claims();
                said.issuer = "other-game";
                return said;
            }()),
            "iss is not an issuer");
    refused(signed_ticket(good_header, payload("", "\"us-1\"")), "aud names another shard");
    refused(signed_ticket(good_header, payload("", "[\"us-1\",\"us-2\"]")),
            "aud names another shard");
    refused(signed_ticket(good_header, payload("", "[]")), "aud names another shard");
    refused(signed_ticket(good_header, payload("", "7")), "aud names another shard");
    CHECK(verdict(signed_ticket(good_header, payload("", "[\"us-1\",\"eu-1\"]"))).error ==
          Error::Ok);
    refused(signed_ticket(good_header, payload(), seed_of(2)), "signature is not of this issuer");
}

TEST_CASE("a key is looked up by issuer and key id together", "[auth]") {
    Keyring ring = keyring();
    std::string message;
    REQUIRE(ring.add("my-game", "eu-1", "k2", public_key(seed_of(2)), message));
    REQUIRE(ring.add("other-game", "eu-1", "k1", public_key(seed_of(3)), message));
    const auto error = [&](std::string_view kid, uint8_t seed) {
        const std::string header = R"({"alg":"EdDSA","kid":")" + std::string(kid) + "\"}";
        return verify_ticket(ring, signed_ticket(header, payload(), seed_of(seed)), device(),
                             now_ms)
            .error();
    };
    CHECK(error("k1", 1) == Error::Ok);
    CHECK(error("k2", 2) == Error::Ok);
    CHECK(error("k1", 2) == Error::BadTicket);
    CHECK(error("k1", 3) == Error::BadTicket); // the other game's k1
    CHECK(error("k3", 1) == Error::BadTicket);
}

TEST_CASE("every flipped bit and every cut makes a ticket bad", "[auth]") {
    const std::string good = minted(claims());
    for (size_t i = 0; i < good.size(); ++i) {
        for (const int bit : {1, 2, 4, 8, 16, 32, 64}) {
            std::string bad = good;
            bad[i] = static_cast<char>(bad[i] ^ bit);
            REQUIRE(verdict(bad).error == Error::BadTicket);
        }
        REQUIRE(verdict(good.substr(0, i)).error == Error::BadTicket);
    }
    for (const std::string& bad : {good + "=", good + ".", good + "A", " " + good, good + "\n",
                                   std::string("."), std::string(".."), std::string("...")}) {
        CHECK(verdict(bad).error == Error::BadTicket);
    }
}

TEST_CASE("claims that cannot be kept or shown are refused", "[auth]") {
    const auto with = [](auto change) {
        Claims said = claims();
        change(said);
        return minted(said);
    };
    refused(with([](Claims& said) { said.subject = ""; }), "sub must be");
    refused(with([](Claims& said) { said.subject = "a b"; }), "sub must be");
    refused(with([](Claims& said) { said.subject = "a\nb"; }), "sub must be");
    refused(with([](Claims& said) { said.subject = std::string(129, 's'); }), "sub must be");
    CHECK(verdict(with([](Claims& said) { said.subject = std::string(128, 's'); })).error ==
          Error::Ok);
    refused(with([](Claims& said) { said.id = ""; }), "jti must be");
    refused(with([](Claims& said) { said.name = "\u200B"; }), "name cannot be shown");
    refused(with([](Claims& said) { said.name = std::string(33, 'n'); }), "name cannot be shown");
    refused(with([](Claims& said) { said.age_band = std::string(17, '1'); }), "age_band");
    refused(signed_ticket(good_header, payload(R"(,"rooms":"team:x")")), "rooms must be");
    refused(signed_ticket(good_header, payload(R"(,"rooms":["team:x",7])")), "rooms must be");
    refused(signed_ticket(good_header, payload(R"(,"rooms":["team:x","team:x#leader"])")),
            "stands twice");
    refused(signed_ticket(good_header, payload(R"(,"rooms":["direct:x"])")), "written like");
    refused(signed_ticket(good_header, payload(R"(,"roles":"game")")), "roles must be");
    CHECK(
        verdict(signed_ticket(good_header, payload(R"(,"roles":["emperor"],"rights":{})"))).error ==
        Error::Ok);
}

TEST_CASE("64 rooms pass, 65 do not", "[auth]") {
    std::string rooms;
    for (int i = 0; i < 64; ++i) {
        rooms += (i == 0 ? "\"team:" : ",\"team:") + std::to_string(i) + "\"";
    }
    CHECK(verdict(signed_ticket(good_header, payload(",\"rooms\":[" + rooms + "]"))).error ==
          Error::Ok);
    refused(signed_ticket(good_header, payload(",\"rooms\":[" + rooms + ",\"team:x\"]")),
            "rooms must be");
}

TEST_CASE("a room of a ticket is kind, colon, name and perhaps #leader", "[auth]") {
    const auto round_trip = [](std::string_view text) {
        const Result<RoomClaim> room = parse_room_claim(text);
        return room ? to_text(*room) : std::string("refused");
    };
    for (const char* good : {"team:m42-teal", "party:p7#leader", "guild:Night Owls", "global:eu"}) {
        CHECK(round_trip(good) == good);
    }
    for (const char* bad : {"", "team", "team:", ":x", "squad:x", "direct:1:2", "team:#leader",
                            "Team:x", "team:x#owner", "team:a#b#leader", "team:x ", "team:a\nb",
                            "team:a\u200Bb", "team:\xFF"}) {
        CAPTURE(bad);
        CHECK(round_trip(bad) == "refused");
    }
    CHECK(parse_room_claim("team:" + std::string(64, 'x')).ok());
    CHECK_FALSE(parse_room_claim("team:" + std::string(65, 'x')).ok());
    CHECK(parse_room_claim("party:p7#leader").value().role ==
          static_cast<uint8_t>(wire::Role::Leader));
}

TEST_CASE("an explanation says what a ticket claims and why it is refused", "[auth]") {
    const std::string good = explain_ticket(keyring(), minted(claims()), now_ms);
    CHECK(good.find("User (sub): player-17\n") != std::string::npos);
    CHECK(good.find("Room: party:owls#leader\n") != std::string::npos);
    CHECK(good.find("Good for 300 s") != std::string::npos);
    CHECK(explain_ticket(keyring(), minted(claims()), now_ms + 361'000).find("expired 61 s ago") !=
          std::string::npos);
    CHECK(explain_ticket(Keyring(), minted(claims()), now_ms).find("iss is not an issuer") !=
          std::string::npos);
    CHECK(explain_ticket(keyring(), "abc", now_ms) ==
          "This is no ticket: the ticket is not three parts with dots between.\n");
    CHECK(good.find("For (aud): eu-1 (wanted: eu-1)\n") != std::string::npos);
    CHECK(good.find("Expires (exp): ") != std::string::npos);
    CHECK(good.find("Device (cnf): ") != std::string::npos);
}

TEST_CASE("an explanation without keys judges everything but the signature", "[auth]") {
    bool fine = false;
    CHECK(explain_ticket(Keyring(), minted(claims()), now_ms, false, &fine).find("Good for") !=
          std::string::npos);
    CHECK(fine);
    explain_ticket(Keyring(), minted(claims()), now_ms + 361'000, false, &fine);
    CHECK_FALSE(fine);
    fine = true;
    explain_ticket(Keyring(), minted(claims()), now_ms, true, &fine);
    CHECK_FALSE(fine);
}

TEST_CASE("nothing that is said about a ticket holds its signature", "[auth]") {
    const std::string ticket = minted(claims());
    const std::string signature = ticket.substr(ticket.rfind('.') + 1);
    CHECK(explain_ticket(keyring(), ticket, now_ms).find(signature) == std::string::npos);
    CHECK(explain_ticket(Keyring(), ticket, now_ms).find(signature) == std::string::npos);
}
