// keys_test.cpp: key files are made once, for their owner alone, and refused when they are not.
#include "server/app/keys.hpp"

#include "tests/support/catch.hpp"

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <sodium.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/unit/server/store/store_test_help.hpp"

using namespace parley;

namespace {

int mode_of(const std::string& path) {
    struct stat status {};
    REQUIRE(stat(path.c_str(), &status) == 0);
    return static_cast<int>(status.st_mode & 0777);
}

// How often a folder was brought to the disk while the watched file had its name in it.
struct FolderSyncs {
    std::string watched;
    int with_name = 0;
    bool fail = false;
} folder_syncs;

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

} // namespace

// In front of the C library's.
extern "C" int fsync(int file) {
    struct stat status {};
    if (fstat(file, &status) == 0 && S_ISDIR(status.st_mode)) {
        if (folder_syncs.fail) {
            errno = EIO;
            return -1;
        }
        folder_syncs.with_name += std::filesystem::exists(folder_syncs.watched) ? 1 : 0;
    }
    return static_cast<int>(syscall(SYS_fsync, file));
}

TEST_CASE("a server key is made once and stays", "[keys]") {
    test::Folder folder;
    const std::string path = folder.file("server.key");
    std::string message;
    const auto first = load_server_key(path, message);
    const auto second = load_server_key(path, message);
    REQUIRE(first.ok());
    REQUIRE(second.ok());
    CHECK(first.value() == second.value());
    CHECK(first.value() != SecretSeed{});
    CHECK(mode_of(path) == 0600);
    const auto other = load_server_key(folder.file("other.key"), message);
    CHECK(other.value() != first.value());
}

TEST_CASE("a key file that others may read is refused with the way to mend it", "[keys]") {
    test::Folder folder;
    const std::string path = folder.file("server.key");
    std::string message;
    REQUIRE(load_server_key(path, message).ok());
    REQUIRE(chmod(path.c_str(), 0640) == 0);
    CHECK_FALSE(load_server_key(path, message).ok());
    CHECK(contains(message, "chmod 600 " + path));
}

TEST_CASE("a damaged server key is refused and never replaced", "[keys]") {
    test::Folder folder;
    const std::string path = folder.file("server.key");
    const std::string content = GENERATE(std::string(""), std::string("00"), std::string(63, 'a'),
                                         std::string(64, 'g'), std::string(66, 'a'));
    std::ofstream(path) << content;
    REQUIRE(chmod(path.c_str(), 0600) == 0);
    std::string message;
    CHECK(load_server_key(path, message).error() == Error::Io);
    CHECK(contains(message, "restore it from a backup"));
    std::ostringstream still;
    still << std::ifstream(path).rdbuf();
    CHECK(still.str() == content);
}

TEST_CASE("a key that finds no room on the disk leaves nothing behind", "[keys]") {
    REQUIRE(sodium_init() >= 0);
    test::Folder folder;
    const std::string path = folder.file("server.key");
    std::string message;
    rlimit before{};
    REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
    rlimit small = before;
    small.rlim_cur = 10;
    const auto handler = signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small);
    const Error error = load_server_key(path, message).error();
    setrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, handler);
    CHECK(error == Error::Io);
    CHECK(contains(message, "make room on the disk"));
    CHECK(std::filesystem::is_empty(std::filesystem::path(path).parent_path()));
    CHECK(load_server_key(path, message).ok());
    CHECK(std::filesystem::hard_link_count(path) == 1);
}

TEST_CASE("the name of a new key is on the disk before anybody relies on it", "[keys]") {
    REQUIRE(sodium_init() >= 0);
    test::Folder folder;
    const std::string path = folder.file("server.key");
    std::string message;
    folder_syncs = {};
    folder_syncs.watched = path;
    REQUIRE(load_server_key(path, message).ok());
    CHECK(folder_syncs.with_name == 1);
    REQUIRE(load_server_key(path, message).ok());
    CHECK(folder_syncs.with_name == 1); // a key that was there needs none

    // A folder that cannot be brought to the disk has no key.
    const std::string other = folder.file("other.key");
    folder_syncs = {};
    folder_syncs.fail = true;
    CHECK(load_server_key(other, message).error() == Error::Io);
    folder_syncs = {};
    CHECK(contains(message, "the key file " + other + " cannot be made"));
    CHECK_FALSE(std::filesystem::exists(other));
}

TEST_CASE("a key in a folder that is not there says which folder to make", "[keys]") {
    REQUIRE(sodium_init() >= 0);
    test::Folder folder;
    std::string message;
    CHECK(load_server_key(folder.file("none/server.key"), message).error() == Error::Io);
    CHECK(contains(message, "make the folder " + folder.file("none") + " first"));
}

TEST_CASE("an issuer key is PEM as openssl writes it", "[keys]") {
    test::Folder folder;
    const std::string path = folder.file("issuer.key");
    std::string message;
    REQUIRE(create_issuer_key(path, message).ok());
    CHECK(mode_of(path) == 0600);
    CHECK(load_issuer_key(path, message).ok());
    CHECK_FALSE(create_issuer_key(path, message).ok()); // never written over

    // The key pair of RFC 8032 7.1, test 1, in the form that openssl gives it.
    const std::string known = folder.file("known.key");
    std::ofstream(known) << "-----BEGIN PRIVATE KEY-----\n"
                            "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
                            "-----END PRIVATE KEY-----\n";
    REQUIRE(chmod(known.c_str(), 0600) == 0);
    const auto seed = load_issuer_key(known, message);
    REQUIRE(seed.ok());
    CHECK(to_hex(seed.value()) ==
          "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
    CHECK(issuer_public_key(seed.value()) == "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
}

TEST_CASE("a file that is no issuer key is refused with a sentence", "[keys]") {
    test::Folder folder;
    const std::string path = folder.file("issuer.key");
    std::ofstream(path) << "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    REQUIRE(chmod(path.c_str(), 0600) == 0);
    std::string message;
    CHECK(load_issuer_key(path, message).error() == Error::Io);
    CHECK(contains(message, "openssl genpkey -algorithm ed25519"));
}
