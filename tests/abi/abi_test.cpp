// abi_test.cpp: what may never change: names, numbers, sizes and places. The C interface grows at
// its ends only, so a game's old binary runs with a new library.
#include "parley/parley_sdl2.h"

#include "tests/support/catch.hpp"

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <set>
#include <sstream>

#include "tests/abi/shell.hpp"

namespace {

using Names = std::set<std::string>;

Names listed_in(const std::string& list) {
    std::ifstream file(PARLEY_SOURCE_DIR "/plugin/abi/" + list);
    Names symbols;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("parley_")) {
            symbols.insert(line);
        }
    }
    return symbols;
}

Names together(Names all, const Names& more) {
    all.insert(more.begin(), more.end());
    return all;
}

std::string content_of(const std::string& path) {
    std::stringstream text;
    text << std::ifstream(PARLEY_SOURCE_DIR "/" + path).rdbuf();
    return text.str();
}

// Functions that a public header declares.
Names declared_in(const std::string& header) {
    const std::string text = content_of("plugin/include/parley/" + header);
    Names names;
    for (size_t at = text.find("\nPARLEY_API "); at != text.npos;
         at = text.find("\nPARLEY_API ", at + 1)) {
        const size_t end = text.find('(', at);
        const size_t start = text.find_last_of(" *", end) + 1;
        names.insert(text.substr(start, end - start));
    }
    return names;
}

Names shown_by(const std::string& library) {
    Names shown;
    std::istringstream lines(parley::test::output_of("nm -D --defined-only " + library));
    for (std::string address, kind, name; lines >> address >> kind >> name;) {
        shown.insert(name);
    }
    return shown;
}

// "libSDL2-2.0.so.0" and the like: what the loader must find before the library is of use.
Names needed_by(const std::string& library) {
    Names needed;
    std::istringstream lines(parley::test::output_of("readelf -d " + library));
    for (std::string line; std::getline(lines, line);) {
        const size_t start = line.find('[');
        if (line.find("(NEEDED)") != line.npos && start != line.npos) {
            needed.insert(line.substr(start + 1, line.find(']') - start - 1));
        }
    }
    return needed;
}

bool needs(const Names& needed, const std::string& word) {
    return std::any_of(needed.begin(), needed.end(),
                       [&](const std::string& name) { return name.find(word) != name.npos; });
}

TEST_CASE("each library shows what its lists name, and nothing else", "[abi]") {
    const Names client = listed_in("parley_client.symbols");
    const Names overlay = listed_in("parley_overlay.symbols");
    REQUIRE(client.size() > 30);
    REQUIRE(overlay.size() > 20);
    CHECK(shown_by(PARLEY_CLIENT_LIBRARY) == client);
    CHECK(shown_by(PARLEY_LIBRARY) == together(client, overlay));
}

TEST_CASE("the lists name what the headers declare", "[abi]") {
    CHECK(declared_in("parley.h") == listed_in("parley_client.symbols"));
    CHECK(together(declared_in("parley_overlay.h"), declared_in("parley_sdl2.h")) ==
          listed_in("parley_overlay.symbols"));
}

TEST_CASE("the library without a screen needs nothing of a screen", "[abi]") {
    const Names screen = {"SDL", "libGL", "freetype", "harfbuzz", "fribidi", "imgui", "stb"};
    const Names client = needed_by(PARLEY_CLIENT_LIBRARY);
    const Names whole = needed_by(PARLEY_LIBRARY);
    CHECK(needs(client, "libsodium"));
    CHECK(needs(whole, "SDL"));
    CHECK(needs(whole, "freetype"));
    for (const std::string& word : screen) {
        INFO(word);
        CHECK_FALSE(needs(client, word));
    }
    // Neither leans on the other: a process loads one.
    CHECK_FALSE(needs(client, "parley"));
    CHECK_FALSE(needs(whole, "parley"));
}

TEST_CASE("the C program calls every function that is listed", "[abi]") {
    const std::string text = content_of("tests/abi/abi_c99.c");
    for (const std::string& symbol :
         together(listed_in("parley_client.symbols"), listed_in("parley_overlay.symbols"))) {
        INFO(symbol);
        CHECK(text.find(symbol + "(") != text.npos);
    }
}

TEST_CASE("sizes and places on 64-bit machines", "[abi]") {
    CHECK(sizeof(parley_options) == 104);
    CHECK(offsetof(parley_options, alloc) == 64);
    CHECK(offsetof(parley_options, random_seed) == 96);
    CHECK(sizeof(parley_event) == 88);
    CHECK(offsetof(parley_event, urgency) == 76);
    CHECK(offsetof(parley_event, card_type) == 56);
    CHECK(offsetof(parley_event, state) == 68);
    CHECK(offsetof(parley_event, request) == 8);
    CHECK(offsetof(parley_event, text) == 48);
    CHECK(sizeof(parley_stats) == 80);
    CHECK(offsetof(parley_stats, clock_offset_ms) == 72);
    CHECK(sizeof(parley_room_row) == 112);
    CHECK(offsetof(parley_room_row, unread) == 80);
    CHECK(offsetof(parley_room_row, slow) == 108);
    CHECK(sizeof(parley_left_out_row) == 24);
    CHECK(offsetof(parley_left_out_row, to_seq) == 16);
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
    CHECK(sizeof(parley_overlay_memory) == 32);
    CHECK(offsetof(parley_overlay_memory, font_bytes) == 24);
    CHECK(sizeof(parley_element) == 48);
}

} // namespace
