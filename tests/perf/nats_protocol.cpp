// nats_protocol.cpp: how one speaks with NATS.
// https://docs.nats.io/reference/reference-protocols/nats-protocol
#include <charconv>

#include "tests/perf/tcp_protocol.hpp"

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

} // namespace

const TcpProtocol& nats_protocol() {
    static const Nats protocol;
    return protocol;
}

} // namespace parley::bench
