// resp_protocol.cpp: how one speaks with Redis: RESP3, since a subscriber of RESP2 may not publish.
// https://redis.io/docs/latest/develop/reference/protocol-spec/
#include <charconv>

#include "tests/perf/tcp_protocol.hpp"

namespace parley::bench {
namespace {

class Resp final : public TcpProtocol {
public:
    std::string greeting(std::string_view room) const override {
        std::string out = "*2\r\n$5\r\nHELLO\r\n$1\r\n3\r\n*2\r\n$9\r\nSUBSCRIBE\r\n";
        append(room, out);
        return out;
    }

    void line(std::string_view room, std::string_view text, std::string& out) const override {
        out += "*3\r\n$7\r\nPUBLISH\r\n";
        append(room, out);
        append(text, out);
    }

    Taken take(std::string_view input) const override {
        size_t at = 0;
        std::string_view words[3];
        size_t count = 0;
        if (!value(input, at, words, count)) {
            return {};
        }
        if (input[0] == '-') {
            return {.kind = Taken::Kind::Broken, .bytes = input.size(), .text = {}};
        }
        Taken taken = {.kind = Taken::Kind::Other, .bytes = at, .text = {}};
        if (input[0] == '>' && count == 3 && words[0] == "message") {
            taken.kind = Taken::Kind::Line;
            taken.text = words[2];
        } else if (input[0] == '>' && words[0] == "subscribe") {
            taken.kind = Taken::Kind::Ready;
        }
        return taken;
    }

private:
    static void append(std::string_view word, std::string& out) {
        out += "$" + std::to_string(word.size()) + "\r\n";
        out += word;
        out += "\r\n";
    }

    // One value and what lies in it; its first words are kept. False: not all of it has come.
    static bool value(std::string_view input, size_t& at, std::string_view (&words)[3],
                      size_t& count) {
        const size_t end = input.find("\r\n", at);
        if (end == std::string_view::npos) {
            return false;
        }
        const char kind = input[at];
        long long number = 0;
        std::from_chars(input.data() + at + 1, input.data() + end, number);
        at = end + 2;
        if (kind == '$') {
            const auto bytes = static_cast<size_t>(number);
            if (input.size() < at + bytes + 2) {
                return false;
            }
            if (count < 3) {
                words[count++] = input.substr(at, bytes);
            }
            at += bytes + 2;
        } else if (kind == '*' || kind == '>' || kind == '%') {
            const long long inner = kind == '%' ? 2 * number : number;
            for (long long i = 0; i < inner; ++i) {
                if (!value(input, at, words, count)) {
                    return false;
                }
            }
        }
        return true;
    }
};

} // namespace

const TcpProtocol& resp_protocol() {
    static const Resp protocol;
    return protocol;
}

} // namespace parley::bench
