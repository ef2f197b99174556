// nth_failure.cpp: the Nth write, sync or allocation of the database fails, for every N of a row:
// once, and then for good. The shard refuses, or ends with one sentence; and what it has said yes
// to is there when it is started again.
#include "tests/torture/faults.hpp"
#include "tests/torture/orders.hpp"
#include "tests/torture/stored.hpp"

#include "schemas/base/clock.hpp"

namespace parley::torture {
namespace {

constexpr size_t persons = 4;
constexpr double lines_per_s = 400;
constexpr uint64_t for_good = UINT64_MAX / 2;

struct Call {
    const char* name;
    parley_call call;
    uint64_t last;       // N
    uint64_t quick_last; // N
    uint64_t step;
};
constexpr Call calls[] = {
    {"write", PARLEY_CALL_WRITE, 40, 2, 1},
    {"sync", PARLEY_CALL_SYNC, 12, 1, 1},
    {"malloc", PARLEY_CALL_MALLOC, 120, 1, 3},
};

struct Tally {
    double rounds = 0, failures = 0, ended = 0, ended_badly = 0, starts_refused = 0;
};

// Starts it while calls may fail; a start that is refused says why, and the next one has no fault.
bool start_again(Shard& shard, Orders& orders, Crowd& crowd, std::string& message) {
    orders.fail_nothing();
    if (!shard.start(message)) {
        return false;
    }
    for (const auto& person : crowd.all()) {
        person->come_back();
    }
    if (!crowd.until([&] { return crowd.all_in(); })) {
        message = "not everyone came back";
        return false;
    }
    return true;
}

bool play_round(Shard& shard, Orders& orders, Crowd& crowd, const Call& call, uint64_t nth,
                uint64_t times, Tally& tally, std::string& message) {
    const uint64_t failed_before = orders.failed(call.call);
    orders.fail(call.call, nth, times);
    const int64_t end_ms = steady_ms() + 400;
    while (orders.failed(call.call) == failed_before && steady_ms() < end_ms && shard.lives()) {
        crowd.step();
    }
    crowd.for_ms(30);
    ++tally.rounds;
    tally.failures += orders.failed(call.call) > failed_before ? 1 : 0;
    if (!shard.lives()) {
        ++tally.ended;
        tally.ended_badly += shard.ended_with() != 1 ? 1 : 0;
        return start_again(shard, orders, crowd, message);
    }
    orders.fail_nothing();
    // One that refuses must heal by itself.
    const uint64_t before = acknowledged(crowd);
    if (!crowd.until([&] { return acknowledged(crowd) > before; })) {
        message =
            "after " + std::string(call.name) + " " + std::to_string(nth) +
            " failed nobody was answered any more; the shard's last words: " + shard.last_words();
        return false;
    }
    return true;
}

// The start itself fails at its Nth call: a sentence, not a crash.
bool play_starts(Shard& shard, Orders& orders, const Call& call, uint64_t last, Tally& tally,
                 std::string& message) {
    for (uint64_t nth = 1; nth <= last; nth += call.step) {
        if (!shard.stop(message)) {
            return false;
        }
        orders.fail(call.call, nth, 1);
        ++tally.rounds;
        if (std::string why; !shard.start(why)) {
            ++tally.starts_refused;
            tally.ended_badly += shard.ended_with() != 1 ? 1 : 0;
        }
        orders.fail_nothing();
        if (!shard.lives() && !shard.start(message)) {
            return false;
        }
    }
    return true;
}

} // namespace

bool play_nth_failure(const Plan& plan, Report& report, std::string& message) {
    if (plan.shim.empty()) {
        report.skip("nth-failure", "this build cannot preload a library (sanitizers)");
        return true;
    }
    Orders orders;
    ShardWish wish;
    wish.program = plan.parley;
    wish.environment = orders.environment(plan.shim);
    Shard shard(wish);
    if (!orders.mapped() || !shard.start(message)) {
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
    for (const Call& call : calls) {
        Tally tally;
        crowd.talk = {lines_per_s, 8};
        const uint64_t last = plan.quick ? call.quick_last : call.last;
        for (uint64_t nth = 1; nth <= last; nth += call.step) {
            for (const uint64_t times : {uint64_t{1}, for_good}) {
                if (!play_round(shard, orders, crowd, call, nth, times, tally, message)) {
                    return false;
                }
            }
        }
        crowd.talk.lines_per_s = 0;
        if (!crowd.until([&] { return crowd.all_answered(); })) {
            message = "lines are without an answer";
            return false;
        }
        if (!play_starts(shard, orders, call, last, tally, message) ||
            !start_again(shard, orders, crowd, message)) {
            return false;
        }
        const std::string name = call.name;
        report.tell(name + "_rounds", tally.rounds);
        report.at_least(name + "_failures", tally.failures, 1);
        report.tell(name + "_ended_the_shard", tally.ended);
        report.tell(name + "_starts_refused", tally.starts_refused);
        report.at_most(name + "_ended_without_a_sentence", tally.ended_badly, 0);
    }
    const bool told = crowd.until([&] { return crowd.all_answered() && level(crowd); });
    report.at_least("everyone_level_at_the_end", told ? 1 : 0, 1);
    StoredRoom room;
    if (!shard.stop(message) ||
        !read_room(shard.data(), wire::RoomKind::Guild, room_name, 0, room, message)) {
        return false;
    }
    judge_stored(crowd, room, report, Order::MayTurn);
    judge_heard(crowd, room, report);
    return true;
}

} // namespace parley::torture
