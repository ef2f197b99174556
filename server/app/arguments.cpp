// arguments.cpp: "--name value", "--name=value" and "--flag".
#include "server/app/arguments.hpp"

#include <algorithm>
#include <charconv>

namespace parley {

bool Arguments::parse(std::span<const std::string_view> words, std::span<const Option> options,
                      std::string& message) {
    for (size_t i = 0; i < words.size(); ++i) {
        if (words[i].substr(0, 2) != "--") {
            rest_.emplace_back(words[i]);
            continue;
        }
        const size_t equals = words[i].find('=');
        const std::string_view name = words[i].substr(0, equals);
        const auto known = std::find_if(options.begin(), options.end(),
                                        [&](const Option& option) { return option.name == name; });
        if (known == options.end()) {
            message = "there is no option " + std::string(name) + " here; --help lists them";
            return false;
        }
        std::string value;
        if (equals != std::string_view::npos) {
            value = words[i].substr(equals + 1);
        } else if (!known->value.empty()) {
            if (i + 1 == words.size()) {
                message = "the option " + std::string(name) +
                          " needs a value: " + std::string(name) + " " + std::string(known->value);
                return false;
            }
            value = words[++i];
        }
        values_[std::string(name)] = value;
    }
    return true;
}

std::string Arguments::get(std::string_view name, std::string_view fallback) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::string(fallback) : found->second;
}

bool Arguments::number(std::string_view name, int64_t min, int64_t max, int64_t& value,
                       std::string& message) const {
    const auto found = values_.find(name);
    if (found == values_.end()) {
        return true;
    }
    const std::string& text = found->second;
    int64_t read = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), read);
    if (error != std::errc() || end != text.data() + text.size() || read < min || read > max) {
        message = "the option " + std::string(name) + " must be a number from " +
                  std::to_string(min) + " to " + std::to_string(max) + ", not " + text;
        return false;
    }
    value = read;
    return true;
}

std::string help_of(std::string_view usage, std::string_view what,
                    std::span<const Option> options) {
    std::string out = "usage: parley " + std::string(usage) + "\n\n" + std::string(what) + "\n";
    size_t width = 0;
    for (const Option& option : options) {
        width = std::max(width, option.name.size() + 1 + option.value.size());
    }
    if (!options.empty()) {
        out += "\n";
    }
    for (const Option& option : options) {
        std::string left = std::string(option.name) +
                           (option.value.empty() ? "" : " " + std::string(option.value));
        left.resize(width + 2, ' ');
        out += "  " + left + std::string(option.help) + "\n";
    }
    return out;
}

} // namespace parley
