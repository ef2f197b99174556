// http.hpp: a few pages over HTTP for a machine's own watchers. Small on purpose: GET alone, no
// bodies, one answer a connection, one thread. A library would bring a TLS stack into the process
// that holds the keys, and has no bound on how long a connection may take.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "schemas/base/log.hpp"
#include "schemas/base/metrics.hpp"
#include "schemas/base/result.hpp"

namespace parley::admin {

struct Page {
    int status = 200; // 200, 404 or 503
    std::string type; // of the content
    std::string content;
};

// Called on the server's thread.
using MakePage = std::function<Page(std::string_view path)>;

// Owner: the app; the thread within owns all sockets.
class HttpServer {
public:
    // address: numeric, IPv4. port 0: any that is free. On an error message is one sentence.
    static Result<std::unique_ptr<HttpServer>> start(const std::string& address, uint16_t port,
                                                     MakePage make_page, Log log,
                                                     std::string& message);
    ~HttpServer(); // whoever is being answered is cut
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    uint16_t port() const { return port_; }

    struct Counters {
        Counter answered; // with a page
        Counter refused;  // with another status than a page's own
        Counter cut;      // too slow
    };
    const Counters& counters() const { return counters_; } // any thread

private:
    struct Connection;

    HttpServer(int listener, uint16_t port, MakePage make_page, Log log);
    void run();
    void take_new(int64_t now_ms);
    bool go_on(Connection& connection);
    bool read_some(Connection& connection);
    bool write_some(Connection& connection);
    void answer(Connection& connection, std::string_view head);
    void refuse(Connection& connection, int status);

    const int listener_;
    const uint16_t port_;
    const MakePage make_page_;
    const Log log_;
    int stop_ = -1; // eventfd
    bool full_said_ = false;
    Counters counters_;
    std::vector<std::unique_ptr<Connection>> connections_;
    std::thread thread_;
};

} // namespace parley::admin
