// player.hpp: a person with a real client who joins, talks, types, reads, leaves, vanishes and
// comes back, by chance. What he was told and what he sees is checked against the log.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "plugin/client/client.hpp"
#include "schemas/base/random.hpp"
#include "tests/sim/checks.hpp"
#include "tests/sim/plan.hpp"
#include "tests/sim/tickets.hpp"
#include "tests/support/sim_clock.hpp"
#include "tests/support/sim_link.hpp"

namespace parley::sim {

class Player {
public:
    struct Parts {
        SimNetwork& network;
        const SimClock& clock;
        TicketOffice& tickets;
        Checks& checks;
        Trace& trace;
        const MemoryDisk& disk; // to find users to write to; the checks alone judge by it
        CardTypes card_types;
        Plan& plan;
        uint32_t actor = 0; // in plan
        SimHost host{};
        uint64_t seed = 0;
    };
    struct Person {
        std::string subject;             // "u3"
        uint32_t device = 1;             // of his devices; each has its own Player
        bool game = false;               // the game's own server
        bool talker = false;             // in the guild, and never silent there for long
        std::vector<std::string> others; // subjects that a game grants to and revokes from
    };
    Player(Parts parts, Person person);
    ~Player();

    // [life]
    void arrive(); // a new process: new client, new ticket
    void vanish(); // the process dies without a word
    bool here() const { return client_ != nullptr; }
    void go_offline(TimeMs for_ms); // the client lives on, without a connection
    void stall(TimeMs for_ms) { stalled_until_ms_ = parts_.clock.steady_ms() + for_ms; }
    SimHost host() const { return parts_.host; }
    uint32_t actor() const { return parts_.actor; }
    const std::string& name() const { return name_; }
    const std::string& subject() const { return person_.subject; }

    // One step of the world; acts now and then while lively.
    void step(bool lively);
    // Brings back what a stop of the world interrupted: connects, retries, renews.
    void calm_down();

    // True when connected and level with the log; else why says what is missing.
    bool level(std::string& why) const;
    // What all this means for the others.
    wire::PresenceState presence_shown() const;
    const std::string& presence_token() const { return presence_token_; }
    UserId user() const;
    const client::Client& client() const { return *client_; }
    void check_models(bool quiet);
    void disconnect();

    uint64_t lines_sent() const { return lines_sent_; }
    uint64_t reconnects() const {
        return reconnects_ + (client_ ? client_->stats().reconnects : 0);
    }
    uint64_t gaps() const { return gaps_; }
    uint64_t tickets_wanted() const { return tickets_wanted_; }

private:
    struct Asked {
        RoomId room{};
        std::string text; // of a line; else empty
    };
    struct RoomSeen {
        uint64_t revision = 0;
        uint64_t incarnation = 0;
        Seq entered_seq = 0;         // the log's end when this client first saw the room
        uint64_t dropped_events = 0; // by then
        bool gap = false;
    };

    std::string ticket();
    void renew();
    void events();
    void on_reply(const client::Event& event);
    void act();
    void say(RoomId room);
    void act_in(const client::Room& room);
    void change_blocks();
    void game_act();
    const client::Room* any_room();
    void remember(Result<client::Request> request, RoomId room, std::string text);
    void set_presence();

    Parts parts_;
    Person person_;
    Random random_;
    std::string name_;
    SecretSeed device_seed_{};
    DeviceKey device_key_{};
    std::unique_ptr<client::Client> client_;
    std::map<client::Request, Asked> asked_; // of the living client
    std::map<RoomId, RoomSeen> seen_;
    wire::PresenceState presence_ = wire::PresenceState::Online;
    std::string presence_token_;
    uint32_t acts_ = 0;
    TimeMs act_at_ms_ = 0;
    TimeMs frame_at_ms_ = 0;
    TimeMs stalled_until_ms_ = 0;
    TimeMs connect_at_ms_ = 0; // 0: not wanted
    TimeMs frame_period_ms_ = 20;
    uint64_t lines_sent_ = 0;
    uint64_t reconnects_ = 0; // of the clients before this one
    uint64_t gaps_ = 0;
    uint64_t tickets_wanted_ = 0;
};

} // namespace parley::sim
