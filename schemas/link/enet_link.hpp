// enet_link.hpp: the real Link: ENet on UDP, every datagram sealed. The handshake, what is sealed
// and what is refused: docs/protocol.md and the files beside this one.
//
// Owner: one thread at a time. Several links may live in one process and thread.
#pragma once

#include <memory>

#include "schemas/base/log.hpp"
#include "schemas/link/datagram_batch.hpp"
#include "schemas/link/enet_api.hpp"
#include "schemas/link/link.hpp"
#include "schemas/link/link_metrics.hpp"

namespace parley {

struct ServerOptions {
    std::string_view bind = "127.0.0.1:0"; // numeric; port 0: any (see local_address)
    SecretSeed static_secret{};            // X25519; clients pin link_public_key() of it
    uint64_t app_id = 0;
    size_t peers_max = 64; // at most limits::sessions_per_host_max
    // Several net threads on one public port: each has its index and its link, made in the order
    // of the indexes. The kernel hands a session's datagrams to its own link wherever they come
    // from, so that a peer may roam; strangers are spread by the kernel's hash.
    uint32_t thread_count = 1;
    uint32_t thread_index = 0;
    // Rates of strangers, for load tests from one address; see limits.hpp [handshake].
    uint32_t hello_per_network_per_s = limits::hello_per_network_per_s;
    uint32_t auth_failures_per_network_per_min = limits::auth_failures_per_network_per_min;
    bool allow_aes = true;
    EnetSource enet = EnetSource::Linked;
    // Null, or 1 a call: ENet's own calls. Those, too, when this ENet does not call what the batch
    // relies on; that is logged (link_batch_refused).
    MakeDatagramBatch make_batch = nullptr;
    size_t datagrams_per_call = limits::datagrams_per_call_max;
    Log log;
};

struct ClientOptions {
    std::string_view bind = "0.0.0.0:0"; // numeric; of several addresses, the one to speak from
    bool allow_aes = true;
    EnetSource enet = EnetSource::Linked;
    Log log;
};

class EnetLink final : public Link {
public:
    // PortTaken, BadAddress, BadArgument, LibraryMismatch (also: something unsealed would leave),
    // BadConfig (the kernel has no way to share the port), Internal.
    static Result<std::unique_ptr<EnetLink>> listen(const ServerOptions& options, TimeMs steady_ms);
    // A link for one connection at a time. PortTaken, BadAddress, LibraryMismatch, Internal.
    static Result<std::unique_ptr<EnetLink>> client(const ClientOptions& options, TimeMs steady_ms);
    ~EnetLink() override;
    EnetLink(const EnetLink&) = delete;
    EnetLink& operator=(const EnetLink&) = delete;

    // Client only; BadState while another connection lives, BadAddress, BadArgument.
    Result<PeerId> connect(const ConnectOptions& options, TimeMs steady_ms) override;
    void admit(PeerId peer, Error verdict, uint32_t retry_after_ms) override;
    bool send(PeerId peer, Lane lane, const SharedFrame& frame) override;
    void send_all(std::span<const PeerId> peers, Lane lane, const SharedFrame& frame,
                  std::vector<PeerId>& refused) override;
    // The first call after it said "nothing" receives and sends; loop until it says so again.
    std::optional<LinkEvent> poll(TimeMs steady_ms) override;
    void flush(TimeMs steady_ms) override;
    void close(PeerId peer, Error reason, uint32_t retry_after_ms) override;
    size_t queued_bytes(PeerId peer) const override;
    uint32_t rtt_ms(PeerId peer) const override;

    // Sleeps until a datagram comes, wake_fd is readable (-1: none; it is not read), or the time
    // is up. Not on the game's thread.
    void wait(int64_t longest_ms, int wake_fd) const;
    // The same, but datagrams do not wake it: they gather in the kernel.
    static void wait_for_wake(int64_t longest_ms, int wake_fd);
    int socket_fd() const;
    Address local_address() const;
    const LinkMetrics& metrics() const;
    // All 0 without a batch. The owner's thread only.
    DatagramBatch::Counts batch_counts() const;

    class Inside;
    explicit EnetLink(std::unique_ptr<Inside> inside);

private:
    std::unique_ptr<Inside> inside_;
};

// The X25519 public key of a server's secret, for pinning.
PublicKey link_public_key(const SecretSeed& static_secret);

} // namespace parley
