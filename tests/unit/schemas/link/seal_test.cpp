// seal_test.cpp: sealing by the published vectors, and everything that must not open.
#include "schemas/link/seal.hpp"

#include "tests/support/catch.hpp"
#include "tests/unit/schemas/link/hex.hpp"

using namespace parley;
using namespace parley::test;

namespace {

SecretKey filled_key(uint8_t byte) {
    std::array<uint8_t, 32> bytes;
    bytes.fill(byte);
    return SecretKey(bytes);
}

ByteVector sealed(Sealer& sealer, Bytes plain, TimeMs now_ms = 0) {
    ByteVector datagram(plain.size() + limits::seal_overhead_bytes);
    sealer.seal(plain, datagram.data(), now_ms);
    return datagram;
}

Opened open(Opener& opener, Bytes datagram, TimeMs now_ms = 0) {
    ByteVector plain(datagram.size());
    return opener.open(datagram, plain.data(), now_ms);
}

std::vector<Cipher> ciphers() {
    REQUIRE(sodium_init() >= 0);
    std::vector<Cipher> available = {Cipher::ChaCha20Poly1305};
    if (cipher_available(Cipher::Aes256Gcm)) {
        available.push_back(Cipher::Aes256Gcm);
    } else {
        WARN("this processor has no AES instructions: AES-256-GCM is not tested");
    }
    return available;
}

const ByteVector text = {'t', 'e', 'x', 't'};

} // namespace

TEST_CASE("ChaCha20-Poly1305 gives RFC 8439's ciphertext and tag", "[link]") {
    REQUIRE(sodium_init() >= 0);
    ByteVector key(32);
    for (size_t i = 0; i < key.size(); ++i) {
        key[i] = static_cast<uint8_t>(0x80 + i);
    }
    const std::string plain = "Ladies and Gentlemen of the class of '99: If I could offer you only "
                              "one tip for the future, sunscreen would be it.";
    const ByteVector ad = from_hex("50515253c0c1c2c3c4c5c6c7");
    ByteVector out(plain.size() + seal_tag_bytes);
    crypto_aead_chacha20poly1305_ietf_encrypt(
        out.data(), nullptr, reinterpret_cast<const uint8_t*>(plain.data()), plain.size(),
        ad.data(), ad.size(), nullptr, from_hex("070000004041424344454647").data(), key.data());
    CHECK(to_hex(out) == "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6"
                         "3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36"
                         "92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc"
                         "3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd0600691");
}

TEST_CASE("AES-256-GCM gives the specification's test case 16", "[link]") {
    REQUIRE(sodium_init() >= 0);
    if (!cipher_available(Cipher::Aes256Gcm)) {
        WARN("this processor has no AES instructions: AES-256-GCM is not tested");
        return;
    }
    const ByteVector key =
        from_hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
    const ByteVector plain =
        from_hex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                 "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
    const ByteVector ad = from_hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
    ByteVector out(plain.size() + seal_tag_bytes);
    crypto_aead_aes256gcm_encrypt(out.data(), nullptr, plain.data(), plain.size(), ad.data(),
                                  ad.size(), nullptr, from_hex("cafebabefacedbaddecaf888").data(),
                                  key.data());
    CHECK(to_hex(out) == "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
                         "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
                         "76fc6ece0f4e1768cddf8853bb2d551b");
}

TEST_CASE("a sealed datagram opens once, and only as it was sent", "[link]") {
    for (const Cipher cipher : ciphers()) {
        CAPTURE(static_cast<int>(cipher));
        Sealer sealer(cipher, 0x11223344, filled_key(1), 0);
        Opener opener(cipher, filled_key(1));
        const ByteVector datagram = sealed(sealer, text);
        REQUIRE(datagram.size() == text.size() + 29);
        CHECK(to_hex(Bytes(datagram).first(13)) == "c5443322110000000000000000");

        for (size_t i = 1; i < datagram.size(); ++i) {
            for (int bit = 0; bit < 8; ++bit) {
                ByteVector changed = datagram;
                changed[i] = static_cast<uint8_t>(changed[i] ^ (1 << bit));
                CHECK(open(opener, changed) == Opened::Forged);
            }
        }
        ByteVector other_phase = datagram;
        other_phase[0] = 0xC6;
        CHECK(open(opener, other_phase) == Opened::Forged);
        CHECK(open(opener, Bytes(datagram).first(datagram.size() - 1)) == Opened::Forged);

        ByteVector plain(text.size());
        CHECK(opener.open(datagram, plain.data(), 0) == Opened::FreshNewest);
        CHECK(plain == text);
        CHECK(open(opener, datagram) == Opened::Replayed);
    }
}

TEST_CASE("a datagram under another key or cipher does not open", "[link]") {
    Sealer sealer(Cipher::ChaCha20Poly1305, 1, filled_key(1), 0);
    const ByteVector datagram = sealed(sealer, text);
    Opener other_key(Cipher::ChaCha20Poly1305, filled_key(2));
    CHECK(open(other_key, datagram) == Opened::Forged);
    if (cipher_available(Cipher::Aes256Gcm)) {
        Opener other_cipher(Cipher::Aes256Gcm, filled_key(1));
        CHECK(open(other_cipher, datagram) == Opened::Forged);
    }
}

TEST_CASE("the window takes 1,024 counters behind the newest, each once, and no older", "[link]") {
    ReplayWindow window;
    CHECK(window.fresh(0));
    window.take(5000);
    CHECK_FALSE(window.fresh(5000));
    CHECK(window.fresh(5001));
    CHECK(window.fresh(5001 - 1024));
    CHECK_FALSE(window.fresh(5000 - 1024));
    window.take(4500);
    CHECK_FALSE(window.fresh(4500));
    CHECK(window.fresh(4499));

    // A far jump forgets everything behind; a short one keeps what it passed over open.
    window.take(5010);
    CHECK(window.fresh(5005));
    CHECK_FALSE(window.fresh(5000));
    CHECK_FALSE(window.fresh(4500));
    window.take(1ull << 40);
    CHECK_FALSE(window.fresh(5010));
    CHECK(window.fresh((1ull << 40) - 1023));
    CHECK_FALSE(window.fresh((1ull << 40) - 1024));
}

TEST_CASE("every counter is taken once in any order within the window", "[link]") {
    ReplayWindow window;
    std::array<bool, 4096> taken{};
    uint64_t state = 1;
    uint64_t newest = 0;
    for (int i = 0; i < 20'000; ++i) {
        state = state * 6364136223846793005ull + 1442695040888963407ull;
        const uint64_t counter =
            std::min<uint64_t>(static_cast<uint64_t>(i) / 6 + (state >> 58), taken.size() - 1);
        const bool expected = !taken[counter] && counter + 1024 > newest;
        REQUIRE(window.fresh(counter) == expected);
        if (expected) {
            window.take(counter);
            taken[counter] = true;
            newest = std::max(newest, counter);
        }
    }
}

TEST_CASE("a forged counter far ahead does not move the window", "[link]") {
    Sealer sealer(Cipher::ChaCha20Poly1305, 1, filled_key(1), 0);
    Opener opener(Cipher::ChaCha20Poly1305, filled_key(1));
    const ByteVector first = sealed(sealer, text);
    const ByteVector second = sealed(sealer, text);
    ByteVector forged = second;
    store_le<uint64_t>(forged.data() + 5, 1ull << 63);
    CHECK(open(opener, forged) == Opened::Forged);
    CHECK(open(opener, second) == Opened::FreshNewest);
    CHECK(open(opener, first) == Opened::Fresh);
}

TEST_CASE("a key lives ten minutes, and the next one opens without a word between", "[link]") {
    for (const Cipher cipher : ciphers()) {
        Sealer sealer(cipher, 1, filled_key(1), 0);
        Opener opener(cipher, filled_key(1));
        CHECK(sealed(sealer, text, limits::rekey_ms - 1)[0] == 0xC5);
        const ByteVector late = sealed(sealer, text, limits::rekey_ms - 1);
        const ByteVector next = sealed(sealer, text, limits::rekey_ms);
        CHECK(next[0] == 0xC6);
        CHECK(load_le<uint64_t>(next.data() + 5) == 2);
        CHECK(open(opener, next, 1000) == Opened::FreshNewest);
        // What the former key sealed may still be on its way, for ten seconds.
        CHECK(open(opener, late, 1000 + limits::rekey_old_key_ms - 1) == Opened::Fresh);
        const ByteVector third = sealed(sealer, text, 2 * limits::rekey_ms);
        CHECK(third[0] == 0xC5);
        CHECK(open(opener, third, 20'000) == Opened::FreshNewest);
    }
}

TEST_CASE("a datagram under the former key eleven seconds after the change is dropped", "[link]") {
    Sealer sealer(Cipher::ChaCha20Poly1305, 1, filled_key(1), 0);
    Opener opener(Cipher::ChaCha20Poly1305, filled_key(1));
    const ByteVector late = sealed(sealer, text);
    sealer.rekey(0);
    CHECK(open(opener, sealed(sealer, text), 0) == Opened::FreshNewest);
    CHECK(open(opener, late, 11'000) == Opened::Forged);
}

TEST_CASE("a key seals at most 2^20 datagrams", "[link]") {
    Sealer sealer(Cipher::ChaCha20Poly1305, 1, filled_key(1), 0);
    std::array<uint8_t, limits::seal_overhead_bytes> datagram;
    for (uint64_t i = 0; i < limits::rekey_datagrams; ++i) {
        sealer.seal({}, datagram.data(), 0);
    }
    CHECK(datagram[0] == 0xC5);
    sealer.seal({}, datagram.data(), 0);
    CHECK(datagram[0] == 0xC6);
    CHECK(load_le<uint64_t>(datagram.data() + 5) == limits::rekey_datagrams);
}

TEST_CASE("the other phase is not taken as the next key when its counter is old", "[link]") {
    Sealer sealer(Cipher::ChaCha20Poly1305, 1, filled_key(1), 0);
    Sealer ahead = sealer;
    Opener opener(Cipher::ChaCha20Poly1305, filled_key(1));
    ahead.rekey(0);
    const ByteVector old_counter_next_key = sealed(ahead, text); // counter 0 under the next key
    sealed(sealer, text);
    CHECK(open(opener, sealed(sealer, text)) == Opened::FreshNewest); // counter 1
    CHECK(open(opener, old_counter_next_key) == Opened::Forged);
    CHECK(open(opener, sealed(sealer, text)) == Opened::FreshNewest);
}
