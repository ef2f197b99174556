// report.hpp: what was measured, as a table for people and as JSON lines for programs.
//
// One row is one metric of one subject in one workload: its value in every pass, and the ratio of
// each against each baseline's value of the same pass. Two medians of a noisy machine may be of
// different passes; a ratio never is.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace parley::bench {

// Of one pass of one subject.
struct Figure {
    std::string_view metric;
    double value = 0;
};
using Figures = std::vector<Figure>;

struct Row {
    std::string workload;
    std::string subject;
    std::string metric;
    std::vector<std::string>
        baselines;              // subjects of the same workload; of one itself, its own name
    std::vector<double> values; // one a pass
};

double median(std::vector<double> values);
// The p-th part of them in order, 0 <= p <= 1; 0 of none.
double percentile(std::vector<float>& values, double p);

class Report {
public:
    void add(std::string_view workload, std::string_view subject,
             const std::vector<std::string>& baselines, const Figures& figures);

    const std::vector<Row>& rows() const { return rows_; }
    // Nothing when the baseline measured 0 and this did not, when either is below 0 (a difference
    // may be), or a pass is missing.
    std::optional<double> ratio(const Row& row, std::string_view baseline) const;

    // {"workload":...,"subject":...,"metric":...,"median":...,"min":...,"max":...,"passes":...,
    // "baseline":...,"ratio":...} and no other key, one line for each baseline; with none the last
    // two are null.
    std::string json_lines() const;
    std::string table() const;

private:
    const Row* find(std::string_view workload, std::string_view subject,
                    std::string_view metric) const;

    std::vector<Row> rows_;
};

} // namespace parley::bench
