// fuzz_enet_commands.cpp: plaintexts of an authenticated peer, through police and real ENet over
// loopback. The first byte says who is attacked: a server by its client (even) or a client by its
// server (odd). Record kinds: 0 as it is; 1 behind a good header; 2 a frame on a lane; 3 a
// fragment; 4 time goes on. After all of it the link still works and still closes.
#include <algorithm>

#include "tests/fuzz/records.hpp"
#include "tests/support/enet_plain.hpp"
#include "tests/support/raw_datagrams.hpp"

using namespace parley;
using namespace parley::test;
using fuzz::require;

namespace {

constexpr int steps_max = 200;

// A plaintext as a record wants it; empty: none.
ByteVector plain_of(const fuzz::Record& record, uint16_t peer, uint8_t session, uint16_t& seq) {
    const Bytes bytes = record.bytes.first(std::min<size_t>(record.bytes.size(), 1100));
    switch (record.kind % 5) {
    case 0:
        return ByteVector(bytes.begin(), bytes.end());
    case 1:
        return EnetPlain(peer, session).raw(bytes).bytes;
    case 2:
        return EnetPlain(peer, session)
            .reliable(static_cast<uint8_t>(record.kind / 5 % lane_count), ++seq, bytes)
            .bytes;
    case 3: {
        EnetPlain::Fragment of;
        ByteReader in(bytes);
        of.count = in.number<uint8_t>() % 40u;
        of.number = in.number<uint8_t>() % 40u;
        of.total = in.number<uint16_t>();
        of.offset = in.number<uint16_t>();
        of.start_seq = static_cast<uint16_t>(seq + in.number<uint8_t>() % 8);
        return EnetPlain(peer, session)
            .fragment(ENET_PROTOCOL_COMMAND_SEND_FRAGMENT,
                      static_cast<uint8_t>(record.kind / 5 % lane_count), ++seq, of, in.rest())
            .bytes;
    }
    default:
        return {};
    }
}

void check_frames(const Side& side) {
    for (const FrameReceived* received : events_of<FrameReceived>(side.events)) {
        require(received->frame.size() <= lane_frame_bytes_max(received->lane));
    }
}

void attack_server(fuzz::Records records) {
    TimeMs now_ms = 1'000'000;
    ServerOptions options = LinkPair::server_options();
    options.peers_max = 2;
    Side server;
    server.link = std::move(EnetLink::listen(options, now_ms)).value();
    const PublicKey key = link_public_key(options.static_secret);
    const std::string address = to_text(server.link->local_address());
    ConnectOptions connect;
    connect.address = address;
    connect.server_keys = {&key, 1};
    connect.ticket = "ticket";
    connect.app_id = app_id;
    RawClient client(server.link->local_address(), connect, now_ms);
    const auto step = [&] {
        now_ms += 1;
        client.step(now_ms);
        server.step(now_ms);
    };
    for (int i = 0; i < steps_max && client.handshake().state() != ClientHandshake::State::Welcomed;
         ++i) {
        step();
        if (server.count<AuthRequest>() == 1 && client.opened.size() <= 1) {
            server.link->admit(server.last<AuthRequest>()->peer, Error::Ok, 0);
        }
    }
    require(client.handshake().state() == ClientHandshake::State::Welcomed);
    client.opened.clear();
    client.send_sealed(EnetPlain(0xFFF).connect({.connect_id = client.session()}).bytes, now_ms);
    std::optional<Verified> verified;
    for (int i = 0; i < steps_max && !verified; ++i) {
        step();
        verified = client.opened.empty() ? std::nullopt : parse_verify_connect(client.opened[0]);
    }
    require(verified.has_value());
    const EnetPlain answer = EnetPlain(verified->peer, verified->session)
                                 .acknowledge(0xFF, verified->seq, verified->sent_time);
    client.send_sealed(answer.bytes, now_ms);

    uint16_t seq = 0;
    for (int i = 0; i < 64; ++i) {
        const auto record = records.next();
        if (!record) {
            break;
        }
        const ByteVector plain = plain_of(*record, verified->peer, verified->session, seq);
        if (!plain.empty()) {
            client.send_sealed(plain, now_ms);
        } else {
            now_ms += record->kind;
        }
        step();
    }
    check_frames(server);
    require(server.link->metrics().seal_failures.read() == 0);
}

void attack_client(fuzz::Records records) {
    TimeMs now_ms = 1'000'000;
    RawServer server(now_ms);
    Side client;
    client.link = std::move(EnetLink::client({}, now_ms)).value();
    const std::string address = to_text(server.address());
    const PublicKey key = server.key();
    ConnectOptions connect;
    connect.address = address;
    connect.server_keys = {&key, 1};
    connect.ticket = "ticket";
    connect.app_id = app_id;
    require(client.link->connect(connect, now_ms).ok());
    const auto step = [&] {
        now_ms += 1;
        client.step(now_ms);
        server.step(now_ms);
    };
    for (int i = 0; i < steps_max && server.opened.empty(); ++i) {
        step();
    }
    require(!server.opened.empty());
    EnetPlain verify(0);
    verify.command(ENET_PROTOCOL_COMMAND_VERIFY_CONNECT | acknowledged, 0xFF, 1).be16(0);
    verify.raw(std::array<uint8_t, 2>{0, 0}).be32(1200).be32(65536).be32(lane_count);
    verify.be32(0).be32(0).be32(5000).be32(2).be32(0);
    uint8_t id[4];
    store_le(id, server.session);
    server.send_sealed(verify.raw(id).bytes, now_ms);

    uint16_t seq = 0;
    for (int i = 0; i < 64; ++i) {
        const auto record = records.next();
        if (!record) {
            break;
        }
        const ByteVector plain = plain_of(*record, 0, 0, seq);
        if (!plain.empty()) {
            server.send_sealed(plain, now_ms);
        } else {
            now_ms += record->kind;
        }
        step();
    }
    check_frames(client);
    require(client.link->metrics().seal_failures.read() == 0);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    require(sodium_init() >= 0);
    if (size == 0) {
        return 0;
    }
    const fuzz::Records records({data + 1, size - 1});
    if (data[0] % 2 == 0) {
        attack_server(records);
    } else {
        attack_client(records);
    }
    return 0;
}
