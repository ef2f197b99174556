// clock_test.cpp: server time against a wall clock that is set.
#include "schemas/base/clock.hpp"

#include "tests/support/catch.hpp"

using namespace parley;

namespace {

constexpr TimeMs noon_ms = 1'700'000'000'000;

} // namespace

TEST_CASE("server time follows a wall clock that stays far ahead for ten seconds", "[clock]") {
    ServerClock clock(noon_ms, 0);
    CHECK(clock.now_ms(noon_ms + 1000, 1000) == noon_ms + 1000);
    const TimeMs ahead_ms = GENERATE(TimeMs{5101}, TimeMs{3'600'000});
    CHECK(clock.now_ms(noon_ms + 1100 + ahead_ms, 1100) == noon_ms + 1101);
    CHECK(clock.now_ms(noon_ms + 11'099 + ahead_ms, 11'099) == noon_ms + 11'099 + 100);
    CHECK(clock.leapt_ms() == 0);
    CHECK(clock.now_ms(noon_ms + 11'200 + ahead_ms, 11'200) == noon_ms + 11'200 + ahead_ms);
    CHECK(clock.leapt_ms() == ahead_ms - 100); // the rest was slewed
    clock.now_ms(noon_ms + 11'300, 11'300);
    CHECK(clock.leapt_ms() == ahead_ms - 100);
}

TEST_CASE("server time does not follow a wall clock that is far ahead for a moment", "[clock]") {
    ServerClock clock(noon_ms, 0);
    constexpr TimeMs year_ms = TimeMs{365} * 24 * 3'600'000;
    CHECK(clock.now_ms(noon_ms + 1000 + year_ms, 1000) == noon_ms + 1010);
    CHECK(clock.now_ms(noon_ms + 9000 + year_ms, 9000) == noon_ms + 9090);
    CHECK(clock.now_ms(noon_ms + 10'000, 10'000) == noon_ms + 10'080);
    CHECK(clock.now_ms(noon_ms + 11'000 + year_ms, 11'000) == noon_ms + 11'090);
    CHECK(clock.now_ms(noon_ms + 20'900 + year_ms, 20'900) == noon_ms + 20'900 + 189);
    CHECK(clock.now_ms(noon_ms + 21'000 + year_ms, 21'000) == noon_ms + 21'000 + year_ms);
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
