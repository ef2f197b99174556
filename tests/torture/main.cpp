// main.cpp: ./parley torture: faults that are real, played against the shard that is shipped, over
// real sockets on loopback.
#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <vector>

#include <sodium.h>

#include "schemas/base/clock.hpp"
#include "tests/torture/faults.hpp"

namespace parley::torture {
namespace {

constexpr Fault table[] = {
    {"kills", "kill -9 in the middle of the talk, again and again", &play_kills},
    {"network", "loss, delay, doubling, reordering, and clients whose port changes", &play_network},
    {"flood", "greetings of strangers who never come in, beside people who talk", &play_flood},
    {"slow", "readers who stop reading while the others talk on", &play_slow},
    {"disk-full", "the data folder on a disk that is full for a while", &play_disk_full},
    {"clock", "the wall clock jumps under a shard that serves", &play_clock},
    {"nth-failure", "the database's Nth write, sync or allocation fails", &play_nth_failure},
    {"forgery", "what was seen on the way is changed, cut and said again", &play_forgery},
    {"soak", "people come, talk, lose their connection and leave, for long", &play_soak},
};

struct Wish {
    Plan plan;
    std::vector<std::string_view> only;
    bool list = false;
    bool help = false;
};

int complain(const std::string& sentence) {
    std::fprintf(stderr, "parley_torture: %s\n", sentence.c_str());
    return 2;
}

void help() {
    std::fputs(
        "usage: parley_torture --parley PROGRAM [OPTION ...]\n\n"
        "Plays faults against the shard program, on loopback only. A table goes to stderr, JSON\n"
        "lines to stdout: fault check value verdict bound note. Ends with 1 when a check "
        "failed.\n\n"
        "  --list            the faults\n"
        "  --only A,B        these alone\n"
        "  --quick           less of everything, within 40 s\n"
        "  --kills N         cycles of kill -9 (20)\n"
        "  --messages N      messages that are in the store before the first kill (0)\n"
        "  --soak-seconds N  how long the soak lasts (20)\n",
        stdout);
}

bool take_count(const char* text, int64_t least, int64_t most, int64_t& value) {
    const char* const end = text + std::strlen(text);
    const auto [rest, code] = std::from_chars(text, end, value);
    return code == std::errc() && rest == end && value >= least && value <= most;
}

bool known(std::string_view name) {
    for (const Fault& fault : table) {
        if (fault.name == name) {
            return true;
        }
    }
    return false;
}

bool take_names(std::string_view names, Wish& wish, std::string& message) {
    while (!names.empty()) {
        const std::string_view name = names.substr(0, names.find(','));
        if (!known(name)) {
            message = "there is no fault '" + std::string(name) + "'; --list names them";
            return false;
        }
        wish.only.push_back(name);
        names.remove_prefix(std::min(names.size(), name.size() + 1));
    }
    return true;
}

bool parse(int count, char** words, Wish& wish, std::string& message) {
    for (int i = 1; i < count; ++i) {
        const std::string_view word = words[i];
        if (word == "--list") {
            wish.list = true;
        } else if (word == "--help") {
            wish.help = true;
        } else if (word == "--quick") {
            wish.plan.quick = true;
            wish.plan.kills = 4;
            wish.plan.soak_seconds = 2;
        } else if (i + 1 == count) {
            message = "it does not know " + std::string(word) + ", or a value is missing";
            return false;
        } else if (word == "--parley") {
            wish.plan.parley = words[++i];
        } else if (word == "--only") {
            if (!take_names(words[++i], wish, message)) {
                return false;
            }
        } else {
            int64_t value = 0;
            const bool number = take_count(words[++i], 1, 100'000'000, value);
            if (word == "--kills" && number) {
                wish.plan.kills = static_cast<uint64_t>(value);
            } else if (word == "--messages" && number) {
                wish.plan.messages = static_cast<uint64_t>(value);
            } else if (word == "--soak-seconds" && number) {
                wish.plan.soak_seconds = value;
            } else {
                message = "it does not take " + std::string(word) + " " + words[i];
                return false;
            }
        }
    }
    if (wish.plan.parley.empty() && !wish.list && !wish.help) {
        message = "--parley PROGRAM is missing";
        return false;
    }
    return true;
}

int run(const Wish& wish) {
    Report report;
    for (const Fault& fault : table) {
        const bool wanted = wish.only.empty() || std::find(wish.only.begin(), wish.only.end(),
                                                           fault.name) != wish.only.end();
        if (!wanted) {
            continue;
        }
        std::fprintf(stderr, "%s: %s\n", std::string(fault.name).c_str(),
                     std::string(fault.what).c_str());
        const int64_t start_ms = steady_ms();
        report.begin(fault.name);
        if (std::string message; !fault.play(wish.plan, report, message)) {
            report.broken(message);
        }
        report.tell("seconds", static_cast<double>(steady_ms() - start_ms) / 1000);
    }
    std::fprintf(stderr, "\n%s", report.table().c_str());
    std::fputs(report.json_lines().c_str(), stdout);
    return report.failed() ? 1 : 0;
}

} // namespace

std::span<const Fault> faults() {
    return table;
}

} // namespace parley::torture

int main(int count, char** words) {
    using namespace parley::torture;
    Wish wish;
    wish.plan.shim = PARLEY_TORTURE_SHIM;
    std::string message;
    if (!parse(count, words, wish, message)) {
        return complain(message);
    }
    if (wish.help) {
        help();
        return 0;
    }
    if (wish.list) {
        for (const Fault& fault : table) {
            std::printf("%-12s %s\n", std::string(fault.name).c_str(),
                        std::string(fault.what).c_str());
        }
        return 0;
    }
    if (sodium_init() < 0) {
        return complain("libsodium could not be started");
    }
    std::signal(SIGPIPE, SIG_IGN);
    return run(wish);
}
