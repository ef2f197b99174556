// operate_test.cpp: docs/operate.md's table of the configuration is the shard's own.
#include "tests/support/catch.hpp"

#include <string>

#include "server/app/config.hpp"
#include "tests/support/markdown_table.hpp"

namespace {

std::string default_of(const parley::ConfigKey& key, parley::Config& config) {
    if (key.number != nullptr) {
        return std::to_string(*key.number(config));
    }
    if (key.text != nullptr) {
        return "'" + *key.text(config) + "'";
    }
    std::string list;
    for (const std::string& word : *key.list(config)) {
        list += (list.empty() ? "'" : ", '") + word + "'";
    }
    return "[" + list + "]";
}

} // namespace

TEST_CASE("the document's configuration is the shard's", "[operate]") {
    parley::Config config;
    parley::test::Table code;
    for (const parley::ConfigKey& key : parley::config_keys()) {
        if (key.name.substr(0, 6) != "tiers.") { // protocol.md has those
            code.push_back({std::string(key.name), default_of(key, config)});
        }
    }
    parley::test::Table document = parley::test::table_of("docs/operate.md", "Configuration");
    for (parley::test::Row& row : document) {
        row.resize(2);
    }
    CHECK(document == code);
}
