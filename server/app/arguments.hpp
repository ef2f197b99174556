// arguments.hpp: "--name value" and "--flag" of a command line, known from one list that is also
// the help.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace parley {

struct Option {
    std::string_view name;  // "--port"
    std::string_view value; // "N"; empty: a flag
    std::string_view help;
};

class Arguments {
public:
    // False: message says in one sentence what is not understood.
    bool parse(std::span<const std::string_view> words, std::span<const Option> options,
               std::string& message);

    bool has(std::string_view name) const { return values_.find(name) != values_.end(); }
    std::string get(std::string_view name, std::string_view fallback = "") const;
    // False with a message when it is there and not a whole number from min to max.
    bool number(std::string_view name, int64_t min, int64_t max, int64_t& value,
                std::string& message) const;
    const std::vector<std::string>& rest() const { return rest_; }

private:
    std::map<std::string, std::string, std::less<>> values_;
    std::vector<std::string> rest_;
};

std::string help_of(std::string_view usage, std::string_view what, std::span<const Option> options);

} // namespace parley
