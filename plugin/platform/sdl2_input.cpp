// sdl2_input.cpp: SDL events to the overlay's.
#include <SDL.h>

#include "plugin/platform/sdl2.hpp"

namespace parley::platform {
namespace {

namespace key = overlay::key;
namespace pad = overlay::pad;
namespace mods = overlay::mods;
using overlay::Input;
using overlay::InputType;

uint32_t key_of(const SDL_Keysym& sym) {
    const SDL_Keycode code = sym.sym;
    if ((code >= SDLK_a && code <= SDLK_z) || (code >= SDLK_0 && code <= SDLK_9)) {
        return static_cast<uint32_t>(code);
    }
    if (code >= SDLK_F1 && code <= SDLK_F12) {
        return key::f1 + static_cast<uint32_t>(code - SDLK_F1);
    }
    switch (code) {
    case SDLK_RETURN:
    case SDLK_KP_ENTER:
        return key::enter;
    case SDLK_ESCAPE:
        return key::escape;
    case SDLK_TAB:
        return key::tab;
    case SDLK_BACKSPACE:
        return key::backspace;
    case SDLK_DELETE:
        return key::erase;
    case SDLK_LEFT:
        return key::left;
    case SDLK_RIGHT:
        return key::right;
    case SDLK_UP:
        return key::up;
    case SDLK_DOWN:
        return key::down;
    case SDLK_HOME:
        return key::home;
    case SDLK_END:
        return key::end;
    case SDLK_PAGEUP:
        return key::page_up;
    case SDLK_PAGEDOWN:
        return key::page_down;
    case SDLK_SPACE:
        return key::space;
    default:
        // The scancode where the system sends no other name, so that press and release still pair.
        return key::other + static_cast<uint32_t>(sym.scancode);
    }
}

uint32_t mods_of(uint16_t sdl) {
    uint32_t out = 0;
    // AltGr writes letters: it is no Alt.
    const bool alt_gr = (sdl & KMOD_RALT) != 0 || (sdl & KMOD_MODE) != 0;
    out |= (sdl & KMOD_SHIFT) != 0 ? mods::shift : 0;
    out |= (sdl & KMOD_CTRL) != 0 && !alt_gr ? mods::ctrl : 0;
    out |= (sdl & KMOD_LALT) != 0 ? mods::alt : 0;
    out |= (sdl & KMOD_GUI) != 0 ? mods::super : 0;
    return out;
}

uint32_t pad_of(uint8_t button) {
    switch (button) {
    case SDL_CONTROLLER_BUTTON_A:
        return pad::south;
    case SDL_CONTROLLER_BUTTON_B:
        return pad::east;
    case SDL_CONTROLLER_BUTTON_X:
        return pad::west;
    case SDL_CONTROLLER_BUTTON_Y:
        return pad::north;
    case SDL_CONTROLLER_BUTTON_DPAD_UP:
        return pad::up;
    case SDL_CONTROLLER_BUTTON_DPAD_DOWN:
        return pad::down;
    case SDL_CONTROLLER_BUTTON_DPAD_LEFT:
        return pad::left;
    case SDL_CONTROLLER_BUTTON_DPAD_RIGHT:
        return pad::right;
    case SDL_CONTROLLER_BUTTON_LEFTSHOULDER:
        return pad::left_shoulder;
    case SDL_CONTROLLER_BUTTON_RIGHTSHOULDER:
        return pad::right_shoulder;
    case SDL_CONTROLLER_BUTTON_BACK:
        return pad::back;
    case SDL_CONTROLLER_BUTTON_START:
        return pad::start;
    default:
        return key::other + button;
    }
}

// Mouse events are in window points; the overlay is drawn in pixels.
float pixels_per_point(uint32_t window_id) {
    SDL_Window* window = SDL_GetWindowFromID(window_id);
    if (window == nullptr) {
        return 1;
    }
    int points = 0, pixels = 0, unused = 0;
    SDL_GetWindowSize(window, &points, &unused);
    SDL_GetWindowSizeInPixels(window, &pixels, &unused);
    return points > 0 && pixels > 0 ? static_cast<float>(pixels) / static_cast<float>(points) : 1;
}

} // namespace

void sdl2_hints() {
    SDL_SetHint(SDL_HINT_IME_SHOW_UI, "1");
    SDL_SetHint(SDL_HINT_IME_SUPPORT_EXTENDED_TEXT, "1");
}

bool sdl2_event(overlay::Overlay& overlay, const SDL_Event& event) {
    Input input;
    switch (event.type) {
    case SDL_KEYDOWN:
    case SDL_KEYUP:
        input.type = InputType::Key;
        input.key = key_of(event.key.keysym);
        input.mods = mods_of(event.key.keysym.mod);
        input.down = event.type == SDL_KEYDOWN;
        input.repeat = event.key.repeat != 0;
        return overlay.input(input);
    case SDL_TEXTINPUT:
        input.type = InputType::Text;
        input.text = event.text.text;
        return overlay.input(input);
    case SDL_TEXTEDITING:
        input.type = InputType::Preedit;
        input.text = event.edit.text;
        input.caret = event.edit.start;
        return overlay.input(input);
    case SDL_TEXTEDITING_EXT: {
        input.type = InputType::Preedit;
        input.text = event.editExt.text != nullptr ? event.editExt.text : "";
        input.caret = event.editExt.start;
        const bool taken = overlay.input(input);
        if (taken) {
            SDL_free(event.editExt.text); // whoever takes the event owns its text
        }
        return taken;
    }
    case SDL_MOUSEMOTION:
        if (SDL_GetRelativeMouseMode() == SDL_TRUE) {
            return false; // the game has no pointer on the screen
        }
        input.type = InputType::MouseMove;
        input.x = static_cast<float>(event.motion.x) * pixels_per_point(event.motion.windowID);
        input.y = static_cast<float>(event.motion.y) * pixels_per_point(event.motion.windowID);
        return overlay.input(input);
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP:
        if (event.type == SDL_MOUSEBUTTONDOWN && SDL_GetRelativeMouseMode() == SDL_TRUE) {
            return false;
        }
        input.type = InputType::MouseButton;
        input.key = event.button.button == SDL_BUTTON_LEFT    ? 0u
                    : event.button.button == SDL_BUTTON_RIGHT ? 1u
                                                              : event.button.button;
        input.down = event.type == SDL_MOUSEBUTTONDOWN;
        input.x = static_cast<float>(event.button.x) * pixels_per_point(event.button.windowID);
        input.y = static_cast<float>(event.button.y) * pixels_per_point(event.button.windowID);
        return overlay.input(input);
    case SDL_MOUSEWHEEL:
        if (SDL_GetRelativeMouseMode() == SDL_TRUE) {
            return false;
        }
        input.type = InputType::Wheel;
        input.y =
            event.wheel.preciseY * (event.wheel.direction == SDL_MOUSEWHEEL_FLIPPED ? -1.0f : 1.0f);
        return overlay.input(input);
    case SDL_CONTROLLERBUTTONDOWN:
    case SDL_CONTROLLERBUTTONUP:
        input.type = InputType::Pad;
        input.key = pad_of(event.cbutton.button);
        input.down = event.type == SDL_CONTROLLERBUTTONDOWN;
        return overlay.input(input);
    case SDL_WINDOWEVENT:
        if (event.window.event == SDL_WINDOWEVENT_FOCUS_LOST ||
            event.window.event == SDL_WINDOWEVENT_FOCUS_GAINED) {
            input.type = InputType::Focus;
            input.down = event.window.event == SDL_WINDOWEVENT_FOCUS_GAINED;
            return overlay.input(input);
        }
        return false;
    case SDL_RENDER_TARGETS_RESET:
    case SDL_RENDER_DEVICE_RESET:
        overlay.textures_lost();
        return false;
    default:
        return false;
    }
}

} // namespace parley::platform
