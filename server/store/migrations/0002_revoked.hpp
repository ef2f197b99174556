// 0002_revoked.hpp: who was put out of a room by the game's server, and when, so that a ticket from
// before does not open it again after a restart. A row goes with a grant, and when no such ticket
// can be good any more.
#pragma once

namespace parley::migrations {

inline constexpr const char* revoked = R"sql(
CREATE TABLE revoked(
    room INTEGER NOT NULL,
    user INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY(room, user)
) STRICT, WITHOUT ROWID;
CREATE INDEX revoked_by_age ON revoked(at_ms);
)sql";

} // namespace parley::migrations
