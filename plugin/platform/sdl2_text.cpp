// sdl2_text.cpp: SDL's text input follows the overlay: on while the chat takes text, with the
// caret's place for the candidate list; off, or as the game had it, when it does not.
#include <SDL.h>

#include <algorithm>
#include <cmath>

#include "plugin/platform/sdl2.hpp"

namespace parley::platform {
namespace {

// SDL has one text input a process, however many overlays and windows there are.
// Owner: the thread of SDL's events, which is that of every overlay that draws through SDL.
struct ProcessTextInput {
    int wanting = 0;        // overlays that take text now
    bool games_own = false; // was on when the first of them began
} process_text_input;

// The caret is in pixels, SDL wants points of the window.
float points_per_pixel(SDL_Window* window) {
    int points = 0, pixels = 0, unused = 0;
    if (window != nullptr) {
        SDL_GetWindowSize(window, &points, &unused);
        SDL_GetWindowSizeInPixels(window, &pixels, &unused);
    }
    return points > 0 && pixels > 0 ? static_cast<float>(points) / static_cast<float>(pixels) : 1;
}

} // namespace

TextInput::~TextInput() {
    forget();
}

void TextInput::forget() {
    want(false);
    followed_ = false;
}

void TextInput::want(bool text) {
    if (text == wanting_) {
        return;
    }
    wanting_ = text;
    if (text) {
        if (process_text_input.wanting++ == 0) {
            process_text_input.games_own = SDL_IsTextInputActive() == SDL_TRUE;
            SDL_StartTextInput();
        }
    } else if (--process_text_input.wanting == 0 && !process_text_input.games_own) {
        SDL_StopTextInput();
    }
}

void TextInput::follow(const overlay::Overlay& overlay, SDL_Window* window) {
    if (SDL_GetHintBoolean(text_input_hint, SDL_TRUE) == SDL_FALSE) {
        forget();
        return;
    }
    const bool text = overlay.wants_text();
    // SDL begins with text input on, so that an input method would take the keys that steer.
    if (!followed_ && !text && process_text_input.wanting == 0) {
        SDL_StopTextInput();
    }
    followed_ = true;
    const bool begins = text && !wanting_;
    want(text);
    const overlay::Rect caret = overlay.caret();
    if (caret.w <= 0 ||
        (!begins && caret.x == told_.x && caret.y == told_.y && caret.h == told_.h)) {
        return;
    }
    told_ = caret;
    const float scale = points_per_pixel(window);
    const auto points = [&](float px) { return static_cast<int>(std::lround(px * scale)); };
    const SDL_Rect rect{points(caret.x), points(caret.y), std::max(1, points(caret.w)),
                        std::max(1, points(caret.h))};
    SDL_SetTextInputRect(&rect);
}

} // namespace parley::platform
