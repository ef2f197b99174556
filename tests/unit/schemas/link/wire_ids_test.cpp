// wire_ids_test.cpp: which session a datagram names.
#include "schemas/link/wire_ids.hpp"

#include <unordered_map>

#include "schemas/base/random.hpp"
#include "tests/support/catch.hpp"

using namespace parley;

TEST_CASE("a wire id is found until it is taken out, whatever else came and went", "[link]") {
    constexpr size_t ids_max = 100;
    WireIds ids;
    ids.reserve(ids_max);
    std::unordered_map<uint32_t, uint16_t> right;
    Random random(7);
    for (int i = 0; i < 20'000; ++i) {
        // Few numbers, so that most of them meet others on their way.
        const auto id = static_cast<uint32_t>(1 + random.below(200) * (i % 2 == 0 ? 1 : 4096));
        if (right.count(id) != 0) {
            ids.erase(id);
            right.erase(id);
        } else if (right.size() < ids_max) {
            ids.put(id, static_cast<uint16_t>(i));
            right[id] = static_cast<uint16_t>(i);
        }
        REQUIRE(ids.size() == right.size());
        for (const auto& [known, session] : right) {
            REQUIRE(ids.find(known) == session);
        }
        if (right.count(id) == 0) {
            REQUIRE(ids.find(id) == WireIds::none);
        }
    }
}

TEST_CASE("taking out a wire id that is not there changes nothing, 0 neither", "[link]") {
    WireIds ids;
    ids.reserve(2);
    ids.put(8, 1);
    ids.erase(0);
    ids.erase(9);
    CHECK(ids.size() == 1);
    CHECK(ids.find(8) == 1);
    CHECK(ids.find(0) == WireIds::none);
}
