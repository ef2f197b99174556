// fanout.cpp: from committed entries to frames. A room's entries become one Batch (cut at what fits
// a datagram), encoded once and shared by all its readers: the work in core does not grow with
// their number. The first line after a silence goes out in its own step; in a crowd the next ones
// gather a few milliseconds, so that each reader gets them in one datagram.
#include <algorithm>
#include <optional>

#include "schemas/base/check.hpp"
#include "schemas/wire/room_lane.hpp"
#include "server/core/state.hpp"

namespace parley {

namespace {

Bytes body_of(const LogEntry& entry) {
    return entry.body == nullptr ? Bytes() : Bytes(*entry.body);
}

wire::StoredEntry stored(const LogEntry& entry) {
    return {.seq = entry.seq,
            .changed_seq = entry.changed_seq,
            .at_ms = entry.at_ms,
            .author = entry.author,
            .nonce = entry.nonce,
            .kind = static_cast<wire::EntryBody>(entry.kind),
            .body = body_of(entry)};
}

constexpr size_t author_bytes = 48; // a User table and its place in the vector, without the name

} // namespace

Readers Core::State::readers(Room& room) {
    if (room.readers == nullptr) {
        room.readers = std::make_shared<const std::vector<SessionId>>(room.sessions);
    }
    return room.readers;
}

void Core::State::push_fresh(Room& room, LogEntry entry) {
    if (room.sessions.empty()) {
        return; // nobody hears it; the tail has it
    }
    if (!room.flush_waits) {
        room.flush_waits = true;
        rooms_fresh_.push_back(room.meta.id);
    }
    room.fresh_bytes += sizeof(wire::Line) + body_of(entry).size();
    room.fresh.push_back(std::move(entry));
}

int64_t Core::State::gather_ms(const Room& room, size_t lines) const {
    const auto ms = static_cast<int64_t>(room.sessions.size() / options_.gather_readers_per_ms);
    return std::min(ms, limits::gather_ms_max) *
           (lines >= limits::gather_busy_lines ? limits::gather_busy_factor : 1);
}

void Core::State::flush_due() {
    size_t kept = 0;
    for (const RoomId id : rooms_fresh_) {
        Room* room = find_room(id);
        if (room == nullptr) {
            continue;
        }
        const bool waits = now_ms_ < room->gather_until_ms && room->fresh_bytes < room->batch_bytes;
        if (!room->fresh.empty() && waits) {
            rooms_fresh_[kept++] = id;
            continue;
        }
        flush(*room);
        room->flush_waits = false;
    }
    rooms_fresh_.resize(kept);
}

void Core::State::flush(Room& room) {
    if (room.fresh.empty()) {
        return;
    }
    const std::vector<LogEntry> fresh = std::move(room.fresh);
    room.fresh.clear();
    room.fresh_bytes = 0;
    room.gather_until_ms = now_ms_ + gather_ms(room, fresh.size());
    const Lane lane = lane_of(room.kind());
    Page page;
    page.bytes_max = room.sessions.size() >= limits::packed_readers_min
                         ? room.batch_bytes
                         : limits::batch_bytes_target;
    page.named = &room.named;
    for (std::span<const LogEntry> left = fresh; !left.empty();) {
        const size_t count = fill(room, left, page);
        const std::span<const LogEntry> part = left.first(count);
        left = left.subspan(count);
        batch_.cover(part.front().seq, part.back().seq);
        SharedFrame common = finish_live(room);

        std::vector<UserId> audiences; // who gets an entry that others do not
        for (const LogEntry& entry : part) {
            if (entry.audience != UserId{}) {
                audiences.push_back(entry.audience);
            }
        }
        if (audiences.empty()) {
            deliver(room, lane, std::move(common), count);
            continue;
        }
        std::sort(audiences.begin(), audiences.end());
        audiences.erase(std::unique(audiences.begin(), audiences.end()), audiences.end());
        std::vector<SessionId> others = room.sessions;
        for (const UserId audience : audiences) {
            const auto user = users_.find(audience);
            std::vector<SessionId> own;
            if (user != users_.end()) {
                for (const SessionId id : user->second.sessions) {
                    const auto at = std::lower_bound(others.begin(), others.end(), id);
                    if (at != others.end() && *at == id) {
                        others.erase(at);
                        own.push_back(id);
                    }
                }
            }
            if (!own.empty()) {
                std::sort(own.begin(), own.end());
                Page private_page = page;
                private_page.viewer = audience;
                private_page.named = nullptr;
                private_page.bytes_max = lane_frame_bytes_max(lane);
                const size_t filled = fill(room, part, private_page);
                PARLEY_ASSERT(filled == part.size());
                batch_.cover(part.front().seq, part.back().seq);
                effects_->emplace_back(
                    Deliver{lane, batch_.finish(0, false),
                            std::make_shared<const std::vector<SessionId>>(std::move(own)),
                            static_cast<uint32_t>(count)});
            }
        }
        if (!others.empty()) {
            effects_->emplace_back(
                Deliver{lane, std::move(common),
                        std::make_shared<const std::vector<SessionId>>(std::move(others)),
                        static_cast<uint32_t>(count)});
        }
    }
}

// What goes to a crowd and is more than a datagram is packed; how much fills a datagram then, is
// learnt from the last one.
SharedFrame Core::State::finish_live(Room& room) {
    const Bytes plain = batch_.finish_bytes(0, false);
    if (plain.size() <= limits::batch_bytes_target ||
        room.sessions.size() < limits::packed_readers_min) {
        return wire::share(plain);
    }
    SharedFrame packed = packer_.pack(plain);
    const size_t bytes = packed == nullptr ? plain.size() : packed->size();
    const size_t would_fill = plain.size() * limits::batch_bytes_target / bytes;
    room.batch_bytes = std::clamp((room.batch_bytes + would_fill) / 2,
                                  limits::batch_bytes_packed_min, limits::batch_bytes_packed_max);
    return packed == nullptr ? wire::share(plain) : packed;
}

SharedFrame Core::State::finish_page(const Requester& to, bool more) {
    const Bytes plain = batch_.finish_bytes(to.request, more);
    spend(to.session, plain.size());
    SharedFrame packed;
    if (plain.size() >= limits::packed_from_bytes && !batch_is_private_) {
        packed = packer_.pack(plain);
    }
    return packed == nullptr ? wire::share(plain) : packed;
}

// The batch writer verifies every body again: a disk is not trusted more than a peer.
size_t Core::State::fill(const Room& room, std::span<const LogEntry> entries, const Page& page) {
    batch_.begin(room.meta.id, room.meta.incarnation);
    batch_is_private_ = false;
    std::vector<UserId> met; // authors so far, distinct
    size_t count = 0;
    size_t unseen_bytes = 0;
    for (const LogEntry& entry : entries) {
        const bool seen = entry.audience == UserId{} || entry.audience == page.viewer;
        if (!seen) {
            // The range covers it, so that nobody waits for it; and it takes its place, so that
            // the batch of whoever may see it covers the same range.
            const size_t bytes = batch_.bytes_with(stored(entry)) - batch_.bytes();
            if (count > 0 && batch_.bytes() + unseen_bytes + bytes > page.bytes_max) {
                break;
            }
            unseen_bytes += bytes;
            ++count;
            continue;
        }
        const bool is_new = std::find(met.begin(), met.end(), entry.author) == met.end();
        const std::optional<StoredUser> author =
            is_new ? author_to_name(room, entry.author, page) : std::nullopt;
        const wire::StoredEntry one = stored(entry);
        const size_t more = author ? author_bytes + author->name.size() : 0;
        if (count > 0 && batch_.bytes_with(one) + unseen_bytes + more > page.bytes_max) {
            break;
        }
        const Result<void> added = batch_.add(one);
        if (added.error() == Error::Full) {
            break;
        }
        ++count; // also past a damaged body, or a kind of a later version
        batch_is_private_ = batch_is_private_ || entry.audience != UserId{};
        if (added.ok() && is_new) {
            met.push_back(entry.author);
            if (author) {
                batch_.add_author(author->id, author->name,
                                  static_cast<wire::UserFlags>(author->flags));
                if (page.named != nullptr) {
                    page.named->insert(author->id);
                }
            }
        }
    }
    PARLEY_ASSERT(count > 0);
    return count;
}

// By sizes alone: to fill a batch for each entry that does not fit would be work by the square.
size_t Core::State::newest_fitting(const Room& room, std::span<const LogEntry> entries,
                                   const Page& page) {
    batch_.begin(room.meta.id, room.meta.incarnation);
    const size_t empty_bytes = batch_.bytes();
    size_t bytes = empty_bytes;
    std::vector<UserId> met;
    size_t count = 0;
    for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry, ++count) {
        bytes += batch_.bytes_with(stored(*entry)) - empty_bytes;
        if (std::find(met.begin(), met.end(), entry->author) == met.end()) {
            met.push_back(entry->author);
            const std::optional<StoredUser> author = author_to_name(room, entry->author, page);
            bytes += author ? author_bytes + author->name.size() : 0;
        }
        if (count > 0 && bytes > page.bytes_max) {
            break;
        }
    }
    return count;
}

// The author, if this page's readers may not know his name. One of whom we know nothing is asked
// for by FetchUsers.
std::optional<StoredUser> Core::State::author_to_name(const Room& room, UserId author,
                                                      const Page& page) const {
    if (page.named != nullptr && page.named->count(author) != 0) {
        return std::nullopt;
    }
    const auto member = room.members.find(author);
    if (member != room.members.end()) {
        const bool in_roster = room.full_roster() && is_person(member->second.flags);
        if (in_roster && !page.authors) {
            return std::nullopt;
        }
        return StoredUser{author, member->second.name, member->second.flags};
    }
    const auto known = std::find_if(page.known.begin(), page.known.end(),
                                    [&](const StoredUser& one) { return one.id == author; });
    if (known != page.known.end()) {
        return *known;
    }
    const auto user = users_.find(author);
    if (user != users_.end()) {
        return StoredUser{author, user->second.name, user->second.flags};
    }
    return std::nullopt;
}

} // namespace parley
