// model.hpp: what this device knows of the chat: rooms, messages, members, presence, cards. Only the
// client changes it; the overlay and the C API read it between two updates. Everything is bounded
// (limits.hpp [plugin]) and allocated from the client's memory resource.
//
// [people] [cards] [messages] [rooms] [model]
#pragma once

#include <cstdint>
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

// [people]
struct Person {
    using allocator_type = std::pmr::polymorphic_allocator<>;
    explicit Person(allocator_type a) : name(a), token(a), params(a) {}

    UserId id{};
    String name; // "" until the server has told it
    bool bot = false;
    wire::PresenceState presence = wire::PresenceState::Offline;
    String token;
    std::pmr::vector<String> params;
    TimeMs since_ms = 0;
    bool asked = false; // FetchUsers is on its way
};
struct Member {
    UserId user{};
    wire::Role role = wire::Role::Member;
    TimeMs typing_until_steady_ms = 0;
};

// [cards]
struct CardValue {
    using allocator_type = std::pmr::polymorphic_allocator<>;
    explicit CardValue(allocator_type a) : text(a) {}

    uint16_t field = 0;
    int64_t number = 0;
    String text;
};
struct CardState {
    using allocator_type = std::pmr::polymorphic_allocator<>;
    explicit CardState(allocator_type a) : values(a) {}

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
struct Message {
    using allocator_type = std::pmr::polymorphic_allocator<>;
    explicit Message(allocator_type a) : text(a), spans(a) {}

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
    uint32_t revision = 0; // changes when text, spans or state do
};

// [rooms]
struct Room {
    using allocator_type = std::pmr::polymorphic_allocator<>;
    explicit Room(allocator_type a)
        : name(a), title(a), messages(a), members(a), cards(a), draft(a) {}

    RoomId id{};
    wire::RoomKind kind{};
    String name, title;
    UserId other{};
    wire::Role role{};
    uint64_t incarnation = 0;
    Seq since_seq = 1;
    Seq last_seq = 0;   // newest this device has seen, in order, without a hole
    Seq server_last_seq = 0;
    Seq read_seq = 0;
    bool history_complete = false; // nothing older is to be had
    uint32_t text_code_points_max = 0;
    uint16_t pace_burst = 0;
    uint32_t pace_period_ms = 1;
    double pace_tokens = 0; // as of pace_at_steady_ms; the server's word is final
    TimeMs pace_at_steady_ms = 0;
    // By seq; then Pending and Failed in the order of sending.
    std::pmr::vector<Message> messages;
    std::pmr::vector<Member> members; // those known
    uint32_t members_total = 0;
    std::pmr::vector<CardState> cards;
    String draft;
    uint64_t revision = 0; // changes when messages do
    uint64_t members_revision = 0;

    uint32_t unread(UserId self) const; // capped at 100
    const Message* find(Seq seq) const;
};

// [model]
class Model {
public:
    explicit Model(std::pmr::memory_resource* memory);

    const std::pmr::vector<Room>& rooms() const { return rooms_; } // in order of entering
    const Room* room(RoomId id) const;
    const Person* person(UserId id) const;
    const std::pmr::vector<Person>& people() const { return people_; }
    const CardState* presence_card(UserId user) const;
    UserId self() const { return self_; }
    // Changes when anything the overlay shows does.
    uint64_t revision() const { return revision_; }

private:
    friend class Client;
    std::pmr::vector<Room> rooms_;
    std::pmr::vector<Person> people_; // by id
    std::pmr::vector<CardState> presence_cards_;
    UserId self_{};
    uint64_t revision_ = 0;
};

} // namespace parley::client
