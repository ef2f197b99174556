// sqlite_statements.hpp: every statement of the SQLite store in one place, prepared at first use.
// Private to server/store.
#pragma once

#include "server/store/sqlite_store.hpp"

namespace parley {

struct SqliteStore::Statements {
    explicit Statements(sqlite::Database& db)
        : find_subject(db, "SELECT id, name, flags FROM users WHERE issuer = ? AND subject = ?"),
          find_user(db, "SELECT name, flags FROM users WHERE id = ?"),
          add_user(db, "INSERT INTO users(issuer, subject, name, flags) VALUES(?, ?, ?, ?)"),
          set_user(db, "UPDATE users SET name = ?2, flags = ?3 WHERE id = ?1"),
          find_ticket(db,
                      "SELECT device, user, first_ms FROM tickets WHERE issuer = ? AND jti = ?"),
          add_ticket(db, "INSERT INTO tickets(issuer, jti, device, user, first_ms) "
                         "VALUES(?, ?, ?, ?, ?)"),
          purge_tickets(db, "DELETE FROM tickets WHERE first_ms < ?"),
          user_rooms(db, "SELECT room FROM members WHERE user = ? ORDER BY room"),
          find_room(db, "SELECT kind, name, title, incarnation FROM rooms WHERE id = ?"),
          find_room_by_name(db, "SELECT id FROM rooms WHERE kind = ? AND name = ?"),
          add_room(db, "INSERT INTO rooms(kind, name, title, incarnation) VALUES(?, ?, '', ?)"),
          room_last(db, "SELECT r.seq, l.at_ms FROM room_log r JOIN log l ON l.id = r.id "
                        "WHERE r.room = ? ORDER BY r.seq DESC LIMIT 1"),
          members(db, "SELECT m.user, u.name, u.flags, m.role, m.origin, m.since_seq, m.read_seq "
                      "FROM members m JOIN users u ON u.id = m.user "
                      "WHERE m.room = ? ORDER BY m.user"),
          blocks(db, "SELECT blocked FROM blocks WHERE user = ? ORDER BY blocked"),
          find_block(db, "SELECT 1 FROM blocks WHERE user = ? AND blocked = ?"),
          put_block(db, "INSERT OR IGNORE INTO blocks(user, blocked) VALUES(?, ?)"),
          drop_block(db, "DELETE FROM blocks WHERE user = ? AND blocked = ?"),
          member_since(db, "SELECT since_seq FROM members WHERE room = ? AND user = ?"),
          count_rooms(db, "SELECT count(*) FROM members WHERE user = ? AND room <> ?"),
          put_member(db, "INSERT INTO members(room, user, role, origin, since_seq, read_seq) "
                         "VALUES(?, ?, ?, ?, ?, ?) ON CONFLICT(room, user) DO UPDATE SET "
                         "role = excluded.role, origin = excluded.origin, "
                         "read_seq = max(read_seq, excluded.read_seq) RETURNING since_seq"),
          drop_member(db, "DELETE FROM members WHERE room = ? AND user = ?"),
          put_mark(db, "UPDATE members SET read_seq = max(read_seq, ?3) "
                       "WHERE room = ?1 AND user = ?2"),
          revoked(db, "SELECT user, at_ms FROM revoked WHERE room = ? ORDER BY user"),
          put_revoked(db, "INSERT OR REPLACE INTO revoked(room, user, at_ms) VALUES(?, ?, ?)"),
          drop_revoked(db, "DELETE FROM revoked WHERE room = ? AND user = ?"),
          purge_revoked(db, "DELETE FROM revoked WHERE at_ms < ?"),
          seen(db, "SELECT at_ms FROM seen"), set_seen(db, "UPDATE seen SET at_ms = ?"),
          // "nonce <> 0" lets SQLite use the index, which leaves those out.
          find_nonce(db, "SELECT seq, at_ms FROM log "
                         "WHERE nonce = ? AND author = ? AND room = ? AND nonce <> 0"),
          add_entry(db, "INSERT INTO log(id, room, seq, target, changed_seq, at_ms, author, nonce, "
                        "kind, audience, body) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
          set_changed(db, "UPDATE log SET changed_seq = ?2 WHERE id = ?1"),
          read_entry(db, "SELECT seq, target, changed_seq, at_ms, author, nonce, kind, audience, "
                         "body, room FROM log WHERE id = ?"),
          place(db, "SELECT id FROM room_log WHERE room = ? AND seq = ?"),
          places_up(db, "SELECT id, seq FROM room_log WHERE room = ? AND seq > ? AND seq < ? "
                        "ORDER BY seq"),
          places_down(db, "SELECT id, seq FROM room_log WHERE room = ? AND seq > ? AND seq < ? "
                          "ORDER BY seq DESC"),
          next_room(db, "SELECT id, kind FROM rooms WHERE id > ? ORDER BY id LIMIT 1"),
          // An entry that is missing is as old as can be.
          oldest(db, "SELECT r.seq, r.id, coalesce(l.at_ms, 0) FROM room_log r "
                     "LEFT JOIN log l ON l.id = r.id WHERE r.room = ? ORDER BY r.seq LIMIT ?"),
          forget_places(db, "DELETE FROM room_log WHERE room = ? AND seq <= ?"),
          forget_entry(db, "DELETE FROM log WHERE id = ?"), folded(db, "SELECT id FROM folded"),
          set_folded(db, "UPDATE folded SET id = ?"),
          unfolded(db, "SELECT id, room, seq, at_ms FROM log WHERE id > ? ORDER BY id LIMIT 1"),
          fold(db, "INSERT INTO room_log(room, seq, id) SELECT room, seq, id FROM log "
                   "WHERE id > ? AND id <= ? ORDER BY room, seq") {}

    sqlite::Statement find_subject, find_user, add_user, set_user;
    sqlite::Statement find_ticket, add_ticket, purge_tickets;
    sqlite::Statement user_rooms, find_room, find_room_by_name, add_room, room_last;
    sqlite::Statement members, blocks, find_block, put_block, drop_block, member_since, count_rooms,
        put_member, drop_member, put_mark;
    sqlite::Statement revoked, put_revoked, drop_revoked, purge_revoked;
    sqlite::Statement seen, set_seen;
    sqlite::Statement find_nonce, add_entry, set_changed, read_entry;
    sqlite::Statement place, places_up, places_down;
    sqlite::Statement next_room, oldest, forget_places, forget_entry;
    sqlite::Statement folded, set_folded, unfolded, fold;
};

} // namespace parley
