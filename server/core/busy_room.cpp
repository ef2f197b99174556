// busy_room.cpp: a Global room in which more is said than one can read. Its readers are eight
// classes; each line goes to as many of them as can still read it, and each reader is told how many
// he did not get. Whom a line concerns hears it in any case. When even that is too much for long,
// everybody's pace is stretched.
#include <algorithm>

#include "schemas/wire/room_lane.hpp"
#include "schemas/wire/stored.hpp"
#include "schemas/wire/views.hpp"
#include "server/core/state.hpp"

namespace parley {

// [sampling]
// What a moderator says, and all that is no message: never left out.
bool Core::State::never_sampled(const Room& room, const LogEntry& entry) {
    if (entry.kind != EntryKind::Message || entry.audience != UserId{}) {
        return true;
    }
    const auto author = room.members.find(entry.author);
    return author != room.members.end() &&
           (author->second.role != wire::Role::Member || !is_person(author->second.flags));
}

std::vector<Classes> Core::State::choose_classes(Room& room, std::span<const LogEntry> fresh) {
    std::vector<Classes> heard_by;
    heard_by.reserve(fresh.size());
    for (const LogEntry& entry : fresh) {
        heard_by.push_back(never_sampled(room, entry) ? every_class : no_class);
    }
    room.busy->sampler.choose(now_ms_, options_.readable_lines_per_s, heard_by, random_);
    return heard_by;
}

bool Core::State::tell_sampled(Room& room, std::span<const LogEntry> fresh) {
    Busy& busy = *room.busy;
    if (options_.readable_lines_per_s == 0) {
        return false;
    }
    const std::vector<Classes> heard_by = choose_classes(room, fresh);
    busy.sampled = std::any_of(heard_by.begin(), heard_by.end(),
                               [](Classes classes) { return classes != every_class; });
    if (!busy.sampled) {
        return false;
    }
    room.gather_until_ms = now_ms_ + limits::gather_sampled_ms;
    const std::vector<Shunned> shunned_here = shunned(room, fresh);
    for (size_t told = 0; told < fresh.size();) {
        const size_t count = few_shunned(fresh.subspan(told), shunned_here);
        tell_classes(room, fresh.subspan(told, count),
                     std::span<const Classes>(heard_by).subspan(told, count), shunned_here);
        told += count;
    }
    for (size_t i = 0; i < fresh.size(); ++i) {
        if (heard_by[i] != every_class) {
            tell_addressed(room, fresh[i], heard_by[i]);
        }
    }
    return true;
}

// Made once for all deliveries until the room's readers change.
const Readers& Core::State::class_readers(Room& room, size_t reader_class_wanted) {
    Busy& busy = *room.busy;
    const Readers all = readers(room);
    if (busy.split != all) {
        std::array<std::vector<SessionId>, limits::reader_classes> sessions;
        for (const SessionId id : *all) {
            sessions[reader_class(id)].push_back(id);
        }
        for (size_t i = 0; i < sessions.size(); ++i) {
            busy.readers[i] =
                std::make_shared<const std::vector<SessionId>>(std::move(sessions[i]));
        }
        busy.split = all;
    }
    return busy.readers[reader_class_wanted];
}

void Core::State::tell_classes(Room& room, std::span<const LogEntry> part,
                               std::span<const Classes> heard_by,
                               const std::vector<Shunned>& shunned) {
    const Shares apart = shares(room, part, shunned);
    for (size_t own = 0; own < limits::reader_classes; ++own) {
        Page page;
        page.heard_by = heard_by;
        page.reader_class = own;
        const auto tell = [&](const Share& share, const Readers& some) {
            Page some_page = page;
            some_page.viewer = share.viewer;
            some_page.blocked = share.blocked;
            tell_page(room, part, some_page, some);
        };
        const Readers others = tell_shares(apart, class_readers(room, own), tell);
        tell_page(room, part, page, others);
    }
}

void Core::State::tell_page(Room& room, std::span<const LogEntry> part, Page page,
                            const Readers& to) {
    if (to->empty()) {
        return;
    }
    page.bytes_max = frame_bytes_max(room, to->size());
    while (!part.empty()) {
        const size_t count = fill(room, part, page);
        batch_.cover(part.front().seq, part[count - 1].seq);
        effects_->emplace_back(Deliver{lane_of(room.kind()), finish_for(to->size()), to,
                                       static_cast<uint32_t>(count)});
        part = part.subspan(count);
        page.heard_by = page.heard_by.empty() ? page.heard_by : page.heard_by.subspan(count);
    }
}

// Who wrote it, who is mentioned in it and, if that is not long ago, whom it answers.
std::set<UserId> Core::State::concerned(const Room& room, const LogEntry& entry) const {
    std::set<UserId> users{entry.author};
    const Result<const wire::Message*> message =
        entry.body == nullptr ? Error::Malformed : wire::read_message(*entry.body);
    if (!message) {
        return users;
    }
    for (const wire::Span& span : wire::view((*message)->spans())) {
        if (span.kind() == wire::SpanKind::Mention &&
            users.size() <= limits::mentions_never_sampled_max) {
            users.insert(UserId{span.target()});
        }
    }
    const Seq answered = (*message)->reply_to();
    if (answered != 0 && !room.tail.empty() && answered >= room.tail.front().seq) {
        const auto at =
            room.tail.begin() + static_cast<ptrdiff_t>(answered - room.tail.front().seq);
        users.insert(at->author);
    }
    return users;
}

// It follows the frames of the classes, in whose range it lies: the reader finds it left out there
// and puts it in its place.
void Core::State::tell_addressed(Room& room, const LogEntry& entry, Classes heard_by) {
    std::vector<SessionId> to;
    for (const UserId id : concerned(room, entry)) {
        const auto user = users_.find(id);
        if (user == users_.end() || blocks(id, entry.author)) {
            continue;
        }
        std::copy_if(user->second.sessions.begin(), user->second.sessions.end(),
                     std::back_inserter(to), [&](SessionId session) {
                         return !has_class(heard_by, reader_class(session)) &&
                                room.heard_by(session);
                     });
    }
    std::sort(to.begin(), to.end());
    tell_page(room, {&entry, 1}, {}, std::make_shared<const std::vector<SessionId>>(std::move(to)));
}

// [slow mode]
namespace {

int64_t token_ms(const Pacing& pacing) {
    return pacing.period_ms / std::max<uint32_t>(pacing.burst, 1);
}

Pacing usual(const limits::Tier& tier) {
    return {tier.pace_burst, tier.pace_period_ms};
}

} // namespace

// Not where everyone may write as seldom already.
bool Core::State::may_slow(const Room& room) const {
    return room.busy != nullptr && options_.slow_lines_per_s != 0 &&
           token_ms(usual(tier(room))) < options_.slow_pace_period_ms;
}

Pacing Core::State::pacing(const Room& room, wire::Role role) const {
    const bool stretched =
        room.busy != nullptr && room.busy->slow.on() && role == wire::Role::Member;
    return stretched ? Pacing{1, options_.slow_pace_period_ms} : usual(tier(room));
}

// While it is on, what is said is that much less than people would say; it ends when they would say
// half of what began it. Divided last, or a rate below a line a second would be none.
SlowMode::Bounds Core::State::slow_bounds(const Room& room) const {
    const int64_t unslowed_lines = options_.slow_lines_per_s * limits::slow_off_after_s;
    const int64_t off_lines_max =
        unslowed_lines * token_ms(usual(tier(room))) / (2 * int64_t{options_.slow_pace_period_ms});
    return {options_.slow_lines_per_s, off_lines_max};
}

void Core::State::note_said(Room& room, const LogEntry& entry) {
    // Whose pace is not stretched does not count either.
    if (never_sampled(room, entry) || !may_slow(room)) {
        return;
    }
    if (room.busy->slow.look(now_ms_, slow_bounds(room))) {
        tell_pace(room);
    }
    room.busy->slow.said();
}

void Core::State::tell_pace(Room& room) {
    const bool on = room.busy->slow.on();
    if (on) {
        rooms_slow_.insert(room.meta.id);
    } else {
        rooms_slow_.erase(room.meta.id);
    }
    const Pacing now = pacing(room, wire::Role::Member);
    const auto body = wire::CreateRoomPace(fbb(), raw(room.meta.id),
                                           static_cast<uint16_t>(now.burst), now.period_ms, on);
    deliver(room, Lane::Control, event(wire::Event::RoomPace, body));
}

void Core::State::end_slow_modes() {
    const std::vector<RoomId> slow(rooms_slow_.begin(), rooms_slow_.end());
    for (const RoomId id : slow) {
        Room& room = *find_room(id);
        if (room.busy->slow.look(now_ms_, slow_bounds(room))) {
            tell_pace(room);
        }
    }
}

} // namespace parley
