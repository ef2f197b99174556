// sized.hpp: the size-first rule. A struct of the C API begins with its size as its caller was
// compiled with it: an older caller's is shorter, a newer one's longer. Only what both sides know
// is read or written; the rest is zero, which means default.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace parley::abi {

// A size that could not be one: forgotten, or one that would cut a member in two.
template <typename T>
bool good_size(uint32_t size) {
    return size >= alignof(T) && size % alignof(T) == 0;
}

template <typename T>
bool read_sized(const T* from, T& out) {
    static_assert(std::is_trivially_copyable_v<T> && offsetof(T, size) == 0);
    if (from == nullptr || !good_size<T>(from->size)) {
        return false;
    }
    out = T{};
    std::memcpy(&out, from, std::min<size_t>(from->size, sizeof(T)));
    return true;
}

// to points to a T of a caller; size is what it says of itself.
template <typename T>
void write_sized(T full, void* to, uint32_t size) {
    static_assert(std::is_trivially_copyable_v<T> && offsetof(T, size) == 0);
    full.size = size;
    std::memcpy(to, &full, std::min<size_t>(size, sizeof(T)));
    if (size > sizeof(T)) {
        std::memset(static_cast<std::byte*>(to) + sizeof(T), 0, size - sizeof(T));
    }
}

template <typename T>
bool write_sized(const T& full, T* to) {
    if (to == nullptr || !good_size<T>(to->size)) {
        return false;
    }
    write_sized(full, to, to->size);
    return true;
}

// An array of rows: the first one's size is the stride of all.
template <typename T>
class Rows {
public:
    Rows(T* rows, size_t cap)
        : rows_(reinterpret_cast<std::byte*>(rows)),
          size_(rows != nullptr && cap > 0 ? rows->size : 0), cap_(good_size<T>(size_) ? cap : 0) {}

    size_t cap() const { return cap_; }
    void write(size_t index, const T& row) const {
        if (index < cap_) {
            write_sized(row, rows_ + index * size_, size_);
        }
    }

private:
    std::byte* rows_;
    uint32_t size_;
    size_t cap_;
};

} // namespace parley::abi
