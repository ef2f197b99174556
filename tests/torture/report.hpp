// report.hpp: what the faults found: one row a check, judged by the fault that measured it. A table
// for people, JSON lines for programs.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace parley::torture {

enum class Verdict { Pass, Fail, Told, Skipped }; // Told: measured, and nobody's bound

struct Row {
    std::string fault;
    std::string check;
    double value = 0;
    std::optional<double> bound;
    Verdict verdict{};
    std::string note;
};

class Report {
public:
    // Of the fault whose rows follow.
    void begin(std::string_view fault) { fault_ = fault; }

    void at_most(std::string_view check, double value, double bound, std::string note = {});
    void at_least(std::string_view check, double value, double bound, std::string note = {});
    void tell(std::string_view check, double value, std::string note = {});
    // The fault, or a part of it, cannot be played here, or could not be played to its end.
    void skip(std::string_view check, std::string_view why);
    void broken(std::string_view why);

    bool failed() const;
    const std::vector<Row>& rows() const { return rows_; }
    std::string json_lines() const;
    std::string table() const;

private:
    std::string fault_;
    std::vector<Row> rows_;
};

// Sorts; 0 of none.
double percentile(std::vector<double> values, double p);

} // namespace parley::torture
