// emoji_test.cpp: the table of names, and completion.
#include "plugin/text/emoji.hpp"

#include "samples.hpp"

#include "tests/support/catch.hpp"

#include <set>

using namespace parley::text;

TEST_CASE("each name is plain, is there once, and its emoji is one grapheme in colours",
          "[emoji]") {
    auto engine = samples::make_engine();
    REQUIRE(engine);
    std::set<std::string_view> seen;
    for (const EmojiName& entry : emoji_names()) {
        INFO(entry.name);
        CHECK(seen.insert(entry.name).second);
        CHECK(entry.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") ==
              std::string_view::npos);
        Layout layout;
        engine->layout(entry.emoji, {}, {}, layout);
        REQUIRE(layout.quads.size() == 1);
        CHECK(layout.quads[0].colour == 255);
        CHECK(layout.clusters.size() == 1);
    }
    CHECK(seen.size() >= 150);
}

TEST_CASE("a whole name is found, part of one is not", "[emoji]") {
    CHECK(emoji_named("fire") == "🔥");
    CHECK(emoji_named("fir").empty());
    CHECK(emoji_named("").empty());
}

TEST_CASE("completion gives beginnings first, then what contains them, at most as many as asked",
          "[emoji]") {
    EmojiName found[8];
    REQUIRE(complete_emoji("smi", found) >= 2);
    CHECK(found[0].name == "smile");
    const size_t hearts = complete_emoji("HEART", found);
    REQUIRE(hearts == 8);
    CHECK(found[0].name == "heart_eyes");
    bool contains = false;
    for (const EmojiName& entry : found) {
        contains = contains || entry.name == "kissing_heart";
    }
    CHECK(contains);
    CHECK(complete_emoji("", found) == 8);
    CHECK(complete_emoji("nosuchname", found) == 0);
    CHECK(complete_emoji("smile", std::span<EmojiName>(found, 1)) == 1);
}
