// own_presence_test.cpp: what a game may say of its player, before it travels.
#include "tests/unit/plugin/client/world.hpp"

using namespace parley;
using namespace parley::client;

TEST_CASE("a presence's token is of what the wire takes, or the call is refused", "[client]") {
    World world;
    const auto set = [&](std::string_view token) {
        return world.client.set_presence(wire::PresenceState::Away, token, {}).error();
    };
    CHECK(set("") == Error::Ok);
    CHECK(set("a-f.k_2") == Error::Ok);
    CHECK(set("AFK") == Error::BadArgument);
    CHECK(set("a f k") == Error::BadArgument);
    CHECK(set("caf\xC3\xA9") == Error::BadArgument);
    CHECK(set("\xFF") == Error::Encoding);
}

TEST_CASE("a token with other characters is refused, and the log says which are allowed",
          "[client]") {
    Lines lines;
    ClientOptions options;
    options.log = Log(&Lines::sink, &lines, LogLevel::Warn);
    World world(std::move(options));
    CHECK(world.client.set_presence(wire::PresenceState::Online, "Bad Token", {}).error() ==
          Error::BadArgument);
    REQUIRE(lines.all.size() == 1);
    CHECK(lines.all[0].find("only a-z 0-9 _ . -") != std::string::npos);
}
