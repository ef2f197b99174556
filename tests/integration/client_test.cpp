// client_test.cpp: the plugin's client against a shard that dies under it: nobody in the test says
// anything again, connects again or asks for what was missed; the client does.
#include "tests/support/catch.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

#include <sodium.h>

#include "plugin/client/client.hpp"
#include "plugin/client/direct_connection.hpp"
#include "server/app/keys.hpp"
#include "tests/integration/program.hpp"
#include "tests/support/folder.hpp"
#include "tests/support/player.hpp"

using namespace parley;
using namespace parley::test;

namespace {

std::string line_of(const std::string& path) {
    std::string line;
    std::ifstream file(path);
    std::getline(file, line);
    return line;
}

struct Gamer {
    Gamer(uint8_t device, const PublicKey& server_key, uint64_t seed) {
        client::LinkKeys keys;
        keys.server_keys = {server_key};
        device_seed.fill(device);
        keys.device_seed = device_seed;
        client::ClientOptions options;
        options.random_seed = seed;
        client.emplace(std::move(options), std::make_unique<client::DirectConnection>(
                                               EnetLink::client({}, steady_ms()).value(), keys));
    }
    void step() { client->update(steady_ms(), wall_unix_ms(), 0); }
    // How many gaps it was told of since the last time.
    size_t gaps() {
        client::Event event{client->memory()};
        size_t found = 0;
        while (client->poll(event)) {
            found += event.type == client::EventType::Gap ? 1 : 0;
        }
        return found;
    }
    const client::Room* room(std::string_view name) const {
        for (const client::Room& room : client->model().rooms()) {
            if (room.name == name) {
                return &room;
            }
        }
        return nullptr;
    }
    std::vector<std::string> texts(std::string_view name) const {
        std::vector<std::string> texts;
        for (const client::Message& message : room(name)->messages) {
            if (message.kind == client::MessageKind::Text &&
                message.state == client::MessageState::Stored) {
                texts.emplace_back(message.text);
            }
        }
        return texts;
    }

    SecretSeed device_seed{};
    std::optional<client::Client> client;
};

template <typename Holds>
bool until_gamers(const std::vector<Gamer*>& gamers, Holds holds) {
    const TimeMs end_ms = steady_ms() + patience_ms;
    while (steady_ms() < end_ms) {
        for (Gamer* gamer : gamers) {
            gamer->step();
        }
        if (holds()) {
            return true;
        }
    }
    return false;
}

} // namespace

TEST_CASE("clients outlive a shard that is killed, and nothing is lost or said twice",
          "[integration]") {
    REQUIRE(sodium_init() >= 0);
    Folder folder;
    const std::string data = folder.file("data");
    auto shard = std::make_unique<Program>(
        std::vector<std::string>{"serve", "--dev", "--data", data, "--port", "0"});
    const uint16_t port = shard->wait_ready();
    REQUIRE(port != 0);
    const PublicKey server_key = key_from_hex(line_of(data + "/server.pub")).value();
    Backend backend;
    std::string message;
    backend.seed = load_issuer_key(data + "/dev-issuer.key", message).value();

    Gamer ada(1, server_key, 11);
    Gamer bob(2, server_key, 22);
    const std::string address = "127.0.0.1:" + std::to_string(port);
    for (auto [gamer, name] : {std::pair{&ada, "ada"}, std::pair{&bob, "bob"}}) {
        TicketWish wish;
        wish.subject = name;
        wish.rooms = {team("teal")};
        REQUIRE(gamer->client->connect(address, mint(backend, wish, gamer->device_seed)).ok());
    }
    REQUIRE(until_gamers(
        {&ada, &bob}, [&] { return ada.room("teal") != nullptr && bob.room("teal") != nullptr; }));
    const RoomId room = ada.room("teal")->id;

    REQUIRE(ada.client->send_text(room, "before", 0).ok());
    REQUIRE(until_gamers({&ada, &bob}, [&] { return bob.texts("teal").size() == 1; }));
    // Said into the void: the shard dies before it can have answered.
    shard->kill(SIGKILL);
    REQUIRE(ada.client->send_text(room, "during, ada", 0).ok());
    REQUIRE(bob.client->send_text(room, "during, bob", 0).ok());
    CHECK(shard->wait() == -SIGKILL);

    shard = std::make_unique<Program>(
        std::vector<std::string>{"serve", "--dev", "--data", data, "--port", std::to_string(port)});
    REQUIRE(shard->wait_ready() == port);
    // ENet takes its time to give up a silent peer; the clients come back on their own after it.
    REQUIRE(until_gamers({&ada, &bob}, [&] {
        return ada.texts("teal").size() == 3 && bob.texts("teal").size() == 3;
    }));
    CHECK(ada.texts("teal") == bob.texts("teal"));
    CHECK(ada.texts("teal")[0] == "before");
    REQUIRE(ada.client->send_text(room, "after", 0).ok());
    REQUIRE(until_gamers({&ada, &bob}, [&] {
        return ada.texts("teal").size() == 4 && bob.texts("teal").size() == 4;
    }));
    CHECK(ada.texts("teal") == bob.texts("teal"));
    CHECK(bob.texts("teal")[3] == "after");
}

// Between the backup and the restore lines were said that the shard does not know any more, and
// after it others got their numbers: who had been there must not take the ones for the others.
TEST_CASE("a shard is backed up while it serves, and after a restore clients are told of a gap",
          "[integration]") {
    REQUIRE(sodium_init() >= 0);
    Folder folder;
    const std::string data = folder.file("data");
    const std::string backup = folder.file("backup");
    auto shard = std::make_unique<Program>(
        std::vector<std::string>{"serve", "--dev", "--data", data, "--port", "0"});
    const uint16_t port = shard->wait_ready();
    REQUIRE(port != 0);
    const PublicKey server_key = key_from_hex(line_of(data + "/server.pub")).value();
    Backend backend;
    std::string message;
    backend.seed = load_issuer_key(data + "/dev-issuer.key", message).value();
    Gamer ada(1, server_key, 11);
    Gamer bob(2, server_key, 22);
    const std::string address = "127.0.0.1:" + std::to_string(port);
    for (auto [gamer, name] : {std::pair{&ada, "ada"}, std::pair{&bob, "bob"}}) {
        TicketWish wish;
        wish.subject = name;
        wish.rooms = {team("teal")};
        REQUIRE(gamer->client->connect(address, mint(backend, wish, gamer->device_seed)).ok());
    }
    REQUIRE(until_gamers(
        {&ada, &bob}, [&] { return ada.room("teal") != nullptr && bob.room("teal") != nullptr; }));
    const RoomId room = ada.room("teal")->id;
    const auto both_have = [&](size_t lines) {
        return until_gamers({&ada, &bob}, [&] {
            return ada.texts("teal").size() == lines && bob.texts("teal").size() == lines;
        });
    };
    REQUIRE(ada.client->send_text(room, "kept", 0).ok());
    REQUIRE(both_have(1));
    Program backed_up({"backup", backup, "--data", data});
    CHECK(backed_up.wait() == 0);
    CHECK(backed_up.text().find("backed_up " + backup + " schema=") == 0);
    REQUIRE(ada.client->send_text(room, "lost one", 0).ok());
    REQUIRE(both_have(2));
    REQUIRE(bob.client->send_text(room, "lost two", 0).ok());
    REQUIRE(both_have(3));
    CHECK(ada.gaps() + bob.gaps() == 0);

    Program too_early({"restore", backup, "--data", data});
    CHECK(too_early.wait() == 1);
    CHECK(too_early.error_text().find("in use by another shard") != std::string::npos);
    shard->kill(SIGTERM);
    REQUIRE(until_gamers({&ada, &bob}, [&] {
        return ada.client->state() != client::State::Ready &&
               bob.client->state() != client::State::Ready;
    }));
    CHECK(shard->wait() == 0);
    for (const char* name : {"/parley.db", "/parley.db-wal", "/parley.db-shm"}) {
        std::filesystem::remove(data + name);
    }
    Program restored({"restore", backup + "/", "--data", data});
    CHECK(restored.wait() == 0);
    CHECK(restored.text().find("restored " + backup + " schema=") == 0);
    CHECK(restored.text().find("\ninto " + std::filesystem::absolute(data).string() +
                               "/parley.db\n") != std::string::npos);
    Program twice({"restore", backup, "--data", data});
    CHECK(twice.wait() == 1);
    CHECK(twice.error_text().find("is there already") != std::string::npos);

    shard = std::make_unique<Program>(
        std::vector<std::string>{"serve", "--dev", "--data", data, "--port", std::to_string(port)});
    REQUIRE(shard->wait_ready() == port);
    REQUIRE(until_gamers({&bob}, [&] { return bob.client->state() == client::State::Ready; }));
    REQUIRE(until_gamers({&bob}, [&] { return bob.texts("teal").size() == 1; }));
    for (const char* text : {"new one", "new two"}) {
        REQUIRE(bob.client->send_text(room, text, 0).ok());
    }
    REQUIRE(until_gamers({&bob}, [&] { return bob.texts("teal").size() == 3; }));
    REQUIRE(until_gamers({&ada, &bob},
                         [&] { return ada.texts("teal") == bob.texts("teal") && ada.gaps() > 0; }));
    CHECK(bob.texts("teal") == std::vector<std::string>{"kept", "new one", "new two"});
    CHECK(bob.gaps() > 0);
}
