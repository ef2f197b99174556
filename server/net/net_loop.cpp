// net_loop.cpp: link events become inputs, effects become frames.
#include "server/net/net_loop.hpp"

#include <algorithm>

#include "schemas/base/check.hpp"
#include "schemas/base/limits.hpp"
#include "schemas/wire/decode.hpp"

namespace parley {

NetLoop::NetLoop(uint32_t index, Link& link, std::shared_ptr<const Admission> admission,
                 Mailbox<InputBody>& core, Log log, const NetBounds& bounds)
    : index_(index), bounds_(bounds), link_(link), admission_(std::move(admission)), core_(core),
      log_(log) {}

NetLoop::~NetLoop() = default;

// [from the link]
void NetLoop::pump(TimeMs steady_ms, TimeMs now_ms) {
    // While the core is full nothing is taken from the link: its peers' windows fill and they slow
    // down, which is the only honest thing to tell them.
    while (hand_over()) {
        std::optional<LinkEvent> event = link_.poll(steady_ms);
        if (!event) {
            break;
        }
        if (auto* request = std::get_if<AuthRequest>(&*event)) {
            on(std::move(*request), now_ms);
        } else if (const auto* opened = std::get_if<PeerOpened>(&*event)) {
            on(*opened);
        } else if (auto* frame = std::get_if<FrameReceived>(&*event)) {
            on(std::move(*frame), steady_ms, now_ms);
        } else if (const auto* closed = std::get_if<PeerClosed>(&*event)) {
            on(*closed);
        }
    }
    if (behind_ > 0) {
        watch_behind(steady_ms);
        hand_over();
    } else {
        counters_.behind_bytes.set(0);
    }
    counters_.behind.set(behind_);
    link_.flush(steady_ms);
}

void NetLoop::on(AuthRequest&& event, TimeMs now_ms) {
    std::string why;
    Result<Claims> claims = admission_->verify(event.ticket, event.device_key, now_ms, why);
    if (!claims.ok()) {
        counters_.tickets_refused.add();
        log_.warn("ticket_refused", {{"address", to_text(event.address)},
                                     {"error", error_name(claims.error())},
                                     {"why", why}});
        link_.admit(event.peer, claims.error(), 0);
        return;
    }
    NetPeer peer;
    peer.id = event.peer;
    peer.device = event.device_key;
    peer.address = event.address;
    peers_.put(std::move(peer));
    AdmitAsked asked;
    asked.session = session_of(index_, event.peer);
    asked.claims = std::move(claims).value();
    asked.device = event.device_key;
    to_core(std::move(asked));
}

void NetLoop::on(const PeerOpened& event) {
    NetPeer* peer = peers_.find(event.peer);
    if (peer == nullptr) {
        return; // closed by the core meanwhile
    }
    peer->open = true;
    counters_.sessions_opened.add();
    to_core(SessionOpened{session_of(index_, event.peer)});
}

void NetLoop::on(const PeerClosed& event) {
    NetPeer* peer = peers_.find(event.peer);
    if (peer == nullptr) {
        return;
    }
    forget(*peer);
    to_core(SessionClosed{session_of(index_, event.peer), event.reason});
}

void NetLoop::on(FrameReceived&& event, TimeMs steady_ms, TimeMs now_ms) {
    NetPeer* peer = peers_.find(event.peer);
    if (peer == nullptr) {
        return;
    }
    counters_.frames_received.add();
    const Result<const wire::ClientFrame*> decoded =
        wire::decode_client_frame(event.frame, event.lane);
    if (!decoded.ok()) {
        refuse_frame(*peer, event, decoded.error(), steady_ms);
        return;
    }
    const wire::ClientFrame* frame = decoded.value();
    if (const wire::Reauth* reauth = frame->body_as_Reauth(); reauth != nullptr) {
        const flatbuffers::String* ticket = reauth->ticket();
        on_reauth(*peer, frame->request(),
                  ticket == nullptr ? std::string_view() : ticket->string_view(), steady_ms,
                  now_ms);
        return;
    }
    CommandReceived command;
    command.session = session_of(index_, event.peer);
    command.lane = event.lane;
    command.frame = std::move(event.frame);
    to_core(std::move(command));
}

// The signature is checked here, so that the core stays free of keys; at most once a second, since
// it is the dearest thing that a frame can ask for.
void NetLoop::on_reauth(NetPeer& peer, uint32_t request, std::string_view ticket, TimeMs steady_ms,
                        TimeMs now_ms) {
    if (peer.reauth_ms != 0 && steady_ms - peer.reauth_ms < limits::reauth_period_ms_min) {
        // Hasty, not malformed: it is told when to ask again, as every other rate tells it.
        if (floods(peer, steady_ms)) {
            cut(peer, Error::Flood);
        } else {
            const TimeMs next_ms = peer.reauth_ms + limits::reauth_period_ms_min;
            reply(peer.id, request, Error::Rate, static_cast<uint32_t>(next_ms - steady_ms));
        }
        return;
    }
    peer.reauth_ms = steady_ms;
    ReauthVerified verified;
    verified.session = session_of(index_, peer.id);
    verified.request = request;
    std::string why;
    if (Result<Claims> claims = admission_->verify(ticket, peer.device, now_ms, why); claims.ok()) {
        verified.claims = std::move(claims).value();
    } else {
        counters_.tickets_refused.add();
        log_.warn("reauth_refused", {{"session", raw(verified.session)},
                                     {"error", error_name(claims.error())},
                                     {"why", why}});
        verified.verdict = claims.error();
    }
    to_core(std::move(verified));
}

// Counts one frame that is refused here, where the core's own count of floods does not see it.
bool NetLoop::floods(NetPeer& peer, TimeMs steady_ms) const {
    PeerTrouble& trouble = peer.in_trouble();
    if (steady_ms - trouble.refused_since_ms >= 1000) {
        trouble.refused_since_ms = steady_ms;
        trouble.refused = 0;
    }
    return ++trouble.refused > bounds_.refused_frames_per_s_max;
}

// Counts one malformed frame. Some are forgiven with time, so that an odd frame an hour does not
// end a session that lasts a day.
bool NetLoop::is_hostile(NetPeer& peer, TimeMs steady_ms) {
    PeerTrouble& trouble = peer.in_trouble();
    const auto periods =
        static_cast<size_t>((steady_ms - trouble.malformed_ms) / limits::malformed_forget_ms);
    trouble.malformed -= std::min(trouble.malformed, periods);
    if (trouble.malformed == 0) {
        trouble.malformed_ms = steady_ms;
    } else {
        trouble.malformed_ms += static_cast<TimeMs>(periods) * limits::malformed_forget_ms;
    }
    return ++trouble.malformed >= limits::malformed_frames_max;
}

void NetLoop::refuse_frame(NetPeer& peer, const FrameReceived& event, Error error,
                           TimeMs steady_ms) {
    const bool flood = floods(peer, steady_ms);
    bool hostile = false;
    if (error == Error::Unsupported) {
        counters_.frames_unsupported.add(); // a newer client; it is told and lives
    } else {
        counters_.frames_malformed.add();
        hostile = is_hostile(peer, steady_ms);
    }
    if (hostile) {
        cut(peer, Error::Protocol);
    } else if (flood) {
        cut(peer, Error::Flood);
    } else if (const uint32_t request = wire::request_of_refused(event.frame, event.lane);
               request != 0) {
        reply(peer.id, request, error, 0);
    }
}

void NetLoop::reply(PeerId id, uint32_t request, Error error, uint32_t retry_after_ms) {
    flatbuffers::FlatBufferBuilder& fbb = builder_.fbb();
    const auto body =
        wire::CreateReply(fbb, static_cast<wire::Error>(error), 0, 0, 0, retry_after_ms);
    link_.send(id, Lane::Control,
               builder_.server_shared(request, wire::Event::Reply, body.Union()));
}

void NetLoop::forget(NetPeer& peer) {
    behind_ -= peer.behind() ? 1 : 0;
    peers_.erase(peer);
}

// Ends a session that the core still has.
void NetLoop::cut(NetPeer& peer, Error reason) {
    const PeerId id = peer.id;
    forget(peer);
    counters_.sessions_cut.add();
    log_.warn("session_cut",
              {{"session", raw(session_of(index_, id))}, {"error", error_name(reason)}});
    link_.close(id, reason, 0);
    to_core(SessionClosed{session_of(index_, id), reason});
}

// [who is behind]
void NetLoop::hold(NetPeer& peer, HeldFrame&& held, TimeMs steady_ms) {
    PeerTrouble& trouble = peer.in_trouble();
    if (!trouble.behind()) {
        ++behind_;
        trouble.behind_bytes = SIZE_MAX; // the next look measures it
        trouble.behind_ms = steady_ms;
    }
    trouble.held_bytes += held.frame->size();
    trouble.held.push_back(std::move(held));
    if (trouble.held_bytes > limits::peer_held_answers_bytes_max) {
        cut(peer, Error::Slow);
    }
}

void NetLoop::deliver_later(NetPeer& peer, const Deliver& effect, TimeMs steady_ms) {
    if (lane_delivery(effect.lane) != Delivery::Reliable) {
        return; // typing and deltas are told again, or are not worth it any more
    }
    PeerTrouble& trouble = peer.in_trouble();
    if (trouble.held_bytes + effect.frame->size() <= bounds_.held_bytes_max) {
        hold(peer, {effect.lane, effect.frame}, steady_ms);
        return;
    }
    // Too much to keep: the core makes it good when he is level (Resume).
    behind_ += trouble.behind() ? 0 : 1;
    trouble.lagging = true;
    counters_.sessions_lagged.add();
    to_core(Lagging{session_of(index_, peer.id)});
}

void NetLoop::send_held(NetPeer& peer) {
    PeerTrouble& trouble = *peer.trouble;
    while (!trouble.held.empty() &&
           link_.send(peer.id, trouble.held.front().lane, trouble.held.front().frame)) {
        trouble.held_bytes -= trouble.held.front().frame->size();
        counters_.frames_sent.add();
        trouble.held.pop_front();
    }
}

void NetLoop::watch_behind(TimeMs steady_ms) {
    too_slow_.clear();
    size_t all_bytes = 0;
    peers_.for_each([&](NetPeer& peer) {
        if (!peer.behind()) {
            return;
        }
        PeerTrouble& trouble = *peer.trouble;
        send_held(peer);
        const size_t queued = link_.queued_bytes(peer.id);
        if (trouble.lagging && trouble.held.empty() && queued <= limits::peer_queue_bytes_drained) {
            trouble.lagging = false;
            to_core(Drained{session_of(index_, peer.id)});
        }
        if (!trouble.behind()) {
            --behind_;
            return;
        }
        const size_t bytes = trouble.held_bytes + queued;
        all_bytes += bytes;
        if (trouble.behind_bytes == SIZE_MAX ||
            bytes + limits::peer_queue_bytes_drained <= trouble.behind_bytes) {
            trouble.behind_ms = trouble.behind_bytes == SIZE_MAX ? trouble.behind_ms : steady_ms;
            trouble.behind_bytes = bytes;
        }
        if (steady_ms - trouble.behind_ms > limits::peer_queue_ms_max) {
            too_slow_.push_back(peer.id);
        }
    });
    counters_.behind_bytes.set(all_bytes);
    for (const PeerId id : too_slow_) {
        cut(*peers_.find(id), Error::Slow);
    }
}

// [to the core]
void NetLoop::to_core(InputBody&& input) {
    unsent_.push_back(std::move(input));
    hand_over();
}

// False while the core has no room: what came first stays first.
bool NetLoop::hand_over() {
    while (!unsent_.empty()) {
        if (core_.size() >= limits::core_inbox_inputs_max ||
            !core_.push(std::move(unsent_.front()))) {
            if (core_.closed()) {
                unsent_.clear(); // the shard is going away
                return true;
            }
            counters_.core_full.add();
            return false;
        }
        unsent_.pop_front();
    }
    return true;
}

// [from the core]
void NetLoop::apply(const Effects& effects, TimeMs steady_ms) {
    for (const Effect& effect : effects) {
        if (const auto* admit = std::get_if<Admit>(&effect)) {
            carry_out(*admit);
        } else if (const auto* send = std::get_if<SendFrame>(&effect)) {
            carry_out(*send, steady_ms);
        } else if (const auto* deliver = std::get_if<Deliver>(&effect)) {
            carry_out(*deliver, steady_ms);
        } else if (const auto* close = std::get_if<CloseSession>(&effect)) {
            carry_out(*close);
        }
    }
}

void NetLoop::carry_out(const Admit& effect) {
    NetPeer* peer = peers_.find(peer_of(effect.session));
    if (peer == nullptr) {
        return; // gone while the store was asked
    }
    link_.admit(peer->id, effect.verdict, effect.retry_after_ms);
    if (effect.verdict == Error::TicketStolen) {
        log_.warn("ticket_refused", {{"address", to_text(peer->address)},
                                     {"error", error_name(effect.verdict)},
                                     {"why", "the ticket was used by another device before"}});
    }
    if (effect.verdict != Error::Ok) {
        counters_.tickets_refused.add();
        peers_.erase(*peer);
    }
}

void NetLoop::carry_out(const SendFrame& effect, TimeMs steady_ms) {
    NetPeer* peer = peers_.find(peer_of(effect.session));
    if (peer == nullptr) {
        return;
    }
    if (!peer->behind() && link_.send(peer->id, effect.lane, effect.frame)) {
        counters_.frames_sent.add();
    } else if (lane_delivery(effect.lane) == Delivery::Reliable) {
        // Also while he lags: nobody says an answer twice.
        hold(*peer, {effect.lane, effect.frame}, steady_ms);
    }
}

void NetLoop::carry_out(const Deliver& effect, TimeMs steady_ms) {
    PARLEY_ASSERT(effect.readers != nullptr);
    const std::vector<SessionId>& readers = *effect.readers;
    receivers_.clear();
    refused_.clear();
    // Sorted: those of this thread lie together.
    auto reader = std::lower_bound(readers.begin(), readers.end(), session_of(index_, PeerId{0}));
    for (; reader != readers.end() && net_thread_of(*reader) == index_; ++reader) {
        const NetPeer* peer = peers_.find(peer_of(*reader));
        if (peer == nullptr || !peer->open || peer->lagging()) {
            continue;
        }
        (peer->behind() ? refused_ : receivers_).push_back(peer->id);
    }
    const size_t before = refused_.size();
    link_.send_all(receivers_, effect.lane, effect.frame, refused_);
    counters_.frames_sent.add(receivers_.size() - (refused_.size() - before));
    for (const PeerId id : refused_) {
        deliver_later(*peers_.find(id), effect, steady_ms);
    }
}

void NetLoop::carry_out(const CloseSession& effect) {
    NetPeer* peer = peers_.find(peer_of(effect.session));
    if (peer == nullptr) {
        return;
    }
    const PeerId id = peer->id;
    forget(*peer);
    link_.close(id, effect.reason, effect.retry_after_ms);
}

} // namespace parley
