// rates_test.cpp: how often something happened, by key and period.
#include "schemas/link/rates.hpp"

#include "schemas/link/address.hpp"
#include "tests/support/catch.hpp"

using namespace parley;

namespace {

constexpr std::array<uint8_t, 16> hash_key = {7};
constexpr std::array<uint8_t, 32> one = {1};
constexpr std::array<uint8_t, 32> two = {2};

Rates two_a_second(size_t places) {
    return Rates({.most_per_period = 2, .period_ms = 1000, .places = places}, hash_key);
}

} // namespace

TEST_CASE("rates count keys of any length apart, up to their bound and for their period",
          "[link]") {
    Rates rates = two_a_second(4096);
    CHECK(rates.below(one, 5000));
    CHECK(rates.count(one, 5000));
    CHECK(rates.below(one, 5000));
    CHECK(rates.count(one, 5000));
    CHECK_FALSE(rates.below(one, 5999));
    CHECK_FALSE(rates.count(one, 5999));
    CHECK(rates.below(two, 5999));
    CHECK(rates.below(one, 6000));
    CHECK(rates.count(one, 6000));
    CHECK(rates.count(network_of(Address{}), 5000));
}

TEST_CASE("keys that fall on one place share its count", "[link]") {
    Rates rates = two_a_second(1);
    CHECK(rates.count(one, 0));
    CHECK(rates.count(two, 0));
    CHECK_FALSE(rates.below(one, 999));
    CHECK(rates.below(one, 1000));
}

TEST_CASE("who shares a place depends on the key that was drawn", "[link]") {
    const auto shares = [](uint8_t drawn) {
        Rates rates({.most_per_period = 1, .period_ms = 1000, .places = 2}, {drawn});
        rates.count(one, 0);
        return !rates.below(two, 0);
    };
    size_t sharing = 0;
    for (uint8_t drawn = 0; drawn < 64; ++drawn) {
        sharing += shares(drawn) ? 1 : 0;
    }
    CHECK(sharing > 0);
    CHECK(sharing < 64);
}
