// arguments.hpp: what ./parley bench is told: which workloads, against what, how long, and where.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/base/limits.hpp"
#include "tests/perf/compare.hpp"
#include "tests/perf/passes.hpp"

namespace parley::bench {

inline constexpr size_t party_members = 4;
inline constexpr size_t players_most = 12'000; // a socket each, and a place in player_address()

struct Arguments {
    std::vector<std::string> workloads;
    int passes = 3;
    double seconds = 3;
    double warm_up_s = 1;
    size_t players = 0; // 0: the workload's own
    size_t messages = limits::model_messages_per_room_max;
    Places places;
    std::string data_folder;
    std::vector<std::string> against; // empty: all baselines
    std::string save_file;            // empty: none
    std::optional<Saved> before;      // to compare with
    bool keep = false;

    bool is_against(std::string_view name) const;
};

struct Workload {
    std::string_view name;
    std::string_view what;
    Pass pass = nullptr; // null: the frame's own
    bool crowd = false;  // one large room rather than parties of 4
    bool memory = false; // with durable and with memory rooms, under two names
    bool floor = false;  // against the raw floor, too
    size_t players = 2000;
    Talk talk = Talk::InFlight;
    size_t window = 1;
    int64_t line_period_us = 0;
};
const Workload* find_workload(std::string_view name);

struct Baseline {
    std::string_view name;
    std::unique_ptr<Subject> (*make)();
    bool floor = false; // where a workload has one
};
const std::vector<Baseline>& baselines();

// The code to end with. Nothing: go on.
std::optional<int> parse(int argc, char** argv, Arguments& arguments);

Plan plan_of(const Workload& workload, const Arguments& arguments);

// To stderr, for people, at once.
[[gnu::format(printf, 1, 2)]] void say(const char* format, ...);

} // namespace parley::bench
