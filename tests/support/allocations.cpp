// allocations.cpp: stands in for the C library's malloc family and hands on to it. A sanitizer has
// an allocator of its own and tells us through its hooks.
#include "tests/support/allocations.hpp"

#include <cstddef>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define PARLEY_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define PARLEY_SANITIZED 1
#endif
#endif

namespace {

thread_local uint64_t count = 0;

} // namespace

#ifdef PARLEY_SANITIZED

// Of sanitizer/allocator_interface.h, which g++ does not bring along.
extern "C" int __sanitizer_install_malloc_and_free_hooks(
    void (*on_malloc)(const volatile void* pointer, size_t bytes),
    void (*on_free)(const volatile void* pointer));
extern "C" size_t __sanitizer_get_current_allocated_bytes();

namespace {

void on_malloc(const volatile void*, size_t) {
    ++count;
}
void on_free(const volatile void*) {}

[[maybe_unused]] const int installed =
    __sanitizer_install_malloc_and_free_hooks(on_malloc, on_free);

} // namespace

#else

#include <cerrno>
#include <cstdlib>

#include <malloc.h>

extern "C" {

void* __libc_malloc(size_t bytes);
void* __libc_calloc(size_t items, size_t bytes);
void* __libc_realloc(void* old, size_t bytes);
void* __libc_memalign(size_t alignment, size_t bytes);

void* malloc(size_t bytes) noexcept {
    ++count;
    return __libc_malloc(bytes);
}
void* calloc(size_t items, size_t bytes) noexcept {
    ++count;
    return __libc_calloc(items, bytes);
}
void* realloc(void* old, size_t bytes) noexcept {
    ++count;
    return __libc_realloc(old, bytes);
}
void* aligned_alloc(size_t alignment, size_t bytes) noexcept {
    ++count;
    return __libc_memalign(alignment, bytes);
}
int posix_memalign(void** out, size_t alignment, size_t bytes) noexcept {
    ++count;
    *out = __libc_memalign(alignment, bytes);
    return *out != nullptr ? 0 : ENOMEM;
}

} // extern "C"

#endif

namespace parley::test {

uint64_t allocations() {
    return count;
}

size_t heap_bytes() {
#ifdef PARLEY_SANITIZED
    return __sanitizer_get_current_allocated_bytes();
#else
    const struct mallinfo2 now = mallinfo2();
    return now.uordblks + now.hblkhd;
#endif
}

} // namespace parley::test
