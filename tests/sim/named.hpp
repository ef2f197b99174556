// named.hpp: how a violation calls what it is about: "room 4".
#pragma once

#include <cstdint>
#include <string>

#include "schemas/base/ids.hpp"

namespace parley::sim {

inline std::string number(uint64_t value) {
    return std::to_string(value);
}

template <typename Id>
std::string named(const char* noun, Id id) {
    return std::string(noun) + ' ' + number(raw(id));
}

} // namespace parley::sim
