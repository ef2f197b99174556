// abi_test.cpp: the size-first rule and the host's allocator, at the C interface.
#include <cstdlib>
#include <cstring>

#include "tests/support/catch.hpp"

#include "parley/parley_sdl2.h"
#include "plugin/abi/handle.hpp"
#include "plugin/abi/sized.hpp"

namespace {

using namespace parley::abi;

constexpr const char* key = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

struct Host {
    size_t allocations = 0, live = 0, fail_at = SIZE_MAX;

    static void* hook(void* user, void* old, size_t bytes) {
        Host& host = *static_cast<Host*>(user);
        if (bytes == 0) {
            host.live -= old != nullptr ? 1 : 0;
            std::free(old);
            return nullptr;
        }
        if (host.allocations++ == host.fail_at) {
            return nullptr;
        }
        host.live += old == nullptr ? 1 : 0;
        return std::realloc(old, bytes);
    }
};

parley_options options_for(Host& host) {
    parley_options options{};
    options.size = sizeof options;
    options.server_key = key;
    options.alloc = &Host::hook;
    options.user = &host;
    options.no_thread = 1;
    options.random_seed = 1;
    return options;
}

TEST_CASE("a struct of an older caller is read as far as it goes", "[abi]") {
    parley_presence given{};
    given.size = 16; // size, state, token
    given.state = PARLEY_PRESENCE_AWAY;
    given.token = "away";
    given.params[0] = reinterpret_cast<const char*>(uintptr_t{1}); // not his: MUST NOT be looked at
    parley_presence read{};
    REQUIRE(read_sized(&given, read));
    CHECK(read.state == PARLEY_PRESENCE_AWAY);
    CHECK(std::strcmp(read.token, "away") == 0);
    CHECK(read.params[0] == nullptr);
}

TEST_CASE("a size that cuts a member in two, or none at all, is refused", "[abi]") {
    parley_presence read{};
    for (const uint32_t size : {0u, 1u, 4u, 12u, 20u, 47u}) {
        parley_presence given{};
        given.size = size;
        CHECK_FALSE(read_sized(&given, read));
    }
    CHECK_FALSE(read_sized<parley_presence>(nullptr, read));
}

TEST_CASE("a row is written no further than its caller knows", "[abi]") {
    struct {
        parley_event event;
        uint64_t behind = 0x5555;
    } place{};
    place.event.size = offsetof(parley_event, text);
    place.event.text = "untouched";
    parley_event full{};
    full.seq = 9;
    full.text = "written";
    REQUIRE(write_sized(full, &place.event));
    CHECK(place.event.seq == 9);
    CHECK(place.event.size == offsetof(parley_event, text));
    CHECK(std::strcmp(place.event.text, "untouched") == 0);
    CHECK(place.behind == 0x5555);
}

TEST_CASE("a newer caller's members that we do not know are zero", "[abi]") {
    struct Newer {
        parley_event known;
        uint64_t later = 7;
    };
    Newer place{};
    place.known.size = sizeof(Newer);
    REQUIRE(write_sized(parley_event{}, &place.known));
    CHECK(place.later == 0);
}

TEST_CASE("the first row's size is the stride of all", "[abi]") {
    struct Row {
        uint32_t size;
        uint32_t value;
    };
    uint32_t memory[6] = {12, 0, 0, 0, 0, 0}; // a caller whose rows have twelve bytes
    const Rows<Row> rows(reinterpret_cast<Row*>(memory), 2);
    CHECK(rows.cap() == 2);
    rows.write(0, {0, 7});
    rows.write(1, {0, 8});
    rows.write(2, {0, 9}); // past the end
    CHECK(memory[1] == 7);
    CHECK(memory[3] == 12);
    CHECK(memory[4] == 8);
    CHECK(Rows<Row>(nullptr, 5).cap() == 0);
    memory[0] = 0;
    CHECK(Rows<Row>(reinterpret_cast<Row*>(memory), 2).cap() == 0);
}

TEST_CASE("parley_create gives back everything when any allocation fails", "[abi]") {
    size_t total = 0;
    {
        Host host;
        parley_client* client = nullptr;
        const parley_options options = options_for(host);
        REQUIRE(parley_create(&options, &client) == PARLEY_OK);
        total = host.allocations;
        parley_destroy(client);
        CHECK(host.live == 0);
    }
    REQUIRE(total >= 3); // the handle, the reserve, the client
    for (size_t nth = 0; nth < total; ++nth) {
        Host host;
        host.fail_at = nth;
        parley_client* client = nullptr;
        const parley_options options = options_for(host);
        CHECK(parley_create(&options, &client) == PARLEY_ERROR_OUT_OF_MEMORY);
        CHECK(client == nullptr);
        CHECK(host.live == 0);
    }
}

TEST_CASE("an overlay whose client was destroyed first draws nothing and can be destroyed",
          "[abi]") {
    Host host;
    parley_client* client = nullptr;
    const parley_options options = options_for(host);
    REQUIRE(parley_create(&options, &client) == PARLEY_OK);
    parley_overlay* overlays[3] = {};
    for (parley_overlay*& overlay : overlays) {
        parley_overlay_options look{};
        look.size = sizeof look;
        REQUIRE(parley_overlay_create(client, &look, &overlay) == PARLEY_OK);
    }
    parley_overlay_destroy(overlays[1]); // in the middle of the list
    parley_overlay* const overlay = overlays[0];
    parley_overlay_frame(overlay, 0.016f, 640, 480, 1.0f, 0);
    parley_destroy(client);
    CHECK(host.live == 2); // the two handles
    parley_overlay_frame(overlay, 0.016f, 640, 480, 1.0f, 0);
    CHECK(parley_overlay_draw(overlay)->command_count == 0);
    CHECK(parley_overlay_open(overlay, PARLEY_ROOM_NONE) == PARLEY_ERROR_BAD_STATE);
    CHECK(parley_overlay_toast(overlay, 0, "hi", "", "") == PARLEY_ERROR_BAD_STATE);
    CHECK(parley_overlay_set_phase(overlay, PARLEY_PHASE_MENU) == PARLEY_ERROR_BAD_STATE);
    CHECK(parley_overlay_set_level(overlay, 1, PARLEY_LEVEL_ALL) == PARLEY_ERROR_BAD_STATE);
    parley_overlay_set_do_not_disturb(overlay, true);
    parley_frame_stats stats{};
    stats.size = sizeof stats;
    parley_overlay_get_stats(overlay, &stats);
    CHECK_FALSE(parley_overlay_has_focus(overlay));
    CHECK(parley_overlay_elements(overlay, nullptr, 0) == 0);
    CHECK(parley_overlay_next_spoken(overlay) == nullptr);
    parley_sdl2_forget(overlay);
    parley_overlay_destroy(overlay);
    parley_overlay_destroy(overlays[2]);
    CHECK(host.live == 0);
}

TEST_CASE("a press tells the name of its card's type, and a toast's tells none", "[abi]") {
    Host host;
    parley_client* client = nullptr;
    parley_options options = options_for(host);
    options.card_types_path = PARLEY_SOURCE_DIR "/demo/cards";
    REQUIRE(parley_create(&options, &client) == PARLEY_OK);
    for (const uint16_t type : {uint16_t{2}, uint16_t{0}, uint16_t{999}}) {
        parley::client::Event pressed{client->client->memory()};
        pressed.type = parley::client::EventType::Action;
        pressed.text.assign("join");
        pressed.card_type = type;
        client->client->push_event(std::move(pressed));
        parley_event event{};
        event.size = sizeof event;
        REQUIRE(parley_poll(client, &event));
        CHECK(event.type == PARLEY_EVENT_ACTION);
        CHECK(std::strcmp(event.text, "join") == 0);
        CHECK(std::strcmp(event.card_type, type == 2 ? "party" : "") == 0);
    }
    parley_destroy(client);
    CHECK(host.live == 0);
}

TEST_CASE("a client whose memory ran out later says so and can be destroyed", "[abi]") {
    Host host;
    parley_client* client = nullptr;
    const parley_options options = options_for(host);
    REQUIRE(parley_create(&options, &client) == PARLEY_OK);
    host.fail_at = host.allocations;
    const std::string long_ticket = "a.b." + std::string(500, 'x');
    parley_connect(client, "127.0.0.1:9", long_ticket.c_str());
    parley_update(client, 0);
    CHECK(parley_get_state(client) == PARLEY_FAILED);
    CHECK(parley_connect(client, "127.0.0.1:9", "a.b.c") == PARLEY_ERROR_OUT_OF_MEMORY);
    parley_destroy(client);
    CHECK(host.live == 0);
}

} // namespace
