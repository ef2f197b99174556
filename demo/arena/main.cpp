// main.cpp: Arena, a small game that shows how a game carries Parley.
#include <SDL2/SDL.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <string>

#include "demo/arena/arguments.hpp"
#include "demo/arena/game_server.hpp"
#include "demo/arena/seat.hpp"
#include "demo/arena/talkers.hpp"
#include "demo/script/script.hpp"

namespace {

// You against bots, with friends in your party who talk.
int play(const arena::ChatOptions& chat_options, const arena::Arguments& arguments) {
    const std::string& name = arguments.name;
    const arena::Backend backend(arguments.parley, arguments.data);
    arena::Match match(SDL_GetTicks64() + 1);
    arena::ChatOptions with_overlay = chat_options;
    with_overlay.overlay = true;
    arena::TicketWish who;
    who.subject = "p-" + name;
    who.name = name;
    who.rooms = {"party:owls"};
    auto chat = arena::Chat::create(with_overlay, backend, who);
    arena::SeatOptions seat_options;
    seat_options.title = "Arena";
    seat_options.scale = arguments.scale;
    const size_t me = match.add(name, arena::Team::Teal, true);
    auto seat = chat ? arena::Seat::create(seat_options, std::move(chat), me) : nullptr;
    auto server = seat ? arena::GameServer::create(chat_options, backend) : nullptr;
    auto talkers = server ? arena::Talkers::create(chat_options, backend, match) : nullptr;
    if (!seat || !server || !talkers) {
        return 1;
    }
    Uint64 last = SDL_GetPerformanceCounter();
    float behind_s = 0;
    bool assigned = false;
    float waited_s = 0; // for the shard, at the start
    while (!seat->quit()) {
        for (SDL_Event event; SDL_PollEvent(&event) != 0;) {
            seat->handle(event);
        }
        const Uint64 now = SDL_GetPerformanceCounter();
        const float dt_s =
            static_cast<float>(now - last) / static_cast<float>(SDL_GetPerformanceFrequency());
        last = now;
        behind_s = std::min(behind_s + dt_s, 0.25f);
        for (; behind_s >= arena::step_s; behind_s -= arena::step_s) {
            seat->steer(match.player(me));
            match.step();
            talkers->watch(match);
        }
        // A real game plays on without its chat; a demo of the chat has nothing to show.
        waited_s += assigned ? 0 : dt_s;
        if (waited_s > arena::connect_patience_s && !seat->chat().ready()) {
            seat->chat().say_unreachable();
            return 1;
        }
        if (!assigned && server->ready()) {
            server->assign(who.subject, arena::Team::Teal);
            talkers->assign(*server);
            assigned = true;
        }
        server->update(match);
        talkers->update(match);
        seat->chat().update([&](const parley_event& event) {
            if (event.type == PARLEY_EVENT_ACTION && std::strcmp(event.text, "join") == 0) {
                seat->chat().enter("party:tide");
            }
        });
        const arena::Player& player = match.players()[me];
        if (!player.alive()) {
            seat->chat().presence(PARLEY_PRESENCE_AWAY, "respawn",
                                  {std::to_string(static_cast<int>(player.down_s) + 1)});
        } else if (match.carrier() == me) {
            seat->chat().presence(PARLEY_PRESENCE_IN_MATCH, "flag", {});
        } else {
            seat->chat().presence(PARLEY_PRESENCE_IN_MATCH, "in_match",
                                  {"Harbour", std::to_string(match.score(arena::Team::Teal)) + "–" +
                                                  std::to_string(match.score(arena::Team::Coral))});
        }
        seat->draw(match, dt_s);
    }
    return 0;
}

} // namespace

int main(int count, char** words) {
    arena::Arguments arguments;
    const arena::Asked asked = arena::parse_arguments(count, words, arguments);
    if (asked != arena::Asked::Play) {
        return asked == arena::Asked::Help ? 0 : 2;
    }
    if (arguments.script) {
        SDL_SetHint(SDL_HINT_VIDEODRIVER, "dummy");
    }
    parley_sdl2_hints();
    if (SDL_Init(SDL_INIT_VIDEO | SDL_INIT_GAMECONTROLLER) != 0) {
        std::fprintf(stderr, "arena: there is no screen (%s); --script plays without one\n",
                     SDL_GetError());
        return 1;
    }
    arena::ChatOptions chat;
    chat.server = arguments.server;
    chat.data = arguments.data;
    chat.fonts = arguments.fonts;
    chat.theme = arguments.theme;
    chat.words = arguments.words;
    chat.reduced_motion = arguments.reduced_motion;
    const int code = arguments.script ? arena::run_script({chat, arguments.parley, arguments.out})
                                      : play(chat, arguments);
    SDL_Quit();
    return code;
}
