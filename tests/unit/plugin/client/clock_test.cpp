// clock_test.cpp: server time, estimated from samples.
#include "plugin/client/clock.hpp"

#include "tests/support/catch.hpp"

namespace parley::client {
namespace {

TEST_CASE("server time is unknown before the first sample", "[clock]") {
    const ServerOffset offset;
    CHECK_FALSE(offset.known());
    CHECK(offset.server_ms(5000) == 0);
}

TEST_CASE("the sample with the shortest round trip is believed", "[clock]") {
    ServerOffset offset;
    offset.sample(1000, 1000, 10'000, false); // unasked: late by what it took
    CHECK(offset.server_ms(1000) == 10'000);
    offset.sample(1000, 1400, 10'300, true); // 400 ms: says 10'500 at 1'400
    offset.sample(2000, 2020, 11'010, true); // 20 ms: says 11'020 at 2'020
    offset.sample(3000, 3600, 12'900, true); // 600 ms: not better
    CHECK(offset.server_ms(20'000) == 29'000);
}

TEST_CASE("only the last eight samples count", "[clock]") {
    ServerOffset offset;
    offset.sample(0, 2, 1001, true); // offset 1000 with the best round trip
    for (int i = 1; i <= limits::server_clock_samples; ++i) {
        offset.sample(i * 1000, i * 1000 + 10, i * 1000 + 1505, true); // offset 1500
    }
    CHECK(offset.server_ms(100'000) == 101'500);
}

TEST_CASE("what is shown slews, a tenth of real time, and never runs backwards", "[clock]") {
    ServerOffset offset;
    offset.sample(0, 10, 1005, true);      // offset 1000
    offset.sample(1000, 1000, 1000, true); // better: offset 0 (-1000)
    CHECK(offset.server_ms(1000) == 2000);
    CHECK(offset.server_ms(2000) == 2900); // 100 ms given back in a second
    CHECK(offset.server_ms(20'000) == 20'000);
    TimeMs before = 0;
    for (TimeMs at = 1001; at < 20'000; at += 7) {
        REQUIRE(offset.server_ms(at) >= before);
        before = offset.server_ms(at);
    }
}

TEST_CASE("an error of seconds is stepped over", "[clock]") {
    ServerOffset offset;
    offset.sample(0, 0, 1000, false);
    offset.sample(1000, 1001, 91'000, true);
    CHECK(offset.server_ms(1001) == 91'000);
}

} // namespace
} // namespace parley::client
