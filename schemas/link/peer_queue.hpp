// peer_queue.hpp: reliable frames of one peer that ENet has not been given yet. ENet's own queue
// has no bound and is walked whole when a window is full, so it gets at most one window. Small
// lanes go first; Bulk waits for all others.
#pragma once

#include <array>

#include "schemas/base/bytes.hpp"
#include "schemas/base/fifo.hpp"
#include "schemas/base/ids.hpp"
#include "schemas/base/lanes.hpp"

namespace parley {

class PeerQueue {
public:
    bool empty() const { return bytes_ == 0; }
    size_t bytes() const { return bytes_; }
    // Since when there has been something waiting without a pause.
    TimeMs waiting_since_ms() const { return waiting_since_ms_; }

    void push(Lane lane, SharedFrame frame, TimeMs steady_ms) {
        if (empty()) {
            waiting_since_ms_ = steady_ms;
        }
        bytes_ += frame->size();
        lanes_[index(lane)].push_back(std::move(frame));
    }
    // The frame that goes next, or nullptr.
    const SharedFrame* front(Lane& lane) const {
        for (size_t i = 0; i < lane_count; ++i) {
            // Voice is never queued, so number order is urgency but for Bulk, which is last.
            if (!lanes_[i].empty()) {
                lane = static_cast<Lane>(i);
                return &lanes_[i].front();
            }
        }
        return nullptr;
    }
    void pop(Lane lane, TimeMs steady_ms) {
        bytes_ -= lanes_[index(lane)].front()->size();
        lanes_[index(lane)].pop_front();
        waiting_since_ms_ = steady_ms; // it moves
    }
    void clear() { *this = PeerQueue{}; }

private:
    static size_t index(Lane lane) { return static_cast<size_t>(lane); }

    std::array<Fifo<SharedFrame>, lane_count> lanes_;
    size_t bytes_ = 0;
    TimeMs waiting_since_ms_ = 0;
};

} // namespace parley
