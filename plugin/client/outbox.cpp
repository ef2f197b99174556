// outbox.cpp: the messages that still have to be sent.
#include "plugin/client/outbox.hpp"

#include <algorithm>

#include "schemas/base/limits.hpp"

namespace parley::client {

bool Outbox::full() const {
    return outgoing_.size() >= limits::outbox_messages_max;
}

Outgoing* Outbox::find_request(uint32_t request) {
    const auto at = std::find_if(outgoing_.begin(), outgoing_.end(),
                                 [&](const Outgoing& o) { return o.request == request; });
    return at != outgoing_.end() ? &*at : nullptr;
}

Outgoing* Outbox::find(RoomId room, Nonce nonce) {
    const auto at = std::find_if(outgoing_.begin(), outgoing_.end(), [&](const Outgoing& o) {
        return o.room == room && o.nonce == nonce;
    });
    return at != outgoing_.end() ? &*at : nullptr;
}

const Outgoing* Outbox::first_of(RoomId room) const {
    const auto at = std::find_if(outgoing_.begin(), outgoing_.end(),
                                 [&](const Outgoing& o) { return o.room == room; });
    return at != outgoing_.end() ? &*at : nullptr;
}

void Outbox::unsend(RoomId room) {
    for (Outgoing& outgoing : outgoing_) {
        outgoing.sent = outgoing.sent && outgoing.room != room;
    }
}

void Outbox::remove(RoomId room, Nonce nonce) {
    std::erase_if(outgoing_, [&](const Outgoing& o) { return o.room == room && o.nonce == nonce; });
}

void Outbox::unsend_all() {
    for (Outgoing& outgoing : outgoing_) {
        outgoing.sent = false;
        outgoing.not_before_steady_ms = 0;
    }
}

bool Outbox::kept_back(size_t index, TimeMs steady_ms) const {
    return std::any_of(outgoing_.begin(), outgoing_.begin() + static_cast<std::ptrdiff_t>(index),
                       [&](const Outgoing& earlier) {
                           return earlier.room == outgoing_[index].room && !earlier.sent &&
                                  earlier.not_before_steady_ms > steady_ms;
                       });
}

} // namespace parley::client
