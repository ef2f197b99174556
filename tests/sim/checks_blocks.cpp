// checks_blocks.cpp: who blocks another hears nothing of him, and everyone else hears all.
#include <algorithm>

#include "server/store/direct_name.hpp"
#include "tests/sim/checks.hpp"
#include "tests/sim/named.hpp"

namespace parley::sim {

namespace {

// Of a room that is no Direct one: nobody.
UserId other_side(const MemoryDisk::Room* room, UserId self) {
    if (room == nullptr || room->meta.kind != static_cast<uint8_t>(wire::RoomKind::Direct)) {
        return UserId{};
    }
    const auto two = parse_direct_name(room->meta.name);
    return !two ? UserId{} : two->first == self ? two->second : two->first;
}

} // namespace

void Checks::block_asked(UserId user, UserId other, bool on) {
    ++blocks_open_[{user, other}];
    if (on) {
        once_blocked_.insert({user, other});
    }
}

void Checks::block_answered(UserId user, const Asked& asked, bool ok) {
    const Blocking pair{user, asked.other};
    if (const auto open = blocks_open_.find(pair);
        open != blocks_open_.end() && --open->second == 0) {
        blocks_open_.erase(open);
    }
    if (!ok || !asked.block) {
        return;
    }
    // The answer may have been held while he lagged, and he thought better of it elsewhere.
    const auto ended = unblocked_ms_.find(pair);
    if (ended != unblocked_ms_.end() && ended->second >= asked.at_ms) {
        return;
    }
    if (disk_.blocks.count(pair) == 0) {
        violation(named("user", user) + " is told that he blocks " + named("user", asked.other) +
                  ", and it is not stored");
    }
    blocks_.insert(pair);
    blocked_ms_[pair] = asked.at_ms;
}

// What he said before he was blocked may stand in the log; nothing may be put there since.
void Checks::blocked_line(const Append& append) {
    const UserId author = append.entry.author;
    const UserId other = other_side(disk_.room(append.room), author);
    if (blocks(other, author)) {
        violation(named("user", author) + " writes to " + named("user", other) +
                  ", who blocks him");
    }
}

// A Send that the core is about to take. One whose line is at the store already shares its answer.
void Checks::blocked_send(SessionId session, UserId author, uint32_t request) {
    const auto seen = sessions_.find(session);
    if (seen == sessions_.end()) {
        return;
    }
    const auto found = seen->second.asked.find(request);
    if (found == seen->second.asked.end() || found->second.type != wire::Command::Send) {
        return;
    }
    Asked& asked = found->second;
    const bool at_store = std::any_of(appends_.begin(), appends_.end(), [&](const auto& one) {
        return one.second.place == Place{asked.room, author} && one.second.nonce == asked.nonce;
    });
    asked.blocked =
        asked.open == 1 && !at_store && blocks(other_side(disk_.room(asked.room), author), author);
}

// Whatever lies in a Batch's range is in it, unless it is not his to read. since_ms: when it was
// asked for; a page may have been held while he lagged.
void Checks::all_listed(UserId reader, const wire::Batch& batch, TimeMs since_ms,
                        const std::set<Seq>& listed) {
    const RoomId id{batch.room()};
    const MemoryDisk::Room& room = *log_of(id);
    const Seq first = std::max({batch.from_seq(), since_of(reader, id), Seq{1}});
    const Seq last = std::min<Seq>(batch.to_seq(), room.entries.size());
    uint32_t missing = 0;
    uint32_t hidden = 0;
    for (Seq seq = first; seq <= last; ++seq) {
        const LogEntry& entry = room.entries[seq - 1];
        const bool said = entry.kind == EntryKind::Message;
        const bool his = entry.audience == UserId{} || entry.audience == reader;
        if ((!said && entry.kind != EntryKind::Membership) || !his || listed.count(seq) != 0) {
            continue;
        }
        const Blocking pair{reader, entry.author};
        const auto ended = unblocked_ms_.find(pair);
        const bool blocked = blocks_.count(pair) != 0 || blocks_open_.count(pair) != 0 ||
                             (ended != unblocked_ms_.end() && ended->second >= since_ms);
        if (!said) {
            violation("entry " + number(seq) + " of " + named("room", id) +
                      " is left out of a Batch for " + named("user", reader));
        }
        ++(blocked ? hidden : missing);
    }
    // A busy room leaves out what nobody could read, and says how many he could have read.
    const uint32_t left_out = batch.left_out();
    if (missing > left_out || left_out > missing + hidden) {
        violation("of " + named("room", id) + ", seq " + number(first) + " to " + number(last) +
                  ", " + number(missing) + " lines are missing in a Batch for " +
                  named("user", reader) + ", which says that " + number(left_out) +
                  " were left out");
    }
    totals_.hidden += hidden;
    totals_.left_out += left_out;
}

} // namespace parley::sim
