// metrics.hpp: a counter lives beside the code that counts. Any thread may add and read; nothing
// locks or allocates.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace parley {

class Counter {
public:
    void add(uint64_t count = 1) { value_.fetch_add(count, std::memory_order_relaxed); }
    uint64_t read() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<uint64_t> value_{0};
};

// What is now, as its owner saw it last.
class Gauge {
public:
    void set(uint64_t value) { value_.store(value, std::memory_order_relaxed); }
    uint64_t read() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<uint64_t> value_{0};
};

// How long things took. Of what is added at once while somebody reads, the sum may have more than
// the counts.
class Durations {
public:
    // In microseconds, each in the first that it does not exceed; what is longer is counted too.
    static constexpr std::array<int64_t, 12> bounds_us = {
        250, 500, 1000, 2500, 5000, 10'000, 25'000, 50'000, 100'000, 250'000, 1'000'000, 10'000'000,
    };

    void add(int64_t us) {
        size_t at = 0;
        while (at < bounds_us.size() && us > bounds_us[at]) {
            ++at;
        }
        counts_[at].add();
        sum_us_.add(us > 0 ? static_cast<uint64_t>(us) : 0);
    }
    // How many were in bounds_us[at] and in none before it; at the end those that were longer.
    uint64_t count(size_t at) const { return counts_[at].read(); }
    uint64_t sum_us() const { return sum_us_.read(); }

private:
    std::array<Counter, bounds_us.size() + 1> counts_;
    Counter sum_us_;
};

} // namespace parley
