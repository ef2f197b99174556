// journal_fields.hpp: what an input (and an effect) consists of, said once. The same function
// writes and reads: archive(value) appends a value or fills it. Append only within a
// journal_version.
#pragma once

#include <array>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "schemas/base/bytes.hpp"
#include "server/core/effect.hpp"
#include "server/core/input.hpp"

namespace parley::journal {

// Both archives have: numbers(T&), bytes(std::string& or ByteVector&), and count(size_t&), which on
// reading refuses more elements than bytes are left.
template <typename Archive, typename T>
void field(Archive& archive, T& value);

template <typename Archive, typename... Values>
void fields(Archive& archive, Values&... values) {
    (field(archive, values), ...);
}

// [plain values]
template <typename A>
void parts(A& a, RoomClaim& v) {
    fields(a, v.kind, v.name, v.role);
}
template <typename A>
void parts(A& a, Claims& v) {
    fields(a, v.issuer, v.subject, v.id, v.name, v.issued_at_s, v.expires_at_s, v.age_band, v.game,
           v.bot, v.moderator, v.rooms);
}
template <typename A>
void parts(A& a, LogEntry& v) {
    fields(a, v.seq, v.target, v.changed_seq, v.at_ms, v.author, v.nonce, v.kind, v.audience,
           v.body);
}
template <typename A>
void parts(A& a, RoomMeta& v) {
    fields(a, v.id, v.kind, v.name, v.title, v.incarnation, v.last_seq, v.last_at_ms);
}
template <typename A>
void parts(A& a, StoredMember& v) {
    fields(a, v.user, v.name, v.flags, v.role, v.origin, v.since_seq, v.read_seq);
}
template <typename A>
void parts(A& a, StoredUser& v) {
    fields(a, v.id, v.name, v.flags);
}

template <typename A>
void parts(A& a, StoredRevoke& v) {
    fields(a, v.user, v.at_ms);
}

// [requests]
template <typename A>
void parts(A& a, AdmitUser& v) {
    fields(a, v.token, v.claims, v.device, v.now_ms, v.reauth, v.user);
}
template <typename A>
void parts(A& a, LoadRoom& v) {
    fields(a, v.token, v.id, v.kind, v.name, v.create, v.tail_entries);
}
template <typename A>
void parts(A& a, FindUsers& v) {
    fields(a, v.token, v.ids);
}
template <typename A>
void parts(A& a, FindSubject& v) {
    fields(a, v.token, v.issuer, v.subject);
}
template <typename A>
void parts(A& a, Append& v) {
    fields(a, v.token, v.room, v.entry);
}
template <typename A>
void parts(A& a, PutMember& v) {
    fields(a, v.token, v.room, v.member, v.rooms_max);
}
template <typename A>
void parts(A& a, DropMember& v) {
    fields(a, v.token, v.room, v.user, v.revoked_ms);
}
template <typename A>
void parts(A& a, PutReadMark& v) {
    fields(a, v.token, v.room, v.user, v.seq);
}
template <typename A>
void parts(A& a, FetchEntries& v) {
    fields(a, v.token, v.room, v.reader, v.after, v.before, v.count, v.newest_first);
}

// [answers]
template <typename A>
void parts(A& a, UserAdmitted& v) {
    fields(a, v.token, v.error, v.user, v.reauth_at_ms, v.rooms, v.first_use);
}
template <typename A>
void parts(A& a, RoomLoaded& v) {
    fields(a, v.token, v.error, v.meta, v.members, v.tail, v.revoked);
}
template <typename A>
void parts(A& a, UsersFound& v) {
    fields(a, v.token, v.error, v.users);
}
template <typename A>
void parts(A& a, Appended& v) {
    fields(a, v.token, v.error, v.seq, v.at_ms, v.duplicate, v.audience);
}
template <typename A>
void parts(A& a, MemberPut& v) {
    fields(a, v.token, v.error, v.since_seq, v.user);
}
template <typename A>
void parts(A& a, Done& v) {
    fields(a, v.token, v.error);
}
template <typename A>
void parts(A& a, EntriesFetched& v) {
    fields(a, v.token, v.error, v.entries, v.authors, v.more);
}

// [inputs]
template <typename A>
void parts(A&, Tick&) {}
template <typename A>
void parts(A& a, AdmitAsked& v) {
    fields(a, v.session, v.claims, v.device);
}
template <typename A>
void parts(A& a, SessionOpened& v) {
    fields(a, v.session);
}
template <typename A>
void parts(A& a, SessionClosed& v) {
    fields(a, v.session, v.reason);
}
template <typename A>
void parts(A& a, CommandReceived& v) {
    fields(a, v.session, v.lane, v.frame);
}
template <typename A>
void parts(A& a, ReauthVerified& v) {
    fields(a, v.session, v.request, v.claims, v.verdict);
}
template <typename A>
void parts(A& a, Lagging& v) {
    fields(a, v.session);
}
template <typename A>
void parts(A& a, Drained& v) {
    fields(a, v.session);
}
template <typename A>
void parts(A& a, StoreAnswered& v) {
    fields(a, v.answers);
}
template <typename A>
void parts(A& a, ShutdownAsked& v) {
    fields(a, v.retry_in_ms);
}
template <typename A>
void parts(A& a, Input& v) {
    fields(a, v.at_ms, v.body);
}

// [effects] written only, to compare two runs
template <typename A>
void parts(A& a, Admit& v) {
    fields(a, v.session, v.verdict, v.retry_after_ms);
}
template <typename A>
void parts(A& a, SendFrame& v) {
    fields(a, v.session, v.lane, v.frame);
}
template <typename A>
void parts(A& a, Deliver& v) {
    std::vector<SessionId> readers = *v.readers;
    fields(a, v.lane, v.frame, readers);
}
template <typename A>
void parts(A& a, Persist& v) {
    fields(a, v.request);
}
template <typename A>
void parts(A& a, CloseSession& v) {
    fields(a, v.session, v.reason, v.retry_after_ms);
}
template <typename A>
void parts(A&, ShutdownDone&) {}

// [kinds of fields]
template <typename T>
struct IsVector : std::false_type {};
template <typename T>
struct IsVector<std::vector<T>> : std::true_type {};
template <typename T>
struct IsVariant : std::false_type {};
template <typename... T>
struct IsVariant<std::variant<T...>> : std::true_type {};

// Fills the alternative that the file names; false when there is none.
template <size_t Index = 0, typename... T>
bool emplace(std::variant<T...>& value, size_t index) {
    if constexpr (Index < sizeof...(T)) {
        if (index == Index) {
            value.template emplace<Index>();
            return true;
        }
        return emplace<Index + 1>(value, index);
    }
    return false;
}

template <typename A, typename T>
void field(A& archive, T& value) {
    if constexpr (std::is_same_v<T, bool>) {
        uint8_t number = value ? 1 : 0;
        archive.number(number);
        value = number != 0;
    } else if constexpr (std::is_enum_v<T>) {
        auto number = static_cast<std::make_unsigned_t<std::underlying_type_t<T>>>(value);
        archive.number(number);
        value = static_cast<T>(number);
    } else if constexpr (std::is_integral_v<T>) {
        auto number = static_cast<std::make_unsigned_t<T>>(value);
        archive.number(number);
        value = static_cast<T>(number);
    } else if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, ByteVector> ||
                         std::is_same_v<T, DeviceKey>) {
        archive.bytes(value);
    } else if constexpr (std::is_same_v<T, SharedFrame>) {
        ByteVector bytes = value == nullptr ? ByteVector() : *value;
        archive.bytes(bytes);
        value = std::make_shared<const ByteVector>(std::move(bytes));
    } else if constexpr (IsVector<T>::value) {
        size_t count = value.size();
        archive.count(count);
        value.resize(count);
        for (auto& element : value) {
            field(archive, element);
        }
    } else if constexpr (IsVariant<T>::value) {
        auto index = static_cast<uint8_t>(value.index());
        archive.number(index);
        if (index == value.index() || emplace(value, index)) {
            std::visit([&archive](auto& alternative) { parts(archive, alternative); }, value);
        } else {
            archive.fail();
        }
    } else {
        parts(archive, value);
    }
}

} // namespace parley::journal
