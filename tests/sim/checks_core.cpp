// checks_core.cpp: what a core must do with what it is told: live lines without a hole, paces that
// hold and give back, tickets that are older than a no, what the invisible do not show, who may
// write what.
#include <algorithm>

#include "schemas/base/limits.hpp"
#include "schemas/wire/batch_reader.hpp"
#include "tests/sim/checks.hpp"
#include "tests/sim/named.hpp"

namespace parley::sim {

namespace {

// What others hear of a user may be a period old, and comes with a Tick.
constexpr TimeMs shown_late_ms = limits::presence_period_ms + 1000;
// The simulated game's cards (world.cpp).
constexpr uint16_t game_card = 1;
constexpr uint16_t leader_card = 2;

} // namespace

// [tickets]
void Checks::admit_asked(SessionId session, const Claims& claims) {
    SessionSeen& seen = sessions_[session];
    seen = {};
    seen.issuer = claims.issuer;
    seen.subject = claims.subject;
    seen.game = claims.game;
    for (const RoomClaim& claim : claims.rooms) {
        int64_t& at_s = claimed_s_[{claims.subject, claim.kind, claim.name}];
        at_s = std::max(at_s, claims.issued_at_s);
    }
}

void Checks::reauth(const ReauthVerified& verified) {
    const auto seen = sessions_.find(verified.session);
    if (seen == sessions_.end()) {
        return;
    }
    if (verified.request != 0) {
        Asked asked;
        asked.type = wire::Command::Reauth;
        asked.at_ms = clock_.steady_ms();
        asked.open = 1;
        seen->second.asked[verified.request] = asked;
    }
    if (verified.verdict == Error::Ok) {
        for (const RoomClaim& claim : verified.claims.rooms) {
            int64_t& at_s = claimed_s_[{verified.claims.subject, claim.kind, claim.name}];
            at_s = std::max(at_s, verified.claims.issued_at_s);
        }
    }
}

// [the core's inputs]
void Checks::before(const Input& input) {
    const InputBody& body = input.body;
    core_now_ms_ = input.at_ms;
    if (const auto* answered = std::get_if<StoreAnswered>(&body)) {
        for (const StoreAnswer& answer : answered->answers) {
            const auto* appended = std::get_if<Appended>(&answer);
            if (appended == nullptr || (appended->error == Error::Ok && !appended->duplicate)) {
                continue;
            }
            // What did not become an entry costs nothing.
            for (auto& [place, lines] : spent_) {
                lines.erase(
                    std::remove_if(lines.begin(), lines.end(),
                                   [&](const Spent& one) { return one.token == appended->token; }),
                    lines.end());
            }
        }
    } else if (const auto* opened = std::get_if<SessionOpened>(&body)) {
        appearances_.erase(user_of(opened->session)); // he may have been forgotten meanwhile
    } else if (const auto* command = std::get_if<CommandReceived>(&body)) {
        const auto& frame = *flatbuffers::GetRoot<wire::ClientFrame>(command->frame.data());
        const UserId user = user_of(command->session);
        const auto seen = sessions_.find(command->session);
        if (const auto* set = frame.body_as_SetPresence()) {
            const wire::PresenceState state = set->presence()->state();
            appearances_[user] = {command->session, frame.request(),
                                  state == wire::PresenceState::Invisible ||
                                      state == wire::PresenceState::Offline,
                                  std::nullopt};
        } else if (frame.body_type() == wire::Command::Send) {
            blocked_send(command->session, user, frame.request());
        } else if (const auto* block = frame.body_as_Block()) {
            block_asked(user, UserId{block->user()}, block->on());
        } else if (const auto* leave = frame.body_as_Leave()) {
            leaves_asked_.insert({RoomId{leave->room()}, user});
        } else if (const auto* grant = frame.body_as_Grant();
                   grant != nullptr && seen != sessions_.end() && seen->second.game) {
            granted_.insert({grant->subject()->str(), static_cast<uint8_t>(grant->kind()),
                             grant->name()->str()});
        }
    }
}

void Checks::after(const InputBody& body) {
    if (const auto* lagging = std::get_if<Lagging>(&body)) {
        sessions_[lagging->session].heard.clear();
        sessions_[lagging->session].cards.clear();
    } else if (const auto* answered = std::get_if<StoreAnswered>(&body)) {
        for (const StoreAnswer& answer : answered->answers) {
            const auto* appended = std::get_if<Appended>(&answer);
            const auto at = appended == nullptr ? appends_.end() : appends_.find(appended->token);
            if (at == appends_.end()) {
                continue;
            }
            if (appended->error == Error::Ok) {
                Seq& known = known_[at->second.place.first];
                known = std::max(known, appended->seq);
            }
            appends_.erase(at);
        }
    }
    for (const auto& [id, room] : memory_.rooms()) {
        known_[id] = room.meta.last_seq;
    }
    own_lines_told();
}

void Checks::persisted(const StoreRequest& request) {
    if (const auto* append = std::get_if<Append>(&request)) {
        const Place place{append->room, append->entry.author};
        appends_[append->token] = {place, append->entry.nonce};
        if (append->entry.nonce == 0) {
            return;
        }
        blocked_line(*append);
        const limits::Tier& tier = tiers_[disk_.room(append->room)->meta.kind];
        std::deque<Spent>& lines = spent_[place];
        lines.push_back({append->token, core_now_ms_});
        if (spent_lately(place.first, place.second) > 2 * size_t{tier.pace_burst}) {
            violation(named("user", place.second) + " says more in " + named("room", place.first) +
                      " than its pace allows");
        }
    } else if (const auto* load = std::get_if<LoadRoom>(&request)) {
        loads(*load);
    } else if (const auto* drop = std::get_if<DropMember>(&request)) {
        const Place place{drop->room, drop->user};
        ++leaving_[place];
        const StoredMember* member = disk_.member(drop->room, drop->user);
        const MemoryDisk::Room* room = log_of(drop->room);
        if (member == nullptr || room == nullptr) {
            return;
        }
        was_[place].push_back({clock_.steady_ms(), member->since_seq, room->meta.last_seq});
        if (member->origin != MemberOrigin::Ticket && drop->revoked_ms == 0 &&
            leaves_asked_.count(place) == 0) {
            violation(named("user", drop->user) + " is put out of " + named("room", drop->room) +
                      ", where no ticket had put him and which he did not ask to leave");
        }
    }
}

// [members]
void Checks::put(const PutMember& request, std::span<const StoreRequest> later) {
    const RoomId id = request.room;
    const UserId user = request.member.user;
    const MemoryDisk::Room& room = *disk_.room(id);
    if (request.member.role >= static_cast<uint8_t>(wire::Role::Leader)) {
        led_.insert({id, user});
    }
    const std::tuple<std::string, uint8_t, std::string> key{disk_.users.at(user).subject,
                                                            room.meta.kind, room.meta.name};
    if (request.member.origin == MemberOrigin::Grant && granted_.count(key) == 0) {
        violation(named("user", user) + " is granted " + named("room", id) +
                  ", which the game did not ask for");
    }
    if (request.member.origin != MemberOrigin::Ticket) {
        return;
    }
    const auto claimed = claimed_s_.find(key);
    if (claimed == claimed_s_.end()) {
        violation(named("user", user) + " comes into " + named("room", id) +
                  " by a ticket that nobody gave him");
        return;
    }
    const bool dropped_later = std::any_of(later.begin(), later.end(), [&](const auto& one) {
        const auto* drop = std::get_if<DropMember>(&one);
        return drop != nullptr && drop->room == id && drop->user == user;
    });
    const auto revoked = room.revoked.find(user);
    if (revoked != room.revoked.end() && !dropped_later &&
        claimed->second * 1000 + 999 + clock_slack_ms_ < revoked->second) {
        violation(named("user", user) + " is brought back into " + named("room", id) +
                  " by a ticket from before he was revoked");
    }
}

// [live] From a RoomState on, what is told follows without a hole, until he goes or lags.
void Checks::live_batch(SessionId session, UserId reader, const wire::Batch& batch) {
    const RoomId id{batch.room()};
    SessionSeen& seen = sessions_[session];
    const auto heard = seen.heard.find(id);
    if (heard == seen.heard.end()) {
        violation("live lines of " + named("room", id) + " go to one who was not told of it");
        return;
    }
    // A line that concerns him, and that his class's batch has left out, comes behind that.
    if (batch.from_seq() == batch.to_seq() && heard->second.left_out.erase(batch.to_seq()) == 1) {
        return;
    }
    const Seq next = heard->second.seq + 1;
    if (batch.from_seq() < next || (batch.from_seq() > next && !heard->second.asleep)) {
        violation("live lines of " + named("room", id) + " begin at seq " +
                  number(batch.from_seq()) + ", told is " + number(heard->second.seq));
    }
    heard->second.seq = batch.to_seq();
    heard->second.asleep = false;
    if (batch.left_out() == 0) {
        return;
    }
    sampled_.push_back({session, reader, id});
    std::set<Seq>& left_out = heard->second.left_out;
    left_out.erase(
        left_out.begin(),
        left_out.lower_bound(
            batch.from_seq() -
            std::min<Seq>(batch.from_seq(), limits::batch_entries_max))); // it comes soon, or never
    for (Seq seq = batch.from_seq(); seq <= batch.to_seq(); ++seq) {
        left_out.insert(left_out.end(), seq);
    }
    for (wire::BatchReader listed(batch); listed.next();) {
        left_out.erase(listed.item().seq);
    }
}

// What he said himself comes in the same step as the Batch that left it out.
void Checks::own_lines_told() {
    for (const Sampled& one : sampled_) {
        const std::map<RoomId, Heard>& heard = sessions_[one.session].heard;
        const auto at = heard.find(one.room);
        if (at == heard.end()) {
            continue;
        }
        for (const Seq seq : at->second.left_out) {
            if (log_of(one.room)->entries[seq - 1].author == one.reader) {
                violation("seq " + number(seq) + " of " + named("room", one.room) +
                          " is left out and not told to its author, " + named("user", one.reader));
            }
        }
    }
    sampled_.clear();
}

void Checks::gone(SessionId session, RoomId room) {
    SessionSeen& seen = sessions_[session];
    const auto heard = seen.heard.find(room);
    if (heard == seen.heard.end()) {
        return;
    }
    if (const auto known = known_.find(room);
        known != known_.end() && !heard->second.asleep && heard->second.seq < known->second) {
        violation("who leaves " + named("room", room) + " is told up to seq " +
                  number(heard->second.seq) + ", committed while he was there is " +
                  number(known->second));
    }
    seen.heard.erase(heard);
}

// Who sat in a room that slept may be told of it anew only when the store answers.
void Checks::loads(const LoadRoom& request) {
    RoomId id = request.id;
    if (id == RoomId{}) {
        const auto named_so = disk_.room_by_name.find({request.kind, request.name});
        id = named_so == disk_.room_by_name.end() ? RoomId{} : named_so->second;
    }
    for (auto& [session, seen] : sessions_) {
        if (const auto heard = seen.heard.find(id); heard != seen.heard.end()) {
            heard->second.asleep = true;
        }
    }
}

// [answers]
void Checks::replied(SessionId session, UserId reader, const Asked& asked, uint32_t request,
                     const wire::Reply& reply) {
    const bool ok = reply.error() == wire::Error::Ok;
    const SessionSeen& seen = sessions_[session];
    switch (asked.type) {
    case wire::Command::Send:
        totals_.blocked += asked.blocked ? 1 : 0;
        if (ok && asked.blocked) {
            violation("a line of " + named("user", reader) + " to one who blocks him is accepted");
        }
        if (ok && in_memory(asked.room)) {
            said_in_memory(reader, asked, reply.seq());
        } else if (reply.error() == wire::Error::Rate) {
            refused_by_pace(reader, asked);
        }
        break;
    case wire::Command::Block:
        block_answered(reader, asked, ok);
        break;
    case wire::Command::Grant:
    case wire::Command::Revoke:
        if (ok && !seen.game) {
            violation(named("user", reader) + ", who is not the game, moves people");
        }
        break;
    case wire::Command::SetCard:
    case wire::Command::UpdateCard:
        if (ok) {
            card_written(session, reader, asked);
        }
        break;
    case wire::Command::SetPresence: {
        const auto now = appearances_.find(reader);
        if (ok && now != appearances_.end() && now->second.session == session &&
            now->second.request == request && now->second.invisible) {
            now->second.hidden_since_ms = clock_.steady_ms();
        }
        break;
    }
    case wire::Command::Mark: {
        const StoredMember* member = disk_.member(asked.room, reader);
        const auto was = was_.find({asked.room, reader});
        const bool left = was != was_.end() && was->second.back().ended_ms >= asked.at_ms;
        if (ok && member != nullptr && !left && !in_memory(asked.room) &&
            member->read_seq < reply.seq()) {
            violation("a read mark at seq " + number(reply.seq()) + " of " +
                      named("room", asked.room) + " is acknowledged, stored is " +
                      number(member->read_seq));
        }
        break;
    }
    default:
        break;
    }
}

void Checks::said_in_memory(UserId author, const Asked& asked, Seq seq) {
    const MemoryDisk::Room& room = memory_.room(asked.room);
    if (room.nonces.count({author, asked.nonce}) != 0) {
        return; // the caller compares
    }
    ++totals_.messages_stored;
    if (seq <= room.meta.last_seq && room.entries[seq - 1].kind != EntryKind::None) {
        violation("a line in memory is acknowledged at the place of another");
    } else if (!memory_.say(asked.room, seq, {author, asked.nonce, asked.text})) {
        violation("a line is said twice: seq " + number(seq) + " of " + named("room", asked.room) +
                  ", in memory");
    }
    spent_[{asked.room, author}].push_back({0, core_now_ms_});
}

// [paces]
size_t Checks::spent_lately(RoomId room, UserId user) {
    const MemoryDisk::Room* stored = disk_.room(room);
    if (stored == nullptr) {
        return 0;
    }
    std::deque<Spent>& lines = spent_[{room, user}];
    const TimeMs period_ms = tiers_[stored->meta.kind].pace_period_ms;
    while (!lines.empty() && lines.front().at_ms < core_now_ms_ - period_ms - 1) {
        lines.pop_front();
    }
    return lines.size();
}

// Who is told to slow down has said as much as the room allows, or still waits for it.
void Checks::refused_by_pace(UserId author, const Asked& asked) {
    constexpr TimeMs held_ms = 200;
    constexpr uint32_t bytes_may_be_why = 50; // of a burst: then a user's bytes count, too
    const MemoryDisk::Room* stored = disk_.room(asked.room);
    if (stored == nullptr || tiers_[stored->meta.kind].pace_burst > bytes_may_be_why) {
        return;
    }
    if (clock_.steady_ms() - asked.at_ms > held_ms) {
        return; // the answer was held: what was spent by then is no longer known
    }
    const size_t said = spent_lately(asked.room, author);
    if (said < tiers_[stored->meta.kind].pace_burst) {
        violation(named("user", author) + " is told to slow down in " + named("room", asked.room) +
                  " after " + number(said) + " lines");
    }
}

// [cards]
void Checks::card_written(SessionId session, UserId writer, const Asked& asked) {
    const bool game = sessions_[session].game;
    const bool may = asked.card == game_card     ? game
                     : asked.card == leader_card ? game || led_.count({asked.room, writer}) != 0
                                                 : true;
    if (!may) {
        violation(named("user", writer) + " writes the card " + number(asked.card) + " of " +
                  named("room", asked.room) + ", which is not his to write");
    }
}

void Checks::card_shown(SessionId session, UserId reader, RoomId room, UserId user, uint16_t type,
                        uint32_t version) {
    if (room != RoomId{}) {
        in_room(reader, room, "a card");
    } else if (user != reader && hidden(user, shown_late_ms)) {
        violation("the card of an invisible user is shown");
    }
    uint32_t& newest = sessions_[session].cards[{room, user, type}];
    if (version < newest) {
        violation("a card goes back from version " + number(newest) + " to " + number(version));
    }
    newest = version;
}

// Of whom a reader shares no room with he is not told when the card ends, and the next may come
// when they meet again.
void Checks::roster_gone(SessionId session, const wire::Roster& roster) {
    if (roster.gone() == nullptr) {
        return;
    }
    for (const uint64_t gone : *roster.gone()) {
        std::erase_if(sessions_[session].cards, [&](const auto& card) {
            return std::get<UserId>(card.first) == UserId{gone};
        });
    }
}

// [presence]
bool Checks::hidden(UserId user, TimeMs for_ms) const {
    const auto found = appearances_.find(user);
    return found != appearances_.end() && found->second.hidden_since_ms &&
           clock_.steady_ms() > *found->second.hidden_since_ms + for_ms;
}

void Checks::shown(UserId reader, const wire::Presence* presence) {
    if (presence == nullptr || presence->user() == raw(reader)) {
        return;
    }
    if (presence->state() == wire::PresenceState::Invisible) {
        violation("an invisible user is announced as invisible");
    } else if (presence->state() != wire::PresenceState::Offline &&
               hidden(UserId{presence->user()}, shown_late_ms)) {
        violation("an invisible user is announced");
    }
}

} // namespace parley::sim
