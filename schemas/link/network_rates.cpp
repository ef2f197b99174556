// network_rates.cpp: see network_rates.hpp.
#include "schemas/link/network_rates.hpp"

#include <sodium.h>

namespace parley {

NetworkRates::NetworkRates(uint32_t most, int64_t period_ms, size_t places)
    : most_(most), period_ms_(period_ms), places_(places) {
    randombytes_buf(key_.data(), key_.size());
}

size_t NetworkRates::place_of(Bytes key) const {
    uint8_t hash[crypto_shorthash_BYTES];
    crypto_shorthash(hash, key.data(), key.size(), key_.data());
    return load_le<uint64_t>(hash) % places_.size();
}

bool NetworkRates::count(Bytes key, TimeMs steady_ms) {
    Place& place = places_[place_of(key)];
    if (place.count == 0 || steady_ms - place.since_ms >= period_ms_) {
        place.count = 0;
        place.since_ms = steady_ms;
    }
    ++place.count;
    return place.count <= most_;
}

bool NetworkRates::below(Bytes key, TimeMs steady_ms) const {
    const Place& place = places_[place_of(key)];
    return place.count < most_ || steady_ms - place.since_ms >= period_ms_;
}

} // namespace parley
