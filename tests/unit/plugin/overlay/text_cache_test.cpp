// text_cache_test.cpp: what is laid out once, and what waits for budget.
#include "plugin/overlay/text_cache.hpp"

#include "tests/support/catch.hpp"

namespace parley::overlay {
namespace {

int64_t now_us = 0;

struct Cached {
    explicit Cached(size_t layouts)
        : engine(text::Engine::create({}).value()), cache(*engine, layouts, [] { return now_us; }) {
        cache.begin_frame(1'000'000, 1.35f);
    }
    std::unique_ptr<text::Engine> engine;
    TextCache cache;
};

TEST_CASE("a label is laid out once for each size, style and width", "[text_cache]") {
    Cached cached(16);
    const text::Layout* first = cached.cache.label("Party", {.size_px = 16});
    REQUIRE(first != nullptr);
    CHECK(cached.cache.layouts() == 1);
    CHECK(cached.cache.label("Party", {.size_px = 16}) == first);
    CHECK(cached.cache.layouts() == 1);
    CHECK(cached.cache.label("Party", {.size_px = 17}) != first);
    CHECK(cached.cache.label("Party", {.size_px = 16, .style = text::Bold}) != first);
    CHECK(cached.cache.label("Team", {.size_px = 16}) != first);
    CHECK(cached.cache.layouts() == 4);
}

TEST_CASE("the pool is bounded and the oldest gives way", "[text_cache]") {
    Cached cached(4);
    for (const char* word : {"a", "b", "c", "d"}) {
        cached.cache.label(word, {});
    }
    cached.cache.label("a", {}); // used again: not the oldest any more
    cached.cache.label("e", {}); // takes b's place
    CHECK(cached.cache.layouts() == 5);
    cached.cache.label("a", {});
    CHECK(cached.cache.layouts() == 5);
    cached.cache.label("b", {});
    CHECK(cached.cache.layouts() == 6);
}

TEST_CASE("without budget one text a frame is laid out, the rest waits", "[text_cache]") {
    Cached cached(16);
    cached.cache.begin_frame(0, 1.35f);
    CHECK(cached.cache.label("one", {}) != nullptr);
    CHECK(cached.cache.label("two", {}) == nullptr);
    CHECK(cached.cache.deferred() == 1);
    cached.cache.begin_frame(0, 1.35f);
    CHECK(cached.cache.label("one", {}) != nullptr);
    CHECK(cached.cache.label("two", {}) != nullptr);
    CHECK(cached.cache.deferred() == 0);
}

TEST_CASE("texts are laid out until the frame's budget is spent", "[text_cache]") {
    Cached cached(16);
    now_us = 5000;
    cached.cache.begin_frame(300, 1.35f);
    CHECK(cached.cache.label("one", {}) != nullptr);
    now_us += 299;
    CHECK(cached.cache.label("two", {}) != nullptr);
    now_us += 1;
    CHECK(cached.cache.label("three", {}) == nullptr);
    CHECK(cached.cache.layouts() == 2);
    CHECK(cached.cache.deferred() == 1);
}

TEST_CASE("a body is found by key and revision", "[text_cache]") {
    Cached cached(16);
    const TextCache::BodyId id{7, 1, 300, 16, 0};
    CHECK(cached.cache.find_body(id) == nullptr);
    cached.cache.lay_out_body(id, "hello", {}, {.width_px = 300});
    CHECK(cached.cache.find_body(id) != nullptr);
    CHECK(cached.cache.find_body({7, 2, 300, 16, 0}) == nullptr);
    CHECK(cached.cache.find_body({7, 1, 301, 16, 0}) == nullptr);
}

} // namespace
} // namespace parley::overlay
