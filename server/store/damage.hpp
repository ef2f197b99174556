// damage.hpp: what no shard ever wrote. A database is read by us alone, but disks fail and people
// repair them by hand: what is damaged fails the room it is in, and is said in the log.
#pragma once

#include "server/store/request.hpp"

namespace parley {

// What is wrong, in a few words for the log. Null: nothing.
const char* damage_of(const RoomLoaded& loaded); // its entries are not looked at
const char* damage_of(const LogEntry& entry);    // its body is not looked at
// Whether its body is one of its kind. The kinds that nobody writes yet have none to read.
bool readable_body(const LogEntry& entry);
// Whether a user may be told by this name: text as names are, and no longer.
bool sound_name(const std::string& name);

} // namespace parley
