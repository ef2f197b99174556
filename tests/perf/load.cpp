// load.cpp: see load.hpp.
#include "tests/perf/load.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <unistd.h>

#include "schemas/base/clock.hpp"

namespace parley::bench {
namespace {

constexpr int64_t connect_us_max = 60'000'000;
// More players have more to tell each other of.
constexpr int64_t settle_us = 100'000;
constexpr int64_t settle_us_per_player = 400;
// Each player's timers (resending, pings) are served this often even when nothing comes for it.
constexpr int64_t slow_round_us = 200'000;
constexpr int64_t drain_us_max = 5'000'000;
constexpr int64_t see_off_us_max = 15'000'000;

} // namespace

Epoll::Epoll() : fd_(epoll_create1(EPOLL_CLOEXEC)) {}

Epoll::~Epoll() {
    ::close(fd_);
}

bool Epoll::add(int socket, size_t player) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = player;
    return epoll_ctl(fd_, EPOLL_CTL_ADD, socket, &event) == 0;
}

void Epoll::remove(int socket) {
    epoll_ctl(fd_, EPOLL_CTL_DEL, socket, nullptr);
}

size_t Epoll::wait(int timeout_ms, Events& events) {
    const int count = epoll_wait(fd_, events.data(), static_cast<int>(events.size()), timeout_ms);
    return count > 0 ? static_cast<size_t>(count) : 0;
}

void Load::pump_ready(int64_t until_us) {
    const int64_t now_us = steady_us();
    const int64_t due_us = std::min({until_us, next_due_us(), now_us + 5000});
    // A millisecond is the finest that epoll sleeps; a line's time stamp is taken when it is said.
    const auto timeout_ms = static_cast<int>(std::max<int64_t>(0, (due_us - now_us + 999) / 1000));
    const size_t ready = epoll_.wait(timeout_ms, events_);
    for (size_t i = 0; i < ready; ++i) {
        players_[events_[i].data.u64]->pump(steady_us(), heard_);
    }
    // The slow round, a few players each step.
    const int64_t after_us = steady_us();
    const size_t served = std::min(begun_, awake());
    const int64_t each_us =
        std::max<int64_t>(1, slow_round_us / static_cast<int64_t>(plan_.players));
    for (; slow_at_us_ + each_us <= after_us && served != 0; slow_at_us_ += each_us) {
        slow_next_ = slow_next_ + 1 < served ? slow_next_ + 1 : 0;
        players_[slow_next_]->pump(steady_us(), heard_);
    }
}

bool Load::step(int64_t until_us, std::string& message) {
    pump_ready(until_us);
    if (!heard_.failure().empty()) {
        message = heard_.failure();
        return false;
    }
    return !talking_ || say_what_is_due(steady_us(), message);
}

bool Load::make_players(std::string& message) {
    said_.assign(plan_.players, 0);
    for (size_t index = 0; index < plan_.players; ++index) {
        players_.push_back(subject_.player(index, message));
        if (players_.back() == nullptr) {
            return false;
        }
    }
    return true;
}

bool Load::connect(size_t at_once, std::string& message) {
    slow_at_us_ = steady_us();
    const int64_t until_us = steady_us() + connect_us_max;
    std::vector<size_t> connecting;
    while (begun_ < plan_.players || !connecting.empty()) {
        for (; begun_ < plan_.players && connecting.size() < at_once; ++begun_) {
            Player& player = *players_[begun_];
            if (!player.begin(message)) {
                return false;
            }
            if (!epoll_.add(player.socket_fd(), begun_)) {
                message = "a socket cannot be watched: " + std::string(std::strerror(errno));
                return false;
            }
            player.pump(steady_us(), heard_);
            connecting.push_back(begun_);
        }
        if (!step(until_us, message)) {
            return false;
        }
        std::erase_if(connecting, [&](size_t index) { return players_[index]->ready(); });
        if (steady_us() > until_us) {
            message = std::to_string(connecting.size()) +
                      " players were not in their rooms after " +
                      std::to_string(connect_us_max / 1'000'000) + " s";
            return false;
        }
    }
    return true;
}

bool Load::settle(std::string& message) {
    return idle(settle_us + settle_us_per_player * static_cast<int64_t>(plan_.players), message);
}

bool Load::idle(int64_t for_us, std::string& message) {
    for (const int64_t until_us = steady_us() + for_us; steady_us() < until_us;) {
        if (!step(until_us, message)) {
            return false;
        }
    }
    return true;
}

// Only Paced waits for a time; the others wait for what comes back.
int64_t Load::next_due_us() const {
    if (!talking_ || plan_.talk != Talk::Paced) {
        return INT64_MAX;
    }
    return talk_start_us_ + static_cast<int64_t>(turn_) * plan_.line_period_us /
                                static_cast<int64_t>(plan_.publishers);
}

// Neighbours are of one room; a stride of a whole room keeps a room's lines apart.
size_t Load::next_speaker() {
    const auto turn = static_cast<size_t>(turn_++ % plan_.publishers);
    if (plan_.publishers < plan_.players) {
        return turn;
    }
    const size_t rooms = plan_.players / plan_.room_members;
    return (turn % rooms) * plan_.room_members + turn / rooms;
}

bool Load::say(size_t player, int64_t now_us, std::string& message) {
    const std::string text = line_text({player, said_[player], now_us}, plan_.text_bytes);
    ++said_[player];
    if (!players_[player]->say(text, now_us)) {
        message = "player " + std::to_string(player) + " could not say a line";
        return false;
    }
    return true;
}

bool Load::say_what_is_due(int64_t now_us, std::string& message) {
    switch (plan_.talk) {
    case Talk::Paced:
        while (next_due_us() <= now_us) {
            if (!say(next_speaker(), steady_us(), message)) {
                return false;
            }
        }
        return true;
    case Talk::Shared:
        while (turn_ - heard_.echoes() < plan_.window) {
            if (!say(next_speaker(), steady_us(), message)) {
                return false;
            }
        }
        return true;
    case Talk::InFlight:
        for (size_t player = 0; player < plan_.publishers; ++player) {
            while (said_[player] - heard_.count(player, player) < plan_.window) {
                if (!say(player, steady_us(), message)) {
                    return false;
                }
            }
        }
        return true;
    }
    return true;
}

bool Load::talk(int64_t for_us, std::string& message) {
    if (!talking_) {
        talking_ = true;
        talk_start_us_ = steady_us();
    }
    return idle(for_us, message);
}

void Load::stall() {
    stalled_ = true;
    for (size_t player = awake(); player < plan_.players; ++player) {
        epoll_.remove(players_[player]->socket_fd());
    }
}

bool Load::all_heard(std::string& missing) const {
    size_t behind = 0;
    for (size_t player = 0; player < awake(); ++player) {
        const size_t first = plan_.room_of(player) * plan_.room_members;
        for (size_t author = first; author < first + plan_.room_members; ++author) {
            behind +=
                plan_.blocks(player, author) ? 0 : said_[author] - heard_.count(player, author);
        }
    }
    missing = std::to_string(behind) + " deliveries were still missing " +
              std::to_string(drain_us_max / 1'000'000) + " s after the last line";
    return behind == 0;
}

bool Load::drain(std::string& message) {
    talking_ = false;
    const int64_t until_us = steady_us() + drain_us_max;
    std::string missing;
    while (!all_heard(missing)) {
        if (!idle(20'000, message)) {
            return false;
        }
        if (steady_us() > until_us) {
            message = missing;
            return false;
        }
    }
    return true;
}

void Load::see_off(Child& server) {
    talking_ = false;
    server.ask_to_stop();
    for (const int64_t until_us = steady_us() + see_off_us_max;
         server.lives() && steady_us() < until_us;) {
        pump_ready(until_us);
    }
}

std::optional<Traffic> Load::traffic() const {
    Traffic all;
    for (const std::unique_ptr<Player>& player : players_) {
        const std::optional<Traffic> one = player->traffic();
        if (!one) {
            return std::nullopt;
        }
        all.bytes += one->bytes;
        all.datagrams += one->datagrams;
    }
    return all;
}

} // namespace parley::bench
