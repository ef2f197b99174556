// report.cpp: see report.hpp.
#include "tests/perf/report.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace parley::bench {
namespace {

std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.6g", value);
    return text;
}

std::string number_or_null(std::optional<double> value) {
    return value && std::isfinite(*value) ? number(*value) : "null";
}

// Names here are our own: letters, digits and underscores.
std::string quoted(std::string_view text) {
    return "\"" + std::string(text) + "\"";
}

} // namespace

double median(std::vector<double> values) {
    if (values.empty()) {
        return 0;
    }
    std::sort(values.begin(), values.end());
    const size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double percentile(std::vector<float>& values, double p) {
    if (values.empty()) {
        return 0;
    }
    const auto index = static_cast<size_t>(p * static_cast<double>(values.size() - 1) + 0.5);
    const auto at = values.begin() + static_cast<std::ptrdiff_t>(index);
    std::nth_element(values.begin(), at, values.end());
    return static_cast<double>(*at);
}

void Report::add(std::string_view workload, std::string_view subject,
                 const std::vector<std::string>& baselines, const Figures& figures) {
    std::vector<std::string> against = baselines;
    if (std::find(against.begin(), against.end(), subject) != against.end()) {
        against = {std::string(subject)};
    }
    for (const Figure& figure : figures) {
        const auto same = [&](const Row& row) {
            return row.workload == workload && row.subject == subject &&
                   row.metric == figure.metric;
        };
        auto row = std::find_if(rows_.begin(), rows_.end(), same);
        if (row == rows_.end()) {
            rows_.push_back({std::string(workload),
                             std::string(subject),
                             std::string(figure.metric),
                             against,
                             {}});
            row = rows_.end() - 1;
        }
        row->values.push_back(figure.value);
    }
}

const Row* Report::find(std::string_view workload, std::string_view subject,
                        std::string_view metric) const {
    for (const Row& row : rows_) {
        if (row.workload == workload && row.subject == subject && row.metric == metric) {
            return &row;
        }
    }
    return nullptr;
}

std::optional<double> Report::ratio(const Row& row, std::string_view name) const {
    const Row* const baseline = find(row.workload, name, row.metric);
    if (baseline == nullptr || baseline->values.size() != row.values.size()) {
        return std::nullopt;
    }
    std::vector<double> ratios;
    for (size_t pass = 0; pass < row.values.size(); ++pass) {
        const double against = baseline->values[pass];
        if (row.values[pass] == against) {
            ratios.push_back(1); // also 0 against 0
        } else if (against > 0 && row.values[pass] >= 0) {
            ratios.push_back(row.values[pass] / against);
        } else {
            return std::nullopt; // of 0, or of a difference that fell below it
        }
    }
    return median(std::move(ratios));
}

std::string Report::json_lines() const {
    std::string out;
    for (const Row& row : rows_) {
        const auto [least, most] = std::minmax_element(row.values.begin(), row.values.end());
        // Of a row with nothing to compare with there is a line all the same.
        const std::vector<std::string> none = {""};
        for (const std::string& baseline : row.baselines.empty() ? none : row.baselines) {
            out += "{\"workload\":" + quoted(row.workload) + ",\"subject\":" + quoted(row.subject) +
                   ",\"metric\":" + quoted(row.metric) +
                   ",\"median\":" + number(median(row.values)) + ",\"min\":" + number(*least) +
                   ",\"max\":" + number(*most) +
                   ",\"passes\":" + std::to_string(row.values.size()) +
                   ",\"baseline\":" + (baseline.empty() ? "null" : quoted(baseline)) +
                   ",\"ratio\":" + number_or_null(ratio(row, baseline)) + "}\n";
        }
    }
    return out;
}

std::string Report::table() const {
    std::string out;
    char line[256];
    std::string_view workload;
    for (const Row& row : rows_) {
        if (row.workload != workload) {
            workload = row.workload;
            std::snprintf(line, sizeof line, "%s%-14s %-14s %-28s %12s %12s %12s %s\n",
                          out.empty() ? "" : "\n", "workload", "subject", "metric", "median", "min",
                          "max", " ratio");
            out += line;
        }
        const auto [least, most] = std::minmax_element(row.values.begin(), row.values.end());
        std::string ratios;
        for (const std::string& baseline : row.baselines) {
            const std::optional<double> against = ratio(row, baseline);
            if (baseline != row.subject && against && std::isfinite(*against)) {
                char text[64];
                std::snprintf(text, sizeof text, " %.2fx %s", *against, baseline.c_str());
                ratios += text;
            }
        }
        std::snprintf(line, sizeof line, "%-14s %-14s %-28s %12s %12s %12s %s\n",
                      row.workload.c_str(), row.subject.c_str(), row.metric.c_str(),
                      number(median(row.values)).c_str(), number(*least).c_str(),
                      number(*most).c_str(), ratios.c_str());
        out += line;
    }
    return out;
}

} // namespace parley::bench
