// bench.cpp: the program behind ./parley bench: its arguments, the workloads, the passes.
//
// Within a pass the subjects run one after the other, and who is first changes from pass to pass,
// so that a machine that grows slower favours none.
#include <algorithm>
#include <charconv>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <optional>

#include <linux/magic.h>
#include <sys/resource.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "schemas/base/limits.hpp"
#include "tests/perf/frame_bench.hpp"
#include "tests/perf/load.hpp"
#include "tests/perf/report.hpp"
#include "tests/perf/subject.hpp"

namespace parley::bench {
namespace {

constexpr int64_t second_us = 1'000'000;
constexpr size_t party_members = 4;
constexpr size_t room_publishers = 4;
constexpr double frames_per_second_of_measuring = 400;
// A socket each; what is left is for the rest of the program, and for sessions of a shard.
constexpr size_t open_files_min = 4096;
constexpr size_t players_max = 4000;
static_assert(players_max + spare_sessions <= limits::sessions_per_host_max);

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
    bool keep = false;
};

struct Workload {
    std::string_view name;
    std::string_view what;
    bool crowd = false;
    Talk talk = Talk::InFlight;
    size_t window = 1;
    int64_t line_period_us = 0;
};
constexpr Workload workloads[] = {
    {"W1_w1", "1,000 players in one guild room, 4 of them speak, each with a line in flight", true,
     Talk::InFlight, 1, 0},
    {"W1_w32", "the same with 32 lines in flight each", true, Talk::InFlight, 32, 0},
    {"W1_100", "the same, 100 lines a second in all", true, Talk::Paced, 0,
     second_us / 100 * static_cast<int64_t>(room_publishers)},
    {"W2_1ps", "500 parties of 4, everyone says a line a second", false, Talk::Paced, 0, second_us},
    {"W2_sat", "500 parties of 4, 256 lines in flight in all", false, Talk::Shared, 256, 0},
    {"frame", "one frame of the overlay with 10,000 messages, roster, cards and composer; against "
              "Dear ImGui's demo, metrics and style editor windows"},
};

struct Baseline {
    std::string_view name;
    std::unique_ptr<Subject> (*make)();
};
constexpr Baseline baselines[] = {
    {"redis", &redis_subject}, {"nats", &nats_subject}, {"enet_relay", &relay_subject}};

constexpr const char* help_text =
    R"(usage: parley_bench [WORKLOAD...] [--passes N] [--seconds S] [--parley PROGRAM] [--list]

Measures, on loopback only, each workload against baselines of the same run. A table for people goes
to stderr, JSON lines to stdout. Without names all workloads run.

  --passes N       so often each (3)
  --seconds S      measuring window of each pass (3)
  --warm-up S      before it (1)
  --players N      fewer or more players than the workload has
  --messages N     of history, in frame (10000)
  --against NAMES  redis,nats,enet_relay or fewer of them (all)
  --parley PROGRAM the shard's program; default: parley beside this one
  --data DIR       where stores and logs lie while it runs; default: bench beside bin
  --keep           leave them there
  --list           the workloads
)";

[[gnu::format(printf, 1, 2)]] void say(const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    std::vfprintf(stderr, format, arguments);
    va_end(arguments);
    std::fflush(stderr);
}

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

template <typename Named, size_t count>
const Named* find_named(const Named (&table)[count], std::string_view name) {
    const auto* const found = std::find_if(std::begin(table), std::end(table),
                                           [&](const Named& one) { return one.name == name; });
    return found == std::end(table) ? nullptr : found;
}

bool parse_names(std::string_view text, std::vector<std::string>& names) {
    while (true) {
        const size_t comma = std::min(text.find(','), text.size());
        const std::string_view name = text.substr(0, comma);
        if (find_named(baselines, name) == nullptr) {
            return false;
        }
        names.emplace_back(name);
        if (comma == text.size()) {
            return true;
        }
        text.remove_prefix(comma + 1);
    }
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
         return parse_number(value, party_members, players_max, a.players) &&
                a.players % party_members == 0;
     }},
    {"--messages",
     [](const char* value, Arguments& a) {
         return parse_number(value, size_t{1}, limits::model_messages_per_room_max, a.messages);
     }},
    {"--against", [](const char* value, Arguments& a) { return parse_names(value, a.against); }},
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

// The code to end with. Nothing: go on.
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
        } else if (find_named(workloads, word) == nullptr) {
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

Plan plan_of(std::string_view name, const Arguments& arguments) {
    const Workload& workload = *find_named(workloads, name);
    Plan plan;
    plan.workload = name;
    plan.crowd = workload.crowd;
    plan.talk = workload.talk;
    plan.window = workload.window;
    plan.line_period_us = workload.line_period_us;
    plan.warm_up_us = static_cast<int64_t>(arguments.warm_up_s * second_us);
    plan.window_us = static_cast<int64_t>(arguments.seconds * second_us);
    if (plan.crowd) {
        plan.players =
            std::min(arguments.players == 0 ? 1000 : arguments.players, limits::room_members_max);
        plan.room_members = plan.players;
        plan.publishers = room_publishers;
    } else {
        plan.players = arguments.players == 0 ? 500 * party_members : arguments.players;
        plan.room_members = party_members;
        plan.publishers = plan.players;
    }
    return plan;
}

// One pass of one subject in a data folder of its own.
bool run_subject(Subject& subject, const Plan& plan, const Arguments& arguments, int pass,
                 Figures& figures) {
    Places places = arguments.places;
    places.data_folder = arguments.data_folder + "/" + std::string(plan.workload) + "-" +
                         std::string(subject.name()) + "-" + std::to_string(pass);
    std::error_code error;
    std::filesystem::remove_all(places.data_folder, error);
    std::filesystem::create_directories(places.data_folder, error);
    if (error) {
        say("parley_bench: the folder %s cannot be made: %s\n", places.data_folder.c_str(),
            error.message().c_str());
        return false;
    }
    std::string message;
    const bool good = run_pass(subject, plan, places, figures, message);
    subject.server().stop();
    if (!good) {
        say("parley_bench: %s (files: %s)\n", message.c_str(), places.data_folder.c_str());
    } else if (!arguments.keep) {
        std::filesystem::remove_all(places.data_folder, error);
    }
    return good;
}

bool run_load(std::string_view name, const Arguments& arguments, Report& report) {
    const Plan plan = plan_of(name, arguments);
    say("%.*s: %zu players in rooms of %zu\n", static_cast<int>(name.size()), name.data(),
        plan.players, plan.room_members);
    std::vector<std::unique_ptr<Subject>> subjects;
    std::vector<std::string> against;
    for (const Baseline& baseline : baselines) {
        if (arguments.against.empty() ||
            std::find(arguments.against.begin(), arguments.against.end(), baseline.name) !=
                arguments.against.end()) {
            subjects.push_back(baseline.make());
            against.emplace_back(baseline.name);
        }
    }
    subjects.push_back(parley_subject(Rooms::Durable));
    subjects.push_back(parley_subject(Rooms::Memory));
    for (const std::unique_ptr<Subject>& subject : subjects) {
        if (const std::string text = subject->configuration(plan); !text.empty()) {
            say("%s: the configuration is the default but for\n%s",
                std::string(subject->name()).c_str(), text.c_str());
        }
    }
    const size_t count = subjects.size();
    for (int pass = 0; pass < arguments.passes; ++pass) {
        std::vector<Figures> figures(count);
        for (size_t i = 0; i < count; ++i) {
            const size_t turn = (i + static_cast<size_t>(pass)) % count;
            say("  pass %d of %d: %s\n", pass + 1, arguments.passes,
                std::string(subjects[turn]->name()).c_str());
            if (!run_subject(*subjects[turn], plan, arguments, pass, figures[turn])) {
                return false;
            }
        }
        // Durable and memory rooms have the baselines of the pass in common.
        const std::string durable = std::string(name) + "_durable";
        const std::string memory = std::string(name) + "_memory";
        for (size_t i = 0; i < against.size(); ++i) {
            report.add(durable, against[i], against, figures[i]);
            report.add(memory, against[i], against, figures[i]);
        }
        report.add(durable, "parley", against, figures[count - 2]);
        report.add(memory, "parley", against, figures[count - 1]);
    }
    return true;
}

bool run_frame(const Arguments& arguments, Report& report) {
    say("frame: %zu messages of history\n", arguments.messages);
    const auto frames =
        std::max(30, static_cast<int>(arguments.seconds * frames_per_second_of_measuring));
    for (int pass = 0; pass < arguments.passes; ++pass) {
        const std::unique_ptr<Screen> screens[] = {imgui_screen(),
                                                   overlay_screen(arguments.messages)};
        constexpr size_t count = std::size(screens);
        Figures figures[count];
        for (size_t i = 0; i < count; ++i) {
            const size_t turn = pass % 2 == 0 ? i : count - 1 - i;
            std::string message;
            if (!screens[turn]->set_up(message)) {
                say("parley_bench: frame: %s\n", message.c_str());
                return false;
            }
            figures[turn] = measure_frames(*screens[turn], frames);
        }
        for (size_t i = 0; i < count; ++i) {
            report.add("frame", screens[i]->name(), {std::string(screens[0]->name())}, figures[i]);
        }
    }
    return true;
}

// A socket and more for each player.
bool raise_open_files() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return false;
    }
    limit.rlim_cur = limit.rlim_max;
    return setrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur >= open_files_min;
}

bool prepare(Arguments& arguments) {
    std::error_code error;
    const std::filesystem::path bin =
        std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
    arguments.places.relay = (bin / "parley_bench_relay").string();
    if (arguments.places.parley.empty()) {
        arguments.places.parley = (bin / "parley").string();
    }
    if (arguments.data_folder.empty()) {
        arguments.data_folder = (bin.parent_path() / "bench").string();
    }
    std::filesystem::create_directories(arguments.data_folder, error);
    struct statfs where {};
    if (error || statfs(arguments.data_folder.c_str(), &where) != 0) {
        say("parley_bench: the folder %s cannot be made; choose another with --data\n",
            arguments.data_folder.c_str());
        return false;
    }
    if (where.f_type == TMPFS_MAGIC) {
        say("note: %s lies in memory, so that a commit costs nothing here; choose a folder on a "
            "disk with --data\n",
            arguments.data_folder.c_str());
    }
    if (!raise_open_files()) {
        say("parley_bench: too few files may be open at once for so many players; raise the hard "
            "limit (ulimit -Hn) to %zu or more\n",
            open_files_min);
        return false;
    }
    return true;
}

int run(int argc, char** argv) {
    Arguments arguments;
    if (const std::optional<int> code = parse(argc, argv, arguments)) {
        return *code;
    }
    if (!prepare(arguments)) {
        return 1;
    }
    Report report;
    for (const std::string& name : arguments.workloads) {
        const bool good =
            name == "frame" ? run_frame(arguments, report) : run_load(name, arguments, report);
        if (!good) {
            return 1;
        }
    }
    say("\n%s", report.table().c_str());
    std::fputs(report.json_lines().c_str(), stdout);
    return std::fflush(stdout) == 0 ? 0 : 1;
}

} // namespace
} // namespace parley::bench

int main(int argc, char** argv) {
    return parley::bench::run(argc, argv);
}
