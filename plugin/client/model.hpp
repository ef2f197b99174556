// model.hpp: what this device knows of the chat: rooms, messages, members, presence, cards. Only
// the client changes it; the overlay and the C API read it between two updates. Everything is
// bounded (limits.hpp [plugin]) and allocated from the client's memory resource.
//
// [people] [cards] [messages] [rooms] [model]
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory_resource>
#include <optional>
#include <string>
#include <vector>

#include "schemas/base/error.hpp"
#include "schemas/base/ids.hpp"
#include "schemas/base/limits.hpp"
#include "schemas/wire/generated.hpp"

namespace parley::client {

using String = std::pmr::string;
using Allocator = std::pmr::polymorphic_allocator<>;

// The structs below are made with the client's allocator and then only moved: a move keeps the
// allocator, a copy would silently take the process's. (They have no allocator_type, so that a
// container does not try to give them one a second time.)
struct MoveOnly {
    MoveOnly() = default;
    MoveOnly(MoveOnly&&) = default;
    MoveOnly& operator=(MoveOnly&&) = default;
};

// [people] Persons stay where they are until they are forgotten.
struct Person : MoveOnly {
    explicit Person(Allocator a) : name(a), token(a), params(a) {}

    UserId id{};
    String name; // "" until the server has told it
    bool bot = false;
    wire::PresenceState presence = wire::PresenceState::Offline;
    String token;
    std::pmr::vector<String> params;
    TimeMs since_ms = 0;
    bool asked = false;   // FetchUsers is on its way
    bool in_room = false; // with us; as of the last time that people were forgotten
    uint64_t used = 0;    // larger: needed later; the smallest is forgotten first
};
struct Member {
    UserId user{};
    wire::Role role = wire::Role::Member;
    TimeMs typing_until_steady_ms = 0;
};

// [cards]
struct CardValue : MoveOnly {
    explicit CardValue(Allocator a) : text(a) {}

    uint16_t field = 0;
    int64_t number = 0;
    String text;
};
struct CardState : MoveOnly {
    explicit CardState(Allocator a) : values(a) {}

    RoomId room{}; // 0: presence card of user
    UserId user{};
    uint16_t type = 0;
    uint32_t version = 0;
    TimeMs expires_at_ms = 0;
    std::pmr::vector<CardValue> values; // by field id
    uint64_t revision = 0;              // changes when anything here does

    const CardValue* value(uint16_t field) const;
};

// [messages]
enum class MessageState : int8_t { Failed = -1, Pending = 0, Stored = 1, Deleted = 2 };
enum class MessageKind : uint8_t { Text = 0, Joined = 1, Left = 2, Removed = 3, Promoted = 4 };
struct TextSpan {
    uint16_t start = 0;
    uint16_t length = 0;
    wire::SpanKind kind = wire::SpanKind::None;
    uint64_t target = 0;
    bool operator==(const TextSpan&) const = default;
};
struct Message : MoveOnly {
    explicit Message(Allocator a) : text(a), spans(a) {}

    uint64_t key = 0; // names it on this device for ever: layouts and anchors are kept by it
    Seq seq = 0;      // 0 while Pending or Failed
    Seq changed_seq = 0;
    Nonce nonce = 0;
    UserId author{};
    TimeMs at_ms = 0;
    MessageState state = MessageState::Pending;
    MessageKind kind = MessageKind::Text;
    Error error{};
    uint32_t retry_after_ms = 0;
    uint32_t request = 0; // of the C API, to be answered
    String text;
    std::pmr::vector<TextSpan> spans;
    Seq reply_to = 0;
    bool edited = false;
    bool late = false;     // was left out, and came alone since it concerns us
    uint32_t revision = 0; // changes when text, spans or state do
};

// In a room in which more is said than one can read the shard leaves lines out: count of them,
// somewhere in from_seq..to_seq. Shown behind what is here of that range.
struct LeftOut {
    Seq from_seq = 0;
    Seq to_seq = 0;
    uint32_t count = 0; // never 0
};

// [rooms]
struct Room : MoveOnly {
    explicit Room(Allocator a)
        : name(a), title(a), messages(a), left_out(a), members(a), cards(a), draft(a) {}

    RoomId id{};
    wire::RoomKind kind{};
    String name, title;
    UserId other{};
    wire::Role role{};
    uint64_t incarnation = 0;
    Seq since_seq = 1;
    // All that is ours to read from first_seq to last_seq is here, without a hole but those of
    // left_out.
    Seq first_seq = 1;
    Seq last_seq = 0;
    Seq server_last_seq = 0; // last_seq is on its way there
    Seq read_seq = 0;
    uint16_t server_unread = 0; // as of server_unread_seq, for what is not on this device
    Seq server_unread_seq = 0;
    bool history_complete = false; // nothing older is to be had
    uint32_t text_code_points_max = 0;
    uint16_t pace_burst = 0;
    uint32_t pace_period_ms = 1;
    double pace_tokens = 0; // as of pace_at_steady_ms; the server's word is final
    TimeMs pace_at_steady_ms = 0;
    bool slow = false; // slow mode is on: all but moderators write less often
    // By seq; then the unsent (Pending and Failed) in the order of sending. A deque: it grows and
    // is trimmed at both ends, in small pieces.
    std::pmr::deque<Message> messages;
    size_t unsent = 0;
    std::pmr::vector<LeftOut> left_out; // ascending, apart from each other
    std::pmr::vector<Member> members;   // those known
    uint32_t members_total = 0;
    std::pmr::vector<CardState> cards;
    String draft;
    uint64_t revision = 0; // changes when messages do
    uint64_t members_revision = 0;

    size_t stored() const { return messages.size() - unsent; } // index of the first unsent
    uint32_t unread(UserId self) const;                        // capped at 100
    const Message* find(Seq seq) const;                        // stored ones
    // The first that ends at seq or later; null: none does.
    const LeftOut* left_out_from(Seq seq) const;
    // The last that has a part in [from, before); null: none has.
    const LeftOut* newest_left_out(Seq from, Seq before) const;
    bool is_left_out(Seq seq) const; // may be one of them
    const Member* member(UserId user) const;
    const CardState* card(uint16_t type) const;
};
// The order in which rooms stand everywhere, whenever they were entered: Global, Guild, Team,
// Party, Direct; those of one kind by title.
bool stands_before(const Room& a, const Room& b);

// [model]
class Model {
public:
    explicit Model(std::pmr::memory_resource* memory);

    // Between two updates, as stands_before says.
    const std::pmr::vector<Room>& rooms() const { return rooms_; }
    const Room* room(RoomId id) const;
    const Person* person(UserId id) const;
    const std::pmr::map<UserId, Person>& people() const { return people_; }
    const CardState* presence_card(UserId user) const;
    UserId self() const { return self_; }
    // Whom we block, ascending: what they say does not come here.
    const std::pmr::vector<UserId>& blocked() const { return blocked_; }
    // Changes when anything the overlay shows does.
    uint64_t revision() const { return revision_; }

private:
    friend class ModelWriter;
    std::pmr::vector<Room> rooms_;
    std::pmr::map<UserId, Person> people_;
    std::pmr::vector<CardState> presence_cards_;
    std::pmr::vector<UserId> blocked_;
    UserId self_{};
    uint64_t revision_ = 0;
};

} // namespace parley::client
