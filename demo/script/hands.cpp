// hands.cpp: SDL's events as its own drivers make them.
#include "demo/script/hands.hpp"

#include <algorithm>
#include <cstring>
#include <string>

namespace arena {

void press(uint32_t window, SDL_Keycode code) {
    for (const Uint32 type : {SDL_KEYDOWN, SDL_KEYUP}) {
        SDL_Event event = {};
        event.type = type;
        event.key.windowID = window;
        event.key.state = type == SDL_KEYDOWN ? SDL_PRESSED : SDL_RELEASED;
        event.key.keysym.sym = code;
        event.key.keysym.scancode = SDL_GetScancodeFromKey(code);
        SDL_PushEvent(&event);
    }
}

// As SDL does it: at most 31 bytes an event, cut between code points.
void type(uint32_t window, const char* utf8) {
    const std::string whole = utf8;
    for (size_t at = 0; at < whole.size();) {
        size_t end = std::min(at + SDL_TEXTINPUTEVENT_TEXT_SIZE - 1, whole.size());
        while (end < whole.size() && (static_cast<unsigned char>(whole[end]) & 0xC0) == 0x80) {
            --end;
        }
        SDL_Event event = {};
        event.type = SDL_TEXTINPUT;
        event.text.windowID = window;
        std::memcpy(event.text.text, whole.data() + at, end - at);
        SDL_PushEvent(&event);
        at = end;
    }
}

void compose(uint32_t window, const char* utf8) {
    SDL_Event event = {};
    event.type = SDL_TEXTEDITING;
    event.edit.windowID = window;
    std::strncpy(event.edit.text, utf8, SDL_TEXTEDITINGEVENT_TEXT_SIZE - 1);
    for (const char* c = utf8; *c != 0; ++c) { // the IME's caret, in characters
        event.edit.start += (static_cast<unsigned char>(*c) & 0xC0) != 0x80 ? 1 : 0;
    }
    SDL_PushEvent(&event);
}

} // namespace arena
