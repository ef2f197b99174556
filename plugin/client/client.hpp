// client.hpp: the chat client without rendering, SDL, ImGui or game. The overlay, the C API, bots
// and the simulator use it as it is. Time comes in by argument; the network behind Connection.
#pragma once

#include <cstdint>
#include <memory>
#include <memory_resource>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "plugin/client/connection.hpp"
#include "plugin/client/memory.hpp"
#include "plugin/client/model.hpp"
#include "schemas/base/log.hpp"
#include "schemas/base/random.hpp"
#include "schemas/base/result.hpp"
#include "schemas/card/card_type.hpp"

namespace parley::client {

enum class State : int8_t { Failed = -1, Idle = 0, Connecting = 1, Ready = 2, Resuming = 3 };
using Request = uint64_t;

// Numbers as in parley.h's parley_event_type.
enum class EventType : uint8_t {
    None = 0,
    State = 1,
    Reply = 2,
    Message = 3,
    Room = 4,
    RoomGone = 5,
    Members = 6,
    Card = 7,
    Action = 8,
    TicketWanted = 9,
    Gap = 10,
    History = 11,
    Blocks = 12,
    Link = 13,
    Report = 14,
    Notify = 15
};
struct Event : MoveOnly {
    explicit Event(Allocator a) : text(a) {}

    EventType type = EventType::None;
    Request request = 0;
    Error result{};
    RoomId room{};
    Seq seq = 0;
    UserId user{};
    String text;
    uint32_t retry_after_ms = 0;
    uint16_t card_type = 0;                    // Card, Action; 0: a toast's
    client::State state = client::State::Idle; // State: the one it changed to
    MessageKind kind = MessageKind::Text;      // Message
    uint8_t urgency = 0;                       // Notify
    uint8_t wants = 0;                         // Notify: bits
};

struct ClientOptions {
    std::pmr::memory_resource* memory = nullptr; // null: host_memory, else the default resource
    // The host's allocator: when it returned nothing, the client closes with OutOfMemory.
    HostMemory* host_memory = nullptr;
    Log log;
    uint64_t random_seed = 1;
    CardTypes card_types; // may be null: cards are then ignored
    // Steady microseconds, for update's budget; null: no budget (tests, the simulator).
    int64_t (*now_us)() = nullptr;
};

struct Stats {
    uint32_t rtt_ms = 0;
    uint64_t bytes_sent = 0, bytes_received = 0, frames_sent = 0, frames_received = 0;
    uint32_t outbox_messages = 0, reconnects = 0;
    uint64_t refused_frames = 0;
    uint64_t unknown_frames = 0; // of a newer shard: ignored
    uint64_t dropped_events = 0; // the host did not poll
    int64_t clock_offset_ms = 0; // server time minus the wall clock given to update
};

struct CardWrite {
    std::string_view field;
    int64_t number = 0;
    std::string_view text;
};

// Owner: the game thread.
class Client {
public:
    Client(ClientOptions options, std::unique_ptr<Connection> connection);
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    // [connection] steady_ms drives everything; wall_ms (Unix) only seeds nonces and is compared
    // with the server's time.
    Result<void> connect(std::string_view address, std::string_view ticket);
    void set_ticket(std::string_view ticket);
    void disconnect();
    void update(TimeMs steady_ms, TimeMs wall_ms, uint32_t budget_us);
    State state() const;
    Error last_error() const;     // why Failed or Resuming
    uint32_t retry_in_ms() const; // Resuming: until the next attempt
    bool read_only() const;
    bool dev() const; // the shard says that it runs in dev mode
    Stats stats() const;
    TimeMs server_ms() const; // 0 before the first Ready

    // [events]
    bool poll(Event& out);
    void push_event(Event event); // the overlay's actions

    // [reading]
    const Model& model() const;
    const CardTypeSet* card_types() const;
    std::pmr::memory_resource* memory() const;
    // Lines that may be sent at once now, and the wait when none may.
    uint32_t pace_left(RoomId room) const;
    uint32_t pace_wait_ms(RoomId room) const;

    // [commands] each answered by one Reply event with the returned number.
    Result<Request> join(wire::RoomKind kind, std::string_view name);
    Result<Request> open_direct(UserId user);
    Result<Request> leave(RoomId room);
    Result<Request> send_text(RoomId room, std::string_view typed, Seq reply_to); // small Markdown
    Result<void> retry(RoomId room, Nonce nonce);
    Result<void> discard(RoomId room, Nonce nonce);
    Result<Request> fetch_history(RoomId room, Seq before_seq, uint32_t count);
    Result<void> mark_read(RoomId room, Seq seq);
    // What user says does not come any more; the list is the model's.
    Result<Request> block(UserId user);
    Result<Request> unblock(UserId user);
    void set_typing(RoomId room);
    Result<void> set_draft(RoomId room, std::string_view text);
    Result<void> set_presence(wire::PresenceState state, std::string_view token,
                              std::span<const std::string_view> params);
    Result<Request> set_card(RoomId room, std::string_view type, std::span<const CardWrite> fields,
                             uint32_t ttl_ms);
    Result<Request> update_card(RoomId room, std::string_view type,
                                std::span<const CardWrite> fields);
    Result<Request> clear_card(RoomId room, std::string_view type);
    Result<Request> grant(wire::RoomKind kind, std::string_view name, std::string_view subject,
                          wire::Role role);
    Result<Request> revoke(wire::RoomKind kind, std::string_view name, std::string_view subject);

private:
    class Inside;
    struct Destroy {
        void operator()(Inside* inside) const;
    };
    std::unique_ptr<Inside, Destroy> inside_; // in the client's memory
};

} // namespace parley::client
