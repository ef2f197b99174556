// http.cpp: see http.hpp. Whatever a connection does, it ends when its time is over.
#include "server/admin/http.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "schemas/base/check.hpp"
#include "schemas/base/clock.hpp"
#include "schemas/base/limits.hpp"
#include "server/admin/http_head.hpp"

namespace parley::admin {
namespace {

std::string_view reason_of(int status) {
    switch (status) {
    case 200:
        return "OK";
    case 400:
        return "Bad Request";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 431:
        return "Request Header Fields Too Large";
    case 503:
        return "Service Unavailable";
    default:
        return "Internal Server Error";
    }
}

std::string answer_of(const Page& page) {
    std::string text = "HTTP/1.1 " + std::to_string(page.status) + " ";
    text += reason_of(page.status);
    text += "\r\nContent-Type: " + page.type;
    text += "\r\nContent-Length: " + std::to_string(page.content.size());
    text += page.status == 405 ? "\r\nAllow: GET" : "";
    // No page of another origin reads or frames it, nobody keeps it.
    text += "\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff"
            "\r\nConnection: close\r\n\r\n";
    return text + page.content;
}

bool would_block() {
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

} // namespace

// Reads a head, writes an answer, then waits until the other side has it: closed at once, what it
// sent in vain would take the answer from it.
struct HttpServer::Connection {
    explicit Connection(int opened) : socket(opened) {}
    ~Connection() { close(socket); }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    enum class Stage { Reading, Writing, Leaving };
    const int socket;
    Stage stage = Stage::Reading;
    std::string received;
    std::string answer;
    size_t written = 0;
    int64_t end_ms = 0; // steady
};

Result<std::unique_ptr<HttpServer>> HttpServer::start(const std::string& address, uint16_t port,
                                                      MakePage make_page, Log log,
                                                      std::string& message) {
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(port);
    if (inet_pton(AF_INET, address.c_str(), &where.sin_addr) != 1) {
        message = "the address " + address +
                  " of the admin pages is not a numeric one; correct admin.address (as 127.0.0.1)";
        return Error::BadAddress;
    }
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const int on = 1;
    socklen_t size = sizeof where;
    const auto named = [&] { return reinterpret_cast<sockaddr*>(&where); };
    if (listener < 0 || setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        bind(listener, named(), sizeof where) != 0 ||
        listen(listener, static_cast<int>(limits::admin_connections_max)) != 0 ||
        getsockname(listener, named(), &size) != 0) {
        const bool taken = errno == EADDRINUSE;
        message = "the admin pages cannot be opened on " + address + ":" + std::to_string(port) +
                  " (" + std::strerror(errno) + "); " +
                  (taken ? "stop the other program or choose another admin.port"
                         : "correct admin.address and admin.port");
        if (listener >= 0) {
            close(listener);
        }
        return taken ? Error::PortTaken : Error::BadAddress;
    }
    if ((ntohl(where.sin_addr.s_addr) >> 24) != 127) {
        log.warn("admin_not_loopback",
                 {{"address", address},
                  {"note", "its pages have no names and no texts, but no password either; let a "
                           "firewall see to who reads them"}});
    }
    return std::unique_ptr<HttpServer>(
        new HttpServer(listener, ntohs(where.sin_port), std::move(make_page), log));
}

HttpServer::HttpServer(int listener, uint16_t port, MakePage make_page, Log log)
    : listener_(listener), port_(port), make_page_(std::move(make_page)), log_(log) {
    stop_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    PARLEY_ASSERT(stop_ >= 0);
    thread_ = std::thread([this] { run(); });
}

HttpServer::~HttpServer() {
    const uint64_t one = 1;
    ignore(write(stop_, &one, sizeof one) > 0, "fails only when it is told already, 2^64 times");
    thread_.join();
    close(stop_);
    close(listener_);
}

void HttpServer::run() {
    std::vector<pollfd> polled;
    while (true) {
        const bool room = connections_.size() < limits::admin_connections_max;
        polled.clear();
        polled.push_back({stop_, POLLIN, 0});
        polled.push_back({room ? listener_ : -1, POLLIN, 0}); // who comes later waits in the kernel
        int64_t wait_ms = -1;
        const int64_t before_ms = steady_ms();
        for (const auto& connection : connections_) {
            const bool writes = connection->stage == Connection::Stage::Writing;
            polled.push_back(
                {connection->socket, static_cast<short>(writes ? POLLOUT : POLLIN), 0});
            const int64_t left_ms = std::max<int64_t>(0, connection->end_ms - before_ms);
            wait_ms = wait_ms < 0 ? left_ms : std::min(wait_ms, left_ms);
        }
        poll(polled.data(), polled.size(), static_cast<int>(wait_ms));
        if (polled[0].revents != 0) {
            connections_.clear();
            return;
        }
        const int64_t now_ms = steady_ms();
        for (size_t i = 0; i < connections_.size(); ++i) {
            Connection& connection = *connections_[i];
            const bool ended = polled[i + 2].revents != 0 && !go_on(connection);
            const bool late = !ended && now_ms >= connection.end_ms;
            if (late && connection.stage != Connection::Stage::Leaving) {
                counters_.cut.add();
            }
            if (ended || late) {
                connections_[i].reset();
            }
        }
        std::erase(connections_, nullptr);
        if (polled[1].revents != 0) {
            take_new(now_ms);
        }
    }
}

void HttpServer::take_new(int64_t now_ms) {
    const int socket = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket < 0) {
        if (!would_block() && errno != ECONNABORTED) {
            if (!full_said_) {
                log_.warn("admin_refuses", {{"error", std::strerror(errno)}});
            }
            full_said_ = true;
            // No descriptor is free: the kernel would tell of who waits again and again.
            pollfd stopped = {stop_, POLLIN, 0};
            poll(&stopped, 1, 100);
        }
        return;
    }
    full_said_ = false;
    connections_.push_back(std::make_unique<Connection>(socket));
    connections_.back()->end_ms = now_ms + limits::admin_connection_ms_max;
}

// False: it is over.
bool HttpServer::go_on(Connection& connection) {
    return connection.stage == Connection::Stage::Writing ? write_some(connection)
                                                          : read_some(connection);
}

bool HttpServer::read_some(Connection& connection) {
    std::array<char, limits::admin_request_bytes_max> buffer;
    const ssize_t size = recv(connection.socket, buffer.data(), buffer.size(), 0);
    if (size <= 0) {
        return size < 0 && would_block();
    }
    if (connection.stage == Connection::Stage::Leaving) {
        return true; // in vain
    }
    connection.received.append(buffer.data(), static_cast<size_t>(size));
    const std::optional<size_t> head = head_bytes(connection.received);
    if (head.value_or(connection.received.size()) > limits::admin_request_bytes_max) {
        refuse(connection, 431);
    } else if (head) {
        answer(connection, std::string_view(connection.received).substr(0, *head));
    } else {
        return true;
    }
    return write_some(connection);
}

void HttpServer::answer(Connection& connection, std::string_view head) {
    const std::optional<HttpHead> read = read_head(head);
    if (!read) {
        refuse(connection, 400);
    } else if (read->method != "GET") {
        refuse(connection, 405);
    } else {
        const Page page = make_page_(read->path);
        (page.status == 404 ? counters_.refused : counters_.answered).add();
        connection.answer = answer_of(page);
        connection.stage = Connection::Stage::Writing;
    }
}

void HttpServer::refuse(Connection& connection, int status) {
    counters_.refused.add();
    Page page;
    page.status = status;
    page.type = "text/plain; charset=utf-8";
    page.content = std::string(reason_of(status)) + "\n";
    connection.answer = answer_of(page);
    connection.stage = Connection::Stage::Writing;
}

bool HttpServer::write_some(Connection& connection) {
    const ssize_t size = send(connection.socket, connection.answer.data() + connection.written,
                              connection.answer.size() - connection.written, MSG_NOSIGNAL);
    if (size < 0) {
        return would_block();
    }
    connection.written += static_cast<size_t>(size);
    if (connection.written == connection.answer.size()) {
        connection.stage = Connection::Stage::Leaving;
        shutdown(connection.socket, SHUT_WR);
    }
    return true;
}

} // namespace parley::admin
