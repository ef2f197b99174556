// busy.hpp: what a Global room knows of how much is said in it: a Sampler, which chooses who hears
// a line when more is said than one can read, and a SlowMode, which says when everyone should write
// less. Time and chance come in by argument.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "schemas/base/ids.hpp"
#include "schemas/base/limits.hpp"
#include "schemas/base/random.hpp"
#include "server/core/effect.hpp"

namespace parley {

// A set of reader classes: bit c is class c.
using Classes = uint8_t;
inline constexpr Classes no_class = 0;
inline constexpr Classes every_class = 0xff;
static_assert(limits::reader_classes == 8);

inline bool has_class(Classes classes, size_t one) {
    return (classes >> one & 1u) != 0;
}

// The same for as long as the session lives, and as many of each: ids themselves run in rows.
inline size_t reader_class(SessionId session) {
    return static_cast<size_t>(Random(raw(session)).below(limits::reader_classes));
}

// A bucket of lines for each class, all filled at the same rate. While none is empty everyone hears
// everything; else the lines share what is there, the emptiest class last.
class Sampler {
public:
    // Of lines that are told at once, those that are no_class get their classes; every_class is
    // what all must hear, and takes its place in the buckets before the others do.
    void choose(TimeMs now_ms, uint32_t lines_per_s, std::span<Classes> lines, Random& random);

private:
    void fill(TimeMs now_ms, uint32_t lines_per_s);
    Classes take(size_t classes, Random& random);

    std::array<int64_t, limits::reader_classes> lines_micro_{};
    TimeMs filled_at_ms_ = 0; // 0: never yet
};

// Lines by the second, one second after the other.
class SlowMode {
public:
    struct Bounds {
        uint32_t on_above_per_s = 0;
        int64_t off_lines_max = 0; // in the last slow_off_after_s
    };
    bool on() const { return on_; }
    // True: it was switched. Before each line, and while it is on from time to time.
    bool look(TimeMs now_ms, const Bounds& bounds);
    void said() { ++lines_; }

private:
    void keep(int64_t passed);

    bool on_ = false;
    TimeMs second_ms_ = 0; // the running second begins
    uint32_t lines_ = 0;   // in it
    int64_t seconds_ = 0;  // while it is off: in a row above the bound; while it is on: since then
    // The seconds before, while it is on.
    std::array<uint32_t, limits::slow_off_after_s> window_{};
    size_t next_ = 0; // the oldest of them
    int64_t sum_ = 0;
};

// Of a Global room alone.
struct Busy {
    Sampler sampler;
    SlowMode slow;
    bool sampled = false; // the last time that something was told
    // Those of all, and split by class.
    Readers split;
    std::array<Readers, limits::reader_classes> readers;
};

} // namespace parley
