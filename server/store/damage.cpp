// damage.cpp: see damage.hpp. The bounds are those that a frame about it would have to keep.
#include "server/store/damage.hpp"

#include "schemas/base/limits.hpp"
#include "schemas/wire/generated.hpp"
#include "schemas/wire/stored.hpp"
#include "server/store/direct_name.hpp"

namespace parley {
namespace {

constexpr auto direct_kind = static_cast<uint8_t>(wire::RoomKind::Direct);

const char* damage_of(const RoomMeta& meta) {
    if (meta.kind == 0 || meta.kind > static_cast<uint8_t>(wire::RoomKind::MAX)) {
        return "a room of no known kind";
    }
    if (meta.name.empty() || !wire::storable_text(meta.name, limits::room_name_bytes_max) ||
        (meta.kind == direct_kind && !parse_direct_name(meta.name))) {
        return "a room's name";
    }
    if (!wire::storable_text(meta.title, limits::room_title_bytes_max)) {
        return "a room's title";
    }
    return nullptr;
}

const char* damage_of(const StoredMember& member, Seq last_seq) {
    if (raw(member.user) == 0 || member.role > static_cast<uint8_t>(wire::Role::MAX) ||
        member.origin > MemberOrigin::Own) {
        return "a member's role or origin";
    }
    return member.since_seq > last_seq + 1 || member.read_seq > last_seq ? "a member's marks"
                                                                         : nullptr;
}

} // namespace

const char* damage_of(const RoomLoaded& loaded) {
    if (const char* what = damage_of(loaded.meta)) {
        return what;
    }
    for (const StoredMember& member : loaded.members) {
        if (const char* what = damage_of(member, loaded.meta.last_seq)) {
            return what;
        }
    }
    return nullptr;
}

const char* damage_of(const LogEntry& entry) {
    if (entry.kind > EntryKind::Membership) {
        return "an entry of no known kind";
    }
    if (!wire::storable_time(entry.at_ms)) {
        return "an entry's time";
    }
    return entry.changed_seq < entry.seq ? "an entry's changed_seq" : nullptr;
}

bool readable_body(const LogEntry& entry) {
    const Bytes body = entry.body == nullptr ? Bytes() : Bytes(*entry.body);
    return entry.kind == EntryKind::Message      ? wire::read_message(body).ok()
           : entry.kind == EntryKind::Membership ? wire::read_membership(body).ok()
                                                 : true;
}

bool sound_name(const std::string& name) {
    return wire::storable_text(name, limits::name_bytes_max);
}

} // namespace parley
