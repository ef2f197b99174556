// floor_format.hpp: the datagrams of the floor (floor.cpp): a byte that says which, then an entry,
// an acknowledgement, or lines. They are as large as the sealed ones that the shard sends and takes
// for the same lines, so that the kernel has as much to copy.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace parley::bench {

inline constexpr char floor_enter = 'E'; // then the number of the room; back: alone
inline constexpr char floor_lines = 'L'; // then nothing, up to a head's size; then lines
inline constexpr char floor_ack = 'A';

// Head: seal, ENet's headers and the frame around its lines. With these bytes_per_delivery is
// within a twentieth of the shard's where each line goes alone (W2_1ps) and where a datagram is
// full of them (W1_w32).
inline constexpr size_t floor_head_bytes = 150;
inline constexpr size_t floor_beside_line_bytes = 50;
inline constexpr size_t floor_ack_bytes = 45;

inline size_t floor_line_bytes(std::string_view text) {
    return floor_beside_line_bytes + text.size();
}

inline std::string floor_datagram() {
    std::string datagram(floor_head_bytes, '\0');
    datagram[0] = floor_lines;
    return datagram;
}

// A line is its size in two bytes, its text, and nothing up to what stands beside a line.
inline void floor_append(std::string& datagram, std::string_view text) {
    const size_t end = datagram.size() + floor_line_bytes(text);
    datagram += static_cast<char>(text.size() & 0xff);
    datagram += static_cast<char>(text.size() >> 8);
    datagram += text;
    datagram.resize(end);
}

// Takes the first line off; empty when there is none.
inline std::string_view floor_take(std::string_view& lines) {
    if (lines.size() < floor_beside_line_bytes) {
        return {};
    }
    const size_t bytes = static_cast<uint8_t>(lines[0]) | size_t{static_cast<uint8_t>(lines[1])}
                                                              << 8;
    if (lines.size() < floor_beside_line_bytes + bytes) {
        return {};
    }
    const std::string_view text = lines.substr(2, bytes);
    lines.remove_prefix(floor_beside_line_bytes + bytes);
    return text;
}

inline std::string_view floor_first_line(std::string_view datagram) {
    std::string_view lines = datagram.substr(std::min(floor_head_bytes, datagram.size()));
    return floor_take(lines);
}

} // namespace parley::bench
