// settings_file.cpp: TOML to a flat list.
#include "plugin/overlay/settings_file.hpp"

#include <algorithm>
#include <cstdio>
#include <memory>

#include "schemas/base/one_line.hpp"

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
#endif
#define TOML_EXCEPTIONS 0
// As in server/app/toml.hpp.
#define TOML_ASSERT(expression) static_cast<void>(0)
#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

namespace parley::overlay {
namespace {

constexpr size_t file_bytes_max = 256 * 1024;

void flatten(const toml::node& node, const std::string& key, std::vector<Setting>& out) {
    if (const auto* table = node.as_table()) {
        for (const auto& [name, child] : *table) {
            flatten(child,
                    key.empty() ? std::string(name.str()) : key + "." + std::string(name.str()),
                    out);
        }
        return;
    }
    if (const auto* array = node.as_array()) {
        for (size_t i = 0; i < array->size(); ++i) {
            flatten((*array)[i], key + "." + std::to_string(i), out);
        }
        return;
    }
    Setting setting;
    setting.key = key;
    setting.line = static_cast<uint32_t>(node.source().begin.line);
    if (const auto* text = node.as_string()) {
        setting.value = text->get();
    } else if (const auto* integer = node.as_integer()) {
        setting.number = static_cast<double>(integer->get());
        setting.is_number = true;
        setting.value = std::to_string(integer->get());
    } else if (const auto* real = node.as_floating_point()) {
        setting.number = real->get();
        setting.is_number = true;
        setting.value = std::to_string(real->get());
    } else if (const auto* boolean = node.as_boolean()) {
        setting.number = boolean->get() ? 1 : 0;
        setting.is_number = true;
        setting.value = boolean->get() ? "true" : "false";
    }
    out.push_back(std::move(setting));
}

} // namespace

Result<std::vector<Setting>> read_settings(std::string_view text, std::string& message) {
    const toml::parse_result parsed = toml::parse(text);
    if (!parsed) {
        const toml::parse_error& error = parsed.error();
        message = "line " + std::to_string(error.source().begin.line) + ": " +
                  one_line(error.description());
        return Error::BadConfig;
    }
    std::vector<Setting> settings;
    flatten(parsed.table(), "", settings);
    std::stable_sort(settings.begin(), settings.end(),
                     [](const Setting& a, const Setting& b) { return a.line < b.line; });
    return settings;
}

Result<std::string> read_file(const std::string& path) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                               std::fclose);
    if (!file) {
        return Error::Io;
    }
    std::string content(file_bytes_max + 1, '\0');
    content.resize(std::fread(content.data(), 1, content.size(), file.get()));
    if (content.size() > file_bytes_max || std::ferror(file.get()) != 0) {
        return Error::Io;
    }
    return content;
}

} // namespace parley::overlay
