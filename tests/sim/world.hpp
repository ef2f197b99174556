// world.hpp: one seeded world: a shard, players, a prankster, and bad luck. It is lively for a
// while, then the bad luck stops, and within 30 simulated seconds everybody must be connected and
// level.
//
// [world.cpp] [world_faults.cpp] [world_judging.cpp]
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/sim/plan.hpp"
#include "tests/sim/player.hpp"
#include "tests/sim/prankster.hpp"
#include "tests/sim/shard.hpp"

namespace parley::sim {

struct WorldOptions {
    TimeMs lively_ms = 40'000;
    TimeMs level_within_ms = 30'000;
    bool faults = true;
    bool echo = false;             // the whole trace, as it happens, to stderr
    std::optional<Decisions> only; // what else is decided is left out
};

class World {
public:
    explicit World(uint64_t seed, const WorldOptions& options = {});
    ~World();

    // The whole life; true when nothing was violated.
    bool run();

    const Checks& checks() const { return checks_; }
    const Trace& trace() const { return trace_; }
    // What happened, to see that the bad luck was had.
    struct Story {
        uint64_t lines_sent = 0;
        uint64_t reconnects = 0;
        uint64_t shard_deaths = 0;
        uint64_t lagged = 0;
        uint64_t failed_commits = 0;
        uint64_t gaps = 0;
        uint64_t tickets_wanted = 0;
        uint64_t rooms_slept = 0;
        uint64_t clock_jumps = 0;
        void add(const Story& other);
    };
    Story story() const;
    // What is violated, what happened last, how to see it again.
    std::string report() const;
    std::string replay() const;
    // What was carried out.
    const Decisions& taken() const { return plan_.taken(); }
    // How long it was lively; when it was violated then, no longer than that.
    TimeMs lively_for_ms() const { return lively_for_ms_; }

private:
    // When player_of is null he is not in this world.
    Player* player_of(uint32_t actor);
    void step(bool lively);
    void draw_conditions();
    void draw_fault();
    void draw_fault_of_shard(Random& random);
    void draw_fault_of_path(Random& random, Player& player);
    void lift_due();
    void lift_faults();
    void pass_the_hour();
    void settle();
    void farewell();
    bool level(std::string& why) const;
    bool presence_level(std::string& why) const;
    bool cards_level(std::string& why) const;

    // Something that ends by itself.
    struct Lift {
        TimeMs at_ms = 0;
        std::function<void()> ends;
    };

    const uint64_t seed_;
    const WorldOptions options_;
    Plan plan_;
    Random random_;
    SimClock clock_;
    Trace trace_;
    std::shared_ptr<MemoryDisk> disk_;
    Checks checks_;
    TicketOffice tickets_;
    std::unique_ptr<SimNetwork> network_;
    std::unique_ptr<Shard> shard_;
    std::vector<std::unique_ptr<Player>> players_;
    uint32_t actors_ = first_player_actor; // with those who are left out
    std::unique_ptr<Prankster> prankster_;
    std::vector<Lift> lifts_;
    bool restart_planned_ = false;
    uint32_t faults_drawn_ = 0;
    uint64_t clock_jumps_ = 0;
    TimeMs lively_for_ms_ = 0;
    TimeMs fault_at_ms_ = 0;
    TimeMs fault_every_ms_ = 0;
    TimeMs step_ms_ = 10;
    size_t queued_byte_weight_ = 1;
    // In some worlds one is away for so long, and the others talk so much, that he cannot be
    // brought level entry by entry.
    bool long_absence_ = false;
};

} // namespace parley::sim
