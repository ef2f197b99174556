// peer_queue.hpp: reliable frames of one peer that ENet has not been given yet. ENet's own queue
// has no bound and is walked whole when a window is full, so it gets at most one window. Small
// lanes go first; Bulk waits for all others.
#pragma once

#include <array>
#include <memory>
#include <utility>

#include "schemas/base/bytes.hpp"
#include "schemas/base/fifo.hpp"
#include "schemas/base/ids.hpp"
#include "schemas/base/lanes.hpp"

namespace parley {

class PeerQueue {
public:
    bool empty() const { return waiting_ == nullptr; }
    size_t bytes() const { return empty() ? 0 : waiting_->bytes; }
    // Since when there has been something waiting without a pause; not of an empty one.
    TimeMs waiting_since_ms() const { return waiting_->since_ms; }

    void push(Lane lane, SharedFrame frame, TimeMs steady_ms) {
        if (empty()) {
            waiting_ = std::make_unique<Waiting>();
            waiting_->since_ms = steady_ms;
        }
        waiting_->bytes += frame->size();
        waiting_->lanes[index(lane)].push_back(std::move(frame));
    }
    // The frame that goes next, or nullptr.
    const SharedFrame* front(Lane& lane) const {
        for (size_t i = 0; !empty() && i < lane_count; ++i) {
            // Voice is never queued, so number order is urgency but for Bulk, which is last.
            if (!waiting_->lanes[i].empty()) {
                lane = static_cast<Lane>(i);
                return &waiting_->lanes[i].front();
            }
        }
        return nullptr;
    }
    void pop(Lane lane, TimeMs steady_ms) {
        Fifo<SharedFrame>& frames = waiting_->lanes[index(lane)];
        waiting_->bytes -= frames.front()->size();
        frames.pop_front();
        waiting_->since_ms = steady_ms; // it moves
        if (waiting_->bytes == 0) {
            clear();
        }
    }
    void clear() { waiting_.reset(); }

private:
    static size_t index(Lane lane) { return static_cast<size_t>(lane); }

    // Few peers have one at a time. No frame is empty, so it is there while bytes is not 0.
    struct Waiting {
        std::array<Fifo<SharedFrame>, lane_count> lanes;
        size_t bytes = 0;
        TimeMs since_ms = 0;
    };
    std::unique_ptr<Waiting> waiting_;
};

} // namespace parley
