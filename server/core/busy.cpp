// busy.cpp: see busy.hpp.
#include "server/core/busy.hpp"

#include <algorithm>
#include <numeric>

namespace parley {

namespace {

constexpr int64_t line_micro = 1'000'000;
constexpr int64_t ms_per_s = 1000;

int64_t burst_micro(uint32_t lines_per_s) {
    return int64_t{lines_per_s} * limits::readable_burst_s * line_micro;
}

} // namespace

void Sampler::fill(TimeMs now_ms, uint32_t lines_per_s) {
    const int64_t most = burst_micro(lines_per_s);
    const bool first = filled_at_ms_ == 0;
    // Longer fills no more than all there is.
    const int64_t ms =
        std::min<int64_t>(now_ms - filled_at_ms_, 2 * int64_t{limits::readable_burst_s} * ms_per_s);
    for (int64_t& lines : lines_micro_) {
        lines = first ? most : std::min(most, lines + ms * lines_per_s * (line_micro / ms_per_s));
    }
    filled_at_ms_ = now_ms;
}

// What is there goes round: to the classes that have most, and among equals to whom chance says.
Classes Sampler::take(size_t classes, Random& random) {
    if (classes == 0) {
        return no_class;
    }
    std::array<size_t, limits::reader_classes> order;
    std::iota(order.begin(), order.end(), size_t{0});
    if (classes < order.size()) {
        const size_t first = static_cast<size_t>(random.below(order.size()));
        std::rotate(order.begin(), order.begin() + static_cast<ptrdiff_t>(first), order.end());
        std::stable_sort(order.begin(), order.end(), [this](size_t one, size_t other) {
            return lines_micro_[one] > lines_micro_[other];
        });
    }
    Classes taken = no_class;
    for (size_t i = 0; i < classes; ++i) {
        taken = static_cast<Classes>(taken | 1u << order[i]);
        lines_micro_[order[i]] -= line_micro;
    }
    return taken;
}

void Sampler::choose(TimeMs now_ms, uint32_t lines_per_s, std::span<Classes> lines,
                     Random& random) {
    fill(now_ms, lines_per_s);
    const auto wanting = static_cast<int64_t>(std::count(lines.begin(), lines.end(), no_class));
    const int64_t for_all = static_cast<int64_t>(lines.size()) - wanting;
    for (int64_t& have : lines_micro_) {
        // Not deeper in debt than a burst: moderators alone must not silence everyone for long.
        have = std::max(have - for_all * line_micro, -burst_micro(lines_per_s));
    }
    if (wanting == 0) {
        return;
    }
    const int64_t there =
        std::accumulate(lines_micro_.begin(), lines_micro_.end(), int64_t{0}) / line_micro;
    const auto classes = static_cast<int64_t>(limits::reader_classes);
    const int64_t places = std::clamp<int64_t>(there, 0, wanting * classes);
    // As many for each line, and who gets the rest is chance: else it would be the same authors.
    const auto start = static_cast<int64_t>(random.below(static_cast<uint64_t>(wanting)));
    int64_t turn = start;
    for (Classes& line : lines) {
        if (line == no_class) {
            const int64_t share = (turn + 1) * places / wanting - turn * places / wanting;
            line = take(static_cast<size_t>(share), random);
            turn = turn + 1 < wanting ? turn + 1 : 0;
        }
    }
}

// The running second goes into the window; nothing was said in the others that have passed.
void SlowMode::keep(int64_t passed) {
    const auto size = static_cast<int64_t>(window_.size());
    for (int64_t second = 0; second < std::min(passed, size + 1); ++second) {
        sum_ -= window_[next_];
        window_[next_] = second == 0 ? lines_ : 0;
        sum_ += window_[next_];
        next_ = (next_ + 1) % window_.size();
    }
    seconds_ += passed;
}

bool SlowMode::look(TimeMs now_ms, const Bounds& bounds) {
    const int64_t passed = (now_ms - second_ms_) / ms_per_s;
    if (passed <= 0) {
        return false;
    }
    bool switched = false;
    if (on_) {
        keep(passed);
        switched = seconds_ >= limits::slow_off_after_s && sum_ <= bounds.off_lines_max;
    } else {
        seconds_ = passed == 1 && lines_ > bounds.on_above_per_s ? seconds_ + 1 : 0;
        switched = seconds_ >= limits::slow_on_after_s;
    }
    second_ms_ += passed * ms_per_s;
    lines_ = 0;
    if (switched) {
        on_ = !on_;
        seconds_ = 0;
        window_ = {};
        sum_ = 0;
    }
    return switched;
}

} // namespace parley
