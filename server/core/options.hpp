// options.hpp: what an operator may choose about the core, as plain values with the product's
// defaults. Read from TOML by server/app/config; bounds are in limits.hpp.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "schemas/base/ids.hpp"
#include "schemas/base/limits.hpp"

namespace parley {

struct CoreOptions {
    std::array<limits::Tier, 6> tiers = {limits::tiers[0], limits::tiers[1], limits::tiers[2],
                                         limits::tiers[3], limits::tiers[4], limits::tiers[5]};
    std::vector<std::string> global_rooms = {"lobby"}; // everyone may join; entered at connect
    size_t sessions_per_user_max = limits::sessions_per_user_max;
    size_t frames_per_s_max = limits::frames_per_s_max;
    uint32_t log_bytes_per_s = limits::user_log_bytes_per_s; // of one user, all rooms together
    // Of Global rooms. 0: everyone hears everything; 0: there is no slow mode.
    uint32_t readable_lines_per_s = limits::readable_lines_per_s;
    uint32_t slow_lines_per_s = limits::slow_lines_per_s;
    uint32_t slow_pace_period_ms = limits::slow_pace_period_ms;
    size_t tails_bytes_max = limits::tails_bytes_max;
    size_t rooms_loaded_max = limits::rooms_loaded_max;
    // Not for operators: a simulated world uses shorter ones.
    TimeMs direct_sleep_ms = limits::direct_sleep_ms;
    TimeMs presence_keep_ms = limits::presence_keep_ms;
    size_t gather_readers_per_ms = limits::gather_readers_per_ms;
    bool dev = false;
};

} // namespace parley
