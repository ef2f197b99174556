// enet_inside.hpp: the inside of EnetLink, shared by enet_link.cpp (life, events),
// enet_frames.cpp (sending), enet_hooks.cpp (what enters and leaves ENet), enet_server.cpp and
// enet_client.cpp (sessions). Nobody else includes it but the self-test.
#pragma once

#include <deque>

#include "schemas/base/check.hpp"
#include "schemas/link/address.hpp"
#include "schemas/link/client_handshake.hpp"
#include "schemas/link/enet_link.hpp"
#include "schemas/link/peer_queue.hpp"
#include "schemas/link/police.hpp"
#include "schemas/link/server_handshake.hpp"
#include "schemas/link/wire_ids.hpp"

namespace parley {

enum class SessionState : uint8_t {
    Free,
    Greeting, // client: handshake on its way
    Judged,   // server: the ticket is with the receiver
    Welcomed, // admitted; ENet is connecting
    Open,     // frames flow
    Closing,  // closed by this side; ENet still tells the other
    Over,     // no ENet peer any more; the other side is told the reason when it asks
};

struct LinkSession {
    SessionState state = SessionState::Free;
    uint16_t generation = 0;
    uint32_t id = 0; // on the wire; 0 before Accept
    Address address;
    std::unique_ptr<const PublicKey> device; // Judged: whose ticket it is
    ENetPeer* peer = nullptr;
    Sealer sealer;
    Opener opener;
    TimeMs since_ms = 0; // in this state

    ClosedNotice over; // Over and Closing
    uint32_t strikes = 0;
    bool cut = false; // struck too often: closed after ENet is left

    // A new address is unproven until a second datagram comes from it.
    TimeMs moved_ms = 0;
    struct Unproven {
        size_t received_bytes = 0;
        size_t sent_bytes = 0;
    };
    std::unique_ptr<Unproven> unproven;

    PeerQueue queue;
    bool hungry = false;     // in Inside::hungry_
    size_t handed_bytes = 0; // given to ENet and perhaps not yet sent
};

// No batch when make is null.
struct BatchOptions {
    MakeDatagramBatch make = nullptr;
    size_t datagrams = 0;
};

// A net thread's place among those on its port.
struct PortShare {
    uint32_t sharers = 1;
    uint32_t index = 0;
};

class EnetLink::Inside {
public:
    Inside(const EnetApi& api, const Log& log, bool allow_aes, const BatchOptions& batching,
           TimeMs steady_ms);
    ~Inside();
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;

    // [life] enet_link.cpp
    Result<void> open_host(const Address& bind, size_t peers, const PortShare& share);
    Result<void> self_test();
    void pump(TimeMs steady_ms);
    void flush(TimeMs steady_ms);
    void close(PeerId peer, Error reason, uint32_t retry_after_ms);

    // [frames] enet_frames.cpp. shared: one packet for all receivers of a frame, made when needed.
    bool send(PeerId peer, Lane lane, const SharedFrame& frame, ENetPacket** shared);
    void send_all(std::span<const PeerId> peers, Lane lane, const SharedFrame& frame,
                  std::vector<PeerId>& refused);
    void feed(LinkSession& session);
    bool hand_to_enet(LinkSession& session, Lane lane, const SharedFrame& frame,
                      ENetPacket** shared);
    size_t enet_room(LinkSession& session);
    ENetPacket* make_packet(Lane lane, const SharedFrame& frame);
    size_t queued_bytes(PeerId peer);

    // [sessions] enet_link.cpp
    LinkSession* find(PeerId peer);
    LinkSession* find_by_wire_id(uint32_t id);
    PeerId peer_id(const LinkSession& session) const;
    LinkSession* take_session(TimeMs steady_ms);
    void set_state(LinkSession& session, SessionState state);
    // The peer is gone by itself: tells the receiver, if he knew of it.
    void lost(LinkSession& session, Error reason, uint32_t retry_after_ms);
    void free_session(LinkSession& session);
    // Wire ids change hands here, so that lookups stay right.
    void give_wire_id(LinkSession& session, uint32_t id);

    // [hooks] enet_hooks.cpp
    static enet_uint32 ENET_CALLBACK seal_hook(const ENetBuffer* buffers, size_t count);
    static int ENET_CALLBACK open_hook(ENetHost* host, ENetEvent* event);
    void seal_outgoing(const ENetBuffer* buffers, size_t count);
    bool open_incoming(); // true: ENet may look at host_->receivedData
    bool open_for_session(LinkSession& session, Bytes datagram, const Address& from);
    bool police_for_session(LinkSession& session, std::span<uint8_t> plain);
    void adopt_peer(LinkSession& session);
    static ENetPeer* live_peer(const LinkSession& session);
    void strike(LinkSession& session);
    bool roam(LinkSession& session, const Address& from, size_t bytes);
    void send_datagram(const Address& to, Bytes datagram);
    void send_sealed(Sealer& sealer, const Address& to, Bytes plain);
    void inner_message(LinkSession& session, Bytes plain);

    // [server] enet_server.cpp
    void serve_hello(const Address& from, Bytes datagram);
    void open_for_pending(PendingHandshake& pending, const Address& from, Bytes datagram);
    void serve_inner(LinkSession& session, Bytes plain);
    void admit(PeerId peer, Error verdict, uint32_t retry_after_ms);

    // [client] enet_client.cpp
    Result<PeerId> connect(const ConnectOptions& options, TimeMs steady_ms);
    void client_step();
    void client_datagram(const Address& from, Bytes datagram);
    void client_inner(LinkSession& session, Bytes plain);

    // [events] enet_link.cpp
    void take_event(const ENetEvent& event);
    void sweep();
    bool readable() const;
    bool more_to_read() const { return batch_ != nullptr ? batch_->more() : readable(); }

    bool is_server() const { return handshakes_ != nullptr; }

    // Marks that this link is at work on this thread, so that the checksum hook, which gets
    // nothing but buffers, finds whose they are. ENet sends from many functions (also from
    // enet_peer_disconnect_now), so every entry into ENet stands inside one of these.
    class AtWork {
    public:
        explicit AtWork(Inside& inside);
        ~AtWork();
        AtWork(const AtWork&) = delete;
        AtWork& operator=(const AtWork&) = delete;
        Inside& inside;
        AtWork* const outer;
    };

    const EnetApi api_;
    const Log log_;
    const bool allow_aes_;
    const BatchOptions batching_;
    ENetHost* host_ = nullptr;
    std::unique_ptr<DatagramBatch> batch_; // null: ENet's own calls
    TimeMs now_ms_;
    TimeMs swept_at_ms_;
    bool polled_ = false;
    LinkMetrics metrics_;
    std::vector<LinkSession> sessions_; // fixed size: hooks and events hold pointers into it
    std::vector<uint16_t> free_sessions_;
    WireIds wire_ids_;             // of sessions_
    std::vector<uint16_t> hungry_; // sessions with a queue
    std::deque<LinkEvent> events_;
    std::array<uint8_t, ENET_PROTOCOL_MAXIMUM_MTU> plain_{};
    std::array<uint8_t, limits::sealed_datagram_bytes_max> sealed_{};

    std::unique_ptr<ServerHandshake> handshakes_; // server
    std::unique_ptr<ClientHandshake> greeting_;   // client, while it is not Open
};

// LibraryMismatch when this ENet does not do what the hooks, or the batch, rely on (self_test.cpp).
Result<void> link_self_test(const EnetApi& api, const BatchOptions& batching, TimeMs steady_ms);

// Several sockets on one port (shared_port.cpp): sealed datagrams go to number (session id modulo
// sharers), in the order in which the sockets were bound. The first is bound alone and shares
// afterwards, so that two shards can never be on one port, not even when they start together; the
// others share before they are bound, and steer the group when they are in it.
Result<void> allow_shared_port(int descriptor);
Result<void> steer_shared_port(int descriptor, uint32_t sharers);

// ENet addresses have the ip in network order.
ENetAddress to_enet(const Address& address);
Address from_enet(const ENetAddress& address);

// The 32 bits that ENet carries with a disconnect: the error's size, then the milliseconds.
uint32_t encode_close_data(Error reason, uint32_t retry_after_ms);
ClosedNotice decode_close_data(uint32_t data);

// A wire id as ENet's connectID, whose bytes travel as they lie in memory.
uint32_t connect_id_of(uint32_t wire_id);

} // namespace parley
