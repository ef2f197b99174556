// address_test.cpp: addresses as text, networks, and whom a datagram may be answered to.
#include "schemas/link/address.hpp"

#include "tests/support/catch.hpp"

using namespace parley;

TEST_CASE("an address is four numbers and a port, and goes back to the same text", "[link]") {
    for (const char* text : {"127.0.0.1:7777", "0.0.0.0:0", "255.255.255.255:65535"}) {
        const std::optional<Address> address = parse_address(text);
        REQUIRE(address);
        CHECK(to_text(*address) == text);
    }
    for (const char* text :
         {"", "127.0.0.1", "127.0.0.1:", "127.0.0:1", "127.0.0.256:1", "127.0.0.1:65536",
          "localhost:1", "127.0.0.1:1 ", " 127.0.0.1:1", "1.2.3.4.5:1", "-1.0.0.1:1",
          "0001.0.0.1:1", "127.0.0.1:-1", "[::1]:7777"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_address(text));
    }
}

TEST_CASE("an address that is no IPv4 is written in full", "[link]") {
    Address address;
    address.ip[15] = 1;
    address.port = 7;
    CHECK(to_text(address) == "[0000:0000:0000:0000:0000:0000:0000:0001]:7");
    CHECK_FALSE(ipv4_of(address));
    CHECK_FALSE(is_answerable(address));
}

TEST_CASE("ports and addresses that a send would fail for are not answered", "[link]") {
    CHECK(is_answerable(*parse_address("127.0.0.1:1")));
    CHECK(is_answerable(*parse_address("223.255.255.255:1")));
    CHECK_FALSE(is_answerable(*parse_address("127.0.0.1:0")));
    CHECK_FALSE(is_answerable(*parse_address("0.1.2.3:1")));
    CHECK_FALSE(is_answerable(*parse_address("224.0.0.1:1")));
    CHECK_FALSE(is_answerable(*parse_address("255.255.255.255:1")));
}

TEST_CASE("a network is its first three numbers", "[link]") {
    const Network network = network_of(*parse_address("10.0.0.1:1"));
    CHECK(network == network_of(*parse_address("10.0.0.255:9")));
    CHECK(network != network_of(*parse_address("10.0.1.1:1")));
}
