// trace.hpp: what happened in a simulated world, as a hash of all of it and the last few lines. Two
// runs of one seed have the same hash, or something reads a clock, an address or chance of its own.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "schemas/base/bytes.hpp"
#include "schemas/base/ids.hpp"

namespace parley::sim {

class Trace {
public:
    // what: a literal.
    void note(TimeMs at_ms, const char* what, uint64_t a = 0, uint64_t b = 0, uint64_t c = 0,
              uint64_t d = 0);
    // Not shown, but part of the hash.
    void mix(uint64_t value);

    // Every line is also printed to stderr as it comes.
    void echo() { echo_ = true; }

    uint64_t hash() const { return hash_; }
    uint64_t events() const { return events_; }
    std::string tail() const;

    static uint64_t of(Bytes bytes);

private:
    struct Line {
        TimeMs at_ms = 0;
        const char* what = "";
        std::array<uint64_t, 4> values{};
    };

    static std::string text(const Line& line);

    bool echo_ = false;
    std::array<Line, 96> lines_{};
    uint64_t events_ = 0;
    uint64_t hash_ = 0xCBF29CE484222325ull;
};

} // namespace parley::sim
