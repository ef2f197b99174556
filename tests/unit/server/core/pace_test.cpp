// pace_test.cpp: the token bucket and the flood gate, at both sides of each border.
#include "server/core/pace.hpp"

#include "schemas/base/limits.hpp"
#include "tests/support/catch.hpp"

using namespace parley;

TEST_CASE("a full bucket gives its burst at once and then one token a share of the period",
          "[core][pace]") {
    Pace pace;
    for (int i = 0; i < 4; ++i) {
        CHECK(pace.take(1000, 4, 5000) == 0);
    }
    CHECK(pace.take(1000, 4, 5000) == 1250);
    CHECK(pace.take(2249, 4, 5000) == 1);
    CHECK(pace.take(2250, 4, 5000) == 0);
    CHECK(pace.take(2250, 4, 5000) == 1250);
}

TEST_CASE("a bucket that rested is full and not more than full", "[core][pace]") {
    Pace pace;
    CHECK(pace.take(1000, 2, 1000) == 0);
    for (int i = 0; i < 2; ++i) {
        CHECK(pace.take(1'000'000, 2, 1000) == 0);
    }
    CHECK(pace.take(1'000'000, 2, 1000) == 500);
}

TEST_CASE("a refused take costs nothing, and a refund gives the token back", "[core][pace]") {
    Pace pace;
    CHECK(pace.take(1000, 1, 3000) == 0);
    for (int i = 0; i < 100; ++i) {
        CHECK(pace.take(1000, 1, 3000) == 3000);
    }
    pace.refund(1, 3000);
    CHECK(pace.take(1000, 1, 3000) == 0);
    CHECK(pace.take(4000, 1, 3000) == 0);
}

TEST_CASE("a period that its burst does not divide loses nobody a token", "[core][pace]") {
    Pace pace;
    for (int i = 0; i < 7; ++i) {
        CHECK(pace.take(1000, 7, 1000) == 0);
    }
    CHECK(pace.take(1000, 7, 1000) > 0);
}

TEST_CASE("a bucket owes no more than its present period, also when the former was longer",
          "[core][pace]") {
    Pace pace;
    CHECK(pace.take(1000, 1, 600'000) == 0);
    CHECK(pace.take(1000, 4, 12'000) == 3000); // it was emptied, and fills as it does now
    CHECK(pace.take(3999, 4, 12'000) == 1);
    CHECK(pace.take(4000, 4, 12'000) == 0);
    CHECK(pace.take(4000, 4, 12'000) == 3000);
}

TEST_CASE("a burst of nothing is never there", "[core][pace]") {
    Pace pace;
    CHECK(pace.take(1000, 0, 1) == 1);
    CHECK(pace.take(1'000'000, 0, 1) == 1);
}

TEST_CASE("two hundred frames a second are too few for a flood and one more is one",
          "[core][pace]") {
    Flood flood;
    for (uint32_t i = 0; i < limits::frames_per_s_max; ++i) {
        CHECK(flood.admit(5000, 10, limits::frames_per_s_max));
    }
    CHECK_FALSE(flood.admit(5999, 10, limits::frames_per_s_max));
    CHECK(flood.admit(6000, 10, limits::frames_per_s_max));
}

TEST_CASE("a second's bytes have a bound of their own", "[core][pace]") {
    Flood flood;
    CHECK(flood.admit(5000, limits::frame_bytes_per_s_max, limits::frames_per_s_max));
    CHECK_FALSE(flood.admit(5001, 1, limits::frames_per_s_max));
    CHECK(flood.admit(6000, 1, limits::frames_per_s_max));
}

TEST_CASE("an operator's other rate of frames has its share of bytes", "[core][pace]") {
    Flood flood;
    CHECK(flood.admit(5000, 2 * limits::frame_bytes_per_s_max, 2 * limits::frames_per_s_max));
    CHECK_FALSE(flood.admit(5001, 1, 2 * limits::frames_per_s_max));
    Flood strict;
    CHECK(strict.admit(5000, 1, 1));
    CHECK_FALSE(strict.admit(5001, 1, 1));
}

TEST_CASE("a byte pace gives while there is anything, and then what time brings", "[core][pace]") {
    BytePace pace;
    CHECK(pace.take(5000, 99, 10, 10) == 0);
    CHECK(pace.take(5000, 50, 10, 10) == 0); // one byte was left
    const uint32_t wait_ms = pace.take(5000, 1, 10, 10);
    CHECK(wait_ms == 4901);
    CHECK(pace.take(5000 + wait_ms - 1, 1, 10, 10) == 1);
    CHECK(pace.take(5000 + wait_ms, 1, 10, 10) == 0);
    pace.refund(1, 10);
    CHECK(pace.take(5000 + wait_ms, 1, 10, 10) == 0);
    BytePace other;
    CHECK(other.take(5000, 1'000'000'000, 1'000'000'000, 10) == 0);
}
