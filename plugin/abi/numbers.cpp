// numbers.cpp: the numbers of parley.h are those of the client and of the schema. Nothing runs
// here; it compiles or it does not.
#include <iterator>

#include "plugin/abi/handle.hpp"

namespace parley::abi {

static_assert(PARLEY_ERROR_BAD_ARGUMENT == static_cast<int>(Error::BadArgument));
static_assert(PARLEY_ERROR_MALFORMED == static_cast<int>(Error::Malformed));
static_assert(PARLEY_ERROR_ENCODING == static_cast<int>(Error::Encoding));
static_assert(PARLEY_ERROR_TOO_LONG == static_cast<int>(Error::TooLong));
static_assert(PARLEY_ERROR_EMPTY == static_cast<int>(Error::Empty));
static_assert(PARLEY_ERROR_RATE == static_cast<int>(Error::Rate));
static_assert(PARLEY_ERROR_NOT_MEMBER == static_cast<int>(Error::NotMember));
static_assert(PARLEY_ERROR_FORBIDDEN == static_cast<int>(Error::Forbidden));
static_assert(PARLEY_ERROR_NOT_FOUND == static_cast<int>(Error::NotFound));
static_assert(PARLEY_ERROR_FULL == static_cast<int>(Error::Full));
static_assert(PARLEY_ERROR_BAD_CARD == static_cast<int>(Error::BadCard));
static_assert(PARLEY_ERROR_READ_ONLY == static_cast<int>(Error::ReadOnly));
static_assert(PARLEY_ERROR_STORE_UNAVAILABLE == static_cast<int>(Error::StoreUnavailable));
static_assert(PARLEY_ERROR_BUSY == static_cast<int>(Error::Busy));
static_assert(PARLEY_ERROR_BAD_STATE == static_cast<int>(Error::BadState));
static_assert(PARLEY_ERROR_QUEUE_FULL == static_cast<int>(Error::QueueFull));
static_assert(PARLEY_ERROR_UNSUPPORTED == static_cast<int>(Error::Unsupported));
static_assert(PARLEY_ERROR_PROTOCOL == static_cast<int>(Error::Protocol));
static_assert(PARLEY_ERROR_FLOOD == static_cast<int>(Error::Flood));
static_assert(PARLEY_ERROR_SLOW == static_cast<int>(Error::Slow));
static_assert(PARLEY_ERROR_BAD_TICKET == static_cast<int>(Error::BadTicket));
static_assert(PARLEY_ERROR_TICKET_EXPIRED == static_cast<int>(Error::TicketExpired));
static_assert(PARLEY_ERROR_TICKET_STOLEN == static_cast<int>(Error::TicketStolen));
static_assert(PARLEY_ERROR_BAD_VERSION == static_cast<int>(Error::BadVersion));
static_assert(PARLEY_ERROR_BAD_SERVER_KEY == static_cast<int>(Error::BadServerKey));
static_assert(PARLEY_ERROR_REPLACED == static_cast<int>(Error::Replaced));
static_assert(PARLEY_ERROR_TOO_MANY_SESSIONS == static_cast<int>(Error::TooManySessions));
static_assert(PARLEY_ERROR_SHUTDOWN == static_cast<int>(Error::Shutdown));
static_assert(PARLEY_ERROR_CONNECTION_LOST == static_cast<int>(Error::ConnectionLost));
static_assert(PARLEY_ERROR_REVOKED == static_cast<int>(Error::Revoked));
static_assert(PARLEY_ERROR_BAD_ADDRESS == static_cast<int>(Error::BadAddress));
static_assert(PARLEY_ERROR_LIBRARY_MISMATCH == static_cast<int>(Error::LibraryMismatch));
static_assert(PARLEY_ERROR_OUT_OF_MEMORY == static_cast<int>(Error::OutOfMemory));
static_assert(PARLEY_ERROR_CLOSED == static_cast<int>(Error::Closed));
static_assert(PARLEY_ERROR_BAD_CONFIG == static_cast<int>(Error::BadConfig));
static_assert(PARLEY_ERROR_PORT_TAKEN == static_cast<int>(Error::PortTaken));
static_assert(PARLEY_ERROR_BAD_STORE == static_cast<int>(Error::BadStore));
static_assert(PARLEY_ERROR_BAD_FONT == static_cast<int>(Error::BadFont));
static_assert(PARLEY_ERROR_IO == static_cast<int>(Error::Io));
static_assert(PARLEY_ERROR_INTERNAL == static_cast<int>(Error::Internal));
static_assert(PARLEY_ROOM_GUILD == static_cast<int>(wire::RoomKind::Guild));
static_assert(PARLEY_ROLE_GAME == static_cast<int>(wire::Role::Game));
static_assert(PARLEY_PRESENCE_INVISIBLE == static_cast<int>(wire::PresenceState::Invisible));
static_assert(PARLEY_SPAN_MENTION == static_cast<int>(wire::SpanKind::Mention));
static_assert(PARLEY_MESSAGE_FAILED == static_cast<int>(client::MessageState::Failed));
static_assert(PARLEY_MESSAGE_DELETED == static_cast<int>(client::MessageState::Deleted));
static_assert(PARLEY_MESSAGE_PROMOTED == static_cast<int>(client::MessageKind::Promoted));
static_assert(PARLEY_FAILED == static_cast<int>(client::State::Failed));
static_assert(PARLEY_RESUMING == static_cast<int>(client::State::Resuming));
static_assert(PARLEY_EVENT_CARD_ACTION == static_cast<int>(client::EventType::CardAction));
static_assert(PARLEY_EVENT_HISTORY == static_cast<int>(client::EventType::History));
static_assert(limits::presence_params_max == std::size(parley_presence{}.params));

} // namespace parley::abi
