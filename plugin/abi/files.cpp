// files.cpp: files at a client's start. C's files: no exceptions here.
#include "plugin/abi/files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

#include "schemas/base/limits.hpp"

namespace parley::abi {
namespace {

constexpr size_t key_hex_bytes = 64;

template <typename Key>
bool from_hex(std::string_view hex, Key& key) {
    size_t length = 0;
    return hex.size() == key_hex_bytes &&
           sodium_hex2bin(key.data(), key.size(), hex.data(), hex.size(), nullptr, &length,
                          nullptr) == 0 &&
           length == key.size();
}

std::string_view trimmed(std::string_view text) {
    const size_t start = text.find_first_not_of(" \t\r\n");
    if (start == std::string_view::npos) {
        return {};
    }
    return text.substr(start, text.find_last_not_of(" \t\r\n") - start + 1);
}

// The whole file, or nothing (errno says why; EFBIG: longer than bytes_max).
std::optional<std::string> read_whole(const std::string& path, size_t bytes_max) {
    const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return std::nullopt;
    }
    std::string content(bytes_max + 1, '\0');
    size_t used = 0;
    ssize_t got = 0;
    while (used < content.size() &&
           (got = read(file, content.data() + used, content.size() - used)) > 0) {
        used += static_cast<size_t>(got);
    }
    const int error = got < 0 ? errno : used > bytes_max ? EFBIG : 0;
    close(file);
    if (error != 0) {
        sodium_memzero(content.data(), content.size());
        errno = error;
        return std::nullopt;
    }
    content.resize(used);
    return content;
}

bool write_new(const std::string& path, std::string_view content) {
    const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) {
        return false;
    }
    const bool written =
        write(file, content.data(), content.size()) == static_cast<ssize_t>(content.size()) &&
        fsync(file) == 0;
    const int error = errno;
    close(file);
    if (!written) {
        unlink(path.c_str()); // half a key is worse than none
        errno = error;
    }
    return written;
}

Result<SecretSeed> make_device_seed(const std::string& path, const Log& log) {
    SecretSeed seed{};
    randombytes_buf(seed.data(), seed.size());
    char hex[key_hex_bytes + 2] = {};
    sodium_bin2hex(hex, key_hex_bytes + 1, seed.data(), seed.size());
    hex[key_hex_bytes] = '\n';
    const bool written = write_new(path, {hex, key_hex_bytes + 1});
    sodium_memzero(hex, sizeof hex);
    if (!written) {
        sodium_memzero(seed.data(), seed.size());
        log.error("device_key_not_written",
                  {{"path", path},
                   {"why", std::strerror(errno)},
                   {"mend", "give a path in a folder that exists and may be written"}});
        return Error::Io;
    }
    return seed;
}

} // namespace

Result<std::vector<PublicKey>> parse_server_keys(std::string_view text) {
    std::vector<PublicKey> keys;
    while (!text.empty()) {
        const size_t comma = text.find(',');
        PublicKey key{};
        if (!from_hex(trimmed(text.substr(0, comma)), key)) {
            return Error::BadArgument;
        }
        keys.push_back(key);
        text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
    }
    if (keys.empty()) {
        return Error::BadArgument;
    }
    return keys;
}

Result<PublicKey> read_dev_key(const std::string& path, const Log& log) {
    const std::optional<std::string> content = read_whole(path, 256);
    PublicKey key{};
    if (!content || !from_hex(trimmed(*content), key)) {
        log.error("dev_key_not_read",
                  {{"path", path},
                   {"why", content ? "not 64 hex digits" : std::strerror(errno)},
                   {"mend", "start parley serve --dev first; it writes server.pub"}});
        return Error::Io;
    }
    return key;
}

Result<SecretSeed> load_device_seed(const std::string& path, const Log& log) {
    std::optional<std::string> content = read_whole(path, 256);
    if (!content && errno == ENOENT) {
        return make_device_seed(path, log);
    }
    SecretSeed seed{};
    const bool good = content && from_hex(trimmed(*content), seed);
    const char* const why = content ? "not 64 hex digits" : std::strerror(errno);
    if (content) {
        sodium_memzero(content->data(), content->size());
    }
    if (!good) {
        log.error("device_key_not_read",
                  {{"path", path},
                   {"why", why},
                   {"mend", "restore the file, or delete it: the device is then a new one"}});
        return Error::Io;
    }
    struct stat about {};
    if (stat(path.c_str(), &about) == 0 && (about.st_mode & 077) != 0) {
        log.warn("device_key_readable_by_others", {{"path", path}, {"mend", "chmod 600"}});
    }
    return seed;
}

std::string device_id(const SecretSeed& seed) {
    uint8_t public_key[crypto_sign_PUBLICKEYBYTES];
    uint8_t secret_key[crypto_sign_SECRETKEYBYTES];
    crypto_sign_seed_keypair(public_key, secret_key, seed.data());
    sodium_memzero(secret_key, sizeof secret_key);
    uint8_t hash[32];
    crypto_generichash(hash, sizeof hash, public_key, sizeof public_key, nullptr, 0);
    char text[sodium_base64_ENCODED_LEN(sizeof hash, sodium_base64_VARIANT_URLSAFE_NO_PADDING)];
    sodium_bin2base64(text, sizeof text, hash, sizeof hash,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return text;
}

Result<CardTypes> read_card_types(const std::string& folder, const Log& log) {
    DIR* const listing = opendir(folder.c_str());
    if (listing == nullptr) {
        log.error("card_types_not_read",
                  {{"path", folder},
                   {"why", std::strerror(errno)},
                   {"mend", "card_types_path names a folder of *.toml files, or is NULL"}});
        return Error::Io;
    }
    std::vector<std::string> names;
    while (const dirent* const entry = readdir(listing)) {
        if (std::string_view(entry->d_name).ends_with(".toml")) {
            names.emplace_back(entry->d_name);
        }
    }
    closedir(listing);
    std::sort(names.begin(), names.end());
    auto types = std::make_shared<CardTypeSet>();
    for (const std::string& name : names) {
        const std::string path = folder + "/" + name;
        const std::optional<std::string> content =
            read_whole(path, limits::card_type_file_bytes_max);
        std::string message = content ? "" : std::strerror(errno);
        if (!content || !types->add(*content, name, message).ok()) {
            log.error("card_type_not_read", {{"path", path}, {"why", message}});
            return Error::Io;
        }
    }
    return CardTypes(std::move(types));
}

} // namespace parley::abi
