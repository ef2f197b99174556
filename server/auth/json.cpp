// json.cpp: nlohmann's parser by its events (SAX), since its tree keeps only the last of two equal
// keys and knows no bound on depth. Its lexer checks UTF-8 and surrogates.
#include "server/auth/json.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "schemas/base/limits.hpp"

namespace parley::auth {

namespace {

class Reader : public nlohmann::json_sax<nlohmann::json> {
public:
    JsonObject object;
    std::string why;

    bool null() override { return value(JsonOther{}); }
    bool boolean(bool) override { return value(JsonOther{}); }
    bool number_integer(number_integer_t said) override { return value(int64_t{said}); }
    bool number_unsigned(number_unsigned_t said) override {
        return said <= INT64_MAX ? value(static_cast<int64_t>(said)) : value(JsonOther{});
    }
    bool number_float(number_float_t, const string_t&) override { return value(JsonOther{}); }
    bool string(string_t& said) override { return value(std::move(said)); }
    bool binary(binary_t&) override { return refuse("has bytes, which JSON does not know"); }

    bool start_object(std::size_t) override { return open(true); }
    bool key(string_t& said) override {
        std::vector<std::string>& keys = levels_.back().keys;
        if (std::find(keys.begin(), keys.end(), said) != keys.end()) {
            return refuse("has a key twice");
        }
        if (levels_.size() == 1) {
            key_ = said;
        }
        keys.push_back(std::move(said));
        return true;
    }
    bool end_object() override { return close(); }
    bool start_array(std::size_t) override { return open(false); }
    bool end_array() override { return close(); }
    bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
        return refuse("is not JSON");
    }

private:
    struct Level {
        bool is_object = false;
        std::vector<std::string> keys;
    };

    bool refuse(const char* reason) {
        if (why.empty()) {
            why = reason;
        }
        return false;
    }

    // A value inside the outer object is kept; deeper ones only turn the list they are in to Other,
    // unless it is a string of a list of strings.
    bool value(JsonValue said) {
        if (levels_.empty()) {
            return refuse("is not an object");
        }
        if (levels_.size() == 1) {
            object.members.emplace_back(key_, std::move(said));
            return true;
        }
        JsonValue& outer = object.members.back().second;
        if (auto* list = std::get_if<JsonStrings>(&outer)) {
            if (levels_.size() == 2 && std::holds_alternative<std::string>(said)) {
                list->push_back(std::move(std::get<std::string>(said)));
            } else {
                outer = JsonOther{};
            }
        }
        return true;
    }

    bool open(bool is_object) {
        if (levels_.empty()) {
            if (!is_object) {
                return refuse("is not an object");
            }
        } else {
            const bool list = levels_.size() == 1 && !is_object;
            if (!value(list ? JsonValue(JsonStrings{}) : JsonValue(JsonOther{}))) {
                return false;
            }
        }
        if (levels_.size() >= limits::ticket_depth_max) {
            return refuse("is nested too deep");
        }
        levels_.push_back({is_object, {}});
        return true;
    }
    bool close() {
        levels_.pop_back();
        return true;
    }

    std::vector<Level> levels_;
    std::string key_;
};

} // namespace

const JsonValue* JsonObject::find(std::string_view key) const {
    const auto found = std::find_if(members.begin(), members.end(),
                                    [&](const auto& member) { return member.first == key; });
    return found == members.end() ? nullptr : &found->second;
}

const std::string* JsonObject::string(std::string_view key) const {
    const JsonValue* value = find(key);
    return value == nullptr ? nullptr : std::get_if<std::string>(value);
}

const int64_t* JsonObject::number(std::string_view key) const {
    const JsonValue* value = find(key);
    return value == nullptr ? nullptr : std::get_if<int64_t>(value);
}

const JsonStrings* JsonObject::strings(std::string_view key) const {
    const JsonValue* value = find(key);
    return value == nullptr ? nullptr : std::get_if<JsonStrings>(value);
}

std::optional<JsonObject> read_json(std::string_view text, std::string& why) {
    if (text.empty() || text.front() != '{') { // also no byte order mark, no leading blanks
        why = "is not an object";
        return std::nullopt;
    }
    Reader reader;
    if (!nlohmann::json::sax_parse(text.begin(), text.end(), &reader)) {
        why = reader.why;
        return std::nullopt;
    }
    return std::move(reader.object);
}

} // namespace parley::auth
