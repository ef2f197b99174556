// removal_clock_test.cpp: a clock that is wrong removes nothing, one that is right does.
#include "server/store/removal_clock.hpp"

#include "schemas/base/limits.hpp"
#include "tests/support/catch.hpp"

using namespace parley;

namespace {

constexpr TimeMs noon_ms = 1'700'000'000'000;
constexpr TimeMs year_ms = 365 * limits::day_ms;

// Both clocks go on by the same time, from noon and 7.
StoreTime later(TimeMs ms, TimeMs ahead_ms = 0) {
    return {7 + ms, noon_ms + ms + ahead_ms};
}

} // namespace

TEST_CASE("nothing is removed in the first minutes after a start", "[store]") {
    RemovalClock clock(later(0), noon_ms - 1000);
    CHECK_FALSE(clock.may_remove());
    CHECK_FALSE(clock.held());
    clock.see(later(limits::removal_start_ms - 1));
    CHECK_FALSE(clock.may_remove());
    clock.see(later(limits::removal_start_ms));
    CHECK(clock.may_remove());
    CHECK(clock.seen_ms() == noon_ms + limits::removal_start_ms);
}

TEST_CASE("a wall clock may be a day beyond what the database saw, and no more", "[store]") {
    RemovalClock clock(later(0), noon_ms - limits::removal_ahead_ms_max);
    clock.see(later(limits::removal_start_ms));
    CHECK(clock.may_remove());
    RemovalClock beyond(later(0), noon_ms - limits::removal_ahead_ms_max - 1);
    CHECK(beyond.held());
    beyond.see(later(limits::removal_start_ms));
    CHECK_FALSE(beyond.may_remove());
    CHECK(beyond.seen_ms() == noon_ms - limits::removal_ahead_ms_max - 1);
}

TEST_CASE("a wall clock that jumps ahead while the shard runs is held until it is back",
          "[store]") {
    RemovalClock clock(later(0), noon_ms);
    TimeMs now_ms = limits::removal_start_ms;
    clock.see(later(now_ms, limits::removal_ahead_ms_max));
    CHECK(clock.may_remove());
    clock.see(later(now_ms, limits::removal_ahead_ms_max + 1));
    CHECK(clock.held());
    clock.see(later(++now_ms, year_ms));
    CHECK(clock.held());
    CHECK_FALSE(clock.may_remove());
    clock.see(later(++now_ms));
    CHECK_FALSE(clock.held());
    CHECK(clock.may_remove());
    CHECK(clock.seen_ms() == noon_ms + now_ms - 2 + limits::removal_ahead_ms_max);
}

TEST_CASE("small jumps do not add up to a large one", "[store]") {
    RemovalClock clock(later(0), noon_ms);
    clock.see(later(limits::removal_start_ms, limits::removal_ahead_ms_max - 1000));
    CHECK(clock.may_remove());
    clock.see(later(limits::removal_start_ms, 2 * limits::removal_ahead_ms_max - 2000));
    CHECK(clock.held());
}

TEST_CASE("a wall clock that stays where it is for long is believed, both sides", "[store]") {
    RemovalClock clock(later(0), noon_ms - year_ms);
    const TimeMs drift_ms = limits::removal_held_drift_ms_max;
    clock.see(later(limits::removal_held_ms - 1, drift_ms));
    CHECK(clock.held());
    CHECK(clock.seen_ms() == noon_ms - year_ms);
    clock.see(later(limits::removal_held_ms, drift_ms));
    CHECK(clock.may_remove());
    CHECK(clock.seen_ms() == noon_ms + limits::removal_held_ms + drift_ms);
    clock.see(later(limits::removal_held_ms + 1));
    CHECK(clock.may_remove());
}

TEST_CASE("a wall clock that wanders while it is held waits anew", "[store]") {
    RemovalClock clock(later(0), noon_ms - year_ms);
    const TimeMs wandered_ms = limits::removal_held_drift_ms_max + 1;
    clock.see(later(limits::removal_held_ms - 1, wandered_ms));
    clock.see(later(limits::removal_held_ms, wandered_ms));
    CHECK(clock.held());
    clock.see(later(2 * limits::removal_held_ms - 1, wandered_ms));
    CHECK(clock.may_remove());
}

TEST_CASE("a new database believes any clock", "[store]") {
    RemovalClock clock(later(0), 0);
    CHECK_FALSE(clock.held());
    CHECK(clock.seen_ms() == noon_ms);
}

TEST_CASE("a wall clock that is behind removes by its own time and is no reason to hold",
          "[store]") {
    RemovalClock clock(later(0), noon_ms + year_ms);
    clock.see(later(limits::removal_start_ms));
    CHECK(clock.may_remove());
    CHECK(clock.seen_ms() == noon_ms + year_ms);
}
