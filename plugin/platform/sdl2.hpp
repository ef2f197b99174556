// sdl2.hpp: the overlay in an SDL2 game: events in, triangles out. The C functions of parley_sdl2.h
// are thin calls of these.
//
// Input     [x] keys, text, preedit (long ones too)  [x] mouse, wheel  [x] controller  [x] window
// focus Renderers [x] SDL_Renderer, every driver, software too  [x] OpenGL 3.0+ and ES 3.0
//           [x] clip rectangles  [x] partial texture updates  [x] leaves the host's state as it was
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "plugin/overlay/overlay.hpp"

union SDL_Event;
struct SDL_Renderer;
struct SDL_Texture;

namespace parley::platform {

// Before SDL_Init: the native candidate list, preedit longer than 32 bytes.
void sdl2_hints();
// True: the overlay took it.
bool sdl2_event(overlay::Overlay& overlay, const SDL_Event& event);

// Tells the input method where the caret is, when it moved.
class CandidatePlace {
public:
    void tell(const overlay::Overlay& overlay);

private:
    overlay::Rect told_{};
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
    CandidatePlace candidates_;
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
    CandidatePlace candidates_;
};

} // namespace parley::platform
