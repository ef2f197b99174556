// host_alloc.hpp: the one hook by which a host hands out memory, and what stands there when it
// gives none.
#pragma once

#include <cstddef>
#include <cstdlib>

namespace parley {

// Like realloc: bytes 0 frees. The pointer is aligned for any plain type; null: there is none.
using AllocHook = void* (*)(void* user, void* old, size_t bytes);

// The process's own.
inline void* process_alloc(void*, void* old, size_t bytes) {
    if (bytes == 0) {
        std::free(old);
        return nullptr;
    }
    return std::realloc(old, bytes);
}

} // namespace parley
