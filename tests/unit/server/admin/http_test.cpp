// http_test.cpp: the pages over real sockets of loopback: what is answered, and that nobody holds
// the server for longer than his time.
#include "server/admin/http.hpp"

#include "tests/support/catch.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "schemas/base/limits.hpp"
#include "server/admin/http_head.hpp"

using namespace parley;
using namespace parley::admin;

namespace {

class Caller {
public:
    explicit Caller(uint16_t port) : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in where{};
        where.sin_family = AF_INET;
        where.sin_port = htons(port);
        where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        REQUIRE(connect(socket_, reinterpret_cast<sockaddr*>(&where), sizeof where) == 0);
    }
    ~Caller() { close(socket_); }
    Caller(const Caller&) = delete;
    Caller& operator=(const Caller&) = delete;

    // What the server no longer wants is not sent; that is no mistake of the caller.
    Caller& say(const std::string& text) {
        size_t sent = 0;
        while (sent < text.size()) {
            const ssize_t size =
                send(socket_, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
            if (size <= 0) {
                break;
            }
            sent += static_cast<size_t>(size);
        }
        return *this;
    }
    // Everything until the server ends it.
    std::string hear() {
        std::string heard;
        char buffer[4096];
        pollfd readable = {socket_, POLLIN, 0};
        while (poll(&readable, 1, 30'000) == 1) {
            const ssize_t size = recv(socket_, buffer, sizeof buffer, 0);
            if (size <= 0) {
                return heard;
            }
            heard.append(buffer, static_cast<size_t>(size));
        }
        return "the server never ended it";
    }

private:
    const int socket_;
};

std::string text_of_log;
void take(void*, int, const char* line) {
    text_of_log += std::string(line) + "\n";
}

std::unique_ptr<HttpServer> start(const std::string& content = "page\n") {
    std::string message;
    auto server = HttpServer::start(
        "127.0.0.1", 0,
        [content](std::string_view path) {
            Page page;
            page.status = path == "/page" ? 200 : path == "/sick" ? 503 : 404;
            page.type = "text/plain";
            page.content = content;
            return page;
        },
        Log(), message);
    INFO(message);
    REQUIRE(server.ok());
    return std::move(server).value();
}

std::string first_line(const std::string& answer) {
    return answer.substr(0, answer.find("\r\n"));
}

const std::string get_page = "GET /page HTTP/1.1\r\nHost: x\r\n\r\n";

} // namespace

TEST_CASE("a page is answered, and its connection ends", "[admin]") {
    const auto server = start();
    REQUIRE(server->port() != 0);
    const std::string answer = Caller(server->port()).say(get_page).hear();
    CHECK(answer == "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n"
                    "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
                    "Connection: close\r\n\r\npage\n");
    CHECK(Caller(server->port()).say("GET /page?a=b HTTP/1.0\r\n\r\n").hear() == answer);
    const std::string sick = Caller(server->port()).say("GET /sick HTTP/1.1\r\n\r\n").hear();
    CHECK(first_line(sick) == "HTTP/1.1 503 Service Unavailable");
    CHECK(server->counters().answered.read() == 3);
    CHECK(server->counters().refused.read() == 0);
}

TEST_CASE("a head that comes in pieces is one head", "[admin]") {
    const auto server = start();
    Caller caller(server->port());
    for (const char c : get_page) {
        caller.say(std::string(1, c));
    }
    CHECK(first_line(caller.hear()) == "HTTP/1.1 200 OK");
}

TEST_CASE("a page that is larger than a socket's buffer arrives whole", "[admin]") {
    const std::string large(8 * 1024 * 1024, 'x');
    const auto server = start(large);
    const std::string answer = Caller(server->port()).say(get_page).hear();
    CHECK(answer.size() > large.size());
    CHECK(answer.substr(answer.size() - large.size()) == large);
}

TEST_CASE("what is no GET of a page is refused with why", "[admin][hostile]") {
    const auto server = start();
    const auto status = [&](const std::string& request) {
        return first_line(Caller(server->port()).say(request).hear());
    };
    CHECK(status("GET /other HTTP/1.1\r\n\r\n") == "HTTP/1.1 404 Not Found");
    CHECK(status("POST /page HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc") ==
          "HTTP/1.1 405 Method Not Allowed");
    CHECK(status("GET /page HTTP/2\r\n\r\n") == "HTTP/1.1 400 Bad Request");
    CHECK(status("\x16\x03\x01\r\n\r\n") == "HTTP/1.1 400 Bad Request");
    CHECK(status("\r\n\r\n") == "HTTP/1.1 400 Bad Request");
    const std::string start_line = "GET /page HTTP/1.1\r\nx: ";
    const size_t filling = limits::admin_request_bytes_max - start_line.size() - 4;
    CHECK(status(start_line + std::string(filling, 'x') + "\r\n\r\n") == "HTTP/1.1 200 OK");
    CHECK(status(start_line + std::string(filling + 1, 'x') + "\r\n\r\n") ==
          "HTTP/1.1 431 Request Header Fields Too Large");
    CHECK(status(std::string(1024 * 1024, 'x')) == "HTTP/1.1 431 Request Header Fields Too Large");
    CHECK(server->counters().answered.read() == 1);
}

TEST_CASE("who says nothing is cut, and others are answered meanwhile", "[admin][hostile]") {
    const auto server = start();
    std::vector<std::unique_ptr<Caller>> silent;
    for (size_t i = 0; i + 1 < limits::admin_connections_max; ++i) {
        silent.push_back(std::make_unique<Caller>(server->port()));
        silent.back()->say("GET /pa");
    }
    CHECK(first_line(Caller(server->port()).say(get_page).hear()) == "HTTP/1.1 200 OK");
    for (const auto& caller : silent) {
        CHECK(caller->hear().empty());
    }
    CHECK(server->counters().cut.read() == silent.size());
}

TEST_CASE("when all places are taken the next one is answered after them", "[admin][hostile]") {
    const auto server = start();
    std::vector<std::unique_ptr<Caller>> silent;
    for (size_t i = 0; i < limits::admin_connections_max; ++i) {
        silent.push_back(std::make_unique<Caller>(server->port()));
    }
    CHECK(first_line(Caller(server->port()).say(get_page).hear()) == "HTTP/1.1 200 OK");
}

TEST_CASE("a server ends while somebody is being answered", "[admin]") {
    auto server = start(std::string(8 * 1024 * 1024, 'x'));
    Caller slow(server->port());
    slow.say(get_page);
    Caller silent(server->port());
    server.reset();
    CHECK(silent.hear().empty());
}

TEST_CASE("an address that cannot be had is refused with a sentence", "[admin]") {
    const auto refused = [](const std::string& address, uint16_t port) {
        std::string message;
        CHECK_FALSE(HttpServer::start(
                        address, port, [](std::string_view) { return Page(); }, Log(), message)
                        .ok());
        return message;
    };
    const auto server = start();
    CHECK(refused("127.0.0.1", server->port()).find("another admin.port") != std::string::npos);
    CHECK(refused("localhost", 0).find("correct admin.address") != std::string::npos);
    CHECK(refused("192.0.2.1", 0).find("correct admin.address") != std::string::npos);
}

TEST_CASE("pages that others can reach are said in the log", "[admin]") {
    text_of_log.clear();
    std::string message;
    const Log log(take, nullptr, LogLevel::Warn);
    for (const auto& [address, said] :
         {std::pair{"127.0.0.2", false}, std::pair{"0.0.0.0", true}}) {
        REQUIRE(HttpServer::start(
                    address, 0, [](std::string_view) { return Page(); }, log, message)
                    .ok());
        CHECK((text_of_log.find("warn admin_not_loopback") != std::string::npos) == said);
    }
}

TEST_CASE("a head is whole with its empty line, and has a method and a path", "[admin]") {
    CHECK_FALSE(head_bytes("GET / HTTP/1.1\r\n"));
    CHECK_FALSE(head_bytes("GET / HTTP/1.1\r\n\r"));
    CHECK(head_bytes("GET / HTTP/1.1\r\n\r\nrest") == 18);
    const auto head = read_head("GET /a/b?c=d HTTP/1.0\r\nx: y\r\n\r\n");
    REQUIRE(head);
    CHECK(head->method == "GET");
    CHECK(head->path == "/a/b");
    for (const char* wrong :
         {"GET HTTP/1.1", "GET  HTTP/1.1", " / HTTP/1.1", "get / HTTP/1.1", "GET a HTTP/1.1",
          "GET / HTTP/1.2", "GET / HTTP/1.1 ", "GET /\t HTTP/1.1", "GET /\xC3\xA9 HTTP/1.1", ""}) {
        INFO(wrong);
        CHECK_FALSE(read_head(std::string(wrong) + "\r\n\r\n"));
    }
}
