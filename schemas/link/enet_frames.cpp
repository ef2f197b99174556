// enet_frames.cpp: frames from send() to ENet. What ENet cannot send yet waits in the peer's own
// queue, which has a bound and an order of urgency.
#include "schemas/link/enet_inside.hpp"

namespace parley {
namespace {

// ENet sends no more than this unacknowledged; what we give it beyond would only wait there.
constexpr size_t enet_window_bytes = ENET_PROTOCOL_MAXIMUM_WINDOW_SIZE;
// Bulk takes at most half of it, so that a line of chat never waits behind a whole window.
constexpr size_t enet_window_bulk_bytes = enet_window_bytes / 2;
static_assert(limits::bulk_frame_bytes_max <= enet_window_bulk_bytes);

void ENET_CALLBACK release_frame(ENetPacket* packet) {
    delete static_cast<SharedFrame*>(packet->userData);
}

} // namespace

ENetPacket* EnetLink::Inside::make_packet(Lane lane, const SharedFrame& frame) {
    enet_uint32 flags = ENET_PACKET_FLAG_NO_ALLOCATE;
    switch (lane_delivery(lane)) {
    case Delivery::Reliable:
        flags |= ENET_PACKET_FLAG_RELIABLE;
        break;
    case Delivery::Unsequenced:
        flags |= ENET_PACKET_FLAG_UNSEQUENCED;
        break;
    case Delivery::Newest:
        break;
    }
    ENetPacket* packet = api_.packet_create(frame->data(), frame->size(), flags);
    if (packet != nullptr) {
        packet->userData = new SharedFrame(frame);
        packet->freeCallback = &release_frame;
    }
    return packet;
}

size_t EnetLink::Inside::enet_room(LinkSession& session) {
    const ENetPeer* peer = live_peer(session);
    if (peer == nullptr) {
        return 0;
    }
    if (enet_list_empty(&peer->outgoingCommands)) {
        session.handed_bytes = 0; // all of it is on its way and counted there
    }
    const size_t taken = peer->reliableDataInTransit + session.handed_bytes;
    return taken < enet_window_bytes ? enet_window_bytes - taken : 0;
}

bool EnetLink::Inside::hand_to_enet(LinkSession& session, Lane lane, const SharedFrame& frame,
                                    ENetPacket** shared) {
    ENetPacket* packet = shared != nullptr ? *shared : nullptr;
    if (packet == nullptr) {
        packet = make_packet(lane, frame);
        if (packet == nullptr) {
            return false;
        }
        if (shared != nullptr) {
            *shared = packet;
            ++packet->referenceCount; // ours, until all have been asked
        }
    }
    const bool taken = api_.peer_send(session.peer, static_cast<enet_uint8>(lane), packet) == 0;
    if (!taken && packet->referenceCount == 0) {
        api_.packet_destroy(packet);
    }
    if (taken) {
        session.handed_bytes += frame->size();
    }
    return taken;
}

bool EnetLink::Inside::send(PeerId peer, Lane lane, const SharedFrame& frame, ENetPacket** shared) {
    LinkSession* session = find(peer);
    if (session == nullptr || session->state != SessionState::Open ||
        live_peer(*session) == nullptr || frame == nullptr || frame->empty()) {
        metrics_.frames_refused.add();
        return false;
    }
    if (frame->size() > lane_frame_bytes_max(lane)) {
        log_.error("link_frame_too_large", {{"lane", static_cast<int64_t>(lane)},
                                            {"bytes", static_cast<uint64_t>(frame->size())}});
        metrics_.frames_refused.add();
        return false;
    }
    const size_t room = enet_room(*session);
    if (lane_delivery(lane) != Delivery::Reliable) {
        // Tomorrow's typing is of no use: what cannot go now does not go.
        if (room < frame->size() || !hand_to_enet(*session, lane, frame, shared)) {
            metrics_.frames_dropped.add();
        }
        return true;
    }
    const size_t bulk_reserve = lane == Lane::Bulk ? enet_window_bytes - enet_window_bulk_bytes : 0;
    if (session->queue.empty() && room >= frame->size() + bulk_reserve &&
        hand_to_enet(*session, lane, frame, shared)) {
        return true;
    }
    if (session->queue.bytes() + frame->size() > limits::peer_queue_bytes_max) {
        metrics_.frames_refused.add();
        return false;
    }
    session->queue.push(lane, frame, now_ms_);
    if (!session->hungry) {
        session->hungry = true;
        hungry_.push_back(static_cast<uint16_t>(session - sessions_.data()));
    }
    return true;
}

void EnetLink::Inside::send_all(std::span<const PeerId> peers, Lane lane, const SharedFrame& frame,
                                std::vector<PeerId>& refused) {
    ENetPacket* shared = nullptr;
    for (const PeerId peer : peers) {
        if (!send(peer, lane, frame, &shared)) {
            refused.push_back(peer);
        }
    }
    if (shared != nullptr && --shared->referenceCount == 0) {
        api_.packet_destroy(shared);
    }
}

void EnetLink::Inside::feed(LinkSession& session) {
    Lane lane = Lane::Control;
    while (const SharedFrame* frame = session.queue.front(lane)) {
        const size_t reserve = lane == Lane::Bulk ? enet_window_bytes - enet_window_bulk_bytes : 0;
        if (enet_room(session) < (*frame)->size() + reserve ||
            !hand_to_enet(session, lane, *frame, nullptr)) {
            return;
        }
        session.queue.pop(lane, now_ms_);
    }
}

size_t EnetLink::Inside::queued_bytes(PeerId peer) {
    LinkSession* session = find(peer);
    if (session == nullptr || session->state != SessionState::Open ||
        live_peer(*session) == nullptr) {
        return 0;
    }
    return session->queue.bytes() + (enet_window_bytes - enet_room(*session));
}

} // namespace parley
