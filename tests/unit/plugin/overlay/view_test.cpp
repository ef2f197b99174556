// view_test.cpp: numbers and times in words.
#include "plugin/overlay/view.hpp"

#include "tests/support/catch.hpp"

#include <string>

namespace parley::overlay {
namespace {

std::string decimal(int64_t scaled, uint8_t scale) {
    Phrase out;
    add_decimal(out, scaled, scale);
    return std::string(out.view());
}

std::string left(int64_t ms) {
    Phrase out;
    add_left(out, ms);
    return std::string(out.view());
}

TEST_CASE("decimals keep their places and their sign", "[view]") {
    CHECK(decimal(0, 0) == "0");
    CHECK(decimal(0, 2) == "0.00");
    CHECK(decimal(1234, 2) == "12.34");
    CHECK(decimal(5, 1) == "0.5");
    CHECK(decimal(-5, 1) == "-0.5");
    CHECK(decimal(-1234, 0) == "-1234");
    CHECK(decimal(7, 6) == "0.000007");
    CHECK(decimal(INT64_MIN, 0) == "-9223372036854775808");
    CHECK(decimal(INT64_MAX, 6) == "9223372036854.775807");
}

TEST_CASE("a countdown says 0:01 until its last second is over", "[view]") {
    CHECK(left(-5) == "0:00");
    CHECK(left(0) == "0:00");
    CHECK(left(1) == "0:01");
    CHECK(left(1000) == "0:01");
    CHECK(left(1001) == "0:02");
    CHECK(left(252'000) == "4:12");
    CHECK(left(3'600'000) == "1:00:00");
    CHECK(left(3'723'000) == "1:02:03");
}

} // namespace
} // namespace parley::overlay
