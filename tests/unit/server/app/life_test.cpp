// life_test.cpp: both sides of what a shard calls silent, failing and leaving.
#include "server/app/life.hpp"

#include "tests/support/catch.hpp"

#include "schemas/base/limits.hpp"

using namespace parley;

namespace {

Life well() {
    Life life;
    life.now_ms = 1'000'000;
    life.core_ms = life.now_ms - limits::thread_silent_ms_max;
    life.store_ms = life.now_ms - limits::thread_silent_ms_max;
    life.group_ms = life.now_ms;
    return life;
}

} // namespace

TEST_CASE("a thread that is silent for too long ails, and no earlier", "[shard]") {
    Life life = well();
    CHECK(what_ails(life).empty());
    CHECK(why_not_ready(life).empty());
    --life.core_ms;
    CHECK(what_ails(life) == "core: silent for 30001 ms\n");
    --life.store_ms;
    CHECK(what_ails(life) == "core: silent for 30001 ms\nstore: silent for 30001 ms\n");
    CHECK(why_not_ready(life) == what_ails(life));
}

TEST_CASE("a shard that drains lives and is not ready", "[shard]") {
    Life life = well();
    life.leaving = true;
    CHECK(what_ails(life).empty());
    CHECK(why_not_ready(life) == "shard: it drains\n");
}

TEST_CASE("a store that cannot write is not ready, until it is time to try again", "[shard]") {
    Life life = well();
    life.store_failing = true;
    CHECK(what_ails(life).empty());
    life.group_ms = life.now_ms - limits::store_failing_ms;
    CHECK(why_not_ready(life) == "store: it cannot write; the log says why\n");
    --life.group_ms;
    CHECK(why_not_ready(life).empty());
}
