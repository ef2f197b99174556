// sim_test.cpp: a few worlds on every run of the tests; `./parley sim --seeds N` runs as many as
// wanted. Each seed is a world of its own; a failing one prints how to replay it.
#include <algorithm>

#include "tests/sim/shrink.hpp"
#include "tests/sim/world.hpp"

#include "tests/support/catch.hpp"

namespace parley::sim {

TEST_CASE("a world without bad luck keeps every promise", "[sim]") {
    WorldOptions options;
    options.faults = false;
    options.lively_ms = 20'000;
    for (uint64_t seed = 1; seed <= 3; ++seed) {
        World world(seed, options);
        const bool good = world.run();
        INFO(world.report());
        REQUIRE(good);
        REQUIRE(world.checks().totals().messages_stored > 10);
        REQUIRE(world.checks().totals().entries_delivered >
                world.checks().totals().messages_stored);
    }
}

TEST_CASE("worlds with loss, partitions, crashes and slow readers keep every promise", "[sim]") {
    World::Story story;
    uint64_t duplicates = 0;
    uint64_t private_lines = 0;
    uint64_t hidden_lines = 0;
    uint64_t blocked_lines = 0;
    for (uint64_t seed = 1; seed <= 200; ++seed) {
        World world(seed);
        const bool good = world.run();
        story.add(world.story());
        duplicates += world.checks().totals().duplicates_answered;
        private_lines += world.checks().totals().private_delivered;
        hidden_lines += world.checks().totals().hidden;
        blocked_lines += world.checks().totals().blocked;
        if (!good) {
            FAIL(world.report());
        }
    }
    // The bad luck was had: else these worlds prove nothing.
    REQUIRE(duplicates > 0);
    REQUIRE(story.lines_sent > 10'000);
    REQUIRE(story.reconnects > 100);
    REQUIRE(story.shard_deaths > 100);
    REQUIRE(story.failed_commits > 100);
    REQUIRE(story.lagged > 20);
    REQUIRE(story.tickets_wanted > 10);
    REQUIRE(story.gaps > 20);
    REQUIRE(story.rooms_slept > 100);
    REQUIRE(story.clock_jumps > 50);
    REQUIRE(private_lines > 1000);
    REQUIRE(hidden_lines > 1000);
    REQUIRE(blocked_lines > 100);
}

TEST_CASE("the same seed is the same world, bit for bit", "[sim]") {
    World once(7);
    once.run();
    World again(7);
    again.run();
    World other(8);
    other.run();
    REQUIRE(once.trace().events() > 1000);
    REQUIRE(once.trace().hash() == again.trace().hash());
    REQUIRE(once.trace().hash() != other.trace().hash());
}

TEST_CASE("what is left out of a world changes no other decision", "[sim]") {
    World whole(7);
    REQUIRE(whole.run());
    WorldOptions same;
    same.only = whole.taken();
    World again(7, same);
    REQUIRE(again.run());
    REQUIRE(again.trace().hash() == whole.trace().hash());

    WorldOptions fewer;
    for (const Decision& one : whole.taken()) {
        if (one.actor != world_actor && one.actor != prankster_actor) {
            fewer.only = fewer.only.value_or(Decisions{});
            fewer.only->insert(one);
        }
    }
    World calm(7, fewer);
    REQUIRE(calm.run());
    REQUIRE(calm.story().shard_deaths == 0);
    REQUIRE(std::includes(whole.taken().begin(), whole.taken().end(), calm.taken().begin(),
                          calm.taken().end()));
}

TEST_CASE("decisions are read as they are written", "[sim]") {
    const Decisions some = {{0, 3}, {2, 0}, {2, 5}, {2, 6}, {2, 7}, {3, 8}};
    REQUIRE(to_text(some) == "0.3,2.0,2.5-7,3.8");
    REQUIRE(read_decisions(to_text(some)) == some);
    REQUIRE(read_decisions("") == Decisions{});
    for (const char* wrong :
         {"2", "2.", "2.x", "2.7-5", "2.1,", ",2.1", "2.1 ", "2.0-4294967295"}) {
        INFO(wrong);
        REQUIRE(!read_decisions(wrong));
    }
}

TEST_CASE("a world that is violated is shrunk to one that is violated in the same words", "[sim]") {
    WorldOptions options;
    options.level_within_ms = 0; // more than anybody promised
    uint64_t seed = 1;
    while (World(seed, options).run()) {
        REQUIRE(++seed < 100);
    }
    const Shrunk small = shrink(seed, options, {.events_max = 4'000'000});
    REQUIRE(small.worlds > 0);
    REQUIRE(small.decisions < small.decisions_before / 10);
    World whole(seed, options);
    REQUIRE(!whole.run());
    World again(seed, small.options);
    REQUIRE(!again.run());
    REQUIRE(again.trace().events() < whole.trace().events());
    REQUIRE(again.replay().find(" --only ") != std::string::npos);
}

} // namespace parley::sim
