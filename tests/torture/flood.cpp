// flood.cpp: strangers who greet and never come in, from many addresses, beside people who talk.
#include "tests/torture/faults.hpp"
#include "tests/torture/stored.hpp"
#include "tests/torture/udp.hpp"

#include <atomic>
#include <thread>

#include <sodium.h>

#include "schemas/base/clock.hpp"
#include "schemas/link/client_handshake.hpp"

namespace parley::torture {
namespace {

constexpr size_t networks = 64;
constexpr size_t hellos = 64;         // different ones, said again and again
constexpr int64_t hellos_per_ms = 50; // what a machine of two cores can bear beside all else
constexpr double growth_bytes_max = 4 * 1024 * 1024;
constexpr double p99_ratio_bound = 2;
// Beside a p99 of a millisecond or two, what a busy machine shakes is no verdict.
constexpr double p99_ms_least = 20;

std::vector<ByteVector> make_hellos(const PublicKey& server_key) {
    std::vector<ByteVector> made;
    for (size_t i = 0; i < hellos; ++i) {
        ConnectOptions options;
        options.server_keys = {&server_key, 1};
        options.ticket = "of nobody";
        randombytes_buf(options.device_seed.data(), options.device_seed.size());
        ClientHandshake handshake(options, true, steady_ms());
        std::vector<ByteVector> plains;
        handshake.due(steady_ms(), made, plains);
    }
    return made;
}

// A thread of its own: it waits for nobody.
class Flood {
public:
    Flood(uint16_t port, const PublicKey& server_key)
        : shard_(loopback("127.0.0.1", port)), hellos_(make_hellos(server_key)),
          thread_([this] { run(); }) {}
    ~Flood() { stop(); }
    Flood(const Flood&) = delete;
    Flood& operator=(const Flood&) = delete;

    void stop() {
        ended_.store(true);
        if (thread_.joinable()) {
            thread_.join();
        }
    }
    // After stop().
    uint64_t datagrams = 0, bytes_in = 0, bytes_out = 0, answers = 0;

private:
    void run() {
        std::vector<std::unique_ptr<Udp>> sockets;
        for (size_t i = 0; i < networks; ++i) {
            sockets.push_back(std::make_unique<Udp>("127.200." + std::to_string(i) + ".1"));
        }
        const int64_t start_us = steady_us();
        for (size_t turn = 0; !ended_.load(std::memory_order_relaxed); ++turn) {
            if (static_cast<int64_t>(turn) * 1000 > (steady_us() - start_us) * hellos_per_ms) {
                pause_ms(1);
            }
            Udp& socket = *sockets[turn % networks];
            const ByteVector& hello = hellos_[turn / networks % hellos_.size()];
            if (socket.send(shard_, hello)) {
                ++datagrams;
                bytes_in += hello.size();
            }
            take_answers(socket);
        }
        const int64_t until_ms = steady_ms() + 100; // what is still on its way
        while (steady_ms() < until_ms) {
            for (const auto& socket : sockets) {
                take_answers(*socket);
            }
        }
    }
    void take_answers(Udp& socket) {
        while (const auto answer = socket.receive()) {
            ++answers;
            bytes_out += answer->size();
        }
    }

    const sockaddr_in shard_;
    const std::vector<ByteVector> hellos_;
    std::atomic<bool> ended_{false};
    std::thread thread_;
};

} // namespace

bool play_flood(const Plan& plan, Report& report, std::string& message) {
    const size_t persons = plan.quick ? 60 : 300;
    const int64_t window_ms = plan.quick ? 1500 : 6000;
    ShardWish wish;
    wish.program = plan.parley;
    wish.sessions_max = persons + 64;
    Shard shard(wish);
    if (!shard.start(message)) {
        return false;
    }
    Crowd crowd;
    for (size_t i = 0; i < persons; ++i) {
        crowd.add(
            shard,
            {.index = i, .kind = wire::RoomKind::Party, .room = "party-" + std::to_string(i / 4)});
    }
    if (!crowd.enter(message)) {
        return false;
    }
    crowd.talk.lines_per_s = static_cast<double>(persons);
    crowd.for_ms(window_ms / 3); // warm
    crowd.forget_latencies();
    crowd.for_ms(window_ms);
    const std::vector<double> before_ms = crowd.latencies_ms();
    const double memory_before = shard.memory_bytes();
    crowd.forget_latencies();
    Flood flood(shard.port(), shard.server_key());
    crowd.for_ms(window_ms);
    const double memory_during = shard.memory_bytes();
    flood.stop();
    const std::vector<double> during_ms = crowd.latencies_ms();
    crowd.talk.lines_per_s = 0;
    const bool told = crowd.until([&] { return crowd.all_answered() && crowd.all_in(); });

    uint64_t lost = 0;
    for (const auto& person : crowd.all()) {
        lost += person->client().stats().reconnects;
    }
    const double seconds = static_cast<double>(window_ms) / 1000;
    report.tell("live_users", static_cast<double>(persons));
    report.at_least("hellos_per_s", static_cast<double>(flood.datagrams) / seconds, 1000);
    report.tell("answers_per_s", static_cast<double>(flood.answers) / seconds);
    report.at_most("bytes_out_over_in",
                   static_cast<double>(flood.bytes_out) / static_cast<double>(flood.bytes_in), 1);
    report.at_most("memory_growth_bytes", memory_during - memory_before, growth_bytes_max);
    const double p99_before = percentile(before_ms, 0.99);
    const double p99_during = percentile(during_ms, 0.99);
    report.tell("p50_ms_before", percentile(before_ms, 0.5));
    report.tell("p50_ms_during", percentile(during_ms, 0.5));
    report.tell("p99_ms_before", p99_before);
    if (plan.quick) {
        report.tell("p99_ms_during", p99_during);
    } else {
        report.at_most("p99_ms_during", p99_during,
                       std::max(p99_ms_least, p99_ratio_bound * p99_before));
    }
    report.at_most("connections_lost", static_cast<double>(lost), 0);
    report.at_least("everyone_answered", told ? 1 : 0, 1);
    report.at_least("lines_heard_during", static_cast<double>(during_ms.size()), 1);
    return shard.stop(message);
}

} // namespace parley::torture
