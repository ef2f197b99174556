// sim_test.cpp: a few worlds on every run of the tests; `./parley sim --seeds N` runs as many as
// wanted. Each seed is a world of its own; a failing one prints how to replay it.
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
    for (uint64_t seed = 1; seed <= 200; ++seed) {
        World world(seed);
        const bool good = world.run();
        story.add(world.story());
        duplicates += world.checks().totals().duplicates_answered;
        private_lines += world.checks().totals().private_delivered;
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
    REQUIRE(private_lines > 1000);
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

} // namespace parley::sim
