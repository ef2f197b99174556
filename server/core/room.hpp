// room.hpp: a room in memory. It is loaded on first use and evicted when nobody is in it; while it
// is here, its members and last_seq are the truth (the store's answers come in order). Times are
// core time (State::now_ms_: it does not leap) unless it says so; entries and meta are dated in
// server time.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "schemas/base/fifo.hpp"
#include "schemas/base/ids.hpp"
#include "schemas/base/lanes.hpp"
#include "schemas/base/limits.hpp"
#include "schemas/wire/generated.hpp"
#include "server/core/busy.hpp"
#include "server/core/card.hpp"
#include "server/core/effect.hpp"
#include "server/core/pace.hpp"
#include "server/store/request.hpp"

namespace parley {

struct Member {
    std::string name;
    uint32_t flags = 0;
    wire::Role role = wire::Role::Member;
    MemberOrigin origin = MemberOrigin::Ticket;
    Seq since_seq = 1;
    Seq read_seq = 0;
    TimeMs typing_due_ms = 0; // when the next Typing is relayed
};

// Of a room whose log no store has: what the store would know of its entries. The entries are in
// Room::tail.
struct MemoryLog {
    struct Said {
        Seq seq = 0;
        TimeMs at_ms = 0; // server time, the entry's
    };
    std::map<std::pair<UserId, Nonce>, Said> said; // the newest, for repetitions
    std::deque<std::pair<UserId, Nonce>> order;    // of said, oldest first
};

struct Room {
    RoomMeta meta;
    std::map<UserId, Member> members;
    size_t people = 0; // of the members: who is in the roster and counts

    // Sessions of members that hear the room now, ascending, and their snapshot for deliveries;
    // null when it must be made again.
    std::vector<SessionId> sessions;
    Readers readers;
    // Authors who are in no roster and whose names all of these sessions have heard.
    std::unordered_set<UserId> named;

    Fifo<LogEntry> tail; // newest entries, contiguous up to meta.last_seq
    size_t tail_bytes = 0;
    TimeMs tail_since_ms = 0;                            // its place in State::tails_
    std::vector<LogEntry> fresh;                         // committed, not delivered yet
    size_t fresh_bytes = 0;                              // about, in a batch
    size_t batch_bytes = 2 * limits::batch_bytes_target; // that fill a datagram when packed
    bool flush_waits = false;                            // it is in State::rooms_fresh_
    TimeMs gather_until_ms = 0; // in a crowd, what is fresh waits for more until then

    std::unique_ptr<Busy> busy; // Global alone

    std::vector<UserId> blockers; // Direct: who of the two blocks the other, ascending

    std::map<std::pair<UserId, Nonce>, Token> nonces; // of appends in flight
    std::unique_ptr<MemoryLog> memory;                // the log is nowhere else
    std::map<UserId, std::vector<Token>> joining;     // PutMembers in flight
    std::unordered_map<UserId, Pace> paces;           // never iterated into an effect
    std::map<uint16_t, Card> cards;
    std::map<uint16_t, CardTold> cards_told;

    uint32_t in_flight = 0;   // requests at the store that need the room
    TimeMs idle_since_ms = 0; // its place in State::rooms_idle_; 0: not idle
    TimeMs used_ms = 0;       // a command named it or its log grew
    TimeMs look_at_ms = 0;    // Direct: its place in State::direct_looks_
    TimeMs counted_at_ms = 0; // members_total last told (large rooms)
    // Global: members without a session, of whom one makes place when the room is full, and who
    // was the last to.
    std::set<UserId> absent;
    UserId place_after{};

    wire::RoomKind kind() const { return static_cast<wire::RoomKind>(meta.kind); }
    bool heard_by(SessionId session) const {
        return std::binary_search(sessions.begin(), sessions.end(), session);
    }
    bool full_roster() const { return people <= limits::roster_full_members_max; }
};

// Rooms of players who play together: who comes and goes is a line there.
inline bool tells_membership(wire::RoomKind kind) {
    return kind == wire::RoomKind::Team || kind == wire::RoomKind::Party;
}

} // namespace parley
