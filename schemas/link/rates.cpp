// rates.cpp: see rates.hpp.
#include "schemas/link/rates.hpp"

#include <sodium.h>

#include "schemas/base/check.hpp"

namespace parley {

Rates::Rates(const RateOptions& options, const std::array<uint8_t, 16>& hash_key)
    : options_(options), hash_key_(hash_key), places_(options.places) {
    static_assert(sizeof hash_key_ == crypto_shorthash_KEYBYTES);
    PARLEY_ASSERT(options.places > 0);
}

size_t Rates::place_of(Bytes key) const {
    uint8_t hash[crypto_shorthash_BYTES];
    crypto_shorthash(hash, key.data(), key.size(), hash_key_.data());
    return load_le<uint64_t>(hash) % places_.size();
}

bool Rates::count(Bytes key, TimeMs steady_ms) {
    Place& place = places_[place_of(key)];
    if (place.count == 0 || steady_ms - place.since_ms >= options_.period_ms) {
        place.count = 0;
        place.since_ms = steady_ms;
    }
    ++place.count;
    return place.count <= options_.most_per_period;
}

bool Rates::below(Bytes key, TimeMs steady_ms) const {
    const Place& place = places_[place_of(key)];
    return place.count < options_.most_per_period ||
           steady_ms - place.since_ms >= options_.period_ms;
}

} // namespace parley
