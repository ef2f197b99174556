// bidi_levels.hpp: the embedding levels of one paragraph (UAX 9), by FriBidi or, where that must
// not be linked, by ICU: the build chooses one (PARLEY_TEXT_ICU).
#pragma once

#include <cstdint>
#include <memory_resource>
#include <span>
#include <vector>

namespace parley::text {

enum class Direction : uint8_t { LeftToRight, RightToLeft, Unknown };

// Memory that is used again.
struct BidiScratch {
    explicit BidiScratch(std::pmr::memory_resource* memory)
        : types(memory), brackets(memory), units(memory) {}

    std::pmr::vector<uint32_t> types, brackets; // FriBidi's
    std::pmr::vector<char16_t> units;           // ICU's
};

// Direction is the paragraph's, found from its first strong letter; without one it is as told.
// Unknown: there was no memory, and levels are left as they were. levels is as long as codes.
Direction find_levels(std::span<const uint32_t> codes, bool rtl_without_letters,
                      BidiScratch& scratch, std::span<int8_t> levels);

} // namespace parley::text
