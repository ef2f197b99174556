// memory_truth.cpp: an entry that was not heard of yet has no kind.
#include "tests/sim/memory_truth.hpp"

#include "schemas/wire/stored.hpp"

namespace parley::sim {

const MemoryDisk::Room& MemoryTruth::room(RoomId id) const {
    static const MemoryDisk::Room nothing;
    const auto found = rooms_.find(id);
    return found == rooms_.end() ? nothing : found->second;
}

bool MemoryTruth::see(RoomId id, uint64_t incarnation) {
    const auto found = rooms_.find(id);
    if (found != rooms_.end() && found->second.meta.incarnation == incarnation) {
        return true;
    }
    rooms_[id] = {};
    rooms_[id].meta.incarnation = incarnation;
    texts_[id].clear();
    return incarnations_.insert({id, incarnation}).second;
}

void MemoryTruth::reaches(RoomId id, Seq seq) {
    MemoryDisk::Room& room = rooms_[id];
    while (room.meta.last_seq < seq) {
        LogEntry entry;
        entry.seq = ++room.meta.last_seq;
        room.entries.push_back(std::move(entry));
    }
}

bool MemoryTruth::say(RoomId id, Seq seq, const Said& said) {
    reaches(id, seq);
    MemoryDisk::Room& room = rooms_[id];
    LogEntry& entry = room.entries[seq - 1];
    if (entry.kind != EntryKind::None) {
        return entry.author == said.author && entry.nonce == said.nonce;
    }
    entry.author = said.author;
    entry.nonce = said.nonce;
    entry.kind = said.text ? EntryKind::Message : EntryKind::Membership;
    if (!said.text) {
        return true;
    }
    entry.body = wire::store_message(*said.text, {}, 0);
    room.nonces[{said.author, said.nonce}] = seq;
    said_.insert({id, seq, said.author, *said.text});
    return texts_[id].insert({said.author, *said.text}).second;
}

} // namespace parley::sim
