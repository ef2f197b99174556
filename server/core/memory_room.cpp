// memory_room.cpp: rooms whose log no store has, for talk that is of no use tomorrow. The core
// orders them itself, tells at once, and knows repetitions by a bounded list. Members are stored as
// everywhere. When the room is evicted or the shard ends, the log is gone: the next one has another
// incarnation, and readers are told of a gap.
#include <algorithm>

#include "schemas/base/check.hpp"
#include "server/core/state.hpp"

namespace parley {

void Core::State::begin_memory_log(Room& room) {
    room.memory = std::make_unique<MemoryLog>();
    // Also over what a store had before: an operator may change his mind.
    room.meta.incarnation = std::max<uint64_t>(random_.next(), 1);
    room.meta.last_seq = 0;
    room.meta.last_at_ms = 0;
    for (auto& [user, member] : room.members) {
        member.since_seq = 1;
        member.read_seq = 0;
    }
}

bool Core::State::repeated_in_memory(const Room& room, const std::pair<UserId, Nonce>& nonce,
                                     const Requester& to) {
    const auto found = room.memory->said.find(nonce);
    if (found == room.memory->said.end()) {
        return false;
    }
    reply(to, {.room = room.meta.id, .seq = found->second.seq, .at_ms = found->second.at_ms});
    return true;
}

void Core::State::say_in_memory(Room& room, LogEntry entry, const Requester& to) {
    MemoryLog& memory = *room.memory;
    const std::pair<UserId, Nonce> key{entry.author, entry.nonce};
    append_in_memory(room, std::move(entry));
    memory.said[key] = {room.meta.last_seq, room.meta.last_at_ms};
    memory.order.push_back(key);
    if (memory.order.size() > limits::memory_nonces_max) {
        memory.said.erase(memory.order.front());
        memory.order.pop_front();
    }
    reply(to, {.room = room.meta.id, .seq = room.meta.last_seq, .at_ms = room.meta.last_at_ms});
}

void Core::State::append_in_memory(Room& room, LogEntry entry) {
    PARLEY_ASSERT(room.memory != nullptr);
    entry.seq = room.meta.last_seq + 1;
    entry.changed_seq = entry.seq;
    entry.at_ms = std::max(date_ms(), room.meta.last_at_ms); // the clock may step back
    log(room, std::move(entry));
}

void Core::State::mark_in_memory(Room& room, Member& member, Seq seq, const Requester& from) {
    member.read_seq = seq;
    reply(from, {.room = room.meta.id, .seq = seq});
}

} // namespace parley
