// world.cpp: time goes in steps of 10 ms; in a step the network moves, then the shard, then
// everybody.
#include "tests/sim/world.hpp"

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
    : seed_(seed), options_(options), plan_(options.only), random_(seed),
      disk_(std::make_shared<MemoryDisk>()), checks_(*disk_, clock_, trace_) {
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
    // In others a Global room is soon said more in than one can read.
    if (random_.chance_percent(30)) {
        core.readable_lines_per_s = 1;
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
        const uint32_t actor = actors_++;
        const uint64_t his_seed = random_.next();
        const SimHost host = network_->add_host();
        if (plan_.take({actor, 0})) {
            players_.push_back(
                std::make_unique<Player>(Player::Parts{*network_, clock_, tickets_, checks_, trace_,
                                                       *disk_, cards, plan_, actor, host, his_seed},
                                         person));
        }
    };
    for (const std::string& subject : subjects) {
        add({subject, 1, false, long_absence_, {}});
    }
    if (random_.chance_percent(40)) {
        add({subjects.front(), 2, false, false, {}}); // the same person at a second device
    }
    add({"game", 1, true, false, subjects});
    prankster_ = std::make_unique<Prankster>(
        Prankster::Parts{*network_, clock_, tickets_, checks_, trace_, plan_, random_.next()});
    fault_every_ms_ = random_.between(800, 8000);
    draw_conditions();
}

Player* World::player_of(uint32_t actor) {
    for (const auto& player : players_) {
        if (player->actor() == actor) {
            return player.get();
        }
    }
    return nullptr;
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
    clock_jumps += other.clock_jumps;
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
    story.clock_jumps = clock_jumps_;
    return story;
}

bool World::run() {
    for (const auto& player : players_) {
        player->arrive();
    }
    const TimeMs began_ms = clock_.steady_ms();
    const TimeMs away_at_ms = began_ms + 5000;
    const TimeMs lively_until_ms = began_ms + options_.lively_ms + (long_absence_ ? absence_ms : 0);
    fault_at_ms_ = clock_.steady_ms() + 3000;
    while (clock_.steady_ms() < lively_until_ms && checks_.ok()) {
        step(true);
        Player* const first = player_of(first_player_actor);
        if (long_absence_ && first != nullptr && clock_.steady_ms() == away_at_ms) {
            first->go_offline(absence_ms);
        }
        if (options_.faults && clock_.steady_ms() >= fault_at_ms_) {
            draw_fault();
        }
    }
    lively_for_ms_ = clock_.steady_ms() - began_ms - (long_absence_ ? absence_ms : 0);
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
    lift_due();
    network_->advance(now_ms);
    shard_->step();
    if (!shard_->running() && !restart_planned_) {
        restart_planned_ = true;
        lifts_.push_back({now_ms + random_.between(100, 6000), [this] {
                              restart_planned_ = false;
                              shard_->start();
                          }});
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

std::string World::report() const {
    std::string text = "world of seed " + std::to_string(seed_) + ":\n";
    for (const std::string& violation : checks_.violations()) {
        text += "  violated at " + violation + "\n";
    }
    text += "the last of its trace (ms, what, numbers):\n" + trace_.tail();
    text += "replay: " + replay() + "\n";
    return text;
}

std::string World::replay() const {
    std::string command = "./parley sim --seed " + std::to_string(seed_);
    if (!options_.faults) {
        command += " --no-faults";
    }
    if (options_.lively_ms != WorldOptions{}.lively_ms) {
        command += " --lively-ms " + std::to_string(options_.lively_ms);
    }
    if (options_.only) {
        command += " --only " + to_text(*options_.only);
    }
    return command;
}

} // namespace parley::sim
