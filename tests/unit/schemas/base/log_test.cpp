// log_test.cpp: what a line of the log looks like, also when a player chose the words.
#include "schemas/base/log.hpp"

#include "tests/support/catch.hpp"

#include <string>

namespace {

std::string logged(std::string_view key, std::string_view value) {
    std::string line;
    const parley::Log log(
        [](void* user, int, const char* text) { *static_cast<std::string*>(user) = text; }, &line,
        parley::LogLevel::Info);
    log.info("user_seen", {{key, value}});
    return line;
}

} // namespace

TEST_CASE("a plain value stands without quotes", "[log]") {
    CHECK(logged("name", "Kenji") == "info user_seen name=Kenji");
}

TEST_CASE("a value cannot forge a line or a key", "[log]") {
    CHECK(logged("name", "x\nerror fire") == "info user_seen name=\"x\\x0aerror fire\"");
    CHECK(logged("name", "a b=\"c") == "info user_seen name=\"a b=\\\"c\"");
    CHECK(logged("name", "\x1b[31m") == "info user_seen name=\"\\x1b[31m\"");
}

TEST_CASE("a line above the wanted level is not formatted", "[log]") {
    int lines = 0;
    const parley::Log log([](void* user, int, const char*) { ++*static_cast<int*>(user); }, &lines,
                          parley::LogLevel::Warn);
    log.info("quiet");
    log.warn("loud");
    CHECK(lines == 1);
}
