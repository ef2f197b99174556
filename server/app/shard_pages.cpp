// shard_pages.cpp: /healthz, /readyz and /metrics. Nothing here names a player, a room or an
// address of a player, and nothing here waits for another thread.
#include <filesystem>
#include <string>

#include <sys/resource.h>

#include "schemas/base/clock.hpp"
#include "server/admin/exposition.hpp"
#include "server/app/life.hpp"
#include "server/app/shard.hpp"

namespace parley {
namespace {

using admin::Exposition;

uint64_t file_bytes(const std::string& path) {
    std::error_code error;
    const uintmax_t size = std::filesystem::file_size(path, error);
    return error ? 0 : static_cast<uint64_t>(size);
}

double seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

// name, with its families' errors as labels: those that the wire can say.
template <typename Read>
void by_error(Exposition& page, std::string_view name, std::string_view help, Read read) {
    page.counter(name, help);
#define PARLEY_ERROR_SAMPLE(error, number, sentence)                                               \
    if (Error::error != Error::Ok && number > -70) {                                               \
        page.sample({{"error", #error}}, read(Error::error));                                      \
    }
    PARLEY_ERRORS(PARLEY_ERROR_SAMPLE)
#undef PARLEY_ERROR_SAMPLE
}

void add_process(Exposition& page) {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    page.counter("process_cpu_seconds_total", "CPU time of the process, its own and the kernel's");
    page.sample({}, seconds(usage.ru_utime) + seconds(usage.ru_stime));
    page.gauge("process_resident_memory_max_bytes", "most memory that the process ever had",
               static_cast<uint64_t>(usage.ru_maxrss) * 1024);
}

} // namespace

admin::Page Shard::page(std::string_view path) const {
    admin::Page page;
    page.type = "text/plain; charset=utf-8";
    if (path == "/metrics") {
        page.type = admin::exposition_type;
        page.content = metrics();
        return page;
    }
    if (path != "/healthz" && path != "/readyz") {
        page.status = 404;
        page.content = "there are /healthz, /readyz and /metrics\n";
        return page;
    }
    Life life;
    life.core_ms = core_->alive_ms();
    life.store_ms = store_thread_->alive_ms();
    life.store_failing = store_->counters().failing.read() != 0;
    life.group_ms = store_thread_->group_ms();
    life.leaving = leaving_.load(std::memory_order_relaxed);
    life.now_ms = steady_ms();
    const std::string wrong = path == "/healthz" ? what_ails(life) : why_not_ready(life);
    page.status = wrong.empty() ? 200 : 503;
    page.content = wrong.empty() ? "ok\n" : wrong;
    return page;
}

std::string Shard::metrics() const {
    Exposition page;
    page.gauge("parley_build_info", "always 1; the label says which program this is");
    page.sample({{"version", PARLEY_VERSION}}, uint64_t{1});
    page.gauge("parley_uptime_seconds", "since the shard was started",
               static_cast<uint64_t>((steady_ms() - started_ms_) / 1000));
    page.gauge("parley_leaving", "1 while it drains, or is about to",
               leaving_.load(std::memory_order_relaxed) ? uint64_t{1} : uint64_t{0});
    add_core(page);
    add_store(page);
    add_net(page);
    page.counter("parley_admin_requests_total", "requests for these pages");
    page.sample({{"answer", "page"}}, admin_->counters().answered.read());
    page.sample({{"answer", "refused"}}, admin_->counters().refused.read());
    page.sample({{"answer", "cut"}}, admin_->counters().cut.read());
    add_process(page);
    return page.text();
}

void Shard::add_core(Exposition& page) const {
    page.gauge("parley_sessions", "sessions that are open", core_->sessions());
    page.gauge("parley_users", "users who are known to the core", core_->users());
    page.gauge("parley_rooms", "rooms in memory", core_->rooms());
    page.gauge("parley_persists_in_flight", "requests of the core that the store has not answered",
               core_->persists_in_flight());
    page.gauge("parley_tail_bytes", "memory for the newest entries of all rooms",
               core_->tail_bytes());
    const CoreCounters& core = core_->counters();
    page.counter("parley_core_inputs_total", "inputs that the core took", core.inputs.read());
    page.counter("parley_core_effects_total", "effects that it had", core.effects.read());
    page.counter("parley_core_store_full_total",
                 "requests refused since the store's inbox was full", core.store_full.read());
    page.counter("parley_core_net_full_total", "times that the core waited for a net thread",
                 core.net_full.read());
    page.gauge("parley_inbox_inputs",
               "inputs and requests that wait, by the thread that they are for");
    page.sample({{"thread", "core"}}, uint64_t{inbox_.size()});
    page.sample({{"thread", "store"}}, uint64_t{store_thread_->waiting()});

    const Told& told = core_->told();
    page.counter("parley_entries_total", "entries of logs, told to their rooms as they came",
                 told.entries.read());
    page.counter("parley_deliveries_total", "the same, counted once for each reader",
                 told.deliveries.read());
    page.counter("parley_admissions_total", "sessions let in", told.admitted.read());
    page.counter("parley_replies_total", "requests that were not refused", told.replies.read());
    by_error(page, "parley_admissions_refused_total", "sessions not let in, by the core's reason",
             [&](Error error) { return told.turned_away(error); });
    by_error(page, "parley_replies_refused_total", "requests refused, by reason",
             [&](Error error) { return told.refused(error); });
    by_error(page, "parley_sessions_closed_total", "sessions that the core closed, by reason",
             [&](Error error) { return told.closed(error); });
}

void Shard::add_store(Exposition& page) const {
    const SqliteStore::Counters& store = store_->counters();
    page.counter("parley_store_commits_total", "groups committed", store.commits.read());
    page.counter("parley_store_failures_total", "groups that took no effect",
                 store.failures.read());
    page.gauge("parley_store_failing", "1: the last group took no effect", store.failing.read());
    page.counter("parley_store_entries_total", "entries committed", store.entries.read());
    page.counter("parley_store_removed_total", "entries removed since they were old",
                 store.removed.read());
    page.counter("parley_store_folds_total", "times that the index by room was brought level",
                 store.folds.read());
    page.counter("parley_store_checkpoints_total", "checkpoints of the write-ahead log",
                 store.checkpoints.read());
    page.histogram("parley_store_group_seconds", "how long a group took, its sync among it",
                   store_thread_->groups());
    const std::string database = options_.config.data_folder + "/parley.db";
    page.gauge("parley_store_bytes", "size of the database and of its log");
    page.sample({{"file", "database"}}, file_bytes(database));
    page.sample({{"file", "log"}}, file_bytes(database + "-wal"));
    std::error_code error;
    const auto space = std::filesystem::space(options_.config.data_folder, error);
    page.gauge("parley_disk_free_bytes", "room on the disk of the data folder",
               error ? uint64_t{0} : static_cast<uint64_t>(space.available));
}

// Sums over all net threads: which one has a session says nothing to anybody.
void Shard::add_net(Exposition& page) const {
    const auto sum_of = [&](const auto& read) {
        uint64_t all = 0;
        for (const auto& net : net_) {
            all += read(*net);
        }
        return all;
    };
    const auto sum = [&](const auto NetCounters::*counter) {
        return sum_of([&](const NetThread& net) { return (net.counters().*counter).read(); });
    };
    const auto batches = [&](const Gauge BatchCounters::*counter) {
        return sum_of([&](const NetThread& net) { return (net.batch_counters().*counter).read(); });
    };
    page.gauge("parley_net_threads", "threads that share the port", uint64_t{net_.size()});
    page.counter("parley_tickets_refused_total", "tickets that let nobody in",
                 sum(&NetCounters::tickets_refused));
    page.counter("parley_sessions_opened_total", "sessions opened",
                 sum(&NetCounters::sessions_opened));
    page.counter("parley_sessions_lagged_total", "times that a session fell behind",
                 sum(&NetCounters::sessions_lagged));
    page.counter("parley_sessions_cut_total", "sessions cut: slow, hostile or a flood",
                 sum(&NetCounters::sessions_cut));
    page.gauge("parley_sessions_behind", "sessions that have not taken what was sent",
               sum(&NetCounters::behind));
    page.gauge("parley_queue_bytes", "what waits for those who are behind",
               sum(&NetCounters::behind_bytes));
    page.counter("parley_frames_received_total", "frames of clients",
                 sum(&NetCounters::frames_received));
    page.counter("parley_frames_malformed_total", "frames that do not follow the schema",
                 sum(&NetCounters::frames_malformed));
    page.counter("parley_frames_unsupported_total", "frames of newer clients",
                 sum(&NetCounters::frames_unsupported));
    page.counter("parley_frames_sent_total", "frames to clients, one for each receiver",
                 sum(&NetCounters::frames_sent));
    page.counter("parley_net_core_full_total", "times that the core's inbox was full",
                 sum(&NetCounters::core_full));
    page.counter("parley_batch_datagrams_total", "datagrams that went in batches, many a call");
    page.sample({{"way", "out"}}, batches(&BatchCounters::sent));
    page.sample({{"way", "in"}}, batches(&BatchCounters::received));
    page.sample({{"way", "refused"}}, batches(&BatchCounters::refused));
    page.counter("parley_batch_calls_total", "calls of the system that carried them");
    page.sample({{"way", "out"}}, batches(&BatchCounters::send_calls));
    page.sample({{"way", "in"}}, batches(&BatchCounters::receive_calls));
    // Each of the link's own, summed; they come in one order.
    struct Family {
        std::string_view name;
        std::string_view help;
        uint64_t value = 0;
    };
    std::vector<Family> families;
    for (const auto& net : net_) {
        size_t at = 0;
        net->link_metrics().for_each(
            [&](std::string_view name, std::string_view help, uint64_t value) {
                if (at == families.size()) {
                    families.push_back({name, help});
                }
                families[at++].value += value;
            });
    }
    for (const Family& family : families) {
        page.counter("parley_link_" + std::string(family.name) + "_total", family.help,
                     family.value);
    }
}

} // namespace parley
