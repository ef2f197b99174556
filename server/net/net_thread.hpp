// net_thread.hpp: one thread, one ENet host, one port. It sleeps until a datagram or an effect
// comes; after datagrams it lets the next ones gather for a tick.
#pragma once

#include <atomic>
#include <memory>
#include <thread>

#include "schemas/base/clock.hpp"
#include "schemas/link/enet_link.hpp"
#include "server/net/net_loop.hpp"

namespace parley {

// DatagramBatch::Counts, as of the thread's last turn.
struct BatchCounters {
    Gauge sent;
    Gauge send_calls;
    Gauge refused;
    Gauge received;
    Gauge receive_calls;
};

// Owner: the app; the thread within owns link and loop.
class NetThread {
public:
    NetThread(uint32_t index, std::unique_ptr<EnetLink> link,
              std::shared_ptr<const Admission> admission, Mailbox<InputBody>& core, Log log,
              int64_t tick_ms, const NetBounds& bounds = {});
    ~NetThread(); // stop()
    NetThread(const NetThread&) = delete;
    NetThread& operator=(const NetThread&) = delete;

    void start();
    // Carries out the effects that wait, sends what is queued, ends the thread.
    void stop();

    // Any thread. False when limits::net_inbox_batches_max wait; the batch is then untouched.
    [[nodiscard]] bool push(Effects&& effects) { return effects_.push(std::move(effects)); }

    // Any thread: tickets are judged by this one from the next turn of the thread on.
    void use(std::shared_ptr<const Admission> admission);

    Address address() const { return address_; }
    const NetCounters& counters() const { return loop_.counters(); }
    const BatchCounters& batch_counters() const { return batch_counters_; }
    const LinkMetrics& link_metrics() const { return link_->metrics(); }

private:
    void run();
    void tell_batches();

    std::unique_ptr<EnetLink> link_;
    NetLoop loop_;
    BatchCounters batch_counters_;
    Mailbox<Effects> effects_;
    Mailbox<std::shared_ptr<const Admission>> admissions_{1, Full::DropOldest};
    const Address address_;
    const int64_t tick_ms_; // datagrams are read at most once in it
    int wake_ = -1;         // eventfd
    std::thread thread_;
};

} // namespace parley
