// exposition_reader.hpp: reads a page of Prometheus' text format 0.0.4, and is stricter than any
// scraper: what it takes, all take.
#pragma once

#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace parley::test {

struct ReadFamily {
    std::string type;
    std::map<std::string, double> samples; // by what stands before the value, labels and all
};

// A page that was read whole, or in problem the line that is wrong.
struct ReadExposition {
    std::map<std::string, ReadFamily> families;
    std::string problem;

    double value(const std::string& family, const std::string& sample) const {
        const auto found = families.find(family);
        if (found == families.end() || found->second.samples.count(sample) == 0) {
            return std::nan("");
        }
        return found->second.samples.at(sample);
    }
    double value(const std::string& family) const { return value(family, family); }
};

namespace exposition {

inline bool is_name(std::string_view text) {
    const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
    bool good = !text.empty() && letter(text[0]);
    for (const char c : text) {
        good = good && (letter(c) || (c >= '0' && c <= '9'));
    }
    return good;
}

inline std::optional<double> number(std::string_view text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool good = error == std::errc() && end == text.data() + text.size() && value >= 0;
    return good ? std::optional<double>(value) : std::nullopt;
}

inline bool starts(std::string_view text, std::string_view start) {
    return text.substr(0, start.size()) == start;
}

// name{label="value",...}: the names in order, each once. False: not so.
inline bool read_labels(std::string_view text, std::map<std::string, std::string>& labels) {
    while (!text.empty()) {
        const size_t equals = text.find("=\"");
        if (equals == std::string_view::npos || !is_name(text.substr(0, equals))) {
            return false;
        }
        const std::string name(text.substr(0, equals));
        text.remove_prefix(equals + 2);
        std::string value;
        size_t at = 0;
        while (at < text.size() && text[at] != '"') {
            if (text[at] == '\\') {
                ++at;
                if (at == text.size() || (text[at] != '\\' && text[at] != '"' && text[at] != 'n')) {
                    return false;
                }
            }
            value += text[at++];
        }
        if (at == text.size() || !labels.emplace(name, value).second) {
            return false;
        }
        text.remove_prefix(at + 1);
        if (!text.empty() && (text[0] != ',' || text.size() == 1)) {
            return false;
        }
        text.remove_prefix(text.empty() ? 0 : 1);
    }
    return true;
}

// What the bounds of a histogram say adds up.
inline bool adds_up(const std::string& name, const ReadFamily& family,
                    const std::vector<std::pair<double, double>>& buckets) {
    double bound = -1;
    double count = 0;
    for (const auto& [le, value] : buckets) {
        if (le <= bound || value < count) {
            return false;
        }
        bound = le;
        count = value;
    }
    const auto total = family.samples.find(name + "_count");
    return std::isinf(bound) && total != family.samples.end() && total->second == count &&
           family.samples.count(name + "_sum") == 1;
}

} // namespace exposition

inline ReadExposition read_exposition(const std::string& page) {
    using namespace exposition;
    ReadExposition read;
    std::string name;
    std::string helped;
    std::vector<std::pair<double, double>> buckets;
    const auto fail = [&](std::string_view line, const char* why) {
        read.problem = std::string(why) + ": " + std::string(line);
        return read;
    };
    const auto ends_well = [&] {
        if (name.empty()) {
            return true;
        }
        const ReadFamily& family = read.families[name];
        return !family.samples.empty() &&
               (family.type != "histogram" || adds_up(name, family, buckets));
    };
    if (page.empty() || page.back() != '\n') {
        return fail(page, "the last line has no end");
    }
    for (size_t at = 0; at < page.size();) {
        const size_t end = page.find('\n', at);
        const std::string_view line = std::string_view(page).substr(at, end - at);
        at = end + 1;
        if (starts(line, "# HELP ")) {
            const size_t blank = line.find(' ', 7);
            if (blank == std::string_view::npos || blank + 1 == line.size()) {
                return fail(line, "help without words");
            }
            if (!ends_well()) {
                return fail(line, "the family before has no samples, or they do not add up");
            }
            helped = line.substr(7, blank - 7);
            name.clear();
            if (!is_name(helped) || read.families.count(helped) != 0) {
                return fail(line, "no name, or one that was before");
            }
            continue;
        }
        if (starts(line, "# TYPE ")) {
            const std::string_view rest = line.substr(7);
            const size_t blank = rest.find(' ');
            const std::string_view type =
                blank == std::string_view::npos ? std::string_view() : rest.substr(blank + 1);
            if (rest.substr(0, blank) != helped || !name.empty() ||
                (type != "counter" && type != "gauge" && type != "histogram")) {
                return fail(line, "a type of no known kind, or not behind its help");
            }
            name = helped;
            const bool total = name.size() > 6 && name.substr(name.size() - 6) == "_total";
            if ((type == "counter") != total) {
                return fail(line, "counters, and they alone, end in _total");
            }
            read.families[name].type = type;
            buckets.clear();
            continue;
        }
        // name[{labels}] value
        const size_t blank = line.rfind(' ');
        const std::string sample(line.substr(0, blank));
        const std::optional<double> value =
            blank == std::string_view::npos ? std::nullopt : number(line.substr(blank + 1));
        const size_t brace = sample.find('{');
        std::map<std::string, std::string> labels;
        if (name.empty() || !value) {
            return fail(line, "a sample of no family, or without a value");
        }
        if (brace != std::string::npos &&
            (sample.back() != '}' || brace + 2 >= sample.size() ||
             !read_labels(std::string_view(sample).substr(brace + 1, sample.size() - brace - 2),
                          labels))) {
            return fail(line, "labels that are none");
        }
        ReadFamily& family = read.families[name];
        const std::string of = sample.substr(0, brace);
        if (family.type == "histogram" && of == name + "_bucket" && labels.count("le") == 1) {
            const std::string& bound = labels["le"];
            buckets.emplace_back(bound == "+Inf" ? INFINITY : number(bound).value_or(-1), *value);
        } else if (family.type == "histogram" ? of != name + "_sum" && of != name + "_count"
                                              : of != name) {
            return fail(line, "a sample of another family");
        }
        if (!family.samples.emplace(sample, *value).second) {
            return fail(line, "a sample twice");
        }
    }
    return ends_well() ? read : fail(name, "the last family has no samples, or they do not add up");
}

} // namespace parley::test
