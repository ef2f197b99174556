// inside.hpp: the client's inside, shared by its files and by nothing else.
//   client.cpp            its life, what the host reads
//   *_commands.cpp        what the host asks for: rooms, messages, cards
//   own_presence.cpp      what its user is doing
//   session.cpp           connection, time, events
//   sending.cpp           what goes out by itself
//   receive.cpp           what the shard says; receive_*.cpp: of rooms, of their logs, of cards
//   ticket.cpp            which ticket is offered, and what its refusal means
#pragma once

#include <deque>

#include "plugin/client/client.hpp"
#include "plugin/client/clock.hpp"
#include "plugin/client/markup.hpp"
#include "plugin/client/model_writer.hpp"
#include "plugin/client/outbox.hpp"
#include "plugin/client/reconnect.hpp"
#include "plugin/client/sync.hpp"
#include "schemas/wire/batch_reader.hpp"
#include "schemas/wire/encode.hpp"
#include "schemas/wire/packed.hpp"

namespace parley::client {

// FlatBuffers builds in the client's memory too.
class WireAllocator final : public flatbuffers::Allocator {
public:
    explicit WireAllocator(std::pmr::memory_resource* memory) : memory_(memory) {}
    uint8_t* allocate(size_t bytes) override {
        return static_cast<uint8_t*>(memory_->allocate(bytes, alignof(std::max_align_t)));
    }
    void deallocate(uint8_t* pointer, size_t bytes) override {
        memory_->deallocate(pointer, bytes, alignof(std::max_align_t));
    }

private:
    std::pmr::memory_resource* memory_;
};

// A command that waits for its one answer.
struct Asked {
    enum class What : uint8_t { Command, History, Quiet, Users, CardFetch, Reauth };
    uint32_t request = 0;
    What what = What::Quiet;
    RoomId room{};
    UserId user{};
    uint16_t card_type = 0;
};

struct OwnPresence {
    explicit OwnPresence(Allocator a) : token(a), params(a) {}
    bool set = false;
    bool waits = false; // not told to the shard yet
    wire::PresenceState state = wire::PresenceState::Online;
    String token;
    std::pmr::vector<String> params;
    TimeMs not_before_steady_ms = 0;
};

class Client::Inside {
public:
    Inside(ClientOptions options, std::pmr::memory_resource* memory,
           std::unique_ptr<Connection> connection);
    ~Inside();

    // [connection] session.cpp
    Result<void> connect(std::string_view address, std::string_view ticket);
    void begin();
    void disconnect();
    void update(TimeMs steady_ms, TimeMs wall_ms, uint32_t budget_us);
    bool memory_failed() const {
        return options.host_memory != nullptr && options.host_memory->failed();
    }
    void open();
    void lost(Error reason, uint32_t retry_after_ms);
    // Of a link that ended without a word.
    Error silent_end() const { return link_up ? Error::ConnectionLost : Error::NoAnswer; }
    void unreachable_logged(Error reason);
    void set_state(State next, Error reason);
    void receive(uint32_t budget_us);
    void expire_typing();
    void drop_unconfirmed_rooms();
    bool ready() const { return state == State::Ready; }
    TimeMs server_ms() const { return offset.server_ms(now_ms); }

    // [ticket] ticket.cpp
    void set_ticket(std::string_view fresh);
    void send_ticket();
    void ticket_accepted();
    void ticket_answered(Error verdict, uint32_t retry_after_ms); // of a Reauth
    Next after_ticket(Error reason, bool in_session, Next otherwise);
    void want_ticket(Error reason);
    void refused_ticket_logged(Error reason) const;

    // [presence] own_presence.cpp
    void show_own_presence();
    void send_presence();

    // [sending] sending.cpp
    void send_what_waits();
    void send_outbox();
    bool send_message(const Outgoing& outgoing);
    void send_resumes();
    void send_pages();
    void send_marks();
    void send_name_queries();
    void send_time_query();
    // Finishes the frame and hands it over; false: the connection takes none now.
    template <typename Body>
    bool send(Lane lane, uint32_t request, wire::Command type, flatbuffers::Offset<Body> body) {
        return send_bytes(lane, builder.client(request, type, body.Union()));
    }
    bool send_bytes(Lane lane, Bytes frame);
    uint32_t new_request();
    bool may_ask() const { return asked.size() < limits::client_requests_max; }
    void ask(uint32_t request, Asked::What what, RoomId room = {}, UserId user = {},
             uint16_t card_type = 0) {
        asked.push_back({request, what, room, user, card_type});
    }
    std::optional<Asked> take_asked(uint32_t request);

    // [events] session.cpp
    Event event(EventType type) const;
    void push(Event event);
    void reply(Request request, Error result, RoomId room = {}, Seq seq = 0,
               uint32_t retry_after_ms = 0);

    // [receiving] receive*.cpp
    void frame(Lane lane, ByteVector bytes);
    void dispatch(const wire::ServerFrame& frame, ByteVector& bytes);
    void on_ready(const wire::Ready& said);
    void on_reply(uint32_t request, const wire::Reply& said);
    void on_send_reply(const Outgoing& outgoing, const wire::Reply& said);
    void ask_names_again(uint32_t retry_after_ms);
    void on_room_state(const wire::RoomState& said);
    void on_room_pace(const wire::RoomPace& said);
    void on_room_gone(RoomId room, Error reason);
    void on_roster(const wire::Roster& said);
    void ignore_answer(uint32_t request);
    void on_batch(uint32_t request, const wire::Batch& batch, ByteVector& bytes);
    void on_page(Room& room, uint32_t request, const wire::Batch& batch);
    void on_gap(const wire::Gap& said);
    void on_typing(const wire::Typing& said);
    void on_presences(const wire::Presences& said);
    void on_goodbye(const wire::Goodbye& said);
    void on_time(const wire::TimeReply& said);
    void on_users(uint32_t request, const wire::Users& said);
    void on_blocks(const wire::Blocks& said);
    void on_card(const wire::Card& card);
    void on_card_delta(const wire::CardDelta& delta);
    void on_card_gone(const wire::CardGone& gone);
    void want_card(RoomId room, UserId user, uint16_t type);
    void card_came(RoomId room, UserId user, uint16_t type);
    void card_event(RoomId room, UserId user, uint16_t type);
    void start_afresh(Room& room, uint64_t incarnation, Seq last_seq);
    // Entries from floor on; those above tell_above are told to the host. How many were messages.
    size_t apply(Room& room, const wire::Batch& batch, Seq floor, std::optional<Seq> tell_above);
    void apply_message(Room& room, const wire::BatchItem& item, UserId author, MessageKind kind,
                       std::optional<Seq> tell_above);
    std::pmr::vector<TextSpan> spans_of(std::span<const wire::Span> said) const;
    void drain(RoomId room);
    void met(UserId user);

    // [commands] client.cpp, *_commands.cpp
    Result<Request> change_block(UserId user, bool on);
    Result<Request> command(wire::Command type, flatbuffers::Offset<void> body, RoomId room);
    Error may_command() const;
    Result<Request> card_command(bool whole, RoomId room, std::string_view type,
                                 std::span<const CardWrite> fields, uint32_t ttl_ms);
    const CardType* find_card_type(std::string_view name); // null: the log says so
    Error card_refused(std::string_view type, std::string_view field, std::string_view why);
    double tokens(const Room& room) const;
    double pace_full_in_ms(const Room& room) const;
    // The pace has changed: what was used of the former one is owed as long as it was.
    void set_pace_full_in(Room& room, double ms);
    Nonce new_nonce();

    ClientOptions options;
    std::pmr::memory_resource* memory;
    std::unique_ptr<Connection> connection;
    Model model;
    ModelWriter writer;
    Sync sync;
    Outbox outbox;
    WireAllocator wire_allocator;
    wire::FrameBuilder builder;
    Random random;
    ServerOffset offset;
    Backoff backoff;
    OwnPresence presence;
    wire::Unpacker unpacker;
    std::pmr::vector<Asked> asked;
    std::pmr::vector<UserId> nameless; // met without a name
    TimeMs names_not_before_steady_ms = 0;
    std::pmr::deque<Event> events;
    Stats stats;

    State state = State::Idle;
    Error last_error{};
    String address;
    String ticket;         // the newest that was accepted; before there is one, the newest given
    String fresh_ticket;   // given since, and not judged yet; "" none
    String offered_ticket; // on its way to be judged: this connection's, or a Reauth's; "" none
    size_t accepted_ticket = 0;  // a hash, to know it again
    bool ticket_changed = false; // since the connection before
    TimeMs ticket_not_before_steady_ms = 0;
    TimeMs now_ms = 0; // steady, of the last update
    TimeMs wall_ms = 0;
    bool updated = false;
    bool link_open = false;        // open() was called and neither LinkDown nor close() followed
    bool link_up = false;          // somebody answered there
    bool unreachable_told = false; // to the log, since connect() or the last Ready
    bool was_ready = false;        // since connect()
    bool wants_ticket = false;     // no attempt before set_ticket
    TimeMs retry_at_ms = 0;
    TimeMs opened_at_ms = -1; // -1: since the last update
    TimeMs ready_at_ms = 0;
    TimeMs room_named_at_ms = 0; // of this connection; its Ready counts as one
    bool read_only = false;
    bool dev = false;
    size_t malformed = 0; // of this connection
    uint32_t requests = 0;
    Nonce last_nonce = 0;
    String unknown_card_type; // the last that the log was told of
    String refused_card;      // likewise: type, field and why
    uint32_t time_queries = 0;
    TimeMs time_query_at_ms = 0;
    TimeMs time_query_sent_ms = -1;
    TimeMs typing_expires_at_ms = 0; // the first; 0: nobody types
    bool unconfirmed_rooms = false;
};

} // namespace parley::client
