// threaded_connection.cpp: the plugin's net thread. An edge: it reads the clock, sleeps and
// resolves.
#include "plugin/client/threaded_connection.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "schemas/base/clock.hpp"
#include "schemas/base/limits.hpp"
#include "schemas/base/mailbox.hpp"
#include "schemas/base/result.hpp"

namespace parley::client {
namespace {

constexpr size_t orders_max = 1024;
constexpr size_t happened_max = 4096;
constexpr size_t happened_bytes_max = limits::client_inbox_bytes_max;
constexpr int64_t busy_wait_ms = 10;  // ENet's resends and pings need a turn
constexpr int64_t idle_wait_ms = 500; // no connection: only an order wakes
constexpr int64_t resolving_wait_ms = 10;

bool numeric(const std::string& address) {
    in_addr parsed{};
    return inet_pton(AF_INET, address.substr(0, address.rfind(':')).c_str(), &parsed) == 1;
}

size_t bytes_of(const ConnectionEvent& event) {
    const auto* const arrived = std::get_if<FrameArrived>(&event);
    return arrived != nullptr ? arrived->frame.size() : 0;
}

// The game's thread owns it; what is marked so, its net thread.
class ThreadedConnection final : public Connection {
public:
    ThreadedConnection(std::unique_ptr<EnetLink> link, LinkKeys keys);
    ~ThreadedConnection() override;

    void open(std::string_view address, std::string_view ticket) override;
    void close() override;
    bool send(Lane lane, Bytes frame) override;
    std::optional<ConnectionEvent> poll(TimeMs steady_ms) override;
    void flush(TimeMs steady_ms) override;
    uint32_t rtt_ms() const override;

private:
    struct Open {
        std::string address, ticket;
    };
    struct Close {};
    struct Send {
        Lane lane{};
        ByteVector frame;
    };
    // A session's number goes with everything, so that nothing of an old one comes through.
    struct Order {
        uint64_t session = 0;
        std::variant<Open, Close, Send> what;
    };
    struct Happened {
        uint64_t session = 0;
        ConnectionEvent event;
    };
    struct Resolving;

    void wake();
    // Net thread.
    void run();
    void carry_out(Order order);
    void resolve(Open open);
    void take_resolved();
    void pump();
    void tell(ConnectionEvent event);

    Mailbox<Order> orders_;
    Mailbox<Happened> happened_;
    std::atomic<size_t> happened_bytes_{0}; // of the frames in it
    int wake_read_ = -1, wake_write_ = -1;
    std::atomic<bool> stop_{false};
    std::atomic<uint32_t> rtt_ms_{0};
    std::atomic<bool> wake_pending_{false};

    // Game thread.
    uint64_t session_ = 0;
    bool up_ = false;
    std::vector<Happened> taken_;
    size_t taken_next_ = 0;

    // Net thread.
    EnetLink* link_; // inside direct_
    DirectConnection direct_;
    uint64_t net_session_ = 0;
    bool net_open_ = false;
    bool down_waits_ = false; // the game's mailbox was full: LinkDown is still to be told
    Error down_reason_{};
    std::shared_ptr<Resolving> resolving_;

    std::thread thread_; // last: it uses all of the above
};

// A name being resolved by a thread that nobody waits for: getaddrinfo cannot be interrupted. That
// thread touches nothing but this.
struct ThreadedConnection::Resolving {
    Mailbox<std::string> answer{1, Full::Refuse}; // "a.b.c.d:port", or "" for none
    std::string ticket;
    uint64_t session = 0;
};

ThreadedConnection::ThreadedConnection(std::unique_ptr<EnetLink> link, LinkKeys keys)
    : orders_(orders_max, Full::Refuse), happened_(happened_max, Full::Refuse), link_(link.get()),
      direct_(std::move(link), std::move(keys)) {
    int ends[2] = {-1, -1};
    if (pipe(ends) == 0) {
        wake_read_ = ends[0];
        wake_write_ = ends[1];
        for (const int end : ends) {
            fcntl(end, F_SETFD, FD_CLOEXEC);
            fcntl(end, F_SETFL, O_NONBLOCK);
        }
    }
    orders_.on_push([this] { wake(); });
    thread_ = std::thread([this] { run(); });
}

ThreadedConnection::~ThreadedConnection() {
    stop_.store(true, std::memory_order_release);
    wake();
    thread_.join();
    if (wake_read_ >= 0) {
        ::close(wake_read_);
        ::close(wake_write_);
    }
}

// Any thread. Without a pipe (no descriptors left) the net thread still looks every few
// milliseconds.
void ThreadedConnection::wake() {
    if (wake_write_ >= 0 && !wake_pending_.exchange(true, std::memory_order_acq_rel)) {
        const char byte = 1;
        ignore(write(wake_write_, &byte, 1) == 1, "a full pipe wakes just as well");
    }
}

// [game thread]

void ThreadedConnection::open(std::string_view address, std::string_view ticket) {
    close();
    ++session_;
    taken_.clear();
    taken_next_ = 0;
    if (!orders_.push({session_, Open{std::string(address), std::string(ticket)}})) {
        taken_.push_back({session_, LinkDown{Error::Busy, 0}});
    }
}

void ThreadedConnection::close() {
    up_ = false;
    if (session_ > 0) {
        ignore(orders_.push({session_, Close{}}),
               "a full mailbox still ends it: the next open has another number");
    }
    ++session_;
}

bool ThreadedConnection::send(Lane lane, Bytes frame) {
    return up_ && orders_.push({session_, Send{lane, ByteVector(frame.begin(), frame.end())}});
}

std::optional<ConnectionEvent> ThreadedConnection::poll(TimeMs) {
    for (;;) {
        if (taken_next_ == taken_.size()) {
            taken_.clear();
            taken_next_ = 0;
            if (happened_.take_all(taken_) == 0) {
                return std::nullopt;
            }
            for (const Happened& one : taken_) {
                happened_bytes_.fetch_sub(bytes_of(one.event), std::memory_order_relaxed);
            }
        }
        Happened& next = taken_[taken_next_++];
        if (next.session != session_) {
            continue;
        }
        if (std::holds_alternative<LinkUp>(next.event)) {
            up_ = true;
        } else if (std::holds_alternative<LinkDown>(next.event)) {
            up_ = false;
        }
        return std::move(next.event);
    }
}

void ThreadedConnection::flush(TimeMs) {}

uint32_t ThreadedConnection::rtt_ms() const {
    return rtt_ms_.load(std::memory_order_relaxed);
}

// [net thread]

void ThreadedConnection::run() {
    std::vector<Order> orders;
    while (!stop_.load(std::memory_order_acquire)) {
        orders.clear();
        orders_.take_all(orders);
        for (Order& order : orders) {
            carry_out(std::move(order));
        }
        take_resolved();
        pump();
        const int64_t longest = resolving_ != nullptr                        ? resolving_wait_ms
                                : net_open_ || down_waits_ || wake_read_ < 0 ? busy_wait_ms
                                                                             : idle_wait_ms;
        link_->wait(longest, wake_read_);
        // First the flag, then the pipe: an order that comes in between writes again.
        wake_pending_.store(false, std::memory_order_release);
        char bytes[16];
        while (wake_read_ >= 0 && read(wake_read_, bytes, sizeof bytes) > 0) {
        }
    }
    direct_.close();
    direct_.flush(steady_ms());
}

void ThreadedConnection::carry_out(Order order) {
    if (auto* const open = std::get_if<Open>(&order.what); open != nullptr) {
        direct_.close();
        net_session_ = order.session;
        net_open_ = true;
        down_waits_ = false;
        resolving_.reset();
        if (numeric(open->address)) {
            direct_.open(open->address, open->ticket);
        } else {
            resolve(std::move(*open));
        }
        return;
    }
    if (order.session != net_session_) {
        return;
    }
    if (std::holds_alternative<Close>(order.what)) {
        direct_.close();
        resolving_.reset();
        net_open_ = false;
        down_waits_ = false;
        rtt_ms_.store(0, std::memory_order_relaxed);
        return;
    }
    const Send& send = *std::get_if<Send>(&order.what);
    if (net_open_ && !direct_.send(send.lane, send.frame)) {
        // The game was told that it went: a link that takes no more is a link that is lost.
        direct_.close();
        tell(LinkDown{Error::Slow, 0});
    }
}

void ThreadedConnection::resolve(Open open) {
    resolving_ = std::make_shared<Resolving>();
    resolving_->ticket = std::move(open.ticket);
    resolving_->session = net_session_;
    std::thread([asked = resolving_, address = std::move(open.address)] {
        const size_t colon = address.rfind(':');
        addrinfo hints{};
        hints.ai_family = AF_INET;
        hints.ai_socktype = SOCK_DGRAM;
        addrinfo* found = nullptr;
        std::string answer;
        if (getaddrinfo(address.substr(0, colon).c_str(), nullptr, &hints, &found) == 0 &&
            found != nullptr) {
            sockaddr_in first{};
            std::memcpy(&first, found->ai_addr, sizeof first);
            char text[INET_ADDRSTRLEN] = {};
            if (inet_ntop(AF_INET, &first.sin_addr, text, sizeof text) != nullptr) {
                answer = std::string(text) + address.substr(colon);
            }
            freeaddrinfo(found);
        }
        ignore(asked->answer.push(std::move(answer)), "its only entry: there is room for one");
    }).detach();
}

void ThreadedConnection::take_resolved() {
    if (resolving_ == nullptr) {
        return;
    }
    std::vector<std::string> answers;
    if (resolving_->answer.take_all(answers) == 0) {
        return;
    }
    if (answers.front().empty()) {
        tell(LinkDown{Error::BadAddress, 0});
    } else {
        direct_.open(answers.front(), resolving_->ticket);
    }
    resolving_.reset();
}

void ThreadedConnection::pump() {
    const TimeMs now_ms = steady_ms();
    while (net_open_) {
        std::optional<ConnectionEvent> event = direct_.poll(now_ms);
        if (!event) {
            break;
        }
        tell(std::move(*event));
    }
    if (!net_open_) {
        ignore(direct_.poll(now_ms).has_value(), "polled so that a peer just closed hears of it");
    }
    if (down_waits_ && happened_.push({net_session_, LinkDown{down_reason_, 0}})) {
        down_waits_ = false;
    }
    direct_.flush(now_ms);
    rtt_ms_.store(direct_.rtt_ms(), std::memory_order_relaxed);
}

void ThreadedConnection::tell(ConnectionEvent event) {
    const auto* const down = std::get_if<LinkDown>(&event);
    const bool is_down = down != nullptr;
    const Error reason = is_down ? down->reason : Error::Slow;
    if (is_down) {
        net_open_ = false;
    }
    const size_t bytes = bytes_of(event);
    const size_t waiting = happened_bytes_.fetch_add(bytes, std::memory_order_relaxed) + bytes;
    if (waiting <= happened_bytes_max && happened_.push({net_session_, std::move(event)})) {
        return;
    }
    happened_bytes_.fetch_sub(bytes, std::memory_order_relaxed);
    // The game does not take what comes. What it misses it can only get by resuming.
    direct_.close();
    net_open_ = false;
    down_waits_ = true;
    down_reason_ = reason;
}

} // namespace

std::unique_ptr<Connection> threaded_connection(std::unique_ptr<EnetLink> link, LinkKeys keys) {
    return std::make_unique<ThreadedConnection>(std::move(link), std::move(keys));
}

} // namespace parley::client
