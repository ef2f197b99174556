// keys.cpp: key files.
#include "server/app/keys.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

namespace parley {
namespace {

constexpr size_t key_file_bytes_max = 4096;
constexpr std::string_view pem_begin = "-----BEGIN PRIVATE KEY-----";
constexpr std::string_view pem_end = "-----END PRIVATE KEY-----";
// RFC 8410: what stands before the 32 bytes of an Ed25519 seed in PKCS #8.
constexpr uint8_t pkcs8_ed25519[] = {0x30, 0x2E, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06,
                                     0x03, 0x2B, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20};
constexpr size_t pkcs8_bytes = sizeof pkcs8_ed25519 + 32;

// Text of a secret; cleared when it goes.
struct SecretText {
    std::string text;
    SecretText() = default;
    SecretText(const SecretText&) = delete;
    SecretText& operator=(const SecretText&) = delete;
    ~SecretText() { sodium_memzero(text.data(), text.size()); }
};

// False: errno says why.
bool create_file(const std::string& path, std::string_view content, int mode, int more_flags) {
    const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | more_flags, mode);
    if (file < 0) {
        return false;
    }
    ssize_t written = 0;
    while (!content.empty() && written >= 0) { // a part only when the rest finds no room
        written = write(file, content.data(), content.size());
        content.remove_prefix(static_cast<size_t>(std::max<ssize_t>(written, 0)));
    }
    const bool good = content.empty() && fsync(file) == 0;
    const int error = errno;
    close(file);
    errno = error;
    return good;
}

// What to do when a file could not be made.
std::string way_out(const std::string& path, int error) {
    const std::filesystem::path folder = std::filesystem::path(path).parent_path();
    switch (error) {
    case ENOENT:
        return "make the folder " + folder.string() + " first";
    case EEXIST:
        return "there is such a file already, choose another name or move it away";
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return "make room on the disk and try again";
    default:
        return "check that its folder may be written";
    }
}

// So that a name that was given in the folder is still there after a power cut. False: errno.
bool sync_folder(std::filesystem::path folder) {
    folder = folder.empty() ? "." : folder;
    const int opened = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (opened < 0) {
        return false;
    }
    const bool good = fsync(opened) == 0;
    const int error = errno;
    close(opened);
    errno = error;
    return good;
}

// All or nothing: the text goes to a file beside it, which gets the name when it is on disk, and
// only if nobody else has it; the name is on the disk too before anybody relies on the key.
bool create_secret(const std::string& path, const SecretText& secret, std::string& message) {
    const std::string draft = path + "." + std::to_string(randombytes_random()) + ".new";
    const bool named =
        create_file(draft, secret.text, 0600, O_EXCL) && link(draft.c_str(), path.c_str()) == 0;
    const bool good = named && sync_folder(std::filesystem::path(path).parent_path());
    const int error = errno;
    ignore(unlink(draft.c_str()) == 0, "there is none when it could not be made");
    if (named && !good) {
        ignore(unlink(path.c_str()) == 0, "nobody has been told of this key");
    }
    if (!good) {
        message = "the key file " + path + " cannot be made (" + std::strerror(error) + "); " +
                  way_out(path, error);
    }
    return good;
}

Error read_secret(const std::string& path, SecretText& secret, std::string& message) {
    const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        message = "the key file " + path + " cannot be read (" + std::strerror(errno) + ")";
        return errno == ENOENT ? Error::NotFound : Error::Io;
    }
    struct stat status {};
    if (fstat(file, &status) != 0 || (status.st_mode & 077) != 0) {
        message = "the key file " + path + " may be read by others; chmod 600 " + path;
        close(file);
        return Error::Io;
    }
    secret.text.resize(key_file_bytes_max);
    const ssize_t size = read(file, secret.text.data(), secret.text.size());
    close(file);
    if (size < 0) {
        message = "the key file " + path + " cannot be read (" + std::strerror(errno) + ")";
        return Error::Io;
    }
    secret.text.resize(static_cast<size_t>(size));
    return Error::Ok;
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    const size_t begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos) {
        return {};
    }
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

} // namespace

std::string to_hex(Bytes bytes) {
    std::string hex(2 * bytes.size() + 1, '\0');
    sodium_bin2hex(hex.data(), hex.size(), bytes.data(), bytes.size());
    hex.pop_back();
    return hex;
}

Result<PublicKey> key_from_hex(std::string_view hex) {
    PublicKey key{};
    size_t size = 0;
    const char* end = nullptr;
    if (hex.size() != 2 * key.size() ||
        sodium_hex2bin(key.data(), key.size(), hex.data(), hex.size(), nullptr, &size, &end) != 0 ||
        size != key.size()) {
        return Error::BadArgument;
    }
    return key;
}

Result<SecretSeed> load_server_key(const std::string& path, std::string& message) {
    SecretText secret;
    Error error = read_secret(path, secret, message);
    if (error == Error::NotFound) {
        SecretSeed made{};
        randombytes_buf(made.data(), made.size());
        secret.text = to_hex(made) + "\n";
        if (!create_secret(path, secret, message)) {
            return Error::Io;
        }
        return made;
    }
    if (error != Error::Ok) {
        return error;
    }
    Result<PublicKey> key = key_from_hex(trimmed(secret.text));
    if (!key.ok()) {
        message = "the key file " + path +
                  " does not hold 64 hex digits; restore it from a backup "
                  "(a new key means that every game must pin it)";
        return Error::Io;
    }
    return SecretSeed(key.value());
}

Result<SecretSeed> load_issuer_key(const std::string& path, std::string& message) {
    SecretText secret;
    if (const Error error = read_secret(path, secret, message); error != Error::Ok) {
        return error;
    }
    const std::string_view text = secret.text;
    const size_t begin = text.find(pem_begin);
    const size_t end = text.find(pem_end);
    uint8_t bytes[pkcs8_bytes] = {};
    size_t size = 0;
    bool good = begin != std::string_view::npos && end != std::string_view::npos && begin < end;
    if (good) {
        const std::string_view body =
            text.substr(begin + pem_begin.size(), end - begin - pem_begin.size());
        good = sodium_base642bin(bytes, sizeof bytes, body.data(), body.size(), " \r\n", &size,
                                 nullptr, sodium_base64_VARIANT_ORIGINAL) == 0 &&
               size == pkcs8_bytes &&
               std::equal(std::begin(pkcs8_ed25519), std::end(pkcs8_ed25519), bytes);
    }
    if (!good) {
        message = "the key file " + path +
                  " is not an Ed25519 private key in PEM; make one with parley keys issuer " +
                  "FILE or openssl genpkey -algorithm ed25519";
        return Error::Io;
    }
    SecretSeed seed{};
    std::copy_n(bytes + sizeof pkcs8_ed25519, seed.size(), seed.begin());
    sodium_memzero(bytes, sizeof bytes);
    return seed;
}

Result<void> create_issuer_key(const std::string& path, std::string& message) {
    uint8_t bytes[pkcs8_bytes];
    std::copy(std::begin(pkcs8_ed25519), std::end(pkcs8_ed25519), bytes);
    randombytes_buf(bytes + sizeof pkcs8_ed25519, 32);
    char encoded[sodium_base64_ENCODED_LEN(pkcs8_bytes, sodium_base64_VARIANT_ORIGINAL)];
    sodium_bin2base64(encoded, sizeof encoded, bytes, sizeof bytes, sodium_base64_VARIANT_ORIGINAL);
    SecretText secret;
    secret.text = std::string(pem_begin) + "\n" + encoded + "\n" + std::string(pem_end) + "\n";
    sodium_memzero(bytes, sizeof bytes);
    sodium_memzero(encoded, sizeof encoded);
    return create_secret(path, secret, message) ? Result<void>() : Result<void>(Error::Io);
}

std::string issuer_public_key(const SecretSeed& seed) {
    uint8_t public_key[crypto_sign_PUBLICKEYBYTES];
    uint8_t secret_key[crypto_sign_SECRETKEYBYTES];
    crypto_sign_seed_keypair(public_key, secret_key, seed.data());
    sodium_memzero(secret_key, sizeof secret_key);
    char encoded[sodium_base64_ENCODED_LEN(crypto_sign_PUBLICKEYBYTES,
                                           sodium_base64_VARIANT_URLSAFE_NO_PADDING)];
    sodium_bin2base64(encoded, sizeof encoded, public_key, sizeof public_key,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return encoded;
}

Result<void> write_file(const std::string& path, std::string_view content, std::string& message) {
    if (create_file(path, content, 0644, O_TRUNC)) {
        return {};
    }
    message = "the file " + path + " cannot be written (" + std::strerror(errno) + ")";
    return Error::Io;
}

} // namespace parley
