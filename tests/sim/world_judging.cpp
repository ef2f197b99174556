// world_judging.cpp: what must be true when the bad luck is over, and when all have gone.
#include <algorithm>
#include <map>

#include "tests/sim/world.hpp"

namespace parley::sim {

void World::settle() {
    // Who was out for long is in an attempt that still fails, or in a pause of up to half a minute:
    // for him the time to become level counts from his next attempt.
    const bool all_in = std::all_of(players_.begin(), players_.end(), [](const auto& player) {
        return !player->here() || player->client().state() == client::State::Ready;
    });
    const TimeMs pause_ms = all_in ? 0 : limits::auth_wait_ms_max + limits::reconnect_longest_ms;
    const TimeMs until_ms = clock_.steady_ms() + pause_ms + options_.level_within_ms;
    std::string why = "no step was made";
    prankster_->go_away();
    while (clock_.steady_ms() < until_ms && checks_.ok()) {
        for (const auto& player : players_) {
            player->calm_down();
        }
        for (int i = 0; i < 20; ++i) {
            step(false);
        }
        if (level(why)) {
            break;
        }
    }
    if (checks_.ok() && !level(why)) {
        checks_.violation("not level " + std::to_string(options_.level_within_ms) +
                          " ms after the faults stopped: " + why);
    }
    if (!checks_.ok()) {
        return;
    }
    trace_.note(clock_.steady_ms(), "level");
    for (const auto& player : players_) {
        player->check_models(true);
    }
    checks_.log();
}

bool World::level(std::string& why) const {
    if (!shard_->running()) {
        why = "the shard is down";
        return false;
    }
    if (shard_->counts().persists_in_flight != 0) {
        why = "persists are in flight";
        return false;
    }
    return std::all_of(players_.begin(), players_.end(),
                       [&](const auto& player) { return player->level(why); }) &&
           presence_level(why) && cards_level(why);
}

bool World::presence_level(std::string& why) const {
    std::map<UserId, const Player*> one_device;
    for (const auto& player : players_) {
        const auto [there, fresh] = one_device.emplace(player->user(), player.get());
        if (!fresh) {
            there->second = nullptr; // which of two devices' word counts is the later one's
        }
    }
    for (const auto& player : players_) {
        const client::Model& model = player->client().model();
        for (const client::Room& room : model.rooms()) {
            for (const client::Member& member : room.members) {
                const auto right = one_device.find(member.user);
                if (right == one_device.end() || right->second == nullptr ||
                    member.user == player->user()) {
                    continue;
                }
                const client::Person* person = model.person(member.user);
                const wire::PresenceState shown = right->second->presence_shown();
                if (person == nullptr || person->presence != shown ||
                    (shown != wire::PresenceState::Offline &&
                     std::string_view(person->token) != right->second->presence_token())) {
                    why = player->name() + " sees " + right->second->name() + " as " +
                          (person == nullptr ? "nobody"
                                             : std::to_string(static_cast<int>(person->presence)) +
                                                   " '" + std::string(person->token) + "'") +
                          ", he is " + std::to_string(static_cast<int>(shown)) + " '" +
                          right->second->presence_token() + "'";
                    return false;
                }
            }
        }
    }
    return true;
}

// All who are in a room see the same cards of it, and the same cards of its people.
bool World::cards_level(std::string& why) const {
    const auto shown = [](const client::CardState* card) {
        std::string words = "none";
        if (card != nullptr) {
            words =
                "type " + std::to_string(card->type) + " version " + std::to_string(card->version);
            for (const client::CardValue& value : card->values) {
                words += " " + std::to_string(value.number);
            }
        }
        return words;
    };
    // What is shown of a room's card, or of a user, and who sees it so.
    using Seen = std::map<std::string, std::string>;
    std::map<std::string, Seen> seen;
    for (const auto& player : players_) {
        const client::Model& model = player->client().model();
        for (const client::Room& room : model.rooms()) {
            for (const uint16_t type : {uint16_t{1}, uint16_t{2}}) {
                seen["card " + std::to_string(type) + " of room " + std::to_string(raw(room.id))]
                    [shown(room.card(type))] = player->name();
            }
            for (const client::Member& member : room.members) {
                if (member.user != player->user()) {
                    seen["the card of user " + std::to_string(raw(member.user))]
                        [shown(model.presence_card(member.user))] = player->name();
                }
            }
        }
    }
    for (const auto& [card, ways] : seen) {
        if (ways.size() > 1) {
            why = card + ": ";
            for (const auto& [words, name] : ways) {
                why += name + " sees " + words + "; ";
            }
            return false;
        }
    }
    return true;
}

// When all have gone, nothing of them may stay.
void World::farewell() {
    for (const auto& player : players_) {
        player->disconnect();
    }
    for (int i = 0; i < 200 && checks_.ok(); ++i) {
        step(false);
    }
    const Core::Counts counts = shard_->counts();
    if (counts.sessions != 0 || shard_->peers() != 0 || counts.persists_in_flight != 0) {
        checks_.violation("everybody has gone, and " + std::to_string(counts.sessions) +
                          " sessions of the core, " + std::to_string(shard_->peers()) +
                          " of the net and " + std::to_string(counts.persists_in_flight) +
                          " persists stay");
    }
}

} // namespace parley::sim
