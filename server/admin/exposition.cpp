// exposition.cpp: see exposition.hpp.
#include "server/admin/exposition.hpp"

#include <array>
#include <charconv>

namespace parley::admin {
namespace {

// In the C locale and as short as it can be.
std::string number(double value) {
    std::array<char, 400> text; // the largest has 309 digits
    const auto [end, error] =
        std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
    return error == std::errc() ? std::string(text.data(), end) : "NaN";
}

std::string seconds(uint64_t us) {
    return number(static_cast<double>(us) / 1e6);
}

void escape(std::string& out, std::string_view text, bool quotes) {
    for (const char c : text) {
        if (c == '\\') {
            out += "\\\\";
        } else if (c == '\n') {
            out += "\\n";
        } else if (c == '"' && quotes) {
            out += "\\\"";
        } else {
            out += c;
        }
    }
}

} // namespace

void Exposition::open(std::string_view name, std::string_view help, std::string_view type) {
    name_ = name;
    text_ += "# HELP " + name_ + " ";
    escape(text_, help, false);
    text_ += "\n# TYPE " + name_ + " " + std::string(type) + "\n";
}

void Exposition::line(std::string_view suffix, Labels labels, std::string_view value) {
    text_ += name_;
    text_ += suffix;
    char before = '{';
    for (const auto& [label, content] : labels) {
        text_ += before;
        text_ += label;
        text_ += "=\"";
        escape(text_, content, true);
        text_ += '"';
        before = ',';
    }
    text_ += before == ',' ? "} " : " ";
    text_ += value;
    text_ += '\n';
}

void Exposition::sample(Labels labels, uint64_t value) {
    line("", labels, std::to_string(value));
}

void Exposition::sample(Labels labels, double value) {
    line("", labels, number(value));
}

void Exposition::counter(std::string_view name, std::string_view help, uint64_t value) {
    counter(name, help);
    sample({}, value);
}

void Exposition::gauge(std::string_view name, std::string_view help, uint64_t value) {
    gauge(name, help);
    sample({}, value);
}

// Cumulative, as the format wants it; the count is the last bucket's, so that the two agree.
void Exposition::histogram(std::string_view name, std::string_view help,
                           const Durations& durations) {
    open(name, help, "histogram");
    uint64_t count = 0;
    for (size_t at = 0; at <= Durations::bounds_us.size(); ++at) {
        count += durations.count(at);
        const std::string bound = at == Durations::bounds_us.size()
                                      ? "+Inf"
                                      : seconds(static_cast<uint64_t>(Durations::bounds_us[at]));
        line("_bucket", {{"le", bound}}, std::to_string(count));
    }
    line("_sum", {}, seconds(durations.sum_us()));
    line("_count", {}, std::to_string(count));
}

} // namespace parley::admin
