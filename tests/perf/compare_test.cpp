// compare_test.cpp: a run beside a saved one: what counts as moved, and what is no saved run.
#include "tests/perf/compare.hpp"

#include "tests/support/catch.hpp"

using namespace parley::bench;

namespace {

Summary of(double median, double min, double max, int passes = 3) {
    return {"W1_w1_durable", "parley", "cpu_us_per_delivery", median, min, max, passes};
}

Report report_of(const std::vector<double>& values) {
    Report report;
    for (const double value : values) {
        report.add("W1_w1_durable", "redis", {"redis", "nats"}, {{"cpu_us_per_delivery", 2}});
        report.add("W1_w1_durable", "nats", {"redis", "nats"}, {{"cpu_us_per_delivery", 4}});
        report.add("W1_w1_durable", "parley", {"redis", "nats"}, {{"cpu_us_per_delivery", value}});
    }
    return report;
}

size_t count(const std::string& text, const std::string& words) {
    size_t found = 0;
    for (size_t at = text.find(words); at != std::string::npos; at = text.find(words, at + 1)) {
        ++found;
    }
    return found;
}

} // namespace

TEST_CASE("medians that are apart by more than the wider spread have moved, by as much not",
          "[perf]") {
    const Summary before = of(10, 9, 11); // its passes are 2 apart
    CHECK(moved(before, of(12, 12, 12)) == Moved::No);
    CHECK(moved(before, of(12.5, 12.5, 12.5)) == Moved::Up);
    CHECK(moved(before, of(8, 8, 8)) == Moved::No);
    CHECK(moved(before, of(7.5, 7.5, 7.5)) == Moved::Down);
    // The spread of the new run counts as much.
    CHECK(moved(before, of(13, 12, 15)) == Moved::No);
    CHECK(moved(before, of(13.5, 12, 15)) == Moved::Up);
    CHECK(moved(of(0, 0, 0), of(0, 0, 0)) == Moved::No);
    CHECK(moved(of(0, 0, 0), of(1, 1, 1)) == Moved::Up);
}

TEST_CASE("a run of one pass knows of no spread, and nothing is said to have moved", "[perf]") {
    CHECK(moved(of(10, 10, 10, 1), of(20, 19, 21)) == Moved::Unknown);
    CHECK(moved(of(10, 9, 11), of(20, 20, 20, 1)) == Moved::Unknown);
    CHECK(moved(of(10, 9, 11, 2), of(20, 19, 21, 2)) == Moved::Up);
}

TEST_CASE("what a report writes is read back, each metric once however many baselines it has",
          "[perf]") {
    const Report report = report_of({3, 1, 2});
    CHECK(count(report.json_lines(), "\"subject\":\"parley\"") == 2);
    const std::optional<Saved> saved = parse_saved(report.json_lines());
    REQUIRE(saved);
    REQUIRE(saved->size() == 3);
    const Summary& parley = saved->back();
    CHECK(parley.workload == "W1_w1_durable");
    CHECK(parley.subject == "parley");
    CHECK(parley.metric == "cpu_us_per_delivery");
    CHECK(parley.median == 2);
    CHECK(parley.min == 1);
    CHECK(parley.max == 3);
    CHECK(parley.passes == 3);

    const Saved own = summaries(report);
    REQUIRE(own.size() == 3);
    CHECK(own.back().median == 2);
    CHECK(own.back().passes == 3);
}

TEST_CASE("a metric without a baseline is a line with null, and is read back", "[perf]") {
    Report report;
    report.add("W5", "parley", {}, {{"back_s", 7}});
    CHECK(report.json_lines() ==
          "{\"workload\":\"W5\",\"subject\":\"parley\",\"metric\":\"back_s\","
          "\"median\":7,\"min\":7,\"max\":7,\"passes\":1,"
          "\"baseline\":null,\"ratio\":null}\n");
    REQUIRE(parse_saved(report.json_lines()));
}

TEST_CASE("a ratio of what fell below zero is null", "[perf]") {
    Report report;
    report.add("W4", "nats", {"nats"}, {{"memory", -10}, {"other", 10}});
    report.add("W4", "parley", {"nats"}, {{"memory", 20}, {"other", -20}});
    for (const Row& row : report.rows()) {
        CHECK(report.ratio(row, "nats").has_value() == (row.subject == "nats"));
    }
}

TEST_CASE("what is no saved run is refused: nothing, other text, a line with something missing",
          "[perf]") {
    const std::string good = report_of({1}).json_lines();
    CHECK(parse_saved(good));
    CHECK(parse_saved(good + "\n"));
    CHECK_FALSE(parse_saved(""));
    CHECK_FALSE(parse_saved("\n"));
    CHECK_FALSE(parse_saved("workload subject metric\n"));
    CHECK_FALSE(parse_saved("[1]\n"));
    CHECK_FALSE(parse_saved(good + "{\"workload\":\"W1\"}\n"));
    CHECK_FALSE(parse_saved(good.substr(0, good.size() - 2)));
    const std::string line = good.substr(0, good.find('\n'));
    for (const std::string key :
         {"workload", "subject", "metric", "median", "min", "max", "passes"}) {
        CAPTURE(key);
        std::string without = line;
        without.replace(without.find("\"" + key + "\""), key.size() + 2, "\"else\"");
        CHECK_FALSE(parse_saved(without));
    }
    std::string none = line;
    none.replace(none.find("\"passes\":1"), 10, "\"passes\":0");
    CHECK_FALSE(parse_saved(none));
    std::string text = line;
    text.replace(text.find("\"median\":2"), 10, "\"median\":\"\"");
    CHECK_FALSE(parse_saved(text));
}

TEST_CASE("the table says what has moved and how far, and what only one run has", "[perf]") {
    const Saved before = {of(10, 9, 11),
                          {"W1_w1_durable", "parley", "gone", 1, 1, 1, 3},
                          {"W2_sat_durable", "parley", "not_run", 1, 1, 1, 3}};
    const Saved after = {of(20, 19, 21), {"W1_w1_durable", "parley", "fresh", 1, 1, 1, 3}};
    const std::string table = comparison(before, after);
    CHECK(count(table, "2.00x  UP") == 1);
    CHECK(count(table, "only in this run") == 1);
    CHECK(count(table, "only in the saved run") == 1);
    CHECK(count(table, "not_run") == 0);
    CHECK(count(table, "1 of 1 moved by more than the passes' own spread") == 1);

    const std::string same = comparison(after, after);
    CHECK(count(same, "1.00x  within the passes' spread") == 2);
    CHECK(count(same, "0 of 2 moved") == 1);

    const std::string single = comparison({of(10, 10, 10, 1)}, {of(20, 20, 20, 1)});
    CHECK(count(single, "2.00x  one pass: no spread is known") == 1);
    CHECK(count(single, "0 of 0 moved") == 1);
}
