// kills.cpp: kill -9 in the middle of the talk, again and again.
#include "tests/torture/faults.hpp"
#include "tests/torture/stored.hpp"

#include "schemas/base/clock.hpp"
#include "schemas/base/random.hpp"

namespace parley::torture {
namespace {

constexpr size_t persons = 8;
constexpr double lines_per_s = 400;
constexpr double ready_ms_bound = 2000;

} // namespace

bool play_kills(const Plan& plan, Report& report, std::string& message) {
    ShardWish wish;
    wish.program = plan.parley;
    Shard shard(wish);
    if (plan.messages > 0) {
        const int64_t start_ms = steady_ms();
        if (!shard.start(message) || !shard.stop(message) ||
            !fill(shard.data(), plan.messages, message)) {
            return false;
        }
        report.tell("messages_before", static_cast<double>(plan.messages));
        report.tell("filled_in_s", static_cast<double>(steady_ms() - start_ms) / 1000);
    }
    if (!shard.start(message)) {
        return false;
    }
    report.at_most("first_ready_ms", shard.ready_ms(), ready_ms_bound);
    Crowd crowd;
    for (size_t i = 0; i < persons; ++i) {
        crowd.add(shard, {.index = i});
    }
    if (!crowd.enter(message)) {
        return false;
    }
    const Seq before = crowd[0].entered();
    crowd.talk = {lines_per_s, 8};
    Random random(plan.kills);
    std::vector<double> ready_ms;
    size_t in_flight = 0;
    for (uint64_t cycle = 0; cycle < plan.kills; ++cycle) {
        crowd.for_ms(random.between(20, 200));
        shard.kill_at_once();
        for (const auto& person : crowd.all()) {
            in_flight += person->waiting();
        }
        crowd.for_ms(random.between(0, 5)); // lines into the void
        if (!shard.start(message)) {
            return false;
        }
        ready_ms.push_back(shard.ready_ms());
        for (const auto& person : crowd.all()) {
            person->come_back();
        }
        if (!crowd.until([&] { return crowd.all_in(); })) {
            message = "not everyone came back after kill " + std::to_string(cycle + 1);
            return false;
        }
    }
    crowd.talk.lines_per_s = 0;
    const bool all_told = crowd.until([&] { return crowd.all_answered() && level(crowd); });
    StoredRoom room;
    if (!shard.stop(message) || !read_room(shard.data(), wire::RoomKind::Guild, room_name,
                                           plan.messages == 0 ? 0 : before, room, message)) {
        return false;
    }
    report.tell("kills", static_cast<double>(plan.kills));
    report.tell("unanswered_at_kills", static_cast<double>(in_flight));
    report.tell("ready_ms_median", percentile(ready_ms, 0.5));
    report.at_most("ready_ms_longest", percentile(ready_ms, 1), ready_ms_bound);
    report.at_least("everyone_level_at_the_end", all_told ? 1 : 0, 1);
    judge_stored(crowd, room, report);
    judge_heard(crowd, room, report);
    return true;
}

} // namespace parley::torture
