// metrics.hpp: a counter lives beside the code that counts. Any thread may add and read.
#pragma once

#include <atomic>
#include <cstdint>

namespace parley {

class Counter {
public:
    void add(uint64_t count = 1) { value_.fetch_add(count, std::memory_order_relaxed); }
    uint64_t read() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<uint64_t> value_{0};
};

} // namespace parley
