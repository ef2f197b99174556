// draw.hpp: the arena on the screen, with nothing but SDL_Renderer's triangles. Smooth edges come
// from a feather of one pixel, so that it looks the same on the software renderer.
#pragma once

#include <SDL2/SDL.h>

#include <vector>

#include "demo/arena/match.hpp"

namespace arena {

class Canvas {
public:
    explicit Canvas(SDL_Renderer* renderer) : renderer_(renderer) {}
    ~Canvas();
    Canvas(const Canvas&) = delete;
    Canvas& operator=(const Canvas&) = delete;

    // Draws the match as seen by viewer (his circle has a ring), filling width x height pixels.
    void draw(const Match& match, size_t viewer, int width, int height);

private:
    struct Colour {
        float r, g, b, a;
    };
    void disc(Vec at, float radius, Colour inner, Colour outer, float feather = 1.2f);
    void ring(Vec at, float radius, float thickness, Colour colour);
    void arc(Vec at, float radius, float thickness, float from, float to, Colour colour);
    void square(Vec at, float half, float angle, Colour colour, float feather = 1.2f);
    void triangle(Vec a, Vec b, Vec c, Colour colour);
    void stroke(Vec from, Vec to, float thickness, Colour from_colour, Colour to_colour);
    void shade(Vec at, float radius, float strength);
    void harbour(int width, int height); // what does not move
    void water(float time_s);
    void docks(const Match& match);
    void player(const Match& match, size_t index, bool viewer);
    void flag(const Match& match);
    void submit();
    Vec to_screen(Vec world) const;
    int vertex(Vec at, Colour colour);
    static Colour team_colour(Team team, float alpha);

    SDL_Renderer* renderer_;
    SDL_Texture* backdrop_ = nullptr; // the harbour, drawn once a window size
    int backdrop_width_ = 0;
    int backdrop_height_ = 0;
    std::vector<SDL_Vertex> vertices_;
    std::vector<int> indices_;
    float zoom_ = 1;
    Vec middle_{};
};

} // namespace arena
