// main.cpp: the program parley_sim: runs seeded worlds and ends non-zero when one of them violates
// what Parley promises. `./parley sim` builds and starts it.
#include <cerrno>
#include <cinttypes>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include <unistd.h>

#include "tests/sim/shrink.hpp"
#include "tests/sim/world.hpp"

namespace {

constexpr const char* usage = R"(usage: parley_sim [--seeds N] [--first S] [--seed S] [--no-faults]
                  [--until-violated] [--shrink] [--echo]
                  [--lively-ms N] [--only DECISIONS]

  --seeds N     run the worlds S, S + 1, ..., N of them (default 200)
  --first S     the first of them (default 1)
  --seed S      run only world S, and print its trace and the hash of all that happened
  --no-faults   without bad luck: what fails then is no race
  --until-violated  end at the first world that violates anything
  --shrink      seek a smaller world for the first one that is violated, and print that
  --lively-ms N, --only DECISIONS  of a world that was shrunk: how long there is bad luck, and what
                is carried out ("2.0,2.5-8": player 2 is there and acts for the 5th to the 8th time)
  --echo        print all that happens, as it happens
)";

constexpr uint64_t lively_ms_max = 24 * 60 * 60 * 1000;

struct Arguments {
    uint64_t seeds = 200;
    uint64_t first = 1;
    bool one = false;
    bool until_violated = false;
    bool shrink = false;
    parley::sim::WorldOptions world;
};

bool read_number(const char* text, uint64_t& number) {
    char* end = nullptr;
    errno = 0;
    number = std::strtoull(text, &end, 10);
    return errno == 0 && end != text && *end == '\0' && text[0] != '-';
}

bool read_arguments(int count, char** values, Arguments& arguments) {
    for (int i = 1; i < count; ++i) {
        const std::string_view name = values[i];
        if (name == "--no-faults") {
            arguments.world.faults = false;
            continue;
        }
        if (name == "--echo") {
            arguments.world.echo = true;
            continue;
        }
        if (name == "--until-violated") {
            arguments.until_violated = true;
            continue;
        }
        if (name == "--shrink") {
            arguments.shrink = arguments.until_violated = true;
            continue;
        }
        if (i + 1 >= count) {
            return false;
        }
        const char* value = values[++i];
        bool good = false;
        if (name == "--seeds") {
            good = read_number(value, arguments.seeds) && arguments.seeds > 0;
        } else if (name == "--first") {
            good = read_number(value, arguments.first);
        } else if (name == "--seed") {
            good = read_number(value, arguments.first);
            arguments.seeds = 1;
            arguments.one = true;
        } else if (name == "--lively-ms") {
            uint64_t ms = 0;
            good = read_number(value, ms) && ms <= lively_ms_max;
            arguments.world.lively_ms = static_cast<parley::TimeMs>(ms);
        } else if (name == "--only") {
            arguments.world.only = parley::sim::read_decisions(value);
            good = arguments.world.only.has_value();
        }
        if (!good) {
            return false;
        }
    }
    return true;
}

// An assertion that fails ends the program: it must not take the seed with it.
char last_words[128];
volatile sig_atomic_t last_words_bytes = 0;

void say_last_words(int) {
    const ssize_t said = ::write(STDERR_FILENO, last_words, static_cast<size_t>(last_words_bytes));
    std::signal(SIGABRT, SIG_DFL);
    ::_exit(said < 0 ? 4 : 3);
}

void prepare_last_words(uint64_t seed) {
    last_words_bytes = std::snprintf(last_words, sizeof last_words,
                                     "world of seed %" PRIu64 ":\n  violated at an assertion\n"
                                     "replay: ./parley sim --seed %" PRIu64 "\n",
                                     seed, seed);
}

void shrink_and_tell(uint64_t seed, const parley::sim::WorldOptions& options) {
    const parley::sim::Shrunk small = parley::sim::shrink(seed, options);
    std::fprintf(stderr, "shrunk in %zu worlds from %zu decisions to %zu, and to %" PRId64 " ms:\n",
                 small.worlds, small.decisions_before, small.decisions, small.options.lively_ms);
    parley::sim::World world(seed, small.options);
    world.run();
    std::fputs(world.report().c_str(), stderr);
}

} // namespace

int main(int argc, char** argv) {
    Arguments arguments;
    if (!read_arguments(argc, argv, arguments)) {
        std::fputs(usage, stderr);
        return 2;
    }
    std::signal(SIGABRT, say_last_words);
    uint64_t stored = 0;
    uint64_t delivered = 0;
    uint64_t violated = 0;
    uint64_t duplicates = 0;
    parley::sim::World::Story story;
    uint64_t worlds = 0;
    for (uint64_t i = 0; i < arguments.seeds; ++i) {
        if (arguments.until_violated && violated > 0) {
            break;
        }
        ++worlds;
        const uint64_t seed = arguments.first + i;
        prepare_last_words(seed);
        parley::sim::World world(seed, arguments.world);
        const bool good = world.run();
        stored += world.checks().totals().messages_stored;
        delivered += world.checks().totals().entries_delivered;
        duplicates += world.checks().totals().duplicates_answered;
        story.add(world.story());
        if (!good) {
            violated += world.checks().violations().size();
            std::fputs(world.report().c_str(), stderr);
            if (arguments.shrink) {
                shrink_and_tell(seed, arguments.world);
            }
        } else if (arguments.one) {
            std::fputs(world.trace().tail().c_str(), stdout);
        }
        if (arguments.one) {
            std::printf("trace hash of seed %" PRIu64 ": %016" PRIx64 " over %" PRIu64 " events\n",
                        seed, world.trace().hash(), world.trace().events());
        } else if ((i + 1) % 20 == 0) {
            std::fprintf(stderr,
                         "sim: %" PRIu64 " of %" PRIu64 " worlds, %" PRIu64
                         " messages stored, %" PRIu64 " violations\n",
                         i + 1, arguments.seeds, stored, violated);
        }
    }
    std::printf("sim: %" PRIu64 " lines typed, %" PRIu64 " sent again after a lost answer; %" PRIu64
                " reconnects, %" PRIu64 " shard deaths, %" PRIu64 " failed commits, %" PRIu64
                " times a reader lagged, %" PRIu64 " tickets fell due, %" PRIu64 " gaps, %" PRIu64
                " times a room slept, %" PRIu64 " jumps of a clock\n",
                story.lines_sent, duplicates, story.reconnects, story.shard_deaths,
                story.failed_commits, story.lagged, story.tickets_wanted, story.gaps,
                story.rooms_slept, story.clock_jumps);
    std::printf("sim: %" PRIu64 " worlds, %" PRIu64 " messages stored, %" PRIu64
                " delivered, %" PRIu64 " violations\n",
                worlds, stored, delivered, violated);
    return violated == 0 ? 0 : 1;
}
