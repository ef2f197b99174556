// threaded_connection.hpp: a connection on a thread of its own, so that the game's frame never
// waits for a socket or a name server. Two mailboxes lie between.
//
// Its policy when a mailbox is full: towards the network, send says false and the client keeps what
// it has; towards the game (it does not call update), the connection is cut, and resumes later.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "plugin/client/connection.hpp"
#include "plugin/client/direct_connection.hpp"
#include "schemas/base/mailbox.hpp"
#include "schemas/link/enet_link.hpp"

namespace parley::client {

// Owner: the game thread; what is marked so, its net thread.
class ThreadedConnection final : public Connection {
public:
    // Takes the link over; starts the thread.
    ThreadedConnection(std::unique_ptr<EnetLink> link, LinkKeys keys);
    // Within 50 ms, also when a name server does not answer.
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

} // namespace parley::client
