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
