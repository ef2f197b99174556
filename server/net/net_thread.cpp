// net_thread.cpp: the loop around a NetLoop.
#include "server/net/net_thread.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include "schemas/base/check.hpp"
#include "schemas/base/limits.hpp"
#include "schemas/base/result.hpp"

namespace parley {

NetThread::NetThread(uint32_t index, std::unique_ptr<EnetLink> link,
                     std::shared_ptr<const Admission> admission, Mailbox<InputBody>& core, Log log,
                     int64_t tick_ms, const NetBounds& bounds)
    : link_(std::move(link)), loop_(index, *link_, std::move(admission), core, log, bounds),
      effects_(limits::net_inbox_batches_max, Full::Refuse), address_(link_->local_address()),
      tick_ms_(tick_ms) {
    wake_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    PARLEY_ASSERT(wake_ >= 0);
    effects_.on_push([fd = wake_] {
        const uint64_t one = 1;
        ignore(write(fd, &one, sizeof one) > 0, "fails only when it is awake already, 2^64 times");
    });
}

NetThread::~NetThread() {
    stop();
    close(wake_);
}

void NetThread::start() {
    thread_ = std::thread([this] { run(); });
}

void NetThread::stop() {
    effects_.close();
    if (thread_.joinable()) {
        thread_.join();
    }
}

void NetThread::use(std::shared_ptr<const Admission> admission) {
    ignore(admissions_.push(std::move(admission)), "never closed; the newest takes the place");
}

void NetThread::run() {
    std::vector<Effects> batches;
    std::vector<std::shared_ptr<const Admission>> admissions;
    TimeMs received_at_ms = 0; // when datagrams were last found
    bool closed = false;
    while (!closed) {
        // Datagrams are looked at once a tick, so that they, the core's steps, the commits and
        // what goes out come in batches; the first after a silence does not wait. Effects never do.
        const TimeMs tick_left_ms = received_at_ms + tick_ms_ - steady_ms();
        if (tick_left_ms > 0) {
            EnetLink::wait_for_wake(tick_left_ms, wake_);
        } else {
            link_->wait(loop_.busy() ? limits::net_sleep_busy_ms_max
                                     : limits::net_sleep_idle_ms_max,
                        wake_);
        }
        uint64_t pushes = 0;
        ignore(read(wake_, &pushes, sizeof pushes) > 0, "empty when a datagram or time woke us");
        closed = effects_.closed(); // asked first: what was pushed before it is carried out below
        batches.clear();
        effects_.take_all(batches);
        const TimeMs now_steady_ms = steady_ms();
        for (const Effects& effects : batches) {
            loop_.apply(effects, now_steady_ms);
        }
        admissions.clear();
        if (admissions_.take_all(admissions) > 0) {
            loop_.use(std::move(admissions.back()));
        }
        if (now_steady_ms - received_at_ms < tick_ms_ && !closed) {
            link_->flush(now_steady_ms);
            tell_batches();
            continue;
        }
        const uint64_t before = link_->metrics().bytes_received.read();
        loop_.pump(now_steady_ms, wall_unix_ms());
        if (link_->metrics().bytes_received.read() != before) {
            received_at_ms = now_steady_ms;
        }
        tell_batches();
    }
    link_->flush(steady_ms());
    tell_batches();
}

void NetThread::tell_batches() {
    const DatagramBatch::Counts counts = link_->batch_counts();
    batch_counters_.sent.set(counts.sent);
    batch_counters_.send_calls.set(counts.send_calls);
    batch_counters_.refused.set(counts.refused);
    batch_counters_.received.set(counts.received);
    batch_counters_.receive_calls.set(counts.receive_calls);
}

} // namespace parley
