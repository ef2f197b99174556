// plan.cpp: decisions as text are runs of numbers of one actor.
#include "tests/sim/plan.hpp"

#include <charconv>

namespace parley::sim {

bool Plan::take(Decision decision) {
    if (only_ && only_->count(decision) == 0) {
        return false;
    }
    taken_.insert(decision);
    return true;
}

Random chance_of(uint64_t seed, uint32_t number) {
    return Random(Random(seed ^ (uint64_t{number} << 32)).next());
}

std::string to_text(const Decisions& decisions) {
    std::string text;
    for (auto at = decisions.begin(); at != decisions.end();) {
        const Decision first = *at;
        Decision last = first;
        for (++at;
             at != decisions.end() && at->actor == last.actor && at->number == last.number + 1;
             ++at) {
            last = *at;
        }
        text += (text.empty() ? "" : ",") + std::to_string(first.actor) + '.' +
                std::to_string(first.number);
        if (last.number != first.number) {
            text += '-' + std::to_string(last.number);
        }
    }
    return text;
}

namespace {

bool read_number(std::string_view& text, uint32_t& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc()) {
        return false;
    }
    text.remove_prefix(static_cast<size_t>(end - text.data()));
    return true;
}

bool read_sign(std::string_view& text, char sign) {
    if (text.empty() || text.front() != sign) {
        return false;
    }
    text.remove_prefix(1);
    return true;
}

} // namespace

std::optional<Decisions> read_decisions(std::string_view text) {
    constexpr uint32_t run_max = 1'000'000;
    Decisions decisions;
    while (!text.empty()) {
        Decision one;
        if (!read_number(text, one.actor) || !read_sign(text, '.') ||
            !read_number(text, one.number)) {
            return std::nullopt;
        }
        uint32_t last = one.number;
        if (read_sign(text, '-') && !read_number(text, last)) {
            return std::nullopt;
        }
        if (last < one.number || last - one.number > run_max) {
            return std::nullopt;
        }
        for (; one.number < last; ++one.number) {
            decisions.insert(one);
        }
        decisions.insert(one);
        if (!text.empty() && (!read_sign(text, ',') || text.empty())) {
            return std::nullopt;
        }
    }
    return decisions;
}

} // namespace parley::sim
