// direct_connection.hpp: a connection that runs on the game's thread, pumped by poll and flush: for
// no_thread, and for the simulator, whose link is a fake. Resolves no names.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "plugin/client/connection.hpp"
#include "schemas/link/link.hpp"

namespace parley::client {

// What a link needs besides address and ticket.
struct LinkKeys {
    std::vector<PublicKey> server_keys;
    SecretSeed device_seed{};
    uint64_t app_id = 0;
};

// Owner: the game thread (in threaded_connection: its net thread).
class DirectConnection final : public Connection {
public:
    DirectConnection(std::unique_ptr<Link> link, LinkKeys keys);
    ~DirectConnection() override;

    void open(std::string_view address, std::string_view ticket) override;
    void close() override;
    bool send(Lane lane, Bytes frame) override;
    std::optional<ConnectionEvent> poll(TimeMs steady_ms) override;
    void flush(TimeMs steady_ms) override;
    uint32_t rtt_ms() const override;

private:
    std::unique_ptr<Link> link_;
    LinkKeys keys_;
    std::string address_, ticket_;
    bool asked_ = false; // open() came; the link is told at the next poll, which knows the time
    bool up_ = false;
    PeerId peer_{};
};

} // namespace parley::client
