// person.hpp: a real client that talks in one room and remembers what it said, what it was promised
// and what it heard.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/client/client.hpp"
#include "tests/torture/shard.hpp"

namespace parley::torture {

// Text of a line: "p12 345 1234567": who, which of his lines, when (steady microseconds).
struct Line {
    size_t author = 0;
    uint64_t number = 0;
    int64_t said_us = 0;
};
std::string text_of(const Line& line);
bool parse(std::string_view text, Line& line);

// In a /24 of its own within 127.0.0.0/8, so that limits by network see many networks.
std::string own_address(size_t index);

inline constexpr std::string_view room_name = "torture";

struct PersonWish {
    size_t index = 0;
    std::string address{}; // of the shard, or of what stands before it; "": the shard
    std::string bind{};    // "": own_address
    wire::RoomKind kind = wire::RoomKind::Guild; // of his one room
    std::string room{room_name};
};

class Person {
public:
    Person(const Shard& shard, PersonWish wish);

    void connect(); // with a new ticket
    // As a game does that knows that the shard is back; what is on its way is said again.
    void come_back();
    void step();

    bool in_room() const { return room() != nullptr && client_->state() == client::State::Ready; }
    // False: not now (no room, no pace, its outbox is full).
    bool say();
    size_t waiting() const { return waiting_.size(); } // said and without an answer

    size_t index() const { return wish_.index; }
    int socket_fd() const { return socket_fd_; }
    const client::Client& client() const { return *client_; }
    const client::Room* room() const;
    Seq entered() const { return entered_; } // the room's last line when he came

    // What he was promised; the line's text.
    const std::map<std::string, Seq>& acknowledged() const { return acknowledged_; }
    const std::map<Error, uint64_t>& refused() const { return refused_; }
    const std::map<Error, uint64_t>& lost_for() const { return lost_for_; } // connections
    // Lines of others and his own, as he was told of them.
    const std::map<Seq, std::string>& heard() const { return heard_; }
    uint64_t heard_twice() const { return heard_twice_; }
    uint64_t out_of_order() const { return out_of_order_; }
    uint64_t gaps() const { return gaps_; }
    uint64_t said() const { return said_; }
    std::vector<double>& latencies_ms() { return latencies_ms_; } // of others' lines

private:
    std::string ticket();
    void take(const client::Event& event);
    void hear(Seq seq, const std::string& text);

    const Shard& shard_;
    const PersonWish wish_;
    SecretSeed device_seed_{};
    uint64_t tickets_ = 0;
    int socket_fd_ = -1;
    std::unique_ptr<client::Client> client_;
    bool entered_known_ = false;
    Seq entered_ = 0;
    std::map<client::Request, std::string> waiting_;
    std::map<std::string, Seq> acknowledged_;
    std::map<Error, uint64_t> refused_;
    std::map<Error, uint64_t> lost_for_;
    std::map<Seq, std::string> heard_;
    Seq newest_of_others_ = 0;
    uint64_t heard_twice_ = 0;
    uint64_t out_of_order_ = 0;
    uint64_t gaps_ = 0;
    uint64_t said_ = 0;
    std::vector<double> latencies_ms_;
};

} // namespace parley::torture
