// address.hpp: "host:port" as it is written.
#pragma once

#include <cstdint>
#include <string_view>

namespace parley::client {

// Written as IPv6 is: "[::1]:7777". The link speaks IPv4, and no name has brackets or colons.
inline bool ipv6_address(std::string_view address) {
    const std::string_view host = address.substr(0, address.rfind(':'));
    return host.find_first_of("[]:") != std::string_view::npos;
}

// Whether there is such a host nobody knows here.
inline bool good_address(std::string_view address) {
    constexpr size_t host_bytes_max = 255; // of a name of DNS
    const size_t colon = address.rfind(':');
    if (colon == std::string_view::npos || colon == 0 || colon > host_bytes_max ||
        ipv6_address(address)) {
        return false;
    }
    const std::string_view digits = address.substr(colon + 1);
    if (digits.empty() || digits.size() > 5 ||
        digits.find_first_not_of("0123456789") != std::string_view::npos) {
        return false;
    }
    uint32_t port = 0;
    for (const char digit : digits) {
        port = port * 10 + static_cast<uint32_t>(digit - '0');
    }
    return port > 0 && port <= UINT16_MAX;
}

} // namespace parley::client
