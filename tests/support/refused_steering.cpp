// refused_steering.cpp: setsockopt, which hands on all but one option.
#include "tests/support/refused_steering.hpp"

#include <atomic>
#include <cerrno>

#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

std::atomic<bool> refuses{false};
std::atomic<int> refusals{0};

} // namespace

extern "C" int setsockopt(int socket, int level, int name, const void* value,
                          socklen_t bytes) noexcept {
    if (refuses && level == SOL_SOCKET && name == SO_ATTACH_REUSEPORT_CBPF) {
        ++refusals;
        errno = ENOPROTOOPT;
        return -1;
    }
    return static_cast<int>(syscall(SYS_setsockopt, socket, level, name, value, bytes));
}

namespace parley::test {

RefusedSteering::RefusedSteering() {
    refusals = 0;
    refuses = true;
}

RefusedSteering::~RefusedSteering() {
    refuses = false;
}

int RefusedSteering::refused() const {
    return refusals;
}

} // namespace parley::test
