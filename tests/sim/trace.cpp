// trace.cpp: FNV-1a over 64-bit words; the tail is a ring.
#include "tests/sim/trace.hpp"

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <cstring>

namespace parley::sim {

void Trace::mix(uint64_t value) {
    hash_ = (hash_ ^ value) * 0x100000001B3ull;
    hash_ ^= hash_ >> 29;
}

void Trace::note(TimeMs at_ms, const char* what, uint64_t a, uint64_t b, uint64_t c, uint64_t d) {
    mix(of({reinterpret_cast<const uint8_t*>(what), std::strlen(what)}));
    mix(static_cast<uint64_t>(at_ms));
    for (const uint64_t value : {a, b, c, d}) {
        mix(value);
    }
    Line& line = lines_[events_ % lines_.size()];
    line = {at_ms, what, {a, b, c, d}};
    ++events_;
    if (echo_) {
        std::fputs(text(line).c_str(), stderr);
    }
}

std::string Trace::text(const Line& line) {
    char buffer[160];
    std::snprintf(buffer, sizeof buffer,
                  "  %8" PRId64 " ms  %-24s %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
                  line.at_ms, line.what, line.values[0], line.values[1], line.values[2],
                  line.values[3]);
    return buffer;
}

std::string Trace::tail() const {
    std::string all;
    const uint64_t count = std::min<uint64_t>(events_, lines_.size());
    for (uint64_t i = events_ - count; i < events_; ++i) {
        all += text(lines_[i % lines_.size()]);
    }
    return all;
}

uint64_t Trace::of(Bytes bytes) {
    uint64_t hash = 0xCBF29CE484222325ull;
    for (const uint8_t byte : bytes) {
        hash = (hash ^ byte) * 0x100000001B3ull;
    }
    return hash;
}

} // namespace parley::sim
