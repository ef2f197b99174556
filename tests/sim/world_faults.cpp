// world_faults.cpp: bad luck. Each piece is drawn by its own number, so that one can be left out
// and the others stay as they are.
#include <algorithm>
#include <utility>

#include "tests/sim/world.hpp"

namespace parley::sim {

void World::draw_conditions() {
    const bool bad = options_.faults && plan_.take({world_actor, 0});
    const auto draw = [&](SimHost host) {
        SimConditions& conditions = network_->conditions(host);
        const uint32_t loss =
            random_.chance_percent(50) ? 0 : static_cast<uint32_t>(random_.between(0, 50));
        const TimeMs delay =
            random_.chance_percent(10) ? random_.between(200, 600) : random_.between(2, 150);
        for (SimPath* path : {&conditions.up, &conditions.down}) {
            const TimeMs jitter = random_.between(0, delay);
            if (bad || !options_.faults) {
                path->loss_percent = bad ? loss : 0;
                path->delay_ms = delay;
                path->jitter_ms = jitter;
                path->duplicate_percent = 10;
            }
        }
    };
    for (const auto& player : players_) {
        draw(player->host());
    }
    draw(prankster_->host());
}

void World::draw_fault() {
    const uint32_t number = ++faults_drawn_;
    Random random = chance_of(seed_, number);
    fault_at_ms_ = clock_.steady_ms() + random.between(1, 2 * fault_every_ms_);
    Player* const player = player_of(
        first_player_actor + static_cast<uint32_t>(random.below(actors_ - first_player_actor)));
    if (!plan_.take({world_actor, number})) {
        return;
    }
    if (random.chance_percent(50)) {
        draw_fault_of_shard(random);
    } else if (player != nullptr) {
        draw_fault_of_path(random, *player);
    }
}

void World::draw_fault_of_shard(Random& random) {
    const TimeMs now_ms = clock_.steady_ms();
    switch (random.below(8)) {
    case 0:
        shard_->crash();
        break;
    case 1:
        shard_->crash_after(static_cast<uint32_t>(random.between(1, 60)));
        break;
    case 2:
        shard_->crash_at_commit();
        break;
    case 3:
        shard_->fail_commits(static_cast<uint32_t>(random.between(1, 8)));
        trace_.note(now_ms, "commits fail");
        break;
    case 4: // a full disk
        shard_->store_out_until_ms = now_ms + random.between(1000, 15'000);
        trace_.note(now_ms, "store is out");
        break;
    case 5:
        shard_->store_slow_until_ms = now_ms + random.between(1000, 15'000);
        trace_.note(now_ms, "store is slow");
        break;
    case 6: { // within what a ticket's times forgive
        const TimeMs by_ms = random.between(-50'000, 50'000);
        shard_->set_wall_clock(by_ms);
        checks_.clocks_apart();
        ++clock_jumps_;
        trace_.note(now_ms, "wall clock jumps", static_cast<uint64_t>(by_ms + 100'000));
        break;
    }
    default:
        if (shard_->running()) {
            shard_->drain(static_cast<uint32_t>(random.between(0, 3000)));
        }
        break;
    }
}

void World::draw_fault_of_path(Random& random, Player& player) {
    const TimeMs now_ms = clock_.steady_ms();
    const SimHost host = player.host();
    SimConditions& conditions = network_->conditions(host);
    const auto lift = [&](TimeMs after_ms, auto ends) {
        lifts_.push_back({now_ms + after_ms, [this, host, ends] {
                              ends(network_->conditions(host));
                              trace_.note(clock_.steady_ms(), "path is free",
                                          static_cast<uint64_t>(host));
                          }});
    };
    switch (random.below(9)) {
    case 0: { // partition, one way or both
        const uint64_t ways = 1 + random.below(3);
        conditions.up.blocked = (ways & 1) != 0;
        conditions.down.blocked = (ways & 2) != 0;
        lift(random.between(100, 20'000), [](SimConditions& now) {
            now.up.blocked = false;
            now.down.blocked = false;
        });
        trace_.note(now_ms, "partition", static_cast<uint64_t>(host), ways);
        break;
    }
    case 1:
        network_->cut(host);
        trace_.note(now_ms, "cut", static_cast<uint64_t>(host));
        break;
    case 2:
        network_->rebind(host);
        trace_.note(now_ms, "rebind", static_cast<uint64_t>(host));
        break;
    case 3:
        if (player.here()) {
            player.vanish();
        } else {
            player.arrive();
        }
        break;
    case 4:
    case 5: // a line so narrow that the shard's queue for it fills
        conditions.down.bytes_per_s = static_cast<uint32_t>(random.between(50, 800));
        lift(random.between(3000, 15'000), [](SimConditions& now) { now.down.bytes_per_s = 0; });
        trace_.note(now_ms, "narrow line", static_cast<uint64_t>(host),
                    conditions.down.bytes_per_s);
        break;
    case 6: { // far away for a while
        const TimeMs more_ms = random.between(500, 10'000);
        conditions.up.delay_ms += more_ms;
        conditions.down.delay_ms += more_ms;
        lift(random.between(500, 10'000), [more_ms](SimConditions& now) {
            now.up.delay_ms -= more_ms;
            now.down.delay_ms -= more_ms;
        });
        trace_.note(now_ms, "far away", static_cast<uint64_t>(host),
                    static_cast<uint64_t>(more_ms));
        break;
    }
    case 7: // all come back at once
        for (const auto& one : players_) {
            network_->cut(one->host());
        }
        trace_.note(now_ms, "all are cut");
        break;
    default:
        player.stall(random.between(500, 14'000));
        trace_.note(now_ms, "stalls", static_cast<uint64_t>(host));
        break;
    }
}

void World::lift_due() {
    for (size_t i = 0; i < lifts_.size();) {
        if (lifts_[i].at_ms > clock_.steady_ms()) {
            ++i;
            continue;
        }
        const Lift lift = std::move(lifts_[i]);
        lifts_.erase(lifts_.begin() + static_cast<std::ptrdiff_t>(i));
        lift.ends();
    }
}

void World::lift_faults() {
    trace_.note(clock_.steady_ms(), "bad luck stops");
    lifts_.clear();
    restart_planned_ = false;
    for (const auto& player : players_) {
        network_->heal(player->host());
    }
    network_->heal(prankster_->host());
    shard_->store_out_until_ms = shard_->store_slow_until_ms = 0;
    shard_->set_wall_clock(0);
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

} // namespace parley::sim
