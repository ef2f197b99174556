// address.hpp: numeric addresses, and the network an address is counted under.
#pragma once

#include <optional>
#include <string_view>

#include "schemas/link/link.hpp"

namespace parley {

Address ipv4_address(uint32_t ip_host_order, uint16_t port);
std::optional<uint32_t> ipv4_of(const Address& address); // host order

// "127.0.0.1:7777"; the port is required. Names are not resolved.
std::optional<Address> parse_address(std::string_view text);

// An address a datagram may be answered to: a port, and not the whole network. ENet stops serving
// all peers of a host when one send fails, so that nobody may have an address that cannot be sent
// to.
bool is_answerable(const Address& address);

// The /24 of an IPv4 address (its first 15 bytes as mapped).
using Network = std::array<uint8_t, 15>;
Network network_of(const Address& address);

} // namespace parley
