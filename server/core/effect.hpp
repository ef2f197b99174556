// effect.hpp: all that a core can want of the world, as values. Order matters: they are carried out
// in the order of the vector.
#pragma once

#include <cstdint>
#include <memory>
#include <variant>
#include <vector>

#include "schemas/base/bytes.hpp"
#include "schemas/base/error.hpp"
#include "schemas/base/ids.hpp"
#include "schemas/base/lanes.hpp"
#include "server/store/request.hpp"

namespace parley {

// Verdict on AdmitAsked.
struct Admit {
    SessionId session{};
    Error verdict{};
    uint32_t retry_after_ms = 0;
};

// One frame to one session.
struct SendFrame {
    SessionId session{};
    Lane lane{};
    SharedFrame frame;
};

// Who reads a room: immutable, rebuilt when it changes, shared by all deliveries until then.
// Sorted.
using Readers = std::shared_ptr<const std::vector<SessionId>>;

// One frame to many sessions, encoded once.
struct Deliver {
    Lane lane{};
    SharedFrame frame;
    Readers readers;
    uint32_t entries = 0; // of a log, that it speaks for
};

// For the store thread: appended to its queue.
struct Persist {
    StoreRequest request;
};

struct CloseSession {
    SessionId session{};
    Error reason{};
    uint32_t retry_after_ms = 0;
};

// Everything acknowledged is stored and every session is closed: the shard may exit.
struct ShutdownDone {};

using Effect = std::variant<Admit, SendFrame, Deliver, Persist, CloseSession, ShutdownDone>;
using Effects = std::vector<Effect>;

} // namespace parley
