// records.hpp: cuts a fuzzer's input into records: kind byte, length (16 bits, little-endian),
// bytes. What is left at the end is one more record, so that no input is refused.
#pragma once

#include <algorithm>
#include <optional>

#include "schemas/base/bytes.hpp"

namespace parley::fuzz {

struct Record {
    uint8_t kind = 0;
    Bytes bytes;
};

class Records {
public:
    explicit Records(Bytes input) : left_(input) {}

    std::optional<Record> next() {
        if (left_.empty()) {
            return std::nullopt;
        }
        Record record;
        record.kind = left_[0];
        left_ = left_.subspan(1);
        if (left_.size() < 2) {
            record.bytes = left_;
            left_ = {};
            return record;
        }
        const size_t length = std::min<size_t>(load_le<uint16_t>(left_.data()), left_.size() - 2);
        record.bytes = left_.subspan(2, length);
        left_ = left_.subspan(2 + length);
        return record;
    }

private:
    Bytes left_;
};

inline void require(bool condition) {
    if (!condition) {
        __builtin_trap();
    }
}

} // namespace parley::fuzz
