// compare.cpp: see compare.hpp.
#include "tests/perf/compare.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include <nlohmann/json.hpp>

namespace parley::bench {
namespace {

using Json = nlohmann::json;

const Summary* find(const Saved& saved, const Summary& like) {
    const auto found = std::find_if(saved.begin(), saved.end(), [&](const Summary& one) {
        return one.workload == like.workload && one.subject == like.subject &&
               one.metric == like.metric;
    });
    return found == saved.end() ? nullptr : &*found;
}

bool take_text(const Json& object, const char* key, std::string& text) {
    const auto found = object.find(key);
    if (found == object.end() || !found->is_string()) {
        return false;
    }
    text = found->get<std::string>();
    return true;
}

bool take_number(const Json& object, const char* key, double& number) {
    const auto found = object.find(key);
    if (found == object.end() || !found->is_number()) {
        return false;
    }
    number = found->get<double>();
    return std::isfinite(number);
}

bool parse_line(std::string_view line, Summary& summary) {
    const Json object = Json::parse(line, nullptr, false);
    double passes = 0;
    if (!object.is_object() || !take_text(object, "workload", summary.workload) ||
        !take_text(object, "subject", summary.subject) ||
        !take_text(object, "metric", summary.metric) ||
        !take_number(object, "median", summary.median) ||
        !take_number(object, "min", summary.min) || !take_number(object, "max", summary.max) ||
        !take_number(object, "passes", passes) || passes < 1 || passes > 1e6) {
        return false;
    }
    summary.passes = static_cast<int>(passes);
    return true;
}

std::string ratio_text(double before, double after) {
    char text[32];
    if (before == 0) {
        return after == 0 ? "1.00x" : "-";
    }
    std::snprintf(text, sizeof text, "%.2fx", after / before);
    return text;
}

std::string_view words_of(Moved how) {
    switch (how) {
    case Moved::No:
        return "within the passes' spread";
    case Moved::Up:
        return "UP";
    case Moved::Down:
        return "DOWN";
    case Moved::Unknown:
        return "one pass: no spread is known";
    }
    return "";
}

std::string row(const Summary& which, const std::string& before, const std::string& after,
                const std::string& ratio, std::string_view words) {
    char line[320];
    std::snprintf(line, sizeof line, "%-16s %-16s %-32s %12s %12s %8s  %.*s\n",
                  which.workload.c_str(), which.subject.c_str(), which.metric.c_str(),
                  before.c_str(), after.c_str(), ratio.c_str(), static_cast<int>(words.size()),
                  words.data());
    return line;
}

std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.6g", value);
    return text;
}

} // namespace

std::optional<Saved> parse_saved(std::string_view json_lines) {
    Saved saved;
    while (!json_lines.empty()) {
        const size_t end = std::min(json_lines.find('\n'), json_lines.size());
        const std::string_view line = json_lines.substr(0, end);
        json_lines.remove_prefix(std::min(end + 1, json_lines.size()));
        if (line.empty()) {
            continue;
        }
        Summary summary;
        if (!parse_line(line, summary)) {
            return std::nullopt;
        }
        if (find(saved, summary) == nullptr) {
            saved.push_back(std::move(summary));
        }
    }
    return saved.empty() ? std::nullopt : std::optional(std::move(saved));
}

Saved summaries(const Report& report) {
    Saved all;
    for (const Row& row : report.rows()) {
        const auto [least, most] = std::minmax_element(row.values.begin(), row.values.end());
        all.push_back({row.workload, row.subject, row.metric, median(row.values), *least, *most,
                       static_cast<int>(row.values.size())});
    }
    return all;
}

Moved moved(const Summary& before, const Summary& after) {
    if (before.passes < 2 || after.passes < 2) {
        return Moved::Unknown;
    }
    const double spread = std::max(before.max - before.min, after.max - after.min);
    if (std::abs(after.median - before.median) <= spread) {
        return Moved::No;
    }
    return after.median > before.median ? Moved::Up : Moved::Down;
}

std::string comparison(const Saved& before, const Saved& after) {
    std::string out = row({"workload", "subject", "metric"}, "before", "after", "ratio", "moved");
    size_t moves = 0;
    size_t judged = 0;
    for (const Summary& now : after) {
        const Summary* const then = find(before, now);
        if (then == nullptr) {
            out += row(now, "-", number(now.median), "-", "only in this run");
            continue;
        }
        const Moved how = moved(*then, now);
        judged += how == Moved::Unknown ? 0 : 1;
        moves += how == Moved::Up || how == Moved::Down ? 1 : 0;
        out += row(now, number(then->median), number(now.median),
                   ratio_text(then->median, now.median), words_of(how));
    }
    for (const Summary& then : before) {
        const bool ran = std::any_of(after.begin(), after.end(), [&](const Summary& now) {
            return now.workload == then.workload;
        });
        if (ran && find(after, then) == nullptr) {
            out += row(then, number(then.median), "-", "-", "only in the saved run");
        }
    }
    return out + std::to_string(moves) + " of " + std::to_string(judged) +
           " moved by more than the passes' own spread\n";
}

} // namespace parley::bench
