// redis_subject.cpp: redis-server as a relay: publish and subscribe, its persistence off.
#include "tests/perf/tcp_player.hpp"

namespace parley::bench {
namespace {

class RedisSubject final : public Subject {
public:
    std::string_view name() const override { return "redis"; }

    bool start(const Plan& plan, const Places& places, std::string& message) override {
        plan_ = &plan;
        const uint16_t port = free_tcp_port();
        return server_.start_on(
            {"/usr/bin/redis-server", "--port", std::to_string(port), "--bind", "127.0.0.1",
             "--protected-mode", "no", "--save", "", "--appendonly", "no", "--maxclients",
             std::to_string(plan.players + spare_sessions), "--dir", places.data_folder},
            port, places.data_folder + "/redis.log", message);
    }
    std::unique_ptr<Player> player(size_t index, std::string&) override {
        return std::make_unique<TcpPlayer>(index, "room-" + std::to_string(plan_->room_of(index)),
                                           server_.port(), resp_protocol());
    }
    Child& server() override { return server_; }

private:
    const Plan* plan_ = nullptr;
    Child server_;
};

} // namespace

std::unique_ptr<Subject> redis_subject() {
    return std::make_unique<RedisSubject>();
}

} // namespace parley::bench
