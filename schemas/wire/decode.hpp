// decode.hpp: from hostile bytes to a frame that may be read. Size, then the FlatBuffers Verifier
// with our small budgets, then the semantic checks of checks.cpp: enums and unions in range,
// counts, UTF-8, spans on code point borders and inside their text, a budget for copied bytes.
//
// Unknown commands and events (a newer peer) are Unsupported: ignore and count; an unknown kind of
// entry inside a Batch passes, since its seq counts (batch_reader.hpp says Unknown). Anything else
// is Malformed or Encoding. How long a text may be is the room's business (schemas/text says
// TooLong); here it only has to fit the frame. No assert is reachable from here.
#pragma once

#include "schemas/base/bytes.hpp"
#include "schemas/base/lanes.hpp"
#include "schemas/base/result.hpp"
#include "schemas/wire/generated.hpp"

namespace parley::wire {

// frame must be 8-aligned (links deliver it so) and outlive the returned pointer, which points
// into it.
Result<const ClientFrame*> decode_client_frame(Bytes frame, Lane lane);
Result<const ServerFrame*> decode_server_frame(Bytes frame, Lane lane);

// The request id of a client's frame that was refused for what it says (Unsupported, Encoding,
// ...), so that the refusal can be answered; 0 when not even that can be read.
uint32_t request_of_refused(Bytes frame, Lane lane);

} // namespace parley::wire
