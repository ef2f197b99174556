/* faults.c: preloaded into the shard, it breaks what the shard asks of the system: the Nth write,
 * sync or allocation that SQLite makes fails, and the wall clock is elsewhere. What to break stands
 * in a file that the torture writes and this reads by a mapping, since a confined process may open
 * little. It fails nothing of anybody else: the database is what is tortured. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include "tests/torture/orders.h"

static struct parley_orders nothing;
static struct parley_orders* orders = &nothing;
static uintptr_t sqlite_begin, sqlite_end;

static int find_sqlite(struct dl_phdr_info* info, size_t size, void* unused) {
    (void)size;
    (void)unused;
    if (strstr(info->dlpi_name, "libsqlite3") == NULL) {
        return 0;
    }
    for (int i = 0; i < info->dlpi_phnum; ++i) {
        const ElfW(Phdr)* const part = &info->dlpi_phdr[i];
        if (part->p_type == PT_LOAD && (part->p_flags & PF_X) != 0) {
            sqlite_begin = info->dlpi_addr + part->p_vaddr;
            sqlite_end = sqlite_begin + part->p_memsz;
        }
    }
    return 1;
}

__attribute__((constructor)) static void begin(void) {
    const char* const path = getenv("PARLEY_TORTURE_ORDERS");
    const int file = path == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);
    if (file < 0) {
        return;
    }
    void* const mapped =
        mmap(NULL, sizeof(struct parley_orders), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (mapped != MAP_FAILED) {
        dl_iterate_phdr(find_sqlite, NULL);
        orders = mapped;
        orders->sqlite_found = sqlite_end != 0;
    }
}

/* Whether this call, of SQLite's, is the one to fail. */
static int fails(enum parley_call call, const void* from) {
    const uintptr_t at = (uintptr_t)from;
    if (at < sqlite_begin || at >= sqlite_end) {
        return 0;
    }
    const uint64_t number = __atomic_add_fetch(&orders->calls[call], 1, __ATOMIC_RELAXED);
    const uint64_t nth = __atomic_load_n(&orders->fail_nth[call], __ATOMIC_RELAXED);
    const uint64_t for_calls = __atomic_load_n(&orders->fail_calls[call], __ATOMIC_RELAXED);
    if (nth == 0 || number < nth || number - nth >= for_calls) {
        return 0;
    }
    __atomic_add_fetch(&orders->failed[call], 1, __ATOMIC_RELAXED);
    return 1;
}

#define FROM __builtin_return_address(0)
/* dlsym gives what C keeps apart: a function by an object's pointer. */
#define NEXT(name)                                                                                 \
    static __typeof__(name)* next;                                                                 \
    if (next == NULL) {                                                                            \
        void* const found = dlsym(RTLD_NEXT, #name);                                               \
        memcpy(&next, &found, sizeof next);                                                        \
    }

ssize_t pwrite64(int file, const void* bytes, size_t size, off64_t at) {
    NEXT(pwrite64)
    if (fails(PARLEY_CALL_WRITE, FROM)) {
        errno = EIO;
        return -1;
    }
    return next(file, bytes, size, at);
}

ssize_t pwrite(int file, const void* bytes, size_t size, off_t at) {
    NEXT(pwrite)
    if (fails(PARLEY_CALL_WRITE, FROM)) {
        errno = EIO;
        return -1;
    }
    return next(file, bytes, size, at);
}

int fdatasync(int file) {
    NEXT(fdatasync)
    if (fails(PARLEY_CALL_SYNC, FROM)) {
        errno = EIO;
        return -1;
    }
    return next(file);
}

int fsync(int file) {
    NEXT(fsync)
    if (fails(PARLEY_CALL_SYNC, FROM)) {
        errno = EIO;
        return -1;
    }
    return next(file);
}

/* glibc's own names, since dlsym itself may allocate. */
extern void* __libc_malloc(size_t size);
extern void* __libc_realloc(void* old, size_t size);

void* malloc(size_t size) {
    if (fails(PARLEY_CALL_MALLOC, FROM)) {
        errno = ENOMEM;
        return NULL;
    }
    return __libc_malloc(size);
}

void* realloc(void* old, size_t size) {
    if (fails(PARLEY_CALL_MALLOC, FROM)) {
        errno = ENOMEM;
        return NULL;
    }
    return __libc_realloc(old, size);
}

int clock_gettime(clockid_t clock, struct timespec* time) {
    NEXT(clock_gettime)
    const int result = next(clock, time);
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
        time->tv_sec += __atomic_load_n(&orders->clock_offset_s, __ATOMIC_RELAXED);
    } else if (result == 0 && clock == CLOCK_MONOTONIC) {
        time->tv_sec += __atomic_load_n(&orders->steady_offset_s, __ATOMIC_RELAXED);
    }
    return result;
}

/* Who waits until a time that he has from the clock above; the kernel has its own. */
int pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t clock,
                           const struct timespec* until) {
    NEXT(pthread_cond_clockwait)
    struct timespec kernels = *until;
    if (clock == CLOCK_MONOTONIC) {
        kernels.tv_sec -= __atomic_load_n(&orders->steady_offset_s, __ATOMIC_RELAXED);
    }
    return next(condition, mutex, clock, &kernels);
}
