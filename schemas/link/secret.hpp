// secret.hpp: 32 bytes that are wiped when they die. Copies are wiped too; nothing prints them.
#pragma once

#include <sodium.h>

#include <array>
#include <cstdint>

namespace parley {

class SecretKey {
public:
    SecretKey() = default;
    explicit SecretKey(const std::array<uint8_t, 32>& bytes) : bytes_(bytes) {}
    SecretKey(const SecretKey&) = default;
    SecretKey& operator=(const SecretKey&) = default;
    ~SecretKey() { wipe(); }

    uint8_t* data() { return bytes_.data(); }
    const uint8_t* data() const { return bytes_.data(); }
    static constexpr size_t size() { return 32; }
    void wipe() { sodium_memzero(bytes_.data(), bytes_.size()); }

private:
    std::array<uint8_t, 32> bytes_{};
};

} // namespace parley
