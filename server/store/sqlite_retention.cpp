// sqlite_retention.cpp: what rooms need not keep any more, a little at a time between commits. The
// oldest entries of a room go together; its newest stays, since it says where the room's seqs go
// on.
#include "server/store/sqlite_statements.hpp"

namespace parley {

namespace {

// A line that is said again must be found by its nonce for as long as the core takes the nonce.
static_assert(limits::history_days_min * limits::day_ms >= limits::nonce_age_ms_max);
constexpr int64_t spare_ms = limits::nonce_ahead_ms_max;

} // namespace

// Goes on where the last step ended; after the last room there is a pause.
void SqliteStore::retain() {
    Statements& s = *statements_;
    retain_at_ms_ = newest_ms_ + limits::retention_step_ms;
    for (size_t rooms = 0; rooms < limits::retention_rooms_per_step_max; ++rooms) {
        if (!s.next_room.with(raw(retained_room_)).step()) {
            retained_room_ = RoomId{};
            retain_at_ms_ = newest_ms_ + limits::retention_pause_ms;
            break;
        }
        const RoomId room{s.next_room.id(0)};
        const uint64_t kind = s.next_room.id(1);
        s.next_room.finish();
        const int64_t days = kind < options_.history_days.size() ? options_.history_days[kind] : 0;
        if (days > 0 && retain_room(room, newest_ms_ - days * limits::day_ms - spare_ms)) {
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
