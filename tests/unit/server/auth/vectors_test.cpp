// vectors_test.cpp: our tickets against other people's code, in both directions: PyJWT (Debian's
// python3-jwt) and Node's own crypto. Method: the scripts next to this file, which the
// documentation shows, run as child processes; keys go through a file, as a backend has them.
#include "server/auth/ticket.hpp"

#include "tests/support/catch.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include <nlohmann/json.hpp>

#include "tests/unit/server/auth/ticket_fixture.hpp"

using namespace parley;
using namespace parley::auth;
using namespace parley::auth::test;

namespace {

struct Ran {
    int status = -1;
    std::string output;
};

// Arguments are our own words and base64: nothing for the shell to find.
Ran run(const std::string& command) {
    Ran ran;
    FILE* pipe = popen(command.c_str(), "r");
    REQUIRE(pipe != nullptr);
    char buffer[512];
    for (size_t got = 0; (got = fread(buffer, 1, sizeof buffer, pipe)) > 0;) {
        ran.output.append(buffer, got);
    }
    ran.status = pclose(pipe);
    while (!ran.output.empty() && ran.output.back() == '\n') {
        ran.output.pop_back();
    }
    return ran;
}

std::string quoted(const std::string& text) {
    return "'" + text + "'";
}

// The issuer's seed as the PEM that openssl writes (RFC 8410 7).
class KeyFile {
public:
    KeyFile() : path_(std::filesystem::temp_directory_path() / ("parley-auth-" + name() + ".pem")) {
        const IssuerSeed seed = seed_of(1);
        std::string der("\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20", 16);
        der.append(seed.begin(), seed.end());
        constexpr int variant = sodium_base64_VARIANT_ORIGINAL;
        std::string text(sodium_base64_encoded_len(der.size(), variant), '\0');
        sodium_bin2base64(text.data(), text.size(),
                          reinterpret_cast<const unsigned char*>(der.data()), der.size(), variant);
        text.pop_back();
        std::ofstream(path_) << "-----BEGIN PRIVATE KEY-----\n"
                             << text << "\n-----END PRIVATE KEY-----\n";
    }
    ~KeyFile() {
        std::error_code gone;
        std::filesystem::remove(path_, gone);
    }
    KeyFile(const KeyFile&) = delete;
    KeyFile& operator=(const KeyFile&) = delete;
    std::string path() const { return path_.string(); }

private:
    static std::string name() {
        char text[33];
        unsigned char bytes[16];
        randombytes_buf(bytes, sizeof bytes);
        sodium_bin2hex(text, sizeof text, bytes, sizeof bytes);
        return text;
    }
    std::filesystem::path path_;
};

const std::string folder = PARLEY_SOURCE_DIR "/tests/unit/server/auth/";

// interpreter: the program and the script, quoted.
void check_both_ways(const std::string& interpreter) {
    const KeyFile key;
    const Ran minted = run(interpreter + " mint " + quoted(key.path()) + " " +
                           confirmation(device()) + " " + std::to_string(now_s));
    INFO(minted.output);
    REQUIRE(minted.status == 0);
    std::string why;
    const Result<Claims> claimed = verify_ticket(keyring(), minted.output, device(), now_ms, &why);
    INFO(why);
    REQUIRE(claimed.error() == Error::Ok);
    CHECK(claimed->subject == "player-17");
    CHECK(claimed->name == "Zoë");
    CHECK(claimed->expires_at_s == now_s + 300);
    REQUIRE(claimed->rooms.size() == 2);
    CHECK(to_text(claimed->rooms[0]) == "party:owls#leader");

    Claims said = claims();
    said.game = true;
    const std::string ours = mint_ticket(said, mint_options()).value();
    const Ran read = run(interpreter + " verify " + quoted(key.path()) + " " + ours + " " +
                         std::to_string(now_s));
    INFO(read.output);
    REQUIRE(read.status == 0);
    const auto payload = nlohmann::json::parse(read.output);
    CHECK(payload.at("sub") == "player-17");
    CHECK(payload.at("name") == "Zoë");
    CHECK(payload.at("cnf") == confirmation(device()));
    CHECK(payload.at("rooms") == nlohmann::json({"team:m42-teal", "party:owls#leader"}));
    CHECK(payload.at("roles") == nlohmann::json({"game"}));

    // And they refuse what we would.
    std::string forged = ours;
    forged[forged.size() - 10] = forged[forged.size() - 10] == 'A' ? 'B' : 'A';
    CHECK(run(interpreter + " verify " + quoted(key.path()) + " " + forged + " " +
              std::to_string(now_s) + " 2>/dev/null")
              .status != 0);
}

} // namespace

TEST_CASE("PyJWT takes our tickets and we take its", "[auth]") {
    const std::string python = PARLEY_SYSTEM_PYTHON;
    if (run(python + " -c 'import jwt' 2>/dev/null").status != 0) {
        WARN("left out: " + python + " has no PyJWT (Debian: python3-jwt)");
        return;
    }
    check_both_ways(python + " -B " + quoted(folder + "mint_ticket.py"));
}

TEST_CASE("Node's crypto takes our tickets and we take its", "[auth]") {
    const std::string node = PARLEY_NODE;
    if (node.empty()) {
        WARN("left out: there is no node on this machine (Debian: nodejs)");
        return;
    }
    check_both_ways(quoted(node) + " " + quoted(folder + "mint_ticket.mjs"));
}
