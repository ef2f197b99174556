// store_thread.hpp: runs a Store beside the core. Requests that come together are committed
// together; a request that comes alone is committed at once.
#pragma once

#include <thread>

#include "schemas/base/limits.hpp"
#include "schemas/base/mailbox.hpp"
#include "schemas/base/metrics.hpp"
#include "server/core/input.hpp"
#include "server/store/store.hpp"

namespace parley {

// Owner: the core thread, but for the thread within, which owns the store.
class StoreThread {
public:
    // answers must take every StoreAnswered: its capacity counts what this thread may hold
    // (limits::store_inbox_requests_max and one group). Both must outlive this.
    // idle_ms: without a request for so long, the store is maintained all the same.
    StoreThread(Store& store, Mailbox<InputBody>& answers, int64_t idle_ms = limits::store_idle_ms);
    ~StoreThread(); // stop()
    StoreThread(const StoreThread&) = delete;
    StoreThread& operator=(const StoreThread&) = delete;

    void start();
    // Commits and answers what is waiting, then ends the thread.
    void stop();

    // False when limits::store_inbox_requests_max are waiting; the request is then untouched.
    bool push(StoreRequest&& request) { return requests_.push(std::move(request)); }

    // Any thread.
    size_t waiting() const { return requests_.size(); }
    // The steady clock when it last began something: while it lives, no longer ago than it idles
    // and a group takes.
    TimeMs alive_ms() const { return static_cast<TimeMs>(alive_ms_.read()); }
    TimeMs group_ms() const { return static_cast<TimeMs>(group_ms_.read()); } // a group; 0: never
    const Durations& groups() const { return groups_; } // how long each took, sync and all

private:
    void run();

    Store& store_;
    Mailbox<InputBody>& answers_;
    Mailbox<StoreRequest> requests_;
    const int64_t idle_ms_;
    Gauge alive_ms_;
    Gauge group_ms_;
    Durations groups_;
    std::thread thread_;
};

} // namespace parley
