// program_test.cpp: the built program: serve, kill -9, SIGTERM, tickets, and every start that must
// fail with one sentence.
#include "tests/integration/program.hpp"

#include "tests/support/catch.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

#include <sodium.h>

#include "server/app/keys.hpp"
#include "tests/support/folder.hpp"
#include "tests/support/player.hpp"

using namespace parley;
using namespace parley::test;

namespace {

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

std::string content_of(const std::string& path) {
    std::ostringstream out;
    out << std::ifstream(path, std::ios::binary).rdbuf();
    return out.str();
}

// `parley serve --dev` in a folder, and what a game needs to reach it.
struct DevShard {
    explicit DevShard(const Folder& folder, std::vector<std::string> more = {})
        : data(folder.file("data")) {
        std::vector<std::string> words = {"serve", "--dev", "--data", data, "--port", "0"};
        words.insert(words.end(), more.begin(), more.end());
        program = std::make_unique<Program>(words);
        port = program->wait_ready();
        INFO(program->error_text());
        REQUIRE(port != 0);
        std::string hex = content_of(data + "/server.pub");
        hex.pop_back(); // newline
        server_key = key_from_hex(hex).value();
        std::string message;
        backend.seed = load_issuer_key(data + "/dev-issuer.key", message).value();
    }
    void connect(Player& player, const std::string& subject) {
        TicketWish wish;
        wish.subject = subject;
        wish.rooms = {team("teal")};
        if (tickets[subject].empty()) {
            tickets[subject] = mint(backend, wish, player.device_seed);
        }
        player.connect(port, server_key, tickets[subject]);
    }

    const std::string data;
    std::unique_ptr<Program> program;
    uint16_t port = 0;
    PublicKey server_key{};
    Backend backend;
    std::map<std::string, std::string> tickets;
};

// A start that must fail: exit code, and one line that says why.
std::string fails(const std::vector<std::string>& words, int code) {
    Program program(words);
    CHECK(program.wait() == code);
    const std::string said = program.error_text();
    INFO(said);
    const size_t at = said.find("parley: ");
    REQUIRE(at != std::string::npos);
    CHECK(std::count(said.begin() + static_cast<ptrdiff_t>(at), said.end(), '\n') == 1);
    CHECK(program.text().empty());
    return said;
}

} // namespace

// Method: two players talk as fast as their pace allows; the shard is killed at a moment that
// another seed would choose differently (after so many answers), started again on the same folder
// and the players say again, with the same nonces, what was not acknowledged. Then the room's log
// is read from the start.
TEST_CASE("a shard killed in mid-traffic has every acknowledged message exactly once",
          "[integration]") {
    REQUIRE(sodium_init() >= 0);
    Folder folder;
    std::map<Nonce, std::string> said;
    std::map<Nonce, Seq> acknowledged;
    Nonce next_nonce = static_cast<Nonce>(wall_unix_ms()) << 22;
    RoomId room{};
    for (int life = 0; life < 4; ++life) {
        DevShard shard(folder);
        Player ada(1);
        Player bob(2);
        shard.connect(ada, "ada");
        shard.connect(bob, "bob");
        REQUIRE(until({&ada, &bob},
                      [&] { return ada.room("teal") != nullptr && bob.room("teal") != nullptr; }));
        room = ada.room("teal")->id;
        // What the last life did not acknowledge, then new ones; unanswered when it dies.
        std::map<uint32_t, Nonce> asked_ada;
        std::map<uint32_t, Nonce> asked_bob;
        const auto say = [&](Player& player, std::map<uint32_t, Nonce>& asked, Nonce nonce) {
            asked[player.say(room, nonce, said[nonce])] = nonce;
        };
        const auto note = [&](const Player& player, std::map<uint32_t, Nonce>& asked) {
            size_t answered = 0;
            for (const auto& [request, nonce] : asked) {
                const Player::Answer* answer = player.answer(request);
                if (answer != nullptr && answer->error == Error::Ok) {
                    ++answered;
                    if (acknowledged.count(nonce) != 0) {
                        CHECK(acknowledged[nonce] == answer->seq);
                    }
                    acknowledged[nonce] = answer->seq;
                }
            }
            return answered;
        };
        for (const auto& [nonce, text] : said) {
            if (acknowledged.count(nonce) == 0) {
                const bool by_ada = text[0] == 'a';
                say(by_ada ? ada : bob, by_ada ? asked_ada : asked_bob, nonce);
            }
        }
        for (int i = 0; i < 3; ++i) {
            said[++next_nonce] = "ada " + std::to_string(said.size());
            say(ada, asked_ada, next_nonce);
            said[++next_nonce] = "bob " + std::to_string(said.size());
            say(bob, asked_bob, next_nonce);
        }
        const size_t wanted = static_cast<size_t>(life);
        REQUIRE(until({&ada, &bob},
                      [&] { return note(ada, asked_ada) + note(bob, asked_bob) >= wanted; }));
        shard.program->kill(SIGKILL);
        CHECK(shard.program->wait() == -SIGKILL);
    }

    DevShard shard(folder);
    Player reader(1);
    shard.connect(reader, "ada");
    REQUIRE(until({&reader}, [&] { return reader.room("teal") != nullptr; }));
    CHECK(reader.room("teal")->id == room);
    const uint32_t page = reader.fetch_before(room, reader.room("teal")->last_seq + 1, 50);
    REQUIRE(until({&reader}, [&] { return reader.pages_done(page); }));
    std::map<Nonce, size_t> times;
    for (const auto& [seq, message] : reader.log(room)) {
        ++times[message.nonce];
        CHECK(message.text == said[message.nonce]);
        if (acknowledged.count(message.nonce) != 0) {
            CHECK(acknowledged[message.nonce] == seq);
        }
    }
    CHECK(acknowledged.size() >= 6);
    for (const auto& [nonce, seq] : acknowledged) {
        CHECK(times[nonce] == 1);
    }
    for (const auto& [nonce, count] : times) {
        CHECK(count == 1);
    }
}

TEST_CASE("SIGTERM drains and ends with 0", "[integration]") {
    REQUIRE(sodium_init() >= 0);
    Folder folder;
    DevShard shard(folder, {"--ready-file", folder.file("ready")});
    CHECK(content_of(folder.file("ready")) == "port=" + std::to_string(shard.port) + "\n");
    CHECK(contains(shard.program->error_text(), "warn dev_mode"));
    CHECK(contains(shard.program->error_text(),
                   "warn data_made path=" + folder.file("data/parley.db")));
    Player ada(1);
    shard.connect(ada, "ada");
    REQUIRE(until({&ada}, [&] { return ada.room("teal") != nullptr; }));
    shard.program->kill(SIGUSR1);
    REQUIRE(shard.program->read_until("info counters_net"));
    REQUIRE(shard.program->read_until(" batch_receive_calls="));
    CHECK_FALSE(contains(shard.program->error_text(), " batch_sent=0 "));
    shard.program->kill(SIGTERM);
    REQUIRE(until({&ada}, [&] { return ada.closed(); }));
    CHECK(ada.closed_with() == Error::Shutdown);
    CHECK(shard.program->wait() == 0);
    CHECK(contains(shard.program->error_text(), "info shutdown_done"));
}

TEST_CASE("a shard whose log nobody reads serves and ends", "[integration]") {
    REQUIRE(sodium_init() >= 0);
    Folder folder;
    DevShard shard(folder);
    Player ada(1);
    shard.connect(ada, "ada");
    REQUIRE(until({&ada}, [&] { return ada.room("teal") != nullptr; }));
    const RoomId room = ada.room("teal")->id;
    for (int i = 0; i < 200; ++i) { // more lines than a pipe holds
        shard.program->kill(SIGUSR1);
        const uint32_t page = ada.fetch_before(room, 1, 1);
        REQUIRE(until({&ada}, [&] { return ada.pages_done(page) || ada.answer(page) != nullptr; }));
    }
    shard.program->kill(SIGTERM);
    CHECK(until({&ada}, [&] { return ada.closed(); }));
    CHECK(shard.program->wait() == 0);
}

TEST_CASE("a start that cannot succeed ends, also when nobody reads why", "[integration]") {
    Folder folder;
    Program no_config({"serve"}, Program::Errors::Stuck);
    CHECK(no_config.wait() == 1);
    Program no_subcommand({"sevre"}, Program::Errors::Stuck);
    CHECK(no_subcommand.wait() == 2);
    // With threads that run already.
    Program no_ready_file({"serve", "--dev", "--data", folder.file("data"), "--port", "0",
                           "--ready-file", folder.file("none/ready")},
                          Program::Errors::Stuck);
    CHECK(no_ready_file.wait() == 1);
}

TEST_CASE("a ticket minted on the command line opens a session", "[integration]") {
    REQUIRE(sodium_init() >= 0);
    Folder folder;
    DevShard shard(folder);
    Player ada(1);
    const PublicKey device = device_public_key(ada.device_seed);
    uint8_t hash[32];
    crypto_generichash(hash, sizeof hash, device.data(), device.size(), nullptr, 0);
    char cnf[64];
    sodium_bin2base64(cnf, sizeof cnf, hash, sizeof hash, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    Program mint_program({"ticket", "mint", "--issuer-key", shard.data + "/dev-issuer.key", "--sub",
                          "u-1", "--name", "Ada", "--rooms", "team:m1,party:p1#leader",
                          "--device-id", cnf});
    CHECK(mint_program.wait() == 0);
    std::string ticket = mint_program.text();
    REQUIRE_FALSE(ticket.empty());
    ticket.pop_back();
    ada.connect(shard.port, shard.server_key, ticket);
    REQUIRE(until({&ada}, [&] { return ada.room("m1") != nullptr && ada.room("p1") != nullptr; }));
    CHECK(ada.room("p1")->kind == wire::RoomKind::Party);

    Program explain({"ticket", "explain", "--issuer-key", shard.data + "/dev-issuer.key", ticket});
    CHECK(explain.wait() == 0);
    CHECK(contains(explain.text(), "Ada"));
    CHECK(contains(explain.text(), "team:m1"));
    Program unsigned_explain({"ticket", "explain", ticket});
    CHECK(unsigned_explain.wait() == 0);
    CHECK(contains(unsigned_explain.text(), "signature not judged: give --config or"));
    Program refused({"ticket", "explain", "abc"});
    CHECK(refused.wait() == 1);

    Program late({"ticket", "mint", "--issuer-key", shard.data + "/dev-issuer.key", "--sub", "u-2",
                  "--device-id", cnf, "--expires-in", "-100"});
    CHECK(late.wait() == 0);
    std::string expired_ticket = late.text();
    REQUIRE_FALSE(expired_ticket.empty());
    expired_ticket.pop_back();
    Player bob(1);
    bob.connect(shard.port, shard.server_key, expired_ticket);
    REQUIRE(until({&bob}, [&] { return bob.closed(); }));
    CHECK(bob.closed_with() == Error::TicketExpired);
    Program too_late(
        {"ticket", "explain", "--issuer-key", shard.data + "/dev-issuer.key", expired_ticket});
    CHECK(too_late.wait() == 1);
    CHECK(contains(too_late.text(), "expired"));
}

TEST_CASE("an expired ticket is refused by the running program", "[integration]") {
    REQUIRE(sodium_init() >= 0);
    Folder folder;
    DevShard shard(folder);
    Player ada(1);
    TicketWish wish;
    wish.subject = "ada";
    wish.expires_in_s = -61;
    ada.connect(shard.port, shard.server_key, mint(shard.backend, wish, ada.device_seed));
    REQUIRE(until({&ada}, [&] { return ada.closed(); }));
    CHECK(ada.closed_with() == Error::TicketExpired);
}

TEST_CASE("a start that cannot succeed ends with one sentence", "[integration]") {
    REQUIRE(sodium_init() >= 0);
    Folder folder;

    SECTION("a taken port") {
        DevShard shard(folder);
        const std::string said = fails({"serve", "--dev", "--data", folder.file("other"), "--port",
                                        std::to_string(shard.port)},
                                       1);
        CHECK(contains(said, "is taken by another program"));
    }
    SECTION("a port that another shard shares between its own threads") {
        const auto config = [&](const char* data, uint16_t port) {
            const std::string path = folder.file(std::string(data) + ".toml");
            std::ofstream(path) << "[shard]\nbind = \"127.0.0.1\"\nnet_threads = 2\nport = " << port
                                << "\ndata_folder = \"" << folder.file(data)
                                << "\"\n[[issuer]]\nname = \"s\"\nkid = \"1\"\npublic_key = "
                                   "\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"\n";
            return path;
        };
        Program first({"serve", "--config", config("first", 0)});
        const uint16_t port = first.wait_ready();
        REQUIRE(port != 0);
        CHECK(contains(fails({"serve", "--config", config("second", port)}, 1),
                       "is taken by another program"));
    }
    SECTION("a folder in use") {
        DevShard shard(folder);
        const std::string said = fails({"serve", "--dev", "--data", shard.data, "--port", "0",
                                        "--journal", folder.file("journal")},
                                       1);
        CHECK(contains(said, "in use by another shard"));
        CHECK_FALSE(std::filesystem::exists(folder.file("journal"))); // of a run that was not
    }
    SECTION("an unreadable database") {
        { DevShard shard(folder); }
        // With its write-ahead log SQLite would mend the file.
        std::filesystem::remove(folder.file("data/parley.db-wal"));
        std::ofstream(folder.file("data/parley.db"), std::ios::trunc) << std::string(8192, 'x');
        const std::string said =
            fails({"serve", "--dev", "--data", folder.file("data"), "--port", "0"}, 1);
        CHECK(contains(said, "restore it from a backup"));
    }
    SECTION("a lost database") {
        { DevShard shard(folder); }
        for (const char* name : {"data/parley.db", "data/parley.db-wal", "data/parley.db-shm"}) {
            std::filesystem::remove(folder.file(name));
        }
        CHECK(contains(fails({"serve", "--dev", "--data", folder.file("data"), "--port", "0"}, 1),
                       "restore parley.db from a backup"));
        CHECK_FALSE(std::filesystem::exists(folder.file("data/parley.db")));
    }
    SECTION("a wrong configuration") {
        std::ofstream(folder.file("shard.toml")) << "[shard]\nprot = 7777\n";
        const std::string said = fails({"serve", "--config", folder.file("shard.toml")}, 1);
        CHECK(contains(said, ":2: there is no key shard.prot; the nearest is shard.port"));
    }
    SECTION("no configuration") {
        CHECK(contains(fails({"serve"}, 1), "needs --config FILE, or --dev"));
        CHECK(contains(fails({"serve", "--config", folder.file("none.toml")}, 1), "none.toml"));
    }
    SECTION("nobody who may sign tickets") {
        std::ofstream(folder.file("shard.toml"))
            << "[shard]\nport = 0\ndata_folder = \"" << folder.file("data") << "\"\n";
        CHECK(contains(fails({"serve", "--config", folder.file("shard.toml")}, 1), "[[issuer]]"));
        CHECK_FALSE(std::filesystem::exists(folder.file("data")));
    }
    SECTION("a wrong issuer key") {
        std::ofstream(folder.file("shard.toml"))
            << "[shard]\nport = 0\ndata_folder = \"" << folder.file("data")
            << "\"\n[[issuer]]\nname = \"s\"\nkid = \"1\"\npublic_key = \"short\"\n";
        CHECK(contains(fails({"serve", "--config", folder.file("shard.toml")}, 1),
                       "the public_key of issuer s is wrong"));
        CHECK_FALSE(std::filesystem::exists(folder.file("data")));
    }
    SECTION("a lost key") {
        { DevShard shard(folder); }
        std::filesystem::remove(folder.file("data/server.key"));
        CHECK(contains(fails({"serve", "--dev", "--data", folder.file("data"), "--port", "0"}, 1),
                       "restore the key from a backup"));
        CHECK_FALSE(std::filesystem::exists(folder.file("data/server.key")));
    }
    SECTION("a damaged key file") {
        { DevShard shard(folder); }
        std::ofstream(folder.file("data/server.key"), std::ios::trunc) << "short";
        CHECK(contains(fails({"serve", "--dev", "--data", folder.file("data"), "--port", "0"}, 1),
                       "does not hold 64 hex digits"));
    }
    SECTION("a folder of cards that is not there") {
        CHECK(contains(fails({"serve", "--dev", "--data", folder.file("data"), "--port", "0",
                              "--cards", folder.file("none")},
                             1),
                       "shard.cards_folder"));
        CHECK_FALSE(std::filesystem::exists(folder.file("data/parley.db")));
    }
    SECTION("a journal that is there already") {
        std::ofstream(folder.file("journal")) << "evidence";
        CHECK(contains(fails({"serve", "--dev", "--data", folder.file("data"), "--port", "0",
                              "--journal", folder.file("journal")},
                             1),
                       "name a file that does not exist yet"));
        CHECK(content_of(folder.file("journal")) == "evidence");
        CHECK_FALSE(std::filesystem::exists(folder.file("data/parley.db")));
    }
    SECTION("a journal in a folder that is not there") {
        CHECK(contains(fails({"serve", "--dev", "--data", folder.file("data"), "--port", "0",
                              "--journal", folder.file("none/journal")},
                             1),
                       "in a folder that may be written"));
        CHECK_FALSE(std::filesystem::exists(folder.file("data/parley.db")));
    }
    SECTION("dev with a production configuration or database") {
        CHECK(contains(fails({"serve", "--dev", "--config", "x"}, 1), "not for production"));
        { DevShard shard(folder); }
        std::filesystem::remove(folder.file("data/dev-issuer.key"));
        CHECK(contains(fails({"serve", "--dev", "--data", folder.file("data"), "--port", "0"}, 1),
                       "not of --dev"));
    }
    SECTION("an address that is not ours") {
        std::ofstream(folder.file("shard.toml"))
            << "[shard]\nbind = \"192.0.2.1\"\nport = 0\ndata_folder = \"" << folder.file("data")
            << "\"\n[[issuer]]\nname = \"s\"\nkid = \"1\"\npublic_key = "
               "\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"\n";
        CHECK(contains(fails({"serve", "--config", folder.file("shard.toml")}, 1), "shard.bind"));
        CHECK_FALSE(std::filesystem::exists(folder.file("data")));
    }
}

TEST_CASE("words that are not understood end with 2 and a sentence", "[integration]") {
    CHECK(contains(fails({"sevre"}, 2), "there is no subcommand sevre"));
    CHECK(contains(fails({"serve", "--prot", "1"}, 2), "there is no option --prot"));
    CHECK(contains(fails({"serve", "--port"}, 2), "needs a value"));
    CHECK(contains(fails({"serve", "--dev", "--port", "65536"}, 1), "0 to 65535"));
    CHECK(contains(fails({"ticket"}, 2), "mint and explain"));
    CHECK(contains(fails({"ticket", "mint"}, 2), "--issuer-key"));
    CHECK(contains(fails({"ticket", "mint", "--issuer-key", "x", "--device-id",
                          std::string(43, 'A'), "--sub", "x", "--rooms", "kitchen"},
                         2),
                   "the room kitchen"));
    const std::string cnf(43, 'A');
    CHECK(contains(fails({"ticket", "mint", "--issuer-key", "x", "--device-id",
                          std::string(42, 'A'), "--sub", "x"},
                         2),
                   "43 letters"));
    CHECK(contains(
        fails({"ticket", "mint", "--issuer-key", "x", "--device-id", cnf, "--sub", "a b"}, 2),
        "no blanks"));
    CHECK(contains(fails({"replay"}, 2), "one journal"));
    CHECK(contains(fails({"keys"}, 2), "issuer FILE"));
}

TEST_CASE("every subcommand says what it does", "[integration]") {
    const std::vector<std::vector<std::string>> all = {{"--help"},
                                                       {"serve", "--help"},
                                                       {"ticket", "--help"},
                                                       {"ticket", "mint", "--help"},
                                                       {"ticket", "explain", "--help"},
                                                       {"keys", "--help"},
                                                       {"replay", "--help"},
                                                       {"backup", "--help"},
                                                       {"restore", "--help"},
                                                       {"print-config", "--help"}};
    for (const std::vector<std::string>& words : all) {
        Program program(words);
        CHECK(program.wait() == 0);
        CHECK(contains(program.text(), "usage: parley"));
        CHECK(program.error_text().empty());
    }
    Program version({"version"});
    CHECK(version.wait() == 0);
    CHECK(contains(version.text(), "parley 0."));
    Program config({"--print-config"});
    CHECK(config.wait() == 0);
    CHECK(contains(config.text(), "[shard]"));
}

TEST_CASE("keys made on the command line fit a configuration that serves", "[integration]") {
    REQUIRE(sodium_init() >= 0);
    Folder folder;
    Program keys({"keys", "issuer", folder.file("issuer.key"), "--name", "studio", "--kid", "7"});
    REQUIRE(keys.wait() == 0);
    std::ofstream(folder.file("shard.toml"))
        << "[shard]\nbind = \"127.0.0.1\"\nport = 0\ndata_folder = \"" << folder.file("data")
        << "\"\n"
        << keys.text();
    Program server({"serve", "--config", folder.file("shard.toml")});
    REQUIRE(server.wait_ready() != 0);
    Program shown({"keys", "server", folder.file("data/server.key")});
    CHECK(shown.wait() == 0);
    CHECK(contains(server.error_text(), shown.text().substr(0, 64)));
    server.kill(SIGHUP);
    CHECK(server.read_until("info reloaded"));
    CHECK_FALSE(contains(server.error_text(), "reload_needs_restart"));

    // What is taken up, what needs a restart, and a mistake, which changes nothing.
    const auto reload = [&](const std::string& text) {
        std::ofstream(folder.file("shard.toml"))
            << "[shard]\nbind = \"127.0.0.1\"\ndata_folder = \"" << folder.file("data") << "\"\n"
            << text << keys.text();
        server.forget_errors();
        server.kill(SIGHUP);
        CHECK(server.read_until(" reload"));
        return server.error_text();
    };
    CHECK(contains(reload("port = 0\naudience = \"eu-2\"\nshutdown_retry_ms = 1500\n"),
                   "info reloaded\n"));
    CHECK_FALSE(contains(server.error_text(), "reload_needs_restart"));
    reload("port = 1\nnet_threads = 2\n");
    CHECK(server.read_until("info reloaded\n"));
    CHECK(contains(server.error_text(), "warn reload_needs_restart key=shard.port\n"));
    CHECK(contains(server.error_text(), "warn reload_needs_restart key=shard.net_threads\n"));
    CHECK(contains(reload("prot = 1\n"), "error reload_failed error=\""));
    CHECK(contains(server.error_text(), "there is no key shard.prot"));
    server.kill(SIGTERM);
    CHECK(server.wait() == 0);
}
