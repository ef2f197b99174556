// error.hpp: every error Parley can say, once. The same numbers are in error.fbs (wire) and
// parley.h (C); wire/checks.cpp and the abi test hold them equal. Append only.
//
// Soft errors (-1 .. -39) answer one request and the session lives. Hard errors (-40 .. -69) end a
// session. Start-up errors (-70 ..) stop a program before it serves anybody.
#pragma once

#include <cstdint>
#include <string_view>

namespace parley {

// X(Name, number, "one sentence for a person")
#define PARLEY_ERRORS(X)                                                                           \
    X(Ok, 0, "done")                                                                               \
    X(BadArgument, -1, "an argument of the call is outside what the function accepts")             \
    X(Malformed, -2, "the frame does not follow the schema")                                       \
    X(Encoding, -3, "the text is not valid UTF-8")                                                 \
    X(TooLong, -4, "the text is longer than this room allows")                                     \
    X(Empty, -5, "there is nothing to see in the text")                                            \
    X(Rate, -6, "too fast for this room; wait retry_after_ms")                                     \
    X(NotMember, -7, "you are not a member of this room")                                          \
    X(Forbidden, -8, "your ticket or role does not allow this")                                    \
    X(NotFound, -9, "there is no such thing, or it is not yours to see")                           \
    X(Full, -10, "a limit is reached; leave or remove something first")                            \
    X(BadCard, -11, "the card does not fit its type")                                              \
    X(ReadOnly, -12, "the ticket has run out; reading works, sending needs a new ticket")          \
    X(StoreUnavailable, -13, "the shard cannot store now; nothing was sent, try again")            \
    X(Busy, -14, "the shard has too much in flight; wait retry_after_ms")                          \
    X(BadState, -15, "the call does not fit the state of the client")                              \
    X(QueueFull, -16, "too many messages wait to be sent")                                         \
    X(Unsupported, -17, "this version does not know the request")                                  \
    X(Protocol, -40, "the peer broke the protocol")                                                \
    X(Flood, -41, "too many frames or bytes in a second")                                          \
    X(Slow, -42, "the connection fell too far behind; it will resume")                             \
    X(BadTicket, -43, "the ticket is not valid for this shard")                                    \
    X(TicketExpired, -44, "the ticket has expired; ask the game's backend for a new one")          \
    X(TicketStolen, -45, "the ticket was used from another device")                                \
    X(BadVersion, -46, "client and shard speak different protocol versions; update the older one") \
    X(BadServerKey, -47, "the server's key is not the pinned one")                                 \
    X(Replaced, -48, "this device connected again elsewhere")                                      \
    X(TooManySessions, -49, "the user has too many sessions; the oldest was closed")               \
    X(Shutdown, -50, "the shard is going away; reconnect after retry_after_ms")                    \
    X(ConnectionLost, -51, "the connection was lost")                                              \
    X(Revoked, -52, "the ticket was revoked by the operator")                                      \
    X(BadAddress, -53, "the server's address could not be resolved")                               \
    X(LibraryMismatch, -54, "the ENet library loaded is not the one compiled against")             \
    X(OutOfMemory, -55, "the host's allocator returned nothing")                                   \
    X(Closed, -56, "the connection was closed by this side")                                       \
    X(NoAnswer, -57, "nothing answered at the server's address")                                   \
    X(BadConfig, -70, "the configuration is wrong")                                                \
    X(PortTaken, -71, "the port is taken by another program")                                      \
    X(BadStore, -72, "the store cannot be opened or is damaged")                                   \
    X(BadFont, -73, "a font could not be opened")                                                  \
    X(Io, -74, "a file could not be read or written")                                              \
    X(Internal, -75, "a bug of Parley's own; the log has the line")

enum class Error : int32_t {
#define PARLEY_ERROR_ENUM(name, number, sentence) name = number,
    PARLEY_ERRORS(PARLEY_ERROR_ENUM)
#undef PARLEY_ERROR_ENUM
};

// The enumerator's name ("Rate") and its sentence; "Unknown" for a number nobody gave out.
std::string_view error_name(Error error);
std::string_view error_sentence(Error error);

// True when the error ends a session rather than one request.
constexpr bool is_hard(Error error) {
    return static_cast<int32_t>(error) <= -40;
}

} // namespace parley
