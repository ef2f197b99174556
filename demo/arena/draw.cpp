// draw.cpp: a harbour at dusk, seen from above.
#include "demo/arena/draw.hpp"

#include <algorithm>
#include <cmath>

namespace arena {
namespace {

constexpr float tau = 6.28318531f;
constexpr int round_segments = 40;

Uint8 byte(float v) {
    return static_cast<Uint8>(std::clamp(v, 0.0f, 1.0f) * 255.0f + 0.5f);
}

Vec on_circle(Vec at, float radius, float angle) {
    return {at.x + std::cos(angle) * radius, at.y + std::sin(angle) * radius};
}

} // namespace

Canvas::Colour Canvas::team_colour(Team team, float alpha) {
    return team == Team::Teal ? Colour{0.384f, 0.839f, 0.710f, alpha}
                              : Colour{1.0f, 0.541f, 0.502f, alpha};
}

Vec Canvas::to_screen(Vec world) const {
    return middle_ + world * zoom_;
}

int Canvas::vertex(Vec at, Colour colour) {
    vertices_.push_back(
        {{at.x, at.y}, {byte(colour.r), byte(colour.g), byte(colour.b), byte(colour.a)}, {0, 0}});
    return static_cast<int>(vertices_.size()) - 1;
}

// All of it in screen pixels: a fan for the inside, a thin ring that fades for the edge.
void Canvas::disc(Vec at, float radius, Colour inner, Colour outer, float feather) {
    const Colour gone{outer.r, outer.g, outer.b, 0};
    const int centre = vertex(at, inner);
    int last_in = 0;
    int last_out = 0;
    for (int i = 0; i <= round_segments; ++i) {
        const float angle = tau * static_cast<float>(i) / round_segments;
        const int in = vertex(on_circle(at, std::max(0.0f, radius - feather), angle), outer);
        const int out = vertex(on_circle(at, radius + feather * 0.3f, angle), gone);
        if (i > 0) {
            for (const int index :
                 {centre, last_in, in, last_in, last_out, out, last_in, out, in}) {
                indices_.push_back(index);
            }
        }
        last_in = in;
        last_out = out;
    }
}

void Canvas::arc(Vec at, float radius, float thickness, float from, float to, Colour colour) {
    const Colour gone{colour.r, colour.g, colour.b, 0};
    const float half = thickness * 0.5f;
    const int steps = std::max(2, static_cast<int>(96 * (to - from) / tau));
    int last[4] = {};
    for (int i = 0; i <= steps; ++i) {
        const float angle = from + (to - from) * static_cast<float>(i) / static_cast<float>(steps);
        const int now[4] = {vertex(on_circle(at, radius - half - 1, angle), gone),
                            vertex(on_circle(at, radius - half, angle), colour),
                            vertex(on_circle(at, radius + half, angle), colour),
                            vertex(on_circle(at, radius + half + 1, angle), gone)};
        for (int k = 0; k < 3 && i > 0; ++k) {
            for (const int index :
                 {last[k], last[k + 1], now[k + 1], last[k], now[k + 1], now[k]}) {
                indices_.push_back(index);
            }
        }
        std::copy(std::begin(now), std::end(now), std::begin(last));
    }
}

void Canvas::ring(Vec at, float radius, float thickness, Colour colour) {
    arc(at, radius, thickness, 0, tau, colour);
}

void Canvas::square(Vec at, float half, float angle, Colour colour, float feather) {
    const Colour gone{colour.r, colour.g, colour.b, 0};
    int in[4];
    int out[4];
    for (int i = 0; i < 4; ++i) {
        const float a = angle + tau / 8 + tau * static_cast<float>(i) / 4;
        in[i] = vertex(on_circle(at, (half - feather) * 1.4142f, a), colour);
        out[i] = vertex(on_circle(at, half * 1.4142f, a), gone);
    }
    for (const int index : {in[0], in[1], in[2], in[0], in[2], in[3]}) {
        indices_.push_back(index);
    }
    for (int i = 0; i < 4; ++i) {
        const int j = (i + 1) % 4;
        for (const int index : {in[i], out[i], out[j], in[i], out[j], in[j]}) {
            indices_.push_back(index);
        }
    }
}

void Canvas::triangle(Vec a, Vec b, Vec c, Colour colour) {
    const Colour gone{colour.r, colour.g, colour.b, 0};
    const Vec middle = (a + b + c) * (1.0f / 3);
    int in[3];
    int out[3];
    int next = 0;
    for (const Vec corner : {a, b, c}) {
        const Vec outwards = normal(corner - middle);
        in[next] = vertex(corner - outwards * 0.8f, colour);
        out[next++] = vertex(corner + outwards * 0.8f, gone);
    }
    indices_.insert(indices_.end(), {in[0], in[1], in[2]});
    for (int i = 0; i < 3; ++i) {
        const int j = (i + 1) % 3;
        indices_.insert(indices_.end(), {in[i], out[i], out[j], in[i], out[j], in[j]});
    }
}

void Canvas::stroke(Vec from, Vec to, float thickness, Colour from_colour, Colour to_colour) {
    const Vec way = normal(to - from);
    const Vec side = Vec{-way.y, way.x} * (thickness * 0.5f);
    const int a = vertex(from + side, from_colour);
    const int b = vertex(from - side, from_colour);
    const int c = vertex(to - side, to_colour);
    const int d = vertex(to + side, to_colour);
    for (const int index : {a, b, c, a, c, d}) {
        indices_.push_back(index);
    }
}

void Canvas::shade(Vec at, float radius, float strength) {
    disc(at, radius, {0, 0, 0, strength}, {0, 0, 0, 0}, 0);
}

void Canvas::harbour(int width, int height) {
    const auto w = static_cast<float>(width);
    const auto h = static_cast<float>(height);
    // Dusk: light where the harbour is, dark towards the corners, where the panels lie.
    constexpr Colour edge{0.043f, 0.078f, 0.094f, 1};
    const int a = vertex({0, 0}, edge);
    const int b = vertex({w, 0}, edge);
    const int c = vertex({w, h}, edge);
    const int d = vertex({0, h}, edge);
    for (const int index : {a, b, c, a, c, d}) {
        indices_.push_back(index);
    }
    const float far = std::max(w, h) * 0.62f;
    constexpr struct {
        float radius;
        Colour colour;
    } glow[] = {{1.0f, {0.082f, 0.149f, 0.169f, 0.85f}},
                {0.66f, {0.141f, 0.259f, 0.251f, 0.75f}},
                {0.40f, {0.231f, 0.365f, 0.345f, 0.65f}}};
    for (const auto& [radius, colour] : glow) {
        disc(middle_, far * radius, colour, {colour.r, colour.g, colour.b, 0}, 0);
    }
    // The quay.
    const float quay = arena_radius * zoom_;
    disc(middle_, quay + 26 * zoom_, {0.09f, 0.16f, 0.17f, 0.55f}, {0.07f, 0.12f, 0.13f, 0.75f}, 2);
    disc(middle_, quay, {0.20f, 0.35f, 0.34f, 0.9f}, {0.11f, 0.21f, 0.22f, 0.95f}, 2);
    ring(middle_, quay, 3 * zoom_, {0.50f, 0.70f, 0.66f, 0.55f});
    ring(middle_, quay + 14 * zoom_, 1.2f * zoom_, {0.50f, 0.70f, 0.66f, 0.25f});
    ring(middle_, quay * 0.30f, 1.4f * zoom_, {0.50f, 0.70f, 0.66f, 0.35f});
    // Bollards along the quay.
    for (int i = 0; i < 24; ++i) {
        const Vec at = on_circle(middle_, quay + 14 * zoom_, tau * static_cast<float>(i) / 24);
        disc(at, 4.2f * zoom_, {0.55f, 0.66f, 0.62f, 0.9f}, {0.30f, 0.38f, 0.37f, 0.9f});
    }
    // The line that parts the halves.
    for (int i = 0; i < 22; ++i) {
        const float y = -arena_radius + 24 + static_cast<float>(i) * (arena_radius * 2 - 48) / 21;
        if (std::fabs(y) > 40) {
            stroke(to_screen({0, y - 7}), to_screen({0, y + 7}), 2 * zoom_, {1, 1, 1, 0.16f},
                   {1, 1, 1, 0.16f});
        }
    }
}

// Rings that breathe outwards.
void Canvas::water(float time_s) {
    const float quay = arena_radius * zoom_;
    for (int i = 0; i < 4; ++i) {
        const float phase = std::fmod(time_s * 0.07f + static_cast<float>(i) * 0.25f, 1.0f);
        ring(middle_, quay * (0.15f + 0.83f * phase), 1.4f * zoom_,
             {0.55f, 0.80f, 0.75f, 0.16f * (1 - phase)});
    }
}

void Canvas::docks(const Match& match) {
    for (const Team team : {Team::Teal, Team::Coral}) {
        const Vec at = to_screen(Match::dock(team));
        const float radius = dock_radius * zoom_;
        disc(at, radius, team_colour(team, 0.34f), team_colour(team, 0.10f), 2);
        ring(at, radius, 2.5f * zoom_, team_colour(team, 0.85f));
        const float turn = match.time_s() * 0.35f;
        for (int i = 0; i < 3; ++i) {
            const float from = turn + tau * static_cast<float>(i) / 3;
            arc(at, radius + 9 * zoom_, 2.2f * zoom_, from, from + 0.9f, team_colour(team, 0.5f));
        }
        // Shape as well as colour: teal docks carry a triangle that points up, coral ones down.
        const float up = team == Team::Teal ? -1.0f : 1.0f;
        const float size = 17 * zoom_;
        const Colour colour = team_colour(team, 0.9f);
        triangle(at + Vec{0, up * size}, at + Vec{-size * 0.9f, -up * size * 0.7f},
                 at + Vec{size * 0.9f, -up * size * 0.7f}, colour);
    }
}

void Canvas::player(const Match& match, size_t index, bool viewer) {
    const Player& player = match.players()[index];
    const Vec at = to_screen(player.at);
    const float radius = player_radius * zoom_;
    if (!player.alive()) {
        // A ring that fills until the respawn.
        const float way = 1 - player.down_s / respawn_s;
        ring(at, radius * 0.8f, 2 * zoom_, team_colour(player.team, 0.18f));
        arc(at, radius * 0.8f, 2.6f * zoom_, -tau / 4, -tau / 4 + tau * std::max(0.02f, way),
            team_colour(player.team, 0.6f));
        return;
    }
    for (size_t i = 0; i + 1 < player.trail.size(); ++i) {
        const float left = 1 - static_cast<float>(i) / static_cast<float>(player.trail.size());
        stroke(to_screen(player.trail[i]), to_screen(player.trail[i + 1]), radius * 1.1f * left,
               team_colour(player.team, 0.20f * left), team_colour(player.team, 0.14f * left));
    }
    shade(at + Vec{3 * zoom_, 5 * zoom_}, radius * 1.5f, 0.45f);
    const Vec nose = player.facing;
    const Vec side{-nose.y, nose.x};
    const Colour bright = team_colour(player.team, 1);
    triangle(at + nose * (radius * 1.6f), at + nose * (radius * 0.72f) + side * (radius * 0.66f),
             at + nose * (radius * 0.72f) - side * (radius * 0.66f), bright);
    Colour rim = bright;
    rim.r *= 0.62f;
    rim.g *= 0.62f;
    rim.b *= 0.62f;
    disc(at, radius, rim, rim);
    disc(at, radius * 0.84f,
         {std::min(1.0f, bright.r * 1.12f), std::min(1.0f, bright.g * 1.12f),
          std::min(1.0f, bright.b * 1.12f), 1},
         bright);
    if (player.flash_s > 0) {
        ring(at, radius * (1.3f + (0.18f - player.flash_s) * 9), 3 * zoom_,
             {1, 1, 1, player.flash_s * 4});
    }
    if (viewer) {
        ring(at, radius * 1.45f, 2.2f * zoom_, {1, 1, 1, 0.9f});
    }
    if (match.carrier() == index) {
        ring(at, radius * 1.75f + std::sin(match.time_s() * 6) * zoom_, 2.4f * zoom_,
             {1, 0.77f, 0.33f, 0.95f});
    }
}

void Canvas::flag(const Match& match) {
    Vec at = to_screen(match.flag());
    if (match.carrier()) {
        at = at + Vec{0, -26 * zoom_};
    }
    const float pulse = 1 + 0.06f * std::sin(match.time_s() * 3.2f);
    disc(at, 46 * zoom_ * pulse, {1, 0.77f, 0.33f, 0.36f}, {1, 0.77f, 0.33f, 0}, 0);
    shade(at + Vec{3 * zoom_, 6 * zoom_}, 24 * zoom_, 0.4f);
    const float half = (match.carrier() ? 9.0f : 14.0f) * zoom_ * pulse;
    const float turn = match.time_s() * 0.8f;
    square(at, half + 2 * zoom_, turn, {0.55f, 0.38f, 0.10f, 1});
    square(at, half, turn, {1, 0.773f, 0.333f, 1});
    square(at, half * 0.5f, turn, {1, 0.92f, 0.70f, 1});
}

Canvas::~Canvas() {
    SDL_DestroyTexture(backdrop_);
}

void Canvas::submit() {
    SDL_RenderGeometry(renderer_, nullptr, vertices_.data(), static_cast<int>(vertices_.size()),
                       indices_.data(), static_cast<int>(indices_.size()));
    vertices_.clear();
    indices_.clear();
}

void Canvas::draw(const Match& match, size_t viewer, int width, int height) {
    zoom_ = std::min(static_cast<float>(width) / 1500.0f, static_cast<float>(height) / 940.0f);
    // A little to the right of the middle: the chat lies on the left.
    middle_ = {static_cast<float>(width) * 0.535f, static_cast<float>(height) * 0.5f};
    SDL_SetRenderDrawBlendMode(renderer_, SDL_BLENDMODE_BLEND);
    if (backdrop_ == nullptr || backdrop_width_ != width || backdrop_height_ != height) {
        SDL_DestroyTexture(backdrop_);
        backdrop_ = SDL_CreateTexture(renderer_, SDL_PIXELFORMAT_XRGB8888, SDL_TEXTUREACCESS_TARGET,
                                      width, height);
        backdrop_width_ = width;
        backdrop_height_ = height;
        SDL_SetRenderTarget(renderer_, backdrop_);
        harbour(width, height);
        submit();
        SDL_SetRenderTarget(renderer_, nullptr);
    }
    SDL_RenderCopy(renderer_, backdrop_, nullptr, nullptr);
    water(match.time_s());
    docks(match);
    if (!match.carrier()) {
        flag(match);
    }
    for (size_t i = 0; i < match.players().size(); ++i) {
        player(match, i, i == viewer);
    }
    if (match.carrier()) {
        flag(match);
    }
    for (const Spark& spark : match.sparks()) {
        disc(to_screen(spark.at), 3.2f * zoom_,
             team_colour(spark.team, std::min(1.0f, spark.left_s * 3)), team_colour(spark.team, 0));
    }
    submit();
}

} // namespace arena
