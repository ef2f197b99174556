// subject.hpp: something that can carry a chat: a server program and its players, as the load
// drives them. A server of another protocol is one more.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "tests/perf/child.hpp"

namespace parley::bench {

enum class Talk {
    InFlight, // each publisher keeps `window` lines on their way: out, and not yet back to it
    Shared,   // all publishers together do, and speak in turn
    Paced,    // each publisher says a line a period, spread evenly over it
};

// What the players of a workload do. Rooms are runs of room_members consecutive players.
struct Plan {
    std::string_view workload;
    bool crowd = false; // one large room rather than parties
    size_t players = 0;
    size_t room_members = 0;
    Talk talk = Talk::InFlight;
    size_t publishers = 0;      // the first players
    size_t window = 1;          // InFlight, Shared
    int64_t line_period_us = 0; // Paced
    bool come_again = false;    // who is not let in tries again, as a client does
    size_t text_bytes = 80;
    bool busy = false;    // a Global room with more lines than one can read: some may be left out
    size_t blockers = 0;  // the last players, who want to hear nothing of the first
    size_t stalled = 0;   // the last players, who stop reading after the warm-up
    int64_t stall_us = 0; // from then to the window
    int64_t warm_up_us = 0;
    int64_t window_us = 0;

    size_t room_of(size_t player) const { return player / room_members; }
    bool blocks(size_t player, size_t author) const {
        return author == 0 && player + blockers >= players;
    }
};

inline constexpr size_t spare_sessions = 16; // that a server has beyond the players

// UDP payload in both directions, all since the start.
struct Traffic {
    uint64_t bytes = 0;
    uint64_t datagrams = 0;
};

class Heard; // heard.hpp: takes the lines that a player receives

// Owner: the load.
class Player {
public:
    virtual ~Player() = default;
    // Starts to connect and to enter its room.
    virtual bool begin(std::string& message) = 0;
    virtual int socket_fd() const = 0;
    // Receives what has come, sends what is due. Once ready it stays so until it fails.
    virtual void pump(int64_t now_us, Heard& heard) = 0;
    virtual bool ready() const = 0;
    // One line to its room; on its way when this returns.
    virtual bool say(std::string_view text, int64_t now_us) = 0;
    // Nothing where datagrams cannot be counted (TCP).
    virtual std::optional<Traffic> traffic() const = 0;
};

// Where a subject finds its program and leaves its files.
struct Places {
    std::string parley;      // the shipped program
    std::string relay;       // the bare relay's
    std::string floor;       // the floor's
    std::string data_folder; // of one pass; exists, empty
};

class Subject {
public:
    virtual ~Subject() = default;
    virtual std::string_view name() const = 0;
    // What is not the default for this plan, as its program reads it, for people. Empty: all is.
    virtual std::string configuration(const Plan&) const { return {}; }
    virtual size_t players_max() const { return SIZE_MAX; }
    // Again after its program has ended, in the same folder: with the data that is there.
    virtual bool start(const Plan& plan, const Places& places, std::string& message) = 0;
    // Nothing: message says why.
    virtual std::unique_ptr<Player> player(size_t index, std::string& message) = 0;
    virtual Child& server() = 0;
};

// The address of a player: each in a /24 of its own within 127.0.0.0/8, so that limits by network
// see many networks. Without a port.
std::string player_address(size_t index);

std::unique_ptr<Subject> relay_subject();
std::unique_ptr<Subject> floor_subject();
std::unique_ptr<Subject> packed_floor_subject();
enum class Rooms { Durable, Memory, Unsampled };
std::unique_ptr<Subject> parley_subject(Rooms rooms);
std::unique_ptr<Subject> redis_subject();
std::unique_ptr<Subject> nats_subject();

} // namespace parley::bench
