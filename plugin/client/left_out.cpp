// left_out.cpp: lines that the shard left out of a busy room, counted where they would stand. What
// comes after all (a mention, one's own, a page of history) goes from the count.
#include <algorithm>

#include "plugin/client/model_writer.hpp"

namespace parley::client {
namespace {

auto first_above(const Room& room, Seq seq) {
    const auto end = room.messages.begin() + static_cast<std::ptrdiff_t>(room.stored());
    return std::upper_bound(room.messages.begin(), end, seq,
                            [](Seq wanted, const Message& m) { return wanted < m.seq; });
}

// Messages in (after, until].
size_t between(const Room& room, Seq after, Seq until) {
    return static_cast<size_t>(
        std::count_if(first_above(room, after), first_above(room, until),
                      [](const Message& m) { return m.kind == MessageKind::Text; }));
}

// Where nothing stands.
uint32_t places(const Room& room, const LeftOut& one) {
    const auto taken = first_above(room, one.to_seq) - first_above(room, one.from_seq - 1);
    return static_cast<uint32_t>(one.to_seq - one.from_seq + 1 - static_cast<Seq>(taken));
}

} // namespace

// What is here and was not listed came by another way: a reply told us of our own line.
void ModelWriter::leave_out(Room& room, Seq from, Seq to, uint32_t lines, size_t listed) {
    const size_t here = between(room, from - 1, to);
    const size_t known = here - std::min(here, listed);
    if (lines <= known) {
        return;
    }
    const auto count = static_cast<uint32_t>(lines - known);
    LeftOut* const last = room.left_out.empty() ? nullptr : &room.left_out.back();
    if (last != nullptr && between(room, last->from_seq - 1, to) <= limits::left_out_lines) {
        last->to_seq = std::max(last->to_seq, to);
        last->count += count;
    } else {
        const Seq after_last = last == nullptr ? 0 : last->to_seq;
        room.left_out.push_back({std::max(from, after_last + 1), to, count});
    }
    ++room.revision;
    touch();
}

void ModelWriter::came(Room& room, Seq seq) {
    const LeftOut* const found = room.left_out_from(seq);
    if (found == nullptr || found->from_seq > seq) {
        return;
    }
    const auto at = room.left_out.begin() + (found - room.left_out.data());
    if (--at->count == 0) {
        room.left_out.erase(at);
    }
}

void ModelWriter::covered(Room& room, Seq from, Seq to) {
    for (auto at = room.left_out.begin(); at != room.left_out.end();) {
        const bool below = at->from_seq < from && at->to_seq >= from;
        const bool above = at->to_seq > to && at->from_seq <= to;
        if (at->to_seq < from || at->from_seq > to || (below && above)) {
            ++at;
            continue;
        }
        if (!below && !above) {
            at = room.left_out.erase(at); // what it counted is not ours any more
            continue;
        }
        at->from_seq = above ? to + 1 : at->from_seq;
        at->to_seq = below ? from - 1 : at->to_seq;
        at->count = std::min(at->count, places(room, *at));
        at = at->count == 0 ? room.left_out.erase(at) : at + 1;
    }
    ++room.revision;
    touch();
}

// A part of what is counted together cannot be forgotten: all of it is, and history has it.
void ModelWriter::forget_left_out(Room& room) {
    while (!room.left_out.empty() && room.left_out.front().from_seq < room.first_seq) {
        room.first_seq = std::max(room.first_seq, room.left_out.front().to_seq + 1);
        room.left_out.erase(room.left_out.begin());
    }
    room.messages.erase(room.messages.begin(), first_above(room, room.first_seq - 1));
}

} // namespace parley::client
