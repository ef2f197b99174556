// exposition_test.cpp: what is written is what a strict reader takes.
#include "server/admin/exposition.hpp"

#include "tests/support/catch.hpp"

#include "tests/unit/server/admin/exposition_reader.hpp"

using namespace parley;
using namespace parley::admin;
using namespace parley::test;

TEST_CASE("figures are written as a strict reader takes them", "[admin]") {
    Durations durations;
    for (const int64_t us : {int64_t{0}, int64_t{250}, int64_t{251}, int64_t{10'000'000},
                             int64_t{10'000'001}, int64_t{-1}}) {
        durations.add(us);
    }
    Exposition page;
    page.gauge("parley_sessions", "sessions that are open", 7);
    page.counter("parley_refused_total", "what was refused");
    page.sample({{"error", "Rate"}, {"thread", "0"}}, uint64_t{18'446'744'073'709'551'615u});
    page.sample({{"error", "a\"b\\c\nd"}, {"thread", "0"}}, uint64_t{2});
    page.gauge("parley_seconds", "a back\\slash\nand a line");
    page.sample({}, 0.25);
    page.histogram("parley_commit_seconds", "how long commits took", durations);

    const ReadExposition read = read_exposition(page.text());
    INFO(page.text());
    REQUIRE(read.problem.empty());
    CHECK(read.families.size() == 4);
    CHECK(read.value("parley_sessions") == 7);
    CHECK(read.value("parley_seconds") == 0.25);
    CHECK(read.value("parley_refused_total",
                     R"(parley_refused_total{error="a\"b\\c\nd",thread="0"})") == 2);
    CHECK(page.text().find("# HELP parley_seconds a back\\\\slash\\nand a line\n") !=
          std::string::npos);
    const auto bucket = [&](const std::string& le) {
        return read.value("parley_commit_seconds",
                          "parley_commit_seconds_bucket{le=\"" + le + "\"}");
    };
    CHECK(bucket("0.00025") == 3);
    CHECK(bucket("0.0005") == 4);
    CHECK(bucket("1") == 4);
    CHECK(bucket("10") == 5);
    CHECK(bucket("+Inf") == 6);
    CHECK(read.value("parley_commit_seconds", "parley_commit_seconds_sum") ==
          Approx(20.000502).epsilon(1e-9));
    CHECK(page.text().find(" 18446744073709551615\n") != std::string::npos);
}

TEST_CASE("the reader takes no page that a scraper might not", "[admin]") {
    const std::string head = "# HELP a_total words\n# TYPE a_total counter\n";
    CHECK(read_exposition(head + "a_total 1\n").problem.empty());
    CHECK(read_exposition(head + "a_total{b=\"c\",d=\"e\"} 1\n").problem.empty());
    for (const char* rest : {"",
                             "a_total 1",
                             "b_total 1\n",
                             "a_total\n",
                             "a_total x\n",
                             "a_total -1\n",
                             "a_total 1\na_total 1\n",
                             "a_total{} 1\n",
                             "a_total{b=c} 1\n",
                             "a_total{b=\"c\"\n",
                             "a_total{b=\"c\",} 1\n",
                             "a_total{b=\"c\",b=\"d\"} 1\n",
                             "a_total{B=\"c\"} 1\n",
                             "a_total{b=\"\\x\"} 1\n",
                             "a_total 1\n\n",
                             "a_total 1\n# TYPE a_total counter\n",
                             "a_total 1\n# HELP a_total words\n# TYPE a_total counter\na_total 1\n",
                             "a_total 1\n# HELP b words\n# TYPE b counter\nb 1\n",
                             "a_total 1\n# HELP b_total words\n# TYPE b_total gauge\nb_total 1\n",
                             "a_total 1\n# HELP B words\n# TYPE B gauge\nB 1\n",
                             "a_total 1\n# HELP b \n# TYPE b gauge\nb 1\n",
                             "a_total 1\n# HELP b words\n# TYPE b histogram\nb_sum 1\nb_count 1\n",
                             "a_total 1\n# HELP b words\n# TYPE b histogram\nb_bucket{le=\"1\"} 2\n"
                             "b_bucket{le=\"+Inf\"} 1\nb_sum 1\nb_count 1\n"}) {
        INFO(rest);
        CHECK_FALSE(read_exposition(head + rest).problem.empty());
    }
}
