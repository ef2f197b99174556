// sdl2_render.cpp: draw data through SDL_Renderer.
#include <SDL.h>

#include <algorithm>
#include <cmath>

#include "plugin/platform/sdl2.hpp"

namespace parley::platform {

void Sdl2Renderer::render(overlay::Overlay& overlay, SDL_Renderer* renderer) {
    if (renderer != renderer_) {
        forget();
        renderer_ = renderer;
        overlay.textures_lost();
    }
    text_input_.follow(overlay, SDL_RenderGetWindow(renderer));
    overlay::TextureUpdate update;
    while (overlay.next_texture(update)) {
        if (update.texture == 0 || update.texture > textures_max) {
            continue;
        }
        SDL_Texture*& texture = textures_[update.texture - 1];
        int& side = sides_[update.texture - 1];
        if (texture != nullptr && side != update.width) {
            SDL_DestroyTexture(texture);
            texture = nullptr;
        }
        if (texture == nullptr) {
            texture = SDL_CreateTexture(renderer, SDL_PIXELFORMAT_ABGR8888,
                                        SDL_TEXTUREACCESS_STATIC, update.width, update.height);
            if (texture == nullptr) {
                continue; // drawn without text; the renderer is out of memory
            }
            side = update.width;
            SDL_SetTextureBlendMode(texture, SDL_BLENDMODE_BLEND);
            SDL_SetTextureScaleMode(texture, SDL_ScaleModeLinear);
        }
        const SDL_Rect rect{update.x, update.y, update.w, update.h};
        SDL_UpdateTexture(texture, &rect, update.pixels, static_cast<int>(update.pitch_bytes));
    }

    // What the host has set is set again at the end.
    SDL_Rect clip_before{};
    SDL_RenderGetClipRect(renderer, &clip_before);
    const bool clipped_before = SDL_RenderIsClipEnabled(renderer) == SDL_TRUE;
    SDL_Rect viewport_before{};
    SDL_RenderGetViewport(renderer, &viewport_before);
    SDL_RenderSetViewport(renderer, nullptr);

    const overlay::DrawData& draw = overlay.draw();
    constexpr int stride = sizeof(overlay::Vertex);
    for (const overlay::DrawCommand& command : draw.commands) {
        SDL_Texture* texture = command.texture == 0 || command.texture > textures_max
                                   ? nullptr
                                   : textures_[command.texture - 1];
        if (texture == nullptr || command.vertex_start >= draw.vertices.size()) {
            continue;
        }
        const int left = static_cast<int>(std::floor(command.clip_x));
        const int top = static_cast<int>(std::floor(command.clip_y));
        const SDL_Rect clip{left, top,
                            static_cast<int>(std::ceil(command.clip_x + command.clip_w)) - left,
                            static_cast<int>(std::ceil(command.clip_y + command.clip_h)) - top};
        SDL_RenderSetClipRect(renderer, &clip);
        const overlay::Vertex* first = draw.vertices.data() + command.vertex_start;
        // All that the indices can reach, and no more than 16 bits of it.
        const size_t reachable =
            std::min<size_t>(draw.vertices.size() - command.vertex_start, 65'536);
        SDL_RenderGeometryRaw(renderer, texture, &first->x, stride,
                              reinterpret_cast<const SDL_Color*>(&first->rgba), stride, &first->u,
                              stride, static_cast<int>(reachable),
                              draw.indices.data() + command.index_start,
                              static_cast<int>(command.index_count), sizeof(uint16_t));
    }
    SDL_RenderSetViewport(renderer, &viewport_before);
    SDL_RenderSetClipRect(renderer, clipped_before ? &clip_before : nullptr);
}

void Sdl2Renderer::forget() {
    for (SDL_Texture*& texture : textures_) {
        if (texture != nullptr) {
            SDL_DestroyTexture(texture);
            texture = nullptr;
        }
    }
    renderer_ = nullptr;
    text_input_.forget();
}

} // namespace parley::platform
