// sizes_told.hpp: what has been said of wrong sizes: each client keeps one.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "schemas/base/log.hpp"

namespace parley::abi {

// Says of a struct, once, that its size could not be one.
class SizesTold {
public:
    // name: a literal.
    void tell(const Log& log, const char* name, uint32_t size) {
        const auto at = std::find_if(names_.begin(), names_.end(), [&](const char* known) {
            return known == nullptr || known == name;
        });
        if (at == names_.end() || *at == name) {
            return;
        }
        *at = name;
        log.error("struct_size_wrong", {{"struct", name},
                                        {"size", size},
                                        {"mend", std::string("set its size member to sizeof(") +
                                                     name + ") before the call"}});
    }

private:
    std::array<const char*, 16> names_{}; // more than there are such structs
};

} // namespace parley::abi
