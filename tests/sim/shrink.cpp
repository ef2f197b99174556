// shrink.cpp: delta debugging (Zeller 1999) over the decisions of a world. What is left out changes
// no other decision, but it changes what comes of them: every attempt is a world of its own, kept
// when it is violated in the same words.
#include "tests/sim/shrink.hpp"

#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

#include "schemas/base/check.hpp"

namespace parley::sim {

namespace {

// The first violation without its time, numbers and particulars.
std::string words_of(const World& world) {
    if (world.checks().ok()) {
        return {};
    }
    std::string words;
    const std::string& first = world.checks().violations().front();
    const size_t begin = first.find(": ") + 2;
    for (const char letter : first.substr(begin, first.find(':', begin) - begin)) {
        if (std::isdigit(static_cast<unsigned char>(letter)) == 0) {
            words += letter;
        }
    }
    return words;
}

class Shrinking {
public:
    Shrinking(uint64_t seed, const WorldOptions& options, const ShrinkBounds& bounds)
        : seed_(seed), events_left_(bounds.events_max) {
        best_ = options;
        best_.echo = false;
        World world(seed, best_);
        world.run();
        words_ = words_of(world);
        PARLEY_ASSERT(!words_.empty());
        adopt(best_, world);
    }

    void halve_the_time() {
        for (TimeMs ms = best_.lively_ms / 2; ms >= 1000; ms /= 2) {
            WorldOptions shorter = best_;
            shorter.lively_ms = ms;
            if (!attempt(shorter)) {
                break;
            }
        }
    }

    void leave_out_whole_actors() {
        std::set<uint32_t> actors;
        for (const Decision& one : *best_.only) {
            actors.insert(one.actor);
        }
        for (const uint32_t actor : actors) {
            attempt_without([&](const Decision& one) { return one.actor == actor; });
        }
    }

    // In halves, quarters, ..., one by one, from the end: what came last is needed most rarely by
    // what came before.
    void leave_out_parts() {
        for (size_t part = std::max<size_t>(best_.only->size() / 2, 1); events_left_ > 0;
             part /= 2) {
            for (size_t end = best_.only->size(); end > 0 && events_left_ > 0;) {
                const std::vector<Decision> all(best_.only->begin(), best_.only->end());
                end = std::min(end, all.size());
                const size_t begin = end - std::min(part, end);
                WorldOptions smaller = best_;
                for (size_t i = begin; i < end; ++i) {
                    smaller.only->erase(all[i]);
                }
                attempt(smaller);
                end = begin;
            }
            if (part <= 1) {
                return;
            }
        }
    }

    Shrunk result() const { return {best_, before_, best_.only->size(), worlds_}; }

private:
    template <typename Left>
    void attempt_without(Left left) {
        WorldOptions smaller = best_;
        for (auto at = smaller.only->begin(); at != smaller.only->end();) {
            at = left(*at) ? smaller.only->erase(at) : std::next(at);
        }
        attempt(smaller);
    }

    bool attempt(const WorldOptions& options) {
        if (events_left_ == 0) {
            return false;
        }
        World world(seed_, options);
        world.run();
        // A world in which nothing happens still takes its time.
        constexpr uint64_t events_of_any_world = 5000;
        events_left_ -= std::min(events_left_, world.trace().events() + events_of_any_world);
        ++worlds_;
        if (words_of(world) != words_) {
            return false;
        }
        adopt(options, world);
        return true;
    }

    // What it did not come to by then is not needed.
    void adopt(const WorldOptions& options, const World& world) {
        before_ = before_ == 0 ? world.taken().size() : before_;
        best_ = options;
        best_.only = world.taken();
        best_.lively_ms = std::min(options.lively_ms, world.lively_for_ms());
    }

    const uint64_t seed_;
    uint64_t events_left_;
    std::string words_;
    WorldOptions best_;
    size_t before_ = 0;
    size_t worlds_ = 0;
};

} // namespace

Shrunk shrink(uint64_t seed, const WorldOptions& options, const ShrinkBounds& bounds) {
    Shrinking shrinking(seed, options, bounds);
    shrinking.halve_the_time();
    shrinking.leave_out_whole_actors();
    shrinking.leave_out_parts();
    shrinking.halve_the_time();
    return shrinking.result();
}

} // namespace parley::sim
