// json.hpp: the JSON of a ticket, read strictly: one object, no key twice at any level, bounded
// depth, valid UTF-8. Only what tickets use comes out (strings, whole numbers, lists of strings);
// everything else is there but Other, so that unknown claims can be ignored. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace parley::auth {

struct JsonOther {}; // null, bool, fraction, object, list with anything but strings
using JsonStrings = std::vector<std::string>;
using JsonValue = std::variant<JsonOther, std::string, int64_t, JsonStrings>;

struct JsonObject {
    std::vector<std::pair<std::string, JsonValue>> members;

    const JsonValue* find(std::string_view key) const;
    // Null: missing or of another kind.
    const std::string* string(std::string_view key) const;
    const int64_t* number(std::string_view key) const;
    const JsonStrings* strings(std::string_view key) const;
};

// Nothing: not such an object; why then says it in words that fit after "the header ".
std::optional<JsonObject> read_json(std::string_view text, std::string& why);

} // namespace parley::auth
