// settings_file.hpp: a TOML file of two levels as a flat list of keys, for theme and words. The
// only place of the overlay that knows TOML.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "schemas/base/result.hpp"

namespace parley::overlay {

struct Setting {
    std::string key; // "colours.panel"; arrays: "hints.items.3.1"
    std::string value;
    double number = 0;
    bool is_number = false;
    uint32_t line = 0;
};

// In the order of the file. BadConfig: message says what and on which line.
Result<std::vector<Setting>> read_settings(std::string_view toml, std::string& message);
// A whole file of at most 256 KiB; Io when it cannot be read.
Result<std::string> read_file(const std::string& path);

} // namespace parley::overlay
