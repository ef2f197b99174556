// config.cpp: the table of keys and what is driven by it.
#include "server/app/config.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "schemas/base/limits.hpp"
#include "schemas/base/one_line.hpp"
#include "server/app/toml.hpp"
#include "server/auth/ticket.hpp"

namespace parley {
namespace {

constexpr int64_t path_bytes_max = 4096;
constexpr int64_t hour_ms = 60 * 60 * 1000;

#define PARLEY_TIER_KEYS(word, index)                                                              \
    {.name = "tiers." word ".text_code_points_max",                                                \
     .min = 1,                                                                                     \
     .max = limits::text_code_points_max,                                                          \
     .usage = "longest message, in code points",                                                   \
     .number = [](Config& c) { return &c.tiers[index].text_code_points_max; }},                    \
        {.name = "tiers." word ".pace_burst",                                                      \
         .min = 1,                                                                                 \
         .max = 1000,                                                                              \
         .usage = "messages that a user may send at once",                                         \
         .number = [](Config& c) { return &c.tiers[index].pace_burst; }},                          \
        {.name = "tiers." word ".pace_period_ms",                                                  \
         .min = 1,                                                                                 \
         .max = hour_ms,                                                                           \
         .usage = "milliseconds in which that burst is earned again",                              \
         .number = [](Config& c) { return &c.tiers[index].pace_period_ms; }},                      \
        {.name = "tiers." word ".members_max",                                                     \
         .min = 2,                                                                                 \
         .max = limits::global_members_max,                                                        \
         .usage = "most members of one room",                                                      \
         .number = [](Config& c) { return &c.tiers[index].members_max; }},                         \
        {.name = "tiers." word ".history_days",                                                    \
         .min = limits::history_days_min,                                                          \
         .max = limits::history_days_max,                                                          \
         .usage = "messages that are older are removed",                                           \
         .number = [](Config& c) { return &c.tiers[index].history_days; }},                        \
    {                                                                                              \
        .name = "tiers." word ".memory", .min = 0, .max = 1,                                       \
        .usage = "1: messages are never stored; sooner told, gone with the room or the shard",     \
        .number = [](Config& c) { return &c.tiers[index].memory; }                                 \
    }

constexpr ConfigKey keys[] = {
    {.name = "shard.bind",
     .kind = KeyKind::Text,
     .min = 7,
     .max = 64,
     .usage = "numeric address that clients reach; 0.0.0.0 is every interface",
     .text = [](Config& c) { return &c.bind; }},
    {.name = "shard.port",
     .min = 0,
     .max = 65'535,
     .usage = "UDP port; 0: any that is free",
     .number = [](Config& c) { return &c.port; }},
    {.name = "shard.net_threads",
     .min = 1,
     .max = 16,
     .usage = "network threads; they share the port",
     .number = [](Config& c) { return &c.net_threads; }},
    {.name = "shard.net_tick_ms",
     .min = 0,
     .max = 20,
     .usage = "datagrams are read once in this time: more is cheaper under load, less is sooner",
     .number = [](Config& c) { return &c.net_tick_ms; }},
    {.name = "shard.datagrams_per_call",
     .min = 1,
     .max = static_cast<int64_t>(limits::datagrams_per_call_max),
     .usage = "most datagrams that one call of the system sends or takes; 1: ENet's own calls",
     .number = [](Config& c) { return &c.datagrams_per_call; }},
    {.name = "shard.sessions_max",
     .min = 1,
     .max = static_cast<int64_t>(limits::sessions_per_host_max),
     .usage = "most sessions of one net thread",
     .number = [](Config& c) { return &c.sessions_max; }},
    {.name = "shard.app_id",
     .min = 0,
     .max = INT64_MAX,
     .usage = "number of the game; a client of another game is refused in its first datagram",
     .number = [](Config& c) { return &c.app_id; }},
    {.name = "shard.audience",
     .kind = KeyKind::Text,
     .min = 1,
     .max = 128,
     .usage = "what a ticket's aud must name",
     .reloadable = true,
     .text = [](Config& c) { return &c.audience; }},
    {.name = "shard.data_folder",
     .kind = KeyKind::Text,
     .min = 1,
     .max = path_bytes_max,
     .usage = "folder of the database and the server's key",
     .text = [](Config& c) { return &c.data_folder; }},
    {.name = "shard.server_key_file",
     .kind = KeyKind::Text,
     .min = 0,
     .max = path_bytes_max,
     .usage = "X25519 secret that clients pin; made when missing; empty: server.key in data_folder",
     .text = [](Config& c) { return &c.server_key_file; }},
    {.name = "shard.cards_folder",
     .kind = KeyKind::Text,
     .min = 0,
     .max = path_bytes_max,
     .usage = "folder of card types, one .toml each; empty: the game has no cards",
     .text = [](Config& c) { return &c.cards_folder; }},
    {.name = "shard.log_level",
     .kind = KeyKind::Text,
     .min = 4,
     .max = 5,
     .usage = "error, warn, info or debug",
     .text = [](Config& c) { return &c.log_level; }},
    {.name = "shard.shutdown_retry_ms",
     .min = 0,
     .max = hour_ms,
     .usage = "after a shutdown clients come back so much later",
     .reloadable = true,
     .number = [](Config& c) { return &c.shutdown_retry_ms; }},
    {.name = "shard.shutdown_ms_max",
     .min = 100,
     .max = 10 * 60 * 1000,
     .usage = "a drain that takes longer is given up, with exit code 1",
     .reloadable = true,
     .number = [](Config& c) { return &c.shutdown_ms_max; }},
    {.name = "shard.unready_ms",
     .min = 0,
     .max = hour_ms,
     .usage = "before a drain the shard serves for so long while /readyz says that it will not",
     .reloadable = true,
     .number = [](Config& c) { return &c.unready_ms; }},
    {.name = "shard.hello_per_network_per_s",
     .min = 1,
     .max = 1'000'000,
     .usage = "new handshakes a second from one /24; raise it for load tests from one address",
     .number = [](Config& c) { return &c.hello_per_network_per_s; }},
    {.name = "shard.journal_bytes_max",
     .min = 1024 * 1024,
     .max = int64_t{1} << 40,
     .usage = "a journal (--journal) ends at this size, with a line in the log",
     .number = [](Config& c) { return &c.journal_bytes_max; }},
    {.name = "shard.seccomp",
     .min = 0,
     .max = 1,
     .usage = "1: once it serves, the kernel ends the shard if it does what serving never needs",
     .number = [](Config& c) { return &c.seccomp; }},
    {.name = "admin.address",
     .kind = KeyKind::Text,
     .min = 0,
     .max = 15,
     .usage = "numeric address of /healthz, /readyz and /metrics, as 127.0.0.1; empty: no pages",
     .text = [](Config& c) { return &c.admin_address; }},
    {.name = "admin.port",
     .min = 0,
     .max = 65'535,
     .usage = "TCP port of these pages; 0: any that is free",
     .number = [](Config& c) { return &c.admin_port; }},
    {.name = "rooms.global",
     .kind = KeyKind::TextList,
     .min = 0,
     .max = 16,
     .usage = "rooms that everyone is in from the start",
     .list = [](Config& c) { return &c.global_rooms; }},
    {.name = "rooms.readable_lines_per_s",
     .min = 0,
     .max = 1000,
     .usage = "lines a second of a global room that one can read; past it each hears a share, and "
              "\"n more\"; 0: all of them",
     .number = [](Config& c) { return &c.readable_lines_per_s; }},
    {.name = "rooms.slow_lines_per_s",
     .min = 0,
     .max = 100'000,
     .usage =
         "lines a second of a global room past which, for 5 seconds, slow mode comes on; 0: never",
     .number = [](Config& c) { return &c.slow_lines_per_s; }},
    {.name = "rooms.slow_pace_period_ms",
     .min = 1000,
     .max = hour_ms,
     .usage = "in slow mode a user writes once in this time; moderators keep their pace",
     .number = [](Config& c) { return &c.slow_pace_period_ms; }},
    {.name = "rooms.tails_bytes_max",
     .min = 16 * 1024 * 1024,
     .max = int64_t{1} << 40,
     .usage = "memory for the newest messages of all rooms; beyond it the quietest room's go",
     .number = [](Config& c) { return &c.tails_bytes_max; }},
    {.name = "rooms.loaded_max",
     .min = 1000,
     .max = 1'000'000,
     .usage = "rooms in memory at once; direct rooms take three quarters of them at most",
     .number = [](Config& c) { return &c.rooms_loaded_max; }},
    {.name = "users.sessions_max",
     .min = 1,
     .max = 64,
     .usage = "sessions of one user at once; one more closes the oldest",
     .number = [](Config& c) { return &c.sessions_per_user_max; }},
    {.name = "users.frames_per_s_max",
     .min = 1,
     .max = 100'000,
     .usage = "frames that one session may send in a second, and bytes in proportion; past it, cut",
     .number = [](Config& c) { return &c.frames_per_s_max; }},
    {.name = "users.log_bytes_per_s",
     .min = 1024,
     .max = 1'000'000'000,
     .usage = "bytes that one user may add to all logs in a second; 16 seconds' worth at once",
     .number = [](Config& c) { return &c.log_bytes_per_s; }},
    PARLEY_TIER_KEYS("global", 1),
    PARLEY_TIER_KEYS("team", 2),
    PARLEY_TIER_KEYS("party", 3),
    PARLEY_TIER_KEYS("direct", 4),
    PARLEY_TIER_KEYS("guild", 5),
};
#undef PARLEY_TIER_KEYS

constexpr std::string_view levels[] = {"error", "warn", "info", "debug"};

const ConfigKey* find_key(std::string_view name) {
    const auto found = std::find_if(std::begin(keys), std::end(keys),
                                    [&](const ConfigKey& key) { return key.name == name; });
    return found == std::end(keys) ? nullptr : &*found;
}

// Levenshtein's distance, for "did you mean".
size_t distance(std::string_view one, std::string_view other) {
    std::vector<size_t> row(other.size() + 1);
    for (size_t i = 0; i < row.size(); ++i) {
        row[i] = i;
    }
    for (size_t i = 0; i < one.size(); ++i) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < other.size(); ++j) {
            const size_t changed = diagonal + (one[i] == other[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({row[j] + 1, diagonal + 1, changed});
        }
    }
    return row.back();
}

// "; the nearest is ..." when one is near enough that it may be meant.
std::string nearest_key(std::string_view name) {
    constexpr size_t near_enough = 3;
    const auto nearest = std::min_element(
        std::begin(keys), std::end(keys), [&](const ConfigKey& one, const ConfigKey& other) {
            return distance(one.name, name) < distance(other.name, name);
        });
    return distance(nearest->name, name) > near_enough
               ? std::string()
               : "; the nearest is " + std::string(nearest->name);
}

std::string range_of(const ConfigKey& key) {
    const std::string range = std::to_string(key.min) + " to " + std::to_string(key.max);
    switch (key.kind) {
    case KeyKind::Number:
        return "a number from " + range;
    case KeyKind::Text:
        return "a text of " + range + " bytes";
    case KeyKind::TextList:
        return "a list of " + range + " texts";
    }
    return range;
}

std::string in_quotes(std::string_view text) {
    std::ostringstream out;
    out << toml::value<std::string>(text);
    return out.str();
}

std::string written(const ConfigKey& key, Config& config) {
    switch (key.kind) {
    case KeyKind::Number:
        return std::to_string(*key.number(config));
    case KeyKind::Text:
        return in_quotes(*key.text(config));
    case KeyKind::TextList: {
        std::string out = "[";
        for (const std::string& text : *key.list(config)) {
            out += (out.size() > 1 ? ", " : "") + in_quotes(text);
        }
        return out + "]";
    }
    }
    return {};
}

// Reads a document into a Config; the first mistake ends it.
class Reader {
public:
    Reader(std::string_view file_name, std::string& message)
        : file_name_(file_name), message_(message) {}

    bool read(const toml::table& root) { return read_table(root, "") && check(); }
    Config config;

private:
    bool fail(const toml::source_region& where, const std::string& what) {
        message_ = std::string(file_name_) + ":" + std::to_string(where.begin.line) + ": " + what;
        return false;
    }

    bool read_table(const toml::table& table, const std::string& prefix) {
        for (const auto& [key, node] : table) {
            const std::string name = prefix + std::string(key.str());
            if (name == "issuer") {
                if (!read_issuers(node)) {
                    return false;
                }
            } else if (const ConfigKey* known = find_key(name); known != nullptr) {
                if (!read_value(*known, node)) {
                    return false;
                }
            } else if (const toml::table* inner = node.as_table(); inner != nullptr) {
                if (!read_table(*inner, name + ".")) {
                    return false;
                }
            } else {
                return fail(node.source(), "there is no key " + name + nearest_key(name) +
                                               " (parley print-config lists all)");
            }
        }
        return true;
    }

    bool read_value(const ConfigKey& key, const toml::node& node) {
        const auto inside = [&](size_t size) {
            return static_cast<int64_t>(size) >= key.min && static_cast<int64_t>(size) <= key.max;
        };
        bool good = false;
        switch (key.kind) {
        case KeyKind::Number:
            if (const auto* value = node.as_integer(); value != nullptr) {
                good = value->get() >= key.min && value->get() <= key.max;
                *key.number(config) = value->get();
            }
            break;
        case KeyKind::Text:
            if (const auto* value = node.as_string(); value != nullptr) {
                good = inside(value->get().size());
                *key.text(config) = value->get();
            }
            break;
        case KeyKind::TextList:
            if (const toml::array* list = node.as_array(); list != nullptr) {
                good = inside(list->size());
                std::vector<std::string>& texts = *key.list(config);
                texts.clear();
                for (const toml::node& element : *list) {
                    const auto* value = element.as_string();
                    good = good && value != nullptr;
                    texts.push_back(value == nullptr ? std::string() : value->get());
                }
            }
            break;
        }
        return good || fail(node.source(), std::string(key.name) + " must be " + range_of(key) +
                                               " (" + std::string(key.usage) + ")");
    }

    bool read_issuers(const toml::node& node) {
        const toml::array* list = node.as_array();
        if (list == nullptr || !list->is_array_of_tables()) {
            return fail(node.source(), "issuers are written as [[issuer]] with name, kid and "
                                       "public_key (parley keys issuer prints one)");
        }
        for (const toml::node& element : *list) {
            const toml::table& table = *element.as_table();
            IssuerConfig issuer;
            for (const auto& [key, value] : table) {
                std::string* into = key.str() == "name"         ? &issuer.name
                                    : key.str() == "kid"        ? &issuer.key_id
                                    : key.str() == "public_key" ? &issuer.public_key
                                                                : nullptr;
                const auto* text = value.as_string();
                if (into == nullptr || text == nullptr) {
                    return fail(value.source(), "an [[issuer]] has the texts name, kid and "
                                                "public_key, not " +
                                                    std::string(key.str()));
                }
                *into = text->get();
            }
            if (issuer.name.empty() || issuer.key_id.empty() || issuer.public_key.empty()) {
                return fail(element.source(),
                            "this [[issuer]] needs name, kid and public_key, none of them empty");
            }
            config.issuers.push_back(std::move(issuer));
        }
        return true;
    }

    bool check() {
        if (std::find(std::begin(levels), std::end(levels), config.log_level) == std::end(levels)) {
            message_ = std::string(file_name_) +
                       ": shard.log_level must be error, warn, info or debug, not " +
                       config.log_level;
            return false;
        }
        for (auto room = config.global_rooms.begin(); room != config.global_rooms.end(); ++room) {
            // As in a ticket, which may name them too.
            const Result<RoomClaim> named = auth::parse_room_claim("global:" + *room);
            if (!named.ok() || named->name != *room) {
                message_ = std::string(file_name_) +
                           ": each name in rooms.global must be a text of 1 to " +
                           std::to_string(limits::room_name_bytes_max) +
                           " bytes that can be shown on one line, without #";
                return false;
            }
            if (std::find(config.global_rooms.begin(), room, *room) != room) {
                message_ = std::string(file_name_) + ": rooms.global has " + in_quotes(*room) +
                           " twice; leave one out";
                return false;
            }
        }
        return true;
    }

    const std::string_view file_name_;
    std::string& message_;
};

} // namespace

std::span<const ConfigKey> config_keys() {
    return keys;
}

Config::Config()
    : bind("0.0.0.0"), port(7777), net_threads(1), net_tick_ms(limits::net_tick_ms_default),
      datagrams_per_call(static_cast<int64_t>(limits::datagrams_per_call_max)), sessions_max(1024),
      audience("parley"), data_folder("data"), log_level("info"), shutdown_retry_ms(2000),
      shutdown_ms_max(10'000), unready_ms(0),
      hello_per_network_per_s(limits::hello_per_network_per_s),
      journal_bytes_max(int64_t{256} * 1024 * 1024), seccomp(1), admin_port(7778),
      global_rooms({"lobby"}), readable_lines_per_s(limits::readable_lines_per_s),
      slow_lines_per_s(limits::slow_lines_per_s), slow_pace_period_ms(limits::slow_pace_period_ms),
      sessions_per_user_max(static_cast<int64_t>(limits::sessions_per_user_max)),
      frames_per_s_max(limits::frames_per_s_max), log_bytes_per_s(limits::user_log_bytes_per_s),
      tails_bytes_max(static_cast<int64_t>(limits::tails_bytes_max)),
      rooms_loaded_max(static_cast<int64_t>(limits::rooms_loaded_max)) {
    for (size_t kind = 1; kind < std::size(tiers); ++kind) {
        const limits::Tier& tier = limits::tiers[kind];
        tiers[kind] = {tier.text_code_points_max, tier.pace_burst, tier.pace_period_ms,
                       tier.members_max, tier.history_days};
    }
}

CoreOptions Config::core_options() const {
    CoreOptions options;
    for (size_t kind = 1; kind < options.tiers.size(); ++kind) {
        limits::Tier& tier = options.tiers[kind];
        tier.text_code_points_max = static_cast<uint32_t>(tiers[kind].text_code_points_max);
        tier.pace_burst = static_cast<uint16_t>(tiers[kind].pace_burst);
        tier.pace_period_ms = static_cast<uint32_t>(tiers[kind].pace_period_ms);
        tier.members_max = static_cast<uint32_t>(tiers[kind].members_max);
        tier.history_days = static_cast<uint32_t>(tiers[kind].history_days);
        tier.memory = tiers[kind].memory != 0;
    }
    options.global_rooms = global_rooms;
    options.readable_lines_per_s = static_cast<uint32_t>(readable_lines_per_s);
    options.slow_lines_per_s = static_cast<uint32_t>(slow_lines_per_s);
    options.slow_pace_period_ms = static_cast<uint32_t>(slow_pace_period_ms);
    options.sessions_per_user_max = static_cast<size_t>(sessions_per_user_max);
    options.frames_per_s_max = static_cast<size_t>(frames_per_s_max);
    options.log_bytes_per_s = static_cast<uint32_t>(log_bytes_per_s);
    options.tails_bytes_max = static_cast<size_t>(tails_bytes_max);
    options.rooms_loaded_max = static_cast<size_t>(rooms_loaded_max);
    options.dev = dev;
    return options;
}

LogLevel Config::level() const {
    const auto found = std::find(std::begin(levels), std::end(levels), log_level);
    return found == std::end(levels) ? LogLevel::Info
                                     : static_cast<LogLevel>(found - std::begin(levels));
}

Result<Config> parse_config(std::string_view toml_text, std::string_view file_name,
                            std::string& message) {
    const toml::parse_result parsed = toml::parse(toml_text);
    if (!parsed) {
        std::ostringstream out;
        out << file_name << ":" << parsed.error().source().begin.line << ": "
            << one_line(parsed.error().description()) << "; this is not TOML";
        message = out.str();
        return Error::BadConfig;
    }
    Reader reader(file_name, message);
    if (!reader.read(parsed.table())) {
        return Error::BadConfig;
    }
    return std::move(reader.config);
}

Result<Config> read_config(const std::string& path, std::string& message) {
    std::error_code error;
    const std::filesystem::file_status status = std::filesystem::status(path, error);
    if (status.type() == std::filesystem::file_type::not_found) {
        message =
            "there is no configuration " + path + "; parley print-config > " + path + " makes one";
        return Error::BadConfig;
    }
    if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
        message = "the configuration " + path + " is not a file; name one with --config FILE";
        return Error::BadConfig;
    }
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    if (file && file.peek() != std::ifstream::traits_type::eof()) {
        text << file.rdbuf();
    }
    if (!file.is_open() || file.bad()) {
        message = "the configuration " + path + " cannot be read (" + std::strerror(errno) +
                  "); make it readable for this user";
        return Error::BadConfig;
    }
    return parse_config(text.str(), path, message);
}

std::vector<std::string_view> changed_for_restart(const Config& now, const Config& wanted) {
    Config one = now;
    Config other = wanted;
    std::vector<std::string_view> names;
    for (const ConfigKey& key : keys) {
        if (!key.reloadable && written(key, one) != written(key, other)) {
            names.push_back(key.name);
        }
    }
    return names;
}

std::string print_config(const Config& config) {
    Config copy = config;
    Config defaults;
    std::string out = "# Configuration of a Parley shard. Every key is here with its default; "
                      "delete what you do not change.\n";
    std::string section;
    for (const ConfigKey& key : keys) {
        const size_t dot = key.name.rfind('.');
        if (const std::string_view now = key.name.substr(0, dot); now != section) {
            section = now;
            out += "\n[" + section + "]\n";
        }
        const std::string fallback = written(key, defaults);
        const std::string value = written(key, copy);
        out += "# " + std::string(key.usage) + ".\n# " + range_of(key) +
               (key.reloadable ? "; taken up on SIGHUP" : "") +
               (value == fallback ? "" : "; default " + fallback) + "\n";
        out += std::string(key.name.substr(dot + 1)) + " = " + value + "\n";
    }
    out +=
        "\n# Who may sign tickets; two keys of one issuer while one replaces the other. Taken up "
        "on SIGHUP.\n"
        "# parley keys issuer FILE makes a key pair and prints these four lines.\n";
    for (const IssuerConfig& issuer : config.issuers) {
        out += "[[issuer]]\nname = " + in_quotes(issuer.name) +
               "\nkid = " + in_quotes(issuer.key_id) +
               "\npublic_key = " + in_quotes(issuer.public_key) + "\n";
    }
    if (config.issuers.empty()) {
        out += "# [[issuer]]\n# name = \"studio\"\n# kid = \"2024-1\"\n"
               "# public_key = \"43 letters of base64url\"\n";
    }
    return out;
}

} // namespace parley
