// address.cpp: see address.hpp.
#include "schemas/link/address.hpp"

#include <charconv>

namespace parley {
namespace {

constexpr size_t mapped_bytes = 12; // ::ffff:0:0/96

} // namespace

Address ipv4_address(uint32_t ip_host_order, uint16_t port) {
    Address address;
    address.ip[10] = 0xFF;
    address.ip[11] = 0xFF;
    for (size_t i = 0; i < 4; ++i) {
        address.ip[mapped_bytes + i] = static_cast<uint8_t>(ip_host_order >> (24 - 8 * i));
    }
    address.port = port;
    return address;
}

std::optional<uint32_t> ipv4_of(const Address& address) {
    const Address mapped = ipv4_address(0, 0);
    if (std::memcmp(address.ip.data(), mapped.ip.data(), mapped_bytes) != 0) {
        return std::nullopt;
    }
    uint32_t ip = 0;
    for (size_t i = 0; i < 4; ++i) {
        ip = (ip << 8) | address.ip[mapped_bytes + i];
    }
    return ip;
}

std::string to_text(const Address& address) {
    std::string text;
    if (const std::optional<uint32_t> ip = ipv4_of(address)) {
        for (int shift = 24; shift >= 0; shift -= 8) {
            text += std::to_string((*ip >> shift) & 0xFF);
            text += shift > 0 ? "." : "";
        }
    } else {
        static constexpr char digits[] = "0123456789abcdef";
        text += '[';
        for (size_t i = 0; i < address.ip.size(); ++i) {
            text += i > 0 && i % 2 == 0 ? ":" : "";
            text += digits[address.ip[i] >> 4];
            text += digits[address.ip[i] & 0xF];
        }
        text += ']';
    }
    return text + ":" + std::to_string(address.port);
}

std::optional<Address> parse_address(std::string_view text) {
    const char* at = text.data();
    const char* const end = at + text.size();
    uint32_t ip = 0;
    for (int part = 0; part < 4; ++part) {
        unsigned value = 0;
        const auto [next, failure] = std::from_chars(at, end, value);
        const char expected = part < 3 ? '.' : ':';
        if (failure != std::errc() || value > 255 || next - at > 3 || next == end ||
            *next != expected) {
            return std::nullopt;
        }
        ip = (ip << 8) | value;
        at = next + 1;
    }
    unsigned port = 0;
    const auto [next, failure] = std::from_chars(at, end, port);
    if (failure != std::errc() || next != end || port > 65535) {
        return std::nullopt;
    }
    return ipv4_address(ip, static_cast<uint16_t>(port));
}

bool is_answerable(const Address& address) {
    const std::optional<uint32_t> ip = ipv4_of(address);
    if (!ip || address.port == 0) {
        return false;
    }
    const uint32_t first = *ip >> 24;
    return first != 0 && first < 224; // 0/8 is "this network"; 224/4 multicast, 240/4 and broadcast
}

Network network_of(const Address& address) {
    Network network;
    std::memcpy(network.data(), address.ip.data(), network.size());
    return network;
}

} // namespace parley
