// self_test.cpp: before a link serves anybody: does this very ENet library call our hooks, so that
// what leaves is sealed and what comes in is opened? A host with the hooks connects to a plain
// socket on loopback, which looks at the datagram and sends it back.
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "schemas/link/address.hpp"
#include "schemas/link/enet_inside.hpp"

namespace parley {
namespace {

constexpr int loopback_wait_ms = 1000; // loopback delivers at once; a stopped machine may not

class PlainSocket {
public:
    PlainSocket() : descriptor_(socket(AF_INET, SOCK_DGRAM, 0)) {
        sockaddr_in address = {};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof address;
        auto* generic = reinterpret_cast<sockaddr*>(&address);
        if (descriptor_ >= 0 && bind(descriptor_, generic, length) == 0 &&
            getsockname(descriptor_, generic, &length) == 0) {
            port_ = ntohs(address.sin_port);
        }
    }
    ~PlainSocket() {
        if (descriptor_ >= 0) {
            ::close(descriptor_);
        }
    }
    PlainSocket(const PlainSocket&) = delete;
    PlainSocket& operator=(const PlainSocket&) = delete;

    uint16_t port() const { return port_; }

    ByteVector receive(sockaddr_in& from) const {
        pollfd descriptor = {.fd = descriptor_, .events = POLLIN, .revents = 0};
        if (::poll(&descriptor, 1, loopback_wait_ms) <= 0) {
            return {};
        }
        ByteVector datagram(limits::datagram_receive_bytes_max);
        socklen_t length = sizeof from;
        const ssize_t bytes = recvfrom(descriptor_, datagram.data(), datagram.size(), MSG_DONTWAIT,
                                       reinterpret_cast<sockaddr*>(&from), &length);
        datagram.resize(bytes > 0 ? static_cast<size_t>(bytes) : 0);
        return datagram;
    }
    bool send(const sockaddr_in& to, Bytes datagram) const {
        return sendto(descriptor_, datagram.data(), datagram.size(), MSG_DONTWAIT,
                      reinterpret_cast<const sockaddr*>(&to),
                      sizeof to) == static_cast<ssize_t>(datagram.size());
    }

private:
    int descriptor_;
    uint16_t port_ = 0;
};

} // namespace

Result<void> EnetLink::Inside::self_test() {
    if (batching_.make != nullptr && batch_ == nullptr) {
        return Error::Unsupported;
    }
    const PlainSocket mirror;
    if (mirror.port() == 0) {
        return Error::Internal;
    }
    constexpr uint32_t id = 1;
    SecretKey key;
    randombytes_buf(key.data(), key.size());
    LinkSession* session = take_session(now_ms_);
    PARLEY_ASSERT(session != nullptr);
    session->address = ipv4_address(INADDR_LOOPBACK, mirror.port());
    session->sealer = Sealer(Cipher::ChaCha20Poly1305, id, key, now_ms_);
    session->opener = Opener(Cipher::ChaCha20Poly1305, key);
    give_wire_id(*session, id);
    set_state(*session, SessionState::Welcomed);

    const AtWork work(*this);
    const ENetAddress to = to_enet(session->address);
    session->peer = api_.host_connect(host_, &to, lane_count, 0);
    if (session->peer == nullptr) {
        return Error::OutOfMemory;
    }
    session->peer->connectID = connect_id_of(id);
    api_.host_flush(host_);
    if (batch_ != nullptr) {
        batch_->flush();
    }

    // Out: sealed, by nobody else's key, and ENet's own datagram inside.
    sockaddr_in from = {};
    const ByteVector datagram = mirror.receive(from);
    ByteVector plain(datagram.size());
    Opener opener(Cipher::ChaCha20Poly1305, key);
    const bool sealed = datagram.size() > limits::seal_overhead_bytes &&
                        datagram[0] == sealed_first_byte &&
                        opener.open(datagram, plain.data(), now_ms_) == Opened::FreshNewest &&
                        policed_peer_id(plain) == ENET_PROTOCOL_MAXIMUM_PEER_ID;
    // In: the hook sees it before ENet does, opens it, and refuses a CONNECT to a client.
    if (!sealed || !mirror.send(from, datagram)) {
        return Error::LibraryMismatch;
    }
    pollfd descriptor = {.fd = host_->socket, .events = POLLIN, .revents = 0};
    ::poll(&descriptor, 1, loopback_wait_ms);
    ENetEvent event = {};
    const int served = api_.host_service(host_, &event, 0);
    const bool opened = served == 0 && metrics_.datagrams_opened.read() == 1 &&
                        metrics_.refused_connect.read() == 1 && metrics_.seal_failures.read() == 0;
    free_session(*session);
    const bool batched =
        batch_ == nullptr || (batch_->counts().sent == 1 && batch_->counts().received == 1);
    return opened && batched ? Result<void>() : Result<void>(Error::LibraryMismatch);
}

Result<void> link_self_test(const EnetApi& api, const BatchOptions& batching, TimeMs steady_ms) {
    // The hooks depend on the layout of ENetHost and ENetPeer, which is the header's.
    if (api.linked_version() != ENET_VERSION) {
        return Error::LibraryMismatch;
    }
    EnetLink::Inside inside(api, Log(), false, batching, steady_ms);
    const Result<void> opened = inside.open_host(ipv4_address(INADDR_LOOPBACK, 0), 1, {});
    return opened ? inside.self_test() : opened;
}

} // namespace parley
