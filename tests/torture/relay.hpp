// relay.hpp: stands between clients and the shard and does what networks do: loses, delays, doubles
// and reorders datagrams, and moves a client to another port, as a NAT does. Chance is drawn from a
// seed. It also keeps what has passed, for who wants to forge.
#pragma once

#include <deque>
#include <memory>
#include <queue>
#include <vector>

#include "schemas/base/random.hpp"
#include "tests/torture/udp.hpp"

namespace parley::torture {

struct Weather {
    uint32_t loss_percent = 0;
    uint32_t double_percent = 0;
    int64_t delay_us = 0;
    int64_t jitter_us = 0; // so much more, by chance: what reorders
};

// Owner: the torture's one thread.
class Relay {
public:
    enum class Way { ToShard, ToClient };

    Relay(uint16_t shard_port, uint64_t seed);

    // For one more client; the address that he is to connect to.
    std::string add_client();
    size_t clients() const { return clients_.size(); }
    // The shard sees him come from another port from now on.
    void move(size_t client);
    void step(int64_t now_us);

    // Past the weather, from where the shard or the client expects it.
    void inject(size_t client, Way way, Bytes datagram);
    // The newest that passed, up to keep of each way.
    size_t keep = 0;
    const std::deque<ByteVector>& kept(size_t client, Way way) const;

    Weather weather;
    uint64_t passed = 0;
    uint64_t lost = 0;
    uint64_t doubled = 0;
    uint64_t overtaken = 0; // left later than one that came after it

private:
    struct Client {
        std::unique_ptr<Udp> front, back;
        sockaddr_in address{};
        std::deque<ByteVector> to_shard, to_client;
        uint64_t newest_left[2] = {};
    };
    struct Flight {
        int64_t due_us = 0;
        uint64_t number = 0;
        size_t client = 0;
        Way way{};
        ByteVector datagram;
        bool operator>(const Flight& other) const {
            return due_us != other.due_us ? due_us > other.due_us : number > other.number;
        }
    };

    void take(size_t client, Way way, Bytes datagram, int64_t now_us);

    const sockaddr_in shard_;
    Random random_;
    std::vector<Client> clients_;
    std::priority_queue<Flight, std::vector<Flight>, std::greater<>> flights_;
    uint64_t numbers_ = 0;
};

} // namespace parley::torture
