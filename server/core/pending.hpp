// pending.hpp: what waits. A Pending is a request at the store and what its answer is for; a Waiter
// is something that needs a room which is being loaded.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "schemas/base/bytes.hpp"
#include "schemas/base/ids.hpp"
#include "schemas/wire/generated.hpp"
#include "server/core/pace.hpp"
#include "server/core/room.hpp"
#include "server/core/session.hpp"
#include "server/store/request.hpp"

namespace parley {

// A room by id, or (id 0) by kind and name.
struct RoomKey {
    RoomId id{};
    uint8_t kind = 0;
    std::string name{};
    bool create = false;
};

// A member on his way out. He is out in memory already.
struct DropOp {
    UserId user{};
    Member member{}; // comes back when a leave fails
    std::vector<Requester> from{};
    bool was_member = false; // so that there is a line to write
    TimeMs revoked_ms = 0;   // not 0: by the game's server, by the wall clock
    bool returns = false;    // Leave: nothing took effect; else he stays out and it is tried again
    wire::MembershipChange change = wire::MembershipChange::Left;
};

// [waiters]
struct CommandWaits { // runs again from the start, as if it came now
    SessionId session{};
    ByteVector frame;
};
struct EnterWaits { // a member's session has not been told of the room yet
    SessionId session{};
};
struct TicketWaits { // the room is joined or left, as the ticket says
    UserId user{};
    std::shared_ptr<const Ticket> ticket;
};
struct GlobalWaits { // everyone is a member
    UserId user{};
};
struct DirectWaits { // other exists
    Requester from;
    StoredUser other;
};
struct DropWaits { // a member who is out already; the store did not take it the first time
    DropOp op;
};
struct EntryWaits { // a membership entry that the store did not take the first time
    LogEntry entry;
};
using Waiter = std::variant<CommandWaits, EnterWaits, TicketWaits, GlobalWaits, DirectWaits,
                            DropWaits, EntryWaits>;

// [operations]
struct AdmitOp {
    SessionId session{};
    Claims claims;
    DeviceKey device{};
    TimeMs wall_ahead_ms = 0; // of what the core goes by, when the store was asked
};
struct ReauthOp {
    Requester from;
    Claims claims;
    TimeMs wall_ahead_ms = 0; // as in AdmitOp
};
struct LoadOp {
    RoomKey key;
    std::vector<Waiter> waiters;
    size_t commands = 0; // among them
};
struct AppendOp {
    LogEntry entry;
    std::vector<Requester> from; // empty: the shard's own entry
    Pacing paced;                // at which a token was taken for it
};
struct PutOp {
    StoredMember member;
    std::vector<Requester> from;
    std::shared_ptr<const Ticket> ticket; // tried when the store fails
    bool global = false;                  // likewise
    bool revoked = false;                 // meanwhile: it must not take effect
    std::optional<UserId> then_join;      // Direct: who asked becomes a member next
    std::vector<CommandWaits> then_run;   // Direct: lines that bring him back
    uint32_t rooms_max = 0;               // as in PutMember
};
struct MarkOp {
    Requester from;
    UserId user{};
    Seq seq = 0;
};
struct FetchOp {
    Requester from;
    Seq low = 0; // the range asked for, both ends in it
    Seq high = 0;
    bool newest_first = false;
};
struct ResumeOp {
    Requester from;
    std::vector<wire::ResumePoint> points;
    size_t next = 0; // points before it are done
    Seq low = 0;     // the range of points[next] that is being told
    Seq high = 0;
};
struct UsersOp {
    Requester from;
};
struct DirectOp {
    Requester from;
    UserId other{};
};
struct SubjectOp {
    Requester from;
    wire::Role role = wire::Role::Member;
    bool revoke = false;
    DropOp drop; // of a revoke that acted before the store knew of it
};
struct BlockOp {
    Requester from;
    UserId user{};
    UserId other{};
    bool on = false;
    bool was = false; // before it was asked for
};
using Operation = std::variant<AdmitOp, ReauthOp, LoadOp, AppendOp, PutOp, DropOp, MarkOp, FetchOp,
                               ResumeOp, UsersOp, DirectOp, SubjectOp, BlockOp>;

struct Pending {
    SessionId owner{}; // whose in_flight it counts in; 0: the shard's own
    RoomId room{};     // which it keeps in memory; 0: none
    Operation op;
};

} // namespace parley
