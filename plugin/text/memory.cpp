// memory.cpp: a head before each block says how long it is and whose: FreeType frees without a
// size.
#include "plugin/text/memory.hpp"

#include <cstdlib>
#include <new>

#include "schemas/base/check.hpp"

namespace parley::text {

HostMemory::HostMemory(AllocHook hook, void* user)
    : hook_(hook != nullptr ? hook : &process_alloc), user_(user) {}

void* HostMemory::try_allocate(size_t bytes) {
    void* const place =
        bytes > SIZE_MAX - sizeof(Head) ? nullptr : hook_(user_, nullptr, sizeof(Head) + bytes);
    if (place == nullptr) {
        ++refused_;
        return nullptr;
    }
    ++allocations_;
    bytes_ += bytes;
    return new (place) Head{bytes, true} + 1;
}

void* HostMemory::try_resize(void* block, size_t bytes) {
    if (block == nullptr) {
        return try_allocate(bytes);
    }
    Head* const head = static_cast<Head*>(block) - 1;
    PARLEY_ASSERT(head->from_host);
    const size_t before = head->bytes;
    void* const place =
        bytes > SIZE_MAX - sizeof(Head) ? nullptr : hook_(user_, head, sizeof(Head) + bytes);
    if (place == nullptr) {
        ++refused_;
        return nullptr;
    }
    ++allocations_;
    bytes_ = bytes_ - before + bytes;
    return new (place) Head{bytes, true} + 1;
}

void HostMemory::release(void* block) {
    if (block == nullptr) {
        return;
    }
    Head* const head = static_cast<Head*>(block) - 1;
    if (head->from_host) {
        bytes_ -= head->bytes;
        hook_(user_, head, 0);
    } else {
        std::free(head);
    }
}

void* HostMemory::do_allocate(size_t bytes, size_t alignment) {
    PARLEY_ASSERT(alignment <= alignof(std::max_align_t));
    if (void* const block = try_allocate(bytes)) {
        return block;
    }
    void* const place = std::malloc(sizeof(Head) + bytes);
    PARLEY_ASSERT(place != nullptr);
    return new (place) Head{bytes, false} + 1;
}

void HostMemory::do_deallocate(void* block, size_t, size_t) {
    release(block);
}

} // namespace parley::text
