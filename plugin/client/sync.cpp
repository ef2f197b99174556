// sync.cpp: runs of a log, batches held back.
#include "plugin/client/sync.hpp"

#include <algorithm>

namespace parley::client {

Fit fit(Seq last_seq, Seq from_seq, Seq to_seq) {
    if (to_seq <= last_seq) {
        return Fit::Old;
    }
    return from_seq <= last_seq + 1 ? Fit::Next : Fit::Ahead;
}

RoomSync& Sync::of(RoomId room) {
    if (RoomSync* const known = find(room); known != nullptr) {
        return *known;
    }
    RoomSync& added = rooms_.emplace_back();
    added.room = room;
    return added;
}

RoomSync* Sync::find(RoomId room) {
    const auto at = std::find_if(rooms_.begin(), rooms_.end(),
                                 [&](const RoomSync& s) { return s.room == room; });
    return at != rooms_.end() ? &*at : nullptr;
}

void Sync::forget(RoomId room) {
    // Lanes overtake each other: what came just now may have been of the next membership, whose
    // RoomState comes later, and is forgotten with the room.
    lost_early_ = true;
    std::erase_if(rooms_, [&](const RoomSync& s) { return s.room == room; });
    std::erase_if(held_, [&](const Held& h) {
        if (h.room == room) {
            held_bytes_ -= h.frame.size();
        }
        return h.room == room;
    });
}

void Sync::forget_all() {
    rooms_.clear();
    held_.clear();
    held_bytes_ = 0;
}

void Sync::restart() {
    for (RoomSync& room : rooms_) {
        room.confirmed = false;
        room.resume_request = 0;
        room.resume_not_before_steady_ms = 0;
        room.page_wanted = room.page_wanted || room.page_request != 0;
        room.page_request = 0;
        room.page_not_before_steady_ms = 0;
        room.typing_not_before_steady_ms = 0;
    }
    held_.clear();
    held_bytes_ = 0;
    lost_early_ = false;
}

void Sync::hold(RoomId room, Seq from_seq, Seq to_seq, ByteVector frame, TimeMs steady_ms) {
    if (held_.size() >= limits::held_batches_max ||
        held_bytes_ + frame.size() > limits::held_bytes_max) {
        lost_early_ = true;
        return;
    }
    held_bytes_ += frame.size();
    held_.push_back({room, from_seq, to_seq, steady_ms, std::move(frame)});
}

std::optional<ByteVector> Sync::take(RoomId room, Seq last_seq) {
    auto lowest = held_.end();
    for (auto at = held_.begin(); at != held_.end(); ++at) {
        if (at->room == room && (lowest == held_.end() || at->from_seq < lowest->from_seq)) {
            lowest = at;
        }
    }
    if (lowest == held_.end() || fit(last_seq, lowest->from_seq, lowest->to_seq) == Fit::Ahead) {
        return std::nullopt;
    }
    ByteVector frame = std::move(lowest->frame);
    held_bytes_ -= frame.size();
    held_.erase(lowest);
    return frame;
}

void Sync::expire(TimeMs steady_ms) {
    std::erase_if(held_, [&](const Held& held) {
        const RoomSync* const known = find(held.room);
        const bool old = (known == nullptr || !known->confirmed) &&
                         steady_ms - held.since_steady_ms > limits::held_ms_max;
        if (old) {
            held_bytes_ -= held.frame.size();
            lost_early_ = true;
        }
        return old;
    });
}

} // namespace parley::client
