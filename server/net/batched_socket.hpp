// batched_socket.hpp: ENet's datagrams in batches of sendmmsg(2) and recvmmsg(2). ENet calls
// enet_socket_send and enet_socket_receive through symbols that the executable may define; ours
// serve the sockets that have a batch and pass all others to ENet's own.
//
// Linux only. Whether this very ENet calls ours is proven by the link's self-test before it serves.
#pragma once

#include "schemas/link/datagram_batch.hpp"

namespace parley {

// For ServerOptions::make_batch. Null when the descriptor is past the table.
std::unique_ptr<DatagramBatch> make_batched_socket(int descriptor, size_t datagrams);

} // namespace parley
