// direct_name.hpp: how a Direct room is named: "lower:higher", its two users' ids. Core makes the
// name and the store keeps it; nobody else reads it.
#pragma once

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "schemas/base/ids.hpp"

namespace parley {

// The same for both.
inline std::string direct_name(UserId one, UserId two) {
    return std::to_string(std::min(raw(one), raw(two))) + ":" +
           std::to_string(std::max(raw(one), raw(two)));
}

// The lower, then the higher. Nothing: it names no two users.
inline std::optional<std::pair<UserId, UserId>> parse_direct_name(std::string_view name) {
    const char* const end = name.data() + name.size();
    uint64_t low = 0;
    uint64_t high = 0;
    const auto [colon, first] = std::from_chars(name.data(), end, low);
    if (first != std::errc() || colon == end || *colon != ':') {
        return std::nullopt;
    }
    const auto [rest, second] = std::from_chars(colon + 1, end, high);
    if (second != std::errc() || rest != end || low == 0 || low >= high) {
        return std::nullopt;
    }
    return std::pair(UserId{low}, UserId{high});
}

} // namespace parley
