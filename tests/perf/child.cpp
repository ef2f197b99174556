// child.cpp: see child.hpp.
#include "tests/perf/child.hpp"

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <ctime>
#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "schemas/base/clock.hpp"

namespace parley::bench {
namespace {

constexpr int64_t ready_ms_max = 15'000;
constexpr int64_t stop_ms_max = 5000;

void pause_ms(long ms) {
    const timespec time{ms / 1000, (ms % 1000) * 1'000'000};
    nanosleep(&time, nullptr);
}

int64_t clock_us(clockid_t clock) {
    timespec time{};
    return clock_gettime(clock, &time) == 0 ? time.tv_sec * int64_t{1'000'000} + time.tv_nsec / 1000
                                            : 0;
}

std::string read_text(const std::string& path) {
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

// In the child, after fork: only calls that are safe there.
[[noreturn]] void become(char* const* arguments, int log, pid_t parent) {
    // Dies with the benchmark, also when that is killed; it may be dead already.
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent) {
        _exit(127);
    }
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    execv(arguments[0], arguments);
    _exit(127);
}

} // namespace

bool Child::start(const std::vector<std::string>& command, const std::string& ready_file,
                  const std::string& log_file, std::string& message) {
    stop();
    log_file_ = log_file;
    std::vector<char*> arguments;
    for (const std::string& argument : command) {
        arguments.push_back(const_cast<char*>(argument.c_str()));
    }
    arguments.push_back(nullptr);
    const int log = open(log_file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (log < 0) {
        message = "the log " + log_file + " cannot be written: " + std::strerror(errno);
        return false;
    }
    const pid_t parent = getpid();
    pid_ = fork();
    if (pid_ == 0) {
        become(arguments.data(), log, parent);
    }
    ::close(log);
    if (pid_ < 0) {
        message = "no process could be started: " + std::string(std::strerror(errno));
        return false;
    }
    const int64_t until_ms = steady_ms() + ready_ms_max;
    constexpr std::string_view says = "port=";
    while (true) {
        const std::string ready = read_text(ready_file);
        if (ready.starts_with(says) && ready.ends_with('\n')) {
            std::from_chars(ready.data() + says.size(), ready.data() + ready.size() - 1, port_);
            return true;
        }
        if (!lives() || steady_ms() > until_ms) {
            message = command[0] + " did not come to serve: " + last_words();
            stop();
            return false;
        }
        pause_ms(10);
    }
}

bool Child::lives() {
    if (pid_ > 0 && waitpid(pid_, nullptr, WNOHANG) == pid_) {
        pid_ = -1;
    }
    return pid_ > 0;
}

void Child::stop() {
    if (pid_ <= 0) {
        return;
    }
    kill(pid_, SIGTERM);
    for (const int64_t until_ms = steady_ms() + stop_ms_max; lives() && steady_ms() < until_ms;) {
        pause_ms(5);
    }
    if (pid_ > 0) {
        kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
        pid_ = -1;
    }
}

int64_t Child::cpu_us() const {
    clockid_t clock{};
    return clock_getcpuclockid(pid_, &clock) == 0 ? clock_us(clock) : 0;
}

std::string Child::last_words() const {
    std::string last = "it said nothing";
    std::ifstream file(log_file_);
    for (std::string line; std::getline(file, line);) {
        if (!line.empty()) {
            last = line;
        }
    }
    return last;
}

int64_t own_cpu_us() {
    return clock_us(CLOCK_PROCESS_CPUTIME_ID);
}

} // namespace parley::bench
