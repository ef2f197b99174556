// memory.cpp: the host's allocator, with a reserve for the day it says no.
#include "plugin/client/memory.hpp"

#include <functional>

#include "schemas/base/check.hpp"

namespace parley::client {
namespace {

constexpr size_t hook_alignment = alignof(std::max_align_t);

} // namespace

HostMemory::HostMemory(AllocHook hook, void* user)
    : hook_(hook != nullptr ? hook : &process_alloc), user_(user),
      reserve_(static_cast<std::byte*>(hook_(user_, nullptr, limits::allocation_reserve_bytes))) {
    if (reserve_ == nullptr) {
        failed_.store(true, std::memory_order_relaxed);
    }
}

HostMemory::~HostMemory() {
    if (reserve_ != nullptr) {
        hook_(user_, reserve_, 0);
    }
}

void* HostMemory::do_allocate(size_t bytes, size_t alignment) {
    PARLEY_ASSERT(alignment <= hook_alignment);
    // bytes 0 would free; a container may ask for it all the same.
    const size_t wanted = bytes == 0 ? 1 : bytes;
    allocations_.fetch_add(1, std::memory_order_relaxed);
    void* pointer = hook_(user_, nullptr, wanted);
    if (pointer == nullptr) {
        failed_.store(true, std::memory_order_relaxed);
        return from_reserve(wanted, alignment);
    }
    const uint64_t now = bytes_.fetch_add(bytes, std::memory_order_relaxed) + bytes;
    uint64_t peak = peak_bytes_.load(std::memory_order_relaxed);
    while (peak < now && !peak_bytes_.compare_exchange_weak(peak, now, std::memory_order_relaxed)) {
    }
    return pointer;
}

void HostMemory::do_deallocate(void* pointer, size_t bytes, size_t) {
    const std::byte* const byte = static_cast<const std::byte*>(pointer);
    const std::less<const std::byte*> before;
    if (reserve_ != nullptr && !before(byte, reserve_) &&
        before(byte, reserve_ + limits::allocation_reserve_bytes)) {
        return; // the reserve goes back as a whole
    }
    bytes_.fetch_sub(bytes, std::memory_order_relaxed);
    hook_(user_, pointer, 0);
}

void* HostMemory::from_reserve(size_t bytes, size_t alignment) {
    const size_t rounded = (bytes + alignment - 1) / alignment * alignment;
    const size_t aligned = (rounded + hook_alignment - 1) / hook_alignment * hook_alignment;
    const size_t start = reserve_used_.fetch_add(aligned, std::memory_order_relaxed);
    // A step that needs more than the reserve is a bug of ours: every growth of the model is
    // smaller.
    PARLEY_ASSERT(reserve_ != nullptr && start + aligned <= limits::allocation_reserve_bytes);
    return reserve_ + start;
}

} // namespace parley::client
