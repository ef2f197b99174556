// log.hpp: one line, `level event key=value ...`. Events are constants; values are never message
// text, tickets or keys. Control characters and quotes in values are escaped, so that a player's
// name cannot forge a line. No global: whoever logs is given a Log.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace parley {

enum class LogLevel : int { Error = 0, Warn = 1, Info = 2, Debug = 3 };

struct LogField {
    std::string_view key;
    std::variant<int64_t, uint64_t, std::string_view> value;

    LogField(std::string_view k, int64_t v) : key(k), value(v) {}
    LogField(std::string_view k, int v) : key(k), value(static_cast<int64_t>(v)) {}
    LogField(std::string_view k, uint64_t v) : key(k), value(v) {}
    LogField(std::string_view k, uint32_t v) : key(k), value(static_cast<uint64_t>(v)) {}
    LogField(std::string_view k, std::string_view v) : key(k), value(v) {}
    LogField(std::string_view k, const char* v) : key(k), value(std::string_view(v)) {}
    LogField(std::string_view k, const std::string& v) : key(k), value(std::string_view(v)) {}
};

// Any thread; the sink must accept lines from any thread.
class Log {
public:
    using Sink = void (*)(void* user, int level, const char* line);

    Log() = default; // drops everything
    Log(Sink sink, void* user, LogLevel most) : sink_(sink), user_(user), most_(most) {}

    void line(LogLevel level, std::string_view event,
              std::initializer_list<LogField> fields = {}) const;
    void error(std::string_view event, std::initializer_list<LogField> fields = {}) const {
        line(LogLevel::Error, event, fields);
    }
    void warn(std::string_view event, std::initializer_list<LogField> fields = {}) const {
        line(LogLevel::Warn, event, fields);
    }
    void info(std::string_view event, std::initializer_list<LogField> fields = {}) const {
        line(LogLevel::Info, event, fields);
    }
    void debug(std::string_view event, std::initializer_list<LogField> fields = {}) const {
        line(LogLevel::Debug, event, fields);
    }
    bool wants(LogLevel level) const { return sink_ != nullptr && level <= most_; }

private:
    Sink sink_ = nullptr;
    void* user_ = nullptr;
    LogLevel most_ = LogLevel::Error;
};

} // namespace parley
