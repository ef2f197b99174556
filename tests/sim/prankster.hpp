// prankster.hpp: somebody with a valid ticket and a client of his own making, who says everything
// twice, asks for what is not his and sends what is no frame. The checks see what he is given; he
// himself looks whether one nonce always got one answer.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "schemas/base/random.hpp"
#include "schemas/wire/encode.hpp"
#include "tests/sim/checks.hpp"
#include "tests/sim/plan.hpp"
#include "tests/sim/tickets.hpp"
#include "tests/support/sim_clock.hpp"
#include "tests/support/sim_link.hpp"

namespace parley::sim {

class Prankster {
public:
    struct Parts {
        SimNetwork& network;
        const SimClock& clock;
        TicketOffice& tickets;
        Checks& checks;
        Trace& trace;
        Plan& plan;
        uint64_t seed = 0;
    };
    explicit Prankster(Parts parts);

    void step(bool lively);
    void go_away();
    SimHost host() const { return host_; }

private:
    struct Said {
        RoomId room{};
        Nonce nonce = 0;
        std::string text;
        std::optional<Seq> seq;
    };

    void connect();
    void on_frame(const FrameReceived& received);
    void act();
    void send(Lane lane, Bytes frame);
    void say(size_t which);
    RoomId any_room();

    Parts parts_;
    Random random_;
    SimHost host_{};
    SecretSeed device_seed_{};
    DeviceKey device_key_{};
    std::string ticket_;
    std::unique_ptr<Link> link_;
    PeerId peer_{};
    bool open_ = false;
    bool takes_part_ = false;
    uint32_t acts_ = 0;
    TimeMs act_at_ms_ = 0;
    TimeMs connect_at_ms_ = 0;
    uint32_t next_request_ = 1;
    std::map<uint32_t, size_t> asked_; // request -> said_
    std::vector<Said> said_;
    wire::FrameBuilder builder_;
};

} // namespace parley::sim
