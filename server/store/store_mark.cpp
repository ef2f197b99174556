// store_mark.cpp: see store_mark.hpp. The generation is SQLite's user_version, which stands at a
// place of its own in the file's first page.
#include "server/store/store_mark.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

#include "schemas/base/limits.hpp"

namespace parley {
namespace {

constexpr std::string_view mark_word = "generation=";
constexpr std::streamoff user_version_at = 60;

} // namespace

std::string mark_path(const std::string& database) {
    return (std::filesystem::path(database).parent_path() / "store.mark").string();
}

std::optional<uint32_t> read_mark(const std::string& path) {
    std::error_code error;
    if (!std::filesystem::exists(path, error)) {
        return std::nullopt;
    }
    std::ifstream file(path, std::ios::binary);
    std::string line;
    std::getline(file, line);
    uint32_t generation = 0;
    if (line.compare(0, mark_word.size(), mark_word) == 0) {
        const char* end = line.data() + line.size();
        const auto [rest, code] = std::from_chars(line.data() + mark_word.size(), end, generation);
        generation = code == std::errc() && rest == end ? generation : 0;
    }
    return generation; // a mark that a power cut left empty still says that there is a database
}

bool write_mark(const std::string& path, uint32_t generation) {
    const std::string text = std::string(mark_word) + std::to_string(generation) + "\n";
    const std::string draft = path + ".new";
    const int file = open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0) {
        return false;
    }
    const bool written = write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    const int error = errno;
    close(file);
    errno = error;
    return written && rename(draft.c_str(), path.c_str()) == 0;
}

uint32_t generation_in(const std::string& database) {
    std::ifstream file(database, std::ios::binary);
    std::array<char, 4> bytes{};
    if (!file.seekg(user_version_at) || !file.read(bytes.data(), bytes.size())) {
        return 0;
    }
    uint32_t generation = 0;
    for (const char byte : bytes) {
        generation = generation << 8 | static_cast<uint8_t>(byte);
    }
    return generation;
}

bool fits(uint32_t mark, uint32_t generation) {
    return mark == 0 || generation - mark < limits::generations_ahead_max;
}

} // namespace parley
