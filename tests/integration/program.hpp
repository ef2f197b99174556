// program.hpp: the built program parley as a child: its output, its error output, its end.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace parley::test {

class Program {
public:
    static constexpr int patience_ms = 30'000;

    enum class Errors { Read, Stuck };

    // Stuck: its error output is full from the start, and read only when it has ended.
    explicit Program(const std::vector<std::string>& words, Errors errors = Errors::Read) {
        int out[2];
        int err[2];
        if (pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0) {
            return;
        }
        if (errors == Errors::Stuck) {
            fcntl(err[1], F_SETFL, O_NONBLOCK);
            const char byte = '.';
            while (write(err[1], &byte, 1) == 1) {
            }
            fcntl(err[1], F_SETFL, 0);
        }
        std::vector<char*> arguments = {const_cast<char*>(PARLEY_PROGRAM)};
        for (const std::string& word : words) {
            arguments.push_back(const_cast<char*>(word.c_str()));
        }
        arguments.push_back(nullptr);
        pid_ = fork();
        if (pid_ == 0) {
            dup2(out[1], STDOUT_FILENO);
            dup2(err[1], STDERR_FILENO);
            execv(arguments[0], arguments.data());
            _exit(127);
        }
        close(out[1]);
        close(err[1]);
        out_ = out[0];
        err_ = err[0];
    }
    ~Program() {
        if (pid_ > 0 && !status_) {
            kill(SIGKILL);
            wait();
        }
        close(out_);
        close(err_);
    }
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    pid_t pid() const { return pid_; }
    void kill(int signal) { ::kill(pid_, signal); }

    // Reads the error output until a line has part; false at its end.
    bool read_until(const std::string& part) {
        while (error_text_.find(part) == std::string::npos || error_text_.back() != '\n') {
            if (!read_some(err_, error_text_)) {
                return false;
            }
        }
        return true;
    }
    // What was read is no longer looked at.
    void forget_errors() { error_text_.clear(); }
    // After "ready": the port that it says.
    uint16_t wait_ready() {
        if (!read_until("info ready port=")) {
            return 0;
        }
        const size_t at = error_text_.find("info ready port=") + sizeof "info ready port=" - 1;
        return static_cast<uint16_t>(std::stoi(error_text_.substr(at)));
    }
    // Reads all output and waits for the end: the exit code, or -signal.
    int wait() {
        if (!status_) {
            while (read_some(out_, text_)) {
            }
            while (read_some(err_, error_text_)) {
            }
            int status = 0;
            waitpid(pid_, &status, 0);
            status_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
        }
        return *status_;
    }
    const std::string& text() const { return text_; }
    const std::string& error_text() const { return error_text_; }

private:
    // False at the end, and when the child says nothing for so long that the test has failed.
    bool read_some(int file, std::string& into) {
        pollfd readable = {file, POLLIN, 0};
        if (poll(&readable, 1, patience_ms) != 1) {
            kill(SIGKILL);
            return false;
        }
        char buffer[4096];
        const ssize_t size = read(file, buffer, sizeof buffer);
        if (size <= 0) {
            return false;
        }
        into.append(buffer, static_cast<size_t>(size));
        return true;
    }

    pid_t pid_ = -1;
    int out_ = -1;
    int err_ = -1;
    std::string text_;
    std::string error_text_;
    std::optional<int> status_;
};

} // namespace parley::test
