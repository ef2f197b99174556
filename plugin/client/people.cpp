// people.cpp: who is who, who is where, and what they are doing.
#include <algorithm>

#include "plugin/client/model_writer.hpp"

namespace parley::client {
namespace {

std::string_view view(const flatbuffers::String* text) {
    return text != nullptr ? std::string_view(text->c_str(), text->size()) : std::string_view();
}

} // namespace

Person& ModelWriter::person(UserId id) {
    const auto before = [](const Person& p, UserId wanted) { return p.id < wanted; };
    auto at = std::lower_bound(model_.people_.begin(), model_.people_.end(), id, before);
    if (at == model_.people_.end() || at->id != id) {
        if (model_.people_.size() >= limits::model_people_max) {
            forget_somebody();
            at = std::lower_bound(model_.people_.begin(), model_.people_.end(), id, before);
        }
        Person fresh{Allocator(memory_)};
        fresh.id = id;
        at = model_.people_.insert(at, std::move(fresh));
        touch();
    }
    at->used = ++uses_;
    return *at;
}

// Somebody who is in no room with us and whom nothing has named for the longest time; when all are
// members, the one unnamed for longest.
void ModelWriter::forget_somebody() {
    auto victim = model_.people_.end();
    bool victim_is_member = true;
    for (auto at = model_.people_.begin(); at != model_.people_.end(); ++at) {
        if (at->id == model_.self_) {
            continue;
        }
        const bool older = victim == model_.people_.end() || at->used < victim->used;
        if (!older && !victim_is_member) {
            continue;
        }
        const bool is_member =
            std::any_of(model_.rooms_.begin(), model_.rooms_.end(), [&](const Room& room) {
                return room.other == at->id || room.member(at->id) != nullptr;
            });
        if ((is_member == victim_is_member && older) || (!is_member && victim_is_member)) {
            victim = at;
            victim_is_member = is_member;
        }
    }
    if (victim != model_.people_.end()) {
        model_.people_.erase(victim);
    }
}

void ModelWriter::name(const wire::User& user) {
    Person& known = person(UserId{user.id()});
    const std::string_view now = view(user.name());
    const bool bot =
        (static_cast<uint32_t>(user.flags()) & static_cast<uint32_t>(wire::UserFlags::Bot)) != 0;
    if (!now.empty()) {
        known.asked = false;
    }
    if ((now.empty() || known.name == now) && known.bot == bot) {
        return;
    }
    if (!now.empty()) {
        known.name.assign(now);
    }
    known.bot = bot;
    touch();
    retitle(known.id);
    for (Room& room : model_.rooms_) {
        if (room.member(known.id) != nullptr) {
            ++room.members_revision;
        }
    }
}

void ModelWriter::retitle(UserId other) {
    const Person* const person_there = model_.person(other);
    for (Room& room : model_.rooms_) {
        if (room.kind == wire::RoomKind::Direct && room.other == other && person_there != nullptr &&
            !person_there->name.empty() && room.title != person_there->name) {
            room.title.assign(person_there->name);
            touch();
        }
    }
}

Member* ModelWriter::member(Room& room, UserId user) {
    return const_cast<Member*>(room.member(user));
}

void ModelWriter::touch_members(Room& room) {
    ++room.members_revision;
    touch();
}

void ModelWriter::roster(Room& room, const wire::Roster& roster) {
    const bool small = roster.members_total() <= limits::roster_full_members_max;
    if (roster.whole()) {
        // Who is still there keeps what the roster does not say: that he types.
        std::erase_if(room.members, [&](const Member& known) {
            if (roster.members() == nullptr) {
                return true;
            }
            return std::none_of(
                roster.members()->begin(), roster.members()->end(), [&](const wire::Member* m) {
                    return m->user() != nullptr && m->user()->id() == raw(known.user);
                });
        });
    }
    if (roster.members() != nullptr) {
        for (const wire::Member* const said : *roster.members()) {
            if (said->user() == nullptr) {
                continue;
            }
            const UserId user{said->user()->id()};
            Member* known = member(room, user);
            if (known == nullptr && room.members.size() < limits::room_members_max) {
                known = &room.members.emplace_back();
                known->user = user;
                if (small) {
                    forget_card_of(user); // his card, if he has one, follows
                }
            }
            if (known != nullptr) {
                known->role = said->role();
                if (user == model_.self_) {
                    room.role = said->role();
                }
            }
            name(*said->user());
            if (said->presence() != nullptr) {
                presence(*said->presence());
            }
        }
    }
    if (roster.gone() != nullptr) {
        for (const uint64_t gone : *roster.gone()) {
            std::erase_if(room.members, [&](const Member& m) { return raw(m.user) == gone; });
        }
    }
    if (roster.whole()) {
        forget_cards_of_people(room);
    }
    if (roster.whole() || roster.gone() != nullptr) {
        forget_cards_of_strangers();
    }
    room.members_total = roster.members_total();
    touch_members(room);
}

void ModelWriter::presence(const wire::Presence& said) {
    if (own_presence && UserId{said.user()} == model_.self_) {
        return;
    }
    Person& known = person(UserId{said.user()});
    known.presence = said.state();
    known.since_ms = said.since_ms();
    known.token.assign(view(said.token()));
    known.params.clear();
    if (said.params() != nullptr) {
        for (const flatbuffers::String* const param : *said.params()) {
            if (known.params.size() < limits::presence_params_max) {
                known.params.emplace_back(view(param));
            }
        }
    }
    touch();
}

} // namespace parley::client
