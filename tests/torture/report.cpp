// report.cpp: see report.hpp.
#include "tests/torture/report.hpp"

#include <algorithm>
#include <cstdio>

namespace parley::torture {
namespace {

constexpr std::string_view verdict_names[] = {"pass", "fail", "told", "skipped"};

std::string_view name_of(Verdict verdict) {
    return verdict_names[static_cast<size_t>(verdict)];
}

std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.6g", value);
    return text;
}

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
        }
        out += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
    }
    return out + "\"";
}

} // namespace

void Report::at_most(std::string_view check, double value, double bound, std::string note) {
    const Verdict verdict = value <= bound ? Verdict::Pass : Verdict::Fail;
    rows_.push_back({fault_, std::string(check), value, bound, verdict, std::move(note)});
}

void Report::at_least(std::string_view check, double value, double bound, std::string note) {
    const Verdict verdict = value >= bound ? Verdict::Pass : Verdict::Fail;
    rows_.push_back({fault_, std::string(check), value, bound, verdict, std::move(note)});
}

void Report::tell(std::string_view check, double value, std::string note) {
    rows_.push_back({fault_, std::string(check), value, {}, Verdict::Told, std::move(note)});
}

void Report::skip(std::string_view check, std::string_view why) {
    rows_.push_back({fault_, std::string(check), 0, {}, Verdict::Skipped, std::string(why)});
}

void Report::broken(std::string_view why) {
    rows_.push_back({fault_, "played_to_its_end", 0, 1, Verdict::Fail, std::string(why)});
}

bool Report::failed() const {
    return std::any_of(rows_.begin(), rows_.end(),
                       [](const Row& row) { return row.verdict == Verdict::Fail; });
}

std::string Report::json_lines() const {
    std::string out;
    for (const Row& row : rows_) {
        const bool skipped = row.verdict == Verdict::Skipped;
        out += "{\"fault\":" + quoted(row.fault) + ",\"check\":" + quoted(row.check) +
               ",\"value\":" + (skipped ? "null" : number(row.value)) +
               ",\"verdict\":" + quoted(name_of(row.verdict)) +
               ",\"bound\":" + (row.bound ? number(*row.bound) : "null") +
               ",\"note\":" + quoted(row.note) + "}\n";
    }
    return out;
}

std::string Report::table() const {
    std::string out;
    char line[160];
    std::string_view fault;
    for (const Row& row : rows_) {
        if (row.fault != fault) {
            fault = row.fault;
            std::snprintf(line, sizeof line, "%s%-12s %-34s %12s %12s  %s\n",
                          out.empty() ? "" : "\n", "fault", "check", "value", "bound", "verdict");
            out += line;
        }
        const bool skipped = row.verdict == Verdict::Skipped;
        std::snprintf(line, sizeof line, "%-12s %-34s %12s %12s  %-8s", row.fault.c_str(),
                      row.check.c_str(), skipped ? "" : number(row.value).c_str(),
                      row.bound ? number(*row.bound).c_str() : "",
                      std::string(name_of(row.verdict)).c_str());
        out += line;
        out += row.note.empty() ? "\n" : " " + row.note + "\n";
    }
    return out;
}

double percentile(std::vector<double> values, double p) {
    if (values.empty()) {
        return 0;
    }
    std::sort(values.begin(), values.end());
    return values[static_cast<size_t>(p * static_cast<double>(values.size() - 1) + 0.5)];
}

} // namespace parley::torture
