// choices.hpp: a fuzzer's input as a row of choices, for targets that drive the real writer. When
// the input is used up every choice is 0, so that each input means something.
#pragma once

#include <algorithm>
#include <string>
#include <type_traits>
#include <vector>

#include "schemas/base/bytes.hpp"

namespace parley::fuzz {

class Choices {
public:
    explicit Choices(Bytes input) : in_(input) {}

    template <typename T>
    T number() {
        return static_cast<T>(in_.number<std::make_unsigned_t<T>>());
    }
    // 0 to most.
    size_t below_or(size_t most) { return number<uint16_t>() % (most + 1); }
    bool coin() { return (number<uint8_t>() & 1) != 0; }
    // Mostly small, sometimes anything: ids and seqs that meet.
    uint64_t id() {
        const auto small = number<uint8_t>();
        return small < 0xF0 ? small : number<uint64_t>();
    }
    template <typename Enum>
    Enum pick() {
        return static_cast<Enum>(number<uint8_t>());
    }
    std::string bytes(size_t most) {
        const Bytes taken = in_.take(std::min(below_or(most), in_.left()));
        return {taken.begin(), taken.end()};
    }
    bool more() const { return in_.left() > 0; }

private:
    ByteReader in_;
};

} // namespace parley::fuzz
