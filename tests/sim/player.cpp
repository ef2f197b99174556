// player.cpp: what a player does is drawn from his own seed, so that one player's doings do not
// change another's.
#include "tests/sim/player.hpp"

#include <algorithm>
#include <array>
#include <set>

#include <sodium.h>

#include "plugin/client/direct_connection.hpp"
#include "tests/sim/shard.hpp"

namespace parley::sim {

namespace {

constexpr std::array<const char*, 2> teams = {"teal", "amber"};
constexpr std::array<const char*, 2> parties = {"p1", "p2"};
constexpr std::array<const char*, 3> tokens = {"in_menu", "in_match", "afk"};
// What lines are made of: one-byte, two-byte, three-byte and four-byte letters.
constexpr std::array<const char*, 5> words = {"hello", "größe", "世界", "سلام", "🙂"};

} // namespace

Player::Player(Parts parts, Person person)
    : parts_(std::move(parts)), person_(std::move(person)), random_(parts_.seed),
      name_(person_.subject + "." + std::to_string(person_.device)) {
    for (size_t i = 0; i < device_seed_.size(); ++i) {
        device_seed_[i] = static_cast<uint8_t>(random_.next());
    }
    std::array<uint8_t, crypto_sign_SECRETKEYBYTES> secret{};
    crypto_sign_seed_keypair(device_key_.data(), secret.data(), device_seed_.data());
    frame_period_ms_ = random_.between(1, 4) * 10;
}

Player::~Player() = default;

std::string Player::ticket() {
    Claims claims;
    claims.subject = person_.subject;
    claims.name = person_.subject;
    claims.game = person_.game;
    if (!person_.game) {
        const auto room = [&](wire::RoomKind kind, const char* name, wire::Role role) {
            claims.rooms.push_back({static_cast<uint8_t>(kind), name, static_cast<uint8_t>(role)});
        };
        if (random_.chance_percent(60)) {
            room(wire::RoomKind::Team, teams[random_.below(teams.size())], wire::Role::Member);
        }
        if (random_.chance_percent(60)) {
            const char* party = parties[random_.below(parties.size())];
            const bool leads = random_.chance_percent(30);
            room(wire::RoomKind::Party, party, leads ? wire::Role::Leader : wire::Role::Member);
        }
        if (person_.talker || random_.chance_percent(50)) {
            room(wire::RoomKind::Guild, "oak", wire::Role::Member);
        }
    }
    return parts_.tickets.issue(std::move(claims), device_key_, parts_.clock.wall_ms());
}

// [life]
void Player::arrive() {
    client::ClientOptions options;
    options.random_seed = random_.next();
    options.card_types = parts_.card_types;
    client_ = std::make_unique<client::Client>(
        std::move(options),
        std::make_unique<client::DirectConnection>(parts_.network.client_link(parts_.host),
                                                   client::LinkKeys{{}, device_seed_, 1}));
    asked_.clear();
    seen_.clear();
    connect_at_ms_ = 0;
    parts_.trace.note(parts_.clock.steady_ms(), "arrives", raw(user()));
    if (!client_->connect(shard_address, ticket()).ok()) {
        parts_.checks.violation(name_ + ": a new client refuses to connect");
    }
    set_presence();
}

void Player::vanish() {
    reconnects_ += client_->stats().reconnects;
    parts_.trace.note(parts_.clock.steady_ms(), "vanishes", raw(user()));
    client_.reset();
    asked_.clear();
}

void Player::go_offline(TimeMs for_ms) {
    if (here()) {
        parts_.trace.note(parts_.clock.steady_ms(), "goes offline", raw(user()));
        client_->disconnect();
        connect_at_ms_ = parts_.clock.steady_ms() + for_ms;
    }
}

void Player::disconnect() {
    client_->disconnect();
}

UserId Player::user() const {
    const auto found = parts_.disk.user_by_subject.find({sim_issuer, person_.subject});
    return found == parts_.disk.user_by_subject.end() ? UserId{} : found->second;
}

void Player::renew() {
    parts_.trace.note(parts_.clock.steady_ms(), "new ticket", raw(user()));
    client_->set_ticket(ticket());
}

void Player::step(bool lively) {
    const TimeMs now_ms = parts_.clock.steady_ms();
    if (!here() || now_ms < stalled_until_ms_) {
        return;
    }
    if (connect_at_ms_ != 0 && now_ms >= connect_at_ms_) {
        connect_at_ms_ = 0;
        // The same ticket would do; a backend gives a new one, and both are common.
        ignore(client_->connect(shard_address, ticket()),
               "refused while it is connected already, which the next event shows");
    }
    if (now_ms < frame_at_ms_) {
        return;
    }
    frame_at_ms_ = now_ms + frame_period_ms_;
    client_->update(now_ms, parts_.clock.wall_ms(), 1000);
    events();
    check_models(false);
    if (lively && now_ms >= act_at_ms_) {
        ++acts_;
        random_ = chance_of(parts_.seed, acts_);
        act_at_ms_ = now_ms + random_.between(20, person_.talker ? 200 : 900);
        if (parts_.plan.take({parts_.actor, acts_})) {
            act();
        }
    }
}

void Player::calm_down() {
    stalled_until_ms_ = 0;
    if (!here()) {
        arrive();
    } else if (client_->state() == client::State::Idle && connect_at_ms_ == 0) {
        connect_at_ms_ = parts_.clock.steady_ms() + 10;
    } else if (client_->state() == client::State::Resuming &&
               client_->last_error() == Error::TicketExpired) {
        renew();
    }
}

// [events]
void Player::events() {
    client::Event event{client_->memory()};
    while (client_->poll(event)) {
        parts_.trace.note(parts_.clock.steady_ms(), "event", raw(user()),
                          static_cast<uint64_t>(event.type), event.seq);
        switch (event.type) {
        case client::EventType::Reply:
            on_reply(event);
            break;
        case client::EventType::RoomGone:
            seen_.erase(event.room);
            break;
        case client::EventType::Gap:
            seen_[event.room].gap = true;
            ++gaps_;
            break;
        case client::EventType::TicketWanted:
            ++tickets_wanted_;
            // Some hosts are slow about it; the session is then read-only for a while.
            if (random_.chance_percent(80)) {
                renew();
            }
            break;
        case client::EventType::State:
            if (client_->state() == client::State::Failed && connect_at_ms_ == 0) {
                connect_at_ms_ = parts_.clock.steady_ms() + random_.between(100, 3000);
            }
            break;
        default:
            break;
        }
    }
}

void Player::on_reply(const client::Event& event) {
    const auto found = asked_.find(event.request);
    if (found == asked_.end()) {
        parts_.checks.violation(name_ + ": a second Reply event, or one for nothing, request " +
                                std::to_string(event.request));
        return;
    }
    const Asked asked = found->second;
    asked_.erase(found);
    if (asked.text.empty()) {
        return;
    }
    if (event.result != Error::Ok) {
        parts_.trace.note(parts_.clock.steady_ms(), "refused", raw(user()), raw(asked.room),
                          static_cast<uint64_t>(-static_cast<int32_t>(event.result)));
        return;
    }
    parts_.checks.acknowledged(name_, user(), asked.room, event.seq, asked.text);
    // He reads his own line the moment he is told, unless the room or the line's neighbourhood is
    // gone or still on its way.
    const client::Room* room = client_->model().room(asked.room);
    if (room == nullptr) {
        return;
    }
    const bool shown = std::any_of(room->messages.begin(), room->messages.end(),
                                   [&](const client::Message& message) {
                                       return std::string_view(message.text) == asked.text &&
                                              message.state == client::MessageState::Stored;
                                   });
    if (!shown && event.seq <= room->last_seq && event.seq >= room->first_seq) {
        parts_.checks.violation(name_ + ": was told Ok for seq " + std::to_string(event.seq) +
                                " and does not see it");
    }
}

// [acting]
void Player::remember(Result<client::Request> request, RoomId room, std::string text) {
    if (request) {
        parts_.trace.note(parts_.clock.steady_ms(), "asks", raw(user()), request.value(),
                          raw(room));
        asked_[request.value()] = {room, std::move(text)};
    }
}

const client::Room* Player::any_room() {
    const auto& rooms = client_->model().rooms();
    return rooms.empty() ? nullptr : &rooms[random_.below(rooms.size())];
}

void Player::say(RoomId room) {
    ++lines_sent_;
    std::string text = name_ + " " + std::to_string(lines_sent_);
    const uint64_t extra = random_.chance_percent(5) ? 60 : random_.below(6);
    for (uint64_t i = 0; i < extra; ++i) {
        text += ' ';
        text += words[random_.below(words.size())];
    }
    remember(client_->send_text(room, text, 0), room, text);
}

void Player::set_presence() {
    std::vector<std::string_view> params;
    if (!presence_token_.empty()) {
        params.push_back("Canyon");
    }
    ignore(client_->set_presence(presence_, presence_token_, params),
           "the model is asked at the end what came of it");
}

wire::PresenceState Player::presence_shown() const {
    return presence_ == wire::PresenceState::Invisible ? wire::PresenceState::Offline : presence_;
}

void Player::act() {
    if (person_.game && random_.chance_percent(60)) {
        game_act();
        return;
    }
    if (person_.talker && random_.chance_percent(90)) {
        for (const client::Room& room : client_->model().rooms()) {
            if (room.kind == wire::RoomKind::Guild && client_->pace_left(room.id) > 0) {
                say(room.id);
            }
        }
        return;
    }
    const uint64_t dice = random_.below(100);
    if (dice < 70) {
        if (const client::Room* room = any_room()) {
            act_in(*room);
        }
    } else if (dice < 74) {
        change_blocks();
    } else if (dice < 80) {
        const auto state = static_cast<wire::PresenceState>(random_.between(1, 7));
        presence_ = state;
        presence_token_ = random_.chance_percent(50) ? tokens[random_.below(tokens.size())] : "";
        set_presence();
    } else if (dice < 83) {
        const client::CardWrite writes[] = {{"hand", random_.between(0, 9), {}}};
        const uint64_t how = random_.below(5);
        remember(how < 2   ? client_->set_card(RoomId{}, "showing", writes, 0)
                 : how < 4 ? client_->update_card(RoomId{}, "showing", writes)
                           : client_->clear_card(RoomId{}, "showing"),
                 RoomId{}, "");
    } else if (dice < 86) {
        const bool team = random_.chance_percent(50);
        remember(client_->join(team ? wire::RoomKind::Team : wire::RoomKind::Party,
                               team ? teams[random_.below(teams.size())]
                                    : parties[random_.below(parties.size())]),
                 RoomId{}, "");
    } else if (dice < 88) {
        remember(client_->join(wire::RoomKind::Global, "lobby"), RoomId{}, "");
    } else if (dice < 92) {
        const UserId other{1 + random_.below(parts_.disk.next_user)};
        if (other != user()) {
            remember(client_->open_direct(other), RoomId{}, "");
        }
    } else if (dice < 95) {
        renew();
    } else if (dice < 97) {
        go_offline(random_.between(10, 4000));
    } else {
        remember(client_->join(wire::RoomKind::Guild, "oak"), RoomId{}, "");
    }
}

void Player::change_blocks() {
    const auto& blocked = client_->model().blocked();
    if (!blocked.empty() && random_.chance_percent(50)) {
        remember(client_->unblock(blocked[random_.below(blocked.size())]), RoomId{}, "");
    } else {
        remember(client_->block(UserId{1 + random_.below(parts_.disk.next_user)}), RoomId{}, "");
    }
}

void Player::act_in(const client::Room& room) {
    const RoomId id = room.id;
    const uint64_t dice = random_.below(100);
    if (dice < 55) {
        say(id);
        if (random_.chance_percent(20)) {
            say(id); // in one breath
        }
    } else if (dice < 65) {
        client_->set_typing(id);
    } else if (dice < 75) {
        ignore(client_->mark_read(id, room.last_seq), "unread is checked at the end");
    } else if (dice < 82) {
        const Seq before = room.first_seq > 1 ? room.first_seq : room.last_seq + 1;
        remember(client_->fetch_history(id, before, static_cast<uint32_t>(random_.between(1, 50))),
                 id, "");
    } else if (dice < 86) {
        remember(client_->leave(id), id, "");
    } else if (dice < 92) {
        const client::CardWrite writes[] = {{"ready", random_.between(0, 4), {}}};
        remember(random_.chance_percent(50) ? client_->set_card(id, "squad", writes, 0)
                                            : client_->update_card(id, "squad", writes),
                 id, "");
    } else if (dice < 96) {
        // A line that failed is sent again with its nonce, or given up.
        for (size_t i = room.stored(); i < room.messages.size(); ++i) {
            if (room.messages[i].state == client::MessageState::Failed) {
                const Nonce nonce = room.messages[i].nonce;
                ignore(random_.chance_percent(50) ? client_->retry(id, nonce)
                                                  : client_->discard(id, nonce),
                       "checked by what is stored");
                break;
            }
        }
    } else {
        ignore(client_->set_draft(id, "half a thought"), "drafts stay on the device");
    }
}

void Player::game_act() {
    const std::string& subject = person_.others[random_.below(person_.others.size())];
    const char* team = teams[random_.below(teams.size())];
    const uint64_t dice = random_.below(100);
    if (dice < 45) {
        remember(client_->grant(wire::RoomKind::Team, team, subject, wire::Role::Member), RoomId{},
                 "");
    } else if (dice < 80) {
        remember(client_->revoke(wire::RoomKind::Team, team, subject), RoomId{}, "");
    } else if (const client::Room* room = any_room()) {
        const client::CardWrite writes[] = {{"score", random_.between(0, 99), {}}};
        remember(random_.chance_percent(40) ? client_->set_card(room->id, "match", writes, 5000)
                                            : client_->update_card(room->id, "match", writes),
                 room->id, "");
    }
}

// [judging]
void Player::check_models(bool quiet) {
    for (const client::Room& room : client_->model().rooms()) {
        RoomSeen& seen = seen_[room.id];
        if (seen.entered_seq == 0 || seen.incarnation != room.incarnation) {
            seen.incarnation = room.incarnation;
            seen.entered_seq = std::max<Seq>(room.server_last_seq, 1);
            seen.dropped_events = client_->stats().dropped_events;
        }
        if (seen.revision != room.revision || quiet) {
            seen.revision = room.revision;
            parts_.checks.room(name_, user(), room, quiet);
            // Of very many events at once the oldest are dropped, a Gap, too.
            const bool told = client_->stats().dropped_events == seen.dropped_events;
            if (quiet && told && !seen.gap && room.first_seq > seen.entered_seq + 1) {
                parts_.checks.violation(name_ + ": lines since he entered room " +
                                        std::to_string(raw(room.id)) + " at seq " +
                                        std::to_string(seen.entered_seq) + " are gone up to " +
                                        std::to_string(room.first_seq));
            }
        }
    }
}

bool Player::level(std::string& why) const {
    const auto missing = [&](const std::string& what) {
        why = name_ + ": " + what;
        return false;
    };
    if (!here()) {
        return missing("is not here");
    }
    if (client_->state() != client::State::Ready) {
        return missing("state " + std::to_string(static_cast<int>(client_->state())) + ", " +
                       std::string(error_name(client_->last_error())) + ", next attempt in " +
                       std::to_string(client_->retry_in_ms()) + " ms");
    }
    if (!asked_.empty()) {
        std::string open;
        for (const auto& [request, asked] : asked_) {
            open += " " + std::to_string(request) + " in room " + std::to_string(raw(asked.room));
        }
        return missing("requests without a reply:" + open);
    }
    std::vector<UserId> blocked;
    for (auto block = parts_.disk.blocks.lower_bound({user(), UserId{}});
         block != parts_.disk.blocks.end() && block->first == user(); ++block) {
        blocked.push_back(block->second);
    }
    if (!std::equal(blocked.begin(), blocked.end(), client_->model().blocked().begin(),
                    client_->model().blocked().end())) {
        return missing("knows of " + std::to_string(client_->model().blocked().size()) +
                       " whom he blocks, stored are " + std::to_string(blocked.size()));
    }
    std::set<RoomId> mine;
    for (const client::Room& room : client_->model().rooms()) {
        const MemoryDisk::Room* log = parts_.disk.room(room.id);
        if (log == nullptr) {
            return missing("is in a room that is not stored");
        }
        const std::string in = "in room " + std::to_string(raw(room.id));
        const Seq last_seq = parts_.checks.log_of(room.id)->meta.last_seq;
        if (room.last_seq != last_seq) {
            return missing(in + " at seq " + std::to_string(room.last_seq) + " of " +
                           std::to_string(last_seq));
        }
        for (size_t i = room.stored(); i < room.messages.size(); ++i) {
            if (room.messages[i].state == client::MessageState::Pending) {
                return missing(in + " a line is still pending");
            }
        }
        mine.insert(room.id);
        std::set<UserId> members;
        for (const client::Member& member : room.members) {
            members.insert(member.user);
        }
        std::set<UserId> right;
        for (const auto& [member, stored] : log->members) {
            // The game's own server hears a room, it is nobody in it.
            const uint32_t flags = parts_.disk.users.at(member).user.flags;
            if ((flags & static_cast<uint32_t>(wire::UserFlags::Game)) == 0) {
                right.insert(member);
            }
        }
        if (right.size() <= limits::roster_full_members_max && members != right) {
            return missing(in + " the roster has " + std::to_string(members.size()) +
                           " members, right are " + std::to_string(right.size()));
        }
    }
    std::set<RoomId> right;
    for (const auto& [id, room] : parts_.disk.rooms) {
        if (room.members.count(user()) != 0) {
            right.insert(id);
        }
    }
    if (mine != right) {
        std::string which;
        for (const auto& [id, room] : parts_.disk.rooms) {
            if (mine.count(id) != right.count(id)) {
                which +=
                    (mine.count(id) != 0 ? " wrongly in " : " not in ") + std::to_string(raw(id));
            }
        }
        return missing("rooms:" + which);
    }
    return true;
}

} // namespace parley::sim
