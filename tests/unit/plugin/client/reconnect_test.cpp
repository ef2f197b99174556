// reconnect_test.cpp: when to try again, and when never.
#include "plugin/client/reconnect.hpp"

#include <set>

#include "tests/support/catch.hpp"

#include "schemas/base/limits.hpp"

namespace parley::client {
namespace {

TEST_CASE("which reasons are final", "[reconnect]") {
    for (const Error final_one :
         {Error::BadTicket, Error::TicketStolen, Error::BadServerKey, Error::BadVersion,
          Error::Revoked, Error::LibraryMismatch, Error::Replaced, Error::TooManySessions}) {
        CHECK(next_after(final_one) == Next::Fail);
    }
    CHECK(next_after(Error::TicketExpired) == Next::WaitForTicket);
    for (const Error passing :
         {Error::ConnectionLost, Error::NoAnswer, Error::Shutdown, Error::Slow, Error::Flood,
          Error::Protocol, Error::BadAddress, Error::Busy}) {
        CHECK(next_after(passing) == Next::Retry);
    }
}

TEST_CASE("pauses double up to the longest, with jitter", "[reconnect]") {
    Random random(1);
    Backoff backoff;
    int64_t pause = limits::reconnect_first_ms;
    for (int attempt = 0; attempt < 40; ++attempt) {
        const uint32_t waited = backoff.next_ms(random, 0);
        CHECK(waited >= pause / 2);
        CHECK(waited <= pause);
        pause = std::min(pause * 2, limits::reconnect_longest_ms);
    }
    backoff.reset();
    CHECK(backoff.next_ms(random, 0) <= limits::reconnect_first_ms);
}

TEST_CASE("two clients do not come back at the same moment", "[reconnect]") {
    std::set<uint32_t> pauses;
    for (uint64_t seed = 0; seed < 20; ++seed) {
        Random random(seed);
        Backoff backoff;
        pauses.insert(backoff.next_ms(random, 5000));
    }
    CHECK(pauses.size() > 10);
    CHECK(*pauses.begin() >= 5000);
}

} // namespace
} // namespace parley::client
