// receive_cards.cpp: what the shard says of cards, applied; a card whose change does not fit is
// fetched.
#include <algorithm>

#include "plugin/client/inside.hpp"

namespace parley::client {

void Client::Inside::on_card(const wire::Card& card) {
    card_came(RoomId{card.room()}, UserId{card.user()}, card.type());
    if (options.card_types != nullptr && writer.set_card(card)) {
        card_event(RoomId{card.room()}, UserId{card.user()}, card.type());
    }
}

void Client::Inside::on_card_delta(const wire::CardDelta& delta) {
    if (options.card_types == nullptr) {
        return;
    }
    const RoomId room{delta.room()};
    const UserId user{delta.user()};
    const uint64_t before = model.revision();
    if (!writer.change_card(delta)) {
        want_card(room, user, delta.type());
    } else if (model.revision() != before) {
        card_event(room, user, delta.type());
    }
}

void Client::Inside::on_card_gone(const wire::CardGone& gone) {
    if (writer.remove_card(RoomId{gone.room()}, UserId{gone.user()}, gone.type())) {
        card_event(RoomId{gone.room()}, UserId{gone.user()}, gone.type());
    }
}

void Client::Inside::want_card(RoomId room, UserId user, uint16_t type) {
    const bool on_its_way = std::any_of(asked.begin(), asked.end(), [&](const Asked& a) {
        return a.what == Asked::What::CardFetch && a.room == room && a.user == user &&
               a.card_type == type;
    });
    if (on_its_way || !ready() || !may_ask()) {
        return;
    }
    auto& fbb = builder.fbb();
    const uint32_t request = new_request();
    const auto body = wire::CreateFetchCard(fbb, raw(room), raw(user), type);
    if (send(Lane::Control, request, wire::Command::FetchCard, body)) {
        ask(request, Asked::What::CardFetch, room, user, type);
    }
}

// The whole card is here: nothing is fetched any more.
void Client::Inside::card_came(RoomId room, UserId user, uint16_t type) {
    std::erase_if(asked, [&](const Asked& a) {
        return a.what == Asked::What::CardFetch && a.room == room && a.user == user &&
               a.card_type == type;
    });
}

void Client::Inside::card_event(RoomId room, UserId user, uint16_t type) {
    Event changed = event(EventType::Card);
    changed.room = room;
    changed.user = user;
    changed.card_type = type;
    push(std::move(changed));
}

} // namespace parley::client
