// nats_subject.cpp: nats-server as a relay: publish and subscribe, no JetStream, so nothing is
// kept. Protocol: https://docs.nats.io/reference/reference-protocols/nats-protocol
#include <charconv>

#include "tests/perf/tcp_player.hpp"

namespace parley::bench {
namespace {

class Nats final : public TcpProtocol {
public:
    std::string greeting(std::string_view room) const override {
        // The PONG says that the subscription before it stands.
        return "CONNECT {\"verbose\":false,\"pedantic\":false}\r\nSUB " + std::string(room) +
               " 1\r\nPING\r\n";
    }

    void line(std::string_view room, std::string_view text, std::string& out) const override {
        out += "PUB ";
        out += room;
        out += " " + std::to_string(text.size()) + "\r\n";
        out += text;
        out += "\r\n";
    }

    Taken take(std::string_view input) const override {
        const size_t end = input.find("\r\n");
        if (end == std::string_view::npos) {
            return {};
        }
        const std::string_view head = input.substr(0, end);
        Taken taken = {.kind = Taken::Kind::Other, .bytes = end + 2, .text = {}};
        if (head.starts_with("MSG ")) {
            const std::string_view size = head.substr(head.rfind(' ') + 1);
            size_t bytes = 0;
            std::from_chars(size.data(), size.data() + size.size(), bytes);
            if (input.size() < taken.bytes + bytes + 2) {
                return {};
            }
            taken.kind = Taken::Kind::Line;
            taken.text = input.substr(taken.bytes, bytes);
            taken.bytes += bytes + 2;
        } else if (head == "PONG") {
            taken.kind = Taken::Kind::Ready;
        } else if (head == "PING") {
            taken.reply = "PONG\r\n";
        } else if (head.starts_with("-ERR")) {
            taken.kind = Taken::Kind::Broken;
        }
        return taken;
    }
};

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
                                           server_.port(), protocol_);
    }
    Child& server() override { return server_; }

private:
    const Plan* plan_ = nullptr;
    Nats protocol_;
    Child server_;
};

} // namespace

std::unique_ptr<Subject> nats_subject() {
    return std::make_unique<NatsSubject>();
}

} // namespace parley::bench
