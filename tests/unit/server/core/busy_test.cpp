// busy_test.cpp: who hears a line when more is said than one can read, and when everyone should
// write less.
#include <bit>
#include <numeric>
#include <set>

#include "server/core/busy.hpp"
#include "tests/support/catch.hpp"

using namespace parley;

namespace {

constexpr uint32_t per_s = 5;
constexpr TimeMs start_ms = 1'000'000'000;
constexpr size_t burst = per_s * limits::readable_burst_s;

Classes one(Sampler& sampler, TimeMs now_ms, Random& random) {
    Classes line = no_class;
    sampler.choose(now_ms, per_s, {&line, 1}, random);
    return line;
}

// A bucket that was just emptied.
void empty(Sampler& sampler, TimeMs now_ms, Random& random) {
    for (size_t i = 0; i < burst; ++i) {
        REQUIRE(one(sampler, now_ms, random) == every_class);
    }
}

} // namespace

TEST_CASE("classes are equally large, also where ids run in rows", "[core][busy]") {
    std::array<size_t, limits::reader_classes> sizes{};
    for (uint64_t peer = 0; peer < 8000; ++peer) {
        const SessionId session{(uint64_t{peer % 2} << 32) | peer};
        ++sizes[reader_class(session)];
    }
    for (const size_t size : sizes) {
        CHECK(size > 900);
        CHECK(size < 1100);
    }
}

// Another hash would move everybody in the middle of a recorded run.
TEST_CASE("a session is in the class that it has always been in", "[core][busy]") {
    CHECK(reader_class(SessionId{0x1}) == 1);
    CHECK(reader_class(SessionId{0x2}) == 6);
    CHECK(reader_class(SessionId{0x10001}) == 7);
    CHECK(reader_class(SessionId{0x20001}) == 0);
    CHECK(reader_class(SessionId{0x100010001}) == 5);
    CHECK(reader_class(SessionId{0xffffffff}) == 0);
}

TEST_CASE("up to the readable rate everyone hears everything, and no line more", "[core][busy]") {
    Random random(1);
    Sampler sampler;
    TimeMs now_ms = start_ms;
    for (int i = 0; i < 1000; ++i, now_ms += 1000 / per_s) {
        REQUIRE(one(sampler, now_ms, random) == every_class);
    }
    Sampler faster;
    now_ms = start_ms;
    int sampled = 0;
    for (int i = 0; i < 1000; ++i, now_ms += 1000 / per_s - 10) {
        sampled += one(faster, now_ms, random) == every_class ? 0 : 1;
    }
    CHECK(sampled > 0);
}

TEST_CASE("a screenful at once is heard by all, and one line more by fewer", "[core][busy]") {
    Random random(1);
    Sampler sampler;
    empty(sampler, start_ms, random);
    CHECK(one(sampler, start_ms, random) == no_class);
    // What is there again after a tenth of a second is half a line for each.
    CHECK(std::popcount(one(sampler, start_ms + 100, random)) == 4);
    Sampler together;
    std::vector<Classes> lines(burst, no_class);
    together.choose(start_ms, per_s, lines, random);
    CHECK(lines == std::vector<Classes>(burst, every_class));
    Sampler over;
    lines.assign(burst + 1, no_class);
    over.choose(start_ms, per_s, lines, random);
    const int heard = std::accumulate(lines.begin(), lines.end(), 0, [](int sum, Classes line) {
        return sum + std::popcount(line);
    });
    CHECK(heard == static_cast<int>(burst * limits::reader_classes));
    CHECK(std::all_of(lines.begin(), lines.end(),
                      [](Classes line) { return std::popcount(line) >= 7; }));
}

TEST_CASE("no class hears more than it can read, however fast the room is", "[core][busy]") {
    for (const TimeMs apart_ms : {1, 7, 20, 150}) {
        Random random(2);
        Sampler sampler;
        std::array<size_t, limits::reader_classes> heard{};
        const int64_t seconds = 60;
        for (TimeMs now_ms = start_ms; now_ms < start_ms + seconds * 1000; now_ms += apart_ms) {
            const Classes line = one(sampler, now_ms, random);
            for (size_t i = 0; i < heard.size(); ++i) {
                heard[i] += has_class(line, i) ? 1 : 0;
            }
        }
        INFO("a line in " << apart_ms << " ms");
        for (const size_t lines : heard) {
            CHECK(lines <= per_s * seconds + burst + 1);
            CHECK(lines + 2 >= per_s * seconds); // and what there is, is heard
        }
    }
}

TEST_CASE("while eight classes can hear them all, no line is heard by nobody", "[core][busy]") {
    Random random(3);
    Sampler sampler;
    empty(sampler, start_ms, random);
    TimeMs now_ms = start_ms;
    for (int i = 0; i < 2000; ++i) { // 40 a second, eight times what one can read
        now_ms += 25;
        REQUIRE(std::popcount(one(sampler, now_ms, random)) == 1);
    }
    std::vector<Classes> lines(5);
    for (int i = 0; i < 200; ++i) {
        now_ms += 125;
        lines.assign(lines.size(), no_class);
        sampler.choose(now_ms, per_s, lines, random);
        REQUIRE(std::count(lines.begin(), lines.end(), no_class) == 0);
    }
}

TEST_CASE("of two who speak in turn neither is unheard by any class", "[core][busy]") {
    Random random(4);
    Sampler sampler;
    empty(sampler, start_ms, random);
    std::array<std::array<size_t, limits::reader_classes>, 2> heard{};
    TimeMs now_ms = start_ms;
    for (size_t i = 0; i < 4000; ++i) {
        now_ms += 50; // 20 a second: each line goes to two classes
        const Classes line = one(sampler, now_ms, random);
        for (size_t c = 0; c < limits::reader_classes; ++c) {
            heard[i % 2][c] += has_class(line, c) ? 1 : 0;
        }
    }
    for (const auto& author : heard) {
        for (const size_t lines : author) {
            CHECK(lines > 350);
            CHECK(lines < 650);
        }
    }
    // And when two lines always come together and only one of them can be heard.
    std::array<size_t, 2> lines_heard{};
    for (size_t i = 0; i < 1000; ++i) {
        now_ms += 25;
        std::array<Classes, 2> lines{};
        sampler.choose(now_ms, per_s, lines, random);
        lines_heard[0] += lines[0] == no_class ? 0 : 1;
        lines_heard[1] += lines[1] == no_class ? 0 : 1;
    }
    CHECK(lines_heard[0] + lines_heard[1] == 1000);
    CHECK(lines_heard[0] > 400);
    CHECK(lines_heard[1] > 400);
}

TEST_CASE("what all must hear takes the place of others, and not for long", "[core][busy]") {
    Random random(5);
    Sampler sampler;
    std::vector<Classes> lines(burst, every_class);
    lines.push_back(no_class);
    sampler.choose(start_ms, per_s, lines, random);
    CHECK(lines.back() == no_class);
    CHECK(std::count(lines.begin(), lines.end(), every_class) == burst);
    lines.assign(10'000, every_class);
    sampler.choose(start_ms, per_s, lines, random);
    CHECK(one(sampler, start_ms + 4000, random) == no_class);
    CHECK(one(sampler, start_ms + 4100, random) != no_class);
}

TEST_CASE("a bucket that stood for days is full and no fuller", "[core][busy]") {
    Random random(6);
    Sampler sampler;
    empty(sampler, start_ms, random);
    const TimeMs later_ms = start_ms + 30 * limits::day_ms;
    empty(sampler, later_ms, random);
    CHECK(one(sampler, later_ms, random) == no_class);
}

namespace {

constexpr uint32_t off_per_s = 3;
constexpr SlowMode::Bounds bounds{.on_above_per_s = 20,
                                  .off_lines_max = off_per_s * limits::slow_off_after_s};

// Lines in each of so many seconds; whether it was switched meanwhile.
bool talk(SlowMode& slow, TimeMs& now_ms, uint32_t lines, int64_t seconds) {
    bool switched = false;
    for (int64_t second = 0; second < seconds; ++second, now_ms += 1000) {
        for (uint32_t i = 0; i < lines; ++i) {
            switched = slow.look(now_ms + i, bounds) || switched;
            slow.said();
        }
    }
    return slow.look(now_ms, bounds) || switched;
}

} // namespace

TEST_CASE("slow mode comes on above its rate, in so many seconds and not sooner", "[core][busy]") {
    TimeMs now_ms = start_ms;
    SlowMode at;
    CHECK_FALSE(talk(at, now_ms, bounds.on_above_per_s, 1000));
    SlowMode slow;
    CHECK_FALSE(talk(slow, now_ms, bounds.on_above_per_s + 1, limits::slow_on_after_s - 1));
    CHECK_FALSE(slow.on());
    CHECK(talk(slow, now_ms, bounds.on_above_per_s + 1, 1));
    CHECK(slow.on());
    SlowMode pausing;
    for (int i = 0; i < 100; ++i) {
        CHECK_FALSE(talk(pausing, now_ms, 100, limits::slow_on_after_s - 1));
        now_ms += 2000; // a second in which nobody said anything
    }
}

TEST_CASE("slow mode goes off when little is said for long, also when it is nothing",
          "[core][busy]") {
    TimeMs now_ms = start_ms;
    SlowMode slow;
    REQUIRE(talk(slow, now_ms, 100, limits::slow_on_after_s));
    CHECK_FALSE(talk(slow, now_ms, off_per_s + 1, 1000));
    CHECK_FALSE(talk(slow, now_ms, off_per_s, limits::slow_off_after_s - 1));
    CHECK_FALSE(talk(slow, now_ms, off_per_s + 1, 1)); // one line too many
    CHECK_FALSE(talk(slow, now_ms, off_per_s, limits::slow_off_after_s - 1));
    CHECK(talk(slow, now_ms, off_per_s, 1));
    CHECK_FALSE(slow.on());

    // All of them in one second, which leaves the window as one.
    REQUIRE(talk(slow, now_ms, 100, limits::slow_on_after_s));
    CHECK_FALSE(talk(slow, now_ms, static_cast<uint32_t>(bounds.off_lines_max) + 1, 1));
    CHECK_FALSE(slow.look(now_ms + limits::slow_off_after_s * 1000 - 1, bounds));
    CHECK(slow.look(now_ms + limits::slow_off_after_s * 1000, bounds));
    now_ms += limits::slow_off_after_s * 1000;
    REQUIRE(talk(slow, now_ms, 100, limits::slow_on_after_s));
    CHECK_FALSE(talk(slow, now_ms, static_cast<uint32_t>(bounds.off_lines_max), 1));
    CHECK(slow.look(now_ms + (limits::slow_off_after_s - 1) * 1000, bounds));
    now_ms += limits::slow_off_after_s * 1000;

    REQUIRE(talk(slow, now_ms, 100, limits::slow_on_after_s));
    CHECK_FALSE(slow.look(now_ms + limits::slow_off_after_s * 1000 - 1, bounds));
    CHECK(slow.look(now_ms + limits::slow_off_after_s * 1000, bounds));
    CHECK_FALSE(slow.on());
}
