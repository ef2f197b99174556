// enet_api.hpp: the ENet functions that a link calls, as a table. A game may carry an ENet of its
// own whose symbols win over the system's, or use the system's with an allocator of its own; a
// table filled from a copy opened with RTLD_LOCAL | RTLD_DEEPBIND keeps the two apart. Whoever
// links ENet himself fills it plainly.
#pragma once

#include <enet/enet.h>

#include "schemas/base/result.hpp"

namespace parley {

// X(name): member `name` is enet_<name>.
#define PARLEY_ENET_FUNCTIONS(X)                                                                   \
    X(linked_version)                                                                              \
    X(initialize)                                                                                  \
    X(host_create)                                                                                 \
    X(host_destroy)                                                                                \
    X(host_connect)                                                                                \
    X(host_service)                                                                                \
    X(host_check_events)                                                                           \
    X(host_flush)                                                                                  \
    X(peer_send)                                                                                   \
    X(peer_reset)                                                                                  \
    X(peer_disconnect_now)                                                                         \
    X(peer_disconnect_later)                                                                       \
    X(peer_ping_interval)                                                                          \
    X(peer_timeout)                                                                                \
    X(packet_create)                                                                               \
    X(packet_destroy)                                                                              \
    X(socket_bind)                                                                                 \
    X(socket_get_address)                                                                          \
    X(socket_send)

struct EnetApi {
#define PARLEY_ENET_MEMBER(name) decltype(&enet_##name) name = nullptr;
    PARLEY_ENET_FUNCTIONS(PARLEY_ENET_MEMBER)
#undef PARLEY_ENET_MEMBER
    // The library's globals are nobody else's. Opened: false where no copy could be made (no /proc,
    // or a machine that runs no code from memory).
    bool apart = false;
};

enum class EnetSource {
    Linked, // the symbols this program or library was linked with
    Opened, // libenet.so.7, apart from whatever the process has; plainly under sanitizers, which
            // do not work with RTLD_DEEPBIND
};

// LibraryMismatch: not found, or a function missing. Whether it is the right one: self_test.cpp.
Result<EnetApi> enet_api(EnetSource source);

} // namespace parley
