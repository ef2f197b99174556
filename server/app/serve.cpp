// serve.cpp: parley serve, print-config and replay. Signals are taken by one thread that waits for
// them, so that no handler ever runs.
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <thread>

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "schemas/base/clock.hpp"
#include "schemas/base/mailbox.hpp"
#include "server/app/arguments.hpp"
#include "server/app/commands.hpp"
#include "server/app/keys.hpp"
#include "server/app/seccomp.hpp"
#include "server/app/shard.hpp"

namespace parley {
namespace {

constexpr Option serve_options[] = {
    {"--config", "FILE", "the configuration (parley print-config writes one)"},
    {"--dev", "", "for trying things: own keys, loopback only, no configuration"},
    {"--data", "DIR", "data folder; with --dev ./build/dev-shard when not given"},
    {"--port", "N", "UDP port; 0: any that is free"},
    {"--cards", "DIR", "folder of card types"},
    {"--ready-file", "FILE", "written when the shard serves: one line, port=N"},
    {"--journal", "FILE", "write every input of the core, for parley replay"},
    {"--journal-text", "", "keep message text in the journal"},
    {"--print-config", "", "print the configuration that would be used, and end"},
    {"--help", "", "this text"},
};
constexpr std::string_view serve_usage = "serve [--config FILE | --dev] [OPTION ...]";
constexpr std::string_view serve_what =
    "Runs a shard until SIGTERM or SIGINT, which drain it: nobody new comes in, sessions are told\n"
    "when to come back, everything acknowledged is stored. SIGHUP takes up a changed "
    "configuration,\n"
    "SIGUSR1 writes all counters to the log.";

constexpr std::string_view dev_issuer = "dev";

// Writes the log, so that no other thread waits for whoever reads it. When he does not, the oldest
// lines go, and how many went is said once he reads again. Owner: serve_command.
class LogWriter {
public:
    LogWriter() : thread_([this] { run(); }) {}
    ~LogWriter() { stop(); }
    LogWriter(const LogWriter&) = delete;
    LogWriter& operator=(const LogWriter&) = delete;

    // Any thread.
    static void take(void* self, int, const char* line) {
        ignore(static_cast<LogWriter*>(self)->lines_.push(std::string(line) + "\n"),
               "after stop() there is nobody to write it");
    }
    // What there is is written, unless nobody reads it.
    void stop() {
        lines_.close();
        if (thread_.joinable()) {
            thread_.join();
        }
    }

private:
    static constexpr size_t lines_max = 4096;

    void run() {
        std::vector<std::string> lines;
        size_t told = 0;
        while (!lines_.closed() || lines_.size() > 0) {
            lines.clear();
            lines_.wait(lines, std::chrono::milliseconds(1000));
            if (const size_t dropped = lines_.dropped(); dropped > told) {
                lines.insert(lines.begin(),
                             "warn log_lost lines=" + std::to_string(dropped - told) + "\n");
                told = dropped;
            }
            for (const std::string& line : lines) {
                if (!write_line(line)) {
                    return;
                }
            }
        }
    }

    // Whole lines in one write each. False: the shard ends, and nobody reads.
    bool write_line(const std::string& line) {
        constexpr int patience_ms = 200;
        pollfd writable = {STDERR_FILENO, POLLOUT, 0};
        while (poll(&writable, 1, patience_ms) == 0) {
            if (lines_.closed()) {
                return false;
            }
        }
        ignore(write(STDERR_FILENO, line.data(), line.size()) > 0,
               "the shard goes on without its log, and has nowhere else to say so");
        return true;
    }

    Mailbox<std::string> lines_{lines_max, Full::DropOldest};
    std::thread thread_; // after lines_, which it reads
};

sigset_t handled_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR1}) {
        sigaddset(&signals, signal);
    }
    return signals;
}

// Loopback, keys of its own, tickets that anybody on this machine can mint.
bool prepare_dev(const Arguments& arguments, Config& config, std::string& message) {
    if (arguments.has("--config")) {
        message = "--dev makes its own configuration and is not for production; leave out either "
                  "--dev or --config";
        return false;
    }
    config.dev = true;
    config.bind = "127.0.0.1";
    config.data_folder = arguments.get("--data", "./build/dev-shard");
    // Everyone comes from one address here.
    config.hello_per_network_per_s = 100'000;
    const std::string issuer_file = config.data_folder + "/dev-issuer.key";
    const bool has_database = std::filesystem::exists(config.data_folder + "/parley.db");
    const bool has_issuer = std::filesystem::exists(issuer_file);
    if (has_database && !has_issuer) {
        message = "the folder " + config.data_folder +
                  " holds a database that is not of --dev; choose another folder with --data";
        return false;
    }
    std::error_code error;
    std::filesystem::create_directories(config.data_folder, error);
    if (error) {
        message = "the data folder " + config.data_folder + " cannot be made (" + error.message() +
                  "); choose another one with --data";
        return false;
    }
    if (!has_issuer && !create_issuer_key(issuer_file, message).ok()) {
        return false;
    }
    Result<SecretSeed> seed = load_issuer_key(issuer_file, message);
    if (!seed.ok()) {
        return false;
    }
    config.issuers = {
        {std::string(dev_issuer), std::string(dev_issuer), issuer_public_key(seed.value())}};
    return true;
}

bool make_config(const Arguments& arguments, Config& config, std::string& message) {
    if (arguments.has("--dev")) {
        if (!prepare_dev(arguments, config, message)) {
            return false;
        }
    } else if (arguments.has("--config")) {
        Result<Config> read = read_config(arguments.get("--config"), message);
        if (!read.ok()) {
            return false;
        }
        config = std::move(read).value();
        config.data_folder = arguments.get("--data", config.data_folder);
    } else {
        message = "a shard needs --config FILE, or --dev for trying things; parley print-config "
                  "writes a configuration";
        return false;
    }
    config.cards_folder = arguments.get("--cards", config.cards_folder);
    return arguments.number("--port", 0, 65'535, config.port, message);
}

// Of all threads, once nothing is left to be opened that serving does not open.
bool confine_shard(const Config& config, Log log, std::string& message) {
    if (config.seccomp != 0 && can_confine()) {
        return confine(message).ok();
    }
    log.warn("not_confined",
             {{"note", config.seccomp == 0 ? "shard.seccomp is 0"
                                           : "this program was built with sanitizers"}});
    return true;
}

bool say_ready(const Shard& shard, const Config& config, const Arguments& arguments, Log log,
               std::string& message) {
    const std::string port = std::to_string(shard.port());
    if (config.dev) {
        const std::string key = to_hex(shard.public_key()) + "\n";
        if (!write_file(config.data_folder + "/server.pub", key, message).ok()) {
            return false;
        }
        log.warn("dev_mode", {{"note", "tickets are not secure here; loopback only; not for "
                                       "production"},
                              {"data", config.data_folder}});
    }
    if (arguments.has("--ready-file") &&
        !write_file(arguments.get("--ready-file"), "port=" + port + "\n", message).ok()) {
        return false;
    }
    if (shard.admin_port() != 0) {
        log.info("admin_ready", {{"port", uint64_t{shard.admin_port()}}});
    }
    log.info("ready", {{"port", port},
                       {"net_threads", uint64_t{shard.net_threads()}},
                       {"server_key", to_hex(shard.public_key())}});
    return true;
}

void reload(Shard& shard, const Arguments& arguments, Log log) {
    std::string message = "--dev has no configuration to read again";
    if (arguments.has("--config")) {
        Config config;
        if (make_config(arguments, config, message) && shard.reload(config, message).ok()) {
            log.info("reloaded");
            return;
        }
    }
    log.error("reload_failed", {{"error", message}});
}

// Until SIGTERM or SIGINT.
void serve_until_asked(Shard& shard, const Arguments& arguments, const sigset_t& signals, Log log) {
    while (true) {
        const int signal = sigwaitinfo(&signals, nullptr);
        if (signal == SIGUSR1) {
            shard.log_counters();
        } else if (signal == SIGHUP) {
            reload(shard, arguments, log);
        } else if (signal == SIGTERM || signal == SIGINT) {
            log.info("shutdown_asked", {{"signal", strsignal(signal)}});
            return;
        }
    }
}

// Until shard.unready_ms are over, or it is asked again: who hands out this shard's address looks
// at /readyz now and then, and shall send nobody who would be turned away.
void serve_unready(Shard& shard, Log log) {
    const int64_t unready_ms = shard.config().unready_ms;
    if (unready_ms == 0) {
        return;
    }
    shard.say_unready();
    log.info("unready", {{"ms", unready_ms}});
    sigset_t again;
    sigemptyset(&again);
    sigaddset(&again, SIGTERM);
    sigaddset(&again, SIGINT);
    const TimeMs end_ms = steady_ms() + unready_ms;
    for (int64_t left_ms = unready_ms; left_ms > 0; left_ms = end_ms - steady_ms()) {
        const timespec left = {left_ms / 1000, (left_ms % 1000) * 1'000'000};
        if (sigtimedwait(&again, nullptr, &left) > 0) {
            return;
        }
    }
}

} // namespace

int complain(int code, std::string_view sentence) {
    constexpr int patience_ms = 1000;
    const std::string line = "parley: " + std::string(sentence.substr(0, PIPE_BUF - 16)) + "\n";
    pollfd writable = {STDERR_FILENO, POLLOUT, 0};
    if (poll(&writable, 1, patience_ms) > 0) { // so many bytes go without waiting
        ignore(write(STDERR_FILENO, line.data(), line.size()) > 0,
               "the code says it too, and there is nowhere else to say more");
    }
    return code;
}

int serve_command(Words words) {
    Arguments arguments;
    std::string message;
    if (!arguments.parse(words, serve_options, message)) {
        return complain(2, message);
    }
    if (arguments.has("--help")) {
        std::fputs(help_of(serve_usage, serve_what, serve_options).c_str(), stdout);
        return 0;
    }
    if (!arguments.rest().empty()) {
        return complain(2, "serve takes only options, not " + arguments.rest()[0]);
    }
    if (arguments.has("--journal-text") && !arguments.has("--journal")) {
        return complain(2, "--journal-text needs --journal FILE");
    }
    ShardOptions options;
    if (!make_config(arguments, options.config, message)) {
        return complain(1, message);
    }
    if (arguments.has("--print-config")) {
        std::fputs(print_config(options.config).c_str(), stdout);
        return 0;
    }
    options.journal_file = arguments.get("--journal");
    options.journal_text = arguments.has("--journal-text");

    // Before any thread starts, so that all have them blocked and only this one waits for them.
    const sigset_t signals = handled_signals();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    signal(SIGPIPE, SIG_IGN);

    LogWriter writer;
    const Log log(LogWriter::take, &writer, options.config.level());
    Result<std::unique_ptr<Shard>> started = Shard::start(options, log, message);
    if (!started.ok()) {
        writer.stop(); // the sentence comes last
        return complain(1, message);
    }
    Shard& shard = *started.value();
    if (!confine_shard(options.config, log, message) ||
        !say_ready(shard, options.config, arguments, log, message)) {
        started.value().reset(); // nobody comes in while the sentence waits to be read
        writer.stop();
        return complain(1, message);
    }
    serve_until_asked(shard, arguments, signals, log);
    serve_unready(shard, log);
    shard.ask_shutdown();
    const bool drained = shard.wait_done(std::chrono::milliseconds(shard.config().shutdown_ms_max));
    shard.log_counters();
    if (drained) {
        log.info("shutdown_done");
    } else {
        log.error("shutdown_given_up", {{"ms", shard.config().shutdown_ms_max}});
    }
    return drained ? 0 : 1;
}

int print_config_command(Words words) {
    constexpr Option options[] = {
        {"--config", "FILE", "print this file's values instead of the defaults"},
        {"--help", "", "this text"},
    };
    Arguments arguments;
    std::string message;
    if (!arguments.parse(words, options, message)) {
        return complain(2, message);
    }
    if (arguments.has("--help")) {
        std::fputs(help_of("print-config [--config FILE]",
                           "Prints every key of the configuration with its meaning, range and "
                           "value, as a file to edit.",
                           options)
                       .c_str(),
                   stdout);
        return 0;
    }
    Config config;
    if (arguments.has("--config")) {
        Result<Config> read = read_config(arguments.get("--config"), message);
        if (!read.ok()) {
            return complain(1, message);
        }
        config = std::move(read).value();
    }
    std::fputs(print_config(config).c_str(), stdout);
    return 0;
}

int replay_command(Words words) {
    constexpr Option options[] = {{"--help", "", "this text"}};
    Arguments arguments;
    std::string message;
    if (!arguments.parse(words, options, message)) {
        return complain(2, message);
    }
    if (arguments.has("--help")) {
        std::fputs(help_of("replay FILE",
                           "Runs a journal of parley serve --journal through a new core and prints "
                           "a hash of all\nits effects; two replays of one file print the same. "
                           "When the journal has text, each\nstep is compared with what the shard "
                           "did.",
                           options)
                       .c_str(),
                   stdout);
        return 0;
    }
    if (arguments.rest().size() != 1) {
        return complain(2, "replay takes one journal: parley replay FILE");
    }
    const Result<Replayed> replayed = replay(arguments.rest()[0], message);
    if (!replayed.ok()) {
        return complain(1, message);
    }
    std::printf("inputs=%llu effects=%llu effect_hash=%016llx%s\n",
                static_cast<unsigned long long>(replayed->inputs),
                static_cast<unsigned long long>(replayed->effects),
                static_cast<unsigned long long>(replayed->effect_hash),
                replayed->cut_short ? " last_record=cut" : "");
    if (replayed->differs_at != 0) {
        return complain(1, "the effects of input " + std::to_string(replayed->differs_at) +
                               " are not those that the shard had");
    }
    return 0;
}

} // namespace parley
