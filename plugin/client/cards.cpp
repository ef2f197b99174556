// cards.cpp: cards as they are set, changed by field, and go.
#include <algorithm>

#include "plugin/client/model_writer.hpp"

namespace parley::client {
namespace {

using Fields = flatbuffers::Vector<flatbuffers::Offset<wire::CardField>>;

// Fields of unknown ids are kept: a newer shard's card is drawn as far as it is known.
void write_fields(CardState& card, const Fields* fields, Allocator allocator) {
    if (fields == nullptr) {
        return;
    }
    for (const wire::CardField* const field : *fields) {
        auto at = std::lower_bound(card.values.begin(), card.values.end(), field->id(),
                                   [](const CardValue& v, uint16_t id) { return v.field < id; });
        if (at == card.values.end() || at->field != field->id()) {
            if (card.values.size() >= limits::card_fields_max) {
                continue;
            }
            CardValue fresh{allocator};
            fresh.field = field->id();
            at = card.values.insert(at, std::move(fresh));
        }
        at->number = field->number();
        if (field->text() != nullptr) {
            at->text.assign(field->text()->c_str(), field->text()->size());
        } else {
            at->text.clear();
        }
    }
}

} // namespace

CardState* ModelWriter::card(RoomId in, UserId user, uint16_t type) {
    if (in == RoomId{}) {
        const CardState* const found = model_.presence_card(user);
        return found != nullptr && found->type == type ? const_cast<CardState*>(found) : nullptr;
    }
    Room* const home = room(in);
    return home != nullptr ? const_cast<CardState*>(home->card(type)) : nullptr;
}

bool ModelWriter::set_card(const wire::Card& said) {
    const RoomId in{said.room()};
    const UserId user{said.user()};
    std::pmr::vector<CardState>* cards = &model_.presence_cards_;
    size_t most = limits::model_presence_cards_max;
    if (in != RoomId{}) {
        Room* const home = room(in);
        if (home == nullptr) {
            return false;
        }
        cards = &home->cards;
        most = limits::cards_per_room_max;
    } else {
        // One presence card a user: another type replaces it.
        std::erase_if(*cards,
                      [&](const CardState& c) { return c.user == user && c.type != said.type(); });
    }
    CardState* known = card(in, user, said.type());
    if (known == nullptr) {
        if (cards->size() >= most) {
            return false;
        }
        known = &cards->emplace_back(memory_);
        known->room = in;
        known->user = user;
        known->type = said.type();
    } else if (known->version >= said.version()) {
        return false; // said once more, in case a delta was lost; or overtaken
    }
    known->version = said.version();
    known->expires_at_ms = said.expires_at_ms();
    known->values.clear();
    write_fields(*known, said.fields(), memory_);
    touch();
    known->revision = model_.revision_;
    return true;
}

bool ModelWriter::change_card(const wire::CardDelta& delta) {
    CardState* const known = card(RoomId{delta.room()}, UserId{delta.user()}, delta.type());
    if (known != nullptr && known->version >= delta.version()) {
        return true; // an older one, overtaken by the whole card
    }
    if (known == nullptr || known->version != delta.base_version()) {
        return false;
    }
    known->version = delta.version();
    write_fields(*known, delta.fields(), memory_);
    touch();
    known->revision = model_.revision_;
    return true;
}

void ModelWriter::clear_presence_cards() {
    if (!model_.presence_cards_.empty()) {
        model_.presence_cards_.clear();
        touch();
    }
}

void ModelWriter::forget_card_of(UserId user) {
    std::erase_if(model_.presence_cards_, [&](const CardState& shown) {
        return shown.user == user && user != model_.self_;
    });
}

void ModelWriter::forget_cards_of_people(const Room& room) {
    std::erase_if(model_.presence_cards_, [&](const CardState& shown) {
        return shown.user != model_.self_ && room.member(shown.user) != nullptr;
    });
}

void ModelWriter::forget_cards_of_strangers() {
    std::erase_if(model_.presence_cards_, [&](const CardState& shown) {
        return shown.user != model_.self_ &&
               std::none_of(model_.rooms_.begin(), model_.rooms_.end(),
                            [&](const Room& room) { return room.member(shown.user) != nullptr; });
    });
}

bool ModelWriter::remove_card(RoomId in, UserId user, uint16_t type) {
    std::pmr::vector<CardState>* cards = &model_.presence_cards_;
    if (in != RoomId{}) {
        Room* const home = room(in);
        if (home == nullptr) {
            return false;
        }
        cards = &home->cards;
    }
    const size_t gone = std::erase_if(*cards, [&](const CardState& c) {
        return c.type == type && (in != RoomId{} || c.user == user);
    });
    if (gone > 0) {
        touch();
    }
    return gone > 0;
}

} // namespace parley::client
