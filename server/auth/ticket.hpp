// ticket.hpp: is this ticket good? A ticket is a compact JWS (RFC 7515), EdDSA only, that the
// game's backend signed for one user and one device. Strict: at most 2,048 bytes; a header of alg,
// typ and kid and nothing else; no JSON key twice; whole-number times; at most ten minutes from iat
// to exp.
//
//     iss, aud     the backend and the shard it is for, as configured
//     sub          the backend's name for the user
//     iat, exp     Unix seconds
//     jti          unique for each ticket
//     cnf          base64url of BLAKE2b-256 of the device's public key: stolen, it is useless
//     name         what others read
//     age_band     optional
//     roles        optional list: "game", "bot", "moderator"; others mean nothing here
//     rooms        optional list: "team:m42-teal", "party:p7#leader", "guild:owls", "global:eu"
//
// Pure: time comes in by argument. Nothing here prints a ticket.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "schemas/base/ids.hpp"
#include "schemas/base/result.hpp"
#include "server/auth/claims.hpp"
#include "server/auth/keyring.hpp"

namespace parley::auth {

// What ticket and device claim, if everything about them is right now except expiry, which is
// judged at a ticket's first use (the store knows which that is): ask expired() then. Errors:
// BadTicket; and TicketStolen when the ticket is good but made for another device. why, if given,
// gets one sentence for the log or a developer.
Result<Claims> verify_ticket(const Keyring& keyring, std::string_view ticket,
                             const DeviceKey& device, TimeMs now_ms, std::string* why = nullptr);

// Clocks may differ by limits::ticket_skew_s.
bool expired(const Claims& claims, TimeMs now_ms);

// The cnf claim of a device.
std::string confirmation(const DeviceKey& device);

// What a ticket says and what is wrong with it, in sentences, for the developer who made it. Says
// nothing of the signature's bytes. The device is not judged: only its owner has the key.
// Without a signature whose keys are known, the rest is judged and that is said. good, if given,
// says whether anything that was judged is refused.
std::string explain_ticket(const Keyring& keyring, std::string_view ticket, TimeMs now_ms,
                           bool with_signature = true, bool* good = nullptr);

// "team:m42-teal" and back. Nothing: unknown kind, no name, or a name that could not be shown.
Result<RoomClaim> parse_room_claim(std::string_view text);
std::string to_text(const RoomClaim& room);

} // namespace parley::auth
