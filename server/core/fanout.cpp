// fanout.cpp: from committed entries to frames. A room's entries become one Batch (cut at what fits
// a datagram), encoded once and shared by all its readers: the work in core does not grow with
// their number. Where people block each other it is one for each share of them that hears the same,
// and in a busy room one for each of eight classes (busy_room.cpp). The first line after a silence
// goes out in its own step; in a crowd the next ones gather a few milliseconds, so that each reader
// gets them in one datagram.
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

// How many from the front of entries have so few shunned authors that their readers are few kinds.
size_t Core::State::few_shunned(std::span<const LogEntry> entries,
                                const std::vector<Shunned>& shunned) {
    if (shunned.size() <= limits::batch_blocked_authors_max) {
        return entries.size();
    }
    std::set<UserId> authors;
    std::set<SessionId> blockers;
    for (size_t i = 0; i < entries.size(); ++i) {
        const auto one = std::find_if(shunned.begin(), shunned.end(), [&](const Shunned& each) {
            return each.author == entries[i].author;
        });
        if (one == shunned.end() || !authors.insert(one->author).second) {
            continue;
        }
        // There are no more shares than sessions that block, nor than sets of authors.
        for (auto by = one->by.begin();
             by != one->by.end() && blockers.size() <= limits::batch_shares_max; ++by) {
            blockers.insert(*by);
        }
        if (authors.size() > limits::batch_blocked_authors_max &&
            blockers.size() > limits::batch_shares_max) {
            return i;
        }
    }
    return entries.size();
}

void Core::State::push_fresh(Room& room, LogEntry entry) {
    note_said(room, entry);
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

// Enough for a datagram; a sampled room's readers get a part of it each.
bool Core::State::gathered(const Room& room) const {
    return room.busy != nullptr && room.busy->sampled
               ? room.fresh.size() >= limits::room_tail_entries_max
               : room.fresh_bytes >= room.batch_bytes;
}

void Core::State::flush_due() {
    size_t kept = 0;
    for (const RoomId id : rooms_fresh_) {
        Room* room = find_room(id);
        if (room == nullptr) {
            continue;
        }
        const bool waits = now_ms_ < room->gather_until_ms && !gathered(*room);
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
    if (room.busy != nullptr && tell_sampled(room, fresh)) {
        return;
    }
    const Lane lane = lane_of(room.kind());
    Page page;
    page.bytes_max = frame_bytes_max(room, room.sessions.size());
    page.named = &room.named;
    const std::vector<Shunned> shunned_here = shunned(room, fresh);
    for (std::span<const LogEntry> left = fresh; !left.empty();) {
        const size_t count = fill(room, left.first(few_shunned(left, shunned_here)), page);
        const std::span<const LogEntry> part = left.first(count);
        left = left.subspan(count);
        batch_.cover(part.front().seq, part.back().seq);
        SharedFrame common = finish_live(room);

        // A share's page says names again that the crowd knows, and may need several batches.
        const auto tell = [&](const Share& share, const Readers& own) {
            Page own_page;
            own_page.viewer = share.viewer;
            own_page.blocked = share.blocked;
            tell_page(room, part, own_page, own);
        };
        const Readers others = tell_shares(shares(room, part, shunned_here), readers(room), tell);
        if (!others->empty()) {
            effects_->emplace_back(
                Deliver{lane, std::move(common), others, static_cast<uint32_t>(count)});
        }
    }
}

size_t Core::State::frame_bytes_max(const Room& room, size_t readers) {
    return readers >= limits::packed_readers_min ? room.batch_bytes : limits::batch_bytes_target;
}

// What goes to a crowd and is more than a datagram.
bool Core::State::pays(Bytes plain, size_t readers) {
    return plain.size() > limits::batch_bytes_target && readers >= limits::packed_readers_min;
}

// Readers are alike who may see the same and block the same of a part's authors. Those are few
// (few_shunned), so there are few shares, however differently people block.
Core::State::Shares Core::State::shares(const Room& room, std::span<const LogEntry> part,
                                        std::span<const Shunned> shunned) const {
    std::map<SessionId, Share> by_session;
    for (const LogEntry& entry : part) {
        const auto user = users_.find(entry.audience); // 0 is nobody
        if (user == users_.end()) {
            continue;
        }
        for (const SessionId id : user->second.sessions) {
            if (room.heard_by(id)) {
                by_session[id].viewer = entry.audience;
            }
        }
    }
    for (const Shunned& one : shunned) {
        const bool speaks = std::any_of(part.begin(), part.end(), [&](const LogEntry& entry) {
            return entry.author == one.author && hideable(entry);
        });
        if (speaks) {
            for (const SessionId id : one.by) {
                by_session[id].blocked.push_back(one.author);
            }
        }
    }
    Shares found;
    for (const auto& [id, share] : by_session) {
        found[share].push_back(id);
    }
    return found;
}

// The batch that was finished: packed, if it pays and holds nothing for one reader's eyes alone.
SharedFrame Core::State::packed_if(Bytes plain, bool to_pack) {
    SharedFrame packed = to_pack && !batch_is_private_ ? packer_.pack(plain) : nullptr;
    return packed == nullptr ? wire::share(plain) : packed;
}

SharedFrame Core::State::finish_for(size_t readers) {
    const Bytes plain = batch_.finish_bytes(0, false);
    return packed_if(plain, pays(plain, readers));
}

// How much fills a datagram when it is packed, is learnt from the last one.
SharedFrame Core::State::finish_live(Room& room) {
    const Bytes plain = batch_.finish_bytes(0, false);
    const bool to_pack = pays(plain, room.sessions.size());
    SharedFrame frame = packed_if(plain, to_pack);
    if (to_pack) {
        const size_t would_fill = plain.size() * limits::batch_bytes_target / frame->size();
        room.batch_bytes =
            std::clamp((room.batch_bytes + would_fill) / 2, limits::batch_bytes_packed_min,
                       limits::batch_bytes_packed_max);
    }
    return frame;
}

SharedFrame Core::State::finish_page(const Requester& to, bool more) {
    const Bytes plain = batch_.finish_bytes(to.request, more);
    spend(to.session, plain.size());
    return packed_if(plain, plain.size() >= limits::packed_from_bytes);
}

bool Core::State::may_see(const LogEntry& entry, const Page& page) {
    return (entry.audience == UserId{} || entry.audience == page.viewer) &&
           (!hideable(entry) ||
            !std::binary_search(page.blocked.begin(), page.blocked.end(), entry.author));
}

// The batch writer verifies every body again: a disk is not trusted more than a peer.
size_t Core::State::fill(const Room& room, std::span<const LogEntry> entries, const Page& page) {
    batch_.begin(room.meta.id, room.meta.incarnation);
    batch_is_private_ = false;
    std::vector<UserId> met; // authors so far, distinct
    size_t count = 0;
    size_t unseen_bytes = 0;
    uint32_t left_out = 0;
    for (const LogEntry& entry : entries) {
        if (!may_see(entry, page)) {
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
        if (!page.heard_by.empty() && !has_class(page.heard_by[count], page.reader_class)) {
            ++count;
            ++left_out;
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
    batch_.leave_out(left_out);
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
