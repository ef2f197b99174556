// memory.hpp: one memory resource per client over the host's alloc hook. The library has no
// exceptions, and containers cannot take "no" for an answer: so a reserve is taken at the start,
// and when the hook returns NULL the reserve serves and the resource says failed(). The client
// looks at that between two steps and closes with OutOfMemory; no step needs more than the reserve.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory_resource>

#include "schemas/base/host_alloc.hpp"
#include "schemas/base/limits.hpp"

namespace parley::client {

// Any thread, when the hook is. It must outlive everything that was allocated from it.
class HostMemory final : public std::pmr::memory_resource {
public:
    // hook null: the process's memory. Takes the reserve; ok() is false when even that failed.
    HostMemory(AllocHook hook, void* user);
    ~HostMemory() override;
    HostMemory(const HostMemory&) = delete;
    HostMemory& operator=(const HostMemory&) = delete;

    bool ok() const { return reserve_ != nullptr; }
    // The hook returned NULL once; it stays so.
    bool failed() const { return failed_.load(std::memory_order_relaxed); }
    uint64_t bytes() const { return bytes_.load(std::memory_order_relaxed); }
    uint64_t allocations() const { return allocations_.load(std::memory_order_relaxed); }
    uint64_t peak_bytes() const { return peak_bytes_.load(std::memory_order_relaxed); }

private:
    void* do_allocate(size_t bytes, size_t alignment) override;
    void do_deallocate(void* pointer, size_t bytes, size_t alignment) override;
    bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override {
        return this == &other;
    }
    void* from_reserve(size_t bytes, size_t alignment);

    AllocHook hook_;
    void* user_;
    std::byte* reserve_ = nullptr;
    std::atomic<size_t> reserve_used_{0};
    std::atomic<bool> failed_{false};
    std::atomic<uint64_t> bytes_{0};
    std::atomic<uint64_t> peak_bytes_{0};
    std::atomic<uint64_t> allocations_{0}; // ever
};

} // namespace parley::client
