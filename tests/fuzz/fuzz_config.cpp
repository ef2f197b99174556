// fuzz_config.cpp: a configuration of a tired operator. It is refused in one sentence, or printed
// as a file that says the same.
#include <string>

#include "server/app/config.hpp"
#include "tests/fuzz/records.hpp"

using namespace parley;
using fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    std::string message;
    const Result<Config> config = parse_config(text, "shard.toml", message);
    require(config.ok() == message.empty());
    if (!config) {
        require(message.find('\n') == std::string::npos);
        return 0;
    }
    const std::string printed = print_config(*config);
    const Result<Config> again = parse_config(printed, "printed.toml", message);
    require(again.ok() && print_config(*again) == printed);
    return 0;
}
