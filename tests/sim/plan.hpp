// plan.hpp: what of a world's decisions is carried out. Everybody decides by his own seed and
// number, so that leaving a decision out changes no other; a world that fails can be had with the
// few that matter.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/base/random.hpp"

namespace parley::sim {

// Who decides: the world (its faults), the prankster, the players from 2 on.
inline constexpr uint32_t world_actor = 0;
inline constexpr uint32_t prankster_actor = 1;
inline constexpr uint32_t first_player_actor = 2;

struct Decision {
    uint32_t actor = 0;
    uint32_t number = 0; // 0: to be there at all; of the world: that its network is bad
    auto operator<=>(const Decision&) const = default;
};
using Decisions = std::set<Decision>;

class Plan {
public:
    // only: whatever else is left out.
    explicit Plan(std::optional<Decisions> only) : only_(std::move(only)) {}

    // Whether this is carried out; noted if so.
    bool take(Decision decision);
    const Decisions& taken() const { return taken_; }

private:
    std::optional<Decisions> only_;
    Decisions taken_;
};

// The chance of one decision.
Random chance_of(uint64_t seed, uint32_t number);

// "0.3,2.0,2.5-8": who and which; text of the same.
std::string to_text(const Decisions& decisions);
std::optional<Decisions> read_decisions(std::string_view text);

} // namespace parley::sim
