// game_server.hpp: the game's own server as far as chat goes: a headless client whose ticket has
// the role `game`. It grants Team rooms and alone writes the match card.
#pragma once

#include <memory>
#include <string>

#include "demo/arena/chat.hpp"
#include "demo/arena/match.hpp"

namespace arena {

class GameServer {
public:
    static std::unique_ptr<GameServer> create(const ChatOptions& options, const Backend& backend);

    // The subject plays for team from now on: puts him in its room and out of the other.
    void assign(const std::string& subject, Team team);
    // Once a frame; writes what changed on the match card, a few times a second.
    void update(const Match& match);
    bool ready() const;

    static std::string room_name(Team team);

private:
    std::unique_ptr<Chat> chat_;
    bool card_set_ = false;
    float written_at_s_ = -1;
};

} // namespace arena
