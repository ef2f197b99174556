// backup_test.cpp: a copy made under traffic is what was committed when it began; what is not whole
// is never put in place.
#include "server/store/backup.hpp"

#include "tests/support/catch.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include <sys/stat.h>
#include <unistd.h>

#include "server/store/migrations/migrations.hpp"
#include "server/store/sqlite_store.hpp"
#include "server/store/store_lock.hpp"
#include "server/store/store_mark.hpp"
#include "tests/unit/server/store/store_test_help.hpp"

using namespace parley;
using namespace parley::test;

namespace {

std::unique_ptr<SqliteStore> open_store(const std::string& path) {
    SqliteStoreOptions options;
    options.path = path;
    options.fold_entries = 500;
    std::string message;
    auto opened = SqliteStore::open(options, Log(), message);
    INFO(message);
    REQUIRE(opened.ok());
    return std::move(opened).value();
}

std::string content_of(const std::string& path) {
    std::ostringstream out;
    out << std::ifstream(path, std::ios::binary).rdbuf();
    return out.str();
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

// Nothing that was begun lies there.
std::vector<std::string> files_in(const std::string& folder) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
}

// A store with one room that is written to, and a place for a backup.
struct Served {
    Folder folder;
    const std::string path = folder.file("data/parley.db");
    const std::string backup = folder.file("backup");
    std::unique_ptr<SqliteStore> store;
    UserId ada{};
    RoomId team{};
    Nonce nonce = 0;
    std::string message;

    Served() {
        std::filesystem::create_directory(folder.file("data"));
        store = open_store(path);
        ada = user(*store, "ada");
        team = room(*store, team_kind, "team");
        run<MemberPut>(*store, member(team, ada, 1));
    }
    void say(size_t lines) {
        std::vector<StoreRequest> requests;
        for (size_t line = 0; line < lines; ++line) {
            const std::string text = "line " + std::to_string(++nonce);
            requests.push_back(append(team, ada, nonce, text + std::string(1000, '.')));
        }
        run_group(*store, std::move(requests));
        store->maintain();
    }
    BackupContents back_up_now(const BackupOptions& options = {}) {
        const auto made = back_up(path, backup, options, message);
        INFO(message);
        REQUIRE(made.ok());
        return made.value();
    }
    std::string refused_restore(const std::string& into) {
        message.clear();
        CHECK(restore(backup, into, message).error() != Error::Ok);
        CHECK(std::filesystem::exists(into) == std::filesystem::is_regular_file(into));
        return message;
    }
};

// All lines of the room, oldest first.
std::vector<LogEntry> all_of(Store& store, RoomId room, UserId reader) {
    std::vector<LogEntry> all;
    while (true) {
        const Seq after = all.empty() ? 0 : all.back().seq;
        const auto page =
            run<EntriesFetched>(store, fetch(room, reader, after, 1 << 30, 50, false));
        if (page.entries.empty()) {
            return all;
        }
        all.insert(all.end(), page.entries.begin(), page.entries.end());
    }
}

} // namespace

TEST_CASE("a backup made while lines are written is what was committed when it began", "[store]") {
    Served s;
    s.say(2000);
    const Seq before = load(*s.store, team_kind, "team", false).meta.last_seq;
    size_t steps = 0;
    BackupOptions options;
    options.step_pages = 16;
    options.between_steps = [&] {
        ++steps;
        s.say(20); // commits, and now and then a fold and a checkpoint
    };
    const BackupContents contents = s.back_up_now(options);
    CHECK(steps > 10);
    CHECK(contents.entries == before);
    CHECK(contents.rooms == 1);
    CHECK(contents.users == 1);
    CHECK(contents.members == 1);
    CHECK(contents.schema == migrations::all.size());
    CHECK(contents.newest_ms == static_cast<uint64_t>(noon_ms));
    CHECK(contents.bytes == std::filesystem::file_size(s.backup + "/parley.db"));
    CHECK(files_in(s.backup) == std::vector<std::string>{"contents.txt", "parley.db"});
    struct stat status {};
    REQUIRE(stat((s.backup + "/parley.db").c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);

    // The shard goes on, and has what it wrote meanwhile after another start.
    s.say(20);
    const Seq after = load(*s.store, team_kind, "team", false).meta.last_seq;
    CHECK(after == before + 20 * (steps + 1));
    const std::vector<LogEntry> served = all_of(*s.store, s.team, s.ada);
    s.store.reset();
    s.store = open_store(s.path);
    CHECK(load(*s.store, team_kind, "team", false).meta.last_seq == after);

    const std::string restored = s.folder.file("restored.db");
    REQUIRE(restore(s.backup, restored, s.message).ok());
    s.store.reset();
    const auto store = open_store(restored);
    const std::vector<LogEntry> found = all_of(*store, s.team, s.ada);
    REQUIRE(found.size() == before);
    for (size_t i = 0; i < found.size(); ++i) {
        CHECK(found[i].seq == served[i].seq);
        CHECK(found[i].nonce == served[i].nonce);
        CHECK(text_of(found[i]) == text_of(served[i]));
    }
    CHECK(user(*store, "ada") == s.ada);
}

TEST_CASE("a backup of a shard that stands still has what a kill left in its log", "[store]") {
    Served s;
    s.say(10);
    const std::string killed = s.folder.file("killed");
    std::filesystem::create_directory(killed);
    for (const char* name : {"/parley.db", "/parley.db-wal"}) {
        std::filesystem::copy_file(s.folder.file("data") + name, killed + name);
    }
    const auto made = back_up(killed + "/parley.db", s.backup, {}, s.message);
    REQUIRE(made.ok());
    CHECK(made->entries == 10);
    // And the log is there as it was, for the next start.
    CHECK(std::filesystem::file_size(killed + "/parley.db-wal") > 0);
    CHECK(load(*open_store(killed + "/parley.db"), team_kind, "team", false).meta.last_seq == 10);
}

TEST_CASE("a restored database's rooms are other logs, also the second time", "[store]") {
    Served s;
    s.say(3);
    const uint64_t before = load(*s.store, team_kind, "team", false).meta.incarnation;
    s.back_up_now();
    std::vector<uint64_t> incarnations = {before};
    for (const char* name : {"one.db", "two.db"}) {
        REQUIRE(restore(s.backup, s.folder.file(name), s.message).ok());
        s.store.reset();
        const auto store = open_store(s.folder.file(name));
        const RoomLoaded loaded = load(*store, team_kind, "team", false, 10);
        CHECK(loaded.meta.last_seq == 3);
        CHECK(seqs(loaded.tail) == std::vector<Seq>{1, 2, 3});
        CHECK(loaded.meta.incarnation != 0);
        incarnations.push_back(loaded.meta.incarnation);
        std::filesystem::remove(mark_path(s.folder.file(name)));
    }
    CHECK(incarnations[0] != incarnations[1]);
    CHECK(incarnations[0] != incarnations[2]);
    CHECK(incarnations[1] != incarnations[2]);
}

TEST_CASE("a restore takes the place of a database that was moved away, and its mark fits",
          "[store]") {
    Served s;
    s.say(100);
    s.back_up_now();
    s.say(100);
    s.store.reset();
    CHECK(contains(s.refused_restore(s.path), "is there already"));
    std::filesystem::remove(s.path);
    CHECK(contains(s.refused_restore(s.path), s.path + "-wal is there already"));
    std::filesystem::remove(s.path + "-wal");
    std::filesystem::remove(s.path + "-shm");
    REQUIRE(restore(s.backup, s.path, s.message).ok());
    for (int start = 0; start < 2; ++start) {
        s.store = open_store(s.path);
        CHECK(load(*s.store, team_kind, "team", false).meta.last_seq == 100);
        s.store.reset();
    }
}

TEST_CASE("all that root restores into another's folder is its owner's", "[store]") {
    if (geteuid() != 0) {
        WARN("only root can make a folder another's: not checked");
        return;
    }
    constexpr uid_t other = 65534;
    Served s;
    s.say(1);
    s.back_up_now();
    const std::string fresh = s.folder.file("fresh");
    std::filesystem::create_directory(fresh);
    REQUIRE(chown(fresh.c_str(), other, other) == 0);
    REQUIRE(restore(s.backup, fresh + "/parley.db", s.message).ok());
    const std::vector<std::string> files = files_in(fresh);
    CHECK(files.size() == 3);
    for (const std::string& file : files) {
        struct stat status {};
        REQUIRE(stat((fresh + "/" + file).c_str(), &status) == 0);
        INFO(file);
        CHECK(status.st_uid == other);
        CHECK(status.st_gid == other);
    }
}

TEST_CASE("while a shard serves the folder nothing is restored there", "[store]") {
    Served s;
    s.say(1);
    s.back_up_now();
    CHECK(contains(s.refused_restore(s.path), "in use by another shard"));
    StoreLock lock;
    std::filesystem::create_directory(s.folder.file("other"));
    REQUIRE(lock.take(s.folder.file("other/parley.db"), s.message) == Error::Ok);
    CHECK(contains(s.refused_restore(s.folder.file("other/parley.db")), "in use by another shard"));
}

TEST_CASE("what is cut off, changed or longer is not restored, and leaves nothing", "[store]") {
    Served s;
    s.say(100);
    s.back_up_now();
    const std::string database = content_of(s.backup + "/parley.db");
    const std::string list = content_of(s.backup + "/contents.txt");
    std::filesystem::create_directory(s.folder.file("new"));
    const std::string into = s.folder.file("new/parley.db");
    const auto put = [&](const std::string& name, const std::string& content) {
        std::ofstream(s.backup + "/" + name, std::ios::binary | std::ios::trunc) << content;
    };

    for (const size_t size : {size_t{0}, size_t{1}, database.size() / 2, database.size() - 1}) {
        put("parley.db", database.substr(0, size));
        CHECK(contains(s.refused_restore(into), "is cut off or damaged"));
    }
    put("parley.db", database + "x");
    CHECK(contains(s.refused_restore(into), "is cut off or damaged"));
    std::string changed = database;
    changed[changed.size() / 2] ^= 1;
    put("parley.db", changed);
    CHECK(contains(s.refused_restore(into), "is cut off or damaged"));

    put("parley.db", database);
    for (size_t size = 0; size < list.size(); size += 7) {
        put("contents.txt", list.substr(0, size));
        CHECK(contains(s.refused_restore(into), "is not a whole backup"));
    }
    put("contents.txt", list + "more=1\n");
    CHECK(contains(s.refused_restore(into), "is not a whole backup"));
    put("contents.txt", list + std::string(1 << 20, 'x'));
    CHECK(contains(s.refused_restore(into), "is not a whole backup"));
    std::string fewer = list;
    fewer.replace(fewer.find("entries=100"), 11, "entries=101");
    put("contents.txt", fewer);
    CHECK(contains(s.refused_restore(into), "has not what its list says"));
    std::string newer = list;
    newer.replace(newer.find("schema="), 8, "schema=9");
    put("contents.txt", newer);
    CHECK(contains(s.refused_restore(into), "update this one first"));
    CHECK(files_in(s.folder.file("new")) == std::vector<std::string>{"parley.db.lock"});

    put("contents.txt", list);
    CHECK(restore(s.backup, into, s.message).ok());
}

TEST_CASE("a backup that cannot be made says why and leaves nothing", "[store]") {
    Served s;
    s.say(100);
    const auto refused = [&](const std::string& database, const std::string& to) {
        s.message.clear();
        CHECK(back_up(database, to, {}, s.message).error() != Error::Ok);
        return s.message;
    };
    CHECK(contains(refused(s.folder.file("none.db"), s.backup), "there is no database"));
    CHECK(contains(refused(s.path, s.folder.file("none/backup")), "cannot be made"));
    CHECK(contains(refused(s.path, s.folder.file("data")), "nothing is overwritten"));
    std::ofstream(s.folder.file("text.db")) << std::string(8192, 'x');
    CHECK(contains(refused(s.folder.file("text.db"), s.backup), "cannot be copied"));

    // Moved away in the middle.
    BackupOptions options;
    options.step_pages = 4;
    options.between_steps = [&] {
        std::error_code ignored; // once is enough
        std::filesystem::rename(s.path, s.folder.file("data/away.db"), ignored);
    };
    CHECK(back_up(s.path, s.backup, options, s.message).error() == Error::BadStore);
    CHECK(contains(s.message, "was moved or replaced"));
    std::filesystem::rename(s.folder.file("data/away.db"), s.path);
    CHECK(files_in(s.folder.path()) == std::vector<std::string>{"data", "text.db"});
    s.back_up_now();
}

TEST_CASE("a database that is damaged is not backed up as if it were whole", "[store]") {
    Served s;
    s.say(400);
    s.store.reset();
    std::filesystem::remove(s.path + "-wal");
    std::filesystem::remove(s.path + "-shm");
    {
        std::fstream file(s.path, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(static_cast<std::streamoff>(std::filesystem::file_size(s.path)) - 8192);
        file << std::string(4096, 'x');
    }
    CHECK(back_up(s.path, s.backup, {}, s.message).error() == Error::BadStore);
    CHECK(contains(s.message, "the copy is damaged as its source is"));
    CHECK_FALSE(std::filesystem::exists(s.backup));
}
