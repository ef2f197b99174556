// talkers.hpp: the bots of an interactive match as chatters: real headless clients that comment on
// what happens, so that a lone player sees a living chat.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "demo/arena/chat.hpp"
#include "demo/arena/game_server.hpp"
#include "demo/arena/match.hpp"

namespace arena {

class Talkers {
public:
    // Adds its players to match: three mates, four opponents.
    static std::unique_ptr<Talkers> create(const ChatOptions& options, const Backend& backend,
                                           Match& match);
    void assign(GameServer& server);
    void watch(const Match& match); // after each step: what happened is remembered
    void update(const Match& match);

private:
    struct Talker {
        std::string subject;
        Team team{};
        size_t player = 0;
        std::unique_ptr<Chat> chat;
        float spoke_at_s = 0;
    };
    void speak(Talker& talker, uint32_t kind, const char* text, const Match& match);

    std::vector<Talker> talkers_;
    std::vector<Happening> seen_;
    bool card_set_ = false;
};

} // namespace arena
