// datagram_batch.hpp: many datagrams for one call of the system. A seam: only a program that puts
// itself between ENet and the kernel can offer it (server/net/batched_socket.hpp); without one a
// link takes ENet's own calls, a datagram each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace parley {

// Owner: the link whose socket it serves, and its thread.
class DatagramBatch {
public:
    virtual ~DatagramBatch() = default;

    // Where the datagram that leaves next may be written beforehand: limits::
    // sealed_datagram_bytes_max bytes, valid until it has been handed over. Elsewhere it is copied.
    virtual uint8_t* place() = 0;
    // Everything that waits goes to the kernel. What that refuses is lost, as on any network.
    virtual void flush() = 0;
    // There are, or may be, datagrams that poll(2) no longer tells of.
    virtual bool more() const = 0;

    struct Counts {
        uint64_t sent = 0;
        uint64_t send_calls = 0;
        uint64_t refused = 0; // by the kernel
        uint64_t received = 0;
        uint64_t receive_calls = 0;
    };
    virtual Counts counts() const = 0;
};

// descriptor: a UDP socket, which outlives the batch. datagrams: most for one call, 2 or more.
// Null: not possible here.
using MakeDatagramBatch = std::unique_ptr<DatagramBatch> (*)(int descriptor, size_t datagrams);

} // namespace parley
