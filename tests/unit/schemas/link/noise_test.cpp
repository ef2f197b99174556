// noise_test.cpp: the primitives by their RFCs' vectors, then whole handshakes, among ourselves
// and with an implementation that is not ours (python3-dissononce, run as a child).
#include "schemas/link/datagram.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/child_process.hpp"
#include "tests/unit/schemas/link/hex.hpp"

using namespace parley;
using namespace parley::test;

namespace {

Bytes bytes_of(std::string_view text) {
    return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

ByteVector sealed_with(const SecretKey& key, std::string_view text) {
    ByteVector out(text.size() + noise_tag_bytes);
    const uint8_t nonce[12] = {};
    crypto_aead_chacha20poly1305_ietf_encrypt(out.data(), nullptr, bytes_of(text).data(),
                                              text.size(), nullptr, 0, nullptr, nonce, key.data());
    return out;
}

std::string opened_with(const SecretKey& key, Bytes sealed) {
    std::string text(sealed.size() - noise_tag_bytes, '\0');
    const uint8_t nonce[12] = {};
    const int failed = crypto_aead_chacha20poly1305_ietf_decrypt(
        reinterpret_cast<uint8_t*>(text.data()), nullptr, nullptr, sealed.data(), sealed.size(),
        nullptr, 0, nonce, key.data());
    return failed == 0 ? text : "not opened";
}

std::vector<ByteVector> words(const std::string& line) {
    std::vector<ByteVector> found;
    for (size_t at = 0; at <= line.size();) {
        const size_t end = std::min(line.find(' ', at), line.size());
        found.push_back(from_hex(std::string_view(line).substr(at, end - at)));
        at = end + 1;
    }
    return found;
}

std::vector<std::string> peer_command(const char* role) {
    return {"/usr/bin/python3", PARLEY_SOURCE_DIR "/tests/unit/schemas/link/noise_peer.py", role};
}

constexpr const char* missing_peer =
    "the Debian package python3-dissononce is not installed for /usr/bin/python3";

SecretKey key_of(std::string_view hex) {
    std::array<uint8_t, 32> bytes;
    std::memcpy(bytes.data(), from_hex(hex).data(), bytes.size());
    return SecretKey(bytes);
}

} // namespace

TEST_CASE("HKDF gives RFC 5869's output for test case 3, which has no salt and no info", "[link]") {
    REQUIRE(sodium_init() >= 0);
    const SecretKey no_salt; // HMAC pads an empty key with zeros
    SecretKey first;
    SecretKey second;
    noise_hkdf(no_salt, from_hex("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"), first, second);
    CHECK(to_hex({first.data(), 32}) ==
          "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");
    CHECK(to_hex({second.data(), 10}) == "9d201395faa4b61a96c8");
}

TEST_CASE("X25519 gives RFC 7748's public keys and shared secret", "[link]") {
    const SecretKey alice =
        key_of("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
    const SecretKey bob =
        key_of("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
    SecretSeed alice_seed;
    std::memcpy(alice_seed.data(), alice.data(), alice_seed.size());
    CHECK(to_hex(link_public_key(alice_seed)) ==
          "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
    uint8_t shared[32];
    REQUIRE(crypto_scalarmult(shared, bob.data(), link_public_key(alice_seed).data()) == 0);
    CHECK(to_hex(shared) == "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
}

TEST_CASE("Ed25519 gives RFC 8032's key and signature for its first test", "[link]") {
    const SecretKey seed =
        key_of("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
    uint8_t public_key[32];
    uint8_t secret[64];
    crypto_sign_seed_keypair(public_key, secret, seed.data());
    CHECK(to_hex(public_key) == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    uint8_t signature[64];
    crypto_sign_detached(signature, nullptr, nullptr, 0, secret);
    CHECK(to_hex(signature) ==
          "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e3970"
          "1cf9b46bd25bf5f0595bbe24655141438e7a100b");
}

TEST_CASE("our two roles agree on keys, hash and payloads", "[link]") {
    SecretSeed static_secret;
    randombytes_buf(static_secret.data(), static_secret.size());
    const PublicKey static_public = link_public_key(static_secret);
    const Bytes prologue = bytes_of("prologue");

    NoiseInitiator initiator(prologue, static_public);
    NoiseResponder responder(prologue, SecretKey(static_secret), static_public);
    ByteVector first;
    REQUIRE(initiator.write(bytes_of("one"), first));
    ByteVector payload;
    REQUIRE(responder.read(first, payload) == NoiseRead::Ok);
    CHECK(payload == ByteVector{'o', 'n', 'e'});
    ByteVector second;
    NoiseKeys of_server;
    REQUIRE(responder.write(bytes_of("two"), second, of_server));

    // A forged answer leaves the initiator able to take the true one.
    NoiseKeys of_client;
    for (size_t i = 0; i < second.size(); ++i) {
        ByteVector forged = second;
        forged[i] ^= 1;
        CHECK_FALSE(initiator.read(forged, payload, of_client));
    }
    REQUIRE(initiator.read(second, payload, of_client));
    CHECK(payload == ByteVector{'t', 'w', 'o'});
    CHECK(of_client.handshake_hash == of_server.handshake_hash);
    CHECK(to_hex({of_client.client_to_server.data(), 32}) ==
          to_hex({of_server.client_to_server.data(), 32}));
    CHECK(to_hex({of_client.server_to_client.data(), 32}) ==
          to_hex({of_server.server_to_client.data(), 32}));
    CHECK(to_hex({of_client.server_to_client.data(), 32}) !=
          to_hex({of_server.client_to_server.data(), 32}));
}

TEST_CASE("another prologue, another static key and every changed byte fail alike", "[link]") {
    SecretSeed static_secret;
    randombytes_buf(static_secret.data(), static_secret.size());
    const PublicKey static_public = link_public_key(static_secret);
    NoiseInitiator initiator(bytes_of("prologue"), static_public);
    ByteVector message;
    REQUIRE(initiator.write({}, message));
    ByteVector payload;

    NoiseResponder other_prologue(bytes_of("Prologue"), SecretKey(static_secret), static_public);
    CHECK(other_prologue.read(message, payload) == NoiseRead::WrongKey);

    SecretSeed other_secret = static_secret;
    other_secret[5] ^= 1;
    NoiseResponder other_key(bytes_of("prologue"), SecretKey(other_secret),
                             link_public_key(other_secret));
    CHECK(other_key.read(message, payload) == NoiseRead::WrongKey);

    for (size_t i = 0; i < message.size(); ++i) {
        ByteVector changed = message;
        changed[i] ^= 1;
        NoiseResponder responder(bytes_of("prologue"), SecretKey(static_secret), static_public);
        CHECK(responder.read(changed, payload) != NoiseRead::Ok);
    }
    NoiseResponder responder(bytes_of("prologue"), SecretKey(static_secret), static_public);
    CHECK(responder.read(Bytes(message).first(message.size() - 1), payload) == NoiseRead::WrongKey);
    CHECK(responder.read({}, payload) == NoiseRead::WrongKey);
}

TEST_CASE("points of low order are refused by both roles", "[link]") {
    // The seven canonical ones of Curve25519 that libsodium knows begin with these.
    const std::vector<std::string> points = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    };
    const SecretSeed static_secret{3};
    for (const std::string& hex : points) {
        CAPTURE(hex);
        PublicKey point;
        std::memcpy(point.data(), from_hex(hex).data(), point.size());
        NoiseInitiator initiator({}, point);
        ByteVector message;
        CHECK_FALSE(initiator.write({}, message));

        ByteVector hostile(point.begin(), point.end());
        hostile.resize(noise_message_overhead_bytes);
        NoiseResponder responder({}, SecretKey(static_secret), link_public_key(static_secret));
        ByteVector payload;
        CHECK(responder.read(hostile, payload) == NoiseRead::LowOrder);
    }
}

TEST_CASE("our initiator completes a handshake with dissononce's responder", "[link]") {
    SecretSeed static_secret;
    randombytes_buf(static_secret.data(), static_secret.size());
    const ByteVector prologue = handshake_prologue(link_version, 77, 5);
    NoiseInitiator initiator(prologue, link_public_key(static_secret));
    ByteVector message;
    REQUIRE(initiator.write(bytes_of("asked"), message));

    ChildProcess peer(peer_command("responder"));
    peer.write_line(to_hex(prologue));
    peer.write_line(to_hex(static_secret));
    peer.write_line(to_hex(message));
    peer.write_line(to_hex(bytes_of("answered")));
    const std::string line = peer.read_line();
    if (line.empty() || line == "missing") {
        FAIL(missing_peer);
    }
    const std::vector<ByteVector> answer = words(line);
    REQUIRE(answer.size() == 4);
    CHECK(to_hex(answer[0]) == to_hex(bytes_of("asked")));
    ByteVector payload;
    NoiseKeys keys;
    REQUIRE(initiator.read(answer[1], payload, keys));
    CHECK(to_hex(payload) == to_hex(bytes_of("answered")));
    CHECK(to_hex(keys.handshake_hash) == to_hex(answer[2]));
    CHECK(opened_with(keys.server_to_client, answer[3]) == "text to the client");
    peer.write_line(to_hex(sealed_with(keys.client_to_server, "hello responder")));
    CHECK(peer.read_line() == to_hex(bytes_of("hello responder")));
    CHECK(peer.finish() == 0);
}

TEST_CASE("our responder completes a handshake with dissononce's initiator", "[link]") {
    SecretSeed static_secret;
    randombytes_buf(static_secret.data(), static_secret.size());
    const PublicKey static_public = link_public_key(static_secret);
    const ByteVector prologue = handshake_prologue(link_version, 77, 5);

    ChildProcess peer(peer_command("initiator"));
    peer.write_line(to_hex(prologue));
    peer.write_line(to_hex(static_public));
    peer.write_line(to_hex(bytes_of("asked")));
    const std::string line = peer.read_line();
    if (line.empty() || line == "missing") {
        FAIL(missing_peer);
    }
    NoiseResponder responder(prologue, SecretKey(static_secret), static_public);
    ByteVector payload;
    REQUIRE(responder.read(from_hex(line), payload) == NoiseRead::Ok);
    CHECK(to_hex(payload) == to_hex(bytes_of("asked")));
    ByteVector message;
    NoiseKeys keys;
    REQUIRE(responder.write(bytes_of("answered"), message, keys));
    peer.write_line(to_hex(message));
    const std::vector<ByteVector> answer = words(peer.read_line());
    REQUIRE(answer.size() == 3);
    CHECK(to_hex(answer[0]) == to_hex(bytes_of("answered")));
    CHECK(to_hex(answer[1]) == to_hex(keys.handshake_hash));
    CHECK(opened_with(keys.client_to_server, answer[2]) == "text to the server");
    peer.write_line(to_hex(sealed_with(keys.server_to_client, "hello initiator")));
    CHECK(peer.read_line() == to_hex(bytes_of("hello initiator")));
    CHECK(peer.finish() == 0);
}
