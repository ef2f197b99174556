// arguments.cpp: see arguments.hpp; the table of workloads is here.
#include "tests/perf/arguments.hpp"

#include <algorithm>
#include <charconv>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>

namespace parley::bench {
namespace {

constexpr int64_t second_us = 1'000'000;
constexpr size_t room_publishers = 4;
constexpr size_t stalled_of = 20; // one in so many: 5 %

constexpr Workload workloads[] = {
    {.name = "W1_w1",
     .what = "1,000 players in one guild room, 4 of them speak, each with a line in flight",
     .pass = &talk_pass,
     .crowd = true,
     .memory = true,
     .floor = true,
     .players = 1000,
     .window = 1},
    {.name = "W1_w32",
     .what = "the same with 32 lines in flight each",
     .pass = &talk_pass,
     .crowd = true,
     .memory = true,
     .floor = true,
     .players = 1000,
     .window = 32},
    {.name = "W1_100",
     .what = "the same, 100 lines a second in all",
     .pass = &talk_pass,
     .crowd = true,
     .memory = true,
     .floor = true,
     .players = 1000,
     .talk = Talk::Paced,
     .line_period_us = second_us / 100 * static_cast<int64_t>(room_publishers)},
    {.name = "W1_busy",
     .what = "1,000 players in one global room, 250 lines a second: sampled, and not",
     .pass = &busy_pass,
     .crowd = true,
     .players = 1000,
     .talk = Talk::Paced,
     .line_period_us = second_us / 250 * static_cast<int64_t>(room_publishers)},
    {.name = "W1_blocks",
     .what = "W1_w1 where one in 20 blocks one of those who speak, and the same where nobody does",
     .pass = &blocks_pass,
     .crowd = true,
     .players = 1000},
    {.name = "W2_1ps",
     .what = "500 parties of 4, everyone says a line a second",
     .pass = &talk_pass,
     .memory = true,
     .floor = true,
     .talk = Talk::Paced,
     .line_period_us = second_us},
    {.name = "W2_sat",
     .what = "500 parties of 4, 256 lines in flight in all",
     .pass = &talk_pass,
     .memory = true,
     .floor = true,
     .talk = Talk::Shared,
     .window = 256},
    {.name = "W3",
     .what = "4,000 players enter and say nothing",
     .pass = &idle_pass,
     .players = 4000},
    {.name = "W4",
     .what = "W1_w32 where one in 20 stops reading, and the same where nobody does",
     .pass = &stall_pass,
     .crowd = true,
     .memory = true,
     .players = 1000,
     .window = 32},
    {.name = "W5",
     .what = "10,000 players come back at once after the server was started again",
     .pass = &storm_pass,
     .players = 10'000},
    {.name = "frame",
     .what = "one frame of the overlay with 10,000 messages, roster, cards and composer; against "
             "Dear ImGui's demo, metrics and style editor windows"},
};

constexpr const char* help_text =
    R"(usage: parley_bench [WORKLOAD...] [--passes N] [--seconds S] [--parley PROGRAM] [--list]

Measures, on loopback only, each workload against baselines of the same run. A table for people goes
to stderr, JSON lines to stdout. Without names all workloads run.

  --passes N       so often each (3)
  --seconds S      measuring window of each pass (3)
  --warm-up S      before it (1)
  --players N      fewer or more players than the workload has
  --messages N     of history, in frame (10000)
  --against NAMES  redis,nats,enet_relay,raw_udp,raw_udp_packed or fewer of them (all)
  --save FILE      the JSON lines also go there
  --compare FILE   with what was saved before: a table of what has moved, and how far
  --parley PROGRAM the shard's program; default: parley beside this one
  --data DIR       where stores and logs lie while it runs; default: bench beside bin
  --keep           leave them there
  --list           the workloads
)";

template <typename Number>
bool parse_number(const char* text, Number least, Number most, Number& number) {
    const char* const end = text + std::strlen(text);
    Number value{};
    const auto [at, error] = std::from_chars(text, end, value);
    if (error != std::errc() || at != end || value < least || value > most) {
        return false;
    }
    number = value;
    return true;
}

template <typename Table>
auto find_named(const Table& table, std::string_view name) -> decltype(&*std::begin(table)) {
    const auto found = std::find_if(std::begin(table), std::end(table),
                                    [&](const auto& one) { return one.name == name; });
    return found == std::end(table) ? nullptr : &*found;
}

bool parse_names(std::string_view text, std::vector<std::string>& names) {
    while (true) {
        const size_t comma = std::min(text.find(','), text.size());
        const std::string_view name = text.substr(0, comma);
        if (find_named(baselines(), name) == nullptr) {
            return false;
        }
        names.emplace_back(name);
        if (comma == text.size()) {
            return true;
        }
        text.remove_prefix(comma + 1);
    }
}

bool read_saved(const char* path, std::optional<Saved>& saved) {
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    saved = file ? parse_saved(text.str()) : std::nullopt;
    return saved.has_value();
}

// An option that takes a value; false: it cannot be this one.
struct Option {
    std::string_view name;
    bool (*take)(const char* value, Arguments& arguments);
};
constexpr Option options[] = {
    {"--passes",
     [](const char* value, Arguments& a) { return parse_number(value, 1, 1000, a.passes); }},
    {"--seconds",
     [](const char* value, Arguments& a) { return parse_number(value, 0.05, 3600.0, a.seconds); }},
    {"--warm-up",
     [](const char* value, Arguments& a) { return parse_number(value, 0.0, 3600.0, a.warm_up_s); }},
    {"--players",
     [](const char* value, Arguments& a) {
         return parse_number(value, party_members, players_most, a.players) &&
                a.players % party_members == 0;
     }},
    {"--messages",
     [](const char* value, Arguments& a) {
         return parse_number(value, size_t{1}, limits::model_messages_per_room_max, a.messages);
     }},
    {"--against", [](const char* value, Arguments& a) { return parse_names(value, a.against); }},
    {"--save",
     [](const char* value, Arguments& a) {
         a.save_file = value;
         return !a.save_file.empty();
     }},
    {"--compare", [](const char* value, Arguments& a) { return read_saved(value, a.before); }},
    {"--parley",
     [](const char* value, Arguments& a) {
         a.places.parley = value;
         return true;
     }},
    {"--data",
     [](const char* value, Arguments& a) {
         a.data_folder = value;
         return true;
     }},
};

void print_workloads() {
    int widest = 0;
    for (const Workload& workload : workloads) {
        widest = std::max(widest, static_cast<int>(workload.name.size()));
    }
    for (const Workload& workload : workloads) {
        std::printf("%-*.*s %.*s\n", widest, static_cast<int>(workload.name.size()),
                    workload.name.data(), static_cast<int>(workload.what.size()),
                    workload.what.data());
    }
}

} // namespace

void say(const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    std::vfprintf(stderr, format, arguments);
    va_end(arguments);
    std::fflush(stderr);
}

bool Arguments::is_against(std::string_view name) const {
    return against.empty() || std::find(against.begin(), against.end(), name) != against.end();
}

const Workload* find_workload(std::string_view name) {
    return find_named(workloads, name);
}

const std::vector<Baseline>& baselines() {
    static const std::vector<Baseline> all = {{"redis", &redis_subject},
                                              {"nats", &nats_subject},
                                              {"enet_relay", &relay_subject},
                                              {"raw_udp", &floor_subject, true},
                                              {"raw_udp_packed", &packed_floor_subject, true}};
    return all;
}

std::optional<int> parse(int argc, char** argv, Arguments& arguments) {
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        if (word == "--help" || word == "-h") {
            std::fputs(help_text, stdout);
            return 0;
        }
        if (word == "--list") {
            print_workloads();
            return 0;
        }
        if (word == "--keep") {
            arguments.keep = true;
        } else if (const Option* option = find_named(options, word)) {
            const char* const value = i + 1 < argc ? argv[i + 1] : "";
            if (!option->take(value, arguments)) {
                say("parley_bench: %s cannot be \"%s\"; --help says what it may be\n", argv[i],
                    value);
                return 2;
            }
            ++i;
        } else if (word.starts_with("-")) {
            say("parley_bench: there is no option %s; --help lists them\n", argv[i]);
            return 2;
        } else if (find_workload(word) == nullptr) {
            say("parley_bench: there is no workload %s; --list names them\n", argv[i]);
            return 2;
        } else {
            arguments.workloads.emplace_back(word);
        }
    }
    if (arguments.workloads.empty()) {
        for (const Workload& workload : workloads) {
            arguments.workloads.emplace_back(workload.name);
        }
    }
    return std::nullopt;
}

Plan plan_of(const Workload& workload, const Arguments& arguments) {
    Plan plan;
    plan.workload = workload.name;
    plan.crowd = workload.crowd;
    plan.talk = workload.talk;
    plan.window = workload.window;
    plan.line_period_us = workload.line_period_us;
    plan.warm_up_us = static_cast<int64_t>(arguments.warm_up_s * second_us);
    plan.window_us = static_cast<int64_t>(arguments.seconds * second_us);
    plan.players = arguments.players == 0 ? workload.players : arguments.players;
    if (plan.crowd) {
        plan.players = std::min(plan.players, limits::room_members_max);
        plan.room_members = plan.players;
        plan.publishers = std::min(room_publishers, plan.players);
    } else {
        plan.room_members = party_members;
        plan.publishers = plan.players;
    }
    plan.busy = workload.pass == &busy_pass;
    plan.blockers =
        workload.pass == &blocks_pass ? std::max<size_t>(1, plan.players / stalled_of) : 0;
    plan.come_again = workload.pass == &storm_pass;
    if (workload.pass == &stall_pass) {
        // Both of its talks go on for so long before they are measured: queues are full by then.
        plan.stall_us = 3 * plan.warm_up_us;
        plan.stalled = std::max<size_t>(1, plan.players / stalled_of);
        if (plan.stalled + plan.publishers > plan.players) {
            plan.publishers = plan.players - plan.stalled;
        }
    }
    return plan;
}

} // namespace parley::bench
