// stored.hpp: what is on the disk once the shard is gone, read through the store's own code, and
// judged against what persons were promised and heard.
#pragma once

#include <string>
#include <vector>

#include "tests/torture/crowd.hpp"
#include "tests/torture/report.hpp"

namespace parley::torture {

struct StoredLine {
    Seq seq = 0;
    TimeMs at_ms = 0;
    std::string text;
};

// Lines of a room after a seq, and whether SQLite finds the file sound.
struct StoredRoom {
    std::vector<StoredLine> lines;
    Seq first_seq = 0; // the oldest entry that is there; 0: none
    Seq last_seq = 0;
    bool sound = false;
};
bool read_room(const std::string& data, wire::RoomKind kind, std::string_view name, Seq after,
               StoredRoom& room, std::string& message);

// So many lines in rooms, the last of them the room that persons meet in: as fast as the store is.
bool fill(const std::string& data, uint64_t lines, std::string& message);

// Rows: acknowledged_lost, acknowledged_elsewhere, stored_twice, stored_out_of_order,
// heard_not_stored, database_unsound.
// MayTurn: a line that was refused for a moment is said again behind those that were on their way
// after it, so that the order is only told.
enum class Order { Kept, MayTurn };
void judge_stored(const Crowd& crowd, const StoredRoom& room, Report& report,
                  Order order = Order::Kept);
// Rows: never_heard, heard_twice, heard_out_of_order, told_of_gaps: of what is stored since each
// came. Only the first so many persons.
void judge_heard(const Crowd& crowd, const StoredRoom& room, Report& report,
                 size_t persons = SIZE_MAX);
uint64_t acknowledged(const Crowd& crowd);
// Whether everyone has all lines of the room, as the clients know it.
bool level(const Crowd& crowd);

} // namespace parley::torture
