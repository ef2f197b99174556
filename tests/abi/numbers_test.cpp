// numbers_test.cpp: a game's arithmetic goes wrong, and the chat does not end the game: what is
// given to the overlay as a number may be anything. (Dear ImGui's assertions end the process.)
#include "parley/parley_overlay.h"

#include "tests/support/catch.hpp"

#include <limits>

namespace {

TEST_CASE("no number that a host gives ends the process", "[numbers]") {
    parley_options options{};
    options.size = sizeof options;
    options.server_key = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    options.no_thread = 1;
    parley_client* client = nullptr;
    REQUIRE(parley_create(&options, &client) == PARLEY_OK);
    parley_overlay_options look{};
    look.size = sizeof look;
    parley_overlay* overlay = nullptr;
    REQUIRE(parley_overlay_create(client, &look, &overlay) == PARLEY_OK);
    const auto good_frame = [&] { parley_overlay_frame(overlay, 0.016f, 1280, 720, 1, 0); };
    good_frame();
    good_frame();
    const float odd_floats[] = {std::numeric_limits<float>::quiet_NaN(),
                                std::numeric_limits<float>::infinity(),
                                -std::numeric_limits<float>::infinity(),
                                std::numeric_limits<float>::max(),
                                std::numeric_limits<float>::denorm_min(),
                                -5,
                                0};
    const int odd_ints[] = {std::numeric_limits<int>::min(), -1, 0, 1,
                            std::numeric_limits<int>::max()};
    for (const float odd : odd_floats) {
        CAPTURE(odd);
        parley_overlay_frame(overlay, odd, 1280, 720, 1, 0);
        parley_overlay_frame(overlay, 0.016f, 1280, 720, odd, 0);
        for (const uint32_t type :
             {PARLEY_INPUT_MOUSE_MOVE, PARLEY_INPUT_MOUSE_BUTTON, PARLEY_INPUT_WHEEL}) {
            for (const uint32_t down : {1u, 0u}) {
                parley_input input{};
                input.size = sizeof input;
                input.type = type;
                input.down = down;
                input.x = input.y = odd;
                parley_overlay_input(overlay, &input);
                good_frame();
            }
        }
    }
    for (const int odd : odd_ints) {
        CAPTURE(odd);
        parley_overlay_frame(overlay, 0.016f, odd, 720, 1, 0);
        parley_overlay_frame(overlay, 0.016f, 1280, odd, 1, 0);
        parley_overlay_frame(overlay, 0.016f, odd, odd, 1, 0);
    }
    // It draws on as if nothing had been.
    REQUIRE(parley_overlay_toast(overlay, 0, "and on it goes", "", "") == PARLEY_OK);
    for (int i = 0; i < 30; ++i) {
        good_frame();
    }
    const parley_draw* draw = parley_overlay_draw(overlay);
    REQUIRE(draw->vertex_count > 0);
    for (uint32_t i = 0; i < draw->vertex_count; ++i) {
        REQUIRE(draw->vertices[i].x - draw->vertices[i].x == 0);
        REQUIRE(draw->vertices[i].y - draw->vertices[i].y == 0);
    }
    parley_overlay_destroy(overlay);
    parley_destroy(client);
}

} // namespace
