// clock_test.cpp: server time against a wall clock that is set.
#include "schemas/base/clock.hpp"

#include "tests/support/catch.hpp"

using namespace parley;

namespace {

constexpr TimeMs noon_ms = 1'700'000'000'000;

} // namespace

TEST_CASE("server time follows a wall clock that is far ahead at once", "[clock]") {
    ServerClock clock(noon_ms, 0);
    CHECK(clock.now_ms(noon_ms + 1000, 1000) == noon_ms + 1000);
    const TimeMs ahead_ms = GENERATE(TimeMs{5001}, TimeMs{3'600'000});
    CHECK(clock.now_ms(noon_ms + 1100 + ahead_ms, 1100) == noon_ms + 1100 + ahead_ms);
}

TEST_CASE("server time slews over what is less", "[clock]") {
    ServerClock clock(noon_ms, 0);
    CHECK(clock.now_ms(noon_ms + 5100, 100) == noon_ms + 101);
    CHECK(clock.now_ms(noon_ms + 5200, 200) == noon_ms + 202);
}

TEST_CASE("server time never steps back", "[clock]") {
    ServerClock clock(noon_ms, 0);
    CHECK(clock.now_ms(noon_ms - 3'600'000, 100) == noon_ms + 99);
    CHECK(clock.now_ms(noon_ms - 3'600'000, 100) == noon_ms + 99);
    CHECK(clock.now_ms(noon_ms - 3'600'000, 200) == noon_ms + 198);
}
