// talk_pass.cpp: lines from some to all of their rooms, with everyone awake or with some who do
// not read.
#include "tests/perf/load.hpp"
#include "tests/perf/passes.hpp"

#include <filesystem>

#include "schemas/base/clock.hpp"

namespace parley::bench {
namespace {

// IPv4 and UDP headers, which travel with every datagram.
constexpr uint64_t header_bytes = 20 + 8;

// What a window of talk has cost.
struct Window {
    double us = 0;
    double cpu_us = 0;
    double load_us = 0;
    double deliveries = 0;
    double lines = 0;               // Paced, Shared
    double memory_growth_bytes = 0; // since the warm-up
    std::optional<Traffic> traffic;
};

bool measure(Subject& subject, const Plan& plan, Load& load, Window& window, std::string& message) {
    if (!load.make_players(message) || !load.connect(Load::connecting_usual, message) ||
        !load.settle(message) || !load.talk(plan.warm_up_us, message)) {
        return false;
    }
    Child& server = subject.server();
    const double memory_before = server.memory_bytes();
    if (plan.stalled > 0) {
        load.stall();
    }
    if (plan.stall_us > 0 && !load.talk(plan.stall_us, message)) {
        return false;
    }
    const std::optional<Traffic> before = load.traffic();
    const uint64_t lines_before = load.lines();
    const int64_t load_before_us = own_cpu_us();
    const int64_t cpu_before_us = server.cpu_us();
    const int64_t start_us = steady_us();
    load.heard().record(true);
    const bool talked = load.talk(plan.window_us, message);
    load.heard().record(false);
    window.us = static_cast<double>(steady_us() - start_us);
    window.cpu_us = static_cast<double>(server.cpu_us() - cpu_before_us);
    window.load_us = static_cast<double>(own_cpu_us() - load_before_us);
    window.deliveries = static_cast<double>(load.heard().deliveries());
    window.lines = static_cast<double>(load.lines() - lines_before);
    window.memory_growth_bytes = server.memory_bytes() - memory_before;
    window.traffic = load.traffic();
    if (window.traffic && before) {
        window.traffic->bytes -= before->bytes;
        window.traffic->datagrams -= before->datagrams;
    }
    if (!talked || (!plan.busy && !load.drain(message))) {
        return false;
    }
    if (window.deliveries == 0) {
        message = "not one line was delivered within the window";
        return false;
    }
    return true;
}

void describe(const Window& window, Load& load, Figures& figures) {
    std::vector<float>& latencies = load.heard().latencies_ms();
    figures = {{"cpu_us_per_delivery", window.cpu_us / window.deliveries},
               {"deliveries_per_cpu_s", window.deliveries / window.cpu_us * 1e6},
               {"latency_p50_ms", percentile(latencies, 0.50)},
               {"latency_p99_ms", percentile(latencies, 0.99)},
               {"deliveries_per_s", window.deliveries / window.us * 1e6},
               {"server_cpu_percent", window.cpu_us / window.us * 100},
               {"load_cpu_percent", window.load_us / window.us * 100}};
    if (window.traffic) {
        const uint64_t datagrams = window.traffic->datagrams;
        const uint64_t bytes = window.traffic->bytes + header_bytes * datagrams;
        figures.push_back({"bytes_per_delivery", static_cast<double>(bytes) / window.deliveries});
        figures.push_back(
            {"datagrams_per_delivery", static_cast<double>(datagrams) / window.deliveries});
    }
}

// The same talk on a server of its own each: as it would be without what plan is about, then as
// plan says. The figures are of the second.
bool measure_twice(Subject& subject, const Plan& without_plan, const Plan& plan,
                   const Places& places, Window& without, Window& with, Figures& figures,
                   std::string& message) {
    {
        if (!subject.start(without_plan, places_within(places, "without"), message)) {
            return false;
        }
        Load load(subject, without_plan);
        if (!measure(subject, without_plan, load, without, message)) {
            return failed_pass(subject, plan, message);
        }
        subject.server().stop();
    }
    if (!subject.start(plan, places_within(places, "with"), message)) {
        return false;
    }
    Load load(subject, plan);
    if (!measure(subject, plan, load, with, message)) {
        return failed_pass(subject, plan, message);
    }
    describe(with, load, figures);
    return true;
}

double cpu_ratio(const Window& window, const Window& to) {
    return (window.cpu_us / window.deliveries) / (to.cpu_us / to.deliveries);
}

} // namespace

Places places_within(const Places& places, std::string_view name) {
    Places within = places;
    within.data_folder += "/" + std::string(name);
    std::error_code error; // the server says so when it cannot write there
    std::filesystem::create_directories(within.data_folder, error);
    return within;
}

bool failed_pass(Subject& subject, const Plan& plan, std::string& message) {
    message = std::string(plan.workload) + ", " + std::string(subject.name()) + ": " + message;
    if (!subject.server().lives()) {
        message += "; its program ended: " + subject.server().last_words();
    }
    return false;
}

bool talk_pass(Subject& subject, const Plan& plan, const Places& places, Figures& figures,
               std::string& message) {
    if (!subject.start(plan, places, message)) {
        return false;
    }
    Load load(subject, plan);
    Window window;
    if (!measure(subject, plan, load, window, message)) {
        return failed_pass(subject, plan, message);
    }
    describe(window, load, figures);
    return true;
}

bool stall_pass(Subject& subject, const Plan& plan, const Places& places, Figures& figures,
                std::string& message) {
    Plan awake_plan = plan;
    awake_plan.stalled = 0;
    Window awake;
    Window stalled;
    if (!measure_twice(subject, awake_plan, plan, places, awake, stalled, figures, message)) {
        return false;
    }
    const auto count = static_cast<double>(plan.stalled);
    figures.push_back({"stall_cpu_ratio", cpu_ratio(stalled, awake)});
    figures.push_back({"memory_bytes_per_stalled_reader",
                       (stalled.memory_growth_bytes - awake.memory_growth_bytes) / count});
    return true;
}

bool blocks_pass(Subject& subject, const Plan& plan, const Places& places, Figures& figures,
                 std::string& message) {
    Plan open_plan = plan;
    open_plan.blockers = 0;
    Window open;
    Window blocked;
    if (!measure_twice(subject, open_plan, plan, places, open, blocked, figures, message)) {
        return false;
    }
    figures.push_back({"blocks_cpu_ratio", cpu_ratio(blocked, open)});
    return true;
}

bool busy_pass(Subject& subject, const Plan& plan, const Places& places, Figures& figures,
               std::string& message) {
    if (!subject.start(plan, places, message)) {
        return false;
    }
    Load load(subject, plan);
    Window window;
    if (!measure(subject, plan, load, window, message)) {
        return failed_pass(subject, plan, message);
    }
    const auto readers = static_cast<double>(plan.players);
    const double seconds = window.us / 1e6;
    const Traffic traffic = window.traffic.value_or(Traffic{});
    figures = {
        {"lines_per_s", window.lines / seconds},
        {"lines_per_reader_per_s", window.deliveries / readers / seconds},
        {"bytes_per_reader_per_s",
         static_cast<double>(traffic.bytes + header_bytes * traffic.datagrams) / readers / seconds},
        {"cpu_us_per_line_and_reader", window.cpu_us / window.lines / readers},
        {"latency_p50_ms", percentile(load.heard().latencies_ms(), 0.50)},
        {"server_cpu_percent", window.cpu_us / window.us * 100},
        {"load_cpu_percent", window.load_us / window.us * 100}};
    return true;
}

} // namespace parley::bench
