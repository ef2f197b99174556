// reconnect.hpp: when to try again, and when never. Pure: chance and time are arguments.
#pragma once

#include <cstdint>

#include "schemas/base/error.hpp"
#include "schemas/base/ids.hpp"
#include "schemas/base/random.hpp"

namespace parley::client {

// What becomes of a connection that ended with this reason.
enum class Next : uint8_t { Retry, WaitForTicket, Fail };
Next next_after(Error reason);

// Growing pauses with jitter, so that a shard that comes back is not met by all its clients at
// once.
class Backoff {
public:
    // The pause before the next attempt; never shorter than what the shard asked for.
    uint32_t next_ms(Random& random, uint32_t retry_after_ms);
    void reset() { attempts_ = 0; }

private:
    uint32_t attempts_ = 0;
};

} // namespace parley::client
