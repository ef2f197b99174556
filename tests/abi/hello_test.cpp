// hello_test.cpp: two of the example programs of docs/integrate.md, a real shard between them.
#include "tests/support/catch.hpp"

#include <filesystem>
#include <string>

#include "tests/abi/dev_ticket.hpp"
#include "tests/integration/folder.hpp"
#include "tests/integration/program.hpp"
#include "tests/support/child_process.hpp"

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
