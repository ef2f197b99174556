// enet_server.cpp: a server's sessions from the first Hello to Welcome or Closed.
#include "schemas/link/enet_inside.hpp"

namespace parley {

void EnetLink::Inside::serve_hello(const Address& from, Bytes datagram) {
    const ByteVector answer = handshakes_->hello(from, datagram, now_ms_);
    if (!answer.empty()) {
        send_datagram(from, answer);
    }
}

// Sealed, of a handshake whose Auth is not complete. Parts may come twice and in any order.
void EnetLink::Inside::open_for_pending(PendingHandshake& pending, const Address& from,
                                        Bytes datagram) {
    std::array<uint8_t, limits::plain_datagram_bytes_max> buffer;
    const size_t bytes = datagram.size() - limits::seal_overhead_bytes;
    const Opened opened = pending.opener.open(datagram, buffer.data(), now_ms_);
    if (opened == Opened::Replayed || opened == Opened::Forged) {
        (opened == Opened::Replayed ? metrics_.refused_replay : metrics_.refused_forged).add();
        return;
    }
    metrics_.datagrams_opened.add();
    pending.proven = true;
    if (!(from == pending.address)) {
        // The rates count by this address, so it stays until the peer is admitted.
        metrics_.moves_refused.add();
        return;
    }
    Auth auth;
    ByteVector joined;
    switch (handshakes_->auth_part(pending, {buffer.data(), bytes}, auth, joined)) {
    case ServerHandshake::AuthStep::Malformed:
        // Also an ENet datagram before Welcome: nothing of it reaches ENet.
        metrics_.refused_state.add();
        send_sealed(pending.sealer, from, encode(ClosedNotice{Error::Protocol, 0}));
        handshakes_->drop(pending);
        return;
    case ServerHandshake::AuthStep::BadSignature:
        handshakes_->auth_failed(from, nullptr, now_ms_);
        send_sealed(pending.sealer, from, encode(ClosedNotice{Error::BadTicket, 0}));
        handshakes_->drop(pending);
        return;
    case ServerHandshake::AuthStep::Waiting:
        send_sealed(pending.sealer, from, encode_auth_ack(pending.parts_mask));
        return;
    case ServerHandshake::AuthStep::Signed:
        break;
    }
    if (handshakes_->device_blocked(auth.device_key, now_ms_)) {
        metrics_.hello_rate.add();
        send_sealed(pending.sealer, from,
                    encode(ClosedNotice{Error::Rate, limits::auth_failures_retry_ms}));
        handshakes_->drop(pending);
        return;
    }
    send_sealed(pending.sealer, from, encode_auth_ack(pending.parts_mask));
    LinkSession* session = take_session(now_ms_);
    if (session == nullptr) {
        metrics_.hello_full.add();
        send_sealed(pending.sealer, from, encode(ClosedNotice{Error::Full, 5000}));
        handshakes_->drop(pending);
        return;
    }
    session->address = from;
    session->device = std::make_unique<const PublicKey>(auth.device_key);
    session->sealer = pending.sealer;
    session->opener = std::move(pending.opener);
    give_wire_id(*session, pending.session);
    set_state(*session, SessionState::Judged);
    AuthRequest request;
    request.peer = peer_id(*session);
    request.ticket = std::string(auth.ticket);
    request.device_key = auth.device_key;
    request.address = from;
    sodium_memzero(joined.data(), joined.size());
    handshakes_->drop(pending);
    events_.push_back(std::move(request));
}

// The client says Auth again until it has an answer, so each state answers for itself.
void EnetLink::Inside::serve_inner(LinkSession& session, Bytes plain) {
    if (parse_auth_part(plain)) {
        switch (session.state) {
        case SessionState::Judged:
            send_sealed(session.sealer, session.address,
                        encode_auth_ack((1u << limits::auth_parts_max) - 1));
            break;
        case SessionState::Welcomed:
            send_sealed(session.sealer, session.address, encode_welcome());
            break;
        case SessionState::Over:
            send_sealed(session.sealer, session.address, encode(session.over));
            break;
        default:
            metrics_.refused_state.add(); // a late repeat
            break;
        }
    } else if (parse_closed(plain)) {
        if (session.state == SessionState::Judged || session.state == SessionState::Welcomed ||
            session.state == SessionState::Open) {
            lost(session, Error::Closed, 0);
        }
    } else {
        metrics_.refused_compressed.add();
        strike(session);
    }
}

void EnetLink::Inside::admit(PeerId peer, Error verdict, uint32_t retry_after_ms) {
    LinkSession* session = find(peer);
    if (session == nullptr || session->state != SessionState::Judged) {
        return; // it left, or waited too long, while the receiver thought
    }
    const std::unique_ptr<const PublicKey> device = std::move(session->device);
    if (verdict == Error::Ok) {
        set_state(*session, SessionState::Welcomed);
        send_sealed(session->sealer, session->address, encode_welcome());
        return;
    }
    if (verdict == Error::BadTicket || verdict == Error::TicketExpired ||
        verdict == Error::TicketStolen || verdict == Error::Revoked) {
        handshakes_->auth_failed(session->address, device.get(), now_ms_);
    }
    session->over = {verdict, retry_after_ms};
    set_state(*session, SessionState::Over);
    send_sealed(session->sealer, session->address, encode(session->over));
}

} // namespace parley
