// given.hpp: tickets and addresses as a host gives them: what visibly is none never gets further.
#pragma once

#include <string>

#include "plugin/abi/handle.hpp"
#include "schemas/base/result.hpp"

namespace parley::abi {

// Without the blank space behind it (a file or a shell adds a newline). BadTicket, and the log says
// why: it is too long, or not three parts of base64url with dots between them.
Result<std::string_view> ticket_given(const parley_client& client, const char* ticket);

// As the connection takes it. BadAddress, and the log says what is wanted: it is not host:port, or
// IPv6, or no_thread and not a number, or the dev shard's key is trusted and it is not this
// machine's.
Result<std::string> address_given(const parley_client& client, std::string_view address);

} // namespace parley::abi
