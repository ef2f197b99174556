// enet_link.cpp: life of a link and its sessions, events, the public face. Time comes in with each
// call; ENet has a clock of its own for resending.
#include "schemas/link/enet_link.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "schemas/link/enet_inside.hpp"

namespace parley {
namespace {

// One pass of enet_host_service reads at most 256 datagrams; so many passes in one poll leave time
// for the owner's other work even when the socket never runs dry.
constexpr int service_passes_max = 16;
constexpr int64_t sweep_period_ms = 100;
// How long a closed peer may take to hear why, before its place is free.
constexpr int64_t closing_ms_max = 2000;
constexpr int64_t over_ms_max = 3000;
// Beyond the kernel's default, a tick's acknowledgements from a thousand peers would be lost.
constexpr int socket_buffer_bytes = 4 * 1024 * 1024;

constexpr uint32_t close_retry_ms_max = (1u << 24) - 1;

} // namespace

uint32_t encode_close_data(Error reason, uint32_t retry_after_ms) {
    const auto number = static_cast<uint32_t>(-static_cast<int32_t>(reason)) & 0xFFu;
    return number | (std::min(retry_after_ms, close_retry_ms_max) << 8);
}

ClosedNotice decode_close_data(uint32_t data) {
    const int32_t number = -static_cast<int32_t>(data & 0xFFu);
    // 0 is what ENet says when a peer has timed out.
    return {error_from_wire(number, Error::ConnectionLost), data >> 8};
}

// [life]
EnetLink::Inside::Inside(const EnetApi& api, const Log& log, bool allow_aes,
                         const BatchOptions& batching, TimeMs steady_ms)
    : api_(api), log_(log), allow_aes_(allow_aes), batching_(batching), now_ms_(steady_ms),
      swept_at_ms_(steady_ms) {}

EnetLink::Inside::~Inside() {
    if (host_ == nullptr) {
        return;
    }
    {
        const AtWork work(*this);
        for (LinkSession& session : sessions_) {
            if (ENetPeer* peer = live_peer(session)) {
                const bool told = session.state == SessionState::Closing;
                api_.peer_disconnect_now(
                    peer, told ? encode_close_data(session.over.reason, session.over.retry_after_ms)
                               : encode_close_data(Error::Closed, 0));
            }
        }
    }
    batch_.reset(); // before the socket
    const AtWork work(*this);
    api_.host_destroy(host_);
}

Result<void> EnetLink::Inside::open_host(const Address& bind, size_t peers,
                                         const PortShare& share) {
    // Without an address ENet makes a socket and leaves binding to us, so that options that must
    // come before it can.
    host_ = api_.host_create(nullptr, peers, lane_count, 0, 0);
    if (host_ == nullptr) {
        return Error::Internal;
    }
    const bool shared = share.sharers > 1;
    const bool first = share.index == 0;
    if (shared && !first) {
        if (const Result<void> allowed = allow_shared_port(host_->socket); !allowed) {
            return allowed.error();
        }
    }
    // The kernel may give less; that costs speed under load, not correctness.
    setsockopt(host_->socket, SOL_SOCKET, SO_RCVBUF, &socket_buffer_bytes,
               sizeof socket_buffer_bytes);
    setsockopt(host_->socket, SOL_SOCKET, SO_SNDBUF, &socket_buffer_bytes,
               sizeof socket_buffer_bytes);
    const ENetAddress address = to_enet(bind);
    if (api_.socket_bind(host_->socket, &address) != 0) {
        return errno == EADDRINUSE ? Error::PortTaken : Error::BadAddress;
    }
    if (shared) {
        const Result<void> joined = first ? allow_shared_port(host_->socket)
                                          : steer_shared_port(host_->socket, share.sharers);
        if (!joined) {
            return joined.error();
        }
    }
    if (api_.socket_get_address(host_->socket, &host_->address) != 0) {
        return Error::Internal;
    }
    if (batching_.make != nullptr) {
        batch_ = batching_.make(host_->socket, batching_.datagrams);
    }
    host_->checksum = &seal_hook;
    host_->intercept = &open_hook;
    host_->maximumPacketSize = limits::enet_packet_bytes_max;
    host_->maximumWaitingData = limits::enet_waiting_bytes_max;
    host_->mtu = static_cast<enet_uint32>(limits::enet_mtu_bytes);
    for (size_t i = 0; i < host_->peerCount; ++i) {
        host_->peers[i].mtu = host_->mtu; // set from the default when the host was made
    }
    sessions_.resize(peers);
    wire_ids_.reserve(peers);
    free_sessions_.reserve(peers);
    for (size_t i = peers; i > 0; --i) {
        free_sessions_.push_back(static_cast<uint16_t>(i - 1));
    }
    return {};
}

// [sessions]
LinkSession* EnetLink::Inside::find(PeerId peer) {
    const size_t slot = slot_of(peer);
    if (slot == 0 || slot > sessions_.size()) {
        return nullptr;
    }
    LinkSession& session = sessions_[slot - 1];
    return session.state != SessionState::Free && session.generation == generation_of(peer)
               ? &session
               : nullptr;
}

PeerId EnetLink::Inside::peer_id(const LinkSession& session) const {
    const auto slot = static_cast<uint16_t>(&session - sessions_.data() + 1);
    return peer_at(slot, session.generation);
}

LinkSession* EnetLink::Inside::find_by_wire_id(uint32_t id) {
    const uint16_t found = wire_ids_.find(id);
    return found == WireIds::none ? nullptr : &sessions_[found];
}

LinkSession* EnetLink::Inside::take_session(TimeMs steady_ms) {
    if (free_sessions_.empty()) {
        // One who is over and only waits to be asked why has had his time.
        const auto oldest = std::min_element(
            sessions_.begin(), sessions_.end(), [](const LinkSession& a, const LinkSession& b) {
                const bool a_over = a.state == SessionState::Over;
                const bool b_over = b.state == SessionState::Over;
                return a_over != b_over ? a_over : a.since_ms < b.since_ms;
            });
        if (oldest == sessions_.end() || oldest->state != SessionState::Over) {
            return nullptr;
        }
        free_session(*oldest);
    }
    LinkSession& session = sessions_[free_sessions_.back()];
    free_sessions_.pop_back();
    ++session.generation;
    session.since_ms = steady_ms;
    session.moved_ms = steady_ms - limits::roam_period_ms;
    return &session;
}

void EnetLink::Inside::set_state(LinkSession& session, SessionState state) {
    session.state = state;
    session.since_ms = now_ms_;
}

void EnetLink::Inside::give_wire_id(LinkSession& session, uint32_t id) {
    wire_ids_.erase(session.id);
    session.id = id;
    wire_ids_.put(id, static_cast<uint16_t>(&session - sessions_.data()));
}

void EnetLink::Inside::free_session(LinkSession& session) {
    if (ENetPeer* peer = live_peer(session)) {
        api_.peer_reset(peer);
    }
    wire_ids_.erase(session.id);
    const uint16_t generation = session.generation;
    const bool hungry = session.hungry; // its place in hungry_ is taken out there
    session = LinkSession{};
    session.generation = generation;
    session.hungry = hungry;
    free_sessions_.push_back(static_cast<uint16_t>(&session - sessions_.data()));
    if (!is_server()) {
        greeting_.reset();
    }
}

void EnetLink::Inside::lost(LinkSession& session, Error reason, uint32_t retry_after_ms) {
    if (session.state != SessionState::Closing && session.state != SessionState::Over) {
        events_.push_back(PeerClosed{peer_id(session), reason, retry_after_ms});
    }
    free_session(session);
}

void EnetLink::Inside::close(PeerId peer, Error reason, uint32_t retry_after_ms) {
    LinkSession* session = find(peer);
    if (session == nullptr || session->state == SessionState::Closing ||
        session->state == SessionState::Over) {
        return;
    }
    events_.erase(std::remove_if(events_.begin(), events_.end(),
                                 [&](const LinkEvent& event) {
                                     return std::visit(
                                         [&](const auto& of) { return of.peer == peer; }, event);
                                 }),
                  events_.end());
    session->over = {reason, retry_after_ms};
    ENetPeer* enet_peer = live_peer(*session);
    if (session->state == SessionState::Open && enet_peer != nullptr) {
        // What was sent before the close still goes out, as far as ENet already has it.
        while (!session->queue.empty() && enet_room(*session) > 0) {
            const size_t before = session->queue.bytes();
            feed(*session);
            if (session->queue.bytes() == before) {
                break;
            }
        }
        session->queue.clear();
        set_state(*session, SessionState::Closing);
        api_.peer_disconnect_later(enet_peer, encode_close_data(reason, retry_after_ms));
        api_.host_flush(host_);
        return;
    }
    if (session->id != 0) {
        send_sealed(session->sealer, session->address, encode(session->over));
    }
    if (is_server() && session->id != 0) {
        if (enet_peer != nullptr) {
            api_.peer_reset(enet_peer);
        }
        session->peer = nullptr;
        set_state(*session, SessionState::Over);
    } else {
        free_session(*session);
    }
}

// [events]
void EnetLink::Inside::take_event(const ENetEvent& event) {
    auto* session = static_cast<LinkSession*>(event.peer->data);
    switch (event.type) {
    case ENET_EVENT_TYPE_CONNECT: {
        if (session == nullptr || live_peer(*session) != event.peer ||
            session->state != SessionState::Welcomed) {
            api_.peer_reset(event.peer); // its session ended while ENet connected
            return;
        }
        api_.peer_ping_interval(event.peer, static_cast<enet_uint32>(limits::ping_interval_ms));
        api_.peer_timeout(event.peer, ENET_PEER_TIMEOUT_LIMIT,
                          is_server() ? static_cast<enet_uint32>(limits::peer_timeout_ms_min)
                                      : enet_uint32{ENET_PEER_TIMEOUT_MINIMUM},
                          static_cast<enet_uint32>(limits::peer_timeout_ms));
        event.peer->packetThrottleDeceleration = 0;
        set_state(*session, SessionState::Open);
        events_.push_back(PeerOpened{peer_id(*session), session->address});
        return;
    }
    case ENET_EVENT_TYPE_DISCONNECT:
        // ENet has reset the peer already, so its connectID is gone; data still names the session.
        event.peer->data = nullptr;
        if (session != nullptr && session->peer == event.peer) {
            const ClosedNotice notice = decode_close_data(event.data);
            session->peer = nullptr;
            // A client has no reasons to give; a server's are ours to pass on.
            const bool said = notice.reason != Error::ConnectionLost;
            lost(*session, is_server() && said ? Error::Closed : notice.reason,
                 is_server() ? 0 : notice.retry_after_ms);
        }
        return;
    case ENET_EVENT_TYPE_RECEIVE:
        if (session != nullptr && session->state == SessionState::Open &&
            event.channelID < lane_count) {
            const Bytes bytes(event.packet->data, event.packet->dataLength);
            FrameReceived received;
            received.peer = peer_id(*session);
            received.lane = static_cast<Lane>(event.channelID);
            received.frame.assign(bytes.begin(), bytes.end()); // operator new: aligned by 16
            events_.push_back(std::move(received));
        }
        api_.packet_destroy(event.packet);
        return;
    case ENET_EVENT_TYPE_NONE:
        return;
    }
}

bool EnetLink::Inside::readable() const {
    pollfd descriptor = {.fd = host_->socket, .events = POLLIN, .revents = 0};
    return ::poll(&descriptor, 1, 0) > 0;
}

void EnetLink::Inside::flush(TimeMs steady_ms) {
    now_ms_ = std::max(now_ms_, steady_ms);
    size_t kept = 0;
    for (const uint16_t index : hungry_) {
        LinkSession& session = sessions_[index];
        if (session.state == SessionState::Open) {
            feed(session);
        }
        if (session.queue.empty()) {
            session.hungry = false;
        } else {
            hungry_[kept++] = index;
        }
    }
    hungry_.resize(kept);
    api_.host_flush(host_);
}

void EnetLink::Inside::pump(TimeMs steady_ms) {
    now_ms_ = std::max(now_ms_, steady_ms);
    if (!is_server()) {
        client_step();
    }
    for (int pass = 0; pass < service_passes_max; ++pass) {
        // ENet would tell every peer the (absent) bandwidth limits whenever one joins or leaves.
        host_->recalculateBandwidthLimits = 0;
        if (api_.host_service(host_, nullptr, 0) < 0) {
            // A datagram too large for ENet's buffer, a send the kernel refused: the next goes on.
            metrics_.service_failures.add();
        }
        ENetEvent event = {};
        while (api_.host_check_events(host_, &event) > 0) {
            take_event(event);
        }
        if (!more_to_read()) {
            break;
        }
    }
    if (!hungry_.empty() || !is_server()) {
        flush(now_ms_);
    }
    sweep();
}

// What ends by time, or by something that could not be done inside ENet.
void EnetLink::Inside::sweep() {
    if (now_ms_ - swept_at_ms_ < sweep_period_ms) {
        return;
    }
    swept_at_ms_ = now_ms_;
    if (is_server()) {
        handshakes_->expire(now_ms_);
    }
    for (LinkSession& session : sessions_) {
        const int64_t age_ms = now_ms_ - session.since_ms;
        switch (session.state) {
        case SessionState::Free:
        case SessionState::Greeting:
            break;
        case SessionState::Judged:
            if (age_ms >= limits::auth_wait_ms_max) {
                session.over = {Error::Busy, 1000};
                send_sealed(session.sealer, session.address, encode(session.over));
                lost(session, Error::ConnectionLost, 0);
            }
            break;
        case SessionState::Welcomed:
            if (age_ms >= limits::auth_wait_ms_max) {
                lost(session, Error::ConnectionLost, 0);
            }
            break;
        case SessionState::Open:
            session.opener.expire(now_ms_);
            if (live_peer(session) == nullptr) {
                lost(session, Error::ConnectionLost, 0); // ENet let it go without a word
            } else if (session.cut ||
                       (!session.queue.empty() &&
                        now_ms_ - session.queue.waiting_since_ms() >= limits::peer_queue_ms_max)) {
                const Error reason = session.cut ? Error::Protocol : Error::Slow;
                const PeerId peer = peer_id(session);
                close(peer, reason, 0);
                events_.push_back(PeerClosed{peer, reason, 0});
            }
            break;
        case SessionState::Closing:
            if (live_peer(session) == nullptr) {
                free_session(session);
            } else if (age_ms >= closing_ms_max) {
                send_sealed(session.sealer, session.address, encode(session.over));
                free_session(session);
            }
            break;
        case SessionState::Over:
            if (age_ms >= over_ms_max) {
                free_session(session);
            }
            break;
        }
    }
}

// [the public face]
EnetLink::EnetLink(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
EnetLink::~EnetLink() = default;

namespace {

// What both ends need: an ENet that fits, proven to seal, on an open port. Options: of either end.
template <typename Options>
Result<std::unique_ptr<EnetLink::Inside>> open_inside(const Options& options, size_t peers,
                                                      const PortShare& share, BatchOptions batching,
                                                      TimeMs steady_ms) {
    const std::optional<Address> bind = parse_address(options.bind);
    if (!bind) {
        return Error::BadAddress;
    }
    const Result<EnetApi> api = enet_api(options.enet);
    if (!api) {
        return api.error();
    }
    if (sodium_init() < 0) {
        return Error::Internal;
    }
    if (batching.make != nullptr) {
        const Result<void> tested = link_self_test(*api, batching, steady_ms);
        if (!tested) {
            options.log.warn("link_batch_refused", {{"error", error_name(tested.error())}});
            batching = {};
        }
    }
    if (const Result<void> sealed = link_self_test(*api, {}, steady_ms); !sealed) {
        return sealed.error();
    }
    auto inside = std::make_unique<EnetLink::Inside>(*api, options.log, options.allow_aes, batching,
                                                     steady_ms);
    if (const Result<void> opened = inside->open_host(*bind, peers, share); !opened) {
        return opened.error();
    }
    return inside;
}

} // namespace

Result<std::unique_ptr<EnetLink>> EnetLink::listen(const ServerOptions& options, TimeMs steady_ms) {
    if (options.peers_max == 0 || options.peers_max > limits::sessions_per_host_max ||
        options.thread_count == 0 || options.thread_index >= options.thread_count) {
        return Error::BadArgument;
    }
    const PortShare share = {options.thread_count, options.thread_index};
    const BatchOptions batching = options.datagrams_per_call > 1
                                      ? BatchOptions{options.make_batch, options.datagrams_per_call}
                                      : BatchOptions{};
    auto opened = open_inside(options, options.peers_max, share, batching, steady_ms);
    if (!opened) {
        return opened.error();
    }
    std::unique_ptr<Inside> inside = std::move(opened).value();
    ServerHandshakeOptions handshake;
    handshake.static_secret = options.static_secret;
    handshake.app_id = options.app_id;
    handshake.thread_count = options.thread_count;
    handshake.thread_index = options.thread_index;
    handshake.hello_per_network_per_s = options.hello_per_network_per_s;
    handshake.auth_failures_per_network_per_min = options.auth_failures_per_network_per_min;
    handshake.allow_aes = options.allow_aes;
    Inside* raw = inside.get();
    inside->handshakes_ = std::make_unique<ServerHandshake>(
        handshake, inside->metrics_,
        [raw](uint32_t id) { return raw->find_by_wire_id(id) != nullptr; }, steady_ms);
    sodium_memzero(handshake.static_secret.data(), handshake.static_secret.size());
    return std::make_unique<EnetLink>(std::move(inside));
}

Result<std::unique_ptr<EnetLink>> EnetLink::client(const ClientOptions& options, TimeMs steady_ms) {
    auto opened = open_inside(options, 1, {}, {}, steady_ms);
    if (!opened) {
        return opened.error();
    }
    return std::make_unique<EnetLink>(std::move(opened).value());
}

Result<PeerId> EnetLink::connect(const ConnectOptions& options, TimeMs steady_ms) {
    const Inside::AtWork work(*inside_);
    return inside_->connect(options, steady_ms);
}

void EnetLink::admit(PeerId peer, Error verdict, uint32_t retry_after_ms) {
    const Inside::AtWork work(*inside_);
    inside_->admit(peer, verdict, retry_after_ms);
}

bool EnetLink::send(PeerId peer, Lane lane, const SharedFrame& frame) {
    const Inside::AtWork work(*inside_);
    return inside_->send(peer, lane, frame, nullptr);
}

void EnetLink::send_all(std::span<const PeerId> peers, Lane lane, const SharedFrame& frame,
                        std::vector<PeerId>& refused) {
    const Inside::AtWork work(*inside_);
    inside_->send_all(peers, lane, frame, refused);
}

std::optional<LinkEvent> EnetLink::poll(TimeMs steady_ms) {
    Inside& inside = *inside_;
    if (inside.events_.empty() && !inside.polled_) {
        const Inside::AtWork work(inside);
        inside.pump(steady_ms);
        inside.polled_ = true;
    }
    if (inside.events_.empty()) {
        inside.polled_ = false;
        return std::nullopt;
    }
    LinkEvent event = std::move(inside.events_.front());
    inside.events_.pop_front();
    return event;
}

void EnetLink::flush(TimeMs steady_ms) {
    const Inside::AtWork work(*inside_);
    inside_->flush(steady_ms);
}

void EnetLink::close(PeerId peer, Error reason, uint32_t retry_after_ms) {
    const Inside::AtWork work(*inside_);
    inside_->close(peer, reason, retry_after_ms);
}

size_t EnetLink::queued_bytes(PeerId peer) const {
    return inside_->queued_bytes(peer);
}

uint32_t EnetLink::rtt_ms(PeerId peer) const {
    const LinkSession* session = inside_->find(peer);
    const ENetPeer* enet_peer = session != nullptr ? Inside::live_peer(*session) : nullptr;
    const bool measured = enet_peer != nullptr && session->state == SessionState::Open;
    return measured ? enet_peer->roundTripTime : 0;
}

void EnetLink::wait(int64_t longest_ms, int wake_fd) const {
    if (inside_->batch_ != nullptr && inside_->batch_->more()) {
        return;
    }
    pollfd descriptors[] = {{.fd = inside_->host_->socket, .events = POLLIN, .revents = 0},
                            {.fd = wake_fd, .events = POLLIN, .revents = 0}};
    // A negative descriptor is passed over by poll(2); an interrupted sleep is a short one.
    ::poll(descriptors, 2, static_cast<int>(std::clamp<int64_t>(longest_ms, 0, 60'000)));
}

void EnetLink::wait_for_wake(int64_t longest_ms, int wake_fd) {
    pollfd descriptor = {.fd = wake_fd, .events = POLLIN, .revents = 0};
    ::poll(&descriptor, 1, static_cast<int>(std::clamp<int64_t>(longest_ms, 0, 60'000)));
}

int EnetLink::socket_fd() const {
    return inside_->host_->socket;
}

Address EnetLink::local_address() const {
    return from_enet(inside_->host_->address);
}

const LinkMetrics& EnetLink::metrics() const {
    return inside_->metrics_;
}

DatagramBatch::Counts EnetLink::batch_counts() const {
    return inside_->batch_ != nullptr ? inside_->batch_->counts() : DatagramBatch::Counts();
}

} // namespace parley
