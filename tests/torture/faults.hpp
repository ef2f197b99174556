// faults.hpp: the faults that are played, each in a file of its own.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "tests/torture/report.hpp"

namespace parley::torture {

struct Plan {
    std::string parley; // the program
    std::string shim;   // faults.c as a library; "": this build cannot have it
    bool quick = false;
    uint64_t kills = 20;
    uint64_t messages = 0; // in the store before the first kill
    int64_t soak_seconds = 20;
};

struct Fault {
    std::string_view name;
    std::string_view what;
    // False: message says why it could not be played to its end.
    bool (*play)(const Plan& plan, Report& report, std::string& message) = nullptr;
};
std::span<const Fault> faults();

bool play_kills(const Plan& plan, Report& report, std::string& message);
bool play_network(const Plan& plan, Report& report, std::string& message);
bool play_flood(const Plan& plan, Report& report, std::string& message);
bool play_slow(const Plan& plan, Report& report, std::string& message);
bool play_disk_full(const Plan& plan, Report& report, std::string& message);
bool play_clock(const Plan& plan, Report& report, std::string& message);
bool play_nth_failure(const Plan& plan, Report& report, std::string& message);
bool play_forgery(const Plan& plan, Report& report, std::string& message);
bool play_soak(const Plan& plan, Report& report, std::string& message);

} // namespace parley::torture
