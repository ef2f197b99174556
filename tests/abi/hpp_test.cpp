// hpp_test.cpp: the C++ header over the C interface, as a game uses it: linked with libparley.so
// alone.
#include "parley/parley_overlay.h"

#include "parley/parley.hpp"

#include "tests/support/catch.hpp"

namespace {

constexpr const char* key = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

parley::Client made() {
    parley_options options = parley::sized<parley_options>();
    options.server_key = key;
    parley::Client client;
    REQUIRE(client.create(options) == PARLEY_OK);
    return client;
}

TEST_CASE("a client is owned, and moves", "[hpp]") {
    parley::Client none;
    CHECK_FALSE(none);
    CHECK(none.connect("127.0.0.1:9", "t") == PARLEY_ERROR_BAD_ARGUMENT);
    CHECK(none.rooms().empty());
    parley::Client client = made();
    CHECK(client);
    none = std::move(client);
    CHECK(none);
    CHECK_FALSE(client);
    CHECK(none.device_id().size() == 43);
}

TEST_CASE("calls and lists answer as in C", "[hpp]") {
    parley::Client client = made();
    CHECK(client.state() == PARLEY_IDLE);
    CHECK(client.rooms().empty());
    CHECK(client.members().empty());
    CHECK(client.messages(1, 0, 10).empty());
    CHECK(client.send(1, "hello").result == PARLEY_ERROR_NOT_MEMBER);
    CHECK_FALSE(client.join(PARLEY_ROOM_GLOBAL, "lobby"));
    CHECK(client.set_presence(PARLEY_PRESENCE_AWAY, "away", {"1", "2"}) == PARLEY_OK);
    CHECK(client.set_presence(PARLEY_PRESENCE_AWAY, "away", {"1", "2", "3", "4", "5"}) ==
          PARLEY_ERROR_BAD_ARGUMENT);
    const parley::CardField fields[] = {{"score", 3}};
    CHECK(client.set_card(1, "match", fields).result == PARLEY_ERROR_NOT_FOUND);
    CHECK_FALSE(client.card_number(1, 0, "match", "score"));
    CHECK(client.stats().memory_bytes > 0);
}

TEST_CASE("match calls the handler that takes the event", "[hpp]") {
    parley::Client client = made();
    REQUIRE(client.connect("127.0.0.1:9", "a.b.c") == PARLEY_OK);
    client.update();
    const auto event = client.poll();
    REQUIRE(event);
    parley_result reason = PARLEY_ERROR_INTERNAL;
    CHECK(parley::match(*event, [&](const parley::event::State& s) { reason = s.result; }));
    CHECK(reason == PARLEY_OK);
    client.disconnect(); // the event tells of its own moment
    CHECK(parley::match(
        *event, [&](const parley::event::State& s) { CHECK(s.state == PARLEY_CONNECTING); }));
    CHECK_FALSE(parley::match(*event, [](const parley::event::Message&) {}));

    parley_event message = parley::sized<parley_event>();
    message.type = PARLEY_EVENT_MESSAGE;
    message.room = 4;
    message.text = "hi";
    std::string heard;
    CHECK(parley::match(
        message, [&](const parley::event::Message& m) { heard = m.text; },
        [](const parley::event::Reply&) { FAIL("this is no reply"); }));
    CHECK(heard == "hi");
    message.type = PARLEY_EVENT_ACTION;
    message.text = "join";
    message.card_type = "party";
    std::string_view pressed;
    CHECK(parley::match(message, [&](const parley::event::Action& a) {
        heard = a.action;
        pressed = a.card_type;
    }));
    CHECK(heard == "join");
    CHECK(pressed == "party");
    message.type = 999; // of a newer library
    CHECK_FALSE(parley::match(message, [](const parley::event::Message&) {}));
}

TEST_CASE("an overlay is owned too", "[hpp]") {
    const parley::Client client = made();
    parley::Overlay overlay;
    REQUIRE(overlay.create(client, parley::sized<parley_overlay_options>()) == PARLEY_OK);
    overlay.frame(0.016f, 640, 480);
    CHECK(overlay.stats().commands == overlay.draw().command_count);
    CHECK(overlay.memory().texture_bytes > 0);
    CHECK_FALSE(overlay.has_focus());
}

} // namespace
