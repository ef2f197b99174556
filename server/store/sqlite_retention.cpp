// sqlite_retention.cpp: what need not be kept any more, a little at a time between commits. The
// oldest entries of a room go together; its newest stays, since it says where the room's seqs go
// on.
#include "server/store/sqlite_statements.hpp"

namespace parley {

namespace {

// A line that is said again must be found by its nonce for as long as the core takes the nonce.
static_assert(limits::history_days_min * limits::day_ms >= limits::nonce_age_ms_max);
constexpr int64_t spare_ms = limits::nonce_ahead_ms_max;

} // namespace

void SqliteStore::begin_removal() {
    sqlite::Statement& seen = statements_->seen;
    seen_stored_ms_ = seen.with().step() ? seen.number(0) : 0;
    seen.finish();
    if (options_.now) {
        const StoreTime now = options_.now();
        removal_clock_ = RemovalClock(now, seen_stored_ms_);
        purge_at_ms_ = now.steady_ms;
        retain_at_ms_ = now.steady_ms;
    }
}

void SqliteStore::remove_old(StoreTime now) {
    removal_clock_.see(now);
    if (removal_clock_.held() != held_said_) {
        held_said_ = removal_clock_.held();
        if (held_said_) {
            log_.warn("retention_held",
                      {{"ahead_ms", now.wall_ms - removal_clock_.seen_ms()},
                       {"note", "the clock is further ahead than can be believed, so nothing old "
                                "is removed; correct it, or see the manual when it is right"}});
        } else {
            log_.info("retention_goes_on");
        }
    }
    if (removal_clock_.seen_ms() - seen_stored_ms_ >= limits::seen_period_ms) {
        put_seen();
    }
    if (level_ && removal_clock_.may_remove() && now.steady_ms >= purge_at_ms_) {
        purge(now);
    }
    if (level_ && removal_clock_.may_remove() && now.steady_ms >= retain_at_ms_) {
        retain(now);
    }
}

void SqliteStore::put_seen() {
    const TimeMs seen_ms = removal_clock_.seen_ms();
    statements_->set_seen.with(seen_ms).step();
    if (database_.ok()) {
        seen_stored_ms_ = seen_ms;
    } else {
        undo();
    }
}

// A ticket that can no longer open a session needs no memory: presented again it is a first use
// after its expiry. A revoke needs none when no ticket from before it can be good. Both stay for
// what the clock may be ahead.
void SqliteStore::purge(StoreTime now) {
    static_assert(limits::reauth_due_ms >
                  1000 * (limits::ticket_life_s_max + limits::ticket_skew_s));
    const TimeMs surely_ms = now.wall_ms - limits::removal_ahead_ms_max;
    statements_->purge_tickets.with(surely_ms - limits::reauth_due_ms).step();
    statements_->purge_revoked.with(surely_ms - limits::revoked_keep_ms).step();
    if (database_.ok()) {
        purge_at_ms_ = now.steady_ms + limits::purge_period_ms;
    } else {
        undo();
    }
}

// Goes on where the last step ended; after the last room there is a pause.
void SqliteStore::retain(StoreTime now) {
    Statements& s = *statements_;
    retain_at_ms_ = now.steady_ms + limits::retention_step_ms;
    for (size_t rooms = 0; rooms < limits::retention_rooms_per_step_max; ++rooms) {
        if (!s.next_room.with(raw(retained_room_)).step()) {
            retained_room_ = RoomId{};
            retain_at_ms_ = now.steady_ms + limits::retention_pause_ms;
            break;
        }
        const RoomId room{s.next_room.id(0)};
        const uint64_t kind = s.next_room.id(1);
        s.next_room.finish();
        const int64_t days = kind < options_.history_days.size() ? options_.history_days[kind] : 0;
        if (days > 0 && retain_room(room, now.wall_ms - days * limits::day_ms - spare_ms)) {
            break; // there may be more of it
        }
        retained_room_ = room;
    }
    if (!database_.ok()) {
        undo();
    }
}

// True: as many went as may go at once.
bool SqliteStore::retain_room(RoomId room, TimeMs before_ms) {
    Statements& s = *statements_;
    std::vector<Place> old;
    bool all_old = true;
    s.oldest.with(raw(room), uint64_t{limits::retention_entries_per_step_max + 1});
    while (all_old && s.oldest.step()) {
        all_old = s.oldest.number(2) < before_ms;
        if (all_old) {
            old.push_back({s.oldest.id(0), s.oldest.number(1)});
        }
    }
    s.oldest.finish();
    if (all_old && !old.empty()) {
        old.pop_back(); // the room's newest; or else it goes in the next step
    }
    if (old.empty() || !database_.ok()) {
        return false;
    }
    database_.run("BEGIN IMMEDIATE");
    s.forget_places.with(raw(room), old.back().seq).step();
    for (const Place& place : old) {
        s.forget_entry.with(place.id).step();
    }
    database_.run("COMMIT");
    if (database_.ok()) {
        counters_.removed.add(old.size());
    }
    return old.size() == limits::retention_entries_per_step_max;
}

} // namespace parley
