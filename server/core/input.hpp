// input.hpp: all that can happen to a shard's core, as values. A run is its inputs: the journal
// keeps them, the simulator makes them, and step() is a function of state and input.
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "schemas/base/bytes.hpp"
#include "schemas/base/error.hpp"
#include "schemas/base/ids.hpp"
#include "schemas/base/lanes.hpp"
#include "server/auth/claims.hpp"
#include "server/store/request.hpp"

namespace parley {

// Time passes. The app sends one a tick (about 5 ms busy, 20 ms idle).
struct Tick {};

// A link peer proved a ticket (signature and claims are good) and waits for a verdict: the core
// asks the store for the user and the ticket's history and answers with the effect Admit.
struct AdmitAsked {
    SessionId session{};
    Claims claims;
    DeviceKey device{};
};

// The admitted peer's lanes are open.
struct SessionOpened {
    SessionId session{};
};
struct SessionClosed {
    SessionId session{};
    Error reason{};
};

// One ClientFrame, verified by wire/decode, 8-aligned.
struct CommandReceived {
    SessionId session{};
    Lane lane{};
    ByteVector frame;
};
// A new ticket came in-band and verified (Reauth); the net thread does the signature.
struct ReauthVerified {
    SessionId session{};
    uint32_t request = 0;
    Claims claims;
    Error verdict{}; // of the signature and claims
};

// The net thread could not queue more for this session: everything to it stops until Drained, then
// the same code as Resume brings it level.
struct Lagging {
    SessionId session{};
};
struct Drained {
    SessionId session{};
};

// The store's answers, in the order of its commits.
struct StoreAnswered {
    std::vector<StoreAnswer> answers;
};

// Stop admission, tell sessions Goodbye, let the store drain.
struct ShutdownAsked {
    uint32_t retry_in_ms = 0;
};

// Where the other clocks are beside server time, from now on; before the first of these they are
// all one. Wall clocks may be set wrong and set right again, and server time follows what it
// believes: what was dated by others (a ticket) is judged by the wall clock, and what lasts
// (sessions, paces, cards) by a time that does not leap.
struct ClocksMoved {
    TimeMs leapt_ms = 0; // of server time since the start, that did not pass
    TimeMs apart_ms = 0; // of server time from the wall clock; positive: it is ahead
};

using InputBody =
    std::variant<Tick, AdmitAsked, SessionOpened, SessionClosed, CommandReceived, ReauthVerified,
                 Lagging, Drained, StoreAnswered, ShutdownAsked, ClocksMoved>;

struct Input {
    TimeMs at_ms = 0; // server Unix time; never falls from one input to the next
    InputBody body;
};

} // namespace parley
