// request.hpp: what core asks of the store and what comes back, as plain values. token is echoed.
// The store runs a whole group of requests in one transaction and answers them in order; an
// answer exists only when its transaction is committed.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "schemas/base/bytes.hpp"
#include "schemas/base/error.hpp"
#include "schemas/base/ids.hpp"
#include "server/auth/claims.hpp"

namespace parley {

using Token = uint64_t;

// Numbers are stored: append only. Same order as wire::EntryBody.
enum class EntryKind : uint8_t {
    None = 0,
    Message = 1,
    Edit = 2,
    Delete = 3,
    Reactions = 4,
    Pin = 5,
    Membership = 6
};

// One entry of a room's log. body: FlatBuffer of the table that kind names (wire/stored.hpp).
struct LogEntry {
    Seq seq = 0;
    Seq target = 0;      // of Edit, Delete, Reactions, Pin: the message it changes
    Seq changed_seq = 0; // of the newest entry that changed this message; its own seq if none
    TimeMs at_ms = 0;
    UserId author{};
    Nonce nonce = 0;
    EntryKind kind = EntryKind::None;
    UserId audience{}; // 0: every member; else only this user (decided once, at commit)
    SharedFrame body;
};

struct RoomMeta {
    RoomId id{};
    uint8_t kind = 0; // wire::RoomKind
    std::string name; // Direct: "lower:higher" user ids
    std::string title;
    uint64_t incarnation = 0;
    Seq last_seq = 0;
    TimeMs last_at_ms = 0;
};
// Why somebody is a member. Stored: append only. A new ticket replaces what the last ticket gave;
// what the game's server granted stays until it is revoked.
enum class MemberOrigin : uint8_t { Ticket = 0, Grant = 1, Own = 2 };

struct StoredMember {
    UserId user{};
    std::string name;   // display name
    uint32_t flags = 0; // wire::UserFlags
    uint8_t role = 0;
    MemberOrigin origin = MemberOrigin::Ticket;
    Seq since_seq = 1; // first entry he may read
    Seq read_seq = 0;
};
struct StoredUser {
    UserId id{};
    std::string name;
    uint32_t flags = 0;
};
struct StoredRevoke {
    UserId user{};
    TimeMs at_ms = 0;
};
// What wire::UserFlags says of a user with these claims.
uint32_t flags_of(const Claims& claims);

// [requests]
// The user behind claims (made when new, name and flags updated) and the ticket's history: the same
// (issuer, jti) with another device is TicketStolen; with the same device it is fine until reauth
// is due; first use after expiry (+ skew, judged by now_ms) is TicketExpired.
struct AdmitUser {
    Token token = 0;
    Claims claims;
    DeviceKey device{};
    TimeMs now_ms = 0;
    bool reauth = false; // in-band: expiry is judged, the user must be user
    UserId user{};
};
// By id, or (id 0) by kind and name, made when new and create is set. tail: newest entries.
struct LoadRoom {
    Token token = 0;
    RoomId id{};
    uint8_t kind = 0;
    std::string name;
    bool create = false;
    uint32_t tail_entries = 0;
};
struct FindUsers {
    Token token = 0;
    std::vector<UserId> ids;
};
struct FindSubject { // a user by the studio's name; made when new
    Token token = 0;
    std::string issuer;
    std::string subject;
};
// at_ms is raised to the room's last when it would fall. A nonce seen before from this author in
// this room is answered with the first one's seq and duplicate set, and appends nothing.
struct Append {
    Token token = 0;
    RoomId room{};
    LogEntry entry; // seq is given by the store
};
// A grant also forgets that he was revoked. Of who is a member already, since_seq stays as it is.
struct PutMember {
    Token token = 0;
    RoomId room{};
    StoredMember member;    // since_seq 0: from the next entry on
    uint32_t rooms_max = 0; // Full when he has so many others; 0: no bound
};
struct DropMember {
    Token token = 0;
    RoomId room{};
    UserId user{};
    TimeMs revoked_ms = 0; // not 0: the game's server put him out then, which is remembered
};
struct PutReadMark {
    Token token = 0;
    RoomId room{};
    UserId user{};
    Seq seq = 0;
};
// Entries with seq in (after, before) that reader may see, at least from since; the count nearest
// to before when newest_first, else nearest to after; always ascending in the answer. No further
// one when their bodies have bytes_max.
struct FetchEntries {
    Token token = 0;
    RoomId room{};
    UserId reader{};
    Seq after = 0;
    Seq before = 0; // 0: no bound
    uint32_t count = 0;
    size_t bytes_max = SIZE_MAX;
    bool newest_first = false;
};
// user blocks blocked, or no longer. NotFound: there is no such user to block; Forbidden: it is the
// game's own server.
struct PutBlock {
    Token token = 0;
    UserId user{};
    UserId blocked{};
    bool on = false;
};

using StoreRequest = std::variant<AdmitUser, LoadRoom, FindUsers, FindSubject, Append, PutMember,
                                  DropMember, PutReadMark, FetchEntries, PutBlock>;

// [answers] error != Ok: nothing of the request took effect.
struct UserAdmitted {
    Token token = 0;
    Error error{};
    StoredUser user;
    TimeMs reauth_at_ms = 0;
    std::vector<RoomId> rooms; // durable memberships
    // This ticket (issuer, jti) was not seen before: its rooms are applied. On a reconnect with a
    // known one the stored memberships are the truth, so that a revoked room does not come back.
    bool first_use = false;
    std::vector<UserId> blocks; // whom he blocks, ascending
};
struct RoomLoaded {
    Token token = 0;
    Error error{};
    RoomMeta meta;
    std::vector<StoredMember> members;
    std::vector<LogEntry> tail;        // ascending, contiguous up to meta.last_seq
    std::vector<StoredRevoke> revoked; // ascending by user; old ones may be among them
    std::vector<UserId> blockers;      // Direct: who of the two blocks the other, ascending
};
struct UsersFound {
    Token token = 0;
    Error error{};
    std::vector<StoredUser> users;
};
struct Appended {
    Token token = 0;
    Error error{};
    Seq seq = 0;
    TimeMs at_ms = 0;
    bool duplicate = false;
    UserId audience{}; // as it was decided at commit; says nothing of a duplicate
};
struct MemberPut {
    Token token = 0;
    Error error{};
    Seq since_seq = 0;
    StoredUser user; // as he is called now
};
struct Done { // DropMember, PutReadMark, PutBlock
    Token token = 0;
    Error error{};
};
struct EntriesFetched {
    Token token = 0;
    Error error{};
    std::vector<LogEntry> entries;
    std::vector<StoredUser> authors;
    bool more = false;
};

using StoreAnswer =
    std::variant<UserAdmitted, RoomLoaded, UsersFound, Appended, MemberPut, Done, EntriesFetched>;

} // namespace parley
