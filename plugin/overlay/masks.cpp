// masks.cpp: what each sign is, and sampling it.
#include "plugin/overlay/masks.hpp"

#include <algorithm>
#include <cmath>

namespace parley::overlay {
namespace {

struct Point {
    float x, y;
};

float distance(Point p, Point a, Point b) {
    const float dx = b.x - a.x, dy = b.y - a.y;
    const float along =
        std::clamp(((p.x - a.x) * dx + (p.y - a.y) * dy) / (dx * dx + dy * dy), 0.0f, 1.0f);
    return std::hypot(p.x - a.x - along * dx, p.y - a.y - along * dy);
}

// Corners clockwise on a screen.
template <size_t count>
bool in_polygon(Point p, const Point (&corners)[count]) {
    for (size_t i = 0; i < count; ++i) {
        const Point a = corners[i];
        const Point b = corners[(i + 1) % count];
        if ((b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x) < 0) {
            return false;
        }
    }
    return true;
}

bool in_disc(Point p, float cx, float cy, float r) {
    return std::hypot(p.x - cx, p.y - cy) <= r;
}

bool in_box(Point p, float left, float top, float right, float bottom) {
    return p.x >= left && p.x <= right && p.y >= top && p.y <= bottom;
}

template <size_t count>
bool on_stroke(Point p, const Point (&points)[count], float thickness) {
    for (size_t i = 0; i + 1 < count; ++i) {
        if (distance(p, points[i], points[i + 1]) <= thickness / 2) {
            return true;
        }
    }
    return false;
}

constexpr Point up[] = {{0, -0.95f}, {1.08f, 0.85f}, {-1.08f, 0.85f}};
constexpr Point down[] = {{-1.08f, -0.85f}, {1.08f, -0.85f}, {0, 0.95f}};
constexpr Point play[] = {{-0.65f, -0.95f}, {0.95f, 0}, {-0.65f, 0.95f}};
constexpr Point pentagon[] = {
    {0, -1.1f}, {1.046f, -0.34f}, {0.647f, 0.89f}, {-0.647f, 0.89f}, {-1.046f, -0.34f}};
constexpr Point crown_left[] = {{-1, -0.55f}, {0.1f, 0.75f}, {-0.85f, 0.75f}};
constexpr Point crown_middle[] = {{0, -0.9f}, {0.62f, 0.75f}, {-0.62f, 0.75f}};
constexpr Point crown_right[] = {{1, -0.55f}, {0.85f, 0.75f}, {-0.1f, 0.75f}};

bool on_outline(Point p, const Point (&corners)[3], float thickness) {
    return distance(p, corners[0], corners[1]) <= thickness / 2 ||
           distance(p, corners[1], corners[2]) <= thickness / 2 ||
           distance(p, corners[2], corners[0]) <= thickness / 2;
}

} // namespace

bool sign_covers(Sign sign, float x, float y) {
    const Point p{x, y};
    switch (sign) {
    case Sign::Diamond:
        return std::fabs(x) + std::fabs(y) <= 1.12f;
    case Sign::TriangleUp:
        return in_polygon(p, up);
    case Sign::TriangleDown:
        return in_polygon(p, down);
    case Sign::Disc:
        return in_disc(p, 0, 0, 0.95f);
    case Sign::Square: {
        const float dx = std::max(std::fabs(x) - 0.68f, 0.0f);
        const float dy = std::max(std::fabs(y) - 0.68f, 0.0f);
        return std::hypot(dx, dy) <= 0.2f;
    }
    case Sign::Pentagon:
        return in_polygon(p, pentagon);
    case Sign::Ring:
        return in_disc(p, 0, 0, 0.95f) && !in_disc(p, 0, 0, 0.45f);
    case Sign::Moon:
        return in_disc(p, 0, 0, 1) && !in_disc(p, 0.55f, -0.35f, 0.78f);
    case Sign::Minus:
        return in_disc(p, 0, 0, 1) && !in_box(p, -0.6f, -0.2f, 0.6f, 0.2f);
    case Sign::Play:
        return in_polygon(p, play);
    case Sign::Plus:
        return in_box(p, -1, -0.18f, 1, 0.18f) || in_box(p, -0.18f, -1, 0.18f, 1);
    case Sign::Crown:
        return in_polygon(p, crown_left) || in_polygon(p, crown_middle) ||
               in_polygon(p, crown_right) || in_box(p, -0.85f, 0.3f, 0.85f, 0.75f);
    case Sign::Warning:
        return on_outline(p, up, 0.22f) || in_box(p, -0.11f, -0.35f, 0.11f, 0.28f) ||
               in_disc(p, 0, 0.54f, 0.13f);
    case Sign::Reply: {
        constexpr Point head[] = {{-0.2f, -0.8f}, {-0.95f, -0.1f}, {-0.2f, 0.6f}};
        constexpr Point tail[] = {{-0.9f, -0.1f}, {0.4f, -0.1f}, {0.9f, 0.4f}, {0.9f, 0.9f}};
        return on_stroke(p, head, 0.26f) || on_stroke(p, tail, 0.26f);
    }
    case Sign::People: {
        const auto person = [&](float cx, float size, float low) {
            const float body = std::hypot((x - cx) / (0.62f * size), (y - low) / (0.72f * size));
            return in_disc(p, cx, low - 1.15f * size, 0.38f * size) || (body <= 1 && y <= low);
        };
        // The one behind keeps a gap to the one in front.
        const float front = std::hypot((x + 0.42f) / 0.78f, (y - 0.85f) / 0.88f);
        return person(-0.42f, 1, 0.85f) || (person(0.62f, 0.82f, 0.85f) && front > 1);
    }
    case Sign::ArrowDown: {
        constexpr Point line[] = {{-0.8f, -0.35f}, {0, 0.45f}, {0.8f, -0.35f}};
        return on_stroke(p, line, 0.3f);
    }
    case Sign::ArrowUp: {
        constexpr Point line[] = {{-0.8f, 0.35f}, {0, -0.45f}, {0.8f, 0.35f}};
        return on_stroke(p, line, 0.3f);
    }
    case Sign::More:
        return in_disc(p, -0.75f, 0, 0.22f) || in_disc(p, 0, 0, 0.22f) ||
               in_disc(p, 0.75f, 0, 0.22f);
    case Sign::Copy: {
        const bool front = in_box(p, -0.35f, -0.45f, 0.85f, 0.95f);
        const bool hollow = in_box(p, -0.13f, -0.23f, 0.63f, 0.73f);
        const bool behind = in_box(p, -0.85f, -0.95f, 0.35f, 0.45f);
        const bool behind_hollow = in_box(p, -0.63f, -0.73f, 0.35f, 0.45f);
        return (front && !hollow) || (behind && !behind_hollow && !front);
    }
    case Sign::Open: {
        constexpr Point shaft[] = {{-0.3f, 0.3f}, {0.85f, -0.85f}};
        constexpr Point head[] = {{0.15f, -0.85f}, {0.85f, -0.85f}, {0.85f, -0.15f}};
        constexpr Point frame[] = {
            {-0.25f, -0.6f}, {-0.85f, -0.6f}, {-0.85f, 0.85f}, {0.6f, 0.85f}, {0.6f, 0.25f}};
        return on_stroke(p, shaft, 0.24f) || on_stroke(p, head, 0.24f) ||
               on_stroke(p, frame, 0.24f);
    }
    case Sign::Block: {
        constexpr Point bar[] = {{-0.6f, 0.6f}, {0.6f, -0.6f}};
        return (in_disc(p, 0, 0, 0.95f) && !in_disc(p, 0, 0, 0.7f)) || on_stroke(p, bar, 0.25f);
    }
    case Sign::Flag:
        return in_box(p, -0.75f, -0.95f, -0.5f, 0.95f) ||
               (in_box(p, -0.5f, -0.85f, 0.85f, 0.2f) &&
                x <= 0.85f - 0.4f * (0.5f - std::fabs(y + 0.325f) / 1.05f));
    case Sign::At: {
        const bool outer =
            in_disc(p, 0, 0, 0.95f) && !in_disc(p, 0, 0, 0.72f) && !(x > 0.2f && y > 0.32f);
        const bool inner = in_disc(p, 0, 0, 0.44f) && !in_disc(p, 0, 0, 0.2f);
        return outer || inner || in_box(p, 0.24f, -0.4f, 0.46f, 0.3f);
    }
    case Sign::Speech: {
        const float dx = std::max(std::fabs(x) - 0.62f, 0.0f);
        const float dy = std::max(std::fabs(y + 0.25f) - 0.3f, 0.0f);
        constexpr Point foot[] = {{-0.7f, 0.1f}, {-0.7f, 1.0f}, {0.2f, 0.3f}};
        return std::hypot(dx, dy) <= 0.33f || in_polygon(p, foot);
    }
    case Sign::Cross: {
        constexpr Point one[] = {{-0.8f, -0.8f}, {0.8f, 0.8f}};
        constexpr Point other[] = {{-0.8f, 0.8f}, {0.8f, -0.8f}};
        return on_stroke(p, one, 0.26f) || on_stroke(p, other, 0.26f);
    }
    }
    return false;
}

uint32_t Masks::half_px(float radius_px) {
    return static_cast<uint32_t>(std::ceil(radius_px * 1.15f)) + 1;
}

// covers(x, y): is this point of the mask, in pixels, inside?
template <typename Covers>
Mask Masks::find(uint32_t key, uint32_t side, Covers covers) {
    if (generation_ != engine_.atlas_generation()) {
        generation_ = engine_.atlas_generation();
        known_ = {};
        count_ = 0;
    }
    size_t at = key * 2654435761u % known_.size();
    while (known_[at].key != 0) {
        if (known_[at].key == key) {
            return known_[at].mask;
        }
        at = (at + 1) % known_.size();
    }
    if (count_ + 1 >= known_.size()) {
        return {}; // more sizes than any theme has: drawn without a mask
    }
    if (made_ > 0 && side * side > texels_left_) {
        ++deferred_;
        return {}; // it comes with one of the next frames
    }
    ++made_;
    texels_left_ -= std::min(texels_left_, side * side);
    constexpr int samples = 8; // a side
    coverage_.resize(size_t{side} * side);
    for (uint32_t y = 0; y < side; ++y) {
        for (uint32_t x = 0; x < side; ++x) {
            // Most texels are wholly inside or outside, and nine looks say so: no sign has
            // anything as thin as half a pixel.
            int looks = 0;
            for (int look = 0; look < 9; ++look) {
                looks += covers(static_cast<float>(x) + static_cast<float>(look % 3) / 2,
                                static_cast<float>(y) + static_cast<float>(look / 3) / 2)
                             ? 1
                             : 0;
            }
            if (looks == 0 || looks == 9) {
                coverage_[size_t{y} * side + x] = looks == 0 ? 0 : 255;
                continue;
            }
            int inside = 0;
            for (int sample = 0; sample < samples * samples; ++sample) {
                const float sx = (static_cast<float>(sample % samples) + 0.5f) / samples;
                const float sy = (static_cast<float>(sample / samples) + 0.5f) / samples;
                inside += covers(static_cast<float>(x) + sx, static_cast<float>(y) + sy) ? 1 : 0;
            }
            coverage_[size_t{y} * side + x] =
                static_cast<uint8_t>(inside * 255 / (samples * samples));
        }
    }
    Mask mask;
    if (!engine_.put_mask(side, side, coverage_, mask.place)) {
        return {};
    }
    mask.w = mask.h = static_cast<uint16_t>(side);
    known_[at] = {key, mask};
    ++count_;
    return mask;
}

Mask Masks::corner(uint32_t radius_px, uint32_t thickness_px) {
    const auto radius = static_cast<float>(radius_px);
    const float hole = thickness_px == 0 ? -1 : radius - static_cast<float>(thickness_px);
    return find(1u << 31 | radius_px << 8 | (thickness_px & 0xffu), radius_px,
                [&](float x, float y) {
                    const float away = std::hypot(radius - x, radius - y);
                    return away <= radius && away > hole;
                });
}

Mask Masks::sign(Sign sign, float radius_px) {
    // Quarter pixels tell sizes apart well enough, and there are few of them.
    const auto quarters =
        static_cast<uint32_t>(std::lround(std::clamp(radius_px, 0.5f, 250.0f) * 4));
    const float radius = static_cast<float>(quarters) / 4;
    const uint32_t half = half_px(radius);
    return find(1u << 30 | static_cast<uint32_t>(sign) << 16 | quarters, 2 * half,
                [&](float x, float y) {
                    return sign_covers(sign, (x - static_cast<float>(half)) / radius,
                                       (y - static_cast<float>(half)) / radius);
                });
}

} // namespace parley::overlay
