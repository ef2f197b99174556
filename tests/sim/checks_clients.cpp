// checks_clients.cpp: the clients' half: same order, nothing twice, nothing missing; and at the end
// the whole disk.
#include <algorithm>

#include "tests/sim/checks.hpp"
#include "tests/sim/named.hpp"

namespace parley::sim {

// [clients]
void Checks::room(const std::string& who, UserId self, const client::Room& room, bool quiet) {
    const MemoryDisk::Room* log = log_of(room.id);
    const std::string what = who + " in " + named("room", room.id) + ": ";
    if (log == nullptr) {
        violation(what + "is not stored");
        return;
    }
    if (room.incarnation != log->meta.incarnation) {
        // The log that he knows went with its shard; he has not heard yet.
        if (quiet || !in_memory(room.id)) {
            violation(what + "is of another incarnation");
        }
        return;
    }
    if (room.last_seq > log->meta.last_seq) {
        violation(what + "knows of seq " + number(room.last_seq) + ", committed is " +
                  number(log->meta.last_seq));
        return;
    }
    Seq before = 0;
    std::set<Nonce> nonces;
    // Within [first_seq, last_seq] nothing that is his to read may be missing. That he left, or
    // left and came back, he may not have heard yet.
    const StoredMember* member = disk_.member(room.id, self);
    const auto told_since = memory_since_.find({room.id, self});
    const Seq since = !in_memory(room.id) ? (member == nullptr ? 1 : member->since_seq)
                      : told_since == memory_since_.end() ? 1
                                                          : told_since->second;
    Seq expected = member == nullptr ? room.last_seq + 1
                                     : std::max<Seq>({room.first_seq, room.since_seq, since, 1});
    const Seq first_expected = expected;
    std::map<Seq, uint32_t> left_out; // by the end of its range
    std::map<Seq, uint32_t> maybe;    // of whom he blocked once: those are counted or not
    const auto nothing_missing = [&](Seq before_seq) {
        for (; expected < before_seq; ++expected) {
            const LogEntry& skipped = log->entries[expected - 1];
            const bool shown =
                skipped.kind == EntryKind::Message || skipped.kind == EntryKind::Membership;
            const bool blocked = skipped.kind == EntryKind::Message &&
                                 once_blocked_.count({self, skipped.author}) != 0;
            // A busy room's lines may be left out, and are counted then; his own come soon.
            if (skipped.kind == EntryKind::Message && skipped.audience == UserId{} &&
                (skipped.author != self || !quiet) && room.is_left_out(expected)) {
                ++(blocked ? maybe : left_out)[room.left_out_from(expected)->to_seq];
                continue;
            }
            if (shown && !blocked && (skipped.audience == UserId{} || skipped.audience == self)) {
                violation(what + "seq " + number(expected) + " is missing between " +
                          number(room.first_seq) + " and " + number(room.last_seq) +
                          ", a member since " + number(room.since_seq));
                return false;
            }
        }
        return true;
    };
    for (size_t i = 0; i < room.messages.size(); ++i) {
        const client::Message& message = room.messages[i];
        if (message.author == self && message.nonce != 0 && !nonces.insert(message.nonce).second) {
            violation(what + "shows his own line twice");
        }
        if (i >= room.stored()) {
            continue;
        }
        if (message.seq <= before) {
            violation(what + "seq " + number(message.seq) + " follows " + number(before));
        }
        before = message.seq;
        if (!quiet && message.author == self && room.is_left_out(message.seq)) {
            ++maybe[room.left_out_from(message.seq)->to_seq]; // known by the answer alone as yet
        }
        if (message.seq > log->entries.size()) {
            violation(what + "shows a line that is not committed");
            return;
        }
        const LogEntry& stored = log->entries[message.seq - 1];
        if (stored.author != message.author && stored.kind == EntryKind::Message) {
            violation(what + "seq " + number(message.seq) + " has another author");
        }
        if (message.kind == client::MessageKind::Text &&
            std::string_view(message.text) != text_of(stored)) {
            violation(what + "seq " + number(message.seq) + " has another text");
        }
        if (!nothing_missing(std::min(message.seq, room.last_seq + 1))) {
            return;
        }
        expected = std::max(expected, message.seq + 1);
    }
    if (!nothing_missing(room.last_seq + 1)) {
        return;
    }
    for (const client::LeftOut& one : room.left_out) {
        const uint32_t least = left_out[one.to_seq];
        if (one.from_seq >= first_expected &&
            (one.count < least || one.count > least + maybe[one.to_seq])) {
            violation(what + "says that " + number(one.count) + " lines were left out of seq " +
                      number(one.from_seq) + " to " + number(one.to_seq) + ", and lacks " +
                      number(least));
        }
    }
    const uint32_t unread = room.unread(self);
    const Seq unread_possible = log->meta.last_seq - std::min(room.read_seq, log->meta.last_seq);
    if (unread > 100 || unread > unread_possible) {
        violation(what + number(unread) + " unread, possible are " + number(unread_possible));
    }
    if (!quiet) {
        return;
    }
    if (room.last_seq != log->meta.last_seq) {
        violation(what + "stands at seq " + number(room.last_seq) + ", the log at " +
                  number(log->meta.last_seq));
    }
    const auto unread_from = [&](Seq first, bool least) {
        uint32_t count = 0;
        for (Seq seq = std::max({room.read_seq + 1, room.since_seq, first});
             seq <= log->meta.last_seq; ++seq) {
            const LogEntry& entry = log->entries[seq - 1];
            const bool seen = entry.audience == UserId{} || entry.audience == self;
            const bool sampled = room.is_left_out(seq) && room.find(seq) == nullptr;
            // Behind a read mark within what was left out, what is not his is a place like any
            // other.
            if (!seen && sampled && !least && room.left_out_from(seq)->from_seq <= room.read_seq) {
                ++count;
                continue;
            }
            const bool hidden =
                least && (sampled || once_blocked_.count({self, entry.author}) != 0);
            if (entry.kind == EntryKind::Message && entry.author != self && seen && !hidden) {
                ++count;
            }
        }
        return std::min<uint32_t>(count, 100);
    };
    // What memory has forgotten nobody can read any more, and may count or not; who said what while
    // he was blocked is not known here, nor how much was left out behind a read mark.
    const auto right_from = [&](Seq first) {
        return unread_from(first, true) <= unread && unread <= unread_from(first, false);
    };
    if (!right_from(0) && !(in_memory(room.id) && right_from(room.first_seq))) {
        violation(what + number(unread) + " unread, right is " + number(unread_from(0, false)) +
                  (in_memory(room.id) ? ", in memory" : "") + ", read " + number(room.read_seq) +
                  ", held from " + number(room.first_seq) + " to " + number(room.last_seq));
    }
}

void Checks::log() {
    std::set<std::pair<UserId, std::string>> lines;
    for (const auto& [id, room] : disk_.rooms) {
        std::set<std::pair<UserId, Nonce>> nonces;
        if (in_memory(id) && !room.entries.empty()) {
            violation("a line of " + named("room", id) + ", which is in memory, is stored");
        }
        for (size_t i = 0; i < room.entries.size(); ++i) {
            const LogEntry& entry = room.entries[i];
            if (entry.seq != i + 1) {
                violation(named("room", id) + " has a hole at seq " + number(i + 1));
            }
            if (i > 0 && entry.at_ms < room.entries[i - 1].at_ms) {
                violation(named("room", id) + " goes back in time at seq " + number(i + 1));
            }
            if (entry.kind != EntryKind::Message) {
                continue;
            }
            if (!nonces.insert({entry.author, entry.nonce}).second ||
                !lines.insert({entry.author, text_of(entry)}).second) {
                violation(named("room", id) + " has the line of seq " + number(entry.seq) +
                          " twice");
            }
        }
    }
}

void Checks::acknowledged(const std::string& who, UserId author, RoomId room, Seq seq,
                          const std::string& text) {
    ++totals_.acknowledged;
    if (in_memory(room)) {
        if (!memory_.was_said(room, seq, author, text)) {
            violation(who + " was told that his line stands at seq " + number(seq) + " of " +
                      named("room", room) + ", and nobody said so");
        }
        return;
    }
    const MemoryDisk::Room* log = disk_.room(room);
    if (log == nullptr || seq == 0 || seq > log->entries.size() ||
        log->entries[seq - 1].author != author || text_of(log->entries[seq - 1]) != text) {
        violation(who + " was told that his line is stored as seq " + number(seq) + " of " +
                  named("room", room) + ", and it is not");
    }
}

} // namespace parley::sim
