// direct_name_test.cpp: the name of a room of two, made and read.
#include "server/store/direct_name.hpp"

#include "tests/support/catch.hpp"

using namespace parley;

TEST_CASE("two users' room has one name, whoever asks, and it says who they are", "[store]") {
    CHECK(direct_name(UserId{9}, UserId{12}) == "9:12");
    CHECK(direct_name(UserId{12}, UserId{9}) == "9:12");
    const auto two = std::pair(UserId{1}, UserId{UINT64_MAX});
    CHECK(parse_direct_name(direct_name(two.second, two.first)) == two);
}

TEST_CASE("what names no two users is no name of a direct room", "[store]") {
    for (const char* name :
         {"", ":", "1", "1:", ":2", "1;2", "1:2:", "1:2 ", " 1:2", "1:-2", "0:2", "2:1", "2:2",
          "a:b", "1:18446744073709551616", "18446744073709551616:1"}) {
        CAPTURE(name);
        CHECK_FALSE(parse_direct_name(name));
    }
}
