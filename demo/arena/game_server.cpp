// game_server.cpp: membership and match state, told to the chat.
#include "demo/arena/game_server.hpp"

#include <cmath>

namespace arena {

std::string GameServer::room_name(Team team) {
    return team == Team::Teal ? "harbour-teal" : "harbour-coral";
}

std::unique_ptr<GameServer> GameServer::create(const ChatOptions& options, const Backend& backend) {
    std::unique_ptr<GameServer> server(new GameServer);
    ChatOptions headless = options;
    headless.overlay = false;
    TicketWish who;
    who.subject = "arena-server";
    who.name = "Arena";
    who.role = "game";
    who.rooms = {"team:" + room_name(Team::Teal), "team:" + room_name(Team::Coral)};
    server->chat_ = Chat::create(headless, backend, std::move(who));
    return server->chat_ ? std::move(server) : nullptr;
}

bool GameServer::ready() const {
    return chat_->ready() && chat_->room(PARLEY_ROOM_TEAM, room_name(Team::Teal)) != 0 &&
           chat_->room(PARLEY_ROOM_TEAM, room_name(Team::Coral)) != 0;
}

void GameServer::assign(const std::string& subject, Team team) {
    const Team other = team == Team::Teal ? Team::Coral : Team::Teal;
    parley_revoke(chat_->client(), PARLEY_ROOM_TEAM, room_name(other).c_str(), subject.c_str(),
                  nullptr);
    parley_grant(chat_->client(), PARLEY_ROOM_TEAM, room_name(team).c_str(), subject.c_str(),
                 PARLEY_ROLE_MEMBER, nullptr);
}

void GameServer::update(const Match& match) {
    chat_->update();
    constexpr float period_s = 0.25f;
    if (!ready() || match.time_s() - written_at_s_ < period_s) {
        return;
    }
    written_at_s_ = match.time_s();
    const auto ends_at =
        parley_server_time(chat_->client()) + static_cast<int64_t>(match.left_s() * 1000);
    const auto carrier = match.carrier();
    std::vector<Field> fields{
        {"teal_score", match.score(Team::Teal)},
        {"coral_score", match.score(Team::Coral)},
        {"carrier", 0, carrier ? match.players()[*carrier].name : std::string("free")},
        {"flag", std::lround(match.flag_way() * 100)},
    };
    const bool whole = !card_set_;
    if (whole) {
        fields.push_back({"map", 0, "Harbour"});
        fields.push_back({"mode", 0});
    }
    // The clock ticks in the overlay; it is told again only with a new round.
    if (whole || match.left_s() > match_s - 1) {
        fields.push_back({"ends_at", ends_at});
    }
    for (const Team team : {Team::Teal, Team::Coral}) {
        set_card(chat_->client(), chat_->room(PARLEY_ROOM_TEAM, room_name(team)), "match", fields,
                 whole);
    }
    card_set_ = true;
}

} // namespace arena
