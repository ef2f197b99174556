// given_test.cpp: tickets and addresses that visibly are none.
#include "plugin/abi/given.hpp"

#include "tests/support/catch.hpp"

#include <cstdlib>
#include <vector>

namespace parley::abi {
namespace {

void* hook(void*, void* old, size_t bytes) {
    if (bytes == 0) {
        std::free(old);
        return nullptr;
    }
    return std::realloc(old, bytes);
}

struct Host {
    Host() { handle.log = Log(&sink, this, LogLevel::Warn); }
    static void sink(void* user, int, const char* line) {
        static_cast<Host*>(user)->lines.emplace_back(line);
    }
    bool said(std::string_view what) const {
        return !lines.empty() && lines.back().find(what) != std::string::npos;
    }
    std::vector<std::string> lines;
    parley_client handle{&hook, nullptr};
};

TEST_CASE("blank space behind a ticket is cut", "[given]") {
    Host host;
    CHECK(*ticket_given(host.handle, "aZ0.b-_.c") == "aZ0.b-_.c");
    CHECK(*ticket_given(host.handle, "a.b.c \t\r\n\n") == "a.b.c");
    CHECK(host.lines.empty());
}

TEST_CASE("what visibly is no ticket is refused, and the log says why", "[given]") {
    Host host;
    for (const char* const ticket : {"", " ", "t", "a.b", "a.b.", ".b.c", "a..c", "a.b.c.d",
                                     "a b.c.d", " a.b.c", "a.b.c=", "a.b.\xc3\xa9"}) {
        INFO(ticket);
        host.lines.clear();
        CHECK(ticket_given(host.handle, ticket).error() == Error::BadTicket);
        CHECK(host.said("ticket_is_none"));
        CHECK(host.said("not three parts of base64url"));
    }
    const std::string longest = "a.b." + std::string(limits::ticket_bytes_max - 4, 'x');
    CHECK(ticket_given(host.handle, longest.c_str()).ok());
    CHECK(ticket_given(host.handle, (longest + "\n").c_str()).ok());
    CHECK(ticket_given(host.handle, (longest + "x").c_str()).error() == Error::BadTicket);
    CHECK(host.said("longer than"));
}

TEST_CASE("an address without a port is refused, and the log says what is wanted", "[given]") {
    Host host;
    CHECK(*address_given(host.handle, "chat.example:7777") == "chat.example:7777");
    CHECK(host.lines.empty());
    CHECK(address_given(host.handle, "chat.example").error() == Error::BadAddress);
    CHECK(host.said("bad_address"));
    host.handle.loopback_only = true; // how it is written comes first
    CHECK(address_given(host.handle, "127.0.0.1").error() == Error::BadAddress);
    CHECK(host.said("bad_address"));
}

TEST_CASE("an IPv6 address is refused at once, in a sentence of its own", "[given]") {
    Host host;
    for (const char* const address : {"[::1]:7777", "[2001:db8::1]:7777", "::1:7777"}) {
        host.lines.clear();
        CHECK(address_given(host.handle, address).error() == Error::BadAddress);
        CHECK(host.said("address_is_ipv6"));
    }
}

TEST_CASE("a port that is none is refused, and the log has the range", "[given]") {
    Host host;
    for (const char* const address : {"h:99999", "h:65536", "h:0", "h:port"}) {
        host.lines.clear();
        CHECK(address_given(host.handle, address).error() == Error::BadAddress);
        CHECK(host.said("a port from 1 to 65535"));
    }
    CHECK(address_given(host.handle, "h:65535").ok());
}

TEST_CASE("the dev shard's key is trusted on this machine only", "[given]") {
    Host host;
    host.handle.loopback_only = true;
    CHECK(*address_given(host.handle, "localhost:7777") == "127.0.0.1:7777");
    CHECK(*address_given(host.handle, "127.1.2.3:7777") == "127.1.2.3:7777");
    for (const char* const address :
         {"10.0.0.1:7777", "chat.example:7777", "localhost.evil:7777"}) {
        host.lines.clear();
        CHECK(address_given(host.handle, address).error() == Error::BadAddress);
        CHECK(host.said("dev_needs_loopback"));
        CHECK(host.said("give 127.0.0.1:port"));
    }
}

TEST_CASE("without a thread the address is numeric", "[given]") {
    Host host;
    host.handle.no_thread = true;
    CHECK(address_given(host.handle, "10.0.0.1:1").ok());
    CHECK(address_given(host.handle, "chat.example:1").error() == Error::BadAddress);
    CHECK(host.said("address_not_numeric"));
    host.handle.loopback_only = true;
    CHECK(*address_given(host.handle, "localhost:1") == "127.0.0.1:1");
}

} // namespace
} // namespace parley::abi
