// outbox.hpp: which pending messages still have to be sent, in order. The text is in the model;
// this knows only names. A message leaves it when it is stored, refused or discarded, not when it
// is sent: after a reconnect everything goes out again with the same nonce, and the server takes it
// once.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <vector>

#include "schemas/base/ids.hpp"

namespace parley::client {

struct Outgoing {
    RoomId room{};
    Nonce nonce = 0;
    uint32_t request = 0; // on the wire, and of the host
    bool answer = false;  // the host waits for a Reply event
    bool sent = false;    // in this session, and not answered yet
    TimeMs not_before_steady_ms = 0;
};

// Owner: the client.
class Outbox {
public:
    explicit Outbox(std::pmr::memory_resource* memory) : outgoing_(memory) {}

    size_t size() const { return outgoing_.size(); }
    bool full() const;
    void add(const Outgoing& outgoing) { outgoing_.push_back(outgoing); }
    Outgoing* find_request(uint32_t request);
    Outgoing* find(RoomId room, Nonce nonce);
    const Outgoing* first_of(RoomId room) const;
    void remove(RoomId room, Nonce nonce);
    void clear() { outgoing_.clear(); }
    // The answers of this room may be lost: send again (the nonce makes it harmless).
    void unsend(RoomId room);
    // The connection is gone: what was sent and not answered has to be sent again.
    void unsend_all();
    // The first that is to be sent now; one that has to wait keeps back those behind it in its
    // room, so that a player's lines keep their order. Null: none.
    template <typename MaySend>
    Outgoing* next(TimeMs steady_ms, MaySend may_send) {
        for (size_t i = 0; i < outgoing_.size(); ++i) {
            Outgoing& candidate = outgoing_[i];
            if (!candidate.sent && candidate.not_before_steady_ms <= steady_ms &&
                !kept_back(i, steady_ms) && may_send(candidate)) {
                return &candidate;
            }
        }
        return nullptr;
    }
    const std::pmr::vector<Outgoing>& all() const { return outgoing_; }

private:
    bool kept_back(size_t index, TimeMs steady_ms) const;

    std::pmr::vector<Outgoing> outgoing_;
};

} // namespace parley::client
