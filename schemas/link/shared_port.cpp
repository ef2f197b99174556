// shared_port.cpp: several net threads on one public port. The kernel asks a classic BPF program
// which of the sockets gets a datagram; ours looks at the session id, which the server chose so.
// The answer "none of them" for everything else leaves it to the kernel's hash of the addresses.
#include <sys/socket.h>

#include "schemas/link/enet_inside.hpp"

#if defined(__linux__)
#include <linux/filter.h>
#endif

namespace parley {

#if defined(__linux__)

Result<void> allow_shared_port(int descriptor) {
    const int one = 1;
    return setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one) == 0
               ? Result<void>()
               : Result<void>(Error::BadConfig);
}

Result<void> steer_shared_port(int descriptor, uint32_t sharers) {
    constexpr auto load_byte = static_cast<uint16_t>(BPF_LD | BPF_B | BPF_ABS);
    constexpr auto shift_left = static_cast<uint16_t>(BPF_ALU | BPF_LSH | BPF_K);
    constexpr auto to_x = static_cast<uint16_t>(BPF_MISC | BPF_TAX);
    constexpr auto or_x = static_cast<uint16_t>(BPF_ALU | BPF_OR | BPF_X);
    constexpr auto equal = static_cast<uint16_t>(BPF_JMP | BPF_JEQ | BPF_K);
    // Offset 0 is the first byte of the datagram. A load past its end answers 0, the first socket,
    // which drops what is so short.
    sock_filter program[] = {
        {load_byte, 0, 0, 0},
        {equal, 2, 0, sealed_first_byte},
        {equal, 1, 0, sealed_first_byte + 1},
        {static_cast<uint16_t>(BPF_RET | BPF_K), 0, 0, 0xFFFFFFFF},
        {load_byte, 0, 0, 4}, // the id is little-endian; BPF has no such load
        {shift_left, 0, 0, 8},
        {to_x, 0, 0, 0},
        {load_byte, 0, 0, 3},
        {or_x, 0, 0, 0},
        {shift_left, 0, 0, 8},
        {to_x, 0, 0, 0},
        {load_byte, 0, 0, 2},
        {or_x, 0, 0, 0},
        {shift_left, 0, 0, 8},
        {to_x, 0, 0, 0},
        {load_byte, 0, 0, 1},
        {or_x, 0, 0, 0},
        {static_cast<uint16_t>(BPF_ALU | BPF_MOD | BPF_K), 0, 0, sharers},
        {static_cast<uint16_t>(BPF_RET | BPF_A), 0, 0, 0},
    };
    const sock_fprog whole = {static_cast<unsigned short>(std::size(program)), program};
    if (setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &whole, sizeof whole) != 0) {
        return Error::BadConfig;
    }
    return {};
}

#else

Result<void> allow_shared_port(int) {
    return Error::BadConfig;
}

Result<void> steer_shared_port(int, uint32_t) {
    return Error::BadConfig;
}

#endif

} // namespace parley
