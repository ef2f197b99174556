// shard.hpp: the shard program as it is shipped, as a child that is killed, starved and started
// again on the same port and data. Its configuration is the default but for paces, so that what is
// seen are the faults and not the paces.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <sys/types.h>

#include "tests/support/backend.hpp"
#include "tests/support/folder.hpp"

namespace parley::torture {

struct ShardWish {
    std::string program;                  // the program parley
    std::string data;                     // folder; "": one of its own
    size_t sessions_max = 64;             // of its one net thread
    std::string shard_lines;              // more of [shard]
    std::vector<std::string> environment; // "NAME=value"
};

// Owner: the torture's one thread.
class Shard {
public:
    explicit Shard(ShardWish wish);
    ~Shard();
    Shard(const Shard&) = delete;
    Shard& operator=(const Shard&) = delete;

    // Until it says that it serves. False: message says why, with the log's last line.
    bool start(std::string& message);
    void kill_at_once();             // SIGKILL
    bool stop(std::string& message); // SIGTERM; false: it did not end well
    bool lives();
    // After its end: the exit code, or the negative number of the signal.
    int ended_with() const { return ended_with_; }

    double ready_ms() const { return ready_ms_; } // of the last start: from exec until it serves
    std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
    uint16_t port() const { return port_; }
    const PublicKey& server_key() const { return server_key_; }
    const test::Backend& backend() const { return backend_; }
    const std::string& data() const { return data_; }

    // Memory that no file backs; open descriptors.
    double memory_bytes() const;
    size_t descriptors() const;
    // Of this life: all that it has written, and how often a word is in it.
    std::string log() const;
    size_t said(const std::string& word) const;
    std::string last_words() const;
    // What SIGUSR1 makes it write: the links' counters by name. Empty: it did not answer.
    std::map<std::string, uint64_t> link_counters();

    std::vector<std::string>& environment() { return wish_.environment; }

private:
    bool prepare(std::string& message);
    bool launch(std::string& message);

    ShardWish wish_;
    test::Folder folder_;
    std::string data_;
    std::string config_file_, ready_file_, log_file_;
    test::Backend backend_;
    PublicKey server_key_{};
    pid_t pid_ = -1;
    int ended_with_ = 0;
    uint16_t port_ = 0;
    double ready_ms_ = 0;
    bool prepared_ = false;
};

void pause_ms(long ms);

} // namespace parley::torture
