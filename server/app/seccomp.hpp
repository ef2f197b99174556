// seccomp.hpp: after the start a shard gives up every call of the system that serving does not
// need: no new programs, threads, sockets or privileges, whatever a hole in it might want.
#pragma once

#include <string>

#include "schemas/base/result.hpp"

namespace parley {

// False under sanitizers, whose own threads and maps need more.
bool can_confine();

// For all threads of the process and for good; a forbidden call ends the process (SIGSYS). On an
// error nothing is confined, and message is one sentence.
Result<void> confine(std::string& message);

} // namespace parley
