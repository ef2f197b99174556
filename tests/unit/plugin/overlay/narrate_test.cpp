// narrate_test.cpp: lines to be spoken, in order and bounded.
#include "plugin/overlay/narrate.hpp"

#include "tests/support/catch.hpp"

namespace parley::overlay {
namespace {

TEST_CASE("lines are spoken in order, each once", "[narrate]") {
    Narrator narrator;
    CHECK(narrator.next() == nullptr);
    narrator.say("one");
    narrator.say("");
    narrator.say("two");
    CHECK(std::string(narrator.next()) == "one");
    CHECK(std::string(narrator.next()) == "two");
    CHECK(narrator.next() == nullptr);
}

TEST_CASE("a reader that falls behind loses the oldest lines, never the newest", "[narrate]") {
    Narrator narrator;
    for (size_t i = 0; i <= Narrator::waiting_max; ++i) {
        narrator.say(std::to_string(i));
    }
    CHECK(std::string(narrator.next()) == "1");
    std::string last;
    while (const char* line = narrator.next()) {
        last = line;
    }
    CHECK(last == std::to_string(Narrator::waiting_max));
}

} // namespace
} // namespace parley::overlay
