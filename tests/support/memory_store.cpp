// memory_store.cpp: every request runs on the disk itself and leaves its undo; a commit that fails
// runs the undo backwards and answers nobody with what was taken back.
#include "tests/support/memory_store.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "schemas/base/check.hpp"
#include "schemas/base/limits.hpp"
#include "server/store/damage.hpp"
#include "server/store/direct_name.hpp"

namespace parley {

const MemoryDisk::Room* MemoryDisk::room(RoomId id) const {
    const auto found = rooms.find(id);
    return found == rooms.end() ? nullptr : &found->second;
}

const StoredMember* MemoryDisk::member(RoomId id, UserId user) const {
    const Room* in = room(id);
    if (in == nullptr) {
        return nullptr;
    }
    const auto found = in->members.find(user);
    return found == in->members.end() ? nullptr : &found->second;
}

void MemoryStore::execute(std::span<const StoreRequest> requests,
                          std::vector<StoreAnswer>& answers) {
    const CommitFault fault = fault_left_ > 0 ? fault_ : CommitFault::None;
    if (fault_left_ > 0) {
        --fault_left_;
    }
    undo_.clear();
    std::vector<StoreAnswer> run_answers;
    run_answers.reserve(requests.size());
    for (const StoreRequest& request : requests) {
        run_answers.push_back(run(request));
    }
    if (fault == CommitFault::Fails || fault == CommitFault::Unreadable) {
        roll_back();
    }
    if (fault == CommitFault::Fails) {
        refuse_writes(
            requests, [this](const StoreRequest& request) { return run(request); }, answers);
    } else if (fault != CommitFault::None) {
        for (const StoreRequest& request : requests) {
            answers.push_back(refusal(request, Error::StoreUnavailable));
        }
    } else {
        std::move(run_answers.begin(), run_answers.end(), std::back_inserter(answers));
    }
    undo_.clear();
    fault == CommitFault::None ? ++commits_ : ++failed_commits_;
}

void MemoryStore::roll_back() {
    for (auto undo = undo_.rbegin(); undo != undo_.rend(); ++undo) {
        (*undo)(*disk_);
    }
    undo_.clear();
}

StoreAnswer MemoryStore::run(const StoreRequest& request) {
    return std::visit([&](const auto& one) { return run_one(one); }, request);
}

UserId MemoryStore::user_of(const std::string& issuer, const std::string& subject) {
    const auto key = std::make_pair(issuer, subject);
    const auto found = disk_->user_by_subject.find(key);
    if (found != disk_->user_by_subject.end()) {
        return found->second;
    }
    const UserId id{disk_->next_user++};
    disk_->users[id] = {{id, subject, 0}, issuer, subject};
    disk_->user_by_subject[key] = id;
    on_rollback([id, key](MemoryDisk& disk) {
        disk.users.erase(id);
        disk.user_by_subject.erase(key);
        --disk.next_user;
    });
    return id;
}

StoreAnswer MemoryStore::run_one(const AdmitUser& request) {
    UserAdmitted answer;
    answer.token = request.token;
    const Claims& claims = request.claims;
    const auto ticket_key = std::make_pair(claims.issuer, claims.id);
    const auto known = disk_->tickets.find(ticket_key);
    answer.first_use = known == disk_->tickets.end();
    const TimeMs expires_ms = (claims.expires_at_s + limits::ticket_skew_s) * 1000;
    if (answer.first_use) {
        if (request.now_ms > expires_ms) {
            answer.error = Error::TicketExpired;
            return answer;
        }
    } else if (known->second.device != request.device) {
        answer.error = Error::TicketStolen;
        return answer;
    } else if (request.now_ms >= known->second.first_use_ms + limits::reauth_due_ms ||
               (request.reauth && request.now_ms > expires_ms)) {
        answer.error = Error::TicketExpired;
        return answer;
    }
    if (request.reauth) {
        const auto same =
            disk_->user_by_subject.find(std::make_pair(claims.issuer, claims.subject));
        if (same == disk_->user_by_subject.end() || same->second != request.user) {
            answer.error = Error::BadTicket;
            return answer;
        }
    }
    const UserId id = user_of(claims.issuer, claims.subject);
    if (!answer.first_use && known->second.user != id) {
        answer.error = Error::BadTicket;
        return answer;
    }
    MemoryDisk::User& user = disk_->users[id];
    on_rollback([before = user.user](MemoryDisk& disk) {
        const auto there = disk.users.find(before.id);
        if (there != disk.users.end()) {
            there->second.user = before;
        }
    });
    user.user.name = claims.name;
    user.user.flags = flags_of(claims);
    if (answer.first_use) {
        disk_->tickets[ticket_key] = {request.device, id, request.now_ms};
        on_rollback([ticket_key](MemoryDisk& disk) { disk.tickets.erase(ticket_key); });
    }
    answer.user = user.user;
    answer.reauth_at_ms = disk_->tickets[ticket_key].first_use_ms + limits::reauth_due_ms;
    for (const auto& [room_id, room] : disk_->rooms) {
        if (room.members.count(id) != 0) {
            answer.rooms.push_back(room_id);
        }
    }
    for (auto block = disk_->blocks.lower_bound({id, UserId{}});
         block != disk_->blocks.end() && block->first == id; ++block) {
        answer.blocks.push_back(block->second);
    }
    return answer;
}

StoreAnswer MemoryStore::run_one(const PutBlock& request) {
    Done answer;
    answer.token = request.token;
    const std::pair<UserId, UserId> block{request.user, request.blocked};
    if (request.on) {
        const auto user = disk_->users.find(request.blocked);
        if (user == disk_->users.end()) {
            answer.error = Error::NotFound;
        } else if ((user->second.user.flags & static_cast<uint32_t>(wire::UserFlags::Game)) != 0) {
            answer.error = Error::Forbidden;
        } else if (disk_->blocks.insert(block).second) {
            on_rollback([block](MemoryDisk& disk) { disk.blocks.erase(block); });
        }
    } else if (disk_->blocks.erase(block) != 0) {
        on_rollback([block](MemoryDisk& disk) { disk.blocks.insert(block); });
    }
    return answer;
}

StoreAnswer MemoryStore::run_one(const LoadRoom& request) {
    RoomLoaded answer;
    answer.token = request.token;
    RoomId id = request.id;
    if (id == RoomId{}) {
        const auto key = std::make_pair(request.kind, request.name);
        const auto found = disk_->room_by_name.find(key);
        if (found != disk_->room_by_name.end()) {
            id = found->second;
        } else if (request.create) {
            id = RoomId{disk_->next_room++};
            MemoryDisk::Room& room = disk_->rooms[id];
            room.meta.id = id;
            room.meta.kind = request.kind;
            room.meta.name = request.name;
            room.meta.incarnation = disk_->next_incarnation++;
            disk_->room_by_name[key] = id;
            on_rollback([id, key](MemoryDisk& disk) {
                disk.rooms.erase(id);
                disk.room_by_name.erase(key);
                --disk.next_room; // the incarnation is never given out twice
            });
        }
    }
    const MemoryDisk::Room* room = disk_->room(id);
    if (room == nullptr) {
        answer.error = Error::NotFound;
        return answer;
    }
    answer.meta = room->meta;
    for (const auto& [user_id, member] : room->members) {
        StoredMember one = member;
        const StoredUser& user = disk_->users[user_id].user;
        one.name = user.name;
        one.flags = user.flags;
        answer.members.push_back(std::move(one));
    }
    if (damage_of(answer) != nullptr) {
        return refusal(request, Error::BadStore);
    }
    for (const auto& [user_id, at_ms] : room->revoked) {
        answer.revoked.push_back({user_id, at_ms});
    }
    if (room->meta.kind == static_cast<uint8_t>(wire::RoomKind::Direct)) {
        const auto two = parse_direct_name(room->meta.name);
        PARLEY_ASSERT(two.has_value());
        for (const auto& [user, other] : {*two, std::pair(two->second, two->first)}) {
            if (disk_->blocks.count({user, other}) != 0) {
                answer.blockers.push_back(user);
            }
        }
    }
    const size_t tail = std::min<size_t>(request.tail_entries, room->entries.size());
    answer.tail.assign(room->entries.end() - static_cast<std::ptrdiff_t>(tail),
                       room->entries.end());
    return answer;
}

StoreAnswer MemoryStore::run_one(const FindUsers& request) {
    UsersFound answer;
    answer.token = request.token;
    const std::set<UserId> ids(request.ids.begin(), request.ids.end());
    for (const UserId id : ids) {
        const auto found = disk_->users.find(id);
        if (found != disk_->users.end()) {
            answer.users.push_back(found->second.user);
        }
    }
    return answer;
}

StoreAnswer MemoryStore::run_one(const FindSubject& request) {
    UsersFound answer;
    answer.token = request.token;
    answer.users.push_back(disk_->users[user_of(request.issuer, request.subject)].user);
    return answer;
}

StoreAnswer MemoryStore::run_one(const Append& request) {
    Appended answer;
    answer.token = request.token;
    const auto found = disk_->rooms.find(request.room);
    if (found == disk_->rooms.end()) {
        answer.error = Error::NotFound;
        return answer;
    }
    MemoryDisk::Room& room = found->second;
    const auto nonce_key = std::make_pair(request.entry.author, request.entry.nonce);
    if (request.entry.nonce != 0) {
        const auto before = room.nonces.find(nonce_key);
        if (before != room.nonces.end()) {
            answer.seq = before->second;
            answer.at_ms = room.entries[answer.seq - 1].at_ms;
            answer.duplicate = true;
            return answer;
        }
    }
    if (request.entry.target > room.entries.size()) {
        answer.error = Error::NotFound;
        return answer;
    }
    LogEntry entry = request.entry;
    entry.seq = room.meta.last_seq + 1;
    entry.changed_seq = entry.seq;
    entry.at_ms = std::max(entry.at_ms, room.meta.last_at_ms);
    answer.audience = entry.audience;
    on_rollback([id = request.room, nonce_key, seq = room.meta.last_seq,
                 at_ms = room.meta.last_at_ms](MemoryDisk& disk) {
        MemoryDisk::Room& back = disk.rooms[id];
        back.entries.pop_back();
        back.meta.last_seq = seq;
        back.meta.last_at_ms = at_ms;
        back.nonces.erase(nonce_key);
    });
    if (entry.target != 0) {
        LogEntry& changed = room.entries[entry.target - 1];
        on_rollback([id = request.room, target = entry.target,
                     before = changed.changed_seq](MemoryDisk& disk) {
            disk.rooms[id].entries[target - 1].changed_seq = before;
        });
        changed.changed_seq = entry.seq;
    }
    answer.seq = entry.seq;
    answer.at_ms = entry.at_ms;
    room.meta.last_seq = entry.seq;
    room.meta.last_at_ms = entry.at_ms;
    if (entry.nonce != 0) {
        room.nonces[nonce_key] = entry.seq;
    }
    room.entries.push_back(std::move(entry));
    return answer;
}

StoreAnswer MemoryStore::run_one(const PutMember& request) {
    MemberPut answer;
    answer.token = request.token;
    const auto found = disk_->rooms.find(request.room);
    if (found == disk_->rooms.end() || disk_->users.count(request.member.user) == 0) {
        answer.error = Error::NotFound;
        return answer;
    }
    MemoryDisk::Room& room = found->second;
    const UserId user = request.member.user;
    const auto is_another = [&](const auto& one) {
        return one.first != request.room && one.second.members.count(user) != 0;
    };
    if (request.rooms_max != 0 && std::count_if(disk_->rooms.begin(), disk_->rooms.end(),
                                                is_another) >= int64_t{request.rooms_max}) {
        answer.error = Error::Full;
        return answer;
    }
    answer.user = disk_->users[user].user;
    const auto before = room.members.find(user);
    StoredMember member = request.member;
    if (before == room.members.end()) {
        on_rollback(
            [id = request.room, user](MemoryDisk& disk) { disk.rooms[id].members.erase(user); });
        if (member.since_seq == 0) {
            member.since_seq = room.meta.last_seq + 1;
        }
    } else {
        on_rollback([id = request.room, old = before->second](MemoryDisk& disk) {
            disk.rooms[id].members[old.user] = old;
        });
        // Who is a member already keeps what he may read and what he has read.
        member.since_seq = before->second.since_seq;
        member.read_seq = std::max(member.read_seq, before->second.read_seq);
    }
    if (member.origin == MemberOrigin::Grant) {
        revoke(room, user, 0);
    }
    answer.since_seq = member.since_seq;
    room.members[user] = std::move(member);
    return answer;
}

StoreAnswer MemoryStore::run_one(const DropMember& request) {
    Done answer;
    answer.token = request.token;
    const auto found = disk_->rooms.find(request.room);
    if (found == disk_->rooms.end()) {
        answer.error = Error::NotFound;
        return answer;
    }
    const auto member = found->second.members.find(request.user);
    if (member != found->second.members.end()) {
        on_rollback([id = request.room, old = member->second](MemoryDisk& disk) {
            disk.rooms[id].members[old.user] = old;
        });
        found->second.members.erase(member);
    }
    if (request.revoked_ms != 0) {
        revoke(found->second, request.user, request.revoked_ms);
    }
    return answer;
}

void MemoryStore::revoke(MemoryDisk::Room& room, UserId user, TimeMs at_ms) {
    on_rollback([id = room.meta.id, before = room.revoked](MemoryDisk& disk) {
        disk.rooms[id].revoked = before;
    });
    if (at_ms == 0) {
        room.revoked.erase(user);
    } else {
        room.revoked[user] = at_ms;
    }
}

StoreAnswer MemoryStore::run_one(const PutReadMark& request) {
    Done answer;
    answer.token = request.token;
    const auto room = disk_->rooms.find(request.room);
    if (room == disk_->rooms.end()) {
        answer.error = Error::NotFound;
        return answer;
    }
    const auto member = room->second.members.find(request.user);
    if (member == room->second.members.end()) {
        return answer;
    }
    on_rollback([id = request.room, old = member->second](MemoryDisk& disk) {
        disk.rooms[id].members[old.user] = old;
    });
    member->second.read_seq =
        std::max(member->second.read_seq, std::min(request.seq, room->second.meta.last_seq));
    return answer;
}

StoreAnswer MemoryStore::run_one(const FetchEntries& request) {
    EntriesFetched answer;
    answer.token = request.token;
    const MemoryDisk::Room* room = disk_->room(request.room);
    if (room == nullptr) {
        answer.error = Error::NotFound;
        return answer;
    }
    // Everyone may read a Global room, also before he enters it.
    Seq since = 1;
    if (room->meta.kind != static_cast<uint8_t>(wire::RoomKind::Global)) {
        const StoredMember* member = disk_->member(request.room, request.reader);
        if (member == nullptr) {
            answer.error = Error::NotMember;
            return answer;
        }
        since = member->since_seq;
    }
    std::vector<const LogEntry*> seen;
    for (const LogEntry& entry : room->entries) {
        const bool in_range = entry.seq > request.after &&
                              (request.before == 0 || entry.seq < request.before) &&
                              entry.seq >= since;
        if (in_range && (entry.audience == UserId{} || entry.audience == request.reader)) {
            seen.push_back(&entry);
        }
    }
    if (request.newest_first) {
        std::reverse(seen.begin(), seen.end());
    }
    const size_t count = std::min({size_t{request.count}, limits::resume_entries_max, seen.size()});
    std::set<UserId> authors;
    size_t bytes = 0;
    for (size_t i = 0; i < count && bytes < request.bytes_max; ++i) {
        bytes += seen[i]->body == nullptr ? 0 : seen[i]->body->size();
        answer.entries.push_back(*seen[i]);
        authors.insert(seen[i]->author);
    }
    answer.more = answer.entries.size() < seen.size();
    if (request.newest_first) {
        std::reverse(answer.entries.begin(), answer.entries.end());
    }
    for (const UserId author : authors) {
        const auto user = disk_->users.find(author);
        if (user != disk_->users.end()) {
            answer.authors.push_back(user->second.user);
        }
    }
    return answer;
}

} // namespace parley
