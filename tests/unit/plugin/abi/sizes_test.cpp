// sizes_test.cpp: a struct whose size was forgotten is refused, and the log says so once, with the
// fix.
#include <string>
#include <vector>

#include "tests/support/catch.hpp"

#include "parley/parley_overlay.h"

namespace {

using Lines = std::vector<std::string>;

void keep(void* user, int, const char* line) {
    static_cast<Lines*>(user)->emplace_back(line);
}

parley_options options_for(Lines& lines) {
    parley_options options{};
    options.size = sizeof options;
    options.server_key = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    options.no_thread = 1;
    options.log = keep;
    options.user = &lines;
    return options;
}

// One line since the last look, and it names the struct and the remedy.
void check_told(Lines& lines, const std::string& name) {
    INFO(name);
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].find("struct=" + name + " ") != std::string::npos);
    CHECK(lines[0].find("sizeof(" + name + ")") != std::string::npos);
    lines.clear();
}

TEST_CASE("a forgotten size is refused and logged once, with the fix", "[abi][sizes]") {
    Lines lines;
    parley_client* client = nullptr;
    parley_options options = options_for(lines);
    options.size = 0;
    CHECK(parley_create(&options, &client) == PARLEY_ERROR_BAD_ARGUMENT);
    check_told(lines, "parley_options");
    options.size = sizeof options;
    REQUIRE(parley_create(&options, &client) == PARLEY_OK);

    for (int again = 0; again < 2; ++again) {
        parley_presence presence{};
        presence.state = PARLEY_PRESENCE_AWAY;
        CHECK(parley_set_presence(client, &presence) == PARLEY_ERROR_BAD_ARGUMENT);
    }
    check_told(lines, "parley_presence");
    for (int again = 0; again < 2; ++again) {
        parley_event event{};
        CHECK_FALSE(parley_poll(client, &event));
    }
    check_told(lines, "parley_event");
    for (int again = 0; again < 2; ++again) {
        parley_card card{};
        card.type = "match";
        CHECK(parley_set_card(client, &card, nullptr) == PARLEY_ERROR_BAD_ARGUMENT);
        CHECK(parley_update_card(client, &card, nullptr) == PARLEY_ERROR_BAD_ARGUMENT);
    }
    check_told(lines, "parley_card");
    parley_stats stats{};
    parley_get_stats(client, &stats);
    check_told(lines, "parley_stats");
    parley_room_row rooms[2] = {};
    CHECK(parley_rooms(client, rooms, 2) == 0);
    check_told(lines, "parley_room_row");
    parley_member_row members[2] = {};
    CHECK(parley_members(client, 0, members, 2) == 0);
    check_told(lines, "parley_member_row");
    parley_message_row messages[2] = {};
    CHECK(parley_messages(client, 1, 0, messages, 2) == 0);
    check_told(lines, "parley_message_row");
    parley_left_out_row left_out[2] = {};
    CHECK(parley_left_out(client, 1, left_out, 2) == 0);
    check_told(lines, "parley_left_out_row");
    parley_overlay_options look{};
    parley_overlay* overlay = nullptr;
    CHECK(parley_overlay_create(client, &look, &overlay) == PARLEY_ERROR_BAD_ARGUMENT);
    check_told(lines, "parley_overlay_options");
    look.size = sizeof look;
    REQUIRE(parley_overlay_create(client, &look, &overlay) == PARLEY_OK);
    lines.clear();
    for (int again = 0; again < 2; ++again) {
        parley_input input{};
        input.type = PARLEY_INPUT_KEY;
        CHECK_FALSE(parley_overlay_input(overlay, &input));
    }
    check_told(lines, "parley_input");
    parley_frame_stats frame{};
    parley_overlay_get_stats(overlay, &frame);
    check_told(lines, "parley_frame_stats");
    parley_overlay_memory memory{};
    parley_overlay_get_memory(overlay, &memory);
    check_told(lines, "parley_overlay_memory");
    parley_overlay_destroy(overlay);
    parley_destroy(client);
    CHECK(lines.empty());
}

TEST_CASE("asking how many there are needs no size", "[abi][sizes]") {
    Lines lines;
    parley_client* client = nullptr;
    const parley_options options = options_for(lines);
    REQUIRE(parley_create(&options, &client) == PARLEY_OK);
    CHECK(parley_rooms(client, nullptr, 0) == 0);
    parley_room_row none{};
    CHECK(parley_rooms(client, &none, 0) == 0);
    CHECK(lines.empty());
    parley_destroy(client);
}

} // namespace
