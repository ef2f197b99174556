// cards.cpp: small blocks of game state. A whole card goes out reliably when it is set; changes of
// its fields follow as deltas; when it has come to rest the whole card goes out once more, so that
// a lost last delta does not stand for ever. Whatever its writers do, set, change or clear, its
// readers hear of it ten times a second at most, and then of what is true by then.
#include <algorithm>

#include "schemas/base/check.hpp"
#include "schemas/wire/views.hpp"
#include "server/core/state.hpp"

namespace parley {

namespace {

using FieldList = flatbuffers::Vector<flatbuffers::Offset<wire::CardField>>;

bool may_write(const CardWriter& writer, Writer role) {
    switch (role) {
    case Writer::Owner:
        return writer.owner || writer.game;
    case Writer::Leader:
        return writer.leader || writer.game;
    case Writer::Game:
        return writer.game;
    }
    return false;
}

// Whether the writer has a say in cards of this type at all.
bool may_write(const CardWriter& writer, const CardType& type) {
    return writer.game ||
           std::any_of(type.fields.begin(), type.fields.end(),
                       [&](const FieldType& field) { return may_write(writer, field.writer); });
}

// What it takes on the wire, about: a table a field, and its text.
size_t card_bytes(const std::vector<CardValue>& fields) {
    size_t bytes = 0;
    for (const CardValue& field : fields) {
        bytes += sizeof(uint16_t) + sizeof(int64_t) + field.text.size();
    }
    return bytes;
}

// A user has one place for cards of all types, a room one for each.
CardKey place_of(const CardKey& key) {
    return {key.room, key.user, key.user == UserId{} ? key.type : uint16_t{0}};
}

bool by_id(const CardValue& one, const CardValue& two) {
    return one.id < two.id;
}

std::vector<CardValue> values_of(const FieldList* fields) {
    std::vector<CardValue> values;
    if (fields != nullptr) {
        for (const wire::CardField* field : *fields) {
            values.push_back(
                {field->id(), field->number(), std::string(wire::view(field->text()))});
        }
    }
    std::sort(values.begin(), values.end(), by_id);
    return values;
}

void put_value(std::vector<CardValue>& fields, const CardValue& value) {
    const auto at = std::lower_bound(fields.begin(), fields.end(), value, by_id);
    if (at != fields.end() && at->id == value.id) {
        *at = value;
    } else {
        fields.insert(at, value);
    }
}

// Fields that are not this writer's to write.
bool is_of_others(const CardType& type, const CardWriter& writer, const CardValue& value) {
    const FieldType* field = type.field(value.id);
    return field != nullptr && !may_write(writer, field->writer);
}

bool has_of_others(const CardType& type, const CardWriter& writer,
                   const std::vector<CardValue>& fields) {
    return std::any_of(fields.begin(), fields.end(),
                       [&](const CardValue& value) { return is_of_others(type, writer, value); });
}

// They are not his to wipe either.
void keep_of_others(const CardType& type, const CardWriter& writer,
                    const std::vector<CardValue>& before, std::vector<CardValue>& fields) {
    for (const CardValue& value : before) {
        if (is_of_others(type, writer, value)) {
            put_value(fields, value);
        }
    }
}

flatbuffers::Offset<FieldList> wire_fields(flatbuffers::FlatBufferBuilder& fbb,
                                           const std::vector<CardValue>& fields,
                                           const std::vector<uint16_t>* only) {
    std::vector<flatbuffers::Offset<wire::CardField>> list;
    for (const CardValue& field : fields) {
        if (only != nullptr && !std::binary_search(only->begin(), only->end(), field.id)) {
            continue;
        }
        const auto text = field.text.empty() ? flatbuffers::Offset<flatbuffers::String>()
                                             : fbb.CreateString(field.text);
        list.push_back(wire::CreateCardField(fbb, field.id, field.number, text));
    }
    return fbb.CreateVector(list);
}

} // namespace

// [commands]
std::optional<CardTarget> Core::State::card_target(Command& command, uint16_t type, uint64_t room) {
    if (read_only(command.session)) {
        refuse(command, Error::ReadOnly);
        return std::nullopt;
    }
    CardTarget target;
    target.type = card_types_->find(type);
    if (target.type == nullptr || target.type->room_card != (room != 0)) {
        refuse(command, Error::BadCard);
        return std::nullopt;
    }
    target.writer.game = command.session.ticket->game;
    target.key.type = type;
    if (room == 0) {
        target.writer.owner = true;
        target.key.user = command.user.id;
        return target;
    }
    target.room = room_of(command, room);
    if (target.room == nullptr) {
        return std::nullopt;
    }
    const wire::Role role = target.room->members.at(command.user.id).role;
    target.writer.leader = role == wire::Role::Leader || role == wire::Role::Game;
    target.key.room = target.room->meta.id;
    return target;
}

// One a user: who has the old one hears of it with the new one.
Card& Core::State::make_place_for(User& user, uint16_t type) {
    if (user.card != nullptr && user.card->type != type) {
        card_ends_.erase({user.card->expires_at_ms, {.user = user.id, .type = user.card->type}});
        user.card.reset();
    }
    if (user.card == nullptr) {
        user.card = std::make_unique<Card>();
    }
    return *user.card;
}

void Core::State::on_set_card(Command& command) {
    const auto& set = command.body<wire::SetCard>();
    const std::optional<CardTarget> target = card_target(command, set.type(), set.room());
    if (!target) {
        return;
    }
    const auto& [type, room, writer, key] = *target;
    if (!may_write(writer, *type)) {
        return refuse(command, Error::Forbidden);
    }
    const Error error = check_card_fields(*type, writer, set.fields());
    if (error != Error::Ok) {
        return refuse(command, error);
    }
    std::vector<CardValue> fields = values_of(set.fields());
    if (const Card* before = find_card(key)) {
        keep_of_others(*type, writer, before->fields, fields);
    } else if (room != nullptr && room->cards.size() >= limits::cards_per_room_max) {
        return refuse(command, Error::Full);
    }
    if (card_bytes(fields) > limits::card_bytes_max) {
        return refuse(command, Error::BadCard);
    }
    Card& card = room != nullptr ? room->cards[type->id] : make_place_for(command.user, type->id);
    card_ends_.erase({card.expires_at_ms, key});
    card.type = type->id;
    card.version = ++told_of(key).version;
    card.whole = true;
    card.fields = std::move(fields);
    card.expires_at_ms = set.ttl_ms() == 0 ? 0 : now_ms_ + set.ttl_ms();
    if (card.expires_at_ms != 0) {
        card_ends_.insert({card.expires_at_ms, key});
    }
    tell_soon(key);
    reply(command.from, {.room = key.room});
}

void Core::State::on_update_card(Command& command) {
    const auto& update = command.body<wire::UpdateCard>();
    const std::optional<CardTarget> target = card_target(command, update.type(), update.room());
    if (!target) {
        return;
    }
    const CardKey& key = target->key;
    const Error error = check_card_fields(*target->type, target->writer, update.fields());
    if (error != Error::Ok) {
        return refuse(command, error);
    }
    Card* card = find_card(key);
    if (card == nullptr) {
        return refuse(command, Error::NotFound);
    }
    std::vector<CardValue> fields = card->fields;
    std::vector<uint16_t> changed;
    for (const CardValue& value : values_of(update.fields())) {
        const auto at = std::lower_bound(fields.begin(), fields.end(), value, by_id);
        if (at == fields.end() || *at != value) {
            put_value(fields, value);
            changed.push_back(value.id);
        }
    }
    if (card_bytes(fields) > limits::card_bytes_max) {
        return refuse(command, Error::BadCard);
    }
    if (!changed.empty()) {
        card->fields = std::move(fields);
        std::vector<uint16_t> all;
        std::set_union(card->changed.begin(), card->changed.end(), changed.begin(), changed.end(),
                       std::back_inserter(all));
        card->changed = std::move(all);
        card->version = ++told_of(key).version;
        cards_dirty_.insert(place_of(key));
    }
    reply(command.from, {.room = key.room});
}

void Core::State::on_clear_card(Command& command) {
    const auto& clear = command.body<wire::ClearCard>();
    const std::optional<CardTarget> target = card_target(command, clear.type(), clear.room());
    if (!target) {
        return;
    }
    const auto& [type, room, writer, key] = *target;
    if (!may_write(writer, *type)) {
        return refuse(command, Error::Forbidden);
    }
    const Card* card = find_card(key);
    if (card == nullptr) {
        return refuse(command, Error::NotFound);
    }
    if (room != nullptr && has_of_others(*type, writer, card->fields)) {
        return refuse(command, Error::Forbidden);
    }
    clear_card(key);
    reply(command.from, {.room = key.room});
}

// A card that one may not see is not found.
void Core::State::on_fetch_card(Command& command) {
    const auto& fetch = command.body<wire::FetchCard>();
    const CardKey key{RoomId{fetch.room()}, UserId{fetch.user()}, fetch.type()};
    bool may_see = false;
    if (key.room != RoomId{}) {
        if (room_of(command, fetch.room()) == nullptr) {
            return;
        }
        may_see = true;
    } else if (key.user == command.user.id) {
        may_see = true;
    } else {
        const auto owner = users_.find(key.user);
        may_see = owner != users_.end() && seen(owner->second.shown) &&
                  shares_small_room(command.user, owner->second);
    }
    const Card* card = may_see ? find_card(key) : nullptr;
    if (card != nullptr && !may_answer(command)) {
        return;
    }
    if (card == nullptr || !claim_place(key, *card)) {
        return refuse(command, Error::NotFound);
    }
    SharedFrame frame = card_frame(key, *card);
    spend(command.from.session, frame->size());
    send_event(command.session, Lane::Control, std::move(frame));
    reply(command.from, {.room = key.room});
}

bool Core::State::shares_small_room(const User& one, const User& two) {
    std::vector<RoomId> both;
    std::set_intersection(one.rooms.begin(), one.rooms.end(), two.rooms.begin(), two.rooms.end(),
                          std::back_inserter(both));
    return std::any_of(both.begin(), both.end(), [&](RoomId id) {
        const Room* room = find_room(id);
        return room != nullptr && room->full_roster();
    });
}

// [state]
Card* Core::State::find_card(const CardKey& key) {
    if (key.room != RoomId{}) {
        Room* room = find_room(key.room);
        if (room == nullptr) {
            return nullptr;
        }
        const auto found = room->cards.find(key.type);
        return found == room->cards.end() ? nullptr : &found->second;
    }
    const auto user = users_.find(key.user);
    if (user == users_.end() || user->second.card == nullptr ||
        user->second.card->type != key.type) {
        return nullptr;
    }
    return user->second.card.get();
}

Card* Core::State::card_at(const CardKey& place) {
    if (place.room != RoomId{}) {
        return find_card(place);
    }
    const auto user = users_.find(place.user);
    return user == users_.end() ? nullptr : user->second.card.get();
}

CardTold& Core::State::told_of(const CardKey& key) {
    return key.room != RoomId{} ? find_room(key.room)->cards_told[key.type]
                                : users_.at(key.user).card_told;
}

void Core::State::clear_card(const CardKey& key) {
    const Card* card = find_card(key);
    PARLEY_ASSERT(card != nullptr);
    card_ends_.erase({card->expires_at_ms, key});
    if (key.room != RoomId{}) {
        find_room(key.room)->cards.erase(key.type);
    } else {
        users_.at(key.user).card.reset();
    }
    tell_soon(key);
}

// [telling]
SharedFrame Core::State::card_frame(const CardKey& key, const Card& card) {
    const auto fields = wire_fields(fbb(), card.fields, nullptr);
    const auto body =
        wire::CreateCard(fbb(), raw(key.room), raw(key.user), key.type, card.version, fields,
                         card.expires_at_ms == 0 ? 0 : dated_ms(card.expires_at_ms));
    return event(wire::Event::Card, body);
}

SharedFrame Core::State::delta_frame(const CardKey& key, const Card& card) {
    const auto fields = wire_fields(fbb(), card.fields, &card.changed);
    const auto body = wire::CreateCardDelta(fbb(), raw(key.room), raw(key.user), key.type,
                                            card.sent_version, card.version, fields);
    return event(wire::Event::CardDelta, body);
}

void Core::State::put_whole(const CardKey& place, Card& card) {
    CardTold& told = told_of(place);
    tell_card(place, Lane::Control, card_frame({place.room, place.user, card.type}, card));
    told.type = card.type;
    told.at_ms = now_ms_;
    card.sent_version = card.version;
    card.whole = false;
    card.changed.clear();
    cards_dirty_.erase(place);
}

// The place stays dirty: when the card has come to rest it goes out whole.
void Core::State::put_delta(const CardKey& place, Card& card) {
    SharedFrame delta = delta_frame({place.room, place.user, card.type}, card);
    if (delta->size() > limits::state_frame_bytes_max) {
        return put_whole(place, card);
    }
    tell_card(place, Lane::State, delta);
    told_of(place).at_ms = now_ms_;
    card.sent_version = card.version;
    card.changed.clear();
}

void Core::State::tell_gone(const CardKey& place) {
    CardTold& told = told_of(place);
    const auto gone = wire::CreateCardGone(fbb(), raw(place.room), raw(place.user), told.type);
    tell_card(place, Lane::Control, event(wire::Event::CardGone, gone));
    told.type = 0;
    told.at_ms = now_ms_;
}

void Core::State::tell_soon(const CardKey& key) {
    const CardKey place = place_of(key);
    if (now_ms_ - told_of(key).at_ms >= limits::card_period_ms) {
        tell_card_at(place);
    } else {
        cards_dirty_.insert(place);
    }
}

// Brings readers from what they have to what is there.
void Core::State::tell_card_at(const CardKey& place) {
    const CardTold& told = told_of(place);
    Card* card = card_at(place);
    if (told.type != 0 && (card == nullptr || card->type != told.type)) {
        tell_gone(place);
    }
    if (card == nullptr) {
        cards_dirty_.erase(place);
    } else if (card->whole || card->changed.empty()) {
        put_whole(place, *card);
    } else {
        put_delta(place, *card);
    }
}

// A room's card goes to its readers; a user's to himself and, while others take him to be there, to
// everyone with whom he shares a small room, once.
void Core::State::tell_card(const CardKey& key, Lane lane, const SharedFrame& frame) {
    if (key.room != RoomId{}) {
        return deliver(*find_room(key.room), lane, frame);
    }
    const User& user = users_.at(key.user);
    std::set<SessionId> sessions;
    for (const RoomId id : user.rooms) {
        const Room* room = find_room(id);
        if (room != nullptr && room->full_roster() && seen(user.shown)) {
            sessions.insert(room->sessions.begin(), room->sessions.end());
        }
    }
    for (const SessionId id : user.sessions) {
        const Session* session = find_session(id);
        if (session != nullptr && session->hears()) {
            sessions.insert(id);
        }
    }
    if (!sessions.empty()) {
        effects_->emplace_back(Deliver{
            lane, frame,
            std::make_shared<const std::vector<SessionId>>(sessions.begin(), sessions.end())});
    }
}

void Core::State::tell_cards() {
    while (!card_ends_.empty() && card_ends_.begin()->first <= now_ms_) {
        const CardKey key = card_ends_.begin()->second;
        clear_card(key);
    }
    const std::vector<CardKey> dirty(cards_dirty_.begin(), cards_dirty_.end());
    for (const CardKey& place : dirty) {
        const Card* card = card_at(place);
        const bool rests = card != nullptr && !card->whole && card->changed.empty();
        const TimeMs quiet_ms = now_ms_ - told_of(place).at_ms;
        if (quiet_ms >= (rests ? limits::card_settle_ms : limits::card_period_ms)) {
            tell_card_at(place);
        }
    }
}

bool Core::State::claim_place(const CardKey& key, const Card& card) {
    CardTold& told = told_of(key);
    if (told.type == 0) {
        told.type = card.type; // he has it before the others, and must hear when it goes
    }
    return told.type == card.type;
}

// The room's own: a RoomState empties the reader's list of them.
void Core::State::send_room_cards(const Session& session, const Room& room) {
    for (const auto& [type, card] : room.cards) {
        const CardKey key{.room = room.meta.id, .type = type};
        if (claim_place(key, card)) {
            send_event(session, Lane::Control, card_frame(key, card));
        }
    }
}

// The cards of a room for somebody who comes in: the room's own, and those of its people.
void Core::State::send_cards(const Session& session, const Room& room) {
    send_room_cards(session, room);
    if (!room.full_roster()) {
        return;
    }
    for (const auto& [id, member] : room.members) {
        const auto user = users_.find(id);
        if (user != users_.end() && user->second.card != nullptr &&
            (seen(user->second.shown) || id == session.user)) {
            const Card& card = *user->second.card;
            const CardKey key{.user = id, .type = card.type};
            if (claim_place(key, card)) {
                send_event(session, Lane::Control, card_frame(key, card));
            }
        }
    }
}

} // namespace parley
