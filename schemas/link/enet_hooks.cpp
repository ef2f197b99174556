// enet_hooks.cpp: everything that enters and leaves ENet's host. In: opened, judged, policed, or
// taken as one of the link's own messages. Out: sealed, or replaced by one zero byte.
#include "schemas/link/enet_inside.hpp"

#include <arpa/inet.h>

namespace parley {
namespace {

// The links at work on this thread, innermost first. Plain data: it needs no destructor when a
// plugin is unloaded.
thread_local EnetLink::Inside::AtWork* at_work = nullptr;

// In place of what must not leave: too short for anything, dropped by every receiver.
uint8_t nothing = 0;

} // namespace

EnetLink::Inside::AtWork::AtWork(Inside& worker) : inside(worker), outer(at_work) {
    at_work = this;
}

EnetLink::Inside::AtWork::~AtWork() {
    if (inside.batch_ != nullptr) {
        inside.batch_->flush();
    }
    at_work = outer;
}

ENetAddress to_enet(const Address& address) {
    return {.host = htonl(ipv4_of(address).value_or(0)), .port = address.port};
}

Address from_enet(const ENetAddress& address) {
    return ipv4_address(ntohl(address.host), address.port);
}

uint32_t connect_id_of(uint32_t wire_id) {
    uint8_t bytes[4];
    store_le(bytes, wire_id);
    uint32_t id = 0;
    std::memcpy(&id, bytes, sizeof id);
    return id;
}

// [out] The last thing that ENet calls before it sends. It gives us its host's own buffers, whose
// contents and number we may change. On the way in it is called too, with a buffer of its own; the
// answer there must equal the checksum slot, which police() has set to 0.
enet_uint32 ENET_CALLBACK EnetLink::Inside::seal_hook(const ENetBuffer* buffers, size_t count) {
    for (const AtWork* work = at_work; work != nullptr; work = work->outer) {
        if (work->inside.host_ != nullptr && buffers == work->inside.host_->buffers) {
            work->inside.seal_outgoing(buffers, count);
            return 0;
        }
    }
    if (at_work != nullptr) {
        return 0; // the way in
    }
    // ENet works for a link outside of its methods: a bug of ours. Nothing readable may leave.
    ENetBuffer* writable = const_cast<ENetBuffer*>(buffers);
    writable[0] = {.data = &nothing, .dataLength = sizeof nothing};
    for (size_t i = 1; i < count; ++i) {
        writable[i].dataLength = 0;
    }
    return 0;
}

void EnetLink::Inside::seal_outgoing(const ENetBuffer* buffers, size_t count) {
    size_t bytes = 0;
    bool fits = buffers[0].dataLength >= sizeof(enet_uint32);
    for (size_t i = 0; fits && i < count; ++i) {
        fits = bytes + buffers[i].dataLength <= limits::plain_datagram_bytes_max;
        if (fits && buffers[i].dataLength > 0) {
            std::memcpy(plain_.data() + bytes, buffers[i].data, buffers[i].dataLength);
            bytes += buffers[i].dataLength;
        }
    }
    LinkSession* session = nullptr;
    if (fits) {
        uint8_t* slot = plain_.data() + buffers[0].dataLength - sizeof(enet_uint32);
        if (is_server()) {
            session = find_by_wire_id(load_le<uint32_t>(slot));
        } else {
            session = &sessions_[0]; // a client's host has one peer
        }
        std::memset(slot, 0, sizeof(enet_uint32));
    }
    host_->bufferCount = 1;
    if (session == nullptr || session->id == 0) {
        metrics_.seal_failures.add();
        host_->buffers[0] = {.data = &nothing, .dataLength = sizeof nothing};
        return;
    }
    const size_t sealed = bytes + limits::seal_overhead_bytes;
    if (session->unproven != nullptr) {
        LinkSession::Unproven& unproven = *session->unproven;
        if (unproven.sent_bytes + sealed >
            limits::roam_bytes_factor_max * unproven.received_bytes) {
            // The address may be somebody's whom a third one wants to drown. Reliable data comes
            // again by ENet.
            metrics_.sends_held.add();
            host_->buffers[0] = {.data = &nothing, .dataLength = sizeof nothing};
            return;
        }
        unproven.sent_bytes += sealed;
    }
    uint8_t* const out = batch_ != nullptr ? batch_->place() : sealed_.data();
    session->sealer.seal({plain_.data(), bytes}, out, now_ms_);
    host_->buffers[0] = {.data = out, .dataLength = sealed};
    metrics_.datagrams_sealed.add();
    metrics_.bytes_sent.add(sealed);
}

void EnetLink::Inside::send_datagram(const Address& to, Bytes datagram) {
    const ENetAddress address = to_enet(to);
    const ENetBuffer buffer = {.data = const_cast<uint8_t*>(datagram.data()),
                               .dataLength = datagram.size()};
    if (api_.socket_send(host_->socket, &address, &buffer, 1) < 0) {
        metrics_.service_failures.add();
    } else {
        metrics_.bytes_sent.add(datagram.size());
    }
}

void EnetLink::Inside::send_sealed(Sealer& sealer, const Address& to, Bytes plain) {
    std::array<uint8_t, limits::sealed_datagram_bytes_max> datagram;
    PARLEY_ASSERT(plain.size() <= limits::plain_datagram_bytes_max);
    sealer.seal(plain, datagram.data(), now_ms_);
    metrics_.datagrams_sealed.add();
    send_datagram(to, Bytes(datagram).first(plain.size() + limits::seal_overhead_bytes));
}

// [in] 1: we took it; 0: ENet goes on with receivedData.
int ENET_CALLBACK EnetLink::Inside::open_hook(ENetHost* host, ENetEvent*) {
    for (const AtWork* work = at_work; work != nullptr; work = work->outer) {
        if (work->inside.host_ == host) {
            return work->inside.open_incoming() ? 0 : 1;
        }
    }
    return 1;
}

bool EnetLink::Inside::open_incoming() {
    const Bytes datagram(host_->receivedData, host_->receivedDataLength);
    metrics_.bytes_received.add(datagram.size());
    const Address from = from_enet(host_->receivedAddress);
    if (!is_answerable(from)) {
        metrics_.refused_address.add();
        return false;
    }
    const uint8_t kind = datagram.empty() ? 0 : datagram[0];
    if (kind == sealed_first_byte || kind == sealed_first_byte + 1) {
        if (datagram.size() < limits::seal_overhead_bytes + 1 ||
            datagram.size() > limits::sealed_datagram_bytes_max) {
            metrics_.refused_kind.add();
            return false;
        }
        const uint32_t id = load_le<uint32_t>(datagram.data() + 1);
        if (LinkSession* session = find_by_wire_id(id)) {
            return open_for_session(*session, datagram, from);
        }
        if (is_server()) {
            if (PendingHandshake* pending = handshakes_->find(id)) {
                open_for_pending(*pending, from, datagram);
                return false;
            }
        }
        metrics_.refused_session.add();
        return false;
    }
    if (is_server() && kind == static_cast<uint8_t>(DatagramKind::Hello)) {
        serve_hello(from, datagram);
    } else if (!is_server() && kind >= static_cast<uint8_t>(DatagramKind::Retry) &&
               kind <= static_cast<uint8_t>(DatagramKind::Refuse)) {
        client_datagram(from, datagram);
    } else {
        metrics_.refused_kind.add();
    }
    return false;
}

bool EnetLink::Inside::open_for_session(LinkSession& session, Bytes datagram, const Address& from) {
    uint8_t* plain = host_->packetData[1]; // ENet's second buffer, free without a compressor
    const size_t bytes = datagram.size() - limits::seal_overhead_bytes;
    const Opened opened = session.opener.open(datagram, plain, now_ms_);
    if (opened == Opened::Replayed || opened == Opened::Forged) {
        (opened == Opened::Replayed ? metrics_.refused_replay : metrics_.refused_forged).add();
        return false;
    }
    metrics_.datagrams_opened.add();
    if (opened == Opened::FreshNewest && !roam(session, from, datagram.size())) {
        metrics_.moves_refused.add();
    }
    if ((plain[0] & enet_compressed_bit) != 0) {
        inner_message(session, {plain, bytes});
        return false;
    }
    if (!police_for_session(session, {plain, bytes})) {
        return false;
    }
    // ENet compares addresses itself; what the seal has proven must not fail there.
    host_->receivedAddress = to_enet(session.address);
    host_->receivedData = plain;
    host_->receivedDataLength = bytes;
    return true;
}

// A newest datagram decides where the peer is. False: it came from elsewhere, but too soon.
bool EnetLink::Inside::roam(LinkSession& session, const Address& from, size_t bytes) {
    if (from == session.address) {
        session.unproven.reset(); // the second one from there
        return true;
    }
    if (!is_server() || now_ms_ - session.moved_ms < limits::roam_period_ms) {
        return false;
    }
    metrics_.peers_moved.add();
    session.address = from;
    session.moved_ms = now_ms_;
    session.unproven = std::make_unique<LinkSession::Unproven>();
    session.unproven->received_bytes = bytes;
    if (ENetPeer* peer = live_peer(session)) {
        peer->address = to_enet(from);
    }
    return true;
}

void EnetLink::Inside::strike(LinkSession& session) {
    metrics_.strikes.add();
    if (++session.strikes >= limits::malformed_frames_max) {
        session.cut = true;
    }
}

// ENet makes a server's peer when a CONNECT has passed, and says so only at the end of its own
// handshake; connectID ties the two together before that.
void EnetLink::Inside::adopt_peer(LinkSession& session) {
    const uint32_t connect_id = connect_id_of(session.id);
    for (size_t i = 0; i < host_->peerCount; ++i) {
        ENetPeer& peer = host_->peers[i];
        if (peer.connectID == connect_id && peer.state != ENET_PEER_STATE_DISCONNECTED) {
            session.peer = &peer;
            peer.data = &session;
            return;
        }
    }
}

ENetPeer* EnetLink::Inside::live_peer(const LinkSession& session) {
    // ENet gives a slot to somebody else when it likes; then connectID differs.
    const bool live = session.peer != nullptr &&
                      session.peer->state != ENET_PEER_STATE_DISCONNECTED &&
                      session.peer->connectID == connect_id_of(session.id);
    return live ? session.peer : nullptr;
}

bool EnetLink::Inside::police_for_session(LinkSession& session, std::span<uint8_t> plain) {
    if (session.state == SessionState::Over) {
        // It does not know yet; each datagram of its own brings one answer.
        send_sealed(session.sealer, session.address, encode(session.over));
        return false;
    }
    if (session.state != SessionState::Welcomed && session.state != SessionState::Open &&
        session.state != SessionState::Closing) {
        metrics_.refused_state.add();
        return false;
    }
    if (session.peer == nullptr) {
        adopt_peer(session);
    }
    const ENetPeer* peer = live_peer(session);
    PoliceOptions options;
    options.server = is_server();
    options.connect_allowed = session.state == SessionState::Welcomed && session.peer == nullptr;
    options.connect_id = connect_id_of(session.id);
    options.peer_id =
        peer != nullptr ? peer->incomingPeerID : uint16_t{ENET_PROTOCOL_MAXIMUM_PEER_ID};
    switch (police(plain, options)) {
    case Policed::Pass:
    case Policed::Connect:
        return true;
    case Policed::Compressed:
        metrics_.refused_compressed.add();
        break;
    case Policed::Command:
        metrics_.refused_command.add();
        break;
    case Policed::BadConnect:
        // No strike: ENet itself says CONNECT again when our answer is lost.
        metrics_.refused_connect.add();
        return false;
    case Policed::WrongPeer:
        metrics_.refused_peer.add();
        break;
    case Policed::Malformed:
        metrics_.refused_malformed.add();
        break;
    case Policed::Oversize:
        metrics_.refused_oversize.add();
        break;
    }
    strike(session);
    return false;
}

void EnetLink::Inside::inner_message(LinkSession& session, Bytes plain) {
    if (is_server()) {
        serve_inner(session, plain);
    } else {
        client_inner(session, plain);
    }
}

} // namespace parley
