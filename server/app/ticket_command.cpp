// ticket_command.cpp: parley ticket and parley keys, for trying things by hand.
#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include <sodium.h>

#include "schemas/base/clock.hpp"
#include "schemas/base/limits.hpp"
#include "schemas/link/enet_link.hpp"
#include "server/app/arguments.hpp"
#include "server/app/commands.hpp"
#include "server/app/config.hpp"
#include "server/app/keys.hpp"
#include "server/auth/mint.hpp"
#include "server/auth/ticket.hpp"

namespace parley {
namespace {

constexpr Option mint_options[] = {
    {"--issuer-key", "FILE", "Ed25519 private key in PEM; --dev keeps one: DIR/dev-issuer.key"},
    {"--device-id", "CNF", "43 letters that the client says: parley_device_id()"},
    {"--sub", "TEXT", "the user as the game's backend knows him"},
    {"--name", "TEXT", "what others read; --sub when not given"},
    {"--rooms", "A,B", "team:m42-teal,party:p7#leader,guild:owls"},
    {"--roles", "A,B", "game, bot, moderator"},
    {"--age-band", "TEXT", "when the studio knows it"},
    {"--issuer", "TEXT", "iss; dev when not given"},
    {"--kid", "TEXT", "which key of the issuer; dev when not given"},
    {"--audience", "TEXT", "aud; parley when not given"},
    {"--jti", "TEXT", "the ticket's own id; random when not given"},
    {"--expires-in", "S",
     "seconds to first use, -600 to 600; 600 when not given; below 0: expired"},
    {"--help", "", "this text"},
};
constexpr Option explain_options[] = {
    {"--config", "FILE", "judge the signature by this shard's issuers"},
    {"--issuer-key", "FILE", "judge it by this private key, as issuer dev"},
    {"--help", "", "this text"},
};
constexpr std::string_view mint_what =
    "Prints a ticket, as a game's backend would mint it. For trying things; in production the\n"
    "backend mints them in its own language.";
constexpr std::string_view explain_what =
    "Says what a ticket claims and what is wrong with it. The ticket is an argument, or is read\n"
    "from the standard input.";

std::vector<std::string> split(const std::string& text) {
    std::vector<std::string> parts;
    for (size_t begin = 0; begin < text.size();) {
        const size_t end = std::min(text.find(',', begin), text.size());
        if (end > begin) {
            parts.push_back(text.substr(begin, end - begin));
        }
        begin = end + 1;
    }
    return parts;
}

// What parley_device_id() gives: 32 bytes in base64url without padding.
bool is_device_id(const std::string& text) {
    uint8_t bytes[32];
    size_t size = 0;
    return sodium_base642bin(bytes, sizeof bytes, text.data(), text.size(), nullptr, &size, nullptr,
                             sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0 &&
           size == sizeof bytes;
}

bool has_blanks(const std::string& text) {
    return text.find_first_of(" \t\r\n\v\f") != std::string::npos;
}

std::string random_id() {
    uint8_t bytes[16];
    randombytes_buf(bytes, sizeof bytes);
    return to_hex(bytes);
}

bool make_claims(const Arguments& arguments, Claims& claims, std::string& message) {
    int64_t life_s = limits::ticket_life_s_max;
    if (!arguments.number("--expires-in", -limits::ticket_life_s_max, limits::ticket_life_s_max,
                          life_s, message)) {
        return false;
    }
    claims.issuer = arguments.get("--issuer", "dev");
    claims.subject = arguments.get("--sub");
    claims.name = arguments.get("--name", claims.subject);
    claims.id = arguments.get("--jti", random_id());
    claims.age_band = arguments.get("--age-band");
    // An expired one was issued before it expired, or a shard would call it malformed.
    const int64_t now_s = wall_unix_ms() / 1000;
    claims.expires_at_s = now_s + life_s;
    claims.issued_at_s = life_s > 0 ? now_s : claims.expires_at_s - limits::ticket_life_s_max;
    for (const std::string& text : split(arguments.get("--rooms"))) {
        Result<RoomClaim> room = auth::parse_room_claim(text);
        if (!room.ok()) {
            message = "the room " + text + " is not one; write kind:name, as team:m42-teal or " +
                      "party:p7#leader";
            return false;
        }
        claims.rooms.push_back(std::move(room).value());
    }
    for (const std::string& role : split(arguments.get("--roles"))) {
        if (role == "game") {
            claims.game = true;
        } else if (role == "bot") {
            claims.bot = true;
        } else if (role == "moderator") {
            claims.moderator = true;
        } else {
            message = "there is no role " + role + "; there are game, bot and moderator";
            return false;
        }
    }
    return true;
}

int mint(Words words) {
    Arguments arguments;
    std::string message;
    if (!arguments.parse(words, mint_options, message)) {
        return complain(2, message);
    }
    if (arguments.has("--help")) {
        std::fputs(help_of("ticket mint --issuer-key FILE --device-id CNF --sub TEXT [OPTION ...]",
                           mint_what, mint_options)
                       .c_str(),
                   stdout);
        return 0;
    }
    for (const std::string_view needed : {"--issuer-key", "--device-id", "--sub"}) {
        if (arguments.get(needed).empty()) {
            return complain(2, "a ticket needs " + std::string(needed) + "; --help says more");
        }
    }
    if (!is_device_id(arguments.get("--device-id"))) {
        return complain(2, "the option --device-id must be 43 letters of base64url, as "
                           "parley_device_id() gives them, not " +
                               arguments.get("--device-id"));
    }
    if (has_blanks(arguments.get("--sub"))) {
        return complain(2, "the option --sub is the user's key in the game's backend and has no "
                           "blanks; what others read is --name");
    }
    Claims claims;
    if (!make_claims(arguments, claims, message)) {
        return complain(2, message);
    }
    Result<SecretSeed> seed = load_issuer_key(arguments.get("--issuer-key"), message);
    if (!seed.ok()) {
        return complain(1, message);
    }
    const std::string audience = arguments.get("--audience", "parley");
    const std::string key_id = arguments.get("--kid", "dev");
    const std::string device_id = arguments.get("--device-id");
    auth::MintOptions options;
    options.audience = audience;
    options.key_id = key_id;
    options.seed = seed.value();
    options.device_id = device_id;
    const Result<std::string> ticket = auth::mint_ticket(claims, options);
    sodium_memzero(seed->data(), seed->size());
    sodium_memzero(options.seed.data(), options.seed.size());
    if (!ticket.ok()) {
        return complain(1, "the ticket is longer than a shard takes (" +
                               std::to_string(limits::ticket_bytes_max) +
                               " bytes); name fewer rooms");
    }
    std::puts(ticket.value().c_str());
    return 0;
}

// Whose signatures are known: of a configuration, of one key, or none.
bool make_keyring(const Arguments& arguments, auth::Keyring& keyring, std::string& message) {
    std::vector<IssuerConfig> issuers;
    std::string audience = "parley";
    if (arguments.has("--config")) {
        Result<Config> config = read_config(arguments.get("--config"), message);
        if (!config.ok()) {
            return false;
        }
        issuers = config->issuers;
        audience = config->audience;
    } else if (arguments.has("--issuer-key")) {
        const Result<SecretSeed> seed = load_issuer_key(arguments.get("--issuer-key"), message);
        if (!seed.ok()) {
            return false;
        }
        issuers = {{"dev", "dev", issuer_public_key(seed.value())}};
    }
    for (const IssuerConfig& issuer : issuers) {
        const Result<auth::IssuerKey> key = auth::parse_issuer_key(issuer.public_key, message);
        if (!key.ok() ||
            !keyring.add(issuer.name, audience, issuer.key_id, key.value(), message).ok()) {
            return false;
        }
    }
    return true;
}

int explain(Words words) {
    Arguments arguments;
    std::string message;
    if (!arguments.parse(words, explain_options, message)) {
        return complain(2, message);
    }
    if (arguments.has("--help")) {
        std::fputs(
            help_of("ticket explain [TICKET] [OPTION ...]", explain_what, explain_options).c_str(),
            stdout);
        return 0;
    }
    auth::Keyring keyring;
    if (!make_keyring(arguments, keyring, message)) {
        return complain(1, message);
    }
    std::string ticket;
    if (arguments.rest().empty()) {
        char line[2 * limits::ticket_bytes_max];
        const char* read = std::fgets(line, sizeof line, stdin);
        ticket = read == nullptr ? "" : read;
        while (!ticket.empty() && (ticket.back() == '\n' || ticket.back() == '\r')) {
            ticket.pop_back();
        }
    } else {
        ticket = arguments.rest()[0];
    }
    const bool judged = arguments.has("--config") || arguments.has("--issuer-key");
    bool good = false;
    const std::string text =
        auth::explain_ticket(keyring, ticket, wall_unix_ms(), judged, &good) +
        (judged ? "" : "signature not judged: give --config or --issuer-key\n");
    std::fputs(text.c_str(), stdout);
    return good ? 0 : 1;
}

int make_issuer(const Arguments& arguments) {
    const std::string& path = arguments.rest()[1];
    std::string message;
    if (!create_issuer_key(path, message).ok()) {
        return complain(1, message);
    }
    const Result<SecretSeed> seed = load_issuer_key(path, message);
    if (!seed.ok()) {
        return complain(1, message);
    }
    std::printf("[[issuer]]\nname = \"%s\"\nkid = \"%s\"\npublic_key = \"%s\"\n",
                arguments.get("--name", "studio").c_str(), arguments.get("--kid", "1").c_str(),
                issuer_public_key(seed.value()).c_str());
    return 0;
}

int show_server(const Arguments& arguments) {
    std::string message;
    const Result<SecretSeed> seed = load_server_key(arguments.rest()[1], message);
    if (!seed.ok()) {
        return complain(1, message);
    }
    std::puts(to_hex(link_public_key(seed.value())).c_str());
    return 0;
}

bool init_sodium() {
    return sodium_init() >= 0;
}

} // namespace

int ticket_command(Words words) {
    if (!init_sodium()) {
        return complain(1, "libsodium cannot be initialised: the system gives no random numbers");
    }
    const std::string_view what = words.empty() ? std::string_view() : words[0];
    if (what == "mint") {
        return mint(words.subspan(1));
    }
    if (what == "explain") {
        return explain(words.subspan(1));
    }
    constexpr const char* help = "usage: parley ticket mint|explain ...\n\n"
                                 "Makes a ticket, or says what one claims; each has --help.\n";
    if (what == "--help") {
        std::fputs(help, stdout);
        return 0;
    }
    return complain(2, "ticket does mint and explain; parley ticket --help says more");
}

int keys_command(Words words) {
    constexpr Option options[] = {
        {"--name", "TEXT", "issuer: its name (iss); studio when not given"},
        {"--kid", "TEXT", "issuer: the key's id; 1 when not given"},
        {"--help", "", "this text"},
    };
    if (!init_sodium()) {
        return complain(1, "libsodium cannot be initialised: the system gives no random numbers");
    }
    Arguments arguments;
    std::string message;
    if (!arguments.parse(words, options, message)) {
        return complain(2, message);
    }
    if (arguments.has("--help")) {
        std::fputs(help_of("keys issuer|server FILE [OPTION ...]",
                           "issuer FILE  makes the key that signs tickets (PEM, for the backend) "
                           "and prints the lines\n             for the shard's configuration.\n"
                           "server FILE  prints the public key that games pin; makes the key when "
                           "FILE is missing.",
                           options)
                       .c_str(),
                   stdout);
        return 0;
    }
    if (arguments.rest().size() == 2 && arguments.rest()[0] == "issuer") {
        return make_issuer(arguments);
    }
    if (arguments.rest().size() == 2 && arguments.rest()[0] == "server") {
        return show_server(arguments);
    }
    return complain(2, "keys makes issuer FILE or server FILE; parley keys --help says more");
}

} // namespace parley
