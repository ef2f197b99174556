// compare.hpp: a run beside one that was saved: what has moved, and whether by more than either
// run's own passes lay apart.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/perf/report.hpp"

namespace parley::bench {

// One metric of one subject in one workload, of the JSON lines.
struct Summary {
    std::string workload;
    std::string subject;
    std::string metric;
    double median = 0;
    double min = 0;
    double max = 0;
    int passes = 0;
};
using Saved = std::vector<Summary>;

// JSON lines as Report writes them; a metric has one for each baseline, and is read once. Nothing:
// a line is not one of them, or there is none.
std::optional<Saved> parse_saved(std::string_view json_lines);

Saved summaries(const Report& report);

enum class Moved {
    No, // the medians are no further apart than the passes of either run
    Up,
    Down,
    Unknown, // a run of one pass does not say how far its passes lie apart
};
Moved moved(const Summary& before, const Summary& after);

// For people: before, after, their ratio, and what has moved. What only one run
// has of a workload is named; workloads that this run left out are not.
std::string comparison(const Saved& before, const Saved& after);

} // namespace parley::bench
