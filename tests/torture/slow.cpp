// slow.cpp: readers who stop reading while the others talk on.
#include "tests/torture/faults.hpp"
#include "tests/torture/stored.hpp"

#include "schemas/base/clock.hpp"

namespace parley::torture {
namespace {

constexpr double p99_ratio_bound = 2;
constexpr double p99_ms_least = 20; // beside it, what a busy machine shakes is no verdict
// What a session may hold: its link's queue and what waits above it, and as much again for ENet's
// own bookkeeping of many small packets.
constexpr double held_bytes_max =
    2.0 * (limits::peer_queue_bytes_max + limits::peer_held_bytes_max);
constexpr double spare_bytes = 4 * 1024 * 1024; // the room's tail, the database's cache

} // namespace

bool play_slow(const Plan& plan, Report& report, std::string& message) {
    const size_t persons = plan.quick ? 40 : 100;
    const size_t slow = persons / 20; // 5 %
    ShardWish wish;
    wish.program = plan.parley;
    wish.sessions_max = persons + 16;
    Shard shard(wish);
    if (!shard.start(message)) {
        return false;
    }
    Crowd crowd;
    for (size_t i = 0; i < persons; ++i) {
        crowd.add(shard, {.index = i});
    }
    if (!crowd.enter(message)) {
        return false;
    }
    crowd.talk.lines_per_s = 100;
    crowd.for_ms(plan.quick ? 500 : 2000); // warm
    crowd.forget_latencies();
    crowd.for_ms(plan.quick ? 1000 : 5000);
    const double p99_before = percentile(crowd.latencies_ms(), 0.99);
    const double memory_before = shard.memory_bytes();
    crowd.forget_latencies();
    crowd.freeze(slow);
    // Until the shard has cut them: they are silent, and behind for too long.
    double memory_most = memory_before;
    const int64_t stall_ms = plan.quick ? 4000 : 20'000;
    for (const int64_t end_ms = steady_ms() + stall_ms; steady_ms() < end_ms;) {
        crowd.for_ms(250);
        memory_most = std::max(memory_most, shard.memory_bytes());
    }
    const double p99_during = percentile(crowd.latencies_ms(), 0.99);
    crowd.freeze(0);
    crowd.talk.lines_per_s = 0;
    const int64_t thawed_ms = steady_ms();
    const bool told = crowd.until([&] { return crowd.all_answered() && level(crowd); }, 60'000);

    report.tell("readers", static_cast<double>(persons));
    report.tell("slow_readers", static_cast<double>(slow));
    report.tell("p99_ms_before", p99_before);
    if (plan.quick) {
        report.tell("p99_ms_during", p99_during);
    } else {
        report.at_most("p99_ms_during", p99_during,
                       std::max(p99_ms_least, p99_ratio_bound * p99_before));
    }
    report.at_most("memory_growth_bytes", memory_most - memory_before,
                   static_cast<double>(slow) * held_bytes_max + spare_bytes);
    report.at_least("slow_level_again", told ? 1 : 0, 1);
    report.tell("slow_level_after_ms", static_cast<double>(steady_ms() - thawed_ms));
    // A reason is one that the client goes on from by itself.
    uint64_t resumed = 0;
    uint64_t failed = 0;
    uint64_t others_lost = 0;
    uint64_t gaps = 0;
    for (const auto& person : crowd.all()) {
        const bool was_slow = person->index() >= persons - slow;
        (was_slow ? resumed : others_lost) += person->client().stats().reconnects;
        failed += person->client().state() == client::State::Failed ? 1 : 0;
        gaps += was_slow ? person->gaps() : 0;
    }
    report.tell("slow_cut_and_resumed", static_cast<double>(resumed));
    report.tell("slow_told_of_gaps", static_cast<double>(gaps));
    report.at_most("clients_failed", static_cast<double>(failed), 0);
    report.at_most("others_lost", static_cast<double>(others_lost), 0);
    StoredRoom room;
    if (!shard.stop(message) ||
        !read_room(shard.data(), wire::RoomKind::Guild, room_name, 0, room, message)) {
        return false;
    }
    judge_stored(crowd, room, report);
    judge_heard(crowd, room, report, persons - slow);
    return true;
}

} // namespace parley::torture
