// seccomp.cpp: see seccomp.hpp. What is listed was seen in a shard that serves, reloads, is watched
// and drains, or is what the C library may choose in its place on another machine.
#include "server/app/seccomp.hpp"

#include <cerrno>
#include <cstring>

#include <seccomp.h>

namespace parley {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool sanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif
#else
constexpr bool sanitized = false;
#endif

// By name: which of them a machine has is libseccomp's to know.
constexpr const char* allowed[] = {
    // Datagrams, and the pages of the watchers: their sockets are open, and no others are made.
    "sendmsg", "recvmsg", "sendmmsg", "recvmmsg", "sendto", "recvfrom", "poll", "ppoll", "accept4",
    "shutdown", "getsockopt", "getsockname",
    // The database, the journal, the log, a configuration that is read again.
    "read", "write", "readv", "writev", "pread64", "pwrite64", "lseek", "fsync", "fdatasync",
    "ftruncate", "fallocate", "openat", "open", "close", "rename", "renameat", "renameat2",
    "unlink", "unlinkat", "fcntl", "flock", "access", "faccessat", "faccessat2", "readlink",
    "readlinkat", "getcwd", "fchmod", "chmod", "fchmodat", "fchown", "umask",
    // How large, how new, how much room.
    "fstat", "stat", "lstat", "newfstatat", "statx", "statfs", "fstatfs", "getrusage", "sysinfo",
    "uname",
    // Memory.
    "mmap", "munmap", "mremap", "mprotect", "madvise", "brk",
    // Threads that run already, time, chance.
    "futex", "futex_waitv", "sched_yield", "sched_getaffinity", "membarrier", "rseq",
    "set_robust_list", "clock_gettime", "clock_nanosleep", "nanosleep", "gettimeofday", "time",
    "getrandom", "getpid", "gettid", "getuid", "geteuid", "getgid", "getegid",
    // Signals and the end.
    "rt_sigtimedwait", "rt_sigprocmask", "rt_sigaction", "rt_sigreturn", "sigaltstack",
    "restart_syscall", "tgkill", "exit", "exit_group"};

} // namespace

bool can_confine() {
    return !sanitized;
}

Result<void> confine(std::string& message) {
    const scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    int error = filter == nullptr ? -ENOMEM : 0;
    for (const char* name : allowed) {
        // One that this kernel's kind of machine never had cannot be called, so it need not be
        // allowed.
        const int call = seccomp_syscall_resolve_name(name);
        if (error == 0 && call != __NR_SCMP_ERROR && call >= 0) {
            error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0);
        }
    }
    if (error == 0) {
        error = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1); // all threads at once
    }
    if (error == 0) {
        error = seccomp_load(filter);
    }
    seccomp_release(filter);
    if (error == 0) {
        return {};
    }
    message = std::string("this kernel does not confine a process (seccomp: ") +
              std::strerror(-error) +
              "); use one that does, or set shard.seccomp = 0 to serve without";
    return Error::Unsupported;
}

} // namespace parley
