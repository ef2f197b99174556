// checks.cpp: the shard's half asks of every frame: may this reader see it, is what it says
// committed, does it decode.
#include "tests/sim/checks.hpp"

#include <algorithm>

#include "schemas/base/limits.hpp"
#include "schemas/wire/decode.hpp"
#include "schemas/wire/stored.hpp"
#include "tests/sim/named.hpp"

namespace parley::sim {

void Checks::violation(const std::string& what) {
    constexpr size_t told_max = 8;
    if (violations_.size() < told_max) {
        violations_.push_back(std::to_string(clock_.steady_ms()) + " ms: " + what);
    }
}

std::string Checks::text_of(const LogEntry& entry) const {
    if (entry.kind != EntryKind::Message || entry.body == nullptr) {
        return {};
    }
    const auto message = wire::read_message(*entry.body);
    if (!message || message.value()->text() == nullptr) {
        return {};
    }
    return message.value()->text()->str();
}

// [shard]
void Checks::shard_started() {
    sessions_.clear();
    leaving_.clear();
    memory_.forget_all();
    memory_since_.clear();
    appends_.clear();
    known_.clear();
    spent_.clear();
    appearances_.clear();
    blocks_ = disk_.blocks;
    blocks_open_.clear();
}

bool Checks::in_memory(RoomId id) const {
    const MemoryDisk::Room* stored = disk_.room(id);
    return stored != nullptr && stored->meta.kind < tiers_.size() &&
           tiers_[stored->meta.kind].memory;
}

const MemoryDisk::Room* Checks::log_of(RoomId id) const {
    return in_memory(id) ? &memory_.room(id) : disk_.room(id);
}

UserId Checks::user_of(SessionId session) const {
    const auto seen = sessions_.find(session);
    if (seen == sessions_.end()) {
        return {};
    }
    const auto user = disk_.user_by_subject.find({seen->second.issuer, seen->second.subject});
    return user == disk_.user_by_subject.end() ? UserId{} : user->second;
}

bool Checks::member_now(RoomId room, UserId user) const {
    return disk_.member(room, user) != nullptr && leaving_.count({room, user}) == 0;
}

void Checks::command(SessionId session, const wire::ClientFrame& frame) {
    const auto seen = sessions_.find(session);
    if (seen == sessions_.end()) {
        return;
    }
    if (const auto* resume = frame.body_as_Resume()) {
        for (const wire::ResumePoint* point : *resume->points()) {
            seen->second.resumed[RoomId{point->room()}].push_back(*point);
        }
    }
    if (frame.request() == 0) {
        return;
    }
    Asked asked;
    asked.type = frame.body_type();
    asked.at_ms = clock_.steady_ms();
    if (const auto* send = frame.body_as_Send()) {
        asked.room = RoomId{send->room()};
        asked.nonce = send->nonce();
        asked.text = send->text()->str();
    } else if (const auto* mark = frame.body_as_Mark()) {
        asked.room = RoomId{mark->room()};
    } else if (const auto* set = frame.body_as_SetCard()) {
        asked.room = RoomId{set->room()};
        asked.card = set->type();
    } else if (const auto* update = frame.body_as_UpdateCard()) {
        asked.room = RoomId{update->room()};
        asked.card = update->type();
    } else if (const auto* block = frame.body_as_Block()) {
        asked.other = UserId{block->user()};
        asked.block = block->on();
    }
    Asked& known = seen->second.asked[frame.request()];
    asked.open = known.open + 1;
    known = asked;
}

// What a shard sends must decode, packed or not. plain keeps what is returned.
const wire::ServerFrame* Checks::decode(Bytes bytes, Lane lane, ByteVector& plain) {
    plain.assign(bytes.begin(), bytes.end());
    const Result<void> unpacked = unpacker_.unpack(plain, lane);
    const Result<const wire::ServerFrame*> decoded =
        unpacked ? wire::decode_server_frame(plain, lane) : unpacked.error();
    if (!decoded) {
        violation("the shard sends a frame that does not decode: " +
                  std::string(error_name(decoded.error())));
        return nullptr;
    }
    return *decoded;
}

void Checks::effect(const Effect& effect) {
    if (const auto* send = std::get_if<SendFrame>(&effect)) {
        ByteVector plain;
        if (const wire::ServerFrame* said = decode(*send->frame, send->lane, plain)) {
            frame(send->session, *said, false);
        }
    } else if (const auto* deliver = std::get_if<Deliver>(&effect)) {
        ByteVector plain;
        if (const wire::ServerFrame* said = decode(*deliver->frame, deliver->lane, plain)) {
            for (const SessionId session : *deliver->readers) {
                frame(session, *said, true);
            }
        }
        if (std::adjacent_find(deliver->readers->begin(), deliver->readers->end(),
                               std::greater_equal<>()) != deliver->readers->end()) {
            violation("readers of a delivery are not sorted and unique");
        }
    } else if (const auto* persist = std::get_if<Persist>(&effect)) {
        persisted(persist->request);
    }
}

void Checks::frame(SessionId session, const wire::ServerFrame& frame, bool live) {
    ++totals_.frames_sent;
    const UserId reader = user_of(session);
    if (reader == UserId{}) {
        // Its link may have ended an instant ago; nothing of it arrives anywhere.
        return;
    }
    switch (frame.body_type()) {
    case wire::Event::Reply:
        reply(session, reader, frame, *frame.body_as_Reply());
        break;
    case wire::Event::Ready:
        if (frame.body_as_Ready()->self()->id() != raw(reader)) {
            violation("Ready tells " + named("user", reader) + " that he is another");
        }
        break;
    case wire::Event::RoomState:
        room_state(session, reader, *frame.body_as_RoomState());
        break;
    case wire::Event::RoomGone: // who comes back may be told of less than he missed
        sessions_[session].after_gap.erase(RoomId{frame.body_as_RoomGone()->room()});
        gone(session, RoomId{frame.body_as_RoomGone()->room()});
        sessions_[session].cards.clear();
        break;
    case wire::Event::Roster:
        in_room(reader, RoomId{frame.body_as_Roster()->room()}, "a Roster");
        if (frame.body_as_Roster()->members() != nullptr) {
            for (const wire::Member* member : *frame.body_as_Roster()->members()) {
                shown(reader, member->presence());
            }
        }
        roster_gone(session, *frame.body_as_Roster());
        break;
    case wire::Event::Gap:
        in_room(reader, RoomId{frame.body_as_Gap()->room()}, "a Gap");
        gap(session, reader, *frame.body_as_Gap());
        break;
    case wire::Event::Typing:
        in_room(reader, RoomId{frame.body_as_Typing()->room()}, "typing");
        if (frame.body_as_Typing()->user() == raw(reader)) {
            violation("typing comes back to the one who types");
        }
        if (hidden(UserId{frame.body_as_Typing()->user()}, 0)) {
            violation("an invisible user is seen to type");
        }
        break;
    case wire::Event::Card: {
        const wire::Card& card = *frame.body_as_Card();
        card_shown(session, reader, RoomId{card.room()}, UserId{card.user()}, card.type(),
                   card.version());
        break;
    }
    case wire::Event::CardDelta: {
        const wire::CardDelta& delta = *frame.body_as_CardDelta();
        card_shown(session, reader, RoomId{delta.room()}, UserId{delta.user()}, delta.type(),
                   delta.version());
        break;
    }
    case wire::Event::CardGone: {
        const wire::CardGone& card = *frame.body_as_CardGone();
        sessions_[session].cards.erase({RoomId{card.room()}, UserId{card.user()}, card.type()});
        break;
    }
    case wire::Event::Presences:
        for (const wire::Presence* presence : *frame.body_as_Presences()->presences()) {
            shown(reader, presence);
        }
        break;
    case wire::Event::Batch:
        batch(session, reader, frame.request(), *frame.body_as_Batch(), live);
        break;
    default:
        break;
    }
}

void Checks::room_state(SessionId session, UserId reader, const wire::RoomState& state) {
    const RoomId id{state.room()};
    in_room(reader, id, "a RoomState");
    SessionSeen& seen = sessions_[session];
    // He may have left and come back since a Gap that no page followed.
    seen.after_gap.erase(id);
    seen.cards.clear(); // it empties the list of the room's; of people he may have missed the end
    if (in_memory(id)) {
        if (!memory_.see(id, state.incarnation())) {
            violation(named("room", id) + " in memory has an incarnation of before");
        }
        memory_.reaches(id, state.last_seq());
        memory_since_[{id, reader}] = state.since_seq();
    }
    const MemoryDisk::Room* room = log_of(id);
    if (room != nullptr && state.last_seq() > room->meta.last_seq) {
        violation("RoomState names a seq that is not committed");
    }
    const auto heard = seen.heard.find(id);
    if (heard != seen.heard.end() && !heard->second.asleep &&
        heard->second.seq != state.last_seq()) {
        violation("RoomState of " + named("room", id) + " stands at seq " +
                  number(state.last_seq()) + ", told live is " + number(heard->second.seq));
    }
    seen.heard[id] = {state.last_seq(), false, {}};
}

void Checks::in_room(UserId reader, RoomId room, const char* what) {
    if (!member_now(room, reader)) {
        violation(std::string(what) + " of " + named("room", room) + " goes to " +
                  named("user", reader) + ", who is not a member");
    }
}

// Said only to who asked, from where he asked, when what he misses is too much to be told entry by
// entry; and what follows begins where the gap ends.
void Checks::gap(SessionId session, UserId reader, const wire::Gap& gap) {
    const RoomId id{gap.room()};
    const std::string what = "a Gap of " + named("room", id) + " for " + named("user", reader);
    const MemoryDisk::Room* room = log_of(id);
    const StoredMember* member = disk_.member(id, reader);
    if (room == nullptr || member == nullptr) {
        return; // said by in_room
    }
    SessionSeen& seen = sessions_[session];
    const std::vector<wire::ResumePoint>& points = seen.resumed[id];
    if (std::none_of(points.begin(), points.end(), [&](const wire::ResumePoint& point) {
            const bool same = point.incarnation() == room->meta.incarnation;
            return gap.from_seq() == (same ? point.seq() + 1 : 1);
        })) {
        violation(what + " begins at seq " + number(gap.from_seq()) + ", from where nobody asked");
    }
    const Seq first = std::max(gap.from_seq(), member->since_seq);
    if (gap.from_seq() != 1 && !in_memory(id) &&
        first + limits::resume_entries_max > room->meta.last_seq) {
        violation(what + " hides " + number(room->meta.last_seq + 1 - first) + " entries at most");
    }
    if (gap.to_seq() > room->meta.last_seq) {
        violation(what + " ends behind what is committed");
    }
    seen.after_gap[id] = gap.to_seq() + 1;
}

// A page that somebody asked for as a member and that was held while he lagged is still his.
bool Checks::owed_page(SessionId session, UserId reader, uint32_t request,
                       const wire::Batch& batch) const {
    const auto was = was_.find({RoomId{batch.room()}, reader});
    const auto& asked = sessions_.at(session).asked;
    const auto fetch = asked.find(request);
    if (request == 0 || fetch == asked.end() || fetch->second.type != wire::Command::Fetch) {
        return false;
    }
    if (batch.from_seq() > batch.to_seq()) {
        return true; // says that there was nothing
    }
    return was != was_.end() &&
           std::any_of(was->second.begin(), was->second.end(), [&](const Was& one) {
               return fetch->second.at_ms <= one.ended_ms && batch.from_seq() >= one.since_seq &&
                      batch.to_seq() <= one.last_seq;
           });
}

void Checks::batch(SessionId session, UserId reader, uint32_t request, const wire::Batch& batch,
                   bool live) {
    const RoomId id{batch.room()};
    if (in_memory(id) && batch.incarnation() == memory_.room(id).meta.incarnation) {
        memory_.reaches(id, batch.to_seq());
    }
    const MemoryDisk::Room* room = log_of(id);
    if (room == nullptr) {
        violation("a Batch of a room that is not stored");
        return;
    }
    const bool owed = owed_page(session, reader, request, batch);
    if (!owed) {
        in_room(reader, id, "a Batch");
    }
    if (batch.incarnation() != room->meta.incarnation) {
        violation("a Batch of another incarnation");
    }
    if (live) {
        live_batch(session, reader, batch);
    }
    SessionSeen& seen = sessions_[session];
    if (const auto after = seen.after_gap.find(id); request == 0 && after != seen.after_gap.end()) {
        if (batch.from_seq() != after->second) {
            violation("after a Gap of " + named("room", id) + " comes seq " +
                      number(batch.from_seq()) + ", not " + number(after->second));
        }
        seen.after_gap.erase(after);
    }
    if (batch.to_seq() > room->meta.last_seq) {
        violation("a Batch of " + named("room", id) + " covers seq " + number(batch.to_seq()) +
                  ", committed is " + number(room->meta.last_seq));
    }
    std::set<Seq> listed;
    const auto asked = seen.asked.find(request);
    const TimeMs since_ms =
        request == 0 || asked == seen.asked.end() ? clock_.steady_ms() : asked->second.at_ms;
    if (batch.lines() != nullptr) {
        for (const wire::Line* line : *batch.lines()) {
            const std::string text(reinterpret_cast<const char*>(batch.text()->data()) +
                                       line->text_start(),
                                   line->text_bytes());
            const Seq seq = batch.from_seq() + line->seq_offset();
            listed.insert(seq);
            entry_seen(reader, owed, since_ms, batch, seq, UserId{line->author()}, line->nonce(),
                       &text);
        }
    }
    if (batch.entries() != nullptr) {
        for (const wire::Entry* entry : *batch.entries()) {
            const wire::Message* message = entry->body_as_Message();
            const std::string text =
                message != nullptr && message->text() != nullptr ? message->text()->str() : "";
            listed.insert(entry->seq());
            entry_seen(reader, owed, since_ms, batch, entry->seq(), UserId{entry->author()},
                       entry->nonce(), message != nullptr ? &text : nullptr);
        }
    }
    if (!owed) {
        all_listed(reader, batch, since_ms, listed);
    }
}

Seq Checks::since_of(UserId reader, RoomId room) const {
    if (in_memory(room)) {
        const auto since = memory_since_.find({room, reader});
        return since == memory_since_.end() ? 0 : since->second;
    }
    const StoredMember* member = disk_.member(room, reader);
    return member == nullptr ? 0 : member->since_seq;
}

void Checks::entry_seen(UserId reader, bool owed, TimeMs since_ms, const wire::Batch& batch,
                        Seq seq, UserId author, Nonce nonce, const std::string* text) {
    ++totals_.entries_delivered;
    const RoomId id{batch.room()};
    const MemoryDisk::Room& room = *log_of(id);
    const std::string what = "entry " + number(seq) + " of " + named("room", id);
    if (seq < batch.from_seq() || seq > batch.to_seq()) {
        violation(what + " lies outside its Batch");
    }
    if (seq == 0 || seq > room.entries.size()) {
        violation(what + " is delivered before it is committed");
        return;
    }
    if (room.entries[seq - 1].kind == EntryKind::None &&
        !memory_.say(id, seq,
                     {author, nonce, text == nullptr ? std::optional<std::string>() : *text})) {
        violation(what + ", in memory, is a line that was said before");
    }
    const LogEntry& stored = room.entries[seq - 1];
    if (stored.author != author || stored.nonce != nonce ||
        (text != nullptr && *text != text_of(stored))) {
        violation(what + " is delivered with another content than is committed");
    }
    if (stored.audience != UserId{} && stored.audience != reader) {
        violation(what + " is for another reader's eyes");
    }
    totals_.private_delivered += stored.audience == reader ? 1 : 0;
    // A page that was made before, and held while he lagged, is still his.
    const auto blocked = blocked_ms_.find({reader, author});
    const bool made_before = blocked != blocked_ms_.end() && since_ms <= blocked->second;
    if (stored.kind != EntryKind::Membership && blocks(reader, author) && !made_before) {
        violation(what + " goes to " + named("user", reader) + ", who blocks its author");
    }
    const Seq since = since_of(reader, id);
    if (seq < since && !owed) {
        violation(what + " is older than the membership of " + named("user", reader) + " (since " +
                  number(since) + ")");
    }
}

void Checks::reply(SessionId session, UserId reader, const wire::ServerFrame& frame,
                   const wire::Reply& reply) {
    auto& asked = sessions_[session].asked;
    const auto found = asked.find(frame.request());
    if (found == asked.end()) {
        violation("a Reply to request " + number(frame.request()) + " that nobody made");
        return;
    }
    if (found->second.open == 0) {
        violation("request " + number(frame.request()) + " of " + named("user", reader) + ", a " +
                  wire::EnumNameCommand(found->second.type) + ", is replied to twice");
    } else {
        --found->second.open;
    }
    replied(session, reader, found->second, frame.request(), reply);
    if (found->second.type != wire::Command::Send || reply.error() != wire::Error::Ok) {
        return;
    }
    const MemoryDisk::Room* room = log_of(found->second.room);
    const auto stored = room == nullptr ? Seq{0} : [&] {
        const auto nonce = room->nonces.find({reader, found->second.nonce});
        return nonce == room->nonces.end() ? Seq{0} : nonce->second;
    }();
    if (stored == 0) {
        violation("a message is acknowledged that is not committed");
    } else if (stored != reply.seq()) {
        violation("a message is acknowledged as seq " + number(reply.seq()) + ", committed as " +
                  number(stored));
    }
}

void Checks::executed(std::span<const StoreRequest> requests,
                      std::span<const StoreAnswer> answers) {
    for (size_t i = 0; i < requests.size(); ++i) {
        const auto* put_answer = std::get_if<MemberPut>(&answers[i]);
        if (put_answer != nullptr && put_answer->error == Error::Ok) {
            put(std::get<PutMember>(requests[i]), requests.subspan(i + 1));
        }
        if (const auto* block = std::get_if<PutBlock>(&requests[i]);
            block != nullptr && !block->on && std::get<Done>(answers[i]).error == Error::Ok) {
            blocks_.erase({block->user, block->blocked});
            unblocked_ms_[{block->user, block->blocked}] = clock_.steady_ms();
        }
        if (const auto* drop = std::get_if<DropMember>(&requests[i])) {
            leaves_asked_.erase({drop->room, drop->user});
            const auto leaving = leaving_.find({drop->room, drop->user});
            if (leaving != leaving_.end() && --leaving->second == 0) {
                leaving_.erase(leaving);
            }
        }
        const auto* append = std::get_if<Append>(&requests[i]);
        const auto* answer = std::get_if<Appended>(&answers[i]);
        if (append == nullptr || answer == nullptr) {
            continue;
        }
        if (answer->duplicate) {
            ++totals_.duplicates_answered;
        }
        const MemoryDisk::Room* room = disk_.room(append->room);
        if (answer->error != Error::Ok || answer->duplicate || room == nullptr) {
            continue;
        }
        const LogEntry& stored = room->entries[answer->seq - 1];
        const std::string text = text_of(stored);
        if (stored.kind == EntryKind::Message) {
            ++totals_.messages_stored;
            if (!texts_.insert({stored.author, text}).second) {
                violation("a line is stored twice: seq " + number(stored.seq) + " of " +
                          named("room", append->room));
            }
        }
        trace_.note(clock_.steady_ms(), "stored", raw(append->room), stored.seq,
                    raw(stored.author));
    }
}

void Checks::counts(const Core::Counts& counts, size_t sessions_open) {
    if (counts.persists_in_flight > limits::persists_in_flight_max) {
        violation("more persists in flight than the limit");
    }
    if (counts.rooms > limits::rooms_loaded_max) {
        violation("more rooms loaded than the limit");
    }
    if (counts.tail_bytes > counts.rooms * limits::room_tail_bytes_max) {
        violation("tails take more bytes than the limit");
    }
    if (counts.sessions > sessions_open) {
        violation("the core counts " + number(counts.sessions) + " sessions, the net " +
                  number(sessions_open));
    }
}

} // namespace parley::sim
