// admin_test.cpp: a shard's pages for its watchers, beside real players.
#include "tests/support/catch.hpp"

#include <fstream>

#include <sodium.h>

#include "server/app/keys.hpp"
#include "server/app/shard.hpp"
#include "tests/integration/program.hpp"
#include "tests/integration/watcher.hpp"
#include "tests/support/folder.hpp"
#include "tests/support/player.hpp"
#include "tests/unit/server/admin/exposition_reader.hpp"

using namespace parley;
using namespace parley::test;

namespace {

struct Watched {
    Watched() {
        REQUIRE(sodium_init() >= 0);
        backend.seed.fill(3);
        ShardOptions options;
        options.config.bind = "127.0.0.1";
        options.config.port = 0;
        options.config.net_threads = 2;
        options.config.data_folder = folder.file("data");
        options.config.issuers = {{"dev", "dev", issuer_public_key(backend.seed)}};
        options.config.admin_address = "127.0.0.1";
        options.config.admin_port = 0;
        std::string message;
        auto started = Shard::start(options, Log(), message);
        INFO(message);
        REQUIRE(started.ok());
        shard = std::move(started).value();
    }
    void enter(Player& player, const std::string& subject) {
        TicketWish wish;
        wish.subject = subject;
        wish.rooms = {team("teal")};
        player.connect(shard->port(), shard->public_key(), mint(backend, wish, player.device_seed));
        REQUIRE(until({&player}, [&] { return player.room("teal") != nullptr; }));
    }
    Answered ask(const std::string& path) const {
        return parley::test::ask(shard->admin_port(), path);
    }
    ReadExposition metrics() const {
        const Answered answered = ask("/metrics");
        CHECK(answered.status == 200);
        CHECK(answered.head.find("Content-Type: text/plain; version=0.0.4; charset=utf-8") !=
              std::string::npos);
        ReadExposition read = read_exposition(answered.content);
        CHECK(read.problem == "");
        return read;
    }

    Folder folder;
    Backend backend;
    std::unique_ptr<Shard> shard;
};

} // namespace

TEST_CASE("the figures of a shard are those of what its players did", "[integration]") {
    Watched world;
    const ReadExposition before = world.metrics();
    CHECK(before.value("parley_sessions") == 0);
    CHECK(before.value("parley_net_threads") == 2);
    CHECK(before.value("parley_build_info", "parley_build_info{version=\"0.1.0\"}") == 1);
    CHECK(before.value("parley_disk_free_bytes") > 0);
    CHECK(before.value("parley_store_failing") == 0);

    Player ada(1);
    Player bob(2);
    world.enter(ada, "ada-the-first");
    world.enter(bob, "bob-the-second");
    const RoomId room = ada.room("teal")->id;
    const Nonce nonce = static_cast<Nonce>(wall_unix_ms()) << 22;
    const uint32_t said = ada.say(room, nonce, "a secret word");
    const uint32_t refused = ada.say(RoomId{999}, nonce + 1, "to nobody");
    REQUIRE(until({&ada, &bob}, [&] {
        return ada.answer(said) != nullptr && ada.answer(refused) != nullptr &&
               bob.heard(room).size() == 1;
    }));
    // Gauges are as of the core's last round.
    ReadExposition after;
    REQUIRE(until({&ada, &bob}, [&] {
        after = world.metrics();
        return after.value("parley_sessions") == 2 && after.value("parley_users") == 2;
    }));
    // Only the team has a log here: who joined, and the line. A join may be told with the room.
    const auto entries = static_cast<double>(ada.answer(said)->seq);
    CHECK(after.value("parley_entries_total") >= 1);
    CHECK(after.value("parley_entries_total") <= entries);
    CHECK(after.value("parley_deliveries_total") >= 2);
    CHECK(after.value("parley_store_entries_total") == entries);
    CHECK(after.value("parley_rooms") >= 1);
    CHECK(after.value("parley_tail_bytes") > 0);
    CHECK(after.value("parley_admissions_total") == 2);
    CHECK(after.value("parley_sessions_opened_total") == 2);
    CHECK(after.value("parley_replies_refused_total",
                      "parley_replies_refused_total{error=\"NotMember\"}") == 1);
    CHECK(after.value("parley_replies_refused_total",
                      "parley_replies_refused_total{error=\"Rate\"}") == 0);
    CHECK(after.value("parley_link_hello_accepted_total") == 2);
    CHECK(after.value("parley_link_datagrams_opened_total") > 0);
    CHECK(after.value("parley_batch_datagrams_total", "parley_batch_datagrams_total{way=\"in\"}") >
          0);
    CHECK(after.value("parley_batch_calls_total", "parley_batch_calls_total{way=\"out\"}") > 0);
    CHECK(after.value("parley_store_commits_total") > 0);
    CHECK(after.value("parley_store_group_seconds", "parley_store_group_seconds_count") >=
          after.value("parley_store_commits_total"));
    CHECK(after.value("parley_store_bytes", "parley_store_bytes{file=\"database\"}") > 0);

    // Whoever may read the page learns nothing of anybody.
    const std::string page = world.ask("/metrics").content;
    for (const char* word : {"ada", "bob", "teal", "secret", "lobby", "127.0.0.1", "/data"}) {
        CHECK(page.find(word) == std::string::npos);
    }
}

TEST_CASE("a shard says that it lives and is ready, and from the start of a drain that it is not",
          "[integration]") {
    Watched world;
    CHECK(world.ask("/healthz").content == "ok\n");
    CHECK(world.ask("/readyz").status == 200);
    CHECK(world.ask("/").status == 404);
    CHECK(world.ask("/metrics/").status == 404);
    Player ada(1);
    world.shard->say_unready();
    const Answered unready = world.ask("/readyz");
    CHECK(unready.status == 503);
    CHECK(unready.content == "shard: it drains\n");
    CHECK(world.ask("/healthz").status == 200);
    world.enter(ada, "ada"); // it serves as before
    world.shard->ask_shutdown();
    REQUIRE(until({&ada}, [&] { return ada.closed(); }));
    CHECK(ada.closed_with() == Error::Shutdown);
    CHECK(ada.told_goodbye());
    CHECK(ada.retry_after_ms() == 2000);
    CHECK(world.shard->wait_done(std::chrono::seconds(30)));
    CHECK(world.ask("/readyz").status == 503);
    CHECK(world.metrics().value("parley_leaving") == 1);
}

TEST_CASE("a shard that is told to end serves while it says that it is not ready, then drains",
          "[integration]") {
    REQUIRE(sodium_init() >= 0);
    Folder folder;
    Program keys({"keys", "issuer", folder.file("issuer.key"), "--name", "studio", "--kid", "7"});
    REQUIRE(keys.wait() == 0);
    std::ofstream(folder.file("shard.toml"))
        << "[shard]\nbind = \"127.0.0.1\"\nport = 0\nunready_ms = 3600000\ndata_folder = \""
        << folder.file("data") << "\"\n[admin]\naddress = \"127.0.0.1\"\nport = 0\n"
        << keys.text();
    Program server({"serve", "--config", folder.file("shard.toml")});
    REQUIRE(server.wait_ready() != 0);
    const std::string ready_line = "info admin_ready port=";
    const size_t at = server.error_text().find(ready_line);
    REQUIRE(at != std::string::npos);
    const auto port =
        static_cast<uint16_t>(std::stoi(server.error_text().substr(at + ready_line.size())));
    CHECK(ask(port, "/readyz").status == 200);
    server.kill(SIGTERM);
    REQUIRE(server.read_until("info unready ms=3600000"));
    CHECK(ask(port, "/readyz").status == 503);
    CHECK(ask(port, "/healthz").status == 200);
    server.kill(SIGTERM); // once more: now
    CHECK(server.wait() == 0);
    CHECK(server.error_text().find("info shutdown_done") != std::string::npos);
    CHECK(ask(port, "/healthz").status == 0);
}

TEST_CASE("pages that cannot be opened end the start with one sentence, and leave no journal",
          "[integration]") {
    Watched world;
    Folder folder;
    std::ofstream(folder.file("shard.toml"))
        << "[shard]\nbind = \"127.0.0.1\"\nport = 0\ndata_folder = \"" << folder.file("data")
        << "\"\n[admin]\naddress = \"127.0.0.1\"\nport = " << world.shard->admin_port()
        << "\n[[issuer]]\nname = \"s\"\nkid = \"1\"\npublic_key = "
           "\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"\n";
    Program server(
        {"serve", "--config", folder.file("shard.toml"), "--journal", folder.file("journal")});
    CHECK(server.wait() == 1);
    CHECK(server.error_text().find("choose another admin.port") != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(folder.file("journal")));
}

TEST_CASE("a shard that nobody asked for pages opens none", "[integration]") {
    Folder folder;
    Program server({"serve", "--dev", "--data", folder.file("data"), "--port", "0"});
    REQUIRE(server.wait_ready() != 0);
    CHECK(server.error_text().find("admin_ready") == std::string::npos);
}
