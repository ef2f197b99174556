// turn.hpp: results and texts, from the C++ side to the C side and back.
#pragma once

#include <string_view>

#include "parley/parley.h"
#include "plugin/client/client.hpp"
#include "schemas/base/result.hpp"
#include "schemas/text/utf8.hpp"

namespace parley::abi {

inline parley_result result_of(Error error) {
    return static_cast<parley_result>(static_cast<int32_t>(error));
}

inline parley_result result_of(const Result<client::Request>& result, parley_request* out) {
    if (out != nullptr) {
        *out = result.ok() ? result.value() : 0;
    }
    return result_of(result.error());
}

inline bool text_given(const char* text) {
    return text != nullptr && text::valid_utf8(text);
}

inline std::string_view or_empty(const char* text) {
    return text != nullptr ? std::string_view(text) : std::string_view();
}

} // namespace parley::abi
