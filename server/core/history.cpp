// history.cpp: what was said before: pages both ways, bringing a reader level, and how far he has
// read. What the tail holds is answered from memory; else the store is asked.
#include <algorithm>

#include "schemas/base/check.hpp"
#include "server/core/state.hpp"

namespace parley {

namespace {

bool visible(const LogEntry& entry, UserId reader) {
    return entry.audience == UserId{} || entry.audience == reader;
}

// What the tail has of [low, high] for reader, ascending. The tail must reach down to low.
std::vector<LogEntry> from_tail(const Room& room, Seq low, Seq high, UserId reader) {
    std::vector<LogEntry> entries;
    for (const LogEntry& entry : room.tail) {
        if (entry.seq >= low && entry.seq <= high && visible(entry, reader)) {
            entries.push_back(entry);
        }
    }
    return entries;
}

Seq tail_first(const Room& room) {
    return room.tail.empty() ? room.meta.last_seq + 1 : room.tail.front().seq;
}

} // namespace

// [pages]
void Core::State::on_fetch(Command& command) {
    const auto& fetch = command.body<wire::Fetch>();
    Room* room = room_of(command, fetch.room());
    if (room == nullptr || !may_answer(command)) {
        return;
    }
    const UserId reader = command.user.id;
    const Seq since = std::max<Seq>(room->members.at(reader).since_seq, 1);
    const size_t count = fetch.count() == 0
                             ? limits::page_entries_max
                             : std::min<size_t>(fetch.count(), limits::page_entries_max);
    FetchOp op;
    op.from = command.from;
    op.newest_first = fetch.before_seq() != 0;
    if (op.newest_first) {
        op.low = since;
        op.high = std::min(fetch.before_seq() - 1, room->meta.last_seq);
    } else {
        // Compared without adding: after_seq may be the largest number there is.
        op.low = std::max(std::min(fetch.after_seq(), room->meta.last_seq) + 1, since);
        op.high = room->meta.last_seq;
    }
    if (room->memory != nullptr) {
        op.low = std::max(op.low, tail_first(*room)); // what was before it is nowhere
    }
    if (op.low > op.high) {
        op.low = op.high + 1; // covers nothing
        return answer_page(*room, op, {}, false, {});
    }

    // From memory when the page certainly lies in the tail, whoever may see what of it.
    const bool whole_range = room->memory != nullptr || tail_first(*room) <= op.low;
    std::vector<LogEntry> entries =
        from_tail(*room, std::max(op.low, tail_first(*room)), op.high, reader);
    if (whole_range || (op.newest_first && entries.size() > count)) {
        const bool more = entries.size() > count;
        const std::span<const LogEntry> all = entries;
        const std::span<const LogEntry> page = !more             ? all
                                               : op.newest_first ? all.last(count)
                                                                 : all.first(count);
        return answer_page(*room, op, page, more, {});
    }
    if (!may_persist(command)) {
        return;
    }
    FetchEntries request;
    request.room = room->meta.id;
    request.reader = reader;
    request.after = op.low - 1;
    request.before = op.high + 1;
    request.count = static_cast<uint32_t>(count);
    request.newest_first = op.newest_first;
    request.bytes_max = limits::page_bytes_max;
    persist(command.session.id, room->meta.id, request, op);
}

// One request, one Batch: a page of long messages is cut at page_bytes_max and says that there is
// more.
void Core::State::answer_page(Room& room, const FetchOp& op, std::span<const LogEntry> entries,
                              bool more, std::span<const StoredUser> known) {
    const Session* session = find_session(op.from.session);
    if (session == nullptr) {
        return;
    }
    Page page;
    page.viewer = session->user;
    page.blocked = user_of(*session).blocks;
    page.authors = true;
    page.bytes_max = limits::page_bytes_max;
    page.known = known;
    Seq low = op.low;
    Seq high = op.high;
    if (entries.empty()) {
        batch_.begin(room.meta.id, room.meta.incarnation);
    } else if (op.newest_first) {
        const size_t fitting = newest_fitting(room, entries, page);
        more = more || fitting < entries.size();
        entries = entries.last(fitting);
        // Sizes are never less than the truth; this is for what bounds a batch besides them.
        while (fill(room, entries, page) < entries.size()) {
            entries = entries.subspan(1);
            more = true;
        }
        low = more ? entries.front().seq : op.low;
    } else {
        const size_t count = fill(room, entries, page);
        more = more || count < entries.size();
        high = more ? entries[count - 1].seq : op.high;
    }
    batch_.cover(low, high);
    send_answer(op.from.session, Lane::Bulk, finish_page(op.from, more));
}

// [resume]
void Core::State::on_resume(Command& command) {
    ResumeOp op;
    op.from = command.from;
    for (const wire::ResumePoint* point : *command.body<wire::Resume>().points()) {
        op.points.push_back(*point);
    }
    if (command.session.resuming) {
        return refuse(command, Error::Busy, store_retry_ms);
    }
    if (may_persist(command)) {
        command.session.resuming = true;
        resume_on(std::move(op));
    }
}

void Core::State::end_resume(const Requester& from, const Answer& answer) {
    if (Session* session = find_session(from.session)) {
        session->resuming = false;
    }
    reply(from, answer, Lane::Bulk);
}

// One room after the other, so that a reader of two hundred rooms has one request at the store. He
// asks again, from where he was told to, for what his answers may not reach now. The Reply follows
// the entries on their lane: by then he has them, however slow his line is.
void Core::State::resume_on(ResumeOp op) {
    Session* session = find_session(op.from.session);
    if (session == nullptr) {
        return;
    }
    while (op.next < op.points.size()) {
        const uint32_t wait_ms = answer_wait_ms(*session);
        if (wait_ms != 0) {
            return end_resume(op.from, {.error = Error::Busy, .retry_after_ms = wait_ms});
        }
        const wire::ResumePoint& point = op.points[op.next];
        Room* room = find_room(RoomId{point.room()});
        if (room == nullptr && wake(*session, RoomId{point.room()})) {
            ++op.next; // comes with its RoomState, after which he asks again
        } else if (room == nullptr || room->members.count(session->user) == 0) {
            // Not (or no longer) one of his: said alike whether there is such a room. One that is
            // still being loaded for him comes with its RoomState, after which he asks again.
            const std::vector<RoomId>& rooms = user_of(*session).rooms;
            if (!std::binary_search(rooms.begin(), rooms.end(), RoomId{point.room()})) {
                const auto gone = wire::CreateRoomGone(fbb(), point.room(), wire::Error::NotMember);
                send_event(*session, Lane::Control, event(wire::Event::RoomGone, gone));
            }
            ++op.next;
        } else if (resume_room(op, *room)) {
            return;
        }
    }
    end_resume(op.from, {});
}

bool Core::State::resume_room(ResumeOp& op, Room& room) {
    const wire::ResumePoint& point = op.points[op.next];
    const UserId reader = find_session(op.from.session)->user;
    flush(room); // what is live now is not sent a second time
    const Seq since = std::max<Seq>(room.members.at(reader).since_seq, 1);
    op.high = room.meta.last_seq;
    if (point.incarnation() != room.meta.incarnation) {
        resumed(op, room, resume_gap(op.from, room, reader, 1));
        return false;
    }
    const Seq high = op.high;
    if (point.seq() >= high) {
        resumed(op, room, high);
        return false;
    }
    // What he may read may begin later than what he misses: he left and came back. The answer
    // covers both, or he would ask for ever.
    const Seq first = point.seq() + 1;
    const Seq low = std::max(first, since);
    if (low > high) {
        resumed(op, room, resume_batches(op.from, room, {}, first, high, {}));
        return false;
    }
    const bool forgotten = room.memory != nullptr && tail_first(room) > low;
    if (forgotten || high - low + 1 > limits::resume_entries_max) {
        resumed(op, room, resume_gap(op.from, room, reader, first));
        return false;
    }
    if (tail_first(room) <= low) {
        const std::vector<LogEntry> entries = from_tail(room, low, high, reader);
        resumed(op, room, resume_batches(op.from, room, entries, first, high, {}));
        return false;
    }
    FetchEntries request;
    request.room = room.meta.id;
    request.reader = reader;
    request.after = low - 1;
    request.before = high + 1;
    request.count = static_cast<uint32_t>(high - low + 1);
    request.bytes_max = limits::resume_bytes_max;
    op.low = first;
    const SessionId owner = op.from.session;
    persist(owner, room.meta.id, request, std::move(op));
    return true;
}

void Core::State::resumed(ResumeOp& op, const Room& room, Seq told) {
    if (told >= op.high) {
        ++op.next;
    } else {
        op.points[op.next] = wire::ResumePoint(raw(room.meta.id), room.meta.incarnation, told);
    }
}

Seq Core::State::resume_batches(const Requester& to, Room& room, std::span<const LogEntry> entries,
                                Seq low, Seq high, std::span<const StoredUser> known) {
    Session* session = find_session(to.session);
    PARLEY_ASSERT(session != nullptr);
    Page page;
    page.viewer = session->user;
    page.blocked = user_of(*session).blocks;
    page.authors = true;
    page.bytes_max = limits::page_bytes_max;
    page.known = known;
    do {
        Seq part_high = high;
        if (entries.empty()) {
            batch_.begin(room.meta.id, room.meta.incarnation); // nothing in it was his to see
        } else {
            const size_t count = fill(room, entries, page);
            if (count < entries.size()) {
                part_high = entries[count - 1].seq;
            }
            entries = entries.subspan(count);
        }
        batch_.cover(low, part_high);
        send_event(*session, Lane::Bulk, finish_page({session->id, 0}, false));
        low = part_high + 1;
    } while (!entries.empty() && answer_wait_ms(*session) == 0);
    return low - 1;
}

// Too far behind, or another log: the newest page, and word of what is missing from first on.
Seq Core::State::resume_gap(const Requester& to, Room& room, UserId reader, Seq first) {
    const Session* session = find_session(to.session);
    const Seq high = room.meta.last_seq;
    Seq low = std::max({first, room.members.at(reader).since_seq, tail_first(room)});
    std::vector<LogEntry> entries = from_tail(room, low, high, reader);
    if (entries.size() > limits::page_entries_max) {
        entries.erase(entries.begin(),
                      entries.end() - static_cast<std::ptrdiff_t>(limits::page_entries_max));
        low = entries.front().seq;
    }
    const auto gap =
        wire::CreateGap(fbb(), raw(room.meta.id), room.meta.incarnation, first, low - 1);
    send_event(*session, Lane::Bulk, event(wire::Event::Gap, gap));
    return low <= high ? resume_batches(to, room, entries, low, high, {}) : high;
}

// [read marks]
void Core::State::on_mark(Command& command) {
    const auto& mark = command.body<wire::Mark>();
    Room* room = room_of(command, mark.room());
    if (room == nullptr) {
        return;
    }
    Member& member = room->members.at(command.user.id);
    const Seq seq = std::min(mark.seq(), room->meta.last_seq);
    if (seq <= member.read_seq) {
        return reply(command.from, {.room = room->meta.id, .seq = member.read_seq});
    }
    if (room->memory != nullptr) {
        return mark_in_memory(*room, member, seq, command.from);
    }
    if (!may_persist(command)) {
        return;
    }
    PutReadMark request;
    request.room = room->meta.id;
    request.user = command.user.id;
    request.seq = seq;
    persist(command.session.id, room->meta.id, request, MarkOp{command.from, command.user.id, seq});
}

} // namespace parley
