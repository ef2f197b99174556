// fuzz_card_type.cpp: files of card types. A set takes one whole, or says in one sentence why not
// and is as it was.
#include <string>

#include "schemas/card/card_type.hpp"
#include "tests/fuzz/records.hpp"

using namespace parley;
using fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    CardTypeSet types;
    std::string message;
    const bool taken = types.add(text, "type.toml", message).ok();
    require(taken == message.empty());
    require(message.find('\n') == std::string::npos);
    if (taken) {
        require(!types.add(text, "again.toml", message).ok()); // its id is taken
    }
    return 0;
}
