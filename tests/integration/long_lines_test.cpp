// long_lines_test.cpp: who was away while long lines were said gets all of them over real ENet:
// more bytes than a session's queue, a room's tail or one answer holds.
#include "tests/support/catch.hpp"

#include <algorithm>
#include <deque>
#include <filesystem>
#include <fstream>

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

constexpr size_t writers_count = 10; // what one user may say at once is bounded
constexpr size_t lines_each = 6;
constexpr size_t lines = writers_count * lines_each;

// As long as a line may be: each of its characters has four bytes, but for the number.
std::string long_line(size_t number) {
    std::string text = std::to_string(100 + number);
    for (size_t i = text.size(); i < limits::text_code_points_max; ++i) {
        text += "😀";
    }
    return text;
}

class Person {
public:
    Person(uint8_t device, const PublicKey& server_key) {
        device_seed.fill(device);
        client::LinkKeys keys;
        keys.server_keys = {server_key};
        keys.device_seed = device_seed;
        client::ClientOptions options;
        options.random_seed = device;
        client.emplace(std::move(options), std::make_unique<client::DirectConnection>(
                                               EnetLink::client({}, steady_ms()).value(), keys));
    }
    void step() {
        client->update(steady_ms(), wall_unix_ms(), 0);
        client::Event event{client->memory()};
        while (client->poll(event)) {
            gaps += event.type == client::EventType::Gap ? 1 : 0;
            if (event.type == client::EventType::State && event.result != Error::Ok) {
                ends.emplace_back(error_name(event.result));
            }
        }
    }
    bool ready() const { return client->state() == client::State::Ready; }
    const client::Room* team_room() const {
        for (const client::Room& room : client->model().rooms()) {
            if (room.kind == wire::RoomKind::Team) {
                return &room;
            }
        }
        return nullptr;
    }
    std::vector<std::string> texts() const {
        std::vector<std::string> texts;
        for (const client::Message& message : team_room()->messages) {
            if (message.kind == client::MessageKind::Text &&
                message.state == client::MessageState::Stored) {
                texts.emplace_back(message.text);
            }
        }
        return texts;
    }

    SecretSeed device_seed{};
    std::optional<client::Client> client;
    size_t gaps = 0;
    std::vector<std::string> ends; // of sessions: why
};

template <typename Holds>
bool until_all(std::deque<Person>& persons, Holds holds) {
    const TimeMs end_ms = steady_ms() + patience_ms;
    while (steady_ms() < end_ms) {
        for (Person& person : persons) {
            person.step();
        }
        if (holds()) {
            return true;
        }
    }
    return false;
}

} // namespace

TEST_CASE("a reader who was away gets sixty lines of eight thousand bytes whole and in order",
          "[integration]") {
    REQUIRE(sodium_init() >= 0);
    Folder folder;
    const std::string data = folder.file("data");
    std::filesystem::create_directory(data);
    std::string message;
    const SecretSeed server_seed = load_server_key(data + "/server.key", message).value();
    const PublicKey server_key = link_public_key(server_seed);
    Backend backend;
    backend.seed.fill(7);
    // Teams may say more than by default, and longer lines; everything else is the default.
    const std::string config = folder.file("shard.toml");
    std::ofstream(config) << "[shard]\nbind = \"127.0.0.1\"\n"
                             "[tiers.team]\ntext_code_points_max = 2000\npace_burst = 1000\n"
                             "pace_period_ms = 1000\n[[issuer]]\nname = \"dev\"\nkid = \"dev\"\n"
                             "public_key = \""
                          << issuer_public_key(backend.seed) << "\"\n";
    Program shard({"serve", "--config", config, "--data", data, "--port", "0"});
    const uint16_t port = shard.wait_ready();
    INFO(shard.error_text());
    REQUIRE(port != 0);
    const std::string address = "127.0.0.1:" + std::to_string(port);
    const auto connect = [&](Person& person, const std::string& name, const char* times) {
        TicketWish wish;
        wish.subject = name;
        wish.rooms = {team("teal")};
        wish.jti = name + times;
        return person.client->connect(address, mint(backend, wish, person.device_seed)).ok();
    };
    std::deque<Person> persons; // the last one is the reader
    for (uint8_t i = 0; i <= writers_count; ++i) {
        persons.emplace_back(static_cast<uint8_t>(i + 1), server_key);
        REQUIRE(connect(persons.back(), "player-" + std::to_string(i), "-first"));
    }
    Person& reader = persons.back();
    REQUIRE(until_all(persons, [&] {
        return std::all_of(persons.begin(), persons.end(),
                           [](const Person& p) { return p.ready() && p.team_room() != nullptr; });
    }));
    const RoomId room = reader.team_room()->id;
    std::vector<std::string> said = {"here"};
    REQUIRE(persons[0].client->send_text(room, said[0], 0).ok());
    REQUIRE(until_all(persons, [&] { return reader.texts().size() == 1; }));

    reader.client->disconnect();
    REQUIRE(until_all(persons, [&] { return !reader.ready(); }));
    for (size_t i = 0; i < lines; ++i) {
        Person& writer = persons[i % writers_count];
        said.push_back(long_line(i));
        REQUIRE(said.back().size() > 7900);
        REQUIRE(writer.client->send_text(room, said.back(), 0).ok());
        REQUIRE(until_all(persons, [&] { return writer.texts().size() == i + 2; }));
    }
    CHECK(reader.texts().size() == 1);

    REQUIRE(connect(reader, "player-" + std::to_string(writers_count), "-again"));
    REQUIRE(until_all(persons, [&] { return reader.texts().size() == lines + 1; }));
    CHECK(reader.texts() == said);
    CHECK(reader.gaps == 0);
    CHECK(reader.ready());
    CHECK(reader.ends == std::vector<std::string>{"Closed"}); // its own
    for (size_t i = 0; i < writers_count; ++i) {
        CHECK(persons[i].ends.empty());
    }
}
