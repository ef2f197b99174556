// shard.cpp: opens what can fail first, starts threads last, and ends them the other way round.
#include "server/app/shard.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>
#include <thread>

#include <sodium.h>

#include "schemas/base/limits.hpp"
#include "server/app/keys.hpp"
#include "server/net/batched_socket.hpp"

namespace parley {
namespace {

// Net threads stop at core_inbox_inputs_max; what is above is for the store's answers, which must
// never be lost: as many as it can have been asked for.
constexpr size_t inbox_capacity =
    limits::core_inbox_inputs_max + limits::store_inbox_requests_max + limits::commit_requests_max;

std::string network_mistake(Error error, const std::string& address) {
    switch (error) {
    case Error::PortTaken:
        return "the address " + address +
               " is taken by another program; stop it or choose another shard.port";
    case Error::BadAddress:
        return "the address " + address +
               " is not one that this user may open here; correct shard.bind (numeric, as 0.0.0.0) "
               "or choose a shard.port above 1023";
    default:
        return "the network cannot be opened on " + address + ": " +
               std::string(error_sentence(error));
    }
}

Result<std::shared_ptr<const Admission>> make_admission(const Config& config,
                                                        std::string& message) {
    if (config.issuers.empty()) {
        message = "nobody may sign tickets, so nobody could come in; add an [[issuer]] to the "
                  "configuration (parley keys issuer FILE makes one)";
        return Error::BadConfig;
    }
    auth::Keyring keyring;
    for (const IssuerConfig& issuer : config.issuers) {
        Result<auth::IssuerKey> key = auth::parse_issuer_key(issuer.public_key, message);
        if (!key.ok()) {
            message = "the public_key of issuer " + issuer.name + " is wrong: " + message;
            return Error::BadConfig;
        }
        if (const auto added =
                keyring.add(issuer.name, config.audience, issuer.key_id, key.value(), message);
            !added.ok()) {
            return added.error();
        }
    }
    return std::shared_ptr<const Admission>(std::make_shared<Admission>(std::move(keyring)));
}

} // namespace

Result<std::vector<CardFile>> read_card_files(const std::string& folder, std::string& message) {
    std::vector<CardFile> files;
    if (folder.empty()) {
        return files;
    }
    std::error_code error;
    std::filesystem::directory_iterator entries(folder, error);
    for (; !error && entries != std::filesystem::directory_iterator(); entries.increment(error)) {
        if (entries->path().extension() == ".toml") {
            files.push_back({entries->path().filename().string(), {}});
        }
    }
    if (error) {
        message = "the folder of card types " + folder + " cannot be read (" + error.message() +
                  "); correct shard.cards_folder";
        return Error::BadConfig;
    }
    std::sort(files.begin(), files.end(),
              [](const CardFile& one, const CardFile& other) { return one.name < other.name; });
    for (CardFile& card : files) {
        std::ifstream file(std::filesystem::path(folder) / card.name, std::ios::binary);
        std::ostringstream text;
        if (file) {
            text << file.rdbuf();
        }
        card.text = text.str();
        if (!file || card.text.size() > limits::card_type_file_bytes_max) {
            message = "the card type " + folder + "/" + card.name +
                      " cannot be read, or is larger than " +
                      std::to_string(limits::card_type_file_bytes_max) + " bytes";
            return Error::BadConfig;
        }
    }
    return files;
}

Shard::Shard(const ShardOptions& options, Log log)
    : options_(options), log_(log), inbox_(inbox_capacity, Full::Refuse) {}

Result<std::unique_ptr<Shard>> Shard::start(const ShardOptions& options, Log log,
                                            std::string& message) {
    if (sodium_init() < 0) {
        message = "libsodium cannot be initialised: the system gives no random numbers";
        return Error::Internal;
    }
    std::unique_ptr<Shard> shard(new Shard(options, log));
    for (const auto open :
         {&Shard::judge, &Shard::open_folder, &Shard::open_journal, &Shard::judge_key,
          &Shard::open_store, &Shard::open_net, &Shard::open_core, &Shard::open_admin}) {
        if (const Error error = (shard.get()->*open)(message); error != Error::Ok) {
            if (shard->journal_made_) {
                // Nothing is in it, and the next start wants to make it again.
                std::error_code ignored;
                std::filesystem::remove(options.journal_file, ignored);
            }
            return error;
        }
    }
    shard->store_thread_->start();
    shard->core_->start();
    for (const auto& net : shard->net_) {
        net->start();
    }
    return shard;
}

Shard::~Shard() {
    admin_.reset();
    if (core_ != nullptr) {
        core_->stop(); // hands out what it has decided
    }
    inbox_.close();
    for (const auto& net : net_) {
        net->stop();
    }
    if (store_thread_ != nullptr) {
        store_thread_->stop();
    }
}

// What can be wrong without the data folder is said before anything is made in it.
Error Shard::judge(std::string& message) {
    const Config& config = options_.config;
    Result<std::shared_ptr<const Admission>> admission = make_admission(config, message);
    if (!admission.ok()) {
        return admission.error();
    }
    admission_ = std::move(admission).value();
    Result<std::vector<CardFile>> files = read_card_files(config.cards_folder, message);
    if (!files.ok()) {
        return files.error();
    }
    card_files_ = std::move(files).value();
    cards_ = std::make_shared<CardTypeSet>();
    for (const CardFile& file : card_files_) {
        if (const auto added = cards_->add(file.text, file.name, message); !added.ok()) {
            return added.error();
        }
    }
    // Opened and closed again. Shared ports are shared with anybody who asks, also with a shard
    // that runs already; one that is not shared says whether the port is free.
    ServerOptions options;
    randombytes_buf(options.static_secret.data(), options.static_secret.size());
    const std::string address = config.bind + ":" + std::to_string(config.port);
    options.bind = address;
    const Error error = EnetLink::listen(options, steady_ms()).error();
    if (error != Error::Ok) {
        message = network_mistake(error, address);
    }
    return error;
}

Error Shard::open_folder(std::string& message) {
    const std::string& folder = options_.config.data_folder;
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) {
        message = "the data folder " + folder + " cannot be made (" + error.message() +
                  "); correct shard.data_folder or make it";
        return Error::BadStore;
    }
    return Error::Ok;
}

// Before the store, so that a name that is taken leaves no database behind.
Error Shard::open_journal(std::string& message) {
    randombytes_buf(&core_seed_, sizeof core_seed_);
    if (options_.journal_file.empty()) {
        return Error::Ok;
    }
    JournalHead head;
    head.seed = core_seed_;
    head.with_text = options_.journal_text;
    Config told = options_.config;
    told.issuers.clear(); // a run does not depend on them
    head.config = print_config(told);
    head.dev = told.dev;
    head.cards = card_files_;
    Result<std::unique_ptr<Journal>> made =
        Journal::create(options_.journal_file, head, told.journal_bytes_max, log_, message);
    if (made.ok()) {
        journal_ = std::move(made).value();
        journal_made_ = true;
    }
    return made.error();
}

std::string Shard::key_file() const {
    const Config& config = options_.config;
    return config.server_key_file.empty() ? config.data_folder + "/server.key"
                                          : config.server_key_file;
}

// Beside a database the key was lost, or its name is wrong: with a new one no game that pins the
// old one comes in.
Error Shard::judge_key(std::string& message) {
    const std::string database = options_.config.data_folder + "/parley.db";
    std::error_code error;
    if (std::filesystem::file_size(database, error) > 0 && !error &&
        !std::filesystem::exists(key_file(), error) && !error) {
        message = "the server's key " + key_file() + " is missing, but there is a database " +
                  database +
                  "; restore the key from a backup, or make a new one with parley keys " +
                  "server " + key_file() + ", which every game must then pin";
        return Error::BadConfig;
    }
    return Error::Ok;
}

Error Shard::open_store(std::string& message) {
    SqliteStoreOptions options;
    options.rooms_max = static_cast<size_t>(options_.config.rooms_loaded_max);
    options.path = options_.config.data_folder + "/parley.db";
    options.free_bytes = [folder = options_.config.data_folder] {
        std::error_code error;
        const std::filesystem::space_info space = std::filesystem::space(folder, error);
        return error
                   ? std::numeric_limits<int64_t>::max() // a folder that is gone is said elsewhere
                   : static_cast<int64_t>(space.available);
    };
    options.now = [] { return StoreTime{steady_ms(), wall_unix_ms()}; };
    for (size_t kind = 1; kind < options.history_days.size(); ++kind) {
        options.history_days[kind] = options_.config.tiers[kind].history_days;
    }
    Result<std::unique_ptr<SqliteStore>> store = SqliteStore::open(options, log_, message);
    if (!store.ok()) {
        return store.error();
    }
    store_ = std::move(store).value();
    store_thread_ = std::make_unique<StoreThread>(*store_, inbox_);
    return Error::Ok;
}

Error Shard::open_net(std::string& message) {
    const Config& config = options_.config;
    Result<SecretSeed> secret = load_server_key(key_file(), message);
    if (!secret.ok()) {
        return secret.error();
    }
    ServerOptions options;
    options.static_secret = secret.value();
    sodium_memzero(secret->data(), secret->size());
    public_key_ = link_public_key(options.static_secret);
    options.app_id = static_cast<uint64_t>(config.app_id);
    options.peers_max = static_cast<size_t>(config.sessions_max);
    options.hello_per_network_per_s = static_cast<uint32_t>(config.hello_per_network_per_s);
    options.make_batch = &make_batched_socket;
    options.datagrams_per_call = static_cast<size_t>(config.datagrams_per_call);
    options.log = log_;
    std::string address;
    options.thread_count = static_cast<uint32_t>(config.net_threads);
    Error error = open_links(options, address);
    if (error == Error::BadConfig && options.thread_count > 1) {
        log_.warn(
            "port_not_shared",
            {{"wanted", config.net_threads},
             {"note", "this kernel cannot share a port between net threads, so one serves all; "
                      "shard.net_threads = 1 says so too"}});
        options.thread_count = 1;
        error = open_links(options, address);
    }
    sodium_memzero(options.static_secret.data(), options.static_secret.size());
    if (error != Error::Ok) {
        message = network_mistake(error, address);
    }
    return error;
}

// A link and its thread for each of thread_count; all or none. address is theirs, or the one that
// was not to be had.
Error Shard::open_links(ServerOptions& options, std::string& address) {
    const Config& config = options_.config;
    net_.clear();
    address = config.bind + ":" + std::to_string(config.port);
    NetBounds bounds;
    bounds.refused_frames_per_s_max = static_cast<size_t>(config.frames_per_s_max);
    for (uint32_t thread = 0; thread < options.thread_count; ++thread) {
        options.thread_index = thread;
        options.bind = address;
        Result<std::unique_ptr<EnetLink>> link = EnetLink::listen(options, steady_ms());
        if (!link.ok()) {
            net_.clear();
            return link.error();
        }
        address = to_text((*link)->local_address()); // the others join the first one's port
        net_.push_back(std::make_unique<NetThread>(thread, std::move(link).value(), admission_,
                                                   inbox_, log_, config.net_tick_ms, bounds));
    }
    return Error::Ok;
}

Error Shard::open_core(std::string&) {
    auto core = std::make_unique<Core>(options_.config.core_options(), cards_, core_seed_);
    core_ = std::make_unique<CoreThread>(std::move(core), std::move(journal_), inbox_,
                                         *store_thread_, net_, log_);
    return Error::Ok;
}

// Its pages say that the threads are silent until they are started.

Error Shard::open_admin(std::string& message) {
    started_ms_ = steady_ms();
    const Config& config = options_.config;
    if (config.admin_address.empty()) {
        return Error::Ok;
    }
    Result<std::unique_ptr<admin::HttpServer>> server = admin::HttpServer::start(
        config.admin_address, static_cast<uint16_t>(config.admin_port),
        [this](std::string_view path) { return page(path); }, log_, message);
    if (server.ok()) {
        admin_ = std::move(server).value();
    }
    return server.error();
}

Result<void> Shard::reload(const Config& config, std::string& message) {
    Result<std::shared_ptr<const Admission>> admission = make_admission(config, message);
    if (!admission.ok()) {
        return admission.error();
    }
    for (const auto& net : net_) {
        net->use(admission.value());
    }
    for (const std::string_view name : changed_for_restart(options_.config, config)) {
        log_.warn("reload_needs_restart", {{"key", name}});
    }
    options_.config.issuers = config.issuers;
    options_.config.audience = config.audience;
    options_.config.shutdown_retry_ms = config.shutdown_retry_ms;
    options_.config.shutdown_ms_max = config.shutdown_ms_max;
    options_.config.unready_ms = config.unready_ms;
    return {};
}

void Shard::ask_shutdown() {
    say_unready();
    ShutdownAsked asked;
    asked.retry_in_ms = static_cast<uint32_t>(options_.config.shutdown_retry_ms);
    // The core never waits for this thread, so there is room soon; closed, it has stopped anyway.
    while (!inbox_.push(asked) && !inbox_.closed()) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

bool Shard::wait_done(std::chrono::milliseconds longest) {
    std::vector<ShutdownDone> done;
    return core_->done().wait(done, longest) > 0;
}

uint16_t Shard::port() const {
    return net_[0]->address().port;
}

void Shard::log_counters() const {
    const CoreCounters& core = core_->counters();
    log_.info("counters_core", {{"inputs", core.inputs.read()},
                                {"effects", core.effects.read()},
                                {"sessions", core_->sessions()},
                                {"rooms", core_->rooms()},
                                {"rooms_asleep", core_->rooms_asleep()},
                                {"rooms_refused", core_->rooms_refused()},
                                {"store_full", core.store_full.read()},
                                {"net_full", core.net_full.read()}});
    const SqliteStore::Counters& store = store_->counters();
    log_.info("counters_store", {{"commits", store.commits.read()},
                                 {"entries", store.entries.read()},
                                 {"failures", store.failures.read()},
                                 {"folds", store.folds.read()},
                                 {"checkpoints", store.checkpoints.read()},
                                 {"removed", store.removed.read()}});
    for (size_t i = 0; i < net_.size(); ++i) {
        const NetCounters& net = net_[i]->counters();
        const BatchCounters& batch = net_[i]->batch_counters();
        log_.info("counters_net", {{"thread", uint64_t{i}},
                                   {"tickets_refused", net.tickets_refused.read()},
                                   {"sessions_opened", net.sessions_opened.read()},
                                   {"frames_received", net.frames_received.read()},
                                   {"frames_malformed", net.frames_malformed.read()},
                                   {"frames_unsupported", net.frames_unsupported.read()},
                                   {"frames_sent", net.frames_sent.read()},
                                   {"sessions_lagged", net.sessions_lagged.read()},
                                   {"sessions_cut", net.sessions_cut.read()},
                                   {"core_full", net.core_full.read()},
                                   {"batch_sent", batch.sent.read()},
                                   {"batch_send_calls", batch.send_calls.read()},
                                   {"batch_refused", batch.refused.read()},
                                   {"batch_received", batch.received.read()},
                                   {"batch_receive_calls", batch.receive_calls.read()}});
        net_[i]->link_metrics().for_each(
            [&](std::string_view name, std::string_view, uint64_t value) {
                if (value != 0) {
                    log_.info("counter_link",
                              {{"thread", uint64_t{i}}, {"name", name}, {"value", value}});
                }
            });
    }
}

} // namespace parley
