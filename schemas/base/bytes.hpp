// bytes.hpp: bytes that are looked at (Bytes), bytes that many share (SharedFrame), and little-
// endian access that never reads past an end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <type_traits>
#include <vector>

namespace parley {

using Bytes = std::span<const uint8_t>;
using ByteVector = std::vector<uint8_t>;

// One encoded frame, immutable, shared by all its receivers.
using SharedFrame = std::shared_ptr<const ByteVector>;

template <typename T>
T load_le(const uint8_t* from) {
    static_assert(std::is_unsigned_v<T>);
    T value = 0;
    for (size_t i = 0; i < sizeof(T); ++i) {
        value = static_cast<T>(value | (static_cast<T>(from[i]) << (8 * i)));
    }
    return value;
}

template <typename T>
void store_le(uint8_t* to, T value) {
    static_assert(std::is_unsigned_v<T>);
    for (size_t i = 0; i < sizeof(T); ++i) {
        to[i] = static_cast<uint8_t>(value >> (8 * i));
    }
}

// Reads a datagram from front to back; after the first short read everything reads as zero and
// ok() is false, so a parser checks once at its end.
class ByteReader {
public:
    explicit ByteReader(Bytes bytes) : bytes_(bytes) {}

    template <typename T>
    T number() {
        const Bytes taken = take(sizeof(T));
        return taken.size() == sizeof(T) ? load_le<T>(taken.data()) : T{0};
    }
    Bytes take(size_t count) {
        if (!ok_ || count > bytes_.size()) {
            ok_ = false;
            return {};
        }
        const Bytes taken = bytes_.first(count);
        bytes_ = bytes_.subspan(count);
        return taken;
    }
    Bytes rest() { return take(bytes_.size()); }
    size_t left() const { return bytes_.size(); }
    bool ok() const { return ok_; }

private:
    Bytes bytes_;
    bool ok_ = true;
};

// Appends to a vector; the counterpart of ByteReader.
class ByteWriter {
public:
    explicit ByteWriter(ByteVector& out) : out_(out) {}

    template <typename T>
    void number(T value) {
        uint8_t buffer[sizeof(T)];
        store_le(buffer, value);
        bytes({buffer, sizeof(T)});
    }
    void bytes(Bytes more) { out_.insert(out_.end(), more.begin(), more.end()); }

private:
    ByteVector& out_;
};

} // namespace parley
