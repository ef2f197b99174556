// shard.cpp: see shard.hpp.
#include "tests/torture/shard.hpp"

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <sodium.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "schemas/base/clock.hpp"
#include "schemas/link/enet_link.hpp"
#include "server/app/keys.hpp"

namespace parley::torture {
namespace {

constexpr int64_t ready_ms_max = 30'000;
constexpr int64_t stop_ms_max = 20'000;
constexpr int64_t answer_ms_max = 3000;

std::string text_of(const std::string& path) {
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

// In the child, after fork: only calls that are safe there.
[[noreturn]] void become(char* const* arguments, char* const* environment, int log, pid_t parent) {
    // Dies with the torture, also when that is killed; it may be dead already.
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent) {
        _exit(127);
    }
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    execve(arguments[0], arguments, environment);
    _exit(127);
}

std::vector<char*> pointers(std::vector<std::string>& words) {
    std::vector<char*> all;
    for (std::string& word : words) {
        all.push_back(word.data());
    }
    all.push_back(nullptr);
    return all;
}

} // namespace

void pause_ms(long ms) {
    const timespec time{ms / 1000, (ms % 1000) * 1'000'000};
    nanosleep(&time, nullptr);
}

Shard::Shard(ShardWish wish)
    : wish_(std::move(wish)), data_(wish_.data.empty() ? folder_.file("data") : wish_.data),
      config_file_(folder_.file("shard.toml")), ready_file_(folder_.file("ready")),
      log_file_(folder_.file("shard.log")) {}

Shard::~Shard() {
    kill_at_once();
}

bool Shard::prepare(std::string& message) {
    std::error_code error;
    std::filesystem::create_directories(data_, error);
    if (error) {
        message = "the folder " + data_ + " cannot be made: " + error.message();
        return false;
    }
    randombytes_buf(backend_.seed.data(), backend_.seed.size());
    // The shard makes its key when it is missing; made here, the players know it.
    const Result<SecretSeed> server_seed = load_server_key(data_ + "/server.key", message);
    if (!server_seed.ok()) {
        return false;
    }
    server_key_ = link_public_key(server_seed.value());
    std::string text =
        "[shard]\nbind = \"127.0.0.1\"\nsessions_max = " + std::to_string(wish_.sessions_max) +
        "\n" + wish_.shard_lines +
        "[users]\nframes_per_s_max = 100000\nlog_bytes_per_s = 1000000000\n";
    for (const char* const tier : {"guild", "party"}) {
        text += std::string("[tiers.") + tier + "]\npace_burst = 1000\npace_period_ms = 10\n";
    }
    text += "[[issuer]]\nname = \"" + backend_.issuer + "\"\nkid = \"" + backend_.key_id +
            "\"\npublic_key = \"" + issuer_public_key(backend_.seed) + "\"\n";
    prepared_ = write_file(config_file_, text, message).ok();
    return prepared_;
}

bool Shard::launch(std::string& message) {
    std::vector<std::string> words = {wish_.program,  "serve",    "--config", config_file_,
                                      "--data",       data_,      "--port",   std::to_string(port_),
                                      "--ready-file", ready_file_};
    std::vector<std::string> environment = wish_.environment;
    for (char** variable = environ; *variable != nullptr; ++variable) {
        environment.emplace_back(*variable);
    }
    const std::vector<char*> arguments = pointers(words);
    const std::vector<char*> variables = pointers(environment);
    const int log =
        open(log_file_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    if (log < 0) {
        message = "the log " + log_file_ + " cannot be written: " + std::strerror(errno);
        return false;
    }
    unlink(ready_file_.c_str());
    const pid_t parent = getpid();
    pid_ = fork();
    if (pid_ == 0) {
        become(arguments.data(), variables.data(), log, parent);
    }
    ::close(log);
    if (pid_ < 0) {
        message = "no process could be started: " + std::string(std::strerror(errno));
        return false;
    }
    return true;
}

bool Shard::start(std::string& message) {
    kill_at_once();
    if (!prepared_ && !prepare(message)) {
        return false;
    }
    const int64_t start_us = steady_us();
    if (!launch(message)) {
        return false;
    }
    constexpr std::string_view says = "port=";
    const int64_t until_ms = steady_ms() + ready_ms_max;
    while (true) {
        const std::string ready = text_of(ready_file_);
        if (ready.starts_with(says) && ready.ends_with('\n')) {
            std::from_chars(ready.data() + says.size(), ready.data() + ready.size() - 1, port_);
            ready_ms_ = static_cast<double>(steady_us() - start_us) / 1000;
            return true;
        }
        if (!lives() || steady_ms() > until_ms) {
            message = "the shard did not come to serve: " + last_words();
            kill_at_once();
            return false;
        }
        pause_ms(2);
    }
}

bool Shard::lives() {
    int status = 0;
    if (pid_ > 0 && waitpid(pid_, &status, WNOHANG) == pid_) {
        ended_with_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
        pid_ = -1;
    }
    return pid_ > 0;
}

void Shard::kill_at_once() {
    if (pid_ > 0) {
        kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
        ended_with_ = -SIGKILL;
        pid_ = -1;
    }
}

bool Shard::stop(std::string& message) {
    if (!lives()) {
        message = "the shard had ended before it was told to: " + last_words();
        return false;
    }
    kill(pid_, SIGTERM);
    for (const int64_t until_ms = steady_ms() + stop_ms_max; lives();) {
        if (steady_ms() > until_ms) {
            message = "the shard did not end when it was told to";
            kill_at_once();
            return false;
        }
        pause_ms(2);
    }
    if (ended_with_ != 0) {
        message = "the shard ended with " + std::to_string(ended_with_) + ": " + last_words();
    }
    return ended_with_ == 0;
}

double Shard::memory_bytes() const {
    std::ifstream file("/proc/" + std::to_string(pid_) + "/smaps_rollup");
    for (std::string line; std::getline(file, line);) {
        constexpr std::string_view name = "Anonymous:";
        if (line.starts_with(name)) {
            return std::strtod(line.c_str() + name.size(), nullptr) * 1024;
        }
    }
    return 0;
}

size_t Shard::descriptors() const {
    std::error_code error;
    size_t count = 0;
    for (std::filesystem::directory_iterator at("/proc/" + std::to_string(pid_) + "/fd", error),
         end;
         !error && at != end; at.increment(error)) {
        ++count;
    }
    return count;
}

std::string Shard::log() const {
    return text_of(log_file_);
}

size_t Shard::said(const std::string& word) const {
    const std::string text = log();
    size_t found = 0;
    for (size_t at = text.find(word); at != text.npos; at = text.find(word, at + 1)) {
        ++found;
    }
    return found;
}

std::string Shard::last_words() const {
    std::string last = "it said nothing";
    std::istringstream lines(log());
    for (std::string line; std::getline(lines, line);) {
        if (!line.empty()) {
            last = line;
        }
    }
    return last;
}

// Asked twice: when the second answer begins, the first is whole.
std::map<std::string, uint64_t> Shard::link_counters() {
    std::map<std::string, uint64_t> counters;
    const std::string begins = "counters_core";
    const size_t before = said(begins);
    for (size_t asked = 1; asked <= 2; ++asked) {
        kill(pid_, SIGUSR1);
        for (const int64_t until_ms = steady_ms() + answer_ms_max; said(begins) < before + asked;) {
            if (!lives() || steady_ms() > until_ms) {
                return counters;
            }
            pause_ms(5);
        }
    }
    const std::string text = log();
    const size_t second = text.rfind(begins);
    const size_t first = text.rfind(begins, second - 1);
    std::istringstream lines(text.substr(first, second - first));
    for (std::string line; std::getline(lines, line);) {
        const size_t name_at = line.find("name=");
        const size_t value_at = line.find(" value=");
        if (line.find("counter_link") == line.npos || name_at == line.npos ||
            value_at == line.npos) {
            continue;
        }
        const std::string name = line.substr(name_at + 5, value_at - name_at - 5);
        counters[name] = std::strtoull(line.c_str() + value_at + 7, nullptr, 10);
    }
    return counters;
}

} // namespace parley::torture
