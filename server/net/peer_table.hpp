// peer_table.hpp: what a net thread knows of its peers. A link gives the slots of its ids again
// (link.hpp); so a reader is found by one look into a table, and a thousand readers of a line by a
// thousand.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "schemas/base/bytes.hpp"
#include "schemas/base/check.hpp"
#include "schemas/base/fifo.hpp"
#include "schemas/base/ids.hpp"
#include "schemas/base/lanes.hpp"
#include "schemas/link/link.hpp"
#include "server/auth/claims.hpp"

namespace parley {

struct HeldFrame {
    Lane lane{};
    SharedFrame frame;
};

// Of a peer who is behind, or has sent what was refused: most never are, and never do.
struct PeerTrouble {
    // What the link had no room for, in order; it goes first when there is room again.
    Fifo<HeldFrame> held;
    size_t held_bytes = 0;
    bool lagging = false;    // so far behind that the core was told: no deliveries until Drained
    size_t behind_bytes = 0; // of held and queued, when it last came nearer
    TimeMs behind_ms = 0;    // steady; when that was
    size_t malformed = 0;
    TimeMs malformed_ms = 0;     // steady; when it began to be forgiven
    TimeMs refused_since_ms = 0; // steady; a second in which refused frames are counted
    uint32_t refused = 0;

    bool behind() const { return lagging || !held.empty(); }
};

struct NetPeer {
    PeerId id{}; // 0: the place is free
    bool open = false;
    Address address; // from which it asked to come in
    DeviceKey device{};
    TimeMs reauth_ms = 0; // steady; 0: never
    std::unique_ptr<PeerTrouble> trouble;

    bool behind() const { return trouble != nullptr && trouble->behind(); }
    bool lagging() const { return trouble != nullptr && trouble->lagging; }
    PeerTrouble& in_trouble() {
        if (trouble == nullptr) {
            trouble = std::make_unique<PeerTrouble>();
        }
        return *trouble;
    }
};

// Owner: the net thread of its NetLoop. Pointers are good until the next put.
class PeerTable {
public:
    NetPeer* find(PeerId id) {
        const size_t at = slot_of(id);
        return at < places_.size() && places_[at].id == id ? &places_[at] : nullptr;
    }
    // Nobody else may have its place.
    void put(NetPeer&& peer) {
        const size_t at = slot_of(peer.id);
        if (at >= places_.size()) {
            places_.resize(at + 1);
        }
        PARLEY_ASSERT(places_[at].id == PeerId{});
        places_[at] = std::move(peer);
        ++count_;
    }
    void erase(NetPeer& peer) {
        peer = NetPeer{};
        --count_;
    }
    size_t size() const { return count_; }

    // Every peer, in the order of places.
    template <typename Do>
    void for_each(Do&& act) {
        for (NetPeer& peer : places_) {
            if (peer.id != PeerId{}) {
                act(peer);
            }
        }
    }

private:
    std::vector<NetPeer> places_; // by slot
    size_t count_ = 0;
};

} // namespace parley
