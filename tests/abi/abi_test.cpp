// abi_test.cpp: what may never change: names, numbers, sizes and places. The C interface grows at
// its ends only, so a game's old binary runs with a new library.
#include "parley/parley_sdl2.h"

#include "tests/support/catch.hpp"

#include <cstddef>
#include <fstream>
#include <set>
#include <sstream>

#include "tests/abi/shell.hpp"

namespace {

std::set<std::string> listed_symbols() {
    std::ifstream file(PARLEY_SOURCE_DIR "/plugin/abi/parley.symbols");
    std::set<std::string> symbols;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("parley_")) {
            symbols.insert(line);
        }
    }
    return symbols;
}

TEST_CASE("the library shows what parley.symbols lists, and nothing else", "[abi]") {
    const std::set<std::string> listed = listed_symbols();
    REQUIRE(listed.size() > 50);
    std::set<std::string> shown;
    std::istringstream lines(parley::test::output_of("nm -D --defined-only " PARLEY_LIBRARY));
    for (std::string address, kind, name; lines >> address >> kind >> name;) {
        shown.insert(name);
    }
    CHECK(shown == listed);
}

TEST_CASE("the C program calls every function that is listed", "[abi]") {
    std::stringstream text;
    text << std::ifstream(PARLEY_SOURCE_DIR "/tests/abi/abi_c99.c").rdbuf();
    for (const std::string& symbol : listed_symbols()) {
        INFO(symbol);
        CHECK(text.str().find(symbol + "(") != std::string::npos);
    }
}

TEST_CASE("sizes and places on 64-bit machines", "[abi]") {
    CHECK(sizeof(parley_options) == 104);
    CHECK(offsetof(parley_options, alloc) == 64);
    CHECK(offsetof(parley_options, random_seed) == 96);
    CHECK(sizeof(parley_event) == 72);
    CHECK(offsetof(parley_event, card_type) == 60);
    CHECK(offsetof(parley_event, state) == 64);
    CHECK(offsetof(parley_event, request) == 8);
    CHECK(offsetof(parley_event, text) == 48);
    CHECK(sizeof(parley_stats) == 80);
    CHECK(offsetof(parley_stats, clock_offset_ms) == 72);
    CHECK(sizeof(parley_room_row) == 112);
    CHECK(offsetof(parley_room_row, unread) == 80);
    CHECK(sizeof(parley_member_row) == 96);
    CHECK(offsetof(parley_member_row, typing) == 88);
    CHECK(sizeof(parley_span) == 24);
    CHECK(sizeof(parley_message_row) == 104);
    CHECK(offsetof(parley_message_row, spans) == 72);
    CHECK(sizeof(parley_presence) == 48);
    CHECK(sizeof(parley_card_field) == 24);
    CHECK(sizeof(parley_card) == 48);
    CHECK(sizeof(parley_overlay_options) == 72);
    CHECK(sizeof(parley_input) == 48);
    CHECK(sizeof(parley_vertex) == 20);
    CHECK(sizeof(parley_draw_command) == 32);
    CHECK(sizeof(parley_draw) == 48);
    CHECK(sizeof(parley_texture_update) == 48);
    CHECK(sizeof(parley_frame_stats) == 36);
    CHECK(sizeof(parley_element) == 48);
}

} // namespace
