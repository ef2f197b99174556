// network_rates.hpp: how often something happened per network (or device) and period, in a table of
// fixed size. Two networks that fall on one place share its count while both are busy; the place
// depends on a key, so that nobody can choose whom he shares with. Pure.
#pragma once

#include <vector>

#include "schemas/base/ids.hpp"
#include "schemas/link/address.hpp"

namespace parley {

class NetworkRates {
public:
    NetworkRates(uint32_t most, int64_t period_ms, size_t places);

    // Counts one more. False: it is more than `most` in this period.
    bool count(Bytes key, TimeMs steady_ms);
    // The same question without counting.
    bool below(Bytes key, TimeMs steady_ms) const;

private:
    struct Place {
        uint32_t count = 0;
        TimeMs since_ms = 0;
    };
    size_t place_of(Bytes key) const;

    uint32_t most_;
    int64_t period_ms_;
    std::array<uint8_t, 16> key_;
    std::vector<Place> places_;
};

} // namespace parley
