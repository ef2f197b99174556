// core_thread.hpp: runs the core. It takes inputs from one mailbox, stamps them with server time,
// and hands effects to the threads that carry them out.
#pragma once

#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "schemas/base/clock.hpp"
#include "schemas/base/mailbox.hpp"
#include "schemas/base/metrics.hpp"
#include "server/app/journal.hpp"
#include "server/app/told.hpp"
#include "server/core/core.hpp"
#include "server/net/net_thread.hpp"
#include "server/store/store_thread.hpp"

namespace parley {

struct CoreCounters {
    Counter inputs;
    Counter effects;
    Counter store_full; // requests answered with StoreUnavailable without asking
    Counter net_full;   // times a net thread had no room and the core waited
};

// How often something happened since it was last said; said once in a time at most.
class Refusals {
public:
    // 0: nothing is to be said now.
    uint64_t to_say(uint64_t happened, TimeMs now_ms, int64_t period_ms);

private:
    uint64_t said_ = 0;
    TimeMs say_at_ms_ = 0;
};

// Owner: the app; the thread within owns core and journal.
class CoreThread {
public:
    using NetThreads = std::vector<std::unique_ptr<NetThread>>;

    CoreThread(std::unique_ptr<Core> core, std::unique_ptr<Journal> journal,
               Mailbox<InputBody>& inbox, StoreThread& store, NetThreads& net, Log log,
               const ServerClock& clock = {});
    ~CoreThread(); // stop()
    CoreThread(const CoreThread&) = delete;
    CoreThread& operator=(const CoreThread&) = delete;

    void start();
    // Ends the thread whether or not the core is done.
    void stop();

    // Says once that the core is done (ShutdownDone): everything acknowledged is stored and every
    // session is closed.
    Mailbox<ShutdownDone>& done() { return done_; }
    const CoreCounters& counters() const { return counters_; } // any thread
    const Told& told() const { return told_; }                 // any thread
    // The steady clock when it last went round; any thread.
    TimeMs alive_ms() const { return static_cast<TimeMs>(alive_ms_.read()); }
    // The last counts of the core, as of the last round; any thread.
    uint64_t sessions() const { return sessions_.load(std::memory_order_relaxed); }
    uint64_t rooms() const { return rooms_.load(std::memory_order_relaxed); }
    uint64_t users() const { return users_.read(); }
    uint64_t persists_in_flight() const { return persists_in_flight_.read(); }
    uint64_t tail_bytes() const { return tail_bytes_.read(); }
    uint64_t rooms_asleep() const { return rooms_asleep_.load(std::memory_order_relaxed); }
    uint64_t rooms_refused() const { return rooms_refused_.load(std::memory_order_relaxed); }

private:
    void run();
    void step(InputBody&& body, TimeMs now_ms);
    void run_step(InputBody&& body, TimeMs now_ms);
    void dispatch();
    void persist(StoreRequest&& request);
    // What the core is to know of the clocks, when that has changed.
    std::optional<ClocksMoved> watch_clock(TimeMs now_ms);
    void watch_rooms();

    std::unique_ptr<Core> core_;
    std::unique_ptr<Journal> journal_;
    Mailbox<InputBody>& inbox_;
    StoreThread& store_;
    NetThreads& net_;
    const Log log_;
    CoreCounters counters_;
    ServerClock clock_;
    ClocksMoved clocks_; // as the core was told
    bool apart_told_ = false;
    std::atomic<uint64_t> sessions_{0};
    std::atomic<uint64_t> rooms_{0};
    std::atomic<uint64_t> rooms_asleep_{0};
    std::atomic<uint64_t> rooms_refused_{0};
    Refusals rooms_full_;
    Gauge users_;
    Gauge persists_in_flight_;
    Gauge tail_bytes_;
    Gauge alive_ms_;
    Told told_;
    Mailbox<ShutdownDone> done_{1, Full::DropOldest};
    Effects effects_;                      // of the inputs taken together
    size_t effect_bytes_ = 0;              // of the frames in effects_
    Effects step_effects_;                 // of one input, when there is a journal
    std::vector<Effects> batches_;         // by net thread
    std::vector<StoreAnswer> unavailable_; // for the next round
    std::thread thread_;
};

} // namespace parley
