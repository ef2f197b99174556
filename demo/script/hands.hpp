// hands.hpp: a player's hands: keys, text and an input method's preedit, through SDL's queue.
#pragma once

#include <SDL2/SDL.h>

#include <cstdint>

namespace arena {

// Down and up.
void press(uint32_t window, SDL_Keycode code);
void type(uint32_t window, const char* utf8);
// What the IME shows before it commits; "" ends it.
void compose(uint32_t window, const char* utf8);

} // namespace arena
