// floor_format_test.cpp: lines in the floor's datagrams.
#include "tests/perf/floor_format.hpp"

#include "tests/support/catch.hpp"

using namespace parley::bench;

TEST_CASE("lines that were put into a datagram of the floor come out in order", "[perf]") {
    std::string datagram = floor_datagram();
    const std::string longer(300, 'x');
    floor_append(datagram, "one");
    floor_append(datagram, longer);
    CHECK(datagram.size() == floor_head_bytes + floor_line_bytes("one") + floor_line_bytes(longer));
    CHECK(floor_first_line(datagram) == "one");
    std::string_view lines = std::string_view(datagram).substr(floor_head_bytes);
    CHECK(floor_take(lines) == "one");
    CHECK(floor_take(lines) == longer);
    CHECK(lines.empty());
    CHECK(floor_take(lines).empty());
}

TEST_CASE("a datagram of the floor that was cut has no line beyond the cut", "[perf]") {
    std::string datagram = floor_datagram();
    floor_append(datagram, "one");
    for (size_t bytes = 0; bytes < datagram.size(); ++bytes) {
        CHECK(floor_first_line(std::string_view(datagram).substr(0, bytes)).empty());
    }
    CHECK(floor_first_line(datagram) == "one");
}
