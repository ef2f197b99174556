// load.cpp: see load.hpp.
#include "tests/perf/load.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>

#include <sys/epoll.h>
#include <unistd.h>

#include "schemas/base/clock.hpp"

namespace parley::bench {
namespace {

// Handshakes on their way at once; more would only wait in the server's socket.
constexpr size_t connecting_max = 64;
constexpr int64_t connect_us_max = 60'000'000;
// After the last one has entered: rosters and greetings are still on their way.
constexpr int64_t settle_us = 500'000;
// Each player's timers (resending, pings) are served this often even when nothing comes for it.
constexpr int64_t slow_round_us = 200'000;
constexpr int64_t drain_us_max = 5'000'000;
// IPv4 and UDP headers, which travel with every datagram.
constexpr uint64_t header_bytes = 20 + 8;

constexpr size_t author_digits = 5;
constexpr size_t number_digits = 8;
constexpr size_t time_digits = 16;
constexpr size_t stamp_bytes = author_digits + 1 + number_digits + 1 + time_digits;
constexpr std::string_view filler =
    " two at the north bridge, wait for me before you go in, then left "
    "along the wall and up the stairs to the flag room";

template <typename Number>
bool parse_digits(std::string_view text, Number& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size();
}

class Epoll {
public:
    Epoll() : fd_(epoll_create1(EPOLL_CLOEXEC)) {}
    ~Epoll() { ::close(fd_); }
    Epoll(const Epoll&) = delete;
    Epoll& operator=(const Epoll&) = delete;

    bool add(int socket, size_t player) {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.u64 = player;
        return epoll_ctl(fd_, EPOLL_CTL_ADD, socket, &event) == 0;
    }
    // Players whose sockets have something.
    size_t wait(int timeout_ms, std::array<epoll_event, 256>& events) {
        const int count =
            epoll_wait(fd_, events.data(), static_cast<int>(events.size()), timeout_ms);
        return count > 0 ? static_cast<size_t>(count) : 0;
    }

private:
    int fd_;
};

class Load {
public:
    Load(Subject& subject, const Plan& plan) : subject_(subject), plan_(plan), heard_(plan) {}

    bool connect(std::string& message);
    bool talk(int64_t for_us, std::string& message);
    // Until everyone has heard everything of his room.
    bool drain(std::string& message);
    bool step(int64_t until_us, std::string& message);

    Heard& heard() { return heard_; }
    std::optional<Traffic> traffic() const;

private:
    bool say(size_t player, int64_t now_us, std::string& message);
    bool say_what_is_due(int64_t now_us, std::string& message);
    size_t next_speaker();
    int64_t next_due_us() const;
    bool all_heard(std::string& missing) const;

    Subject& subject_;
    const Plan& plan_;
    Heard heard_;
    Epoll epoll_;
    std::vector<std::unique_ptr<Player>> players_;
    std::vector<uint32_t> said_;
    size_t slow_next_ = 0;
    int64_t slow_at_us_ = 0;
    bool talking_ = false;
    uint64_t turn_ = 0; // Paced, Shared: lines said since the talk began
    int64_t talk_start_us_ = 0;
    std::array<epoll_event, 256> events_{};
};

bool Load::step(int64_t until_us, std::string& message) {
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
    const int64_t each_us =
        std::max<int64_t>(1, slow_round_us / static_cast<int64_t>(plan_.players));
    for (; slow_at_us_ + each_us <= after_us && !players_.empty(); slow_at_us_ += each_us) {
        slow_next_ = slow_next_ + 1 < players_.size() ? slow_next_ + 1 : 0;
        players_[slow_next_]->pump(steady_us(), heard_);
    }
    if (!heard_.failure().empty()) {
        message = heard_.failure();
        return false;
    }
    return !talking_ || say_what_is_due(steady_us(), message);
}

bool Load::connect(std::string& message) {
    said_.assign(plan_.players, 0);
    slow_at_us_ = steady_us();
    const int64_t until_us = steady_us() + connect_us_max;
    std::vector<size_t> connecting;
    while (players_.size() < plan_.players || !connecting.empty()) {
        while (players_.size() < plan_.players && connecting.size() < connecting_max) {
            const size_t index = players_.size();
            std::unique_ptr<Player> player = subject_.player(index, message);
            if (player == nullptr || !player->begin(message)) {
                return false;
            }
            if (!epoll_.add(player->socket_fd(), index)) {
                message = "a socket cannot be watched: " + std::string(std::strerror(errno));
                return false;
            }
            players_.push_back(std::move(player));
            connecting.push_back(index);
        }
        if (!step(until_us, message)) {
            return false;
        }
        for (const size_t index : connecting) {
            players_[index]->pump(steady_us(), heard_);
        }
        std::erase_if(connecting, [&](size_t index) { return players_[index]->ready(); });
        if (steady_us() > until_us) {
            message = std::to_string(connecting.size()) +
                      " players were not in their rooms after " +
                      std::to_string(connect_us_max / 1'000'000) + " s";
            return false;
        }
    }
    for (const int64_t settled_us = steady_us() + settle_us; steady_us() < settled_us;) {
        if (!step(settled_us, message)) {
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
    for (const int64_t until_us = steady_us() + for_us; steady_us() < until_us;) {
        if (!step(until_us, message)) {
            return false;
        }
    }
    return true;
}

bool Load::all_heard(std::string& missing) const {
    size_t behind = 0;
    for (size_t player = 0; player < plan_.players; ++player) {
        const size_t first = plan_.room_of(player) * plan_.room_members;
        for (size_t author = first; author < first + plan_.room_members; ++author) {
            behind += said_[author] - heard_.count(player, author);
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
        for (const int64_t pause_us = steady_us() + 20'000; steady_us() < pause_us;) {
            if (!step(pause_us, message)) {
                return false;
            }
        }
        if (steady_us() > until_us) {
            message = missing;
            return false;
        }
    }
    return true;
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

} // namespace

std::string line_text(const LineStamp& stamp, size_t text_bytes) {
    char head[stamp_bytes + 1];
    std::snprintf(head, sizeof head, "%05zu %08u %016lld", stamp.author, stamp.number,
                  static_cast<long long>(stamp.said_us));
    std::string text = head;
    while (text.size() < text_bytes) {
        text += filler.substr(0, text_bytes - text.size());
    }
    // A text that ends in a space would be trimmed on its way.
    if (text.back() == ' ') {
        text.back() = '.';
    }
    return text;
}

bool parse_line(std::string_view text, LineStamp& stamp) {
    return text.size() >= stamp_bytes &&
           parse_digits(text.substr(0, author_digits), stamp.author) &&
           parse_digits(text.substr(author_digits + 1, number_digits), stamp.number) &&
           parse_digits(text.substr(author_digits + 1 + number_digits + 1, time_digits),
                        stamp.said_us);
}

Heard::Heard(const Plan& plan) : plan_(plan), next_(plan.players * plan.room_members) {
    latencies_ms_.reserve(1 << 20);
}

void Heard::line(size_t player, std::string_view text, int64_t now_us) {
    LineStamp stamp;
    if (text.size() != plan_.text_bytes || !parse_line(text, stamp) ||
        stamp.author >= plan_.players) {
        failed(player, "heard a line that nobody said");
        return;
    }
    if (plan_.room_of(stamp.author) != plan_.room_of(player)) {
        failed(player, "heard a line of another room");
        return;
    }
    uint32_t& next = next_[player * plan_.room_members + stamp.author % plan_.room_members];
    if (stamp.number != next) {
        failed(player, "heard line " + std::to_string(stamp.number) + " of player " +
                           std::to_string(stamp.author) + " where " + std::to_string(next) +
                           " was to come");
        return;
    }
    ++next;
    echoes_ += stamp.author == player ? 1 : 0;
    if (recording_) {
        ++deliveries_;
        latencies_ms_.push_back(static_cast<float>(now_us - stamp.said_us) / 1000);
    }
}

void Heard::failed(size_t player, std::string_view why) {
    if (failure_.empty()) {
        failure_ = "player " + std::to_string(player) + " " + std::string(why);
    }
}

bool run_pass(Subject& subject, const Plan& plan, const Places& places, Figures& figures,
              std::string& message) {
    if (!subject.start(plan, places, message)) {
        return false;
    }
    Load load(subject, plan);
    bool good = load.connect(message) && load.talk(plan.warm_up_us, message);

    const std::optional<Traffic> traffic_before = load.traffic();
    const int64_t own_cpu_before_us = own_cpu_us();
    const int64_t cpu_before_us = subject.server().cpu_us();
    const int64_t start_us = steady_us();
    load.heard().record(true);
    good = good && load.talk(plan.window_us, message);
    load.heard().record(false);
    const auto took_us = static_cast<double>(steady_us() - start_us);
    const auto cpu_us = static_cast<double>(subject.server().cpu_us() - cpu_before_us);
    const auto load_us = static_cast<double>(own_cpu_us() - own_cpu_before_us);
    const std::optional<Traffic> traffic_after = load.traffic();

    good = good && load.drain(message);
    const auto deliveries = static_cast<double>(load.heard().deliveries());
    if (good && deliveries == 0) {
        message = "not one line was delivered within the window";
        good = false;
    }
    if (!good) {
        message = std::string(plan.workload) + ", " + std::string(subject.name()) + ": " + message;
        if (!subject.server().lives()) {
            message += "; its program ended: " + subject.server().last_words();
        }
        return false;
    }
    std::vector<float>& latencies = load.heard().latencies_ms();
    figures = {{"cpu_us_per_delivery", cpu_us / deliveries},
               {"latency_p50_ms", percentile(latencies, 0.50)},
               {"latency_p99_ms", percentile(latencies, 0.99)},
               {"deliveries_per_s", deliveries / took_us * 1e6},
               {"server_cpu_percent", cpu_us / took_us * 100},
               {"load_cpu_percent", load_us / took_us * 100}};
    if (traffic_before && traffic_after) {
        const uint64_t datagrams = traffic_after->datagrams - traffic_before->datagrams;
        const uint64_t bytes =
            traffic_after->bytes - traffic_before->bytes + header_bytes * datagrams;
        figures.push_back({"bytes_per_delivery", static_cast<double>(bytes) / deliveries});
        figures.push_back({"datagrams_per_delivery", static_cast<double>(datagrams) / deliveries});
    }
    return true;
}

} // namespace parley::bench
