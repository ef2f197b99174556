// people.cpp: who is who, who is where, and what they are doing.
#include <algorithm>

#include "plugin/client/model_writer.hpp"

namespace parley::client {
namespace {

constexpr size_t forgotten_at_once = limits::model_people_max / 8;

std::string_view view(const flatbuffers::String* text) {
    return text != nullptr ? std::string_view(text->c_str(), text->size()) : std::string_view();
}

} // namespace

Person& ModelWriter::person(UserId id) {
    auto at = model_.people_.find(id);
    if (at == model_.people_.end()) {
        if (model_.people_.size() >= limits::model_people_max) {
            forget_some();
        }
        Person fresh{Allocator(memory_)};
        fresh.id = id;
        at = model_.people_.emplace(id, std::move(fresh)).first;
        touch();
    }
    at->second.used = ++uses_;
    return at->second;
}

// Those who are in no room with us and whom nothing has named for the longest time; when all are
// members, the ones unnamed for longest. Many at once: whoever is new must not cost a look at all.
void ModelWriter::forget_some() {
    for (auto& [id, known] : model_.people_) {
        known.in_room = false;
    }
    const auto mark = [&](UserId id) {
        if (const auto at = model_.people_.find(id); at != model_.people_.end()) {
            at->second.in_room = true;
        }
    };
    for (const Room& room : model_.rooms_) {
        mark(room.other);
        for (const Member& member : room.members) {
            mark(member.user);
        }
    }
    std::pmr::vector<const Person*> others(memory_);
    others.reserve(model_.people_.size());
    for (const auto& [id, known] : model_.people_) {
        if (id != model_.self_) {
            others.push_back(&known);
        }
    }
    const auto first_kept = others.begin() + static_cast<std::ptrdiff_t>(forgotten_at_once);
    std::nth_element(others.begin(), first_kept, others.end(),
                     [](const Person* a, const Person* b) {
                         return a->in_room != b->in_room ? b->in_room : a->used < b->used;
                     });
    for (auto at = others.begin(); at != first_kept; ++at) {
        model_.people_.erase((*at)->id);
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
            order_may_differ_ = true;
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
            } else {
                absent(user);
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

void ModelWriter::absent(UserId user) {
    if (own_presence && user == model_.self_) {
        return;
    }
    Person& known = person(user);
    known.presence = wire::PresenceState::Offline;
    known.since_ms = 0;
    known.token.clear();
    known.params.clear();
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
