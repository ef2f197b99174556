// memory_test.cpp: the host's allocator behind the C interface: what a client and its overlay keep
// lies there, and all of it comes back.
#include "parley/parley_overlay.h"

#include "tests/support/catch.hpp"

#include <cstdlib>
#include <map>
#include <string>

#include "tests/support/allocations.hpp"

namespace {

struct Host {
    std::map<void*, size_t> living;
    size_t bytes = 0, calls = 0, strangers = 0; // strangers: given back, and not ours

    void forget(void* old) {
        const auto at = living.find(old);
        if (at == living.end()) {
            ++strangers;
            return;
        }
        bytes -= at->second;
        living.erase(at);
    }
    static void* hook(void* user, void* old, size_t size) {
        Host& host = *static_cast<Host*>(user);
        ++host.calls;
        if (old != nullptr) {
            host.forget(old);
        }
        if (size == 0) {
            std::free(old);
            return nullptr;
        }
        void* const given = std::realloc(old, size);
        host.living[given] = size;
        host.bytes += size;
        return given;
    }
};

parley_client* client_of(Host& host) {
    parley_options options{};
    options.size = sizeof options;
    options.server_key = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    options.no_thread = 1;
    options.alloc = &Host::hook;
    options.user = &host;
    parley_client* client = nullptr;
    REQUIRE(parley_create(&options, &client) == PARLEY_OK);
    return client;
}

TEST_CASE("a client and its overlay lie in the host's memory and give all of it back", "[memory]") {
    Host host;
    parley_client* const client = client_of(host);
    const size_t of_client = host.bytes;
    CHECK(of_client > 0);
    parley_stats stats{};
    stats.size = sizeof stats;
    parley_get_stats(client, &stats);
    CHECK(stats.memory_bytes > 0);
    CHECK(stats.memory_bytes <= host.bytes);

    parley_overlay_options look{};
    look.size = sizeof look;
    parley_overlay* overlay = nullptr;
    REQUIRE(parley_overlay_create(client, &look, &overlay) == PARLEY_OK);
    REQUIRE(parley_overlay_toast(overlay, 0, "Ann: \xE3\x81\x93\xE3\x82\x93", "", "") == PARLEY_OK);
    for (int i = 0; i < 30; ++i) {
        parley_overlay_frame(overlay, 0.016f, 1280, 720, 1.0f, 0);
    }
    REQUIRE(parley_overlay_draw(overlay)->vertex_count > 0);
    parley_texture_update page{};
    REQUIRE(parley_overlay_next_texture(overlay, &page));
    parley_overlay_memory held{};
    held.size = sizeof held;
    parley_overlay_get_memory(overlay, &held);
    CHECK(held.texture_bytes ==
          size_t{4} * static_cast<size_t>(page.width) * static_cast<size_t>(page.height));
    CHECK(held.text_bytes > held.texture_bytes);
    // The rest that the host gave meanwhile is the toast's and the handle's.
    CHECK(held.text_bytes <= host.bytes - of_client);
    CHECK(held.text_bytes + 64 * 1024 > host.bytes - of_client);
    CHECK(held.font_bytes > 0);
    // Glyphs were drawn into a page, and the page is the host's.
    const auto pixels = const_cast<void*>(static_cast<const void*>(page.pixels));
    auto block = host.living.upper_bound(pixels);
    REQUIRE(block != host.living.begin());
    --block;
    CHECK(static_cast<char*>(pixels) < static_cast<char*>(block->first) + block->second);
    CHECK(host.bytes >
          of_client + static_cast<size_t>(page.width) * static_cast<size_t>(page.height));

    parley_overlay_destroy(overlay);
    parley_destroy(client);
    CHECK(host.living.empty());
    CHECK(host.strangers == 0);
}

TEST_CASE("a frame in which nothing changed asks the host for nothing", "[memory]") {
    Host host;
    parley_client* const client = client_of(host);
    parley_overlay_options look{};
    look.size = sizeof look;
    look.reduced_motion = 1;
    parley_overlay* overlay = nullptr;
    REQUIRE(parley_overlay_create(client, &look, &overlay) == PARLEY_OK);
    const auto frame = [&] {
        parley_update(client, 0);
        parley_overlay_frame(overlay, 0.016f, 1280, 720, 1.0f, 0);
    };
    for (int i = 0; i < 60; ++i) {
        frame();
    }
    const size_t calls = host.calls;
    const uint64_t all = parley::test::allocations();
    for (int i = 0; i < 60; ++i) {
        frame();
    }
    CHECK(host.calls == calls);
    CHECK(parley::test::allocations() == all);
    parley_overlay_destroy(overlay);
    parley_destroy(client);
}

} // namespace
