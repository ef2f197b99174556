// seat.cpp: events in, frames out.
#include "demo/arena/seat.hpp"

#include <cstdio>

#include "demo/arena/png.hpp"

namespace arena {

std::unique_ptr<Seat> Seat::create(const SeatOptions& options, std::unique_ptr<Chat> chat,
                                   size_t player) {
    std::unique_ptr<Seat> seat(new Seat);
    const uint32_t flags =
        options.hidden ? SDL_WINDOW_HIDDEN : SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI;
    seat->window_ = SDL_CreateWindow(options.title.c_str(), SDL_WINDOWPOS_CENTERED,
                                     SDL_WINDOWPOS_CENTERED, options.width, options.height, flags);
    if (seat->window_ != nullptr) {
        seat->renderer_ = SDL_CreateRenderer(seat->window_, -1,
                                             options.hidden ? SDL_RENDERER_SOFTWARE
                                                            : SDL_RENDERER_ACCELERATED |
                                                                  SDL_RENDERER_PRESENTVSYNC);
    }
    if (seat->renderer_ == nullptr) {
        std::fprintf(stderr, "arena: no window: %s\n", SDL_GetError());
        return nullptr;
    }
    seat->canvas_ = std::make_unique<Canvas>(seat->renderer_);
    seat->chat_ = std::move(chat);
    seat->player_ = player;
    seat->window_id_ = SDL_GetWindowID(seat->window_);
    seat->scale_ = options.scale;
    return seat;
}

Seat::~Seat() {
    if (chat_ && chat_->overlay() != nullptr) {
        parley_sdl2_forget(chat_->overlay());
    }
    chat_.reset();
    canvas_.reset();
    SDL_DestroyRenderer(renderer_);
    SDL_DestroyWindow(window_);
}

void Seat::handle(const SDL_Event& event) {
    if (parley_sdl2_event(chat_->overlay(), &event)) {
        return;
    }
    if (event.type == SDL_QUIT ||
        (event.type == SDL_WINDOWEVENT && event.window.event == SDL_WINDOWEVENT_CLOSE)) {
        quit_ = true;
    }
    if ((event.type != SDL_KEYDOWN && event.type != SDL_KEYUP) || event.key.repeat != 0) {
        return;
    }
    const bool pressed = event.type == SDL_KEYDOWN;
    switch (event.key.keysym.sym) {
    case SDLK_w:
    case SDLK_UP:
        up_ = pressed;
        break;
    case SDLK_s:
    case SDLK_DOWN:
        down_ = pressed;
        break;
    case SDLK_a:
    case SDLK_LEFT:
        left_ = pressed;
        break;
    case SDLK_d:
    case SDLK_RIGHT:
        right_ = pressed;
        break;
    case SDLK_SPACE:
        tag_ = pressed;
        break;
    case SDLK_RETURN:
        if (pressed) {
            parley_overlay_open(chat_->overlay(), PARLEY_ROOM_PARTY);
        }
        break;
    case SDLK_t:
        if (pressed) {
            parley_overlay_open(chat_->overlay(), PARLEY_ROOM_TEAM);
        }
        break;
    case SDLK_y:
        if (pressed) {
            parley_overlay_open(chat_->overlay(), PARLEY_ROOM_GLOBAL);
        }
        break;
    default:
        break;
    }
}

void Seat::steer(Player& player) const {
    const auto axis = [](bool positive, bool negative) {
        return static_cast<float>(positive ? 1 : 0) - static_cast<float>(negative ? 1 : 0);
    };
    player.wish = normal({axis(right_, left_), axis(down_, up_)});
    player.wants_tag = tag_;
}

void Seat::draw(const Match& match, float dt_s) {
    int width = 0;
    int height = 0;
    SDL_GetRendererOutputSize(renderer_, &width, &height);
    canvas_->draw(match, player_, width, height);
    parley_overlay_frame(chat_->overlay(), dt_s, width, height, scale_, 2000);
    parley_sdl2_render(chat_->overlay(), renderer_);
    SDL_RenderFlush(renderer_);
    SDL_RenderPresent(renderer_);
}

bool Seat::screenshot(const std::string& path) {
    int width = 0;
    int height = 0;
    SDL_GetRendererOutputSize(renderer_, &width, &height);
    std::vector<uint8_t> pixels(static_cast<size_t>(width) * static_cast<size_t>(height) * 3);
    if (SDL_RenderReadPixels(renderer_, nullptr, SDL_PIXELFORMAT_RGB24, pixels.data(), width * 3) !=
        0) {
        std::fprintf(stderr, "arena: no screenshot: %s\n", SDL_GetError());
        return false;
    }
    return write_png(path, width, height, pixels);
}

} // namespace arena
