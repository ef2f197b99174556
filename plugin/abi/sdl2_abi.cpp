// sdl2_abi.cpp: parley_sdl2.h over plugin/platform.
#include "parley/parley_sdl2.h"

#include "plugin/abi/overlay_handle.hpp"

namespace {

bool usable(const parley_overlay* overlay) {
    return overlay != nullptr && overlay->client != nullptr && !overlay->client->memory.failed();
}

} // namespace

extern "C" {

void parley_sdl2_hints(void) {
    parley::platform::sdl2_hints();
}

bool parley_sdl2_event(parley_overlay* overlay, const union SDL_Event* event) {
    return usable(overlay) && event != nullptr &&
           parley::platform::sdl2_event(*overlay->overlay, *event);
}

void parley_sdl2_render(parley_overlay* overlay, struct SDL_Renderer* renderer) {
    if (usable(overlay) && renderer != nullptr) {
        overlay->sdl2.render(*overlay->overlay, renderer);
    }
}

void parley_sdl2_render_gl3(parley_overlay* overlay, int width, int height,
                            void* (*load)(const char* name)) {
    if (!usable(overlay) || load == nullptr) {
        return;
    }
    if (!overlay->gl3.render(*overlay->overlay, width, height, load)) {
        overlay->client->log.error("gl3_unusable", {{"mend", "needs OpenGL 3.0 or ES 3.0"}});
    }
}

void parley_sdl2_forget(parley_overlay* overlay) {
    if (overlay != nullptr) {
        overlay->sdl2.forget();
        overlay->gl3.forget();
    }
}

} // extern "C"
