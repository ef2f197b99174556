// child_process.hpp: a child that is spoken to in lines: what a test writes to its input, what it
// answers on its output. Its error output is the test's.
#pragma once

#include <string>
#include <vector>

#include <csignal>
#include <cstdio>
#include <sys/wait.h>
#include <unistd.h>

namespace parley::test {

class ChildProcess {
public:
    explicit ChildProcess(const std::vector<std::string>& command) {
        int to_child[2];
        int from_child[2];
        if (pipe(to_child) != 0 || pipe(from_child) != 0) {
            return;
        }
        pid_ = fork();
        if (pid_ == 0) {
            dup2(to_child[0], STDIN_FILENO);
            dup2(from_child[1], STDOUT_FILENO);
            for (const int descriptor : {to_child[0], to_child[1], from_child[0], from_child[1]}) {
                ::close(descriptor);
            }
            std::vector<char*> arguments;
            for (const std::string& argument : command) {
                arguments.push_back(const_cast<char*>(argument.c_str()));
            }
            arguments.push_back(nullptr);
            execv(arguments[0], arguments.data());
            _exit(127);
        }
        ::close(to_child[0]);
        ::close(from_child[1]);
        input_ = fdopen(to_child[1], "w");
        output_ = fdopen(from_child[0], "r");
    }
    ~ChildProcess() { finish(); }
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    void write_line(const std::string& line) {
        // A child that ended early must fail the test by what it did not say, not by SIGPIPE.
        const auto former = std::signal(SIGPIPE, SIG_IGN);
        std::fprintf(input_, "%s\n", line.c_str());
        std::fflush(input_);
        std::signal(SIGPIPE, former);
    }
    // Empty at the end of its output.
    std::string read_line() {
        std::string line;
        for (int c = std::fgetc(output_); c != EOF && c != '\n'; c = std::fgetc(output_)) {
            line += static_cast<char>(c);
        }
        return line;
    }
    // Closes its input and waits; the exit status, or -1.
    int finish() {
        if (pid_ <= 0) {
            return -1;
        }
        std::fclose(input_);
        int status = 0;
        waitpid(pid_, &status, 0);
        std::fclose(output_);
        pid_ = -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

private:
    pid_t pid_ = -1;
    FILE* input_ = nullptr;
    FILE* output_ = nullptr;
};

} // namespace parley::test
