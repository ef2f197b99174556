// room.cpp: rooms come into memory when somebody needs them and go when nobody is left. What needs
// a room that is being loaded waits here, in order.
#include <algorithm>

#include "schemas/base/check.hpp"
#include "server/core/state.hpp"

namespace parley {

const limits::Tier& Core::State::tier(const Room& room) const {
    PARLEY_ASSERT(room.meta.kind < options_.tiers.size());
    return options_.tiers[room.meta.kind];
}

Room* Core::State::find_room(RoomId id) {
    const auto found = rooms_.find(id);
    return found == rooms_.end() ? nullptr : found->second.get();
}

// [commands] A room that one is not in is answered alike, whether there is such a room or not.
Room* Core::State::room_of(Command& command, uint64_t number) {
    const RoomId id{number};
    const std::vector<RoomId>& rooms = command.user.rooms;
    if (!std::binary_search(rooms.begin(), rooms.end(), id)) {
        reply(command.from, {.error = Error::NotMember, .room = id});
        return nullptr;
    }
    if (Room* room = find_room(id)) {
        if (room->members.count(command.user.id) != 0) {
            room->used_ms = now_ms_;
            return room;
        }
        reply(command.from, {.error = Error::NotMember, .room = id});
        return nullptr;
    }
    with_room({.id = id}, CommandWaits{command.session.id,
                                       ByteVector(command.bytes.begin(), command.bytes.end())});
    return nullptr;
}

Room* Core::State::room_named(Command& command, wire::RoomKind kind, std::string name,
                              bool create) {
    RoomKey key{.kind = static_cast<uint8_t>(kind), .name = std::move(name), .create = create};
    const auto known = room_names_.find({key.kind, key.name});
    if (known != room_names_.end()) {
        return find_room(known->second);
    }
    with_room(std::move(key), CommandWaits{command.session.id,
                                           ByteVector(command.bytes.begin(), command.bytes.end())});
    return nullptr;
}

// [loading]
void Core::State::with_room(RoomKey key, Waiter waiter) {
    const std::pair<uint8_t, std::string> name{key.kind, key.name};
    if (key.id == RoomId{}) {
        const auto known = room_names_.find(name);
        if (known != room_names_.end()) {
            return run_waiter(waiter, *find_room(known->second));
        }
    } else if (Room* room = find_room(key.id)) {
        return run_waiter(waiter, *room);
    }

    Token token = 0;
    if (key.id == RoomId{}) {
        const auto loading = loading_names_.find(name);
        token = loading == loading_names_.end() ? 0 : loading->second;
    } else {
        const auto loading = loading_ids_.find(key.id);
        token = loading == loading_ids_.end() ? 0 : loading->second;
    }
    const bool is_command = std::holds_alternative<CommandWaits>(waiter);
    if (token != 0) {
        LoadOp& op = std::get<LoadOp>(pending_.at(token).op);
        if (is_command && op.commands >= limits::commands_waiting_for_room_max) {
            return fail_waiter(key, waiter, Error::Busy);
        }
        if (key.create && !op.key.create) {
            // The load under way may find nothing; ours makes the room. It follows in the store's
            // order, so by then the answer is the same room.
            token = 0;
        } else {
            op.commands += is_command ? 1 : 0;
            op.waiters.push_back(std::move(waiter));
            return;
        }
    }
    if (pending_.size() >= limits::persists_in_flight_max) {
        return fail_waiter(key, waiter, Error::Busy);
    }
    const size_t held = rooms_.size() + loading_ids_.size() + loading_names_.size();
    if (held >= options_.rooms_loaded_max || (key.kind == direct_kind && !direct_fits())) {
        ++rooms_refused_;
        return fail_waiter(key, waiter, Error::Busy); // the next Tick makes place
    }
    LoadRoom request;
    request.id = key.id;
    request.kind = key.kind;
    request.name = key.name;
    request.create = key.create;
    request.tail_entries = static_cast<uint32_t>(limits::room_tail_entries_max);
    LoadOp op;
    op.key = key;
    op.commands = is_command ? 1 : 0;
    op.waiters.push_back(std::move(waiter));
    token = persist(SessionId{}, RoomId{}, std::move(request), std::move(op));
    if (key.id == RoomId{}) {
        loading_names_[name] = token;
    } else {
        loading_ids_[key.id] = token;
    }
}

void Core::State::answer(Pending& pending, const RoomLoaded& loaded) {
    auto* op = std::get_if<LoadOp>(&pending.op);
    PARLEY_ASSERT(op != nullptr);
    const auto forget_token = [&](auto& loading, const auto& key) {
        const auto found = loading.find(key);
        if (found != loading.end() && found->second == loaded.token) {
            loading.erase(found);
        }
    };
    forget_token(loading_ids_, op->key.id);
    forget_token(loading_names_, std::make_pair(op->key.kind, op->key.name));
    Error error = loaded.error;
    if (error == Error::Ok && loaded.meta.kind == direct_kind &&
        find_room(loaded.meta.id) == nullptr && !direct_fits()) {
        ++rooms_refused_;
        op->key.kind = direct_kind; // known now: asked for again, it is refused without the store
        error = Error::Busy;
    }
    if (error != Error::Ok) {
        for (Waiter& waiter : op->waiters) {
            fail_waiter(op->key, waiter, error);
        }
        return;
    }
    Room& room = keep_room(loaded);
    for (Waiter& waiter : op->waiters) {
        run_waiter(waiter, room);
    }
}

Room& Core::State::keep_room(const RoomLoaded& loaded) {
    // Loaded by id and by name at once: the room that is here knows more than the second answer.
    if (Room* here = find_room(loaded.meta.id)) {
        return *here;
    }
    auto made = std::make_unique<Room>();
    Room& room = *made;
    room.meta = loaded.meta;
    room.used_ms = now_ms_;
    PARLEY_ASSERT(room.meta.kind < options_.tiers.size());
    for (const StoredMember& stored : loaded.members) {
        Member& member = room.members[stored.user];
        member.name = stored.name;
        member.flags = stored.flags;
        member.role = static_cast<wire::Role>(stored.role);
        member.origin = stored.origin;
        member.since_seq = stored.since_seq;
        member.read_seq = stored.read_seq;
        room.people += is_person(member.flags) ? 1 : 0;
        note_absent(room, stored.user);
    }
    if (room.kind() == wire::RoomKind::Global) {
        room.busy = std::make_unique<Busy>();
    }
    if (tier(room).memory) {
        begin_memory_log(room);
    }
    recall_revoked(loaded);
    room_names_[{room.meta.kind, room.meta.name}] = room.meta.id;
    rooms_.emplace(room.meta.id, std::move(made));
    if (room.memory == nullptr) {
        for (const LogEntry& entry : loaded.tail) {
            push_tail(room, entry);
        }
    }
    note_idle(room);
    if (room.meta.kind == direct_kind) {
        recall_blockers(room, loaded.blockers);
        look_later(room, now_ms_ + options_.direct_sleep_ms);
        wake(room);
    }
    return room;
}

// [waiters]
namespace {

// Overloads by hand, so that a new kind of waiter does not compile until it is answered here.
template <typename... Functions>
struct Overloaded : Functions... {
    using Functions::operator()...;
};
template <typename... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

} // namespace

void Core::State::run_waiter(Waiter& waiter, Room& room) {
    std::visit(
        Overloaded{
            [&](CommandWaits& one) {
                Session* session = find_session(one.session);
                if (session != nullptr && session->open) {
                    run_command(*session, one.frame);
                }
            },
            [&](EnterWaits& one) {
                if (Session* session = find_session(one.session)) {
                    --session->rooms_loading;
                    if (session->hears()) {
                        session->rooms_to_tell.push_back(room.meta.id);
                        tell_rooms(*session);
                    }
                }
            },
            [&](TicketWaits& one) { settle_ticket(one.user, one.ticket, room); },
            [&](GlobalWaits& one) {
                const auto user = users_.find(one.user);
                // His ticket names the room, too, and with what role: that is on its way.
                const bool joins = room.joining.count(one.user) != 0;
                if (user == users_.end() || room.members.count(one.user) != 0 || joins) {
                    return;
                }
                PutOp op;
                op.global = true;
                put_member(room, {one.user, user->second.name, user->second.flags}, std::move(op));
            },
            [&](DirectWaits& one) { join_direct(one.from, one.other, room); },
            [&](DropWaits& one) {
                // A grant since then has overtaken it.
                if (room.members.count(one.op.user) == 0 && room.joining.count(one.op.user) == 0) {
                    drop_member(room, std::move(one.op));
                }
            },
            [&](EntryWaits& one) { append_own(room, std::move(one.entry)); },
        },
        waiter);
}

// What a person waits for is answered; what the shard owes is tried again.
void Core::State::fail_waiter(const RoomKey& key, Waiter& waiter, Error error) {
    const uint32_t retry_ms =
        error == Error::StoreUnavailable || error == Error::Busy ? store_retry_ms : 0;
    if (const auto* one = std::get_if<CommandWaits>(&waiter)) {
        const auto& frame = *flatbuffers::GetRoot<wire::ClientFrame>(one->frame.data());
        reply({one->session, frame.request()},
              {.error = error, .room = key.id, .retry_after_ms = retry_ms});
    } else if (const auto* direct = std::get_if<DirectWaits>(&waiter)) {
        reply(direct->from, {.error = error, .retry_after_ms = retry_ms});
    } else if (retry_ms != 0) {
        retry_later(key, std::move(waiter));
    } else if (const auto* entering = std::get_if<EnterWaits>(&waiter)) {
        // The store has no such room: a membership of nothing.
        if (Session* session = find_session(entering->session)) {
            --session->rooms_loading;
            forget_asleep(key.id);
            std::vector<RoomId>& rooms = user_of(*session).rooms;
            rooms.erase(std::remove(rooms.begin(), rooms.end(), key.id), rooms.end());
            const auto body = wire::CreateRoomGone(fbb(), raw(key.id), wire::Error::NotFound);
            send_event(*session, Lane::Control, event(wire::Event::RoomGone, body));
        }
    }
}

void Core::State::retry_later(RoomKey key, Waiter waiter) {
    if (!shutting_down_) {
        retries_.emplace(now_ms_ + store_retry_ms,
                         std::make_pair(std::move(key), std::move(waiter)));
    }
}

// [tail]
namespace {

size_t tail_cost(const LogEntry& entry) {
    return sizeof(LogEntry) + (entry.body == nullptr ? 0 : entry.body->size());
}

} // namespace

void Core::State::push_tail(Room& room, LogEntry entry) {
    if (!room.tail.empty() && entry.seq != room.tail.back().seq + 1) {
        // Not contiguous: what is before a hole can be had from the store only.
        drop_tail(room);
    }
    room.used_ms = now_ms_;
    room.tail_bytes += tail_cost(entry);
    tail_bytes_ += tail_cost(entry);
    room.tail.push_back(std::move(entry));
    while (room.tail.size() > limits::room_tail_entries_max ||
           room.tail_bytes > limits::room_tail_bytes_max) {
        const size_t bytes = tail_cost(room.tail.front());
        room.tail_bytes -= bytes;
        tail_bytes_ -= bytes;
        room.tail.pop_front();
    }
    tails_.erase({room.tail_since_ms, room.meta.id});
    room.tail_since_ms = now_ms_;
    tails_.insert({now_ms_, room.meta.id});
    while (tail_bytes_ > options_.tails_bytes_max && tails_.size() > 1) {
        const auto first = tails_.begin();
        const RoomId idlest =
            first->second != room.meta.id ? first->second : std::next(first)->second;
        drop_tail(*find_room(idlest));
    }
}

// What it held can be had from the store; of a memory room from nowhere, and its readers are told.
void Core::State::drop_tail(Room& room) {
    tails_.erase({room.tail_since_ms, room.meta.id});
    tail_bytes_ -= room.tail_bytes;
    room.tail.clear();
    room.tail_bytes = 0;
}

// [eviction]
void Core::State::note_idle(Room& room) {
    if (room.sessions.empty() && room.idle_since_ms == 0) {
        room.idle_since_ms = std::max<TimeMs>(now_ms_, 1);
        rooms_idle_.insert({room.idle_since_ms, room.meta.id});
    }
}

void Core::State::note_used(Room& room) {
    if (room.idle_since_ms != 0) {
        rooms_idle_.erase({room.idle_since_ms, room.meta.id});
        room.idle_since_ms = 0;
    }
}

bool Core::State::places_are_few() const {
    const size_t spare = options_.rooms_loaded_max * limits::rooms_loaded_spare_percent / 100;
    return rooms_.size() + spare >= options_.rooms_loaded_max;
}

void Core::State::evict_idle() {
    while (evict_one(now_ms_ - limits::room_evict_idle_ms)) {
    }
    // Near the bound, place is made before it is needed: a command must not evict under another's
    // feet.
    while (places_are_few() && evict_one(now_ms_)) {
    }
}

// The room that is idle longest, if that is since idle_before_ms or longer. False: there is none.
bool Core::State::evict_one(TimeMs idle_before_ms) {
    for (const auto& [since_ms, id] : rooms_idle_) {
        if (since_ms > idle_before_ms) {
            return false;
        }
        if (find_room(id)->in_flight == 0) {
            evict(id);
            return true;
        }
    }
    return false;
}

void Core::State::evict(RoomId id) {
    Room* room = find_room(id);
    PARLEY_ASSERT(room != nullptr && room->sessions.empty() && room->fresh.empty());
    note_used(*room);
    for (const auto& [type, card] : room->cards) {
        card_ends_.erase({card.expires_at_ms, {.room = id, .type = type}});
    }
    for (const auto& [type, told] : room->cards_told) {
        cards_dirty_.erase({.room = id, .type = type});
    }
    counts_dirty_.erase(id);
    rooms_slow_.erase(id);
    direct_looks_.erase({room->look_at_ms, id});
    drop_tail(*room);
    room_names_.erase({room->meta.kind, room->meta.name});
    rooms_.erase(id);
}

} // namespace parley
