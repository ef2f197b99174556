// http_head.cpp: see http_head.hpp.
#include "server/admin/http_head.hpp"

#include <algorithm>

namespace parley::admin {
namespace {

bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}

// What may stand in a request's target: no blanks, no controls, nothing beyond ASCII.
bool is_graphic(char c) {
    return c > ' ' && c < '\x7F';
}

} // namespace

std::optional<size_t> head_bytes(std::string_view received) {
    constexpr std::string_view end = "\r\n\r\n";
    const size_t at = received.find(end);
    return at == std::string_view::npos ? std::nullopt : std::optional<size_t>(at + end.size());
}

std::optional<HttpHead> read_head(std::string_view head) {
    const std::string_view line = head.substr(0, head.find("\r\n"));
    const size_t first = line.find(' ');
    const size_t second = first == std::string_view::npos ? first : line.find(' ', first + 1);
    if (second == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view method = line.substr(0, first);
    const std::string_view target = line.substr(first + 1, second - first - 1);
    const std::string_view version = line.substr(second + 1);
    const bool good = !method.empty() && std::all_of(method.begin(), method.end(), is_upper) &&
                      !target.empty() && target[0] == '/' &&
                      std::all_of(target.begin(), target.end(), is_graphic) &&
                      (version == "HTTP/1.1" || version == "HTTP/1.0");
    if (!good) {
        return std::nullopt;
    }
    return HttpHead{method, target.substr(0, target.find('?'))};
}

} // namespace parley::admin
