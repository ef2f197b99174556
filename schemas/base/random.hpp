// random.hpp: chance as an argument. Deterministic for a seed, so that a simulation replays; not
// for keys (those come from libsodium, in link/ and auth/).
#pragma once

#include <cstdint>

namespace parley {

// splitmix64 (Steele, Lea, Flood 2014): one word of state, passes BigCrush, enough for jitter,
// hash keys and nonces.
class Random {
public:
    explicit Random(uint64_t seed) : state_(seed) {}

    uint64_t next() {
        state_ += 0x9E3779B97F4A7C15ull;
        uint64_t z = state_;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
        return z ^ (z >> 31);
    }
    // Uniform in [0, bound); bound > 0. The bias of the plain remainder is below 2^-32 for the
    // small bounds we use.
    uint64_t below(uint64_t bound) { return next() % bound; }
    // Uniform in [low, high].
    int64_t between(int64_t low, int64_t high) {
        return low + static_cast<int64_t>(below(static_cast<uint64_t>(high - low) + 1));
    }
    // True with a chance of percent in 100.
    bool chance_percent(uint32_t percent) { return below(100) < percent; }

private:
    uint64_t state_;
};

} // namespace parley
