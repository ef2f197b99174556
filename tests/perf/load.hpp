// load.hpp: drives the players of one subject. One thread; only players whose sockets have
// something are polled, and all of them now and then for their timers. What is measured meanwhile
// is the passes' affair.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <sys/epoll.h>

#include "tests/perf/heard.hpp"
#include "tests/perf/subject.hpp"

namespace parley::bench {

class Epoll {
public:
    Epoll();
    ~Epoll();
    Epoll(const Epoll&) = delete;
    Epoll& operator=(const Epoll&) = delete;

    using Events = std::array<epoll_event, 256>;
    bool add(int socket, size_t player);
    void remove(int socket);
    // Players whose sockets have something.
    size_t wait(int timeout_ms, Events& events);

private:
    int fd_;
};

// False from any call: message says what went wrong.
class Load {
public:
    // Handshakes on their way at once, when it is not handshakes that are to be seen; more would
    // only wait in the server's socket.
    static constexpr size_t connecting_usual = 64;

    Load(Subject& subject, const Plan& plan) : subject_(subject), plan_(plan), heard_(plan) {}

    // All players, so far without a socket.
    bool make_players(std::string& message);
    // Until everyone is in his room, at_once of them on their way there at a time.
    bool connect(size_t at_once, std::string& message);
    // Rosters and greetings are still on their way when the last one has entered.
    bool settle(std::string& message);
    bool idle(int64_t for_us, std::string& message);
    bool talk(int64_t for_us, std::string& message);
    // The last plan.stalled players are not looked at any more: their sockets fill.
    void stall();
    // Until everyone who is looked at has heard everything of his room.
    bool drain(std::string& message);
    // Until the server has ended; that players lose it is then no failure.
    void see_off(Child& server);

    Heard& heard() { return heard_; }
    uint64_t lines() const { return turn_; } // Paced, Shared: said so far
    std::optional<Traffic> traffic() const;

private:
    bool step(int64_t until_us, std::string& message);
    void pump_ready(int64_t until_us);
    bool say(size_t player, int64_t now_us, std::string& message);
    bool say_what_is_due(int64_t now_us, std::string& message);
    size_t next_speaker();
    int64_t next_due_us() const;
    bool all_heard(std::string& missing) const;
    size_t awake() const { return plan_.players - (stalled_ ? plan_.stalled : 0); }

    Subject& subject_;
    const Plan& plan_;
    Heard heard_;
    Epoll epoll_;
    Epoll::Events events_{};
    std::vector<std::unique_ptr<Player>> players_;
    size_t begun_ = 0; // the first so many have a socket
    bool stalled_ = false;
    std::vector<uint32_t> said_;
    size_t slow_next_ = 0;
    int64_t slow_at_us_ = 0;
    bool talking_ = false;
    uint64_t turn_ = 0; // Paced, Shared: lines said since the talk began
    int64_t talk_start_us_ = 0;
};

} // namespace parley::bench
