// reconnect.cpp: jittered exponential backoff.
#include "plugin/client/reconnect.hpp"

#include <algorithm>

#include "schemas/base/limits.hpp"

namespace parley::client {

Next next_after(Error reason) {
    switch (reason) {
    case Error::TicketExpired:
        return Next::WaitForTicket;
    case Error::BadTicket:
    case Error::TicketStolen:
    case Error::BadServerKey:
    case Error::BadVersion:
    case Error::Revoked:
    case Error::LibraryMismatch:
    case Error::OutOfMemory:
    // Two clients of one device, or one too many, would otherwise throw each other out for ever.
    case Error::Replaced:
    case Error::TooManySessions:
        return Next::Fail;
    default:
        return Next::Retry;
    }
}

uint32_t Backoff::next_ms(Random& random, uint32_t retry_after_ms) {
    // Half of the pause is fixed, half is chance.
    const uint32_t doublings = std::min(attempts_, 16u);
    const int64_t pause =
        std::min(limits::reconnect_first_ms << doublings, limits::reconnect_longest_ms);
    ++attempts_;
    const int64_t jittered = pause / 2 + random.between(0, pause / 2);
    // The shard gives all its clients the same number: spread them behind it too.
    const int64_t asked =
        retry_after_ms == 0 ? 0 : int64_t{retry_after_ms} + random.between(0, pause / 2);
    return static_cast<uint32_t>(std::max(jittered, asked));
}

} // namespace parley::client
