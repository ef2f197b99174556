// nats_subject.cpp: nats-server as a relay: publish and subscribe, no JetStream, so nothing is
// kept.
#include "tests/perf/tcp_player.hpp"

namespace parley::bench {
namespace {

class NatsSubject final : public Subject {
public:
    std::string_view name() const override { return "nats"; }

    bool start(const Plan& plan, const Places& places, std::string& message) override {
        plan_ = &plan;
        const uint16_t port = free_tcp_port();
        return server_.start_on(
            {"/usr/sbin/nats-server", "-a", "127.0.0.1", "-p", std::to_string(port)}, port,
            places.data_folder + "/nats.log", message);
    }
    std::unique_ptr<Player> player(size_t index, std::string&) override {
        return std::make_unique<TcpPlayer>(index, "room-" + std::to_string(plan_->room_of(index)),
                                           server_.port(), nats_protocol());
    }
    Child& server() override { return server_; }

private:
    const Plan* plan_ = nullptr;
    Child server_;
};

} // namespace

std::unique_ptr<Subject> nats_subject() {
    return std::make_unique<NatsSubject>();
}

} // namespace parley::bench
