// network.cpp: a network that loses, delays, doubles and reorders, and clients whose port changes
// while they talk.
#include "tests/torture/faults.hpp"
#include "tests/torture/relay.hpp"
#include "tests/torture/stored.hpp"

#include "schemas/base/clock.hpp"

namespace parley::torture {
namespace {

constexpr size_t persons = 8;
constexpr double lines_per_s = 24;
constexpr int64_t move_ms = 1500; // one client after the other

constexpr int64_t patience_ms = 90'000;
constexpr int64_t level_ms_bound = 60'000;
constexpr int64_t idle_ms = 6000; // then clients ask for the time no more, and only ping

struct Phase {
    const char* name;
    Weather weather;
    double p99_ms_bound; // 0: only told
    bool quick;
    bool clears; // before everyone must be level
};
constexpr Phase phases[] = {
    {"moves", {0, 0, 10'000, 5000}, 500, false, false},
    {"loss_5", {5, 5, 10'000, 40'000}, 1000, true, false},
    {"loss_20", {20, 5, 10'000, 40'000}, 0, false, false},
    {"loss_40", {40, 5, 10'000, 40'000}, 0, false, true},
};

uint64_t lost_connections(const Crowd& crowd) {
    uint64_t count = 0;
    for (const auto& person : crowd.all()) {
        count += person->client().stats().reconnects;
    }
    return count;
}

// Nobody speaks; until everyone has heard everything.
void await_level(Crowd& crowd, const std::string& name, Report& report) {
    crowd.talk.lines_per_s = 0;
    const int64_t quiet_ms = steady_ms();
    const bool told =
        crowd.until([&] { return crowd.all_answered() && level(crowd); }, patience_ms);
    report.at_least(name + "_everyone_level", told ? 1 : 0, 1);
    report.at_most(name + "_level_after_ms", static_cast<double>(steady_ms() - quiet_ms),
                   static_cast<double>(level_ms_bound));
}

} // namespace

bool play_network(const Plan& plan, Report& report, std::string& message) {
    ShardWish wish;
    wish.program = plan.parley;
    Shard shard(wish);
    if (!shard.start(message)) {
        return false;
    }
    Relay relay(shard.port(), 1);
    Crowd crowd;
    crowd.beside = [&] { relay.step(steady_us()); };
    for (size_t i = 0; i < persons; ++i) {
        crowd.add(shard, {.index = i, .address = relay.add_client(), .bind = "127.0.0.1"});
    }
    if (!crowd.enter(message)) {
        return false;
    }
    size_t moves = 0;
    if (!plan.quick) {
        crowd.for_ms(idle_ms);
        for (size_t client = 1; client < relay.clients(); ++client, ++moves) {
            relay.move(client);
        }
        crowd[0].say();
        await_level(crowd, "moved_while_idle", report);
    }
    for (const Phase& phase : phases) {
        if (plan.quick && !phase.quick) {
            continue;
        }
        relay.weather = phase.weather;
        crowd.forget_latencies();
        crowd.talk.lines_per_s = lines_per_s;
        const uint64_t lost_before = lost_connections(crowd);
        const int64_t end_ms = steady_ms() + (plan.quick ? 2500 : 10'000);
        while (steady_ms() + move_ms < end_ms) {
            crowd.for_ms(move_ms);
            relay.move(moves++ % relay.clients());
        }
        crowd.for_ms(end_ms - steady_ms());
        const std::string name = phase.name;
        relay.weather = phase.clears ? Weather{} : phase.weather;
        await_level(crowd, name, report);
        report.tell(name + "_connections_lost",
                    static_cast<double>(lost_connections(crowd) - lost_before));
        report.tell(name + "_p50_ms", percentile(crowd.latencies_ms(), 0.5));
        const double p99_ms = percentile(crowd.latencies_ms(), 0.99);
        if (phase.p99_ms_bound > 0 && !plan.quick) {
            report.at_most(name + "_p99_ms", p99_ms, phase.p99_ms_bound);
        } else {
            report.tell(name + "_p99_ms", p99_ms);
        }
    }
    report.at_least("datagrams_lost", static_cast<double>(relay.lost), 1);
    report.at_least("datagrams_doubled", static_cast<double>(relay.doubled), 1);
    report.at_least("datagrams_overtaken", static_cast<double>(relay.overtaken), 1);
    report.at_least("ports_changed", static_cast<double>(moves), 1);
    report.at_least("roams_seen_by_the_shard",
                    static_cast<double>(shard.link_counters()["peers_moved"]), 1);
    StoredRoom room;
    if (!shard.stop(message) ||
        !read_room(shard.data(), wire::RoomKind::Guild, room_name, 0, room, message)) {
        return false;
    }
    judge_stored(crowd, room, report);
    judge_heard(crowd, room, report);
    return true;
}

} // namespace parley::torture
