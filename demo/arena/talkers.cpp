// talkers.cpp: few words, at the right moment, never faster than a person.
#include "demo/arena/talkers.hpp"

#include <array>

namespace arena {
namespace {

struct Plan {
    const char* name;
    const char* subject;
    Team team;
    bool owl; // in the player's party
};
constexpr std::array<Plan, 7> plans{{{"Kenji", "p-kenji", Team::Teal, true},
                                     {"Layla", "p-layla", Team::Teal, true},
                                     {"Aria", "p-aria", Team::Teal, true},
                                     {"Rook", "p-rook", Team::Coral, false},
                                     {"Vela", "p-vela", Team::Coral, false},
                                     {"Juno", "p-juno", Team::Coral, false},
                                     {"Pike", "p-pike", Team::Coral, false}}};
constexpr float pause_s = 9;

} // namespace

std::unique_ptr<Talkers> Talkers::create(const ChatOptions& options, const Backend& backend,
                                         Match& match) {
    auto talkers = std::make_unique<Talkers>();
    for (const Plan& plan : plans) {
        Talker talker;
        talker.subject = plan.subject;
        talker.team = plan.team;
        talker.player = match.add(plan.name, plan.team, false);
        ChatOptions headless = options;
        headless.overlay = false;
        TicketWish who;
        who.subject = plan.subject;
        who.name = plan.name;
        who.role = "bot";
        if (plan.owl) {
            who.rooms = {talkers->talkers_.empty() ? "party:owls#leader" : "party:owls"};
        }
        talker.chat = Chat::create(headless, backend, std::move(who));
        if (!talker.chat) {
            return nullptr;
        }
        talkers->talkers_.push_back(std::move(talker));
    }
    return talkers;
}

void Talkers::assign(GameServer& server) {
    for (const Talker& talker : talkers_) {
        server.assign(talker.subject, talker.team);
    }
}

void Talkers::watch(const Match& match) {
    constexpr size_t seen_max = 16;
    for (const Happening& happening : match.happenings()) {
        if (seen_.size() < seen_max) {
            seen_.push_back(happening);
        }
    }
}

void Talkers::speak(Talker& talker, uint32_t kind, const char* text, const Match& match) {
    if (match.time_s() - talker.spoke_at_s > pause_s && talker.chat->ready()) {
        talker.spoke_at_s = match.time_s();
        talker.chat->say(kind, text);
    }
}

void Talkers::update(const Match& match) {
    for (Talker& talker : talkers_) {
        talker.chat->update();
        for (const Happening& happening : seen_) {
            const Team team = match.players()[happening.player].team;
            const bool mine = happening.player == talker.player;
            if (happening.kind == HappeningKind::Scored && mine) {
                speak(talker, PARLEY_ROOM_GLOBAL, "**yes!** one for the harbour 🎉", match);
            } else if (happening.kind == HappeningKind::Picked && mine) {
                speak(talker, PARLEY_ROOM_TEAM, "got it, cover me", match);
            } else if (happening.kind == HappeningKind::Dropped && team == talker.team) {
                speak(talker, PARLEY_ROOM_TEAM,
                      talker.player % 2 == 0 ? "flag is down" : "旗が落ちた", match);
            } else if (happening.kind == HappeningKind::RoundOver && talker.team == Team::Teal) {
                speak(talker, PARLEY_ROOM_PARTY, "another one?", match);
            }
        }
        talker.chat->presence(PARLEY_PRESENCE_IN_MATCH,
                              match.carrier() == talker.player ? "flag" : "in_match",
                              match.carrier() == talker.player
                                  ? std::vector<std::string>{}
                                  : std::vector<std::string>{
                                        "Harbour", std::to_string(match.score(Team::Teal)) + "–" +
                                                       std::to_string(match.score(Team::Coral))});
    }
    seen_.clear();
    Chat& leader = *talkers_.front().chat;
    if (const parley_room party = leader.room(PARLEY_ROOM_PARTY); !card_set_ && party != 0) {
        card_set_ = true;
        set_card(leader.client(), party, "party",
                 {{"name", 0, "Night owls"},
                  {"next", 0, "Ranked · EU West"},
                  {"ready_ends_at", parley_server_time(leader.client()) + 20'000},
                  {"ready", 3},
                  {"open_slots", 1}},
                 true);
    }
}

} // namespace arena
