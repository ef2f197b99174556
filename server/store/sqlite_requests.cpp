// sqlite_requests.cpp: what each request does, inside the transaction that execute() holds. A
// request first reads and judges, then writes, so that a refused one wrote nothing.
#include <algorithm>
#include <set>

#include "schemas/wire/generated.hpp"
#include "server/store/damage.hpp"
#include "server/store/direct_name.hpp"
#include "server/store/sqlite_statements.hpp"

namespace parley {
namespace {

constexpr Seq seq_max = Seq{1} << 62; // as on the wire
constexpr uint8_t direct_kind = static_cast<uint8_t>(wire::RoomKind::Direct);
constexpr uint8_t global_kind = static_cast<uint8_t>(wire::RoomKind::Global);

bool changes_another(EntryKind kind) {
    return kind == EntryKind::Edit || kind == EntryKind::Delete || kind == EntryKind::Reactions ||
           kind == EntryKind::Pin;
}

uint64_t random_incarnation() {
    uint64_t incarnation = 0;
    while (incarnation == 0) {
        sqlite3_randomness(sizeof incarnation, &incarnation);
    }
    return incarnation;
}

} // namespace

// [users]
Error SqliteStore::judge_ticket(const AdmitUser& request, UserId user, UserAdmitted& answer) {
    Statements& s = *statements_;
    const Claims& claims = request.claims;
    const TimeMs end_ms = 1000 * (claims.expires_at_s + limits::ticket_skew_s);
    const bool known = s.find_ticket.with(claims.issuer, claims.id).step();
    if (!known) {
        answer.first_use = true;
        answer.reauth_at_ms = request.now_ms + limits::reauth_due_ms;
        return request.now_ms > end_ms ? Error::TicketExpired : Error::Ok;
    }
    const Bytes device = s.find_ticket.blob(0);
    const bool same_device =
        std::equal(device.begin(), device.end(), request.device.begin(), request.device.end());
    const bool same_user = UserId{s.find_ticket.id(1)} == user;
    answer.reauth_at_ms = s.find_ticket.number(2) + limits::reauth_due_ms;
    s.find_ticket.finish();
    if (!same_device) {
        return Error::TicketStolen;
    }
    if (!same_user) {
        return Error::BadTicket; // a backend that gives one jti to two users
    }
    if (request.now_ms >= answer.reauth_at_ms || (request.reauth && request.now_ms > end_ms)) {
        return Error::TicketExpired;
    }
    return Error::Ok;
}

StoreAnswer SqliteStore::run(const AdmitUser& request) {
    Statements& s = *statements_;
    const Claims& claims = request.claims;
    UserAdmitted answer;
    answer.token = request.token;

    UserId user{};
    if (s.find_subject.with(claims.issuer, claims.subject).step()) {
        user = UserId{s.find_subject.id(0)};
        s.find_subject.finish();
    }
    answer.error = request.reauth && user != request.user ? Error::BadTicket
                                                          : judge_ticket(request, user, answer);
    if (answer.error != Error::Ok) {
        return refusal(request, answer.error);
    }

    answer.user = {user, claims.name, flags_of(claims)};
    if (user == UserId{}) {
        s.add_user.with(claims.issuer, claims.subject, claims.name, answer.user.flags).step();
        answer.user.id =
            UserId{static_cast<uint64_t>(sqlite3_last_insert_rowid(database_.handle()))};
    } else {
        s.set_user.with(raw(user), claims.name, answer.user.flags).step();
    }
    if (answer.first_use) {
        s.add_ticket
            .with(claims.issuer, claims.id, Bytes(request.device), raw(answer.user.id),
                  request.now_ms)
            .step();
    }
    s.user_rooms.with(raw(answer.user.id));
    while (s.user_rooms.step()) {
        answer.rooms.push_back(RoomId{s.user_rooms.id(0)});
    }
    s.blocks.with(raw(answer.user.id));
    while (s.blocks.step()) {
        answer.blocks.push_back(UserId{s.blocks.id(0)});
    }
    return answer;
}

StoreAnswer SqliteStore::run(const PutBlock& request) {
    Statements& s = *statements_;
    Done answer;
    answer.token = request.token;
    if (!request.on) {
        s.drop_block.with(raw(request.user), raw(request.blocked)).step();
        return answer;
    }
    StoredUser blocked;
    if (!find_user(request.blocked, blocked)) {
        return refusal(request, Error::NotFound);
    }
    if ((blocked.flags & static_cast<uint32_t>(wire::UserFlags::Game)) != 0) {
        return refusal(request, Error::Forbidden);
    }
    s.put_block.with(raw(request.user), raw(request.blocked)).step();
    return answer;
}

std::vector<UserId> SqliteStore::blockers_in(const std::string& direct_room) {
    std::vector<UserId> blockers;
    if (const auto two = parse_direct_name(direct_room)) {
        sqlite::Statement& find = statements_->find_block;
        for (const auto& [user, other] : {*two, std::pair(two->second, two->first)}) {
            if (find.with(raw(user), raw(other)).step()) {
                blockers.push_back(user);
                find.finish();
            }
        }
    }
    return blockers;
}

bool SqliteStore::find_user(UserId id, StoredUser& user) {
    Statements& s = *statements_;
    if (!s.find_user.with(raw(id)).step()) {
        return false;
    }
    user = {id, read_name(s.find_user, 0, id), static_cast<uint32_t>(s.find_user.number(1))};
    s.find_user.finish();
    return true;
}

StoreAnswer SqliteStore::run(const FindUsers& request) {
    UsersFound answer;
    answer.token = request.token;
    const std::set<UserId> ids(request.ids.begin(), request.ids.end());
    for (const UserId id : ids) {
        if (StoredUser user; find_user(id, user)) {
            answer.users.push_back(std::move(user));
        }
    }
    return answer;
}

StoreAnswer SqliteStore::run(const FindSubject& request) {
    Statements& s = *statements_;
    UsersFound answer;
    answer.token = request.token;
    StoredUser user;
    if (s.find_subject.with(request.issuer, request.subject).step()) {
        user.id = UserId{s.find_subject.id(0)};
        user.name = read_name(s.find_subject, 1, user.id);
        user.flags = static_cast<uint32_t>(s.find_subject.number(2));
        s.find_subject.finish();
    } else {
        // He has never been here; his first ticket brings his name.
        s.add_user.with(request.issuer, request.subject, std::string_view(), user.flags).step();
        user.id = UserId{static_cast<uint64_t>(sqlite3_last_insert_rowid(database_.handle()))};
    }
    answer.users.push_back(std::move(user));
    return answer;
}

// [rooms]
SqliteStore::Room* SqliteStore::find_room(RoomId id) {
    if (const auto found = rooms_.find(id); found != rooms_.end()) {
        return &found->second;
    }
    Statements& s = *statements_;
    if (!s.find_room.with(raw(id)).step()) {
        return nullptr;
    }
    Room room;
    const int64_t kind = s.find_room.number(0);
    room.kind = kind < 0 || kind > UINT8_MAX ? uint8_t{0} : static_cast<uint8_t>(kind);
    s.find_room.finish();
    if (s.room_last.with(raw(id)).step()) {
        room.last_seq = s.room_last.id(0);
        room.last_at_ms = s.room_last.number(1);
        s.room_last.finish();
    }
    if (!database_.ok()) {
        return nullptr;
    }
    Room& kept = rooms_.emplace(id, std::move(room)).first->second;
    if (kept.last_seq > seq_max) {
        fail_room(id, kept, "a room's newest entry");
    }
    return &kept;
}

SqliteStore::Room* SqliteStore::sound_room(RoomId id, Error& error) {
    Room* room = find_room(id);
    error = room == nullptr ? Error::NotFound : room->damaged ? Error::BadStore : Error::Ok;
    return error == Error::Ok ? room : nullptr;
}

void SqliteStore::fail_room(RoomId id, Room& room, const char* what) {
    if (!room.damaged) {
        room.damaged = true;
        say_damaged("rooms", id, raw(id), what);
    }
}

void SqliteStore::say_damaged(const char* table, RoomId room, uint64_t row, const char* what) {
    if (damaged_said_.size() < limits::damaged_rows_said_max &&
        damaged_said_.emplace(table, room, row).second) {
        log_.error("store_damaged",
                   {{"table", table}, {"room", raw(room)}, {"row", row}, {"what", what}});
    }
}

std::string SqliteStore::read_name(sqlite::Statement& row, int column, UserId user) {
    std::string name = row.text(column);
    if (!sound_name(name)) {
        say_damaged("users", RoomId{}, raw(user), "a user's name");
        name.clear();
    }
    return name;
}

StoreAnswer SqliteStore::run(const LoadRoom& request) {
    Statements& s = *statements_;
    RoomLoaded answer;
    answer.token = request.token;
    RoomId id = request.id;
    if (id == RoomId{}) {
        if (s.find_room_by_name.with(int64_t{request.kind}, request.name).step()) {
            id = RoomId{s.find_room_by_name.id(0)};
            s.find_room_by_name.finish();
        } else if (request.create) {
            s.add_room.with(int64_t{request.kind}, request.name, random_incarnation()).step();
            id = RoomId{static_cast<uint64_t>(sqlite3_last_insert_rowid(database_.handle()))};
        }
    }
    Error error = Error::NotFound;
    Room* room = id == RoomId{} ? nullptr : sound_room(id, error);
    if (room == nullptr || !s.find_room.with(raw(id)).step()) {
        return refusal(request, error == Error::Ok ? Error::NotFound : error);
    }
    answer.meta.id = id;
    answer.meta.kind = room->kind;
    answer.meta.name = s.find_room.text(1);
    answer.meta.title = s.find_room.text(2);
    answer.meta.incarnation = s.find_room.id(3);
    answer.meta.last_seq = room->last_seq;
    answer.meta.last_at_ms = room->last_at_ms;
    s.find_room.finish();

    s.members.with(raw(id));
    while (s.members.step()) {
        StoredMember member;
        member.user = UserId{s.members.id(0)};
        member.name = read_name(s.members, 1, member.user);
        member.flags = static_cast<uint32_t>(s.members.number(2));
        // What does not fit is as unknown as what is unknown.
        member.role = static_cast<uint8_t>(std::min<uint64_t>(s.members.id(3), UINT8_MAX));
        member.origin = static_cast<MemberOrigin>(std::min<uint64_t>(s.members.id(4), UINT8_MAX));
        member.since_seq = s.members.id(5);
        member.read_seq = s.members.id(6);
        answer.members.push_back(std::move(member));
    }
    if (const char* what = damage_of(answer)) {
        fail_room(id, *room, what);
        return refusal(request, Error::BadStore);
    }
    s.revoked.with(raw(id));
    while (s.revoked.step()) {
        answer.revoked.push_back({UserId{s.revoked.id(0)}, s.revoked.number(1)});
    }
    if (answer.meta.kind == direct_kind) {
        answer.blockers = blockers_in(answer.meta.name);
    }
    const size_t count = std::min<size_t>(request.tail_entries, limits::room_tail_entries_max);
    walk(id, *room, 0, room->last_seq + 1, true, [&](const Place& place) {
        LogEntry entry;
        if (answer.tail.size() >= count || !read_entry(id, place, entry)) {
            return false;
        }
        answer.tail.push_back(std::move(entry));
        return true;
    });
    std::reverse(answer.tail.begin(), answer.tail.end());
    return answer;
}

StoreAnswer SqliteStore::run(const PutMember& request) {
    Statements& s = *statements_;
    const StoredMember& member = request.member;
    Error error = Error::Ok;
    const Room* room = sound_room(request.room, error);
    StoredUser user;
    if (room == nullptr || !find_user(member.user, user)) {
        return refusal(request, error == Error::Ok ? Error::NotFound : error);
    }
    if (request.rooms_max != 0) {
        s.count_rooms.with(raw(member.user), raw(request.room)).step();
        const int64_t others = database_.ok() ? s.count_rooms.number(0) : 0;
        s.count_rooms.finish();
        if (others >= int64_t{request.rooms_max}) {
            return refusal(request, Error::Full);
        }
    }
    MemberPut answer;
    answer.token = request.token;
    answer.user = user;
    // Who is a member already keeps what he may read.
    const Seq since_seq = member.since_seq != 0 ? member.since_seq : room->last_seq + 1;
    s.put_member
        .with(raw(request.room), raw(member.user), int64_t{member.role},
              static_cast<int64_t>(member.origin), since_seq, member.read_seq)
        .step();
    answer.since_seq = database_.ok() ? s.put_member.id(0) : since_seq;
    s.put_member.finish();
    if (member.origin == MemberOrigin::Grant) {
        s.drop_revoked.with(raw(request.room), raw(member.user)).step();
    }
    return answer;
}

StoreAnswer SqliteStore::run(const DropMember& request) {
    Error error = Error::Ok;
    if (sound_room(request.room, error) == nullptr) {
        return refusal(request, error);
    }
    Statements& s = *statements_;
    s.drop_member.with(raw(request.room), raw(request.user)).step();
    if (request.revoked_ms != 0) {
        s.put_revoked.with(raw(request.room), raw(request.user), request.revoked_ms).step();
    }
    return refusal(request, Error::Ok);
}

StoreAnswer SqliteStore::run(const PutReadMark& request) {
    Error error = Error::Ok;
    const Room* room = sound_room(request.room, error);
    if (room == nullptr) {
        return refusal(request, error);
    }
    const Seq seq = std::min(request.seq, room->last_seq);
    statements_->put_mark.with(raw(request.room), raw(request.user), seq).step();
    return refusal(request, Error::Ok);
}

// [entries]
StoreAnswer SqliteStore::run(const Append& request) {
    Statements& s = *statements_;
    const LogEntry& entry = request.entry;
    Error error = Error::Ok;
    Room* room = sound_room(request.room, error);
    if (room == nullptr) {
        return refusal(request, error);
    }
    Appended answer;
    answer.token = request.token;
    if (entry.nonce != 0 &&
        s.find_nonce.with(entry.nonce, raw(entry.author), raw(request.room)).step()) {
        answer.seq = s.find_nonce.id(0);
        answer.at_ms = s.find_nonce.number(1);
        answer.duplicate = true;
        s.find_nonce.finish();
        return answer;
    }
    int64_t target_id = 0;
    if (changes_another(entry.kind)) {
        target_id = find_entry(*room, request.room, entry.target);
        if (target_id == 0) {
            return refusal(request, Error::NotFound);
        }
    }
    answer.seq = room->last_seq + 1;
    answer.at_ms = std::max(entry.at_ms, room->last_at_ms);
    answer.audience = entry.audience;
    const int64_t id = last_id_ + 1;
    const Bytes body = entry.body ? Bytes(*entry.body) : Bytes();
    s.add_entry
        .with(id, raw(request.room), answer.seq, entry.target, answer.seq, answer.at_ms,
              raw(entry.author), entry.nonce, static_cast<int64_t>(entry.kind), raw(entry.audience),
              body)
        .step();
    if (target_id != 0) {
        s.set_changed.with(target_id, answer.seq).step();
    }
    last_id_ = id;
    room->last_seq = answer.seq;
    room->last_at_ms = answer.at_ms;
    room->unfolded.push_back({answer.seq, id});
    counters_.entries.add();
    return answer;
}

// The entry's place in log, or 0.
int64_t SqliteStore::find_entry(const Room& room, RoomId id, Seq seq) {
    const auto place =
        std::lower_bound(room.unfolded.begin(), room.unfolded.end(), seq,
                         [](const Place& one, Seq wanted) { return one.seq < wanted; });
    if (place != room.unfolded.end() && place->seq == seq) {
        return place->id;
    }
    Statements& s = *statements_;
    if (!s.place.with(raw(id), seq).step()) {
        return 0;
    }
    const int64_t found = s.place.number(0);
    s.place.finish();
    return found;
}

template <typename Take>
void SqliteStore::walk(RoomId id, const Room& room, Seq after, Seq before, bool newest_first,
                       Take take) {
    // What is not folded is always newer than what is.
    const auto walk_unfolded = [&] {
        const auto inside = [&](const Place& place) {
            return place.seq > after && place.seq < before;
        };
        const std::vector<Place>& places = room.unfolded;
        for (size_t i = 0; i < places.size(); ++i) {
            const Place& place = places[newest_first ? places.size() - 1 - i : i];
            if (inside(place) && !take(place)) {
                return false;
            }
        }
        return true;
    };
    const auto walk_folded = [&] {
        sqlite::Statement& places =
            newest_first ? statements_->places_down : statements_->places_up;
        places.with(raw(id), after, before);
        while (places.step()) {
            if (!take(Place{places.id(1), places.number(0)})) {
                places.finish();
                return false;
            }
        }
        return true;
    };
    if (newest_first) {
        if (walk_unfolded()) {
            walk_folded();
        }
    } else if (walk_folded()) {
        walk_unfolded();
    }
}

// False: the database failed. A damaged row has its place in the order and says nothing.
bool SqliteStore::read_entry(RoomId room, const Place& place, LogEntry& entry) {
    Statements& s = *statements_;
    const char* what = nullptr;
    if (s.read_entry.with(place.id).step()) {
        entry.seq = s.read_entry.id(0);
        entry.target = s.read_entry.id(1);
        entry.changed_seq = s.read_entry.id(2);
        entry.at_ms = s.read_entry.number(3);
        entry.author = UserId{s.read_entry.id(4)};
        entry.nonce = s.read_entry.id(5);
        entry.kind = static_cast<EntryKind>(std::min<uint64_t>(s.read_entry.id(6), UINT8_MAX));
        entry.audience = UserId{s.read_entry.id(7)};
        const Bytes body = s.read_entry.blob(8);
        entry.body = std::make_shared<const ByteVector>(body.begin(), body.end());
        what = entry.seq != place.seq || s.read_entry.id(9) != raw(room) ? "an entry out of order"
                                                                         : damage_of(entry);
        s.read_entry.finish();
    } else if (database_.ok()) {
        what = "an entry that is missing";
    } else {
        return false;
    }
    if (what != nullptr) {
        entry = LogEntry();
        entry.seq = place.seq;
        entry.changed_seq = place.seq;
        entry.body = std::make_shared<const ByteVector>();
    } else if (!readable_body(entry)) {
        what = "an entry's body"; // the core leaves it out
    }
    if (what != nullptr) {
        say_damaged("log", room, static_cast<uint64_t>(place.id), what);
    }
    return true;
}

StoreAnswer SqliteStore::run(const FetchEntries& request) {
    Statements& s = *statements_;
    Error error = Error::Ok;
    const Room* room = sound_room(request.room, error);
    if (room == nullptr) {
        return refusal(request, error);
    }
    Seq since = 1;
    if (s.member_since.with(raw(request.room), raw(request.reader)).step()) {
        since = s.member_since.id(0);
        s.member_since.finish();
    } else if (room->kind != global_kind) {
        return refusal(request, Error::NotMember);
    }
    EntriesFetched answer;
    answer.token = request.token;
    const size_t count = std::min<size_t>(request.count, limits::resume_entries_max);
    const Seq end = room->last_seq + 1; // also makes any number from the wire fit SQLite's
    const Seq before = request.before == 0 ? end : std::min(request.before, end);
    const Seq after = std::max(request.after, since - 1);
    if (after >= before) {
        return answer;
    }
    std::set<UserId> authors;
    size_t bytes = 0;
    walk(request.room, *room, after, before, request.newest_first, [&](const Place& place) {
        LogEntry entry;
        if (!read_entry(request.room, place, entry)) {
            return false;
        }
        if (entry.audience != UserId{} && entry.audience != request.reader) {
            return true;
        }
        if (answer.entries.size() >= count || bytes >= request.bytes_max) {
            answer.more = true;
            return false;
        }
        bytes += entry.body->size();
        authors.insert(entry.author);
        answer.entries.push_back(std::move(entry));
        return true;
    });
    if (request.newest_first) {
        std::reverse(answer.entries.begin(), answer.entries.end());
    }
    for (const UserId author : authors) {
        if (StoredUser user; find_user(author, user)) {
            answer.authors.push_back(std::move(user));
        }
    }
    return answer;
}

} // namespace parley
