// backend.hpp: what stands in for the game's backend: it knows who a player is and signs his
// ticket. A real one does it with three lines of its own language (docs/integrate.md); the demo
// runs `parley ticket mint` with the key that a dev shard made.
#pragma once

#include <string>
#include <vector>

namespace arena {

struct TicketWish {
    std::string subject; // "p-kenji": the studio's name for him
    std::string name;
    std::string device_id;          // of parley_device_id
    std::vector<std::string> rooms; // "party:owls#leader"
    std::string role;               // "game", "bot" or nothing
};

class Backend {
public:
    Backend(std::string parley_program, std::string data_folder)
        : program_(std::move(parley_program)), data_(std::move(data_folder)) {}

    // The signed ticket; empty when the program failed (it has said why on stderr).
    std::string ticket(const TicketWish& wish) const;

private:
    std::string program_;
    std::string data_;
};

} // namespace arena
