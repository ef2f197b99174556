// tcp_player.cpp: see tcp_player.hpp.
#include "tests/perf/tcp_player.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "tests/perf/heard.hpp"

namespace parley::bench {
namespace {

sockaddr_in address_of(const char* text, uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    inet_pton(AF_INET, text, &address.sin_addr);
    return address;
}

} // namespace

TcpPlayer::TcpPlayer(size_t index, std::string room, uint16_t port, const TcpProtocol& protocol)
    : index_(index), room_(std::move(room)), port_(port), protocol_(protocol) {}

TcpPlayer::~TcpPlayer() {
    if (socket_ >= 0) {
        ::close(socket_);
    }
}

bool TcpPlayer::begin(std::string& message) {
    socket_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const sockaddr_in own = address_of(player_address(index_).c_str(), 0);
    const sockaddr_in server = address_of("127.0.0.1", port_);
    const int one = 1;
    if (socket_ < 0 || bind(socket_, reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0 ||
        setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) != 0 ||
        (connect(socket_, reinterpret_cast<const sockaddr*>(&server), sizeof server) != 0 &&
         errno != EINPROGRESS)) {
        message = "player " + std::to_string(index_) + " cannot connect: " + std::strerror(errno);
        return false;
    }
    out_ = protocol_.greeting(room_);
    if (!flush()) {
        message = "player " + std::to_string(index_) + " cannot introduce itself";
        return false;
    }
    return true;
}

bool TcpPlayer::flush() {
    while (!out_.empty()) {
        const ssize_t sent = send(socket_, out_.data(), out_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0) {
            return errno == EAGAIN || errno == EINTR;
        }
        out_.erase(0, static_cast<size_t>(sent));
    }
    return true;
}

bool TcpPlayer::say(std::string_view text, int64_t) {
    protocol_.line(room_, text, out_);
    return flush();
}

void TcpPlayer::pump(int64_t now_us, Heard& heard) {
    std::array<char, 64 * 1024> piece;
    ssize_t got = 0;
    do {
        got = recv(socket_, piece.data(), piece.size(), MSG_DONTWAIT);
        if (got > 0) {
            in_.append(piece.data(), static_cast<size_t>(got));
        }
    } while (got == static_cast<ssize_t>(piece.size()));
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) {
        heard.failed(index_, "lost its connection");
        return;
    }
    size_t done = 0;
    while (true) {
        const TcpProtocol::Taken taken = protocol_.take(std::string_view(in_).substr(done));
        if (taken.kind == TcpProtocol::Taken::Kind::More) {
            break;
        }
        if (taken.kind == TcpProtocol::Taken::Kind::Broken) {
            const std::string_view said = std::string_view(in_).substr(done, 60);
            heard.failed(index_, "was told: " + std::string(said.substr(0, said.find('\r'))));
            return;
        }
        ready_ = ready_ || taken.kind == TcpProtocol::Taken::Kind::Ready;
        if (taken.kind == TcpProtocol::Taken::Kind::Line) {
            heard.line(index_, taken.text, now_us);
        }
        out_ += taken.reply;
        done += taken.bytes;
    }
    in_.erase(0, done);
    if (!flush()) {
        heard.failed(index_, "could not send");
    }
}

uint16_t free_tcp_port() {
    const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = address_of("127.0.0.1", 0);
    socklen_t length = sizeof address;
    uint16_t port = 0;
    if (descriptor >= 0 &&
        bind(descriptor, reinterpret_cast<const sockaddr*>(&address), length) == 0 &&
        getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &length) == 0) {
        port = ntohs(address.sin_port);
    }
    ::close(descriptor);
    return port;
}

} // namespace parley::bench
