// config.hpp: what an operator may set, in one table: key, default, range, usage. The table drives
// parsing, the sentences about mistakes, and --print-config, so that the three cannot differ.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/base/log.hpp"
#include "schemas/base/result.hpp"
#include "server/core/options.hpp"

namespace parley {

// Of one kind of room; defaults are limits::tiers.
struct TierConfig {
    int64_t text_code_points_max = 0;
    int64_t pace_burst = 0;
    int64_t pace_period_ms = 0;
    int64_t members_max = 0;
    int64_t history_days = 0;
    int64_t memory = 0;
};

// A game's backend whose tickets are good here: [[issuer]].
struct IssuerConfig {
    std::string name;       // iss
    std::string key_id;     // kid
    std::string public_key; // Ed25519, base64url without padding, 43 letters
};

struct Config {
    std::string bind;
    int64_t port = 0;
    int64_t net_threads = 0;
    int64_t net_tick_ms = 0;
    int64_t datagrams_per_call = 0;
    int64_t sessions_max = 0; // of one net thread
    int64_t app_id = 0;
    std::string audience;
    std::string data_folder;
    std::string server_key_file; // empty: data_folder/server.key
    std::string cards_folder;
    std::string log_level;
    int64_t shutdown_retry_ms = 0;
    int64_t shutdown_ms_max = 0;
    int64_t unready_ms = 0;
    int64_t hello_per_network_per_s = 0;
    int64_t journal_bytes_max = 0;
    int64_t seccomp = 0;
    std::string admin_address; // empty: no pages
    int64_t admin_port = 0;
    std::vector<std::string> global_rooms;
    int64_t readable_lines_per_s = 0;
    int64_t slow_lines_per_s = 0;
    int64_t slow_pace_period_ms = 0;
    int64_t sessions_per_user_max = 0;
    int64_t frames_per_s_max = 0;
    int64_t log_bytes_per_s = 0;
    int64_t tails_bytes_max = 0;
    int64_t rooms_loaded_max = 0;
    TierConfig tiers[6]; // by room kind; 0 is none
    std::vector<IssuerConfig> issuers;
    bool dev = false; // by --dev only, never by file

    Config(); // every default
    CoreOptions core_options() const;
    LogLevel level() const;
};

enum class KeyKind { Number, Text, TextList };

struct ConfigKey {
    std::string_view name; // "tiers.team.pace_burst"
    KeyKind kind = KeyKind::Number;
    int64_t min = 0; // Number: of the value; Text, TextList: of the length
    int64_t max = 0;
    std::string_view usage;
    bool reloadable = false; // by SIGHUP
    int64_t* (*number)(Config&) = nullptr;
    std::string* (*text)(Config&) = nullptr;
    std::vector<std::string>* (*list)(Config&) = nullptr;
};
std::span<const ConfigKey> config_keys();

// On an error message is one sentence: where, what, and how to mend it.
Result<Config> parse_config(std::string_view toml_text, std::string_view file_name,
                            std::string& message);
Result<Config> read_config(const std::string& path, std::string& message);

// Keys that differ and are not taken up by a reload.
std::vector<std::string_view> changed_for_restart(const Config& now, const Config& wanted);

// The whole table as a TOML file with comments; parse_config reads it back to the same Config.
std::string print_config(const Config& config);

} // namespace parley
