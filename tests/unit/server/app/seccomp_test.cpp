// seccomp_test.cpp: what a confined process may still do, and what ends it. Each in a child.
#include "server/app/seccomp.hpp"

#include "tests/support/catch.hpp"

#include <fstream>
#include <functional>

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace parley;

namespace {

// Its exit code, or -signal; what it does is done confined.
int confined(const std::function<bool()>& act) {
    const pid_t child = fork();
    if (child == 0) {
        const rlimit none = {0, 0}; // its end is meant, and leaves no dump
        setrlimit(RLIMIT_CORE, &none);
        std::string message;
        if (!confine(message).ok()) {
            _exit(99);
        }
        _exit(act() ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

} // namespace

TEST_CASE("a confined process reads, writes and takes memory", "[shard]") {
    if (!can_confine()) {
        WARN("not under sanitizers: their runtime needs calls that a shard does not");
        return;
    }
    CHECK(confined([] {
              std::ifstream file("/proc/self/status");
              std::string line;
              bool filtered = false;
              while (std::getline(file, line)) {
                  filtered = filtered || line == "Seccomp:\t2";
              }
              return filtered;
          }) == 0);
    CHECK(confined([] {
              void* memory = mmap(nullptr, 1 << 20, PROT_READ | PROT_WRITE,
                                  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
              return memory != MAP_FAILED && munmap(memory, 1 << 20) == 0;
          }) == 0);
}

TEST_CASE("a confined process that wants what serving does not need is ended", "[shard][hostile]") {
    if (!can_confine()) {
        WARN("not under sanitizers: their runtime needs calls that a shard does not");
        return;
    }
    CHECK(confined([] { return socket(AF_INET, SOCK_STREAM, 0) >= 0; }) == -SIGSYS);
    CHECK(confined([] {
              char* const words[] = {const_cast<char*>("/bin/true"), nullptr};
              return execv(words[0], words) == 0;
          }) == -SIGSYS);
    CHECK(confined([] { return fork() >= 0; }) == -SIGSYS);
    CHECK(confined([] { return setuid(0) == 0; }) == -SIGSYS);
    CHECK(confined([] { return kill(getppid(), 0) == 0; }) == -SIGSYS);
}
