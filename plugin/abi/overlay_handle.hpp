// overlay_handle.hpp: what stands behind parley_overlay: the overlay, and the renderers' textures
// of it.
#pragma once

#include <memory>
#include <vector>

#include "parley/parley_overlay.h"
#include "plugin/abi/handle.hpp"
#include "plugin/overlay/overlay.hpp"
#include "plugin/platform/sdl2.hpp"

// Owner: the game thread.
struct parley_overlay {
    parley_client* client = nullptr;  // null: it was destroyed before this
    parley_overlay* next = nullptr;   // of the same client
    parley::AllocHook hook = nullptr; // the client's: this lies in the host's memory
    void* user = nullptr;
    std::unique_ptr<parley::overlay::Overlay> overlay;
    parley_draw draw{};
    uint64_t allocations = 0; // of the host's allocator, in the last frame
    parley::platform::Sdl2Renderer sdl2;
    parley::platform::Gl3Renderer gl3;
};
