// direct_connection.cpp: a link and its one peer.
#include "plugin/client/direct_connection.hpp"

#include <sodium.h>

namespace parley::client {

DirectConnection::DirectConnection(std::unique_ptr<Link> link, LinkKeys keys)
    : link_(std::move(link)), keys_(std::move(keys)) {}

DirectConnection::~DirectConnection() {
    close();
    sodium_memzero(keys_.device_seed.data(), keys_.device_seed.size());
}

void DirectConnection::open(std::string_view address, std::string_view ticket) {
    close();
    address_.assign(address);
    ticket_.assign(ticket);
    asked_ = true;
}

void DirectConnection::close() {
    asked_ = false;
    up_ = false;
    if (peer_ != PeerId{}) {
        link_->close(peer_, Error::Closed, 0);
        peer_ = {};
    }
}

bool DirectConnection::send(Lane lane, Bytes frame) {
    return up_ &&
           link_->send(peer_, lane, std::make_shared<const ByteVector>(frame.begin(), frame.end()));
}

std::optional<ConnectionEvent> DirectConnection::poll(TimeMs steady_ms) {
    if (asked_) {
        asked_ = false;
        ConnectOptions options;
        options.address = address_;
        options.server_keys = keys_.server_keys;
        options.ticket = ticket_;
        options.device_seed = keys_.device_seed;
        options.app_id = keys_.app_id;
        const Result<PeerId> peer = link_->connect(options, steady_ms);
        sodium_memzero(options.device_seed.data(), options.device_seed.size());
        if (!peer) {
            return LinkDown{peer.error(), 0};
        }
        peer_ = *peer;
    }
    while (std::optional<LinkEvent> event = link_->poll(steady_ms)) {
        if (auto* const frame = std::get_if<FrameReceived>(&*event);
            frame != nullptr && frame->peer == peer_) {
            return FrameArrived{frame->lane, std::move(frame->frame)};
        }
        if (const auto* const opened = std::get_if<PeerOpened>(&*event);
            opened != nullptr && opened->peer == peer_) {
            up_ = true;
            return LinkUp{};
        }
        if (const auto* const closed = std::get_if<PeerClosed>(&*event);
            closed != nullptr && closed->peer == peer_) {
            peer_ = {};
            up_ = false;
            return LinkDown{closed->reason, closed->retry_after_ms};
        }
        // Anything else is of a peer that we have closed.
    }
    return std::nullopt;
}

void DirectConnection::flush(TimeMs steady_ms) {
    if (peer_ != PeerId{}) {
        link_->flush(steady_ms);
    }
}

uint32_t DirectConnection::rtt_ms() const {
    return peer_ != PeerId{} ? link_->rtt_ms(peer_) : 0;
}

} // namespace parley::client
