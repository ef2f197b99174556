// shard.hpp: one server process: net threads, the core, the store, wired. Tests run it in their own
// process on port 0.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "schemas/base/log.hpp"
#include "schemas/base/result.hpp"
#include "server/admin/exposition.hpp"
#include "server/admin/http.hpp"
#include "server/app/config.hpp"
#include "server/app/core_thread.hpp"
#include "server/app/journal.hpp"
#include "server/store/sqlite_store.hpp"

namespace parley {

struct ShardOptions {
    Config config;
    std::string journal_file; // empty: none
    bool journal_text = false;
};

// Owner: the thread that started it.
class Shard {
public:
    // On an error message is one sentence that says what is wrong and how to mend it, and nothing
    // serves.
    static Result<std::unique_ptr<Shard>> start(const ShardOptions& options, Log log,
                                                std::string& message);
    ~Shard(); // at once: what is not stored yet was not acknowledged
    Shard(const Shard&) = delete;
    Shard& operator=(const Shard&) = delete;

    // Whoever sends players here is told that this shard is about to leave; it serves as before.
    void say_unready() { leaving_.store(true, std::memory_order_relaxed); }
    // No more admissions; sessions are told when to come back; then done() says so.
    void ask_shutdown();
    // False: not within the time. Waits for the drain that ask_shutdown began.
    bool wait_done(std::chrono::milliseconds longest);

    // Takes up the reloadable keys and the issuers of config. On an error nothing changed.
    Result<void> reload(const Config& config, std::string& message);
    const Config& config() const { return options_.config; }

    uint16_t port() const; // of all net threads
    size_t net_threads() const { return net_.size(); }
    const PublicKey& public_key() const { return public_key_; }
    uint16_t admin_port() const { return admin_ == nullptr ? 0 : admin_->port(); } // 0: no pages

    // All counters, as lines of the log.
    void log_counters() const;
    const SqliteStore& store() const { return *store_; }

private:
    Shard(const ShardOptions& options, Log log);
    Error judge(std::string& message);
    Error open_folder(std::string& message);
    Error open_journal(std::string& message);
    Error judge_key(std::string& message);
    Error open_store(std::string& message);
    Error open_net(std::string& message);
    Error open_links(ServerOptions& options, std::string& address);
    Error open_core(std::string& message);
    Error open_admin(std::string& message);
    admin::Page page(std::string_view path) const;
    std::string metrics() const;
    void add_core(admin::Exposition& page) const;
    void add_store(admin::Exposition& page) const;
    void add_net(admin::Exposition& page) const;
    std::string key_file() const;

    ShardOptions options_;
    const Log log_;
    PublicKey public_key_{};
    std::shared_ptr<const Admission> admission_; // at the start; a reload makes another
    std::vector<CardFile> card_files_;
    std::shared_ptr<CardTypeSet> cards_;
    uint64_t core_seed_ = 0;
    TimeMs started_ms_ = 0; // steady
    std::atomic<bool> leaving_{false};
    std::unique_ptr<Journal> journal_; // until the core's thread has it
    bool journal_made_ = false;
    Mailbox<InputBody> inbox_;
    std::unique_ptr<SqliteStore> store_;
    std::unique_ptr<StoreThread> store_thread_;
    CoreThread::NetThreads net_;
    std::unique_ptr<CoreThread> core_;
    std::unique_ptr<admin::HttpServer> admin_; // its pages read all of the above
};

// Files *.toml of a folder, sorted by name.
Result<std::vector<CardFile>> read_card_files(const std::string& folder, std::string& message);

} // namespace parley
