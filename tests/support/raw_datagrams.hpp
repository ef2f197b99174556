// raw_datagrams.hpp: plain UDP on loopback for tests that speak below a Link: a socket that forges,
// a client that is honest only in its handshake, and a relay that looks at, loses and moves
// datagrams.
#pragma once

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <vector>

#include "schemas/link/address.hpp"
#include "schemas/link/client_handshake.hpp"
#include "schemas/link/server_handshake.hpp"
#include "tests/support/link_pair.hpp"

namespace parley::test {

class RawSocket {
public:
    RawSocket() : descriptor_(socket(AF_INET, SOCK_DGRAM, 0)) {
        sockaddr_in any = to_socket_address(ipv4_address(INADDR_LOOPBACK, 0));
        socklen_t length = sizeof any;
        auto* generic = reinterpret_cast<sockaddr*>(&any);
        if (bind(descriptor_, generic, length) == 0 &&
            getsockname(descriptor_, generic, &length) == 0) {
            address_ = ipv4_address(ntohl(any.sin_addr.s_addr), ntohs(any.sin_port));
        }
        const int bytes = 4 * 1024 * 1024;
        setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    }
    ~RawSocket() { ::close(descriptor_); }
    RawSocket(const RawSocket&) = delete;
    RawSocket& operator=(const RawSocket&) = delete;

    const Address& address() const { return address_; }

    bool send(const Address& to, Bytes datagram) const {
        const sockaddr_in address = to_socket_address(to);
        return sendto(descriptor_, datagram.data(), datagram.size(), 0,
                      reinterpret_cast<const sockaddr*>(&address),
                      sizeof address) == static_cast<ssize_t>(datagram.size());
    }
    // Nothing: no datagram waits. Loopback delivers within sendto, so waiting is never needed.
    std::optional<ByteVector> receive(Address* from = nullptr) const {
        ByteVector datagram(65'536);
        sockaddr_in address = {};
        socklen_t length = sizeof address;
        const ssize_t bytes = recvfrom(descriptor_, datagram.data(), datagram.size(), MSG_DONTWAIT,
                                       reinterpret_cast<sockaddr*>(&address), &length);
        if (bytes < 0) {
            return std::nullopt;
        }
        datagram.resize(static_cast<size_t>(bytes));
        if (from != nullptr) {
            *from = ipv4_address(ntohl(address.sin_addr.s_addr), ntohs(address.sin_port));
        }
        return datagram;
    }
    std::vector<ByteVector> receive_all() const {
        std::vector<ByteVector> datagrams;
        while (auto datagram = receive()) {
            datagrams.push_back(std::move(*datagram));
        }
        return datagrams;
    }

private:
    static sockaddr_in to_socket_address(const Address& address) {
        sockaddr_in converted = {};
        converted.sin_family = AF_INET;
        converted.sin_addr.s_addr = htonl(ipv4_of(address).value_or(0));
        converted.sin_port = htons(address.port);
        return converted;
    }

    int descriptor_;
    Address address_;
};

// Does the handshake by the book, then seals whatever a test wants.
class RawClient {
public:
    RawClient(const Address& server, const ConnectOptions& options, TimeMs now_ms)
        : server_(server), handshake_(options, true, now_ms) {}

    void step(TimeMs now_ms) {
        while (auto datagram = socket.receive()) {
            received.push_back(*datagram);
            if ((*datagram)[0] != 0xC5 && (*datagram)[0] != 0xC6) {
                if (handshake_.receive(*datagram, now_ms)) {
                    sealer = Sealer(handshake_.cipher(), handshake_.session(),
                                    handshake_.keys().client_to_server, now_ms);
                    opener = Opener(handshake_.cipher(), handshake_.keys().server_to_client);
                }
                continue;
            }
            ByteVector plain(datagram->size() - limits::seal_overhead_bytes);
            const Opened how = opener.open(*datagram, plain.data(), now_ms);
            if (how == Opened::Fresh || how == Opened::FreshNewest) {
                opened.push_back(plain);
                handshake_.receive_inner(plain);
            }
        }
        std::vector<ByteVector> datagrams;
        std::vector<ByteVector> plains;
        handshake_.due(now_ms, datagrams, plains);
        for (const ByteVector& datagram : datagrams) {
            socket.send(server_, datagram);
        }
        for (const ByteVector& plain : plains) {
            send_sealed(plain, now_ms);
        }
    }
    ByteVector seal(Bytes plain, TimeMs now_ms) {
        ByteVector datagram(plain.size() + limits::seal_overhead_bytes);
        sealer.seal(plain, datagram.data(), now_ms);
        return datagram;
    }
    ByteVector send_sealed(Bytes plain, TimeMs now_ms) {
        ByteVector datagram = seal(plain, now_ms);
        socket.send(server_, datagram);
        return datagram;
    }
    const ClientHandshake& handshake() const { return handshake_; }
    uint32_t session() const { return handshake_.session(); }

    RawSocket socket;
    Sealer sealer;
    Opener opener;
    std::vector<ByteVector> received; // as they came
    std::vector<ByteVector> opened;   // plaintexts

private:
    Address server_;
    ClientHandshake handshake_;
};

// A server that is honest only in its handshake and lets everybody in; for playing a hostile one.
class RawServer {
public:
    explicit RawServer(TimeMs now_ms)
        : handshake_(
              options(), metrics_, [](uint32_t) { return false; }, now_ms) {}

    const Address& address() const { return socket.address(); }
    const PublicKey& key() const { return handshake_.public_key(); }

    void step(TimeMs now_ms) {
        while (auto datagram = socket.receive(&client_)) {
            if (datagram->empty() || ((*datagram)[0] != 0xC5 && (*datagram)[0] != 0xC6)) {
                const ByteVector answer = handshake_.hello(client_, *datagram, now_ms);
                if (!answer.empty()) {
                    socket.send(client_, answer);
                }
                continue;
            }
            open(*datagram, now_ms);
        }
    }
    void send_sealed(Bytes plain, TimeMs now_ms) {
        ByteVector datagram(plain.size() + limits::seal_overhead_bytes);
        sealer.seal(plain, datagram.data(), now_ms);
        socket.send(client_, datagram);
    }

    RawSocket socket;
    Sealer sealer;
    Opener opener;
    uint32_t session = 0;           // 0: nobody is in
    std::vector<ByteVector> opened; // plaintexts after Welcome

private:
    static ServerHandshakeOptions options() {
        ServerHandshakeOptions made;
        made.static_secret = seed(7);
        made.app_id = app_id;
        return made;
    }
    void open(Bytes datagram, TimeMs now_ms) {
        if (datagram.size() <= limits::seal_overhead_bytes) {
            return;
        }
        ByteVector plain(datagram.size() - limits::seal_overhead_bytes);
        const uint32_t id = load_le<uint32_t>(datagram.data() + 1);
        PendingHandshake* pending = handshake_.find(id);
        Opener& by = pending != nullptr ? pending->opener : opener;
        const Opened how = by.open(datagram, plain.data(), now_ms);
        if (how != Opened::Fresh && how != Opened::FreshNewest) {
            return;
        }
        if (pending == nullptr) {
            opened.push_back(plain);
            return;
        }
        Auth auth;
        ByteVector joined;
        if (handshake_.auth_part(*pending, plain, auth, joined) ==
            ServerHandshake::AuthStep::Signed) {
            session = id;
            sealer = pending->sealer;
            opener = std::move(pending->opener);
            handshake_.drop(*pending);
            send_sealed(encode_welcome(), now_ms);
        }
    }

    LinkMetrics metrics_;
    ServerHandshake handshake_;
    Address client_;
};

// Stands between a client and a server. The client connects to front(); the server sees one of the
// relay's own ports, which can change (NAT).
class Relay {
public:
    explicit Relay(const Address& server) : server_(server) { change_port(); }

    Address front() const { return front_.address(); }
    // What is let through; both see every datagram. By default all.
    std::function<bool(Bytes)> to_server = [](Bytes) { return true; };
    std::function<bool(Bytes)> to_client = [](Bytes) { return true; };
    std::vector<ByteVector> seen; // both directions, as they came

    void change_port() { backs_.push_back(std::make_unique<RawSocket>()); }
    const Address& back() const { return backs_.back()->address(); }

    void step() {
        Address from;
        while (auto datagram = front_.receive(&from)) {
            client_ = from;
            seen.push_back(*datagram);
            if (to_server(*datagram)) {
                backs_.back()->send(server_, *datagram);
            }
        }
        for (const auto& back : backs_) {
            while (auto datagram = back->receive()) {
                seen.push_back(*datagram);
                if (to_client(*datagram)) {
                    front_.send(client_, *datagram);
                }
            }
        }
    }

private:
    Address server_;
    Address client_;
    RawSocket front_;
    std::vector<std::unique_ptr<RawSocket>> backs_;
};

} // namespace parley::test
