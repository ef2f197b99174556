// enet_client.cpp: a client's one session, from connect() to ENet's own CONNECT.
#include "schemas/link/address.hpp"
#include "schemas/link/enet_inside.hpp"

#include <algorithm>

namespace parley {

Result<PeerId> EnetLink::Inside::connect(const ConnectOptions& options, TimeMs steady_ms) {
    now_ms_ = std::max(now_ms_, steady_ms);
    if (is_server() || options.server_keys.empty() || options.ticket.empty() ||
        options.ticket.size() > limits::ticket_bytes_max) {
        return Error::BadArgument;
    }
    const std::optional<Address> address = parse_address(options.address);
    if (!address || !is_answerable(*address)) {
        return Error::BadAddress;
    }
    if (sessions_[0].state == SessionState::Closing) {
        // ENet may still have wanted to say it; the new connection is more urgent.
        send_sealed(sessions_[0].sealer, sessions_[0].address, encode(sessions_[0].over));
        free_session(sessions_[0]);
    }
    LinkSession* session = take_session(now_ms_);
    if (session == nullptr) {
        return Error::BadState;
    }
    session->address = *address;
    greeting_ = std::make_unique<ClientHandshake>(options, allow_aes_, now_ms_);
    set_state(*session, SessionState::Greeting);
    return peer_id(*session);
}

void EnetLink::Inside::client_step() {
    LinkSession& session = sessions_[0];
    if (session.state != SessionState::Greeting || greeting_ == nullptr) {
        return;
    }
    std::vector<ByteVector> datagrams;
    std::vector<ByteVector> plains;
    greeting_->due(now_ms_, datagrams, plains);
    for (const ByteVector& datagram : datagrams) {
        send_datagram(session.address, datagram);
    }
    for (ByteVector& plain : plains) {
        send_sealed(session.sealer, session.address, plain);
        sodium_memzero(plain.data(), plain.size());
    }
    if (greeting_->state() == ClientHandshake::State::Failed) {
        const Error reason = greeting_->error();
        const uint32_t retry_after_ms = greeting_->retry_after_ms();
        lost(session, reason, retry_after_ms);
    } else if (greeting_->state() == ClientHandshake::State::Welcomed) {
        greeting_.reset();
        set_state(session, SessionState::Welcomed);
        const ENetAddress address = to_enet(session.address);
        ENetPeer* peer = api_.host_connect(host_, &address, lane_count, 0);
        if (peer == nullptr) {
            lost(session, Error::OutOfMemory, 0);
            return;
        }
        // The server knows us by the session's id; ENet drew a number of its own and has it in
        // the CONNECT that waits to be sent.
        peer->connectID = connect_id_of(session.id);
        auto* connect =
            reinterpret_cast<ENetOutgoingCommand*>(enet_list_begin(&peer->outgoingCommands));
        connect->command.connect.connectID = peer->connectID;
        peer->packetThrottleDeceleration = 0;
        peer->data = &session;
        session.peer = peer;
    }
}

void EnetLink::Inside::client_datagram(const Address& from, Bytes datagram) {
    LinkSession& session = sessions_[0];
    if (session.state != SessionState::Greeting || greeting_ == nullptr ||
        !(from == session.address)) {
        metrics_.refused_state.add();
        return;
    }
    if (greeting_->receive(datagram, now_ms_)) {
        const NoiseKeys& keys = greeting_->keys();
        session.sealer =
            Sealer(greeting_->cipher(), greeting_->session(), keys.client_to_server, now_ms_);
        session.opener = Opener(greeting_->cipher(), keys.server_to_client);
        give_wire_id(session, greeting_->session());
    }
    client_step(); // an answer is worth another datagram at once
}

void EnetLink::Inside::client_inner(LinkSession& session, Bytes plain) {
    if (session.state == SessionState::Greeting && greeting_ != nullptr) {
        greeting_->receive_inner(plain);
        client_step();
        return;
    }
    if (const std::optional<ClosedNotice> notice = parse_closed(plain)) {
        if (session.state == SessionState::Welcomed || session.state == SessionState::Open) {
            lost(session, notice->reason, notice->retry_after_ms);
        }
        return;
    }
    metrics_.refused_state.add(); // a Welcome or acknowledgement said twice
}

} // namespace parley
