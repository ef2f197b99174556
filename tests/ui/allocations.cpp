// allocations.cpp: malloc of this program, counted, in front of glibc's own. operator new, Dear
// ImGui, FreeType and HarfBuzz all come through here.
#include "tests/ui/allocations.hpp"

#include <atomic>
#include <cstddef>

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#if defined(__has_feature)
#if !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)
#define PARLEY_COUNT_ALLOCATIONS
#endif
#else
#define PARLEY_COUNT_ALLOCATIONS
#endif
#endif

namespace {
std::atomic<uint64_t> asked{0};
}

#if defined(PARLEY_COUNT_ALLOCATIONS)
extern "C" {
void* __libc_malloc(size_t bytes);
void* __libc_calloc(size_t count, size_t bytes);
void* __libc_realloc(void* old, size_t bytes);

void* malloc(size_t bytes) {
    asked.fetch_add(1, std::memory_order_relaxed);
    return __libc_malloc(bytes);
}
void* calloc(size_t count, size_t bytes) {
    asked.fetch_add(1, std::memory_order_relaxed);
    return __libc_calloc(count, bytes);
}
void* realloc(void* old, size_t bytes) {
    asked.fetch_add(1, std::memory_order_relaxed);
    return __libc_realloc(old, bytes);
}
}
#endif

namespace parley::ui {

bool allocations_counted() {
#if defined(PARLEY_COUNT_ALLOCATIONS)
    return true;
#else
    return false;
#endif
}

uint64_t allocations() {
    return asked.load(std::memory_order_relaxed);
}

} // namespace parley::ui
