// fuzz_http_head.cpp: requests to the pages for watchers, whole and in any two parts.
#include <string>

#include "server/admin/http_head.hpp"
#include "tests/fuzz/records.hpp"

using namespace parley::admin;
using parley::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    const std::optional<size_t> bytes = head_bytes(text);
    if (!bytes) {
        return 0;
    }
    require(*bytes > 0 && *bytes <= size);
    // Its end is found as soon as it is there, and not before.
    require(head_bytes(std::string_view(text).substr(0, *bytes)) == bytes);
    require(!head_bytes(std::string_view(text).substr(0, *bytes - 1)));
    const std::string_view head = std::string_view(text).substr(0, *bytes);
    if (const std::optional<HttpHead> read = read_head(head)) {
        require(!read->method.empty() && !read->path.empty() && read->path.front() == '/');
        require(read->path.find_first_of(" ?\r\n") == std::string_view::npos);
    }
    return 0;
}
