// relay.cpp: see relay.hpp.
#include "tests/torture/relay.hpp"

#include <algorithm>

#include "tests/torture/person.hpp"

namespace parley::torture {

Relay::Relay(uint16_t shard_port, uint64_t seed)
    : shard_(loopback("127.0.0.1", shard_port)), random_(seed) {}

std::string Relay::add_client() {
    Client client;
    client.front = std::make_unique<Udp>("127.0.0.1");
    client.back = std::make_unique<Udp>(own_address(clients_.size()));
    clients_.push_back(std::move(client));
    return "127.0.0.1:" + std::to_string(clients_.back().front->port());
}

void Relay::move(size_t client) {
    clients_[client].back = std::make_unique<Udp>(own_address(client));
}

const std::deque<ByteVector>& Relay::kept(size_t client, Way way) const {
    return way == Way::ToShard ? clients_[client].to_shard : clients_[client].to_client;
}

void Relay::inject(size_t client, Way way, Bytes datagram) {
    Client& of = clients_[client];
    if (way == Way::ToShard) {
        of.back->send(shard_, datagram);
    } else {
        of.front->send(of.address, datagram);
    }
}

void Relay::take(size_t client, Way way, Bytes datagram, int64_t now_us) {
    if (keep > 0) {
        auto& kept = way == Way::ToShard ? clients_[client].to_shard : clients_[client].to_client;
        kept.emplace_back(datagram.begin(), datagram.end());
        if (kept.size() > keep) {
            kept.pop_front();
        }
    }
    if (random_.chance_percent(weather.loss_percent)) {
        ++lost;
        return;
    }
    const bool twice = random_.chance_percent(weather.double_percent);
    doubled += twice ? 1 : 0;
    for (int copies = twice ? 2 : 1; copies > 0; --copies) {
        const int64_t late_us = weather.jitter_us > 0 ? random_.between(0, weather.jitter_us) : 0;
        flights_.push({now_us + weather.delay_us + late_us, ++numbers_, client, way,
                       ByteVector(datagram.begin(), datagram.end())});
    }
}

void Relay::step(int64_t now_us) {
    for (size_t i = 0; i < clients_.size(); ++i) {
        Client& client = clients_[i];
        while (const auto datagram = client.front->receive(&client.address)) {
            take(i, Way::ToShard, *datagram, now_us);
        }
        while (const auto datagram = client.back->receive()) {
            take(i, Way::ToClient, *datagram, now_us);
        }
    }
    while (!flights_.empty() && flights_.top().due_us <= now_us) {
        const Flight& flight = flights_.top();
        uint64_t& newest = clients_[flight.client].newest_left[static_cast<size_t>(flight.way)];
        overtaken += flight.number < newest ? 1 : 0;
        newest = std::max(newest, flight.number);
        inject(flight.client, flight.way, flight.datagram);
        ++passed;
        flights_.pop();
    }
}

} // namespace parley::torture
