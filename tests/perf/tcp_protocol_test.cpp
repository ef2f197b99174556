// tcp_protocol_test.cpp: what redis-server 7.0 and nats-server 2.9 said to one who subscribed, said
// a line and then nonsense, as it was recorded; whole, and cut at every byte.
#include "tests/perf/tcp_protocol.hpp"

#include <vector>

#include "tests/support/catch.hpp"

using namespace parley::bench;

namespace {

using Kind = TcpProtocol::Taken::Kind;

const std::string redis_hello =
    "%7\r\n$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n$6\r\n7.0.15\r\n"
    "$5\r\nproto\r\n:3\r\n$2\r\nid\r\n:3\r\n$4\r\nmode\r\n$10\r\nstandalone\r\n"
    "$4\r\nrole\r\n$6\r\nmaster\r\n$7\r\nmodules\r\n*0\r\n";
const std::string redis_subscribed = ">3\r\n$9\r\nsubscribe\r\n$6\r\nroom-0\r\n:1\r\n";
const std::string redis_line = ">3\r\n$7\r\nmessage\r\n$6\r\nroom-0\r\n$5\r\na\r\nbc\r\n";
const std::string redis_published = ":1\r\n";
const std::string redis_refusal = "-ERR unknown command 'NONE', with args beginning with: \r\n";

const std::string nats_info =
    "INFO {\"server_id\":\"NAUX\",\"version\":\"2.9.10\",\"proto\":1,\"headers\":true,"
    "\"max_payload\":1048576,\"client_id\":4} \r\n";
const std::string nats_line = "MSG room-0 1 5\r\na\r\nbc\r\n";
const std::string nats_refusal = "-ERR 'Unknown Protocol Operation'\r\n";

struct Said {
    Kind kind;
    std::string text;
    std::string reply;
    bool operator==(const Said&) const = default;
};

// As a player reads it: the bytes come in pieces, and each message is taken once.
std::vector<Said> read_in_pieces(const TcpProtocol& protocol, const std::vector<std::string>& in) {
    std::vector<Said> all;
    std::string waiting;
    for (const std::string& piece : in) {
        waiting += piece;
        while (true) {
            const TcpProtocol::Taken taken = protocol.take(waiting);
            if (taken.kind == Kind::More) {
                CHECK(taken.bytes == 0);
                break;
            }
            REQUIRE(taken.bytes > 0);
            REQUIRE(taken.bytes <= waiting.size());
            all.push_back({taken.kind, std::string(taken.text), std::string(taken.reply)});
            waiting.erase(0, taken.bytes);
        }
    }
    CHECK(waiting.empty());
    return all;
}

// Whole, byte by byte, and in two pieces at every place.
void check_reads(const TcpProtocol& protocol, const std::string& bytes,
                 const std::vector<Said>& said) {
    CHECK(read_in_pieces(protocol, {bytes}) == said);
    std::vector<std::string> single;
    for (size_t at = 0; at < bytes.size(); ++at) {
        CAPTURE(at);
        CHECK(read_in_pieces(protocol, {bytes.substr(0, at), bytes.substr(at)}) == said);
        single.push_back(bytes.substr(at, 1));
    }
    CHECK(read_in_pieces(protocol, single) == said);
}

} // namespace

TEST_CASE("what Redis says is taken message by message, wherever it is cut", "[perf]") {
    check_reads(resp_protocol(), redis_hello + redis_subscribed + redis_line + redis_published,
                {{Kind::Other, "", ""},
                 {Kind::Ready, "", ""},
                 {Kind::Line, "a\r\nbc", ""},
                 {Kind::Other, "", ""}});
}

TEST_CASE("what NATS says is taken message by message, wherever it is cut", "[perf]") {
    check_reads(nats_protocol(), nats_info + "PONG\r\n" + nats_line + "PING\r\n" + nats_line,
                {{Kind::Other, "", ""},
                 {Kind::Ready, "", ""},
                 {Kind::Line, "a\r\nbc", ""},
                 {Kind::Other, "", "PONG\r\n"},
                 {Kind::Line, "a\r\nbc", ""}});
}

TEST_CASE("a server's refusal is no message, once all of it is there", "[perf]") {
    check_reads(resp_protocol(), redis_refusal, {{Kind::Broken, "", ""}});
    check_reads(nats_protocol(), nats_refusal, {{Kind::Broken, "", ""}});
}

TEST_CASE("a line is said to Redis and NATS with its size, whatever is in it", "[perf]") {
    CHECK(resp_protocol().greeting("room-0") ==
          "*2\r\n$5\r\nHELLO\r\n$1\r\n3\r\n*2\r\n$9\r\nSUBSCRIBE\r\n$6\r\nroom-0\r\n");
    std::string out;
    resp_protocol().line("room-0", "a\r\nbc", out);
    CHECK(out == "*3\r\n$7\r\nPUBLISH\r\n$6\r\nroom-0\r\n$5\r\na\r\nbc\r\n");

    CHECK(nats_protocol().greeting("room-0") ==
          "CONNECT {\"verbose\":false,\"pedantic\":false}\r\nSUB room-0 1\r\nPING\r\n");
    out.clear();
    nats_protocol().line("room-0", "a\r\nbc", out);
    CHECK(out == "PUB room-0 5\r\na\r\nbc\r\n");
}
