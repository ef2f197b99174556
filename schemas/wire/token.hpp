// token.hpp: names that are looked up and never shown: lower-case letters, digits, '_', '.', '-'.
#pragma once

#include <algorithm>
#include <string_view>

namespace parley::wire {

// None is a token, too.
constexpr bool is_token(std::string_view said) {
    return std::all_of(said.begin(), said.end(), [](char one) {
        return (one >= 'a' && one <= 'z') || (one >= '0' && one <= '9') || one == '_' ||
               one == '.' || one == '-';
    });
}

} // namespace parley::wire
