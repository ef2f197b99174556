// main.cpp: Arena, a small game that shows how a game carries Parley.
#include <SDL2/SDL.h>

#include <cstdio>
#include <cstring>
#include <map>
#include <string>

#include "demo/arena/game_server.hpp"
#include "demo/arena/seat.hpp"
#include "demo/arena/talkers.hpp"
#include "demo/script/script.hpp"

namespace {

constexpr const char* usage =
    "usage: parley_arena --server HOST:PORT --data FOLDER --parley PROGRAM [--out FOLDER]\n"
    "                    [--script] [--name NAME] [--scale 0.75-3] [--reduced-motion]\n"
    "  --data    folder of a shard that runs with --dev (its keys lie there)\n"
    "  --parley  the program that mints tickets in place of a backend\n"
    "  --script  a match that plays itself off-screen\n"
    "Keys: WASD or arrows move, Space tags; Enter party, T team, Y everyone, Escape back to the "
    "game.\n";

struct Arguments {
    std::map<std::string, std::string> values;
    bool script = false;
    bool reduced_motion = false;
    bool good = true;
};

Arguments parse(int count, char** words) {
    Arguments arguments;
    for (int i = 1; i < count; ++i) {
        const std::string word = words[i];
        if (word == "--script") {
            arguments.script = true;
        } else if (word == "--reduced-motion") {
            arguments.reduced_motion = true;
        } else if (i + 1 < count && (word == "--server" || word == "--data" || word == "--parley" ||
                                     word == "--out" || word == "--name" || word == "--scale")) {
            arguments.values[word] = words[++i];
        } else {
            std::fprintf(stderr, "arena: do not know what to do with %s\n", word.c_str());
            arguments.good = false;
        }
    }
    for (const char* needed : {"--server", "--data", "--parley"}) {
        arguments.good = arguments.good && arguments.values.count(needed) != 0;
    }
    return arguments;
}

// You against bots, with friends in your party who talk.
int play(const arena::ChatOptions& chat_options, const Arguments& arguments) {
    const std::string name =
        arguments.values.count("--name") != 0 ? arguments.values.at("--name") : "You";
    const arena::Backend backend(arguments.values.at("--parley"), arguments.values.at("--data"));
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
    if (arguments.values.count("--scale") != 0) {
        seat_options.scale = std::strtof(arguments.values.at("--scale").c_str(), nullptr);
    }
    const size_t me = match.add(name, arena::Team::Teal, true);
    auto seat = chat ? arena::Seat::create(seat_options, std::move(chat), me) : nullptr;
    auto server = arena::GameServer::create(chat_options, backend);
    auto talkers = arena::Talkers::create(chat_options, backend, match);
    if (!seat || !server || !talkers) {
        return 1;
    }
    Uint64 last = SDL_GetPerformanceCounter();
    float behind_s = 0;
    bool assigned = false;
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
        if (!assigned && server->ready()) {
            server->assign(who.subject, arena::Team::Teal);
            talkers->assign(*server);
            assigned = true;
        }
        server->update(match);
        talkers->update(match);
        seat->chat().update([&](const parley_event& event) {
            if (event.type == PARLEY_EVENT_CARD_ACTION && std::strcmp(event.text, "join") == 0) {
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
    const Arguments arguments = parse(count, words);
    if (!arguments.good) {
        std::fputs(usage, stderr);
        return 2;
    }
    if (arguments.script) {
        SDL_SetHint(SDL_HINT_VIDEODRIVER, "dummy");
    }
    parley_sdl2_hints();
    if (SDL_Init(SDL_INIT_VIDEO | SDL_INIT_GAMECONTROLLER) != 0) {
        std::fprintf(stderr, "arena: SDL could not start: %s\n", SDL_GetError());
        return 1;
    }
    arena::ChatOptions chat;
    chat.server = arguments.values.at("--server");
    chat.data = arguments.values.at("--data");
    chat.reduced_motion = arguments.reduced_motion;
    int code = 0;
    if (arguments.script) {
        arena::ScriptOptions script;
        script.chat = chat;
        script.parley_program = arguments.values.at("--parley");
        script.out = arguments.values.count("--out") != 0 ? arguments.values.at("--out") : ".";
        code = arena::run_script(script);
    } else {
        code = play(chat, arguments);
    }
    SDL_Quit();
    return code;
}
