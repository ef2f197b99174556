// shard.hpp: one shard of a simulated world: the real core and the real net loop, and in place of
// threads one step at a time on a virtual clock; the store commits in groups that take their time.
// It can die at any effect, and what it had not committed dies with it.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "schemas/base/clock.hpp"
#include "schemas/base/random.hpp"
#include "schemas/wire/packed.hpp"
#include "server/core/core.hpp"
#include "server/net/net_loop.hpp"
#include "tests/sim/checks.hpp"
#include "tests/sim/tickets.hpp"
#include "tests/support/memory_store.hpp"
#include "tests/support/sim_clock.hpp"
#include "tests/support/sim_link.hpp"

namespace parley::sim {

inline constexpr const char* shard_address = "10.0.0.1:7777";

class Shard {
public:
    struct Parts {
        SimNetwork& network;
        const SimClock& clock;
        const TicketOffice& tickets;
        Checks& checks;
        Trace& trace;
        std::shared_ptr<MemoryDisk> disk;
        CardTypes card_types;
        NetBounds bounds;
        CoreOptions core;
        uint64_t seed = 0;
    };
    explicit Shard(Parts parts);
    ~Shard();

    void start();
    // Everything that is not on the disk is gone; its peers find out by silence.
    void crash();
    // Dies in the middle of things: when it has carried out so many more effects.
    void crash_after(uint32_t effects) { crash_in_effects_ = effects; }
    // Dies between the next commit and its answers.
    void crash_at_commit() { crash_at_commit_ = true; }
    // Asks for a drain; when the core says that it is done, the shard stops by itself.
    void drain(uint32_t retry_in_ms);
    void step();

    bool running() const { return core_ != nullptr; }
    Core::Counts counts() const { return core_->counts(); }
    size_t peers() const { return loop_->peers(); }
    uint64_t lagged() const {
        return lagged_ + (loop_ ? loop_->counters().sessions_lagged.read() : 0);
    }
    uint32_t starts() const { return starts_; }
    uint64_t failed_commits() const { return failed_commits_; }
    uint64_t rooms_slept() const { return rooms_slept_; } // times that one fell asleep

    // The store's pace and failures, changed by the world.
    TimeMs commit_delay_ms_max = 20;
    TimeMs answer_delay_ms_max = 20;
    TimeMs store_out_until_ms = 0;  // no commit takes effect
    TimeMs store_slow_until_ms = 0; // each takes seconds
    // The machine's wall clock is so far from the backend's.
    void set_wall_clock(TimeMs apart_ms) { wall_apart_ms_ = apart_ms; }
    // So many lines in a hundred are committed for their author's eyes alone.
    uint32_t private_percent = 0;
    void fail_commits(uint32_t count);

private:
    struct Answered {
        TimeMs ready_ms = 0;
        std::vector<StoreAnswer> answers;
    };

    TimeMs wall_ms() const { return parts_.clock.wall_ms() + wall_apart_ms_; }
    TimeMs commit_pause_ms();
    void net_step();
    // The net loop says this to the core; the checks hear it on the way.
    void observe(const InputBody& body);
    // [core]
    void core_step();
    void feed(InputBody body);
    void note_input(const InputBody& body);
    void note_effect(const Effect& effect);
    // [store]
    void decide_audiences(std::vector<StoreRequest>& group);
    void store_step();

    Parts parts_;
    Random random_;
    std::unique_ptr<Core> core_;
    std::unique_ptr<MemoryStore> store_;
    std::unique_ptr<Link> link_;
    std::unique_ptr<Mailbox<InputBody>> inbox_; // what the net loop says to the core
    std::unique_ptr<NetLoop> loop_;
    std::vector<InputBody> from_inbox_;
    std::deque<InputBody> to_core_;
    std::deque<Effect> to_net_;
    std::deque<StoreRequest> to_store_;
    std::deque<Answered> from_store_;
    std::optional<ServerClock> server_clock_;
    TimeMs wall_apart_ms_ = 0;
    TimeMs apart_ms_ = 0; // the core's time from the wall clock's, as the core's thread sees it
    TimeMs commit_at_ms_ = 0;
    TimeMs ticked_ms_ = 0;
    uint32_t crash_in_effects_ = 0; // 0: not planned
    bool crash_at_commit_ = false;
    bool dying_ = false;
    bool drained_ = false;
    uint32_t starts_ = 0;
    uint32_t failing_commits_ = 0;
    uint64_t failed_commits_ = 0;
    uint64_t rooms_slept_ = 0;
    size_t rooms_asleep_ = 0; // a step ago
    uint64_t lagged_ = 0;     // of the shards before this one
    wire::Unpacker unpacker_;
};

} // namespace parley::sim
