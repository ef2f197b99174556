// session.hpp: what core knows of a connection and of the user behind it. Plain values; state.hpp
// has what happens to them. Times are core time (State::now_ms_: it does not leap) unless it says
// so.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "schemas/base/bytes.hpp"
#include "schemas/base/ids.hpp"
#include "schemas/base/lanes.hpp"
#include "schemas/base/limits.hpp"
#include "schemas/wire/generated.hpp"
#include "server/auth/claims.hpp"
#include "server/core/card.hpp"
#include "server/core/pace.hpp"

namespace parley {

// Who waits for an answer. A request 0 asked for none.
struct Requester {
    SessionId session{};
    uint32_t request = 0;
};

// What a session may do, and since when: of the ticket's claims what is asked for again.
struct Ticket {
    std::vector<RoomClaim> rooms;
    int64_t issued_at_s = 0; // wall clock, of its issuer
    uint64_t order = 0;      // among tickets taken and people revoked
    bool game = false;
    bool first_use = false;
};

// The studio's names for users: issuer, subject.
using Subjects = std::map<std::pair<std::string, std::string>, UserId>;

struct Session {
    SessionId id{};
    UserId user{};
    DeviceKey device{};
    std::shared_ptr<const Ticket> ticket;
    bool open = false; // false: admitted, its lanes are not up yet
    bool lagging = false;
    bool ticket_wanted = false; // said already
    TimeMs admitted_at_ms = 0;
    TimeMs lagging_since_ms = 0;
    TimeMs reauth_at_ms = 0; // from here on read-only
    TimeMs timer_ms = 0;     // its place in State::session_timers_; 0: none
    uint32_t in_flight = 0;  // its requests at the store
    Flood flood;

    // Answers that came while it lagged: they are owed, and go out when it has drained.
    struct Held {
        Lane lane{};
        SharedFrame frame;
        RoomId gone{}; // it says RoomGone of this one
    };
    std::vector<Held> held;
    size_t held_bytes = 0;

    // Rooms that it has not been told of yet, the next one last; bytes that may be said of them
    // now.
    std::vector<RoomId> rooms_to_tell;
    size_t rooms_loading = 0; // for it to be told of
    int64_t tell_bytes = 0;
    TimeMs tell_since_ms = 0;

    // Answers to Fetch, Resume, FetchMembers, FetchUsers, FetchCard and Join again: bytes that may
    // be said now, and whether a Resume is being answered.
    int64_t answer_bytes = limits::answers_bytes_at_once;
    TimeMs answer_since_ms = 0;
    bool resuming = false;

    bool hears() const { return open && !lagging; }
};

// What a user says of what he does, for the game to put into words.
struct PresenceText {
    std::string token;
    std::vector<std::string> params;
    bool operator==(const PresenceText&) const = default;
};

struct PresenceInfo {
    wire::PresenceState state = wire::PresenceState::Offline;
    std::shared_ptr<const PresenceText> text; // null: he says nothing; copies share it
    TimeMs since_ms = 0;                      // server time
    bool operator==(const PresenceInfo& other) const {
        const bool same_text =
            text == nullptr || other.text == nullptr ? text == other.text : *text == *other.text;
        return state == other.state && since_ms == other.since_ms && same_text;
    }
};

// Somebody who is not seen types nothing and has no card to show.
inline bool seen(const PresenceInfo& presence) {
    return presence.state != wire::PresenceState::Invisible &&
           presence.state != wire::PresenceState::Offline;
}

// The game's own server reads and writes, but is nobody among the people of a room.
inline bool is_person(uint32_t flags) {
    return (flags & static_cast<uint32_t>(wire::UserFlags::Game)) == 0;
}

struct User {
    UserId id{};
    Subjects::const_iterator subject; // the studio's name for him
    std::string name;
    uint32_t flags = 0;
    std::vector<SessionId> sessions;      // oldest first
    std::vector<RoomId> rooms;            // memberships, ascending
    TimeMs left_at_ms = 0;                // end of the last session; 0 while there is one
    Pace changes;                         // of his own memberships, by himself
    Pace directs;                         // of Direct rooms that he opens
    BytePace log_bytes;                   // of what he adds to logs
    std::vector<UserId> blocks;           // whom he blocks, ascending
    std::vector<UserId> blocks_in_flight; // changes at the store, ascending
    Pace block_changes;

    PresenceInfo presence; // what he said, or that he came
    bool presence_said = true;
    PresenceInfo shown; // what others were told
    TimeMs shown_at_ms = 0;
    std::unique_ptr<Card> card;
    CardTold card_told;
};

} // namespace parley
