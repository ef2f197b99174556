// idle_pass.cpp: sessions that say nothing: what they hold, what they cost while they wait, and
// what it costs to let them in, one by one or all at once after a restart.
#include "tests/perf/load.hpp"
#include "tests/perf/passes.hpp"

#include "schemas/base/clock.hpp"

namespace parley::bench {
namespace {

// A program that has just come to serve may not be done with starting.
constexpr int64_t start_settle_us = 200'000;

// All players enter; what that took. Load: made players, none begun.
struct Entry {
    double us = 0;
    double cpu_us = 0;
    double load_us = 0;
};

bool enter(Child& server, Load& load, size_t at_once, Entry& entry, std::string& message) {
    const int64_t load_before_us = own_cpu_us();
    const int64_t cpu_before_us = server.cpu_us();
    const int64_t start_us = steady_us();
    const bool entered = load.connect(at_once, message);
    entry.us = static_cast<double>(steady_us() - start_us);
    entry.cpu_us = static_cast<double>(server.cpu_us() - cpu_before_us);
    entry.load_us = static_cast<double>(own_cpu_us() - load_before_us);
    return entered;
}

// What a server holds that was made for one room and has nobody in it. A server made for more may
// have more from the start, and that is the sessions' share, too.
bool measure_empty(Subject& subject, const Plan& plan, const Places& places, double& bytes,
                   std::string& message) {
    Plan smallest = plan;
    smallest.players = plan.room_members;
    if (!subject.start(smallest, places_within(places, "empty"), message)) {
        return false;
    }
    Load nobody(subject, smallest);
    const bool waited = nobody.idle(start_settle_us, message);
    bytes = subject.server().memory_bytes();
    subject.server().stop();
    return waited;
}

} // namespace

bool idle_pass(Subject& subject, const Plan& plan, const Places& places, Figures& figures,
               std::string& message) {
    double empty_bytes = 0;
    if (!measure_empty(subject, plan, places, empty_bytes, message) ||
        !subject.start(plan, places_within(places, "full"), message)) {
        return false;
    }
    Child& server = subject.server();
    Load load(subject, plan);
    Entry entry;
    if (!load.make_players(message) ||
        !enter(server, load, Load::connecting_usual, entry, message) || !load.settle(message)) {
        return failed_pass(subject, plan, message);
    }
    const int64_t cpu_before_us = server.cpu_us();
    const int64_t start_us = steady_us();
    if (!load.idle(plan.window_us, message)) {
        return failed_pass(subject, plan, message);
    }
    const auto idle_us = static_cast<double>(steady_us() - start_us);
    const auto idle_cpu_us = static_cast<double>(server.cpu_us() - cpu_before_us);
    const auto sessions = static_cast<double>(plan.players);
    figures = {{"sessions", sessions},
               {"memory_bytes_per_session", (server.memory_bytes() - empty_bytes) / sessions},
               {"idle_cpu_percent", idle_cpu_us / idle_us * 100},
               {"connect_cpu_us", entry.cpu_us / sessions},
               {"connects_per_s", sessions / entry.us * 1e6},
               {"connect_load_cpu_percent", entry.load_us / entry.us * 100}};
    return true;
}

bool storm_pass(Subject& subject, const Plan& plan, const Places& places, Figures& figures,
                std::string& message) {
    if (!subject.start(plan, places, message)) {
        return false;
    }
    Child& server = subject.server();
    {
        Load before(subject, plan);
        if (!before.make_players(message) || !before.connect(Load::connecting_usual, message) ||
            !before.settle(message)) {
            return failed_pass(subject, plan, message);
        }
        before.see_off(server);
    }
    const int64_t start_us = steady_us();
    if (!subject.start(plan, places, message)) {
        return false;
    }
    const auto restart_us = static_cast<double>(steady_us() - start_us);
    Load load(subject, plan);
    Entry entry;
    if (!load.make_players(message) || !enter(server, load, plan.players, entry, message)) {
        return failed_pass(subject, plan, message);
    }
    const auto sessions = static_cast<double>(plan.players);
    figures = {
        {"sessions", sessions},
        {"back_s", entry.us / 1e6},
        {"restart_s", restart_us / 1e6},
        {"tries_per_session", 1 + static_cast<double>(load.heard().tries_again()) / sessions},
        {"connect_cpu_us", entry.cpu_us / sessions},
        {"server_cpu_percent", entry.cpu_us / entry.us * 100},
        {"load_cpu_percent", entry.load_us / entry.us * 100}};
    return true;
}

} // namespace parley::bench
