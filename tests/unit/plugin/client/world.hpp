// world.hpp: a client and its script, with a clock that only the test moves.
#pragma once

#include <memory>
#include <vector>

#include "plugin/client/client.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/script_connection.hpp"

namespace parley::client {

constexpr uint64_t self_id = 10;
constexpr uint64_t bo_id = 20;

// What the log was told: a ClientOptions::log's sink and user.
struct Lines {
    static void sink(void* user, int, const char* line) {
        static_cast<Lines*>(user)->all.emplace_back(line);
    }
    std::vector<std::string> all;
};

struct World {
    explicit World(ClientOptions options = {})
        : client(std::move(options), std::make_unique<ScriptConnection>(script)), shard(script) {}

    // Time passes, then what was said is heard.
    void step(TimeMs ms = 10) {
        now_ms += ms;
        client.update(now_ms, wall_base_ms + now_ms, 0);
    }
    void run(TimeMs ms, TimeMs each = 1000) {
        for (TimeMs done = 0; done < ms; done += each) {
            step(each);
        }
    }
    void connect() {
        REQUIRE(client.connect("127.0.0.1:7777", "a.b.c").ok());
        step();
        come_up();
    }
    // The link is up and Ready was said.
    void come_up() {
        shard.up();
        shard.ready(self_id, "Ann");
        step();
        REQUIRE(client.state() == State::Ready);
    }
    // Connected, and in a party whose log is empty, with Bo.
    void enter(ScriptShard::RoomSays room = {}) {
        connect();
        shard.room(room);
        shard.roster({{self_id, "Ann"}, {bo_id, "Bo"}}, true, {}, room.id);
        step();
        events();
    }
    std::vector<Event> events() {
        std::vector<Event> all;
        for (Event event{Allocator{}}; client.poll(event);) {
            all.push_back(std::move(event));
        }
        return all;
    }
    std::vector<Event> events(EventType type) {
        std::vector<Event> all = events();
        std::erase_if(all, [&](const Event& e) { return e.type != type; });
        return all;
    }
    const Room& room(uint64_t id = 1) {
        const Room* const found = client.model().room(RoomId{id});
        REQUIRE(found != nullptr);
        return *found;
    }
    std::string texts(uint64_t id = 1) {
        std::string all;
        for (const Message& message : room(id).messages) {
            all += (all.empty() ? "" : "|") + std::string(message.text);
        }
        return all;
    }
    const SentFrame& last(wire::Command type) {
        const SentFrame* const found = script->last(type);
        REQUIRE(found != nullptr);
        return *found;
    }

    static constexpr TimeMs wall_base_ms = 1'700'000'000'000;
    TimeMs now_ms = 50'000;
    std::shared_ptr<Script> script = std::make_shared<Script>();
    Client client;
    ScriptShard shard;
};

} // namespace parley::client
