// disk_full.cpp: the data folder on a disk that is full for a while.
#include "tests/support/player.hpp"
#include "tests/torture/faults.hpp"
#include "tests/torture/stored.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include "schemas/base/clock.hpp"

namespace parley::torture {
namespace {

constexpr const char* disk_size = "size=24m";
constexpr size_t persons = 8;
constexpr double lines_per_s = 1000;
constexpr int64_t full_ms_max = 30'000; // until what was kept in reserve is used up
constexpr double refused_ms_bound = 1000;
constexpr double heals_ms_bound = 5000;
constexpr double said_max = 3;
constexpr int pages = 10;
constexpr Seq old_seq = 20; // no longer in the shard's memory once the disk is full

// A small disk that only this process and its children see.
class SmallDisk {
public:
    ~SmallDisk() {
        if (mounted_) {
            umount2(folder_.path().c_str(), MNT_DETACH);
        }
    }
    bool mount_it(std::string& why) {
        const auto failed = [&](const char* what) {
            why = std::string(what) + ": " + std::strerror(errno);
            return false;
        };
        if (unshare(CLONE_NEWNS) != 0) {
            return failed("no mount namespace of its own (root is needed)");
        }
        if (mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
            return failed("mounts cannot be kept to itself");
        }
        if (mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, disk_size) != 0) {
            return failed("no tmpfs can be mounted");
        }
        mounted_ = true;
        return true;
    }
    // To the last byte; false: it does not end.
    bool fill_up() {
        const int file = open(filler().c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        const std::string bytes(4096, 'x');
        ssize_t written = 0;
        do {
            written = write(file, bytes.data(), bytes.size());
        } while (written > 0);
        const bool full = written < 0 && errno == ENOSPC;
        ::close(file);
        return full;
    }
    void make_room() { unlink(filler().c_str()); }
    std::string data() const { return folder_.file("data"); }

private:
    std::string filler() const { return folder_.file("filler"); }

    test::Folder folder_;
    bool mounted_ = false;
};

// Says a line and waits for its answer. A real client keeps what the store refused and says it
// again, so that its game is told of nothing.
bool ask(Crowd& crowd, test::Player& player, RoomId room, Nonce nonce, Error& answer) {
    const uint32_t request = player.say(room, nonce, "does it hold, " + std::to_string(nonce));
    const bool answered = crowd.until([&] {
        player.step();
        return player.answer(request) != nullptr;
    });
    answer = answered ? player.answer(request)->error : Error::NoAnswer;
    return answered;
}

bool enter(Crowd& crowd, const Shard& shard, test::Player& player) {
    test::TicketWish wish;
    wish.subject = "asker";
    wish.rooms = {{static_cast<uint8_t>(wire::RoomKind::Guild), std::string(room_name), 0}};
    player.connect(shard.port(), shard.server_key(),
                   test::mint(shard.backend(), wish, player.device_seed));
    return crowd.until([&] {
        player.step();
        return player.ready() && player.room(std::string(room_name)) != nullptr;
    });
}

} // namespace

bool play_disk_full(const Plan& plan, Report& report, std::string& message) {
    SmallDisk disk;
    if (std::string why; !disk.mount_it(why)) {
        report.skip("disk_full", why);
        return true;
    }
    ShardWish wish;
    wish.program = plan.parley;
    wish.data = disk.data();
    Shard shard(wish);
    if (!shard.start(message)) {
        return false;
    }
    Crowd crowd;
    for (size_t i = 0; i < persons; ++i) {
        crowd.add(shard, {.index = i});
    }
    test::Player asker(200);
    if (!crowd.enter(message) || !enter(crowd, shard, asker)) {
        return false;
    }
    const RoomId where = asker.room(std::string(room_name))->id;
    const auto nonce_at = [](uint64_t number) {
        return static_cast<Nonce>((static_cast<uint64_t>(wall_unix_ms()) << 22) + number);
    };
    crowd.talk = {lines_per_s, 8};
    crowd.for_ms(500);
    if (!disk.fill_up()) {
        message = "the small disk could not be filled";
        return false;
    }
    const int64_t full_at_ms = steady_ms();
    const auto store_failed = [&] { return shard.said("store_failed") > 0; };
    // The log's own file has room for a while.
    while (!store_failed() && steady_ms() - full_at_ms < full_ms_max) {
        crowd.for_ms(50);
        asker.step();
    }
    report.tell("full_felt_after_ms", static_cast<double>(steady_ms() - full_at_ms));
    int64_t asked_ms = steady_ms();
    Error answer{};
    uint64_t asked = 0;
    bool answered = ask(crowd, asker, where, nonce_at(++asked), answer);
    // What the disk still had room for is stored; the next one is more.
    while (answered && answer == Error::Ok && steady_ms() - full_at_ms < full_ms_max) {
        crowd.for_ms(50);
        asked_ms = steady_ms();
        answered = ask(crowd, asker, where, nonce_at(++asked), answer);
    }
    report.at_least("refused_with_StoreUnavailable",
                    answered && answer == Error::StoreUnavailable ? 1 : 0, 1,
                    std::string(error_name(answer)));
    report.at_most("refused_after_ms", static_cast<double>(steady_ms() - asked_ms),
                   refused_ms_bound);
    int pages_read = 0;
    for (int i = 0; i < pages; ++i) {
        asker.say(where, nonce_at(++asked), "into the same group");
        const uint32_t page = asker.fetch_before(where, old_seq, 10);
        crowd.until([&] {
            asker.step();
            return asker.pages_done(page) || asker.answer(page) != nullptr;
        });
        pages_read += asker.pages_done(page) ? 1 : 0;
    }
    report.at_least("pages_read_beside_refused_lines", pages_read, pages);
    crowd.for_ms(plan.quick ? 100 : 3000);
    report.at_least("shard_lives", shard.lives() ? 1 : 0, 1);
    report.at_least("everyone_still_in", crowd.all_in() ? 1 : 0, 1);

    disk.make_room();
    const int64_t room_ms = steady_ms();
    const uint64_t before = acknowledged(crowd);
    const bool healed = crowd.until([&] { return acknowledged(crowd) > before; });
    report.at_least("heals", healed ? 1 : 0, 1);
    report.at_most("heals_after_ms", static_cast<double>(steady_ms() - room_ms), heals_ms_bound);
    crowd.for_ms(300);
    crowd.talk.lines_per_s = 0;
    const bool told = crowd.until([&] { return crowd.all_answered() && level(crowd); });
    report.at_least("everyone_level_at_the_end", told ? 1 : 0, 1);
    // Once, unless a commit just fits in between; never once a group.
    report.at_most("said_that_it_fails", static_cast<double>(shard.said("store_failed")), said_max);
    report.at_least("said_that_it_works_again",
                    static_cast<double>(shard.said("store_works_again")), 1);
    report.at_least(
        "answered_again",
        ask(crowd, asker, where, nonce_at(++asked), answer) && answer == Error::Ok ? 1 : 0, 1);
    StoredRoom room;
    if (!shard.stop(message) ||
        !read_room(shard.data(), wire::RoomKind::Guild, room_name, 0, room, message)) {
        return false;
    }
    judge_stored(crowd, room, report, Order::MayTurn);
    judge_heard(crowd, room, report);
    return true;
}

} // namespace parley::torture
