// fifo_test.cpp: order, and what memory a line keeps.
#include "schemas/base/fifo.hpp"

#include "tests/support/catch.hpp"

#include <deque>
#include <memory>

using namespace parley;

TEST_CASE("a line gives back what was put in, in order, however the two are mixed") {
    Fifo<int> line;
    std::deque<int> model;
    int next = 0;
    for (int round = 0; round < 200; ++round) {
        const int in = 1 + round * 7 % 23;
        const int out = 1 + round * 5 % 23;
        for (int i = 0; i < in; ++i) {
            line.push_back(next);
            model.push_back(next++);
        }
        for (int i = 0; i < out && !model.empty(); ++i) {
            REQUIRE(line.front() == model.front());
            line.pop_front();
            model.pop_front();
        }
        REQUIRE(line.size() == model.size());
        REQUIRE(line.empty() == model.empty());
        REQUIRE(std::equal(line.begin(), line.end(), model.begin(), model.end()));
        REQUIRE(std::equal(line.rbegin(), line.rend(), model.rbegin(), model.rend()));
        if (!model.empty()) {
            REQUIRE(line.back() == model.back());
        }
    }
    CHECK(next > 1000);
}

TEST_CASE("a line that nothing was put in has no memory, and none after it was cleared") {
    Fifo<int> line;
    CHECK(line.capacity() == 0);
    line.push_back(1);
    CHECK(line.capacity() >= 1);
    line.clear();
    CHECK(line.capacity() == 0);
    CHECK(line.empty());
}

TEST_CASE("a line of constant length stays in its memory") {
    Fifo<size_t> line;
    constexpr size_t length = 100;
    for (size_t i = 0; i < length; ++i) {
        line.push_back(i);
    }
    for (size_t i = length; i < 100 * length; ++i) {
        line.push_back(i);
        line.pop_front();
        REQUIRE(line.size() == length);
        REQUIRE(line.front() == i + 1 - length);
    }
    CHECK(line.capacity() <= 2 * length);
}

TEST_CASE("a line that ran empty keeps a few places and not many") {
    Fifo<int> line;
    for (const int items : {16, 17}) {
        for (int i = 0; i < items; ++i) {
            line.push_back(i);
        }
        for (int i = 0; i < items; ++i) {
            line.pop_front();
        }
        CHECK(line.empty());
        CHECK(line.capacity() == (items <= 16 ? 16u : 0u));
    }
}

TEST_CASE("what was taken from a line is let go at once") {
    Fifo<std::shared_ptr<int>> line;
    const auto first = std::make_shared<int>(1);
    line.push_back(first);
    line.push_back(std::make_shared<int>(2));
    CHECK(first.use_count() == 2);
    line.pop_front();
    CHECK(first.use_count() == 1);
    CHECK(*line.front() == 2);
}
