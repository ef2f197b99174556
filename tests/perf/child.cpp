// child.cpp: see child.hpp.
#include "tests/perf/child.hpp"

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
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
    const auto ready = [&] {
        constexpr std::string_view says = "port=";
        const std::string text = read_text(ready_file);
        if (!text.starts_with(says) || !text.ends_with('\n')) {
            return false;
        }
        std::from_chars(text.data() + says.size(), text.data() + text.size() - 1, port_);
        return true;
    };
    unlink(ready_file.c_str()); // of the run before, when a server is started again
    return launch(command, log_file, message) && wait_until(ready, command[0], message);
}

bool Child::start_on(const std::vector<std::string>& command, uint16_t port,
                     const std::string& log_file, std::string& message) {
    port_ = port;
    const auto ready = [&] {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const bool open =
            connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
        ::close(descriptor);
        return open;
    };
    return launch(command, log_file, message) && wait_until(ready, command[0], message);
}

bool Child::launch(const std::vector<std::string>& command, const std::string& log_file,
                   std::string& message) {
    stop();
    if (access(command[0].c_str(), X_OK) != 0) {
        message = "there is no program " + command[0] +
                  "; install it, or leave it out by naming others with --against";
        return false;
    }
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
    return true;
}

bool Child::wait_until(const std::function<bool()>& ready, const std::string& program,
                       std::string& message) {
    const int64_t until_ms = steady_ms() + ready_ms_max;
    while (!ready()) {
        if (!lives() || steady_ms() > until_ms) {
            message = program + " did not come to serve: " + last_words();
            stop();
            return false;
        }
        pause_ms(10);
    }
    return true;
}

bool Child::lives() {
    if (pid_ > 0 && waitpid(pid_, nullptr, WNOHANG) == pid_) {
        pid_ = -1;
    }
    return pid_ > 0;
}

void Child::ask_to_stop() {
    if (pid_ > 0) {
        kill(pid_, SIGTERM);
    }
}

void Child::stop() {
    if (pid_ <= 0) {
        return;
    }
    ask_to_stop();
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

double Child::memory_bytes() const {
    std::ifstream file("/proc/" + std::to_string(pid_) + "/smaps_rollup");
    for (std::string line; std::getline(file, line);) {
        constexpr std::string_view name = "Anonymous:";
        if (line.starts_with(name)) {
            return std::strtod(line.c_str() + name.size(), nullptr) * 1024;
        }
    }
    return 0;
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
