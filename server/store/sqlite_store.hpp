// sqlite_store.hpp: the store on one SQLite file (WAL, synchronous=FULL). What it answers is on
// disk; what a full or failing disk refuses took no effect. The file is held by a lock, since the
// next seq of a room is kept in memory and a second writer would give it out twice.
#pragma once

#include <array>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "schemas/base/limits.hpp"
#include "schemas/base/log.hpp"
#include "schemas/base/metrics.hpp"
#include "schemas/base/result.hpp"
#include "server/store/removal_clock.hpp"
#include "server/store/sqlite.hpp"
#include "server/store/store.hpp"
#include "server/store/store_lock.hpp"

namespace parley {

struct SqliteStoreOptions {
    std::string path;
    size_t fold_entries = limits::fold_entries;
    size_t rooms_max = limits::rooms_loaded_max; // whose newest place it remembers
    std::array<int64_t, std::size(limits::tiers)> history_days{}; // by kind of room; 0: for ever
    int64_t pages_max = 0;                                        // 0: as large as the disk allows
    std::function<StoreTime()> now;      // without it nothing old is ever removed
    std::function<int64_t()> free_bytes; // of the disk; without it nobody is warned
    const char* vfs = nullptr; // SQLite's name of a file system; tests give one that fails
};

// Owner: the store thread.
class SqliteStore final : public Store {
public:
    // Opens or makes the database and brings its schema to today's. On an error message says in
    // one sentence what is wrong and how to mend it.
    static Result<std::unique_ptr<SqliteStore>> open(const SqliteStoreOptions& options, Log log,
                                                     std::string& message);
    ~SqliteStore() override;

    void execute(std::span<const StoreRequest> requests,
                 std::vector<StoreAnswer>& answers) override;
    void maintain() override;

    // Any thread may read them.
    struct Counters {
        Counter commits;
        Counter entries;
        Counter failures; // groups that took no effect
        Counter folds;
        Counter checkpoints;
        Counter removed; // entries that were old
        Gauge failing;   // 1: the last group took no effect
    };
    const Counters& counters() const { return counters_; }

private:
    struct Statements;
    struct Place { // of an entry that room_log does not have yet
        Seq seq = 0;
        int64_t id = 0;
    };
    struct Room {
        uint8_t kind = 0;
        bool damaged = false; // nothing of it is told or written any more
        Seq last_seq = 0;
        TimeMs last_at_ms = 0;
        std::vector<Place> unfolded; // ascending
    };

    SqliteStore(const SqliteStoreOptions& options, Log log);
    Error open_file(std::string& message);
    Error judge_files(std::string& message);
    Error open_database(std::string& message);
    void keep_from_others(const std::string& path) const;
    Error check_restored(std::string& message);
    void begin_generation();
    void mark(uint32_t generation);
    Error migrate(std::string& message);
    void grow_write_ahead();
    void remember_files();
    bool same_files();
    bool reload();
    bool fold();
    void checkpoint();
    void watch_disk();
    void begin_removal();
    void remove_old(StoreTime now);
    void put_seen();
    void purge(StoreTime now);
    void retain(StoreTime now);
    bool retain_room(RoomId room, TimeMs before_ms);
    bool run_all(std::span<const StoreRequest> requests, const std::map<size_t, Error>& failed,
                 std::vector<StoreAnswer>& answers);
    void give_up_page();
    void undo();
    void roll_back();
    static void refuse(std::span<const StoreRequest> requests, std::vector<StoreAnswer>& answers);
    void works_again();
    StoreAnswer answer_read(const StoreRequest& request);

    StoreAnswer run(const AdmitUser& request);
    StoreAnswer run(const LoadRoom& request);
    StoreAnswer run(const FindUsers& request);
    StoreAnswer run(const FindSubject& request);
    StoreAnswer run(const Append& request);
    StoreAnswer run(const PutMember& request);
    StoreAnswer run(const DropMember& request);
    StoreAnswer run(const PutReadMark& request);
    StoreAnswer run(const FetchEntries& request);
    StoreAnswer run(const PutBlock& request);

    Error judge_ticket(const AdmitUser& request, UserId user, UserAdmitted& answer);
    Room* find_room(RoomId id);
    // Null: answer with error.
    Room* sound_room(RoomId id, Error& error);
    void fail_room(RoomId id, Room& room, const char* what);
    // One line for each row, however often it is read.
    void say_damaged(const char* table, RoomId room, uint64_t row, const char* what);
    std::string read_name(sqlite::Statement& row, int column, UserId user);
    bool find_user(UserId id, StoredUser& user);
    std::vector<UserId> blockers_in(const std::string& direct_room); // its name
    int64_t find_entry(const Room& room, RoomId id, Seq seq);
    // Calls take(place) for the room's entries with seq in (after, before), until it says false.
    template <typename Take>
    void walk(RoomId id, const Room& room, Seq after, Seq before, bool newest_first, Take take);
    bool read_entry(RoomId room, const Place& place, LogEntry& entry);

    const SqliteStoreOptions options_;
    const Log log_;
    Counters counters_;
    StoreLock lock_;
    sqlite::Database database_;
    std::unique_ptr<Statements> statements_; // after database_: gone before it closes
    std::unordered_map<RoomId, Room> rooms_;
    int64_t last_id_ = 0;   // of log
    int64_t folded_id_ = 0; // room_log has everything up to it
    bool level_ = false;    // rooms_, last_id_ and folded_id_ agree with the disk
    int write_ahead_pages_ = 0;
    std::pair<uint64_t, uint64_t> write_ahead_file_{}; // device and number, as it was opened
    bool moved_said_ = false;
    bool restored_ = false;   // by hand: not the database that was served last
    uint32_t generation_ = 0; // of the database (store_mark.hpp)
    uint32_t marked_ = 0;     // the last one that is in the database's own file
    bool disk_low_ = false;
    int failure_said_ = SQLITE_OK; // until a commit succeeds
    int page_said_ = SQLITE_OK;
    int checkpoint_said_ = SQLITE_OK;
    bool mark_said_ = false; // that it cannot be written
    RemovalClock removal_clock_;
    bool held_said_ = false;
    TimeMs seen_stored_ms_ = 0;
    TimeMs purge_at_ms_ = 0;  // steady
    TimeMs retain_at_ms_ = 0; // steady
    RoomId retained_room_{};  // the last one that was looked at
    std::set<std::tuple<std::string_view, RoomId, uint64_t>> damaged_said_;
};

} // namespace parley
