// seccomp_test.cpp: a confined shard does all that a shard does.
#include "tests/support/catch.hpp"

#include <filesystem>
#include <fstream>

#include <sodium.h>

#include "server/app/keys.hpp"
#include "server/app/seccomp.hpp"
#include "tests/integration/program.hpp"
#include "tests/integration/watcher.hpp"
#include "tests/support/folder.hpp"
#include "tests/support/player.hpp"

using namespace parley;
using namespace parley::test;

namespace {

// "Seccomp:" of each thread's status.
std::vector<std::string> modes_of(pid_t pid) {
    std::vector<std::string> modes;
    for (const auto& task :
         std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task")) {
        std::ifstream file(task.path() / "status");
        for (std::string line; std::getline(file, line);) {
            if (line.compare(0, 9, "Seccomp:\t") == 0) {
                modes.push_back(line.substr(9));
            }
        }
    }
    return modes;
}

} // namespace

// With many datagrams a call and with one: they take other calls of the system.
TEST_CASE("a confined shard serves, is watched, takes up a configuration and drains",
          "[integration]") {
    REQUIRE(sodium_init() >= 0);
    const int datagrams_per_call = GENERATE(64, 1);
    const int seccomp = GENERATE(1, 0);
    Folder folder;
    Program keys({"keys", "issuer", folder.file("issuer.key"), "--name", "studio", "--kid", "7"});
    REQUIRE(keys.wait() == 0);
    const auto configure = [&](int retry_ms) {
        std::ofstream(folder.file("shard.toml"))
            << "[shard]\nbind = \"127.0.0.1\"\nport = 0\nnet_threads = 2\ndatagrams_per_call = "
            << datagrams_per_call << "\nseccomp = " << seccomp
            << "\nshutdown_retry_ms = " << retry_ms << "\ndata_folder = \"" << folder.file("data")
            << "\"\n[admin]\naddress = \"127.0.0.1\"\nport = 0\n"
            << keys.text();
    };
    configure(2000);
    Program server({"serve", "--config", folder.file("shard.toml"), "--journal",
                    folder.file("journal"), "--ready-file", folder.file("ready")});
    const uint16_t port = server.wait_ready();
    INFO(server.error_text());
    REQUIRE(port != 0);
    const std::vector<std::string> modes = modes_of(server.pid());
    CHECK(modes.size() >= 6); // main, log, core, store, pages, two of the network
    const bool confined = seccomp == 1 && can_confine();
    for (const std::string& mode : modes) {
        CHECK(mode == (confined ? "2" : "0"));
    }
    CHECK((server.error_text().find("warn not_confined") != std::string::npos) == !confined);

    const std::string admin_line = "info admin_ready port=";
    const size_t at = server.error_text().find(admin_line);
    REQUIRE(at != std::string::npos);
    const auto admin_port =
        static_cast<uint16_t>(std::stoi(server.error_text().substr(at + admin_line.size())));
    CHECK(ask(admin_port, "/metrics").status == 200);
    CHECK(ask(admin_port, "/readyz").status == 200);

    Backend backend;
    std::string message;
    backend.seed = load_issuer_key(folder.file("issuer.key"), message).value();
    backend.issuer = "studio";
    backend.key_id = "7";
    Program shown({"keys", "server", folder.file("data/server.key")});
    REQUIRE(shown.wait() == 0);
    const PublicKey server_key = key_from_hex(shown.text().substr(0, 64)).value();
    Player ada(1);
    TicketWish wish;
    wish.subject = "ada";
    wish.rooms = {team("teal")};
    ada.connect(port, server_key, mint(backend, wish, ada.device_seed));
    REQUIRE(until({&ada}, [&] { return ada.room("teal") != nullptr; }));
    const RoomId room = ada.room("teal")->id;
    const uint32_t said = ada.say(room, static_cast<Nonce>(wall_unix_ms()) << 22, "hello");
    REQUIRE(until({&ada}, [&] { return ada.answer(said) != nullptr; }));
    CHECK(ada.answer(said)->error == Error::Ok);
    const uint32_t page = ada.fetch_before(room, 100, 50);
    REQUIRE(until({&ada}, [&] { return ada.pages_done(page); }));

    // A backup beside it, a reload, all counters; then the end.
    Program backed_up({"backup", folder.file("backup"), "--config", folder.file("shard.toml")});
    CHECK(backed_up.wait() == 0);
    server.kill(SIGUSR1);
    REQUIRE(server.read_until("info counters_net"));
    configure(1234);
    server.kill(SIGHUP);
    REQUIRE(server.read_until("info reloaded"));
    server.kill(SIGTERM);
    REQUIRE(until({&ada}, [&] { return ada.closed(); }));
    CHECK(ada.retry_after_ms() == 1234);
    CHECK(server.wait() == 0);
    CHECK(server.error_text().find("info shutdown_done") != std::string::npos);
}
