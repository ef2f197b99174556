// child.hpp: a server program as a child: started, waited for until it says its port, its CPU time
// read, and gone when this object is, or when the benchmark itself dies.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace parley::bench {

// Owner: the benchmark's one thread.
class Child {
public:
    Child() = default;
    ~Child() { stop(); }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    // The program writes "port=N\n" to ready_file when it serves, within 15 s. Its output goes to
    // log_file. False: message says why, with the log's last line.
    bool start(const std::vector<std::string>& command, const std::string& ready_file,
               const std::string& log_file, std::string& message);
    // A program that serves TCP on a given port of loopback; it is ready when that takes a
    // connection.
    bool start_on(const std::vector<std::string>& command, uint16_t port,
                  const std::string& log_file, std::string& message);
    void stop();
    void ask_to_stop(); // as stop() does first; lives() says when it has

    bool lives();
    pid_t pid() const { return pid_; }
    uint16_t port() const { return port_; }
    // User and system time of all its threads.
    int64_t cpu_us() const;
    // Memory that is backed by no file: heap, stacks and what else it took of the system. 0: gone.
    double memory_bytes() const;
    std::string last_words() const; // the last line of its log

private:
    bool launch(const std::vector<std::string>& command, const std::string& log_file,
                std::string& message);
    bool wait_until(const std::function<bool()>& ready, const std::string& program,
                    std::string& message);

    pid_t pid_ = -1;
    uint16_t port_ = 0;
    std::string log_file_;
};

// Of this process, all threads.
int64_t own_cpu_us();

} // namespace parley::bench
