// soak.cpp: people who come, talk, lose their connection, come back and leave, for long; in the end
// the shard holds what it held when it was warm.
#include "tests/torture/faults.hpp"
#include "tests/torture/stored.hpp"

#include "schemas/base/clock.hpp"
#include "schemas/base/random.hpp"

namespace parley::torture {
namespace {

constexpr size_t persons = 48;
constexpr size_t rooms = 12;
constexpr double lines_per_s = 200;
constexpr int64_t change_ms = 100; // then somebody does something else
// What the newest lines of all rooms may take, and what an allocator keeps.
constexpr double growth_bytes_max = 12.0 * 1024 * 1024;

PersonWish wish_of(size_t index) {
    PersonWish wish;
    wish.index = index;
    wish.room = "soak-" + std::to_string(index % rooms);
    return wish;
}

struct Churn {
    double left = 0, came = 0, came_back = 0;
};

// By chance: a connection is lost and taken up again, or somebody leaves and another, who was never
// seen before, comes in his place.
void change(Crowd& crowd, const Shard& shard, Random& random, Churn& churn) {
    const size_t who = random.below(crowd.size());
    if (random.chance_percent(50)) {
        crowd[who].come_back();
        ++churn.came_back;
        return;
    }
    crowd.replace(who, shard, wish_of(persons + static_cast<size_t>(churn.came) * persons + who));
    crowd[who].connect();
    ++churn.left;
    ++churn.came;
}

} // namespace

bool play_soak(const Plan& plan, Report& report, std::string& message) {
    ShardWish wish;
    wish.program = plan.parley;
    wish.sessions_max = 4 * persons;
    Shard shard(wish);
    if (!shard.start(message)) {
        return false;
    }
    Crowd crowd;
    for (size_t i = 0; i < persons; ++i) {
        crowd.add(shard, wish_of(i));
    }
    if (!crowd.enter(message)) {
        return false;
    }
    crowd.talk.lines_per_s = lines_per_s;
    Random random(1);
    Churn churn;
    const int64_t all_ms = plan.soak_seconds * 1000;
    const auto churn_for = [&](int64_t ms) {
        for (const int64_t end_ms = steady_ms() + ms; steady_ms() < end_ms;) {
            crowd.for_ms(change_ms);
            change(crowd, shard, random, churn);
        }
    };
    churn_for(all_ms / 4);
    const double memory_warm = shard.memory_bytes();
    const size_t descriptors_warm = shard.descriptors();
    churn_for(all_ms - all_ms / 4);
    const double memory_end = shard.memory_bytes();
    const size_t descriptors_end = shard.descriptors();
    crowd.talk.lines_per_s = 0;
    const bool told = crowd.until([&] { return crowd.all_in() && crowd.all_answered(); });

    report.tell("soak_seconds", static_cast<double>(plan.soak_seconds));
    report.at_least("left_and_came", churn.came, 1);
    report.at_least("came_back", churn.came_back, 1);
    report.at_least("acknowledged", static_cast<double>(acknowledged(crowd)), 1);
    report.tell("memory_warm_bytes", memory_warm);
    report.at_most("memory_growth_bytes", memory_end - memory_warm, growth_bytes_max);
    report.at_most("descriptors_growth",
                   static_cast<double>(descriptors_end) - static_cast<double>(descriptors_warm), 0);
    report.at_least("everyone_in_and_answered", told ? 1 : 0, 1);
    double twice = 0;
    double out_of_order = 0;
    for (const auto& person : crowd.all()) {
        twice += static_cast<double>(person->heard_twice());
        out_of_order += static_cast<double>(person->out_of_order());
    }
    report.at_most("heard_twice", twice, 0);
    report.at_most("heard_out_of_order", out_of_order, 0);
    return shard.stop(message);
}

} // namespace parley::torture
