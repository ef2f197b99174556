// forgery.cpp: who stands on the way and has seen everything changes it, cuts it, and says it
// again. Nothing of that may be heard, and nobody may lose his session by it.
#include "tests/torture/faults.hpp"
#include "tests/torture/relay.hpp"
#include "tests/torture/stored.hpp"

#include <array>

#include "schemas/base/clock.hpp"

namespace parley::torture {
namespace {

constexpr size_t persons = 4;
constexpr double lines_per_s = 40;
constexpr size_t rest_every = 200; // datagrams: the sockets of all are to take them

// Sends, and lets the others live meanwhile.
class Forger {
public:
    Forger(Relay& relay, Crowd& crowd) : relay_(relay), crowd_(crowd) {}

    void send(size_t client, Relay::Way way, Bytes datagram) {
        relay_.inject(client, way, datagram);
        if (++sent_ % rest_every == 0) {
            crowd_.step();
        }
    }
    uint64_t sent() const { return sent_; }

private:
    Relay& relay_;
    Crowd& crowd_;
    uint64_t sent_ = 0;
};

// One bit of every byte, by turns; every length; the whole again.
void forge(Forger& forger, size_t client, Relay::Way way, const ByteVector& seen) {
    for (size_t at = 0; at < seen.size(); ++at) {
        ByteVector changed = seen;
        changed[at] = static_cast<uint8_t>(changed[at] ^ (1u << (at % 8)));
        forger.send(client, way, changed);
    }
    for (size_t size = 0; size < seen.size(); size += 1 + seen.size() / 40) {
        forger.send(client, way, Bytes(seen.data(), size));
    }
    for (int again = 0; again < 3; ++again) {
        forger.send(client, way, seen);
    }
}

// ENet's own DISCONNECT for every peer that a datagram can name, as it looks without a seal.
void disconnects(Forger& forger, size_t client, Relay::Way way, uint16_t peers) {
    for (uint16_t peer = 0; peer < peers; ++peer) {
        for (unsigned session = 0; session < 4; ++session) {
            const auto header = static_cast<uint16_t>(peer | session << 12u);
            const std::array<uint8_t, 10> datagram = {static_cast<uint8_t>(header >> 8),
                                                      static_cast<uint8_t>(header),
                                                      4,
                                                      0xff,
                                                      0,
                                                      0,
                                                      0,
                                                      0,
                                                      0,
                                                      0};
            forger.send(client, way, datagram);
        }
    }
}

} // namespace

bool play_forgery(const Plan& plan, Report& report, std::string& message) {
    ShardWish wish;
    wish.program = plan.parley;
    Shard shard(wish);
    if (!shard.start(message)) {
        return false;
    }
    Relay relay(shard.port(), 1);
    relay.keep = plan.quick ? 6 : 60;
    Crowd crowd;
    crowd.beside = [&] { relay.step(steady_us()); };
    for (size_t i = 0; i < persons; ++i) {
        crowd.add(shard, {.index = i, .address = relay.add_client(), .bind = "127.0.0.1"});
    }
    if (!crowd.enter(message)) {
        return false;
    }
    crowd.talk.lines_per_s = lines_per_s;
    crowd.for_ms(plan.quick ? 500 : 2000);
    const double memory_before = shard.memory_bytes();
    auto before = shard.link_counters();

    Forger forger(relay, crowd);
    for (size_t client = 0; client < persons; ++client) {
        for (const Relay::Way way : {Relay::Way::ToShard, Relay::Way::ToClient}) {
            // They go on talking: what is kept changes under us.
            const std::deque<ByteVector> kept = relay.kept(client, way);
            for (const ByteVector& seen : kept) {
                forge(forger, client, way, seen);
            }
            // Somebody else's, said as if it were his.
            for (const ByteVector& seen : relay.kept((client + 1) % persons, way)) {
                forger.send(client, way, seen);
            }
        }
    }
    disconnects(forger, 0, Relay::Way::ToShard, plan.quick ? 64 : 4096);
    disconnects(forger, 0, Relay::Way::ToClient, 4);
    crowd.for_ms(200);
    auto after = shard.link_counters();
    const double memory_after = shard.memory_bytes();
    crowd.talk.lines_per_s = 0;
    const bool told = crowd.until([&] { return crowd.all_answered() && level(crowd); });

    uint64_t lost = 0;
    for (const auto& person : crowd.all()) {
        lost += person->client().stats().reconnects;
    }
    const auto grown = [&](const char* name) {
        return static_cast<double>(after[name] - before[name]);
    };
    report.tell("datagrams_forged", static_cast<double>(forger.sent()));
    report.at_least("refused_forged", grown("refused_forged"), 1);
    report.at_least("refused_replay", grown("refused_replay"), 1);
    report.at_least("refused_session", grown("refused_session"), 1);
    report.at_least("refused_kind", grown("refused_kind"), 1);
    report.at_most("broken_plaintexts", grown("strikes") + grown("refused_malformed"), 0);
    report.at_most("connections_lost", static_cast<double>(lost), 0);
    report.at_least("everyone_level", told ? 1 : 0, 1);
    report.at_most("memory_growth_bytes", memory_after - memory_before, 2.0 * 1024 * 1024);
    StoredRoom room;
    if (!shard.stop(message) ||
        !read_room(shard.data(), wire::RoomKind::Guild, room_name, 0, room, message)) {
        return false;
    }
    uint64_t said = 0;
    for (const auto& person : crowd.all()) {
        said += person->said();
    }
    report.at_most("lines_stored_that_nobody_said",
                   static_cast<double>(room.lines.size()) - static_cast<double>(said), 0);
    judge_stored(crowd, room, report);
    judge_heard(crowd, room, report);
    return true;
}

} // namespace parley::torture
