// masks.hpp: round corners and small signs as coverage masks in the text atlas, with 64 samples a
// pixel. They look the same in every renderer (SDL's software one moves vertices to whole pixels,
// so that thin fans of triangles come out ragged), cost a quad each, and share the texture of the
// text.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "plugin/text/engine.hpp"

namespace parley::overlay {

// Signs that mean the same as a colour, for those who do not see it.
enum class Sign : uint8_t {
    Diamond,    // Party
    TriangleUp, // Team
    Disc,       // Global
    Square,     // Direct
    Pentagon,   // Guild
    TriangleDown,
    Ring,
    Moon,
    Minus,
    Play,
    Plus,
    Crown,
    Warning,
    Reply,
    People,
    ArrowDown,
    Cross,
    ArrowUp,
    More,  // three dots
    Copy,  // a sheet before another
    Open,  // an arrow that leaves its frame
    Block, // a ring with a bar
    Flag,
    At,
    Speech
};

// Is the point part of the sign? In units of its radius, y downwards.
bool sign_covers(Sign sign, float x, float y);

// Signs that point the way one reads: mirrored with the interface.
constexpr bool turns(Sign sign) {
    return sign == Sign::Reply || sign == Sign::People;
}

struct Mask {
    text::Engine::Place place;
    uint16_t w = 0, h = 0; // 0: there is no room for it now, or no time
};

// Owner: the game thread.
class Masks {
public:
    explicit Masks(text::Engine& engine) : engine_(engine) {}

    // The top left corner of a box: a quarter disc, or of thickness > 0 a quarter ring.
    Mask corner(uint32_t radius_px, uint32_t thickness_px);
    // Centred in a square of 2 * half_px() texels.
    Mask sign(Sign sign, float radius_px);
    static uint32_t half_px(float radius_px);
    // How many texels may be sampled from now until the next call (a frame), and how many masks
    // wait for more of them. One is always made.
    void allow(uint32_t texels) {
        texels_left_ = texels;
        made_ = deferred_ = 0;
    }
    uint32_t deferred() const { return deferred_; }

private:
    struct Known {
        uint32_t key = 0;
        Mask mask;
    };
    template <typename Covers>
    Mask find(uint32_t key, uint32_t side, Covers covers);

    text::Engine& engine_;
    std::array<Known, 512> known_{};
    size_t count_ = 0;
    uint32_t generation_ = 0;
    uint32_t texels_left_ = UINT32_MAX;
    uint32_t made_ = 0, deferred_ = 0;
    std::vector<uint8_t> coverage_;
};

} // namespace parley::overlay
