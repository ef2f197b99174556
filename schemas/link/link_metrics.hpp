// link_metrics.hpp: what a link counts; every refused datagram is in exactly one of them. Any
// thread reads, the owner of the link adds.
#pragma once

#include <string_view>

#include "schemas/base/metrics.hpp"

namespace parley {

// X(name, "help")
#define PARLEY_LINK_COUNTERS(X)                                                                    \
    X(datagrams_opened, "sealed datagrams that opened")                                            \
    X(datagrams_sealed, "datagrams sealed and sent")                                               \
    X(bytes_received, "bytes of datagrams received")                                               \
    X(bytes_sent, "bytes of datagrams sent")                                                       \
    X(refused_kind, "datagrams of no known kind or size")                                          \
    X(refused_address, "datagrams from an address that cannot be answered")                        \
    X(refused_session, "sealed datagrams of no session")                                           \
    X(refused_replay, "sealed datagrams seen before or too old")                                   \
    X(refused_forged, "sealed datagrams whose tag is wrong")                                       \
    X(refused_compressed, "plaintexts with ENet's compressed bit that are not the link's own")     \
    X(refused_command, "plaintexts with an ENet command that Parley never sends")                  \
    X(refused_connect, "ENet CONNECTs that are a second one or not this session's")                \
    X(refused_peer, "plaintexts that name another session's peer")                                 \
    X(refused_malformed, "plaintexts whose ENet commands do not add up")                           \
    X(refused_oversize, "frames larger than their lane allows, or on no lane")                     \
    X(refused_state, "plaintexts that come before their time")                                     \
    X(hello_malformed, "hellos that are not hellos")                                               \
    X(hello_retried, "hellos answered with a cookie")                                              \
    X(hello_accepted, "handshakes: two key agreements each")                                       \
    X(hello_repeated, "hellos answered again from memory")                                         \
    X(hello_rate, "hellos past a network's or the host's rate")                                    \
    X(hello_low_order, "hellos with a point of low order")                                         \
    X(hello_bad_key, "hellos made for another server key")                                         \
    X(hello_bad_version, "hellos of another version or app")                                       \
    X(hello_full, "hellos when the table of handshakes was full")                                  \
    X(auth_failed, "handshakes whose device signature or ticket was refused")                      \
    X(auth_expired, "handshakes that never came to their end")                                     \
    X(peers_moved, "peers that went on from another address")                                      \
    X(moves_refused, "moves that came too soon after another")                                     \
    X(sends_held, "datagrams held back from an unproven address")                                  \
    X(seal_failures, "datagrams of no session, replaced by one zero byte")                         \
    X(service_failures, "times that ENet's service said -1")                                       \
    X(strikes, "broken plaintexts of authenticated peers")                                         \
    X(frames_dropped, "state and voice frames dropped because the peer was behind")                \
    X(frames_refused, "frames not taken because the peer lagged or was gone")

struct LinkMetrics {
#define PARLEY_LINK_COUNTER(name, help) Counter name;
    PARLEY_LINK_COUNTERS(PARLEY_LINK_COUNTER)
#undef PARLEY_LINK_COUNTER

    // visit(name, help, value)
    template <typename Visit>
    void for_each(Visit visit) const {
#define PARLEY_LINK_COUNTER(name, help)                                                            \
    visit(std::string_view(#name), std::string_view(help), name.read());
        PARLEY_LINK_COUNTERS(PARLEY_LINK_COUNTER)
#undef PARLEY_LINK_COUNTER
    }
};

} // namespace parley
