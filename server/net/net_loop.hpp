// net_loop.hpp: what a net thread does with its link, without the thread: link events become inputs
// of the core, effects of the core become frames. Time comes in by argument, so that a test drives
// it with a fake link.
#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "schemas/base/log.hpp"
#include "schemas/base/mailbox.hpp"
#include "schemas/base/metrics.hpp"
#include "schemas/link/link.hpp"
#include "schemas/wire/encode.hpp"
#include "server/core/effect.hpp"
#include "server/core/input.hpp"
#include "server/net/admission.hpp"
#include "server/net/peer_table.hpp"

namespace parley {

constexpr SessionId session_of(uint32_t net_thread, PeerId peer) {
    return SessionId{(static_cast<uint64_t>(net_thread) << 32) | static_cast<uint32_t>(peer)};
}
constexpr uint32_t net_thread_of(SessionId session) {
    return static_cast<uint32_t>(raw(session) >> 32);
}
constexpr PeerId peer_of(SessionId session) {
    return PeerId{static_cast<uint32_t>(raw(session))};
}

struct NetCounters {
    Counter tickets_refused;
    Counter sessions_opened;
    Counter frames_received;
    Counter frames_malformed;
    Counter frames_unsupported;
    Counter frames_sent; // one for each receiver
    Counter sessions_lagged;
    Counter sessions_cut; // Slow, Protocol, Flood
    Counter core_full;    // times the core's inbox was full and the link had to wait
    Gauge behind;         // sessions that have not taken what was sent
    Gauge behind_bytes;   // how much that is
};

// What an operator may choose, and what a test makes smaller, so that few frames are many.
struct NetBounds {
    size_t refused_frames_per_s_max = limits::frames_per_s_max; // of one session, then cut
    size_t held_bytes_max = limits::peer_held_bytes_max;        // deliveries: then it lags
};

// Owner: its net thread.
class NetLoop {
public:
    // link and core must outlive this. The core's inbox may hold more than
    // limits::core_inbox_inputs_max (the store's answers always fit); a net loop stops there.
    NetLoop(uint32_t index, Link& link, std::shared_ptr<const Admission> admission,
            Mailbox<InputBody>& core, Log log, const NetBounds& bounds = {});
    ~NetLoop();
    NetLoop(const NetLoop&) = delete;
    NetLoop& operator=(const NetLoop&) = delete;

    // Carries out what the core decided, in order.
    void apply(const Effects& effects, TimeMs steady_ms);

    // Takes what the link has, hands it on and watches those who lag. now_ms is Unix time of the
    // wall clock: tickets are judged by it, as their backend dated them by one.
    void pump(TimeMs steady_ms, TimeMs now_ms);

    void use(std::shared_ptr<const Admission> admission) { admission_ = std::move(admission); }

    // True while the next pump should come soon although nothing wakes the thread.
    bool busy() const { return !unsent_.empty() || behind_ > 0; }
    size_t peers() const { return peers_.size(); }

    const NetCounters& counters() const { return counters_; } // any thread

private:
    void on(AuthRequest&& event, TimeMs now_ms);
    void on(const PeerOpened& event);
    void on(FrameReceived&& event, TimeMs steady_ms, TimeMs now_ms);
    void on(const PeerClosed& event);
    void on_reauth(NetPeer& peer, uint32_t request, std::string_view ticket, TimeMs steady_ms,
                   TimeMs now_ms);

    void carry_out(const Admit& effect);
    void carry_out(const SendFrame& effect, TimeMs steady_ms);
    void carry_out(const Deliver& effect, TimeMs steady_ms);
    void carry_out(const CloseSession& effect);

    bool floods(NetPeer& peer, TimeMs steady_ms) const;
    static bool is_hostile(NetPeer& peer, TimeMs steady_ms);
    void refuse_frame(NetPeer& peer, const FrameReceived& event, Error error, TimeMs steady_ms);
    void reply(PeerId id, uint32_t request, Error error, uint32_t retry_after_ms);
    void cut(NetPeer& peer, Error reason);
    void forget(NetPeer& peer);
    void hold(NetPeer& peer, HeldFrame&& held, TimeMs steady_ms);
    void deliver_later(NetPeer& peer, const Deliver& effect, TimeMs steady_ms);
    void send_held(NetPeer& peer);
    void watch_behind(TimeMs steady_ms);
    void to_core(InputBody&& input);
    bool hand_over();

    const uint32_t index_;
    const NetBounds bounds_;
    Link& link_;
    std::shared_ptr<const Admission> admission_;
    Mailbox<InputBody>& core_;
    const Log log_;
    NetCounters counters_;
    PeerTable peers_;
    size_t behind_ = 0;            // peers that are
    std::deque<InputBody> unsent_; // what the core had no room for; the link waits meanwhile
    wire::FrameBuilder builder_;
    std::vector<PeerId> receivers_; // kept for their capacity
    std::vector<PeerId> refused_;
    std::vector<PeerId> too_slow_;
};

} // namespace parley
