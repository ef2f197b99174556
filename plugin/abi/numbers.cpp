// numbers.cpp: the numbers of parley.h are those of the client and of the schema. Nothing runs
// here; it compiles or it does not. A switch over each enum, so that one that is new on our side
// and not in parley.h is a warning, which is an error.
#include <iterator>

#include "plugin/abi/handle.hpp"

namespace parley::abi {
namespace {

#define PARLEY_SAME(theirs, ours)                                                                  \
    case ours:                                                                                     \
        static_assert(theirs == static_cast<int>(ours));                                           \
        break;

[[maybe_unused]] void same(Error error) {
    switch (error) {
        PARLEY_SAME(PARLEY_OK, Error::Ok)
        PARLEY_SAME(PARLEY_ERROR_BAD_ARGUMENT, Error::BadArgument)
        PARLEY_SAME(PARLEY_ERROR_MALFORMED, Error::Malformed)
        PARLEY_SAME(PARLEY_ERROR_ENCODING, Error::Encoding)
        PARLEY_SAME(PARLEY_ERROR_TOO_LONG, Error::TooLong)
        PARLEY_SAME(PARLEY_ERROR_EMPTY, Error::Empty)
        PARLEY_SAME(PARLEY_ERROR_RATE, Error::Rate)
        PARLEY_SAME(PARLEY_ERROR_NOT_MEMBER, Error::NotMember)
        PARLEY_SAME(PARLEY_ERROR_FORBIDDEN, Error::Forbidden)
        PARLEY_SAME(PARLEY_ERROR_NOT_FOUND, Error::NotFound)
        PARLEY_SAME(PARLEY_ERROR_FULL, Error::Full)
        PARLEY_SAME(PARLEY_ERROR_BAD_CARD, Error::BadCard)
        PARLEY_SAME(PARLEY_ERROR_READ_ONLY, Error::ReadOnly)
        PARLEY_SAME(PARLEY_ERROR_STORE_UNAVAILABLE, Error::StoreUnavailable)
        PARLEY_SAME(PARLEY_ERROR_BUSY, Error::Busy)
        PARLEY_SAME(PARLEY_ERROR_BAD_STATE, Error::BadState)
        PARLEY_SAME(PARLEY_ERROR_QUEUE_FULL, Error::QueueFull)
        PARLEY_SAME(PARLEY_ERROR_UNSUPPORTED, Error::Unsupported)
        PARLEY_SAME(PARLEY_ERROR_PROTOCOL, Error::Protocol)
        PARLEY_SAME(PARLEY_ERROR_FLOOD, Error::Flood)
        PARLEY_SAME(PARLEY_ERROR_SLOW, Error::Slow)
        PARLEY_SAME(PARLEY_ERROR_BAD_TICKET, Error::BadTicket)
        PARLEY_SAME(PARLEY_ERROR_TICKET_EXPIRED, Error::TicketExpired)
        PARLEY_SAME(PARLEY_ERROR_TICKET_STOLEN, Error::TicketStolen)
        PARLEY_SAME(PARLEY_ERROR_BAD_VERSION, Error::BadVersion)
        PARLEY_SAME(PARLEY_ERROR_BAD_SERVER_KEY, Error::BadServerKey)
        PARLEY_SAME(PARLEY_ERROR_REPLACED, Error::Replaced)
        PARLEY_SAME(PARLEY_ERROR_TOO_MANY_SESSIONS, Error::TooManySessions)
        PARLEY_SAME(PARLEY_ERROR_SHUTDOWN, Error::Shutdown)
        PARLEY_SAME(PARLEY_ERROR_CONNECTION_LOST, Error::ConnectionLost)
        PARLEY_SAME(PARLEY_ERROR_REVOKED, Error::Revoked)
        PARLEY_SAME(PARLEY_ERROR_BAD_ADDRESS, Error::BadAddress)
        PARLEY_SAME(PARLEY_ERROR_LIBRARY_MISMATCH, Error::LibraryMismatch)
        PARLEY_SAME(PARLEY_ERROR_OUT_OF_MEMORY, Error::OutOfMemory)
        PARLEY_SAME(PARLEY_ERROR_CLOSED, Error::Closed)
        PARLEY_SAME(PARLEY_ERROR_NO_ANSWER, Error::NoAnswer)
        PARLEY_SAME(PARLEY_ERROR_BAD_CONFIG, Error::BadConfig)
        PARLEY_SAME(PARLEY_ERROR_PORT_TAKEN, Error::PortTaken)
        PARLEY_SAME(PARLEY_ERROR_BAD_STORE, Error::BadStore)
        PARLEY_SAME(PARLEY_ERROR_BAD_FONT, Error::BadFont)
        PARLEY_SAME(PARLEY_ERROR_IO, Error::Io)
        PARLEY_SAME(PARLEY_ERROR_INTERNAL, Error::Internal)
    }
}

[[maybe_unused]] void same(client::State state) {
    using client::State;
    switch (state) {
        PARLEY_SAME(PARLEY_FAILED, State::Failed)
        PARLEY_SAME(PARLEY_IDLE, State::Idle)
        PARLEY_SAME(PARLEY_CONNECTING, State::Connecting)
        PARLEY_SAME(PARLEY_READY, State::Ready)
        PARLEY_SAME(PARLEY_RESUMING, State::Resuming)
    }
}

[[maybe_unused]] void same(wire::RoomKind kind) {
    using wire::RoomKind;
    switch (kind) {
        PARLEY_SAME(PARLEY_ROOM_NONE, RoomKind::None)
        PARLEY_SAME(PARLEY_ROOM_GLOBAL, RoomKind::Global)
        PARLEY_SAME(PARLEY_ROOM_TEAM, RoomKind::Team)
        PARLEY_SAME(PARLEY_ROOM_PARTY, RoomKind::Party)
        PARLEY_SAME(PARLEY_ROOM_DIRECT, RoomKind::Direct)
        PARLEY_SAME(PARLEY_ROOM_GUILD, RoomKind::Guild)
    }
}

[[maybe_unused]] void same(wire::Role role) {
    using wire::Role;
    switch (role) {
        PARLEY_SAME(PARLEY_ROLE_MEMBER, Role::Member)
        PARLEY_SAME(PARLEY_ROLE_LEADER, Role::Leader)
        PARLEY_SAME(PARLEY_ROLE_MODERATOR, Role::Moderator)
        PARLEY_SAME(PARLEY_ROLE_GAME, Role::Game)
    }
}

[[maybe_unused]] void same(wire::PresenceState state) {
    using wire::PresenceState;
    switch (state) {
        PARLEY_SAME(PARLEY_PRESENCE_OFFLINE, PresenceState::Offline)
        PARLEY_SAME(PARLEY_PRESENCE_ONLINE, PresenceState::Online)
        PARLEY_SAME(PARLEY_PRESENCE_AWAY, PresenceState::Away)
        PARLEY_SAME(PARLEY_PRESENCE_DO_NOT_DISTURB, PresenceState::DoNotDisturb)
        PARLEY_SAME(PARLEY_PRESENCE_LOOKING_FOR_GROUP, PresenceState::LookingForGroup)
        PARLEY_SAME(PARLEY_PRESENCE_IN_MATCH, PresenceState::InMatch)
        PARLEY_SAME(PARLEY_PRESENCE_STREAMING, PresenceState::Streaming)
        PARLEY_SAME(PARLEY_PRESENCE_INVISIBLE, PresenceState::Invisible)
    }
}

[[maybe_unused]] void same(client::MessageState state) {
    using client::MessageState;
    switch (state) {
        PARLEY_SAME(PARLEY_MESSAGE_FAILED, MessageState::Failed)
        PARLEY_SAME(PARLEY_MESSAGE_PENDING, MessageState::Pending)
        PARLEY_SAME(PARLEY_MESSAGE_STORED, MessageState::Stored)
        PARLEY_SAME(PARLEY_MESSAGE_DELETED, MessageState::Deleted)
    }
}

[[maybe_unused]] void same(client::MessageKind kind) {
    using client::MessageKind;
    switch (kind) {
        PARLEY_SAME(PARLEY_MESSAGE_TEXT, MessageKind::Text)
        PARLEY_SAME(PARLEY_MESSAGE_JOINED, MessageKind::Joined)
        PARLEY_SAME(PARLEY_MESSAGE_LEFT, MessageKind::Left)
        PARLEY_SAME(PARLEY_MESSAGE_REMOVED, MessageKind::Removed)
        PARLEY_SAME(PARLEY_MESSAGE_PROMOTED, MessageKind::Promoted)
    }
}

[[maybe_unused]] void same(wire::SpanKind kind) {
    using wire::SpanKind;
    switch (kind) {
    case SpanKind::None: // no span of the model has it
        break;
        PARLEY_SAME(PARLEY_SPAN_BOLD, SpanKind::Bold)
        PARLEY_SAME(PARLEY_SPAN_ITALIC, SpanKind::Italic)
        PARLEY_SAME(PARLEY_SPAN_UNDERLINE, SpanKind::Underline)
        PARLEY_SAME(PARLEY_SPAN_STRIKE, SpanKind::Strike)
        PARLEY_SAME(PARLEY_SPAN_MONO, SpanKind::Mono)
        PARLEY_SAME(PARLEY_SPAN_SPOILER, SpanKind::Spoiler)
        PARLEY_SAME(PARLEY_SPAN_LINK, SpanKind::Link)
        PARLEY_SAME(PARLEY_SPAN_MENTION, SpanKind::Mention)
    }
}

[[maybe_unused]] void same(client::EventType type) {
    using client::EventType;
    switch (type) {
        PARLEY_SAME(PARLEY_EVENT_NONE, EventType::None)
        PARLEY_SAME(PARLEY_EVENT_STATE, EventType::State)
        PARLEY_SAME(PARLEY_EVENT_REPLY, EventType::Reply)
        PARLEY_SAME(PARLEY_EVENT_MESSAGE, EventType::Message)
        PARLEY_SAME(PARLEY_EVENT_ROOM, EventType::Room)
        PARLEY_SAME(PARLEY_EVENT_ROOM_GONE, EventType::RoomGone)
        PARLEY_SAME(PARLEY_EVENT_MEMBERS, EventType::Members)
        PARLEY_SAME(PARLEY_EVENT_CARD, EventType::Card)
        PARLEY_SAME(PARLEY_EVENT_ACTION, EventType::Action)
        PARLEY_SAME(PARLEY_EVENT_TICKET_WANTED, EventType::TicketWanted)
        PARLEY_SAME(PARLEY_EVENT_GAP, EventType::Gap)
        PARLEY_SAME(PARLEY_EVENT_HISTORY, EventType::History)
        PARLEY_SAME(PARLEY_EVENT_BLOCKS, EventType::Blocks)
        PARLEY_SAME(PARLEY_EVENT_LINK, EventType::Link)
        PARLEY_SAME(PARLEY_EVENT_REPORT, EventType::Report)
        PARLEY_SAME(PARLEY_EVENT_NOTIFY, EventType::Notify)
    }
}

#undef PARLEY_SAME

static_assert(limits::presence_params_max == std::size(parley_presence{}.params));

} // namespace
} // namespace parley::abi
