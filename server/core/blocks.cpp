// blocks.cpp: who wants to hear nothing of whom. What is said goes around a blocker in fanout.cpp,
// live and in pages alike; here is the list itself. A block acts at once and is answered when it is
// stored; an unblock acts when it is stored.
#include <algorithm>

#include "server/core/state.hpp"
#include "server/store/direct_name.hpp"

namespace parley {

namespace {

bool contains(const std::vector<UserId>& sorted, UserId id) {
    return std::binary_search(sorted.begin(), sorted.end(), id);
}
void put(std::vector<UserId>& sorted, UserId id, bool there) {
    const auto at = std::lower_bound(sorted.begin(), sorted.end(), id);
    const bool is_there = at != sorted.end() && *at == id;
    if (there && !is_there) {
        sorted.insert(at, id);
    } else if (!there && is_there) {
        sorted.erase(at);
    }
}

} // namespace

bool Core::State::blocks(UserId user, UserId author) const {
    const auto found = users_.find(user);
    return found != users_.end() && contains(found->second.blocks, author);
}

void Core::State::on_block(Command& command) {
    const auto& block = command.body<wire::Block>();
    User& user = command.user;
    const UserId other{block.user()};
    if (other == user.id) {
        return refuse(command, Error::BadArgument);
    }
    const auto known = users_.find(other);
    if (block.on() && known != users_.end() && !is_person(known->second.flags)) {
        return refuse(command, Error::Forbidden);
    }
    // One after the other, so that what an answer takes back is what its own request did.
    if (contains(user.blocks_in_flight, other)) {
        return refuse(command, Error::Busy, store_retry_ms);
    }
    const bool was = contains(user.blocks, other);
    if (block.on() && !was && user.blocks.size() >= limits::blocks_per_user_max) {
        return refuse(command, Error::Full);
    }
    if (!may_persist(command)) {
        return;
    }
    const uint32_t wait_ms =
        user.block_changes.take(now_ms_, limits::block_burst, limits::block_period_ms);
    if (wait_ms != 0) {
        return refuse(command, Error::Rate, wait_ms);
    }
    if (block.on()) {
        set_block(user.id, other, true);
    }
    put(user.blocks_in_flight, other, true);
    PutBlock request;
    request.user = user.id;
    request.blocked = other;
    request.on = block.on();
    persist(command.session.id, RoomId{}, request,
            BlockOp{command.from, user.id, other, block.on(), was});
}

void Core::State::block_put(const BlockOp& op, Error error) {
    const auto found = users_.find(op.user);
    if (found != users_.end()) {
        put(found->second.blocks_in_flight, op.other, false);
    }
    if (error != Error::Ok) {
        if (op.on && !op.was) {
            set_block(op.user, op.other, false);
            tell_blocks(op.user); // who came meanwhile heard of it
        }
        const uint32_t retry_ms = error == Error::StoreUnavailable ? store_retry_ms : 0;
        return reply(op.from, {.error = error, .retry_after_ms = retry_ms});
    }
    if (!op.on) {
        set_block(op.user, op.other, false);
    }
    if (op.on != op.was) {
        tell_blocks(op.user);
    }
    reply(op.from, {});
}

void Core::State::tell_blocks(UserId user) {
    const auto found = users_.find(user);
    if (found == users_.end()) {
        return;
    }
    for (const SessionId id : found->second.sessions) {
        send_answer(id, Lane::Control, blocks_frame(found->second)); // owed also when it lags
    }
}

SharedFrame Core::State::blocks_frame(const User& user) {
    std::vector<uint64_t> ids;
    ids.reserve(user.blocks.size());
    for (const UserId id : user.blocks) {
        ids.push_back(raw(id));
    }
    return event(wire::Event::Blocks, wire::CreateBlocks(fbb(), fbb().CreateVector(ids)));
}

void Core::State::set_block(UserId user, UserId other, bool on) {
    if (const auto found = users_.find(user); found != users_.end()) {
        put(found->second.blocks, other, on);
        note_blocker(other, user, on);
    }
    const auto named = room_names_.find({direct_kind, direct_name(user, other)});
    if (Room* room = named == room_names_.end() ? nullptr : find_room(named->second)) {
        put(room->blockers, user, on);
    }
}

void Core::State::note_blocker(UserId author, UserId blocker, bool on) {
    std::vector<UserId>& blockers = blockers_[author];
    put(blockers, blocker, on);
    if (blockers.empty()) {
        blockers_.erase(author);
    }
}

// Whoever is here is known better than by the store's answer, which may be older.
void Core::State::recall_blockers(Room& room, const std::vector<UserId>& loaded) {
    room.blockers = loaded;
    const auto two = parse_direct_name(room.meta.name);
    for (const auto& [user, other] : {*two, std::pair(two->second, two->first)}) {
        if (users_.count(user) != 0) {
            put(room.blockers, user, blocks(user, other));
        }
    }
}

// Whether the other side of a Direct room wants to hear nothing of self.
bool Core::State::blocked_by_other(const Room& room, UserId self) const {
    return !room.blockers.empty() && contains(room.blockers, other_side(room, self));
}

// Of the authors of entries those who are blocked by somebody who hears the room now, and by whom.
// The way is the shorter of the two: over the blockers, or over the room.
std::vector<Core::State::Shunned> Core::State::shunned(const Room& room,
                                                       std::span<const LogEntry> entries) const {
    std::vector<Shunned> found;
    if (blockers_.empty()) {
        return found;
    }
    std::set<UserId> authors;
    for (const LogEntry& entry : entries) {
        if (hideable(entry)) {
            authors.insert(entry.author);
        }
    }
    for (const UserId author : authors) {
        const auto blockers = blockers_.find(author);
        if (blockers == blockers_.end()) {
            continue;
        }
        Shunned one{author, {}};
        if (blockers->second.size() < room.sessions.size()) {
            for (const UserId blocker : blockers->second) {
                for (const SessionId session : users_.at(blocker).sessions) {
                    if (room.heard_by(session)) {
                        one.by.push_back(session);
                    }
                }
            }
        } else {
            for (const SessionId session : room.sessions) {
                if (contains(blockers->second, sessions_.at(session).user)) {
                    one.by.push_back(session);
                }
            }
        }
        if (!one.by.empty()) {
            found.push_back(std::move(one));
        }
    }
    return found;
}

} // namespace parley
