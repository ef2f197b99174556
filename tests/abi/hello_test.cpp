// hello_test.cpp: two of the example programs of docs/integrate.md, a real shard between them.
#include "tests/support/catch.hpp"

#include <filesystem>
#include <memory>
#include <string>

#include "tests/abi/dev_ticket.hpp"
#include "tests/integration/program.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/folder.hpp"

namespace {

using namespace parley::test;

std::string device_of(ChildProcess& hello) {
    const std::string line = hello.read_line();
    return line.starts_with("device ") ? line.substr(7) : std::string();
}

std::string rest_of(ChildProcess& hello) {
    std::string all;
    for (std::string line = hello.read_line(); !line.empty(); line = hello.read_line()) {
        all += line + "\n";
    }
    return all;
}

TEST_CASE("two hellos hear each other through a shard", "[hello]") {
    const Folder folder;
    Program shard({"serve", "--dev", "--port", "0", "--data", folder.path()});
    const uint16_t port = shard.wait_ready();
    REQUIRE(port != 0);
    const std::string address = "127.0.0.1:" + std::to_string(port);
    const std::string key = folder.file("server.pub");
    ChildProcess ann({PARLEY_HELLO, address, key, "hello from **Ann**"});
    ChildProcess bo({PARLEY_HELLO, address, key, "hello from Bo"});
    const std::string ann_device = device_of(ann);
    const std::string bo_device = device_of(bo);
    REQUIRE(ann_device.size() == 43);
    CHECK(ann_device != bo_device);
    ann.write_line(dev_ticket(folder.path(), ann_device, "ann"));
    bo.write_line(dev_ticket(folder.path(), bo_device, "bo"));
    const std::string ann_said = rest_of(ann);
    const std::string bo_said = rest_of(bo);
    INFO(ann_said << "---\n" << bo_said);
    CHECK(ann.finish() == 0);
    CHECK(bo.finish() == 0);
    CHECK(ann_said.find("hello from Bo") != std::string::npos);
    CHECK(bo_said.find("hello from Ann") != std::string::npos);
    CHECK(ann_said.find("stored as ") != std::string::npos);
    shard.kill(SIGTERM);
    CHECK(shard.wait() == 0);
}

size_t times(const std::string& text, const std::string& part) {
    size_t count = 0;
    for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
        ++count;
    }
    return count;
}

// Method: Ann says a line and waits for an answer; the shard is killed when her line is stored.
// Her program lives on and comes back by itself. Bo comes to the new
// shard, reads what Ann said and answers.
TEST_CASE("a shard is killed and started again, and the hellos' conversation is whole", "[hello]") {
    const Folder folder;
    const auto serve = [&](const std::string& port) {
        return std::make_unique<Program>(
            std::vector<std::string>{"serve", "--dev", "--port", port, "--data", folder.path()});
    };
    auto shard = serve("0");
    const uint16_t port = shard->wait_ready();
    REQUIRE(port != 0);
    const std::string address = "127.0.0.1:" + std::to_string(port);
    const auto start = [&](const std::string& name, const std::string& line) {
        auto hello = std::make_unique<ChildProcess>(
            std::vector<std::string>{PARLEY_HELLO, address, folder.file("server.pub"), line});
        const std::string device = device_of(*hello);
        REQUIRE(device.size() == 43);
        hello->write_line(dev_ticket(folder.path(), device, name));
        return hello;
    };
    const auto ann = start("ann", "one");
    do {
        shard->forget_errors();
        shard->kill(SIGUSR1);
        REQUIRE(shard->read_until("info counters_net"));
    } while (times(shard->error_text(), "entries=1 ") == 0);
    shard->kill(SIGKILL);
    CHECK(shard->wait() == -SIGKILL);
    shard = serve(std::to_string(port));
    REQUIRE(shard->wait_ready() == port);

    const auto bo = start("bo", "two");
    const std::string bo_said = rest_of(*bo);
    const std::string ann_said = rest_of(*ann);
    INFO(ann_said << "---\n" << bo_said);
    CHECK(bo->finish() == 0);
    CHECK(ann->finish() == 0);
    CHECK(times(bo_said, "ann said: one\n") == 1);
    CHECK(times(bo_said, "stored as 2\n") == 1);
    CHECK(times(ann_said, "stored as 1\n") == 1);
    CHECK(times(ann_said, ": two\n") == 1); // heard, or read when she came back
}

TEST_CASE("a hello that is alone says that nobody answered, and its line is stored", "[hello]") {
    const Folder folder;
    Program shard({"serve", "--dev", "--port", "0", "--data", folder.path()});
    const uint16_t port = shard.wait_ready();
    REQUIRE(port != 0);
    ChildProcess hello({PARLEY_HELLO, "127.0.0.1:" + std::to_string(port),
                        folder.file("server.pub"), "anybody?", "0"});
    hello.write_line(dev_ticket(folder.path(), device_of(hello), "ann", "party:owls"));
    CHECK(rest_of(hello) == "stored as 1\nnobody answered\n");
    CHECK(hello.finish() == 0);
}

TEST_CASE("a hello whose ticket is none is told so", "[hello]") {
    const Folder folder;
    Program shard({"serve", "--dev", "--port", "0", "--data", folder.path()});
    const uint16_t port = shard.wait_ready();
    REQUIRE(port != 0);
    ChildProcess hello(
        {PARLEY_HELLO, "127.0.0.1:" + std::to_string(port), folder.file("server.pub"), "x"});
    CHECK(device_of(hello).size() == 43);
    hello.write_line("garbage");
    CHECK(rest_of(hello).find("ticket") != std::string::npos);
    CHECK(hello.finish() == 1);
}

TEST_CASE("a hello whose ticket is for another device is told so", "[hello]") {
    const Folder folder;
    Program shard({"serve", "--dev", "--port", "0", "--data", folder.path()});
    const uint16_t port = shard.wait_ready();
    REQUIRE(port != 0);
    ChildProcess hello(
        {PARLEY_HELLO, "127.0.0.1:" + std::to_string(port), folder.file("server.pub"), "x"});
    const std::string device = device_of(hello);
    hello.write_line(dev_ticket(folder.path(), std::string(43, 'A'), "eve"));
    const std::string said = hello.read_line();
    CHECK(said == "state: the ticket was used from another device");
    CHECK(hello.finish() == 1);
}

} // namespace
