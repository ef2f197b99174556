// memory.hpp: the engine's memory, from its host's allocator: arrays, layouts, atlas pages and
// FreeType. What is large or FreeType's may be refused; the little that containers ask for, which
// cannot take "no" for an answer, then comes from the process, so that text goes on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory_resource>

#include "schemas/base/host_alloc.hpp"

namespace parley::text {

// Owner: the game thread. It must outlive all that it gave.
class HostMemory final : public std::pmr::memory_resource {
public:
    // hook null: the process's memory.
    HostMemory(AllocHook hook, void* user);

    // Null when the host refuses; on a refused resize the block is as it was.
    void* try_allocate(size_t bytes);
    void* try_resize(void* block, size_t bytes);
    void release(void* block); // null is nothing

    uint64_t bytes() const { return bytes_; } // of the host's, now
    uint64_t allocations() const { return allocations_; }
    uint64_t refused() const { return refused_; }

private:
    // Before each block; a multiple of the alignment long.
    struct alignas(std::max_align_t) Head {
        size_t bytes;
        bool from_host;
    };

    void* do_allocate(size_t bytes, size_t alignment) override;
    void do_deallocate(void* block, size_t bytes, size_t alignment) override;
    bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override {
        return this == &other;
    }

    AllocHook hook_;
    void* user_;
    uint64_t bytes_ = 0, allocations_ = 0, refused_ = 0;
};

} // namespace parley::text
