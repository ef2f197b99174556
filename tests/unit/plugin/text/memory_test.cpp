// memory_test.cpp: text lies in its host's memory, all of it comes back, and a host that refuses
// loses glyphs and nothing else.
#include "plugin/text/memory.hpp"

#include "samples.hpp"

#include "tests/support/catch.hpp"

#include <cstdlib>
#include <map>

using namespace parley;
using namespace parley::text;

namespace {

// A host that counts, and says no from some call on or to what is large.
struct Host {
    std::map<void*, size_t> held;
    size_t bytes = 0, largest = 0;
    size_t calls = 0;
    size_t refuse_from = SIZE_MAX;
    size_t refuse_bytes = SIZE_MAX;

    static void* hook(void* user, void* old, size_t bytes) {
        Host& host = *static_cast<Host*>(user);
        if (old != nullptr) {
            REQUIRE(host.held.count(old) == 1);
        }
        if (bytes == 0) {
            host.bytes -= host.held[old];
            host.held.erase(old);
            std::free(old);
            return nullptr;
        }
        if (++host.calls > host.refuse_from || bytes >= host.refuse_bytes) {
            return nullptr;
        }
        if (old != nullptr) {
            host.bytes -= host.held[old];
            host.held.erase(old);
        }
        void* const fresh = std::realloc(old, bytes);
        host.held[fresh] = bytes;
        host.bytes += bytes;
        host.largest = std::max(host.largest, bytes);
        return fresh;
    }
    EngineOptions options() {
        EngineOptions out;
        out.alloc = &hook;
        out.alloc_user = this;
        out.atlas_page_px = 256;
        return out;
    }
};

void lay_out_all(Engine& engine) {
    Layout layout(engine.memory());
    for (const samples::Sample& sample : samples::scripts) {
        engine.layout(sample.text, {}, {}, layout);
        CHECK(layout.clusters.size() > 3);
    }
}

} // namespace

TEST_CASE("arrays, layouts, the atlas and FreeType lie in the host's memory, and it all comes back",
          "[text][memory]") {
    Host host;
    {
        auto engine = samples::make_engine(host.options());
        REQUIRE(engine);
        const size_t at_first = host.bytes;
        CHECK(at_first >= size_t{256} * 256 * 4);
        lay_out_all(*engine);
        // FreeType's faces of more than ten files, each with its tables and its glyph slot.
        CHECK(host.bytes > at_first + 100'000);
        // Each block has a head that says how long it is.
        CHECK(engine->memory_bytes() + host.held.size() * alignof(std::max_align_t) <= host.bytes);
        CHECK(engine->memory_bytes() > host.bytes / 2);
        const uint64_t before = engine->memory_allocations();
        Layout layout(engine->memory());
        engine->layout("quiet", {}, {}, layout);
        const uint64_t first = engine->memory_allocations();
        CHECK(first > before);
        engine->layout("quiet", {}, {}, layout);
        CHECK(engine->memory_allocations() == first);
    }
    CHECK(host.held.empty());
    CHECK(host.bytes == 0);
}

TEST_CASE("pages and mapped fonts are counted as they come", "[text][memory]") {
    Host host;
    auto engine = samples::make_engine(host.options());
    REQUIRE(engine);
    const uint64_t page = size_t{256} * 256 * 4;
    CHECK(engine->atlas_bytes() == page);
    Layout layout;
    engine->layout("Latin", {}, {}, layout);
    const uint64_t latin = engine->font_bytes();
    CHECK(latin > 100'000);
    engine->layout("Latin again", {}, {}, layout);
    CHECK(engine->font_bytes() == latin);
    lay_out_all(*engine);
    // A CJK collection alone has more than ten megabytes.
    CHECK(engine->font_bytes() > latin + 10'000'000);
    for (const samples::Sample& sample : samples::scripts) {
        engine->layout(sample.text, {}, {.size_px = 60}, layout);
    }
    CHECK(engine->pages() > 1);
    CHECK(engine->atlas_bytes() == engine->pages() * page);
    CHECK(engine->memory_bytes() > engine->atlas_bytes());
}

TEST_CASE("a host that refuses the first page gets no engine, and loses nothing",
          "[text][memory]") {
    Host host;
    host.refuse_bytes = size_t{256} * 256 * 4;
    const Result<std::unique_ptr<Engine>> engine = Engine::create(host.options());
    REQUIRE_FALSE(engine.ok());
    CHECK(engine.error() == Error::OutOfMemory);
    CHECK(host.held.empty());
}

TEST_CASE("a host that refuses more pages gets the text of one", "[text][memory]") {
    Host host;
    auto engine = samples::make_engine(host.options());
    REQUIRE(engine);
    host.refuse_bytes = size_t{256} * 256 * 4;
    lay_out_all(*engine);
    CHECK(engine->pages() == 1);
    Layout layout;
    engine->layout("still here", {}, {}, layout);
    CHECK(layout.quads.size() == 9);
}

TEST_CASE("whenever a host begins to refuse, text is laid out and all memory comes back",
          "[text][memory]") {
    Host counting;
    {
        auto engine = samples::make_engine(counting.options());
        REQUIRE(engine);
        lay_out_all(*engine);
    }
    size_t made = 0;
    for (size_t from = 0; from < counting.calls; from += 1 + from / 4) {
        Host host;
        host.refuse_from = from;
        {
            auto engine = samples::make_engine(host.options());
            if (engine) {
                ++made;
                lay_out_all(*engine);
            }
        }
        CAPTURE(from);
        CHECK(host.held.empty());
    }
    CHECK(made > 3);
}
