// clock.cpp: the wall clock jumps under a shard that serves.
#include <algorithm>

#include "tests/torture/faults.hpp"
#include "tests/torture/orders.hpp"
#include "tests/torture/stored.hpp"

#include "schemas/base/clock.hpp"

namespace parley::torture {
namespace {

constexpr size_t persons = 8;
constexpr double lines_per_s = 100;
// Old lines are removed once the index has them, which is brought level after so many.
constexpr uint64_t lines_before = 2 * limits::fold_entries;
constexpr int64_t hour_s = 3600;
// The store looks every second when it has nothing to do.
constexpr int64_t removal_ms = 2 * limits::store_idle_ms;
constexpr int64_t day_s = 24 * hour_s;

struct Jump {
    int64_t offset_s;
    int64_t for_ms;
};
// The last one ahead is longer than the ten seconds after which a clock that is far ahead is
// believed: the shard's own time stays ahead from then on.
constexpr Jump jumps[] = {
    {-hour_s, 1000},      {hour_s, 1000},       {-3650 * day_s, 1000},
    {3650 * day_s, 1500}, {40 * day_s, 14'000}, {0, 1500},
};
// Who comes now, with a ticket of the right time, stays at least so long.
constexpr int64_t stays_ms = 2000;

bool stays(Crowd& crowd, Person& person) {
    person.come_back();
    if (!crowd.until([&] { return person.in_room(); })) {
        return false;
    }
    const std::map<Error, uint64_t> before = person.lost_for();
    crowd.for_ms(stays_ms);
    return person.in_room() && person.lost_for() == before;
}

} // namespace

bool play_clock(const Plan& plan, Report& report, std::string& message) {
    if (plan.shim.empty()) {
        report.skip("clock", "this build cannot preload a library (sanitizers)");
        return true;
    }
    Orders orders;
    ShardWish wish;
    wish.program = plan.parley;
    wish.environment = orders.environment(plan.shim);
    Shard shard(wish);
    if (!orders.mapped() || !shard.start(message) || !shard.stop(message) ||
        !fill(shard.data(), lines_before, message) || !shard.start(message)) {
        return false;
    }
    report.at_least("shim_is_heard", orders.heard() ? 1 : 0, 1);
    Crowd crowd;
    for (size_t i = 0; i < persons; ++i) {
        crowd.add(shard, {.index = i});
    }
    if (!crowd.enter(message)) {
        return false;
    }
    crowd.talk.lines_per_s = lines_per_s;
    crowd.for_ms(500);
    double made = 0;
    for (const Jump& jump : jumps) {
        orders.move_clock(jump.offset_s);
        const uint64_t before = acknowledged(crowd);
        crowd.for_ms(plan.quick ? std::min<int64_t>(jump.for_ms, 500) : jump.for_ms);
        ++made;
        if (!crowd.until([&] { return acknowledged(crowd) > before; })) {
            message =
                "nobody was answered with the clock off by " + std::to_string(jump.offset_s) + " s";
            return false;
        }
    }
    const bool stayed = stays(crowd, crowd[0]);
    crowd.talk.lines_per_s = 0;
    const bool told = crowd.until([&] { return crowd.all_answered() && level(crowd); });
    uint64_t lost = 0;
    for (const auto& person : crowd.all()) {
        lost += person->client().stats().reconnects;
    }
    // Started again with a clock that is far behind what its log says, and far ahead of it, and
    // left alone for long enough to remove what is old.
    for (const int64_t offset_s : {-3650 * day_s, int64_t{0}, 7300 * day_s}) {
        if (plan.quick && offset_s <= 0) {
            continue;
        }
        if (!shard.stop(message)) {
            return false;
        }
        orders.move_clock(offset_s);
        if (!shard.start(message)) {
            return false;
        }
        orders.pass_time(limits::removal_start_ms / 1000 + 60);
        crowd.for_ms(removal_ms);
    }
    orders.move_clock(0);
    for (const auto& person : crowd.all()) {
        person->come_back();
    }
    const bool back = crowd.until([&] { return crowd.all_in() && level(crowd); });
    crowd[0].say();
    const bool answered = crowd.until([&] { return crowd.all_answered() && level(crowd); });
    StoredRoom room;
    if (!shard.stop(message) ||
        !read_room(shard.data(), wire::RoomKind::Guild, room_name, 0, room, message)) {
        return false;
    }
    double back_in_time = 0;
    for (size_t i = 1; i < room.lines.size(); ++i) {
        back_in_time += room.lines[i].at_ms < room.lines[i - 1].at_ms ? 1 : 0;
    }
    report.tell("jumps", made);
    report.tell("days_between_first_and_last_line",
                room.lines.empty()
                    ? 0
                    : static_cast<double>(room.lines.back().at_ms - room.lines.front().at_ms) /
                          static_cast<double>(limits::day_ms));
    report.at_most("connections_lost", static_cast<double>(lost), 0);
    report.at_least("who_comes_afterwards_stays", stayed ? 1 : 0, 1);
    report.at_least("everyone_level_at_the_end", told ? 1 : 0, 1);
    report.at_least("everyone_back_after_restarts", back && answered ? 1 : 0, 1);
    report.at_most("at_ms_goes_back", back_in_time, 0);
    report.at_most("entries_removed",
                   static_cast<double>(room.first_seq > 0 ? room.first_seq - 1 : room.last_seq), 0);
    judge_stored(crowd, room, report);
    judge_heard(crowd, room, report);
    return true;
}

} // namespace parley::torture
