// bench.cpp: the program behind ./parley bench: the passes, and what comes of them.
//
// Within a pass the subjects run one after the other, and who is first changes from pass to pass,
// so that a machine that grows slower favours none.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>

#include <linux/magic.h>
#include <sys/resource.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "tests/perf/arguments.hpp"
#include "tests/perf/frame_bench.hpp"

namespace parley::bench {
namespace {

constexpr double frames_per_second_of_measuring = 400;
constexpr size_t open_files_min = 4096;
constexpr size_t open_files_spare = 256; // beside a socket for each player

// A server's own limit may be as low as this program's, which it inherits.
size_t players_of_open_files() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < open_files_spare) {
        return 0;
    }
    return static_cast<size_t>(limit.rlim_cur) - open_files_spare;
}

// One pass of one subject in a data folder of its own.
bool run_subject(Subject& subject, Pass measure, const Plan& plan, const Arguments& arguments,
                 int pass, Figures& figures) {
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
    const bool good = measure(subject, plan, places, figures, message);
    subject.server().stop();
    if (!good) {
        say("parley_bench: %s (files: %s)\n", message.c_str(), places.data_folder.c_str());
    } else if (!arguments.keep) {
        std::filesystem::remove_all(places.data_folder, error);
    }
    return good;
}

// The baselines of this run that can hold the workload's players.
std::vector<std::unique_ptr<Subject>> baselines_of(const Workload& workload, const Plan& plan,
                                                   const Arguments& arguments) {
    std::vector<std::unique_ptr<Subject>> subjects;
    for (const Baseline& baseline : baselines()) {
        if ((baseline.floor && !workload.floor) || !arguments.is_against(baseline.name)) {
            continue;
        }
        std::unique_ptr<Subject> subject = baseline.make();
        if (subject->players_max() < plan.players) {
            say("  %s is left out: it has room for %zu players\n",
                std::string(baseline.name).c_str(), subject->players_max());
            continue;
        }
        subjects.push_back(std::move(subject));
    }
    return subjects;
}

bool run_load(const Workload& workload, const Arguments& arguments, Report& report) {
    Plan plan = plan_of(workload, arguments);
    if (const size_t most = players_of_open_files(); plan.players > most) {
        say("note: only %zu of %zu players, since no more files may be open at once (ulimit -Hn)\n",
            most / party_members * party_members, plan.players);
        plan.players = most / party_members * party_members;
        plan.publishers = std::min(plan.publishers, plan.players);
    }
    const std::string name(workload.name);
    say("%s: %zu players in rooms of %zu\n", name.c_str(), plan.players, plan.room_members);
    std::vector<std::unique_ptr<Subject>> subjects;
    if (workload.pass == &busy_pass) {
        subjects.push_back(parley_subject(Rooms::Unsampled));
    } else if (workload.pass != &blocks_pass) { // of which a relay knows nothing
        subjects = baselines_of(workload, plan, arguments);
    }
    std::vector<std::string> against;
    for (const std::unique_ptr<Subject>& subject : subjects) {
        against.emplace_back(subject->name());
    }
    subjects.push_back(parley_subject(Rooms::Durable));
    if (workload.memory) {
        subjects.push_back(parley_subject(Rooms::Memory));
    }
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
            if (!run_subject(*subjects[turn], workload.pass, plan, arguments, pass,
                             figures[turn])) {
                return false;
            }
        }
        // Durable and memory rooms have the baselines of the pass in common.
        const std::vector<std::string> names =
            workload.memory ? std::vector{name + "_durable", name + "_memory"} : std::vector{name};
        for (size_t which = 0; which < names.size(); ++which) {
            for (size_t i = 0; i < against.size(); ++i) {
                report.add(names[which], against[i], against, figures[i]);
            }
            report.add(names[which], "parley", against, figures[against.size() + which]);
        }
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
    arguments.places.floor = (bin / "parley_bench_floor").string();
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

// False: said why.
bool save(const std::string& path, const std::string& lines) {
    std::ofstream file(path, std::ios::trunc);
    file << lines;
    file.close();
    if (!file) {
        say("parley_bench: %s cannot be written\n", path.c_str());
    }
    return static_cast<bool>(file);
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
        const Workload& workload = *find_workload(name);
        const bool good = workload.pass == nullptr ? run_frame(arguments, report)
                                                   : run_load(workload, arguments, report);
        if (!good) {
            return 1;
        }
    }
    const std::string lines = report.json_lines();
    say("\n%s", report.table().c_str());
    if (arguments.before) {
        say("\n%s", comparison(*arguments.before, summaries(report)).c_str());
    }
    std::fputs(lines.c_str(), stdout);
    const bool printed = std::fflush(stdout) == 0;
    return (arguments.save_file.empty() || save(arguments.save_file, lines)) && printed ? 0 : 1;
}

} // namespace
} // namespace parley::bench

int main(int argc, char** argv) {
    return parley::bench::run(argc, argv);
}
