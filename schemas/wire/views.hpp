// views.hpp: fields of a verified frame as views into it; an absent field is an empty one.
#pragma once

#include <span>
#include <string_view>

#include "schemas/wire/generated.hpp"

namespace parley::wire {

inline std::string_view view(const flatbuffers::String* text) {
    return text == nullptr ? std::string_view() : std::string_view(text->c_str(), text->size());
}

inline std::span<const Span> view(const flatbuffers::Vector<const Span*>* spans) {
    if (spans == nullptr || spans->size() == 0) {
        return {};
    }
    return {spans->Get(0), spans->size()};
}

} // namespace parley::wire
