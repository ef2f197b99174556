// hex.hpp: bytes as the RFCs print them.
#pragma once

#include <sodium.h>

#include <string>
#include <string_view>

#include "schemas/base/bytes.hpp"

namespace parley::test {

inline ByteVector from_hex(std::string_view text) {
    ByteVector bytes(text.size() / 2);
    size_t written = 0;
    sodium_hex2bin(bytes.data(), bytes.size(), text.data(), text.size(), " \n", &written, nullptr);
    bytes.resize(written);
    return bytes;
}

inline std::string to_hex(Bytes bytes) {
    std::string text(bytes.size() * 2 + 1, '\0');
    sodium_bin2hex(text.data(), text.size(), bytes.data(), bytes.size());
    text.pop_back();
    return text;
}

} // namespace parley::test
