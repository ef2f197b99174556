// ticket.cpp: see ticket.hpp. The order: size and shape, header, key, signature, and only then a
// word of what the payload claims (but iss, which names the key).
#include "server/auth/ticket.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <sodium.h>

#include "schemas/base/limits.hpp"
#include "schemas/text/utf8.hpp"
#include "schemas/wire/generated.hpp"
#include "server/auth/json.hpp"

namespace parley::auth {

namespace {

constexpr int base64url = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
constexpr int64_t time_s_max = int64_t{1} << 40; // so that adding cannot overflow

std::optional<std::string> decode_base64url(std::string_view text) {
    std::string bytes(text.size(), '\0');
    size_t size = 0;
    const char* end = nullptr;
    if (sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                          text.size(), nullptr, &size, &end, base64url) != 0 ||
        end != text.data() + text.size()) {
        return std::nullopt;
    }
    bytes.resize(size);
    return bytes;
}

// A ticket taken apart, believed in nothing yet.
struct Parts {
    std::string_view signed_text; // header '.' payload
    std::string signature;
    JsonObject header;
    JsonObject payload;
};

// Empty: all is well; else the sentence.
using Fault = std::string;

Fault take_apart(std::string_view ticket, Parts& parts) {
    if (ticket.size() > limits::ticket_bytes_max) {
        return "the ticket is longer than 2048 bytes";
    }
    const size_t first = ticket.find('.');
    const size_t second = first == std::string_view::npos ? first : ticket.find('.', first + 1);
    if (second == std::string_view::npos ||
        ticket.find('.', second + 1) != std::string_view::npos) {
        return "the ticket is not three parts with dots between";
    }
    const auto header = decode_base64url(ticket.substr(0, first));
    const auto payload = decode_base64url(ticket.substr(first + 1, second - first - 1));
    auto signature = decode_base64url(ticket.substr(second + 1));
    if (!header || !payload || !signature) {
        return "a part of the ticket is not base64url without padding";
    }
    if (signature->size() != crypto_sign_BYTES) {
        return "the signature does not have 64 bytes; only EdDSA with Ed25519 is taken";
    }
    std::string why;
    auto header_object = read_json(*header, why);
    if (!header_object) {
        return "the header " + why;
    }
    auto payload_object = read_json(*payload, why);
    if (!payload_object) {
        return "the payload " + why;
    }
    parts.signed_text = ticket.substr(0, second);
    parts.signature = std::move(*signature);
    parts.header = std::move(*header_object);
    parts.payload = std::move(*payload_object);
    return {};
}

Fault check_header(const JsonObject& header) {
    for (const auto& [key, value] : header.members) {
        if (key != "alg" && key != "typ" && key != "kid") {
            return "the header may have alg, typ and kid only";
        }
    }
    const std::string* algorithm = header.string("alg");
    if (algorithm == nullptr || *algorithm != "EdDSA") {
        return "alg must be EdDSA";
    }
    const std::string* type = header.string("typ");
    if (header.find("typ") != nullptr && (type == nullptr || *type != "JWT")) {
        return "typ must be JWT or missing";
    }
    const std::string* key_id = header.string("kid");
    if (key_id == nullptr || key_id->empty()) {
        return "kid is missing: say which of your keys signed";
    }
    return {};
}

Fault check_signature(const Keyring& keyring, const Parts& parts) {
    const std::string* issuer = parts.payload.string("iss");
    if (issuer == nullptr || keyring.issuer(*issuer) == nullptr) {
        return "iss is not an issuer that this shard knows";
    }
    const IssuerKey* key = keyring.find(*issuer, *parts.header.string("kid"));
    if (key == nullptr) {
        return "kid is not a key of this issuer";
    }
    const auto* bytes = reinterpret_cast<const unsigned char*>(parts.signed_text.data());
    if (crypto_sign_verify_detached(reinterpret_cast<const unsigned char*>(parts.signature.data()),
                                    bytes, parts.signed_text.size(), key->data()) != 0) {
        return "the signature is not of this issuer's key";
    }
    return {};
}

bool names_audience(const JsonObject& payload, std::string_view audience) {
    if (const std::string* one = payload.string("aud")) {
        return *one == audience;
    }
    const JsonStrings* many = payload.strings("aud");
    return many != nullptr && std::find(many->begin(), many->end(), audience) != many->end();
}

// Ids go into logs, queries and admin's eyes: bytes that show.
bool plain_id(const std::string* id, size_t bytes_max) {
    return id != nullptr && !id->empty() && id->size() <= bytes_max && text::valid_utf8(*id) &&
           std::all_of(id->begin(), id->end(), [](char byte) {
               const auto value = static_cast<uint8_t>(byte);
               return value > 0x20 && value != 0x7F;
           });
}

Fault read_times(const JsonObject& payload, Claims& claims) {
    const int64_t* issued = payload.number("iat");
    const int64_t* expires = payload.number("exp");
    if (issued == nullptr || expires == nullptr || *issued < 0 || *issued > time_s_max ||
        *expires < 0 || *expires > time_s_max) {
        return "iat and exp must be whole seconds since 1970";
    }
    if (*expires <= *issued) {
        return "exp is not after iat";
    }
    if (*expires - *issued > limits::ticket_life_s_max) {
        return "the ticket lives longer than ten minutes";
    }
    claims.issued_at_s = *issued;
    claims.expires_at_s = *expires;
    return {};
}

Fault read_rooms(const JsonObject& payload, Claims& claims) {
    if (payload.find("rooms") == nullptr) {
        return {};
    }
    const JsonStrings* rooms = payload.strings("rooms");
    if (rooms == nullptr || rooms->size() > limits::ticket_rooms_max) {
        return "rooms must be a list of at most 64 strings";
    }
    for (const std::string& said : *rooms) {
        Result<RoomClaim> room = parse_room_claim(said);
        if (!room) {
            return "a room is not written like team:m42-teal";
        }
        const bool twice =
            std::any_of(claims.rooms.begin(), claims.rooms.end(), [&](const RoomClaim& other) {
                return other.kind == room->kind && other.name == room->name;
            });
        if (twice) {
            return "a room stands twice";
        }
        claims.rooms.push_back(std::move(room).value());
    }
    return {};
}

Fault read_roles(const JsonObject& payload, Claims& claims) {
    if (payload.find("roles") == nullptr) {
        return {};
    }
    const JsonStrings* roles = payload.strings("roles");
    if (roles == nullptr) {
        return "roles must be a list of strings";
    }
    const auto has = [&](std::string_view role) {
        return std::find(roles->begin(), roles->end(), role) != roles->end();
    };
    claims.game = has("game");
    claims.bot = has("bot");
    claims.moderator = has("moderator");
    return {};
}

Fault read_claims(const JsonObject& payload, Claims& claims) {
    const std::string* subject = payload.string("sub");
    const std::string* id = payload.string("jti");
    const std::string* name = payload.string("name");
    if (!plain_id(subject, limits::subject_bytes_max)) {
        return "sub must be 1 to 128 bytes without blanks";
    }
    if (!plain_id(id, limits::ticket_id_bytes_max)) {
        return "jti must be 1 to 128 bytes without blanks";
    }
    if (name == nullptr) {
        return "name is missing: what others read";
    }
    Result<std::string> shown = text::sanitise_name(*name);
    if (!shown) {
        return "name cannot be shown, or has more than 32 characters";
    }
    if (payload.find("age_band") != nullptr) {
        const std::string* band = payload.string("age_band");
        if (!plain_id(band, limits::age_band_bytes_max)) {
            return "age_band must be 1 to 16 bytes without blanks";
        }
        claims.age_band = *band;
    }
    claims.issuer = *payload.string("iss");
    claims.subject = *subject;
    claims.id = *id;
    claims.name = std::move(shown).value();
    for (const auto read : {read_times, read_rooms, read_roles}) {
        if (Fault fault = read(payload, claims); !fault.empty()) {
            return fault;
        }
    }
    return {};
}

Fault judge_start(const Claims& claims, TimeMs now_ms) {
    return claims.issued_at_s > now_ms / 1000 + limits::ticket_skew_s
               ? "iat lies in the future: is the backend's clock right?"
               : Fault();
}

// Everything but the device.
Fault judge(const Keyring& keyring, const Parts& parts, TimeMs now_ms, Claims& claims) {
    if (Fault fault = check_header(parts.header); !fault.empty()) {
        return fault;
    }
    if (Fault fault = check_signature(keyring, parts); !fault.empty()) {
        return fault;
    }
    if (Fault fault = read_claims(parts.payload, claims); !fault.empty()) {
        return fault;
    }
    if (!names_audience(parts.payload, keyring.issuer(claims.issuer)->audience)) {
        return "aud names another shard";
    }
    return judge_start(claims, now_ms);
}

// What can be said without knowing anybody's key.
Fault judge_unsigned(const Parts& parts, TimeMs now_ms, Claims& claims) {
    if (Fault fault = check_header(parts.header); !fault.empty()) {
        return fault;
    }
    if (parts.payload.string("iss") == nullptr) {
        return "iss is missing: say who signed";
    }
    if (Fault fault = read_claims(parts.payload, claims); !fault.empty()) {
        return fault;
    }
    return judge_start(claims, now_ms);
}

std::string seconds(int64_t count) {
    return std::to_string(count) + " s";
}

} // namespace

Result<Claims> verify_ticket(const Keyring& keyring, std::string_view ticket,
                             const DeviceKey& device, TimeMs now_ms, std::string* why) {
    Parts parts;
    Claims claims;
    Fault fault = take_apart(ticket, parts);
    if (fault.empty()) {
        fault = judge(keyring, parts, now_ms, claims);
    }
    if (!fault.empty()) {
        if (why != nullptr) {
            *why = std::move(fault);
        }
        return Error::BadTicket;
    }
    const std::string* said = parts.payload.string("cnf");
    const std::string expected = confirmation(device);
    if (said == nullptr || said->size() != expected.size()) {
        if (why != nullptr) {
            *why = "cnf is missing or not base64url of 32 bytes";
        }
        return Error::BadTicket;
    }
    if (sodium_memcmp(said->data(), expected.data(), expected.size()) != 0) {
        if (why != nullptr) {
            *why = "the ticket was made for another device";
        }
        return Error::TicketStolen;
    }
    return claims;
}

bool expired(const Claims& claims, TimeMs now_ms) {
    return now_ms > (claims.expires_at_s + limits::ticket_skew_s) * 1000;
}

std::string confirmation(const DeviceKey& device) {
    std::array<uint8_t, 32> hash;
    crypto_generichash(hash.data(), hash.size(), device.data(), device.size(), nullptr, 0);
    std::array<char, sodium_base64_ENCODED_LEN(32, sodium_base64_VARIANT_URLSAFE_NO_PADDING)> text;
    sodium_bin2base64(text.data(), text.size(), hash.data(), hash.size(), base64url);
    return text.data();
}

std::string explain_ticket(const Keyring& keyring, std::string_view ticket, TimeMs now_ms,
                           bool with_signature, bool* good) {
    if (good != nullptr) {
        *good = false;
    }
    Parts parts;
    if (const Fault fault = take_apart(ticket, parts); !fault.empty()) {
        return "This is no ticket: " + fault + ".\n";
    }
    std::string said;
    const auto say = [&](std::string_view what, const std::string* value,
                         const std::string& wanted = {}) {
        said += std::string(what) + ": ";
        said += value == nullptr ? std::string("missing") : *value;
        said += wanted.empty() ? std::string() : " (wanted: " + wanted + ")";
        said += '\n';
    };
    const auto say_all = [&](std::string_view what, const JsonStrings* values) {
        if (values != nullptr) {
            for (const std::string& value : *values) {
                say(what, &value);
            }
        }
    };
    const std::string* name_of_issuer = parts.payload.string("iss");
    const Issuer* issuer = name_of_issuer == nullptr ? nullptr : keyring.issuer(*name_of_issuer);
    say("Key id (kid)", parts.header.string("kid"));
    say("Issuer (iss)", name_of_issuer);
    const std::string wanted = issuer == nullptr ? std::string() : issuer->audience;
    if (const JsonStrings* audiences = parts.payload.strings("aud"); audiences != nullptr) {
        for (const std::string& audience : *audiences) {
            say("For (aud)", &audience, wanted);
        }
    } else {
        say("For (aud)", parts.payload.string("aud"), wanted);
    }
    say("User (sub)", parts.payload.string("sub"));
    say("Name (name)", parts.payload.string("name"));
    say("Ticket id (jti)", parts.payload.string("jti"));
    const int64_t now_s = now_ms / 1000;
    constexpr std::pair<const char*, const char*> times[] = {{"Issued (iat)", "iat"},
                                                             {"Expires (exp)", "exp"}};
    for (const auto& [what, key] : times) {
        const int64_t* at_s = parts.payload.number(key);
        const std::string text = at_s == nullptr ? std::string() : std::to_string(*at_s);
        say(what, at_s == nullptr ? nullptr : &text, "now is " + std::to_string(now_s));
    }
    const std::string* device = parts.payload.string("cnf");
    const size_t device_bytes = confirmation({}).size();
    say("Device (cnf)", device, std::to_string(device_bytes) + " letters of parley_device_id()");
    say_all("Room", parts.payload.strings("rooms"));
    say_all("Role", parts.payload.strings("roles"));

    Claims claims;
    Fault fault = with_signature ? judge(keyring, parts, now_ms, claims)
                                 : judge_unsigned(parts, now_ms, claims);
    if (fault.empty() && expired(claims, now_ms)) {
        fault = "it expired " + seconds(now_s - claims.expires_at_s) +
                " ago; a device that used it in time may still reconnect";
    }
    if (fault.empty() && (device == nullptr || device->size() != device_bytes)) {
        fault = "cnf is missing or not base64url of 32 bytes";
    }
    if (!fault.empty()) {
        return said + "Refused: " + fault + ".\n";
    }
    if (good != nullptr) {
        *good = true;
    }
    return said + "Good for " + seconds(claims.expires_at_s - now_s) +
           ", from the device whose key has the hash in cnf.\n";
}

Result<RoomClaim> parse_room_claim(std::string_view text) {
    constexpr std::string_view leader = "#leader";
    const size_t colon = text.find(':');
    if (colon == std::string_view::npos) {
        return Error::BadTicket;
    }
    const std::string_view kind = text.substr(0, colon);
    std::string_view name = text.substr(colon + 1);
    RoomClaim room;
    if (kind == "team") {
        room.kind = static_cast<uint8_t>(wire::RoomKind::Team);
    } else if (kind == "party") {
        room.kind = static_cast<uint8_t>(wire::RoomKind::Party);
    } else if (kind == "guild") {
        room.kind = static_cast<uint8_t>(wire::RoomKind::Guild);
    } else if (kind == "global") {
        room.kind = static_cast<uint8_t>(wire::RoomKind::Global);
    } else {
        return Error::BadTicket;
    }
    if (name.size() > leader.size() && name.substr(name.size() - leader.size()) == leader) {
        name.remove_suffix(leader.size());
        room.role = static_cast<uint8_t>(wire::Role::Leader);
    }
    // A name that cleaning would change could be mistaken for another.
    if (name.empty() || name.size() > limits::room_name_bytes_max ||
        name.find('#') != std::string_view::npos) {
        return Error::BadTicket;
    }
    const Result<std::string> cleaned = parley::text::sanitise(
        name, {.code_points_max = limits::room_name_bytes_max, .lines_max = 1});
    if (!cleaned || *cleaned != name) {
        return Error::BadTicket;
    }
    room.name = name;
    return room;
}

std::string to_text(const RoomClaim& room) {
    const char* kind = "";
    switch (static_cast<wire::RoomKind>(room.kind)) {
    case wire::RoomKind::Team:
        kind = "team:";
        break;
    case wire::RoomKind::Party:
        kind = "party:";
        break;
    case wire::RoomKind::Guild:
        kind = "guild:";
        break;
    case wire::RoomKind::Global:
        kind = "global:";
        break;
    case wire::RoomKind::None:
    case wire::RoomKind::Direct:
        break; // never in a ticket
    }
    return kind + room.name +
           (room.role == static_cast<uint8_t>(wire::Role::Leader) ? "#leader" : "");
}

} // namespace parley::auth
