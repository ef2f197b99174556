// 0001_first.hpp: the first schema. Never edited after a release: what changes is a new file.
//
// log is appended by one global number, so that a commit touches the last pages only; room_log, its
// index by room, is filled from it behind, sorted, thousands of rows at once (folded.id: how far).
// A random index in the commit's path cost seven times as much. The nonce index grows at its right
// edge, since a nonce starts with its client's clock.
#pragma once

namespace parley::migrations {

inline constexpr const char* first = R"sql(
CREATE TABLE users(
    id INTEGER PRIMARY KEY,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    name TEXT NOT NULL,
    flags INTEGER NOT NULL,
    UNIQUE(issuer, subject)
) STRICT;

CREATE TABLE tickets(
    issuer TEXT NOT NULL,
    jti TEXT NOT NULL,
    device BLOB NOT NULL,
    user INTEGER NOT NULL,
    first_ms INTEGER NOT NULL,
    PRIMARY KEY(issuer, jti)
) STRICT, WITHOUT ROWID;
CREATE INDEX tickets_by_age ON tickets(first_ms);

CREATE TABLE rooms(
    id INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,
    name TEXT NOT NULL,
    title TEXT NOT NULL,
    incarnation INTEGER NOT NULL,
    UNIQUE(kind, name)
) STRICT;

CREATE TABLE members(
    room INTEGER NOT NULL,
    user INTEGER NOT NULL,
    role INTEGER NOT NULL,
    origin INTEGER NOT NULL,
    since_seq INTEGER NOT NULL,
    read_seq INTEGER NOT NULL,
    PRIMARY KEY(room, user)
) STRICT, WITHOUT ROWID;
CREATE INDEX members_by_user ON members(user, room);

CREATE TABLE log(
    id INTEGER PRIMARY KEY,
    room INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    target INTEGER NOT NULL,
    changed_seq INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    author INTEGER NOT NULL,
    nonce INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    audience INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX log_by_nonce ON log(nonce, author, room) WHERE nonce <> 0;

CREATE TABLE room_log(
    room INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    id INTEGER NOT NULL,
    PRIMARY KEY(room, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE folded(id INTEGER NOT NULL) STRICT;
INSERT INTO folded VALUES(0);
)sql";

} // namespace parley::migrations
