// store_test.cpp: what all stores share.
#include "server/store/store.hpp"

#include "tests/support/catch.hpp"

#include "schemas/wire/generated.hpp"

using namespace parley;

TEST_CASE("a user's flags say what his ticket's roles say, and a moderator is not told",
          "[store]") {
    const auto flags = [](bool game, bool bot, bool moderator) {
        Claims claims;
        claims.game = game;
        claims.bot = bot;
        claims.moderator = moderator;
        return flags_of(claims);
    };
    constexpr auto game_flag = static_cast<uint32_t>(wire::UserFlags::Game);
    constexpr auto bot_flag = static_cast<uint32_t>(wire::UserFlags::Bot);
    CHECK(flags(false, false, false) == 0);
    CHECK(flags(true, false, false) == game_flag);
    CHECK(flags(false, true, false) == bot_flag);
    CHECK(flags(true, true, false) == (game_flag | bot_flag));
    CHECK(flags(false, false, true) == 0);
}
