// seat.hpp: one player at his screen: a window, the arena in it, his chat over it.
#pragma once

#include <memory>
#include <string>

#include "demo/arena/chat.hpp"
#include "demo/arena/draw.hpp"
#include "demo/arena/match.hpp"

namespace arena {

struct SeatOptions {
    std::string title;
    int width = 1600;
    int height = 900;
    float scale = 1;
    bool hidden = false; // off-screen: software renderer, no vsync
};

class Seat {
public:
    static std::unique_ptr<Seat> create(const SeatOptions& options, std::unique_ptr<Chat> chat,
                                        size_t player);
    ~Seat();
    Seat(const Seat&) = delete;
    Seat& operator=(const Seat&) = delete;

    Chat& chat() { return *chat_; }
    size_t player() const { return player_; }
    uint32_t window_id() const { return window_id_; }

    // Chat first: what it took is not the game's. Keys that the game got steer the player.
    void handle(const SDL_Event& event);
    void steer(Player& player) const;
    bool quit() const { return quit_; }

    // One frame: arena, then chat on top.
    void draw(const Match& match, float dt_s);
    // What the last draw() showed. False: the reason is on stderr.
    bool screenshot(const std::string& path);

private:
    Seat() = default;

    SDL_Window* window_ = nullptr;
    SDL_Renderer* renderer_ = nullptr;
    std::unique_ptr<Canvas> canvas_;
    std::unique_ptr<Chat> chat_;
    size_t player_ = 0;
    uint32_t window_id_ = 0;
    float scale_ = 1;
    bool up_ = false, down_ = false, left_ = false, right_ = false, tag_ = false;
    bool quit_ = false;
};

} // namespace arena
