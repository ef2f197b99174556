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

// The members of a Type, in their order in the file.
#define PARLEY_FIELDS(Type, ...)                                                                   \
    template <typename A>                                                                          \
    void parts(A& a, Type& v) {                                                                    \
        fields(a, __VA_ARGS__);                                                                    \
    }

// [plain values]
PARLEY_FIELDS(RoomClaim, v.kind, v.name, v.role)
PARLEY_FIELDS(Claims, v.issuer, v.subject, v.id, v.name, v.issued_at_s, v.expires_at_s, v.age_band,
              v.game, v.bot, v.moderator, v.rooms)
PARLEY_FIELDS(LogEntry, v.seq, v.target, v.changed_seq, v.at_ms, v.author, v.nonce, v.kind,
              v.audience, v.body)
PARLEY_FIELDS(RoomMeta, v.id, v.kind, v.name, v.title, v.incarnation, v.last_seq, v.last_at_ms)
PARLEY_FIELDS(StoredMember, v.user, v.name, v.flags, v.role, v.origin, v.since_seq, v.read_seq)
PARLEY_FIELDS(StoredUser, v.id, v.name, v.flags)
PARLEY_FIELDS(StoredRevoke, v.user, v.at_ms)

// [requests]
PARLEY_FIELDS(AdmitUser, v.token, v.claims, v.device, v.now_ms, v.reauth, v.user)
PARLEY_FIELDS(LoadRoom, v.token, v.id, v.kind, v.name, v.create, v.tail_entries)
PARLEY_FIELDS(FindUsers, v.token, v.ids)
PARLEY_FIELDS(FindSubject, v.token, v.issuer, v.subject)
PARLEY_FIELDS(Append, v.token, v.room, v.entry)
PARLEY_FIELDS(PutMember, v.token, v.room, v.member, v.rooms_max)
PARLEY_FIELDS(DropMember, v.token, v.room, v.user, v.revoked_ms)
PARLEY_FIELDS(PutReadMark, v.token, v.room, v.user, v.seq)
PARLEY_FIELDS(FetchEntries, v.token, v.room, v.reader, v.after, v.before, v.count, v.newest_first)
PARLEY_FIELDS(PutBlock, v.token, v.user, v.blocked, v.on)

// [answers]
PARLEY_FIELDS(UserAdmitted, v.token, v.error, v.user, v.reauth_at_ms, v.rooms, v.first_use,
              v.blocks)
PARLEY_FIELDS(RoomLoaded, v.token, v.error, v.meta, v.members, v.tail, v.revoked, v.blockers)
PARLEY_FIELDS(UsersFound, v.token, v.error, v.users)
PARLEY_FIELDS(Appended, v.token, v.error, v.seq, v.at_ms, v.duplicate, v.audience)
PARLEY_FIELDS(MemberPut, v.token, v.error, v.since_seq, v.user)
PARLEY_FIELDS(Done, v.token, v.error)
PARLEY_FIELDS(EntriesFetched, v.token, v.error, v.entries, v.authors, v.more)

// [inputs]
template <typename A>
void parts(A&, Tick&) {}
PARLEY_FIELDS(AdmitAsked, v.session, v.claims, v.device)
PARLEY_FIELDS(SessionOpened, v.session)
PARLEY_FIELDS(SessionClosed, v.session, v.reason)
PARLEY_FIELDS(CommandReceived, v.session, v.lane, v.frame)
PARLEY_FIELDS(ReauthVerified, v.session, v.request, v.claims, v.verdict)
PARLEY_FIELDS(Lagging, v.session)
PARLEY_FIELDS(Drained, v.session)
PARLEY_FIELDS(StoreAnswered, v.answers)
PARLEY_FIELDS(ShutdownAsked, v.retry_in_ms)
PARLEY_FIELDS(ClocksMoved, v.leapt_ms, v.apart_ms)
PARLEY_FIELDS(Input, v.at_ms, v.body)

// [effects] written only, to compare two runs
PARLEY_FIELDS(Admit, v.session, v.verdict, v.retry_after_ms)
PARLEY_FIELDS(SendFrame, v.session, v.lane, v.frame)
template <typename A>
void parts(A& a, Deliver& v) {
    std::vector<SessionId> readers = *v.readers;
    fields(a, v.lane, v.frame, readers);
}
PARLEY_FIELDS(Persist, v.request)
PARLEY_FIELDS(CloseSession, v.session, v.reason, v.retry_after_ms)
template <typename A>
void parts(A&, ShutdownDone&) {}

#undef PARLEY_FIELDS

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
