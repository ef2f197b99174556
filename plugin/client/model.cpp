// model.cpp: reading the model. Changes: model_writer.hpp.
#include "plugin/client/model.hpp"

#include <algorithm>

namespace parley::client {
namespace {

constexpr uint32_t unread_cap = 100;

// From the widest to the closest.
int place_of(wire::RoomKind kind) {
    switch (kind) {
    case wire::RoomKind::Global:
        return 0;
    case wire::RoomKind::Guild:
        return 1;
    case wire::RoomKind::Team:
        return 2;
    case wire::RoomKind::Party:
        return 3;
    case wire::RoomKind::Direct:
        return 4;
    default:
        return 5;
    }
}

int small(char letter) {
    return letter >= 'A' && letter <= 'Z' ? letter - 'A' + 'a' : static_cast<uint8_t>(letter);
}

Seq held_between(const Room& room, Seq after, Seq upto) {
    const auto end = room.messages.begin() + static_cast<std::ptrdiff_t>(room.stored());
    return static_cast<Seq>(std::count_if(room.messages.begin(), end, [&](const Message& message) {
        return message.seq > after && message.seq <= upto;
    }));
}

} // namespace

const CardValue* CardState::value(uint16_t field) const {
    const auto at = std::lower_bound(values.begin(), values.end(), field,
                                     [](const CardValue& v, uint16_t id) { return v.field < id; });
    return at != values.end() && at->field == field ? &*at : nullptr;
}

uint32_t Room::unread(UserId self) const {
    // Lines of an earlier membership may still be here; they are not news.
    const Seq read = std::max(read_seq, since_seq - 1);
    // What this device has not got, only the server could count.
    const bool all_here = history_complete || first_seq <= read + 1;
    const Seq count_above = all_here ? read : std::max(read, server_unread_seq);
    // Its count is as of an older read mark: no more can be unread than came since.
    uint32_t count = 0;
    if (!all_here && read < server_unread_seq) {
        count = static_cast<uint32_t>(std::min<Seq>(server_unread, server_unread_seq - read));
    }
    for (size_t i = stored(); i > 0 && count < unread_cap; --i) {
        const Message& message = messages[i - 1];
        if (message.seq <= count_above) {
            break;
        }
        if (message.kind == MessageKind::Text && message.state == MessageState::Stored &&
            message.author != self) {
            ++count;
        }
    }
    for (auto at = left_out.rbegin(); at != left_out.rend() && at->to_seq > count_above; ++at) {
        Seq most = at->count;
        if (at->from_seq <= count_above) { // read up to within it
            const Seq behind = at->to_seq - count_above;
            most = std::min(most, behind - held_between(*this, count_above, at->to_seq));
        }
        count += static_cast<uint32_t>(most);
    }
    return std::min(count, unread_cap);
}

const Message* Room::find(Seq seq) const {
    const auto end = messages.begin() + static_cast<std::ptrdiff_t>(stored());
    const auto at = std::lower_bound(messages.begin(), end, seq,
                                     [](const Message& m, Seq wanted) { return m.seq < wanted; });
    return at != end && at->seq == seq ? &*at : nullptr;
}

const LeftOut* Room::left_out_from(Seq seq) const {
    const auto at = std::lower_bound(left_out.begin(), left_out.end(), seq,
                                     [](const LeftOut& one, Seq s) { return one.to_seq < s; });
    return at != left_out.end() ? &*at : nullptr;
}

const LeftOut* Room::newest_left_out(Seq from, Seq before) const {
    for (auto at = left_out.rbegin(); at != left_out.rend(); ++at) {
        if (at->from_seq < before) {
            return at->to_seq >= from ? &*at : nullptr;
        }
    }
    return nullptr;
}

bool Room::is_left_out(Seq seq) const {
    const LeftOut* const at = left_out_from(seq);
    return at != nullptr && at->from_seq <= seq;
}

const Member* Room::member(UserId user) const {
    const auto at = std::find_if(members.begin(), members.end(),
                                 [&](const Member& m) { return m.user == user; });
    return at != members.end() ? &*at : nullptr;
}

const CardState* Room::card(uint16_t type) const {
    const auto at = std::find_if(cards.begin(), cards.end(),
                                 [&](const CardState& c) { return c.type == type; });
    return at != cards.end() ? &*at : nullptr;
}

bool stands_before(const Room& a, const Room& b) {
    if (a.kind != b.kind) {
        return place_of(a.kind) < place_of(b.kind);
    }
    const auto order = std::lexicographical_compare_three_way(
        a.title.begin(), a.title.end(), b.title.begin(), b.title.end(),
        [](char left, char right) { return small(left) <=> small(right); });
    return order != 0 ? order < 0 : a.id < b.id;
}

Model::Model(std::pmr::memory_resource* memory)
    : rooms_(memory), people_(memory), presence_cards_(memory), blocked_(memory) {}

const Room* Model::room(RoomId id) const {
    const auto at =
        std::find_if(rooms_.begin(), rooms_.end(), [&](const Room& r) { return r.id == id; });
    return at != rooms_.end() ? &*at : nullptr;
}

const Person* Model::person(UserId id) const {
    const auto at = people_.find(id);
    return at != people_.end() ? &at->second : nullptr;
}

const CardState* Model::presence_card(UserId user) const {
    const auto at = std::find_if(presence_cards_.begin(), presence_cards_.end(),
                                 [&](const CardState& c) { return c.user == user; });
    return at != presence_cards_.end() ? &*at : nullptr;
}

} // namespace parley::client
