// unicode_files.hpp: Unicode's own data and test files, as Debian's package unicode-data has them,
// for tests that run each of their cases. What Parley claims is of one version; another version's
// cases are none of its failures, and the tests say so and pass over them.
#pragma once

#include "tests/support/catch.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace parley::test {

inline constexpr std::string_view unicode_folder = "/usr/share/unicode/";
inline constexpr std::string_view unicode_version = "15.0"; // of utf8proc, HarfBuzz, the tables

// Calls on_line for each line, without its comment, that is not empty. False, with the reason in
// the test's output, when there is no such file or it is of another version.
inline bool each_unicode_line(const std::string& name,
                              const std::function<void(std::string_view)>& on_line) {
    std::ifstream file(std::string(unicode_folder) + name);
    if (!file) {
        WARN("passed over: there is no " << unicode_folder << name
                                         << "; Debian's package unicode-data has it");
        return false;
    }
    bool known = false;
    std::string line;
    for (int number = 0; std::getline(file, line); ++number) {
        // "# LineBreakTest-15.0.0.txt"; of emoji "# Version: 15.0" and "Emoji Version 15.0"
        const std::string version(unicode_version);
        for (const char* mark : {"-", "ersion: ", "ersion "}) {
            known = known || (number < 20 && line.find(mark + version) != line.npos);
        }
        std::string_view data = line;
        data = data.substr(0, data.find('#'));
        while (!data.empty() && (data.back() == ' ' || data.back() == '\t')) {
            data.remove_suffix(1);
        }
        if (data.empty()) {
            continue;
        }
        if (!known) {
            WARN("passed over: " << name << " is not of Unicode " << unicode_version);
            return false;
        }
        on_line(data);
    }
    return true;
}

// What separators part, blanks around it cut.
inline std::vector<std::string_view> fields_of(std::string_view text, char separator) {
    std::vector<std::string_view> fields;
    for (size_t at = 0; at <= text.size();) {
        const size_t end = std::min(text.find(separator, at), text.size());
        std::string_view field = text.substr(at, end - at);
        while (!field.empty() && (field.front() == ' ' || field.front() == '\t')) {
            field.remove_prefix(1);
        }
        while (!field.empty() && (field.back() == ' ' || field.back() == '\t')) {
            field.remove_suffix(1);
        }
        if (!field.empty() || separator != ' ') {
            fields.push_back(field);
        }
        at = end + 1;
    }
    return fields;
}

inline uint32_t code_of(std::string_view hex) {
    return static_cast<uint32_t>(std::strtoul(std::string(hex).c_str(), nullptr, 16));
}

inline std::vector<uint32_t> codes_of(std::string_view hexes) {
    std::vector<uint32_t> codes;
    for (const std::string_view hex : fields_of(hexes, ' ')) {
        codes.push_back(code_of(hex));
    }
    return codes;
}

struct CodeRange {
    uint32_t first = 0, last = 0;
};
// "231A..231B" or "231A"
inline CodeRange range_of(std::string_view text) {
    const size_t dots = text.find("..");
    const uint32_t first = code_of(text.substr(0, dots));
    return {first, dots == text.npos ? first : code_of(text.substr(dots + 2))};
}

// "× 0023 ÷ 0308 ÷": before[i] tells whether a break stands before the code point i.
struct BreakCase {
    std::vector<uint32_t> codes;
    std::vector<bool> before;
};
inline BreakCase break_case(std::string_view line) {
    BreakCase found;
    for (const std::string_view field : fields_of(line, ' ')) {
        if (field == "÷" || field == "×") {
            found.before.push_back(field == "÷");
        } else {
            found.codes.push_back(code_of(field));
        }
    }
    REQUIRE(found.before.size() == found.codes.size() + 1);
    return found;
}

inline void append_utf8(std::string& out, uint32_t code) {
    const auto put = [&](uint32_t byte) { out.push_back(static_cast<char>(byte)); };
    if (code < 0x80) {
        put(code);
    } else if (code < 0x800) {
        put(0xC0 | code >> 6);
        put(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        put(0xE0 | code >> 12);
        put(0x80 | ((code >> 6) & 0x3F));
        put(0x80 | (code & 0x3F));
    } else {
        put(0xF0 | code >> 18);
        put(0x80 | ((code >> 12) & 0x3F));
        put(0x80 | ((code >> 6) & 0x3F));
        put(0x80 | (code & 0x3F));
    }
}

inline std::string utf8_of(const std::vector<uint32_t>& codes) {
    std::string text;
    for (const uint32_t code : codes) {
        append_utf8(text, code);
    }
    return text;
}

// The cases of one file: how many hold, how many are not claimed, and which do not hold.
class PassRate {
public:
    explicit PassRate(std::string name) : name_(std::move(name)) {}

    void hold() { ++held_; }
    void unclaimed() { ++unclaimed_; }
    void fail(std::string_view line) {
        if (++failed_ <= 10) {
            UNSCOPED_INFO(line);
        }
    }
    void judge(bool holds, std::string_view line) {
        if (holds) {
            hold();
        } else {
            fail(line);
        }
    }
    // All that is claimed holds, and it is at least so much: a list of exceptions may not grow.
    void require(size_t held_least) const {
        const size_t all = held_ + unclaimed_ + failed_;
        std::printf("Unicode %s, %s: %zu of %zu cases hold (%.2f %%), %zu are not claimed\n",
                    std::string(unicode_version).c_str(), name_.c_str(), held_, all,
                    all == 0 ? 0.0 : 100.0 * static_cast<double>(held_) / static_cast<double>(all),
                    unclaimed_);
        CHECK(failed_ == 0);
        CHECK(held_ >= held_least);
    }

private:
    std::string name_;
    size_t held_ = 0, unclaimed_ = 0, failed_ = 0;
};

} // namespace parley::test
