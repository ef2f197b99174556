// keyring.cpp: see keyring.hpp.
#include "server/auth/keyring.hpp"

#include <algorithm>
#include <cstring>
#include <optional>

#include <sodium.h>

#include "schemas/base/limits.hpp"

namespace parley::auth {

namespace {

// SubjectPublicKeyInfo of Ed25519 (RFC 8410): these twelve bytes, then the key.
constexpr uint8_t spki_prefix[] = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03,
                                   0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};

std::optional<std::vector<uint8_t>> decode_base64(std::string_view text, int variant) {
    if (text.empty()) { // libsodium wants no null pointer, not even for nothing
        return std::nullopt;
    }
    std::vector<uint8_t> bytes(text.size());
    size_t size = 0;
    const char* end = nullptr;
    if (sodium_base642bin(bytes.data(), bytes.size(), text.data(), text.size(), " \t\r\n", &size,
                          &end, variant) != 0 ||
        end != text.data() + text.size()) {
        return std::nullopt;
    }
    bytes.resize(size);
    return bytes;
}

} // namespace

Result<void> Keyring::add(std::string_view issuer_name, std::string_view audience,
                          std::string_view key_id, const IssuerKey& key, std::string& message) {
    if (issuer_name.empty() || issuer_name.size() > limits::issuer_bytes_max || audience.empty() ||
        audience.size() > limits::issuer_bytes_max || key_id.empty() ||
        key_id.size() > limits::ticket_id_bytes_max) {
        message = "an issuer needs a name, an audience and a key id, each of at most 128 bytes";
        return Error::BadConfig;
    }
    if (crypto_core_ed25519_is_valid_point(key.data()) != 1) {
        message = "the key is no Ed25519 public key";
        return Error::BadConfig;
    }
    auto found = std::find_if(issuers_.begin(), issuers_.end(),
                              [&](const Issuer& one) { return one.name == issuer_name; });
    if (found == issuers_.end()) {
        if (issuers_.size() >= limits::issuers_max) {
            message = "there are too many issuers";
            return Error::BadConfig;
        }
        issuers_.push_back({std::string(issuer_name), std::string(audience), {}});
        found = issuers_.end() - 1;
    }
    if (found->audience != audience) {
        message = "the issuer stands twice with different audiences";
        return Error::BadConfig;
    }
    if (find(issuer_name, key_id) != nullptr) {
        message = "the issuer has this key id twice";
        return Error::BadConfig;
    }
    if (found->keys.size() >= limits::ticket_key_ids_max) {
        message = "the issuer has too many keys; remove one that is no longer used";
        return Error::BadConfig;
    }
    found->keys.push_back({std::string(key_id), key});
    return {};
}

const Issuer* Keyring::issuer(std::string_view name) const {
    const auto found = std::find_if(issuers_.begin(), issuers_.end(),
                                    [&](const Issuer& one) { return one.name == name; });
    return found == issuers_.end() ? nullptr : &*found;
}

const IssuerKey* Keyring::find(std::string_view issuer_name, std::string_view key_id) const {
    const Issuer* of = issuer(issuer_name);
    if (of == nullptr) {
        return nullptr;
    }
    const auto found = std::find_if(of->keys.begin(), of->keys.end(),
                                    [&](const Issuer::Key& one) { return one.id == key_id; });
    return found == of->keys.end() ? nullptr : &found->key;
}

size_t Keyring::key_count() const {
    size_t count = 0;
    for (const Issuer& one : issuers_) {
        count += one.keys.size();
    }
    return count;
}

Result<IssuerKey> parse_issuer_key(std::string_view text, std::string& message) {
    constexpr std::string_view begin = "-----BEGIN PUBLIC KEY-----";
    constexpr std::string_view end = "-----END PUBLIC KEY-----";
    if (text.find("PRIVATE") != std::string_view::npos) {
        message = "this is a private key; the shard must be given the public one only";
        return Error::BadConfig;
    }
    if (const size_t at = text.find(begin); at != std::string_view::npos) {
        text.remove_prefix(at + begin.size());
        text = text.substr(0, text.find(end));
    }
    while (!text.empty() && std::strchr(" \t\r\n=", text.back()) != nullptr) {
        text.remove_suffix(1); // padding says nothing
    }
    std::optional<std::vector<uint8_t>> bytes =
        decode_base64(text, sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
    if (!bytes) {
        bytes = decode_base64(text, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    }
    IssuerKey key;
    if (bytes && bytes->size() == sizeof spki_prefix + key.size() &&
        std::equal(std::begin(spki_prefix), std::end(spki_prefix), bytes->begin())) {
        bytes->erase(bytes->begin(), bytes->begin() + sizeof spki_prefix);
    }
    if (!bytes || bytes->size() != key.size()) {
        message = "a public key is 32 bytes in base64, or the PEM of an Ed25519 key";
        return Error::BadConfig;
    }
    std::copy(bytes->begin(), bytes->end(), key.begin());
    return key;
}

} // namespace parley::auth
