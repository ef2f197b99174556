// sdl2.hpp: the overlay in an SDL2 game: events in, triangles out. The C functions of parley_sdl2.h
// are thin calls of these.
//
// Input     [x] keys, text, preedit (long ones too)  [x] mouse, wheel  [x] controller
//           [x] window focus  [x] text input on and off, place of the candidate list
// Renderers [x] SDL_Renderer, every driver, software too  [x] OpenGL 3.0+ and ES 3.0
//           [x] clip rectangles  [x] partial texture updates  [x] leaves the host's state as it was
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "plugin/overlay/overlay.hpp"

union SDL_Event;
struct SDL_Renderer;
struct SDL_Texture;
struct SDL_Window;

namespace parley::platform {

// Before SDL_Init: the native candidate list, preedit longer than 32 bytes.
void sdl2_hints();
// True: the overlay took it.
bool sdl2_event(overlay::Overlay& overlay, const SDL_Event& event);

// Set to "0", the game starts and stops SDL's text input itself, by wants_text().
inline constexpr const char* text_input_hint = "PARLEY_SDL2_TEXT_INPUT";

// Starts and stops SDL's text input as the overlay wants text, and tells the input method where the
// caret is. What the game had on when the chat began is on again when it ends.
class TextInput {
public:
    TextInput() = default;
    ~TextInput();
    TextInput(const TextInput&) = delete;
    TextInput& operator=(const TextInput&) = delete;

    void follow(const overlay::Overlay& overlay, SDL_Window* window);
    void forget(); // as if the overlay wanted no text

private:
    void want(bool text);

    overlay::Rect told_{};
    bool wanting_ = false;
    bool followed_ = false; // once at least
};

// Owner: the thread that renders. forget() before the renderer is destroyed.
class Sdl2Renderer {
public:
    static constexpr size_t textures_max = 16;

    void render(overlay::Overlay& overlay, SDL_Renderer* renderer);
    void forget();

private:
    SDL_Renderer* renderer_ = nullptr;
    std::array<SDL_Texture*, textures_max> textures_{};
    std::array<int, textures_max> sides_{};
    TextInput text_input_;
};

// Owner: the thread of the GL context. forget() while the context is current.
class Gl3Renderer {
public:
    static constexpr size_t textures_max = 16;
    using Load = void* (*)(const char* name);

    Gl3Renderer();
    ~Gl3Renderer();
    Gl3Renderer(const Gl3Renderer&) = delete;
    Gl3Renderer& operator=(const Gl3Renderer&) = delete;

    // Into the current framebuffer. False: this GL lacks what is needed.
    bool render(overlay::Overlay& overlay, int width, int height, Load load);
    void forget();

private:
    struct Gl;
    std::unique_ptr<Gl> gl_;
    TextInput text_input_;
};

} // namespace parley::platform
