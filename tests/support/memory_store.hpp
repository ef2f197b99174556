// memory_store.hpp: the store without a disk, for tests. It answers like the real one (the same
// contract test runs on both) and fails on demand. What is committed lies in a MemoryDisk that
// outlives the store, so a crash is: drop the store, make another one over the same disk.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "schemas/wire/generated.hpp"
#include "server/store/store.hpp"

namespace parley {

// All that is committed. Ordered containers, so that a run with the same requests is the same run.
struct MemoryDisk {
    struct User {
        StoredUser user;
        std::string issuer;
        std::string subject;
    };
    struct Ticket {
        DeviceKey device{};
        UserId user{};
        TimeMs first_use_ms = 0;
    };
    struct Room {
        RoomMeta meta;
        std::vector<LogEntry> entries; // entries[i].seq == i + 1
        std::map<UserId, StoredMember> members;
        std::map<std::pair<UserId, Nonce>, Seq> nonces;
        std::map<UserId, TimeMs> revoked; // when
    };

    std::map<UserId, User> users;
    std::map<std::pair<std::string, std::string>, UserId> user_by_subject; // issuer, subject
    std::map<std::pair<std::string, std::string>, Ticket> tickets;         // issuer, jti
    std::set<std::pair<UserId, UserId>> blocks;                            // who, whom
    std::map<RoomId, Room> rooms;
    std::map<std::pair<uint8_t, std::string>, RoomId> room_by_name;
    uint64_t next_user = 1;
    uint64_t next_room = 1;
    uint64_t next_incarnation = 0x1CA2;

    const Room* room(RoomId id) const;
    const StoredMember* member(RoomId room, UserId user) const;
};

// What the next commits shall meet.
enum class CommitFault : uint8_t {
    None,
    Fails,         // nothing took effect, and all but reads are answered StoreUnavailable
    Unreadable,    // likewise, and reads, too
    AppliedUnheard // all took effect, and yet everyone is answered StoreUnavailable: what a shard
                   // that dies between commit and answer leaves behind. The contract promises a
                   // living shard that it never sees this; crash it before it reads the answers.
};

// Owner: one thread.
class MemoryStore : public Store {
public:
    explicit MemoryStore(std::shared_ptr<MemoryDisk> disk) : disk_(std::move(disk)) {}

    void execute(std::span<const StoreRequest> requests,
                 std::vector<StoreAnswer>& answers) override;

    // The next `count` calls of execute meet `fault`.
    void fail_next(CommitFault fault, uint32_t count = 1) {
        fault_ = fault;
        fault_left_ = count;
    }
    const MemoryDisk& disk() const { return *disk_; }
    // Counts of what a test wants to know happened.
    uint64_t commits() const { return commits_; }
    uint64_t failed_commits() const { return failed_commits_; }

private:
    StoreAnswer run(const StoreRequest& request);
    StoreAnswer run_one(const AdmitUser& request);
    StoreAnswer run_one(const LoadRoom& request);
    StoreAnswer run_one(const FindUsers& request);
    StoreAnswer run_one(const FindSubject& request);
    StoreAnswer run_one(const Append& request);
    StoreAnswer run_one(const PutMember& request);
    StoreAnswer run_one(const DropMember& request);
    StoreAnswer run_one(const PutReadMark& request);
    StoreAnswer run_one(const FetchEntries& request);
    StoreAnswer run_one(const PutBlock& request);
    void revoke(MemoryDisk::Room& room, UserId user, TimeMs at_ms); // 0: forgets it
    UserId user_of(const std::string& issuer, const std::string& subject);
    void on_rollback(std::function<void(MemoryDisk&)> undo) { undo_.push_back(std::move(undo)); }
    void roll_back();

    std::shared_ptr<MemoryDisk> disk_;
    std::vector<std::function<void(MemoryDisk&)>> undo_; // of the running transaction
    CommitFault fault_ = CommitFault::None;
    uint32_t fault_left_ = 0;
    uint64_t commits_ = 0;
    uint64_t failed_commits_ = 0;
};

} // namespace parley
