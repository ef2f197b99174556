// exposition.hpp: figures as Prometheus reads them (text format 0.0.4). A family is opened once and
// then gets its samples, so that the page cannot name one twice.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "schemas/base/metrics.hpp"

namespace parley::admin {

inline constexpr std::string_view exposition_type = "text/plain; version=0.0.4; charset=utf-8";

class Exposition {
public:
    using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

    // name: a-z and _, of a counter with _total at its end. help: one line.
    void counter(std::string_view name, std::string_view help) { open(name, help, "counter"); }
    void gauge(std::string_view name, std::string_view help) { open(name, help, "gauge"); }
    // Of the family opened last.
    void sample(Labels labels, uint64_t value);
    void sample(Labels labels, double value);

    // A family of one sample.
    void counter(std::string_view name, std::string_view help, uint64_t value);
    void gauge(std::string_view name, std::string_view help, uint64_t value);
    // name: ends in _seconds.
    void histogram(std::string_view name, std::string_view help, const Durations& durations);

    const std::string& text() const { return text_; }

private:
    void open(std::string_view name, std::string_view help, std::string_view type);
    void line(std::string_view suffix, Labels labels, std::string_view value);

    std::string name_; // of the family that is open
    std::string text_;
};

} // namespace parley::admin
