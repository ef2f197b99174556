// text_input_test.cpp: SDL's text input follows the chat, and the game keeps what is its own.
#include <SDL.h>

#include "tests/ui/scene.hpp"

#include "tests/support/catch.hpp"

namespace parley::ui {
namespace {

bool active() {
    return SDL_IsTextInputActive() == SDL_TRUE;
}

void draw(Scene& scene) {
    scene.frames(1);
    REQUIRE(!scene.picture().rgba.empty());
}

TEST_CASE("text input is on while the chat takes text, and only then", "[text input]") {
    Scene scene;
    scene.fill();
    REQUIRE(active()); // as SDL begins
    draw(scene);
    CHECK_FALSE(active());
    for (int round = 0; round < 2; ++round) {
        REQUIRE(scene.overlay->open(wire::RoomKind::Party).ok());
        draw(scene);
        CHECK(active());
        draw(scene);
        CHECK(active());
        scene.key(SDLK_ESCAPE);
        draw(scene);
        CHECK_FALSE(active());
    }
}

TEST_CASE("text input that the game has on is on again after the chat", "[text input]") {
    Scene scene;
    scene.fill();
    draw(scene);
    SDL_StartTextInput(); // a field of the game's own
    draw(scene);
    CHECK(active());
    REQUIRE(scene.overlay->open(wire::RoomKind::Party).ok());
    draw(scene);
    scene.overlay->close();
    draw(scene);
    CHECK(active());
    SDL_StopTextInput();
    draw(scene);
    CHECK_FALSE(active());
}

TEST_CASE("a game that opts out starts and stops text input itself", "[text input]") {
    SDL_SetHint(platform::text_input_hint, "0");
    {
        Scene scene;
        scene.fill();
        draw(scene);
        CHECK(active());
        SDL_StopTextInput();
        REQUIRE(scene.overlay->open(wire::RoomKind::Party).ok());
        draw(scene);
        CHECK_FALSE(active());
        SDL_SetHint(platform::text_input_hint, "1"); // thought better of it
        draw(scene);
        CHECK(active());
        SDL_SetHint(platform::text_input_hint, "0");
        draw(scene);
        CHECK_FALSE(active());
    }
    SDL_SetHint(platform::text_input_hint, "1");
}

TEST_CASE("of two overlays the last that takes text stops it", "[text input]") {
    Scene one;
    Scene two;
    one.fill();
    two.fill();
    draw(one);
    draw(two);
    CHECK_FALSE(active());
    REQUIRE(one.overlay->open(wire::RoomKind::Party).ok());
    REQUIRE(two.overlay->open(wire::RoomKind::Party).ok());
    draw(one);
    draw(two);
    one.overlay->close();
    draw(one);
    CHECK(active());
    two.overlay->close();
    draw(two);
    CHECK_FALSE(active());
}

TEST_CASE("a window that goes while the chat is open leaves text input as it was", "[text input]") {
    Scene kept; // keeps SDL's video alive
    kept.fill();
    draw(kept);
    {
        Scene scene;
        scene.fill();
        REQUIRE(scene.overlay->open(wire::RoomKind::Party).ok());
        draw(scene);
        CHECK(active());
    }
    CHECK_FALSE(active());
}

} // namespace
} // namespace parley::ui
