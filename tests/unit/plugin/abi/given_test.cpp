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
    CHECK(*ticket_given("aZ0.b-_.c") == "aZ0.b-_.c");
    CHECK(*ticket_given("a.b.c \t\r\n\n") == "a.b.c");
}

TEST_CASE("what visibly is no ticket is refused", "[given]") {
    for (const char* const ticket : {"", " ", "t", "a.b", "a.b.", ".b.c", "a..c", "a.b.c.d",
                                     "a b.c.d", " a.b.c", "a.b.c=", "a.b.\xc3\xa9"}) {
        INFO(ticket);
        CHECK(ticket_given(ticket).error() == Error::BadTicket);
    }
    const std::string longest = "a.b." + std::string(limits::ticket_bytes_max - 4, 'x');
    CHECK(ticket_given(longest.c_str()).ok());
    CHECK(ticket_given((longest + "\n").c_str()).ok());
    CHECK(ticket_given((longest + "x").c_str()).error() == Error::BadTicket);
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
