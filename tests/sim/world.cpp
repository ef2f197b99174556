// world.cpp: time goes in steps of 10 ms; in a step the network moves, then the shard, then
// everybody.
#include "tests/sim/world.hpp"

#include <algorithm>
#include <map>

namespace parley::sim {

namespace {

constexpr TimeMs absence_ms = 25'000;

// The simulated game's cards: one of its server, one that any leader may write.
constexpr const char* match_card = R"(
id = 1
name = "match"
title = "Match"
[[fields]]
id = 1
name = "score"
kind = "int"
writer = "game"
min = 0
max = 99
)";
constexpr const char* squad_card = R"(
id = 2
name = "squad"
title = "Squad"
[[fields]]
id = 1
name = "ready"
kind = "int"
writer = "leader"
min = 0
max = 4
)";
// What a user shows of himself.
constexpr const char* showing_card = R"(
id = 3
name = "showing"
title = "Showing"
room_card = false
[[fields]]
id = 1
name = "hand"
kind = "int"
min = 0
max = 9
)";

CardTypes card_types(Checks& checks) {
    auto types = std::make_shared<CardTypeSet>();
    std::string message;
    for (const char* text : {match_card, squad_card, showing_card}) {
        if (!types->add(text, "sim.toml", message).ok()) {
            checks.violation("the simulated game's card: " + message);
        }
    }
    return types;
}

} // namespace

World::World(uint64_t seed, const WorldOptions& options)
    : seed_(seed), options_(options), random_(seed), disk_(std::make_shared<MemoryDisk>()),
      checks_(*disk_, clock_, trace_) {
    if (options_.echo) {
        trace_.echo();
    }
    SimNetwork::Options network;
    // In some worlds queues are short, so that few lines make a peer lag.
    if (options_.faults && random_.chance_percent(60)) {
        queued_byte_weight_ = network.queued_byte_weight = random_.chance_percent(50) ? 24 : 12;
    }
    network_ = std::make_unique<SimNetwork>(random_.next(), network);
    NetBounds bounds;
    bounds.held_bytes_max /= queued_byte_weight_ * queued_byte_weight_;
    const CardTypes cards = card_types(checks_);
    long_absence_ = random_.chance_percent(15);
    CoreOptions core;
    core.gather_readers_per_ms = random_.chance_percent(50) ? 1 : core.gather_readers_per_ms;
    if (long_absence_) {
        for (limits::Tier& tier : core.tiers) {
            tier.pace_burst = 200; // as much as a session may say in a second at all
            tier.pace_period_ms = 1000;
        }
    }
    // In others nobody is remembered for long, and rooms of two soon sleep.
    if (options_.faults && random_.chance_percent(50)) {
        core.presence_keep_ms = random_.between(100, 4000);
        core.direct_sleep_ms = random_.between(100, 2000);
    }
    // In others a kind of room is in memory alone.
    for (const wire::RoomKind kind : {wire::RoomKind::Party, wire::RoomKind::Guild}) {
        core.tiers[static_cast<size_t>(kind)].memory = random_.chance_percent(20);
    }
    checks_.tiers(core.tiers);
    shard_ = std::make_unique<Shard>(Shard::Parts{*network_, clock_, tickets_, checks_, trace_,
                                                  disk_, cards, bounds, core, random_.next()});
    shard_->commit_delay_ms_max = random_.between(0, 60);
    shard_->answer_delay_ms_max = random_.between(0, 60);
    shard_->private_percent = random_.chance_percent(30) ? 15 : 0;
    shard_->start();

    const int64_t people = long_absence_ ? 7 : random_.between(3, 7);
    std::vector<std::string> subjects;
    for (int64_t i = 0; i < people; ++i) {
        subjects.push_back("u" + std::to_string(i + 1));
    }
    const auto add = [&](const Player::Person& person) {
        players_.push_back(
            std::make_unique<Player>(Player::Parts{*network_, clock_, tickets_, checks_, trace_,
                                                   *disk_, cards, random_.next()},
                                     person));
    };
    for (const std::string& subject : subjects) {
        add({subject, 1, false, long_absence_, {}});
    }
    if (random_.chance_percent(40)) {
        add({subjects.front(), 2, false, false, {}}); // the same person at a second device
    }
    add({"game", 1, true, false, subjects});
    prankster_ = std::make_unique<Prankster>(
        Prankster::Parts{*network_, clock_, tickets_, checks_, trace_, random_.next()});
    fault_every_ms_ = random_.between(800, 8000);
    draw_conditions();
}

World::~World() {
    // Links go before the network they hang on.
    prankster_.reset();
    players_.clear();
    shard_.reset();
}

void World::Story::add(const Story& other) {
    lines_sent += other.lines_sent;
    reconnects += other.reconnects;
    shard_deaths += other.shard_deaths;
    lagged += other.lagged;
    failed_commits += other.failed_commits;
    gaps += other.gaps;
    tickets_wanted += other.tickets_wanted;
    rooms_slept += other.rooms_slept;
}

World::Story World::story() const {
    Story story;
    for (const auto& player : players_) {
        story.lines_sent += player->lines_sent();
        story.reconnects += player->reconnects();
        story.gaps += player->gaps();
        story.tickets_wanted += player->tickets_wanted();
    }
    story.shard_deaths = shard_->starts() - 1;
    story.lagged = shard_->lagged();
    story.failed_commits = shard_->failed_commits();
    story.rooms_slept = shard_->rooms_slept();
    return story;
}

bool World::run() {
    for (const auto& player : players_) {
        player->arrive();
    }
    const TimeMs away_at_ms = clock_.steady_ms() + 5000;
    const TimeMs lively_until_ms =
        clock_.steady_ms() + options_.lively_ms + (long_absence_ ? absence_ms : 0);
    fault_at_ms_ = clock_.steady_ms() + 3000;
    while (clock_.steady_ms() < lively_until_ms && checks_.ok()) {
        step(true);
        if (long_absence_ && clock_.steady_ms() == away_at_ms) {
            players_.front()->go_offline(absence_ms);
        }
        if (options_.faults && clock_.steady_ms() >= fault_at_ms_) {
            fault_at_ms_ = clock_.steady_ms() + random_.between(1, 2 * fault_every_ms_);
            draw_fault();
        }
    }
    lift_faults();
    if (options_.faults && checks_.ok() && random_.chance_percent(12)) {
        pass_the_hour();
    }
    if (checks_.ok()) {
        settle();
    }
    if (checks_.ok()) {
        farewell();
    }
    return checks_.ok();
}

void World::step(bool lively) {
    clock_.advance(step_ms_);
    const TimeMs now_ms = clock_.steady_ms();
    for (size_t i = 0; i < lifts_.size();) {
        if (lifts_[i].at_ms > now_ms) {
            ++i;
            continue;
        }
        const Lift lift = lifts_[i];
        lifts_.erase(lifts_.begin() + static_cast<std::ptrdiff_t>(i));
        if (!lift.shard) {
            network_->conditions(lift.host).up.blocked = false;
            network_->conditions(lift.host).down.blocked = false;
            network_->conditions(lift.host).down.bytes_per_s = 0;
            trace_.note(now_ms, "path is free", static_cast<uint64_t>(lift.host));
        } else if (!shard_->running()) {
            shard_->start();
        }
    }
    network_->advance(now_ms);
    shard_->step();
    if (!shard_->running() &&
        std::none_of(lifts_.begin(), lifts_.end(), [](const Lift& lift) { return lift.shard; })) {
        lifts_.push_back({now_ms + random_.between(100, 6000), SimHost{}, true});
    }
    for (const auto& player : players_) {
        player->step(lively);
    }
    prankster_->step(lively);
    if (network_->oversize_frames() != 0) {
        checks_.violation("a frame is larger than its lane allows");
    }
    if (network_->queue_bytes_seen_max() >
        limits::peer_queue_bytes_max + limits::frame_bytes_max * queued_byte_weight_) {
        checks_.violation("a peer's queue is over its bound");
    }
}

// [bad luck]
void World::draw_conditions() {
    const auto draw = [&](SimHost host) {
        SimConditions& conditions = network_->conditions(host);
        const uint32_t loss =
            random_.chance_percent(50) ? 0 : static_cast<uint32_t>(random_.between(0, 50));
        const TimeMs delay =
            random_.chance_percent(10) ? random_.between(200, 600) : random_.between(2, 150);
        for (SimPath* path : {&conditions.up, &conditions.down}) {
            path->loss_percent = options_.faults ? loss : 0;
            path->delay_ms = delay;
            path->jitter_ms = random_.between(0, delay);
            path->duplicate_percent = 10;
        }
    };
    for (const auto& player : players_) {
        draw(player->host());
    }
    draw(prankster_->host());
}

void World::draw_fault() {
    const TimeMs now_ms = clock_.steady_ms();
    Player& player = any_player();
    SimConditions& conditions = network_->conditions(player.host());
    const auto host = static_cast<uint64_t>(player.host());
    switch (random_.below(12)) {
    case 0: { // partition, one way or both
        const uint64_t ways = 1 + random_.below(3);
        conditions.up.blocked = (ways & 1) != 0;
        conditions.down.blocked = (ways & 2) != 0;
        lifts_.push_back({now_ms + random_.between(100, 20'000), player.host(), false});
        trace_.note(now_ms, "partition", host, ways);
        break;
    }
    case 1:
        network_->cut(player.host());
        trace_.note(now_ms, "cut", host);
        break;
    case 2:
        network_->rebind(player.host());
        trace_.note(now_ms, "rebind", host);
        break;
    case 3:
        if (player.here()) {
            player.vanish();
        } else {
            player.arrive();
        }
        break;
    case 4:
        shard_->crash();
        break;
    case 5:
        shard_->crash_after(static_cast<uint32_t>(random_.between(1, 60)));
        break;
    case 6:
        shard_->crash_at_commit();
        break;
    case 7:
        shard_->fail_commits(static_cast<uint32_t>(random_.between(1, 8)));
        trace_.note(now_ms, "commits fail");
        break;
    case 8:
    case 9: // a line so narrow that the shard's queue for it fills
        conditions.down.bytes_per_s = static_cast<uint32_t>(random_.between(50, 800));
        lifts_.push_back({now_ms + random_.between(3000, 15'000), player.host(), false});
        trace_.note(now_ms, "narrow line", host, conditions.down.bytes_per_s);
        break;
    case 10:
        player.stall(random_.between(500, 14'000));
        trace_.note(now_ms, "stalls", host);
        break;
    default:
        if (shard_->running()) {
            shard_->drain(static_cast<uint32_t>(random_.between(0, 3000)));
        }
        break;
    }
}

void World::lift_faults() {
    trace_.note(clock_.steady_ms(), "bad luck stops");
    lifts_.clear();
    for (const auto& player : players_) {
        network_->heal(player->host());
    }
    network_->heal(prankster_->host());
    if (!shard_->running()) {
        shard_->start();
    } else {
        // What was planned and has not come does not come.
        shard_->crash_after(0);
        shard_->fail_commits(0);
    }
}

// Tickets fall due: 45 minutes and the grace, at steps that no client takes for a sleep.
void World::pass_the_hour() {
    step_ms_ = 500;
    const TimeMs until_ms =
        clock_.steady_ms() + limits::reauth_due_ms + 2 * limits::reauth_grace_ms;
    while (clock_.steady_ms() < until_ms && checks_.ok()) {
        step(false);
    }
    step_ms_ = 10;
}

// [judging]
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

std::string World::report() const {
    std::string text = "world of seed " + std::to_string(seed_) + ":\n";
    for (const std::string& violation : checks_.violations()) {
        text += "  violated at " + violation + "\n";
    }
    text += "the last of its trace (ms, what, numbers):\n" + trace_.tail();
    text += "replay: ./parley sim --seed " + std::to_string(seed_) + "\n";
    return text;
}

} // namespace parley::sim
