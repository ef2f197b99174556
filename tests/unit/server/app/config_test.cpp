// config_test.cpp: the table drives all three: reading, mistakes, printing.
#include "server/app/config.hpp"

#include "tests/support/catch.hpp"

#include <fstream>
#include <set>
#include <string>

#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/server/store/store_test_help.hpp"

using namespace parley;

namespace {

std::string mistake(const std::string& toml) {
    std::string message;
    const auto parsed = parse_config(toml, "shard.toml", message);
    CHECK(parsed.error() == Error::BadConfig);
    CHECK(message.find("shard.toml") == 0);
    CHECK(message.find('\n') == std::string::npos);
    return message;
}

Config good(const std::string& toml) {
    std::string message;
    const auto parsed = parse_config(toml, "shard.toml", message);
    INFO(message);
    REQUIRE(parsed.ok());
    return parsed.value();
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("an empty file is the defaults", "[config]") {
    const Config config = good("");
    CHECK(print_config(config) == print_config(Config()));
    CHECK(config.port == 7777);
    CHECK(config.core_options().tiers[2].text_code_points_max ==
          limits::tiers[2].text_code_points_max);
    CHECK(config.core_options().global_rooms == std::vector<std::string>{"lobby"});
    CHECK(config.core_options().rooms_loaded_max == limits::rooms_loaded_max);
    CHECK(good("[rooms]\nloaded_max = 1000\n").core_options().rooms_loaded_max == 1000);
    CHECK(config.core_options().readable_lines_per_s == limits::readable_lines_per_s);
    const CoreOptions busy = good("[rooms]\nreadable_lines_per_s = 0\nslow_lines_per_s = 7\n"
                                  "slow_pace_period_ms = 60000\n")
                                 .core_options();
    CHECK(busy.readable_lines_per_s == 0);
    CHECK(busy.slow_lines_per_s == 7);
    CHECK(busy.slow_pace_period_ms == 60'000);
}

TEST_CASE("what is printed reads back to the same", "[config]") {
    Config config = good("[shard]\nport = 7000\naudience = \"a \\\"quoted\\\" game\"\n"
                         "[rooms]\nglobal = [\"lobby\", \"trade\"]\n"
                         "[tiers.party]\npace_burst = 9\n"
                         "[[issuer]]\nname = \"studio\"\nkid = \"1\"\npublic_key = \"abc\"\n");
    const std::string printed = print_config(config);
    CHECK(print_config(good(printed)) == printed);
    CHECK(contains(printed, "port = 7000"));
    CHECK(contains(printed, "default 7777"));
    CHECK(good(printed).issuers.at(0).name == "studio");
    CHECK(good(printed).tiers[3].pace_burst == 9);
    CHECK(good(printed).global_rooms == std::vector<std::string>{"lobby", "trade"});
}

TEST_CASE("every key has a meaning, a range that holds its default, and a name of its own",
          "[config]") {
    std::set<std::string_view> names;
    const std::string printed = print_config(Config());
    for (const ConfigKey& key : config_keys()) {
        INFO(key.name);
        CHECK(names.insert(key.name).second);
        CHECK_FALSE(key.usage.empty());
        CHECK(key.min <= key.max);
        CHECK(contains(printed, std::string(key.usage)));
        if (key.kind == KeyKind::Number) {
            Config config;
            CHECK(*key.number(config) >= key.min);
            CHECK(*key.number(config) <= key.max);
        }
    }
}

TEST_CASE("both sides of a range, for every number", "[config]") {
    for (const ConfigKey& key : config_keys()) {
        if (key.kind != KeyKind::Number) {
            continue;
        }
        const std::string name(key.name);
        INFO(name);
        Config low = good(name + " = " + std::to_string(key.min));
        CHECK(*key.number(low) == key.min);
        Config high = good(name + " = " + std::to_string(key.max));
        CHECK(*key.number(high) == key.max);
        if (key.max < INT64_MAX) {
            CHECK(contains(mistake(name + " = " + std::to_string(key.max + 1)),
                           name + " must be a number from"));
        }
        CHECK(contains(mistake(name + " = " + std::to_string(key.min - 1)),
                       name + " must be a number from"));
        CHECK(contains(mistake(name + " = \"text\""), name + " must be a number from"));
    }
}

TEST_CASE("a mistake is one sentence with the line and the way out", "[config]") {
    CHECK(contains(mistake("[shard]\nprot = 1\n"), ":2: there is no key shard.prot"));
    CHECK(contains(mistake("[shard]\nprot = 1\n"), "the nearest is shard.port"));
    CHECK(contains(mistake("[shard\n"), "this is not TOML"));
    CHECK(contains(mistake("[shard]\nlog_level = \"loud\"\n"), "error, warn, info or debug"));
    CHECK(contains(mistake("[rooms]\nglobal = [\"\"]\n"), "rooms.global"));
    CHECK(contains(mistake("[rooms]\nglobal = [1]\n"), "rooms.global must be a list"));
    CHECK(contains(mistake("[[issuer]]\nname = \"studio\"\n"), "needs name, kid and public_key"));
    CHECK(contains(mistake("[[issuer]]\nname = \"studio\"\nkey = \"x\"\n"), "not key"));
    CHECK(contains(mistake("issuer = 1\n"), "[[issuer]]"));
    std::string message;
    CHECK(read_config("/nowhere/shard.toml", message).error() == Error::BadConfig);
    CHECK(contains(message, "/nowhere/shard.toml"));
}

TEST_CASE("a key that nothing is near to is said to be none", "[config]") {
    CHECK(contains(mistake("[shard]\nprttt = 1\n"), "the nearest is shard.port"));
    CHECK_FALSE(contains(mistake("[shard]\nkitchen_sink = 1\n"), "nearest"));
    CHECK(contains(mistake("[shard]\nkitchen_sink = 1\n"), "there is no key shard.kitchen_sink"));
}

TEST_CASE("rooms for everyone have names that a ticket could say, each once", "[config]") {
    for (const char* list : {R"(["lob\u0007by"])", R"(["two\nlines"])", R"(["lobby#leader"])"}) {
        CHECK(contains(mistake(std::string("[rooms]\nglobal = ") + list + "\n"),
                       "can be shown on one line"));
    }
    CHECK(contains(mistake("[rooms]\nglobal = [\"a\", \"b\", \"a\"]\n"), "'a' twice"));
    good("[rooms]\nglobal = [\"Lobby of all\", \"trade\"]\n");
}

TEST_CASE("a configuration is a file", "[config]") {
    test::Folder folder;
    std::string message;
    CHECK(read_config(folder.file("."), message).error() == Error::BadConfig);
    CHECK(contains(message, "is not a file"));
    std::ofstream(folder.file("empty.toml")).close();
    CHECK(read_config(folder.file("empty.toml"), message).ok());
    std::ofstream(folder.file("closed.toml")) << "[shard]\n";
    REQUIRE(chmod(folder.file("closed.toml").c_str(), 0) == 0);
    if (access(folder.file("closed.toml").c_str(), R_OK) != 0) { // root reads everything
        CHECK(read_config(folder.file("closed.toml"), message).error() == Error::BadConfig);
        CHECK(contains(message, "make it readable"));
        CHECK_FALSE(contains(message, "print-config >"));
    }
}

TEST_CASE("a reload names what needs a restart and only that", "[config]") {
    const Config now = good("");
    CHECK(changed_for_restart(now, now).empty());
    const Config wanted = good("[shard]\nport = 1\naudience = \"other\"\nshutdown_retry_ms = 1\n");
    CHECK(changed_for_restart(now, wanted) == std::vector<std::string_view>{"shard.port"});
}
