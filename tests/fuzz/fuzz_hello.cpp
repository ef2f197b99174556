// fuzz_hello.cpp: what strangers may send, to both sides of the handshake. Record kinds: 0 to the
// server as it is; 1 the same with a good cookie put in; 2 to the client as it is; 3 a changed
// answer of the server to the client (pairs of place and value); 4 a part of Auth.
#include <algorithm>

#include "schemas/link/address.hpp"
#include "schemas/link/client_handshake.hpp"
#include "schemas/link/server_handshake.hpp"
#include "tests/fuzz/records.hpp"

using namespace parley;
using fuzz::require;

namespace {

constexpr TimeMs now_ms = 1'000'000;

ServerHandshakeOptions server_options() {
    ServerHandshakeOptions options;
    options.static_secret.fill(7);
    options.hello_per_network_per_s = 1'000'000;
    return options;
}

ByteVector with_cookie(ServerHandshake& server, const Address& from, ByteVector hello) {
    hello.resize(limits::hello_bytes);
    hello[0] = static_cast<uint8_t>(DatagramKind::Hello);
    if (const auto retry = parse_retry(server.hello(from, hello, now_ms))) {
        store_le(hello.data() + 15, retry->cookie_at);
        std::copy(retry->cookie.begin(), retry->cookie.end(), hello.begin() + 19);
    }
    return hello;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    require(sodium_init() >= 0);
    LinkMetrics metrics;
    ServerHandshake server(
        server_options(), metrics, [](uint32_t) { return false; }, now_ms);
    const Address from = ipv4_address(0x7F000001, 4000);
    const PublicKey key = server.public_key();
    ConnectOptions options;
    options.server_keys = {&key, 1};
    options.ticket = "ticket";
    ClientHandshake client(options, true, now_ms);
    std::vector<ByteVector> datagrams;
    std::vector<ByteVector> plains;
    client.due(now_ms, datagrams, plains);
    require(datagrams.size() == 1);
    const ByteVector accept = server.hello(from, with_cookie(server, from, datagrams[0]), now_ms);
    require(accept.size() > 5 && accept.size() <= limits::accept_bytes_max);

    fuzz::Records records({data, size});
    for (int i = 0; i < 64; ++i) {
        const auto record = records.next();
        if (!record) {
            break;
        }
        ByteVector bytes(record->bytes.begin(), record->bytes.end());
        switch (record->kind % 5) {
        case 0:
            require(server.hello(from, bytes, now_ms).size() <= bytes.size());
            break;
        case 1:
            require(server.hello(from, with_cookie(server, from, bytes), now_ms).size() <=
                    limits::hello_bytes);
            break;
        case 2:
            // Only the server's static key makes an Accept that is taken.
            require(!client.receive(bytes, now_ms));
            break;
        case 3: {
            ByteVector changed = accept;
            for (size_t at = 0; at + 1 < bytes.size(); at += 2) {
                changed[bytes[at] % changed.size()] ^= bytes[at + 1];
            }
            // The session's id is not covered; a wrong one only leads nowhere.
            const bool same = std::equal(accept.begin() + 5, accept.end(), changed.begin() + 5) &&
                              changed[0] == accept[0];
            const bool waiting = client.state() == ClientHandshake::State::Hello;
            require(client.receive(changed, now_ms) == (same && waiting));
            break;
        }
        case 4: {
            PendingHandshake* pending = server.find(load_le<uint32_t>(accept.data() + 1));
            require(pending != nullptr);
            Auth auth;
            ByteVector joined;
            // Nobody signs by chance.
            require(server.auth_part(*pending, bytes, auth, joined) !=
                    ServerHandshake::AuthStep::Signed);
            client.receive_inner(bytes);
            break;
        }
        }
    }
    require(server.pending() <= limits::pending_handshakes_max);
    return 0;
}
