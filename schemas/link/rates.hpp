// rates.hpp: how often something happened per key (a network, a device) and period, in a table of
// fixed size. Two keys that fall on one place share its count while both are busy. Pure.
#pragma once

#include <array>
#include <vector>

#include "schemas/base/bytes.hpp"
#include "schemas/base/ids.hpp"

namespace parley {

struct RateOptions {
    uint32_t most_per_period = 0;
    int64_t period_ms = 0;
    size_t places = 0;
};

class Rates {
public:
    // hash_key: drawn by chance, so that nobody can choose whom he shares a place with.
    Rates(const RateOptions& options, const std::array<uint8_t, 16>& hash_key);

    // Counts one more. False: it is more than most_per_period.
    bool count(Bytes key, TimeMs steady_ms);
    // The same question without counting.
    bool below(Bytes key, TimeMs steady_ms) const;

private:
    struct Place {
        uint32_t count = 0;
        TimeMs since_ms = 0;
    };
    size_t place_of(Bytes key) const;

    RateOptions options_;
    std::array<uint8_t, 16> hash_key_;
    std::vector<Place> places_;
};

} // namespace parley
