// log.cpp: formats one line and hands it to the sink.
#include "schemas/base/log.hpp"

#include <charconv>

namespace parley {
namespace {

std::string_view level_name(LogLevel level) {
    switch (level) {
    case LogLevel::Error:
        return "error";
    case LogLevel::Warn:
        return "warn";
    case LogLevel::Info:
        return "info";
    case LogLevel::Debug:
        return "debug";
    }
    return "unknown";
}

template <typename Number>
void append_number(std::string& out, Number value) {
    char buffer[24];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value);
    out.append(buffer, end.ptr);
}

bool is_plain(std::string_view value) {
    for (const char c : value) {
        if (c <= ' ' || c == '"' || c == '=' || c == '\\' || c == 0x7F) {
            return false;
        }
    }
    return !value.empty();
}

// Quotes the value when it holds anything that could end it; control bytes become \xNN.
void append_text(std::string& out, std::string_view value) {
    if (is_plain(value)) {
        out.append(value);
        return;
    }
    constexpr char hex[] = "0123456789abcdef";
    out.push_back('"');
    for (const char c : value) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7F) {
            out.append("\\x");
            out.push_back(hex[byte >> 4]);
            out.push_back(hex[byte & 15]);
        } else {
            if (c == '"' || c == '\\') {
                out.push_back('\\');
            }
            out.push_back(c);
        }
    }
    out.push_back('"');
}

} // namespace

void Log::line(LogLevel level, std::string_view event,
               std::initializer_list<LogField> fields) const {
    if (!wants(level)) {
        return;
    }
    std::string text;
    text.reserve(128);
    text.append(level_name(level)).append(" ").append(event);
    for (const LogField& field : fields) {
        text.append(" ").append(field.key).append("=");
        if (const auto* number = std::get_if<int64_t>(&field.value)) {
            append_number(text, *number);
        } else if (const auto* natural = std::get_if<uint64_t>(&field.value)) {
            append_number(text, *natural);
        } else {
            append_text(text, *std::get_if<std::string_view>(&field.value));
        }
    }
    sink_(user_, static_cast<int>(level), text.c_str());
}

} // namespace parley
