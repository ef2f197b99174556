// lines.hpp: what the players of the scripted match say, where, and with which keys.
#pragma once

#include <SDL2/SDL.h>

#include <cstddef>
#include <cstdint>
#include <span>

namespace arena {

// Who sits where: the indexes of Director's seats and plans.
enum SeatOf : size_t { Aria, Kenji, Layla, Noa };

struct Line {
    SeatOf seat;
    uint32_t kind;       // parley_room_kind
    SDL_Keycode opener;  // the key that opens the composer there
    const char* preedit; // shown by the IME before the text is committed; nullptr: typed straight
    const char* typed;
    const char* seen;           // what a reader sees of it, without the marks
    const char* heard_from_zoe; // what she says to everybody meanwhile; nullptr: nothing
    const char* picture;        // screenshot of the first seat afterwards; nullptr: none
};

std::span<const Line> script_lines();
// "party", "team", "global".
const char* room_word(uint32_t kind);

} // namespace arena
