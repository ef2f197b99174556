// incarnation.hpp: which log of a room it is. A log that goes back to what it was (a restored
// backup) is another one, so that its readers are told of a gap rather than taking new entries for
// those that they have.
#pragma once

#include "server/store/sqlite.hpp"

namespace parley {

// Of all rooms at once; never 0. False: the database says why.
inline bool begin_incarnations(sqlite::Database& database) {
    return database.run("UPDATE rooms SET incarnation = random() | 1");
}

} // namespace parley
