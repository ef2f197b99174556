// journal_test.cpp: a journal of real traffic replays to the same effects, and holds no secret.
#include "tests/support/catch.hpp"

#include <fstream>
#include <sstream>

#include <sodium.h>
#include <sys/stat.h>

#include "server/app/keys.hpp"
#include "server/app/shard.hpp"
#include "tests/support/folder.hpp"
#include "tests/support/player.hpp"

using namespace parley;
using namespace parley::test;

namespace {

std::string content_of(const std::string& path) {
    std::ostringstream out;
    out << std::ifstream(path, std::ios::binary).rdbuf();
    return out.str();
}

// A conversation that is journalled; returns the ticket.
std::string talk(const Folder& folder, bool with_text) {
    Backend backend;
    backend.seed.fill(3);
    ShardOptions options;
    options.config.bind = "127.0.0.1";
    options.config.port = 0;
    options.config.data_folder = folder.file("data");
    options.config.issuers = {{"dev", "dev", issuer_public_key(backend.seed)}};
    options.journal_file = folder.file("journal");
    options.journal_text = with_text;
    std::string message;
    auto started = Shard::start(options, Log(), message);
    INFO(message);
    REQUIRE(started.ok());
    Player ada(1);
    TicketWish wish;
    wish.subject = "ada";
    wish.rooms = {team("teal")};
    const std::string ticket = mint(backend, wish, ada.device_seed);
    ada.connect((*started.value()).port(), (*started.value()).public_key(), ticket);
    REQUIRE(until({&ada}, [&] { return ada.room("teal") != nullptr; }));
    const RoomId room = ada.room("teal")->id;
    const uint32_t asked = ada.say(room, static_cast<Nonce>(wall_unix_ms()) << 22,
                                   "moonlit rendezvous \xC3\xA4\xE3\x81\x93");
    REQUIRE(
        until({&ada}, [&] { return ada.answer(asked) != nullptr && ada.heard(room).size() == 1; }));
    return ticket;
}

} // namespace

TEST_CASE("a journal with text replays to the very effects of the shard", "[journal]") {
    REQUIRE(sodium_init() >= 0);
    Folder folder;
    talk(folder, true);
    const std::string path = folder.file("journal");
    std::string message;
    const auto one = replay(path, message);
    INFO(message);
    REQUIRE(one.ok());
    CHECK(one->compared);
    CHECK(one->differs_at == 0);
    CHECK(one->inputs > 4);
    CHECK(one->effects > 4);
    CHECK(content_of(path).find("moonlit rendezvous") != std::string::npos);
}

TEST_CASE("a journal without text has no text, no ticket and no key, and replays", "[journal]") {
    REQUIRE(sodium_init() >= 0);
    Folder folder;
    const std::string ticket = talk(folder, false);
    const std::string path = folder.file("journal");
    const std::string content = content_of(path);
    CHECK(content.find("moonlit") == std::string::npos);
    CHECK(content.find("rendezvous") == std::string::npos);
    CHECK(content.find(ticket.substr(ticket.rfind('.') + 1)) == std::string::npos);
    CHECK(content.find(ticket.substr(0, 40)) == std::string::npos);
    struct stat status {};
    REQUIRE(stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
    std::string message;
    const auto one = replay(path, message);
    const auto two = replay(path, message);
    REQUIRE(one.ok());
    REQUIRE(two.ok());
    CHECK(one->effect_hash == two->effect_hash);
    CHECK_FALSE(one->compared);
}

TEST_CASE("a journal that is cut short replays up to there, a damaged one says so", "[journal]") {
    REQUIRE(sodium_init() >= 0);
    Folder folder;
    talk(folder, true);
    const std::string content = content_of(folder.file("journal"));
    const std::string other = folder.file("other");
    std::string message;

    std::ofstream(other, std::ios::binary) << content.substr(0, content.size() - 3);
    const auto cut = replay(other, message);
    REQUIRE(cut.ok());
    CHECK(cut->cut_short);
    CHECK(cut->differs_at == 0);

    for (size_t at = 0; at < content.size(); at += 61) {
        std::string damaged = content;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x41);
        std::ofstream(other, std::ios::binary | std::ios::trunc) << damaged;
        message.clear();
        const auto result = replay(other, message);
        // Where a length grew past the end it reads like a shard that died while writing.
        CHECK((result.ok() ? result->cut_short : !message.empty()));
    }
    std::ofstream(other, std::ios::binary | std::ios::trunc) << "not a journal";
    CHECK_FALSE(replay(other, message).ok());
    CHECK(message.find("not a journal") != std::string::npos);
    CHECK_FALSE(replay(folder.file("none"), message).ok());
}
