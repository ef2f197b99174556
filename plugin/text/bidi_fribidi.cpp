// bidi_fribidi.cpp: levels by FriBidi.
#include <fribidi.h>

#include <algorithm>

#include "plugin/text/bidi_levels.hpp"

namespace parley::text {

Direction find_levels(std::span<const uint32_t> codes, bool rtl_without_letters,
                      BidiScratch& scratch, std::span<int8_t> levels) {
    static_assert(sizeof(FriBidiLevel) == sizeof(int8_t));
    static_assert(sizeof(FriBidiCharType) == sizeof(uint32_t));
    const auto length = static_cast<FriBidiStrIndex>(codes.size());
    scratch.types.resize(codes.size());
    scratch.brackets.resize(codes.size());
    fribidi_get_bidi_types(codes.data(), length, scratch.types.data());
    fribidi_get_bracket_types(codes.data(), length, scratch.types.data(), scratch.brackets.data());
    FriBidiParType direction = rtl_without_letters ? FRIBIDI_PAR_WRTL : FRIBIDI_PAR_WLTR;
    const FriBidiLevel highest = fribidi_get_par_embedding_levels_ex(
        scratch.types.data(), scratch.brackets.data(), length, &direction, levels.data());
    if (highest == 0) {
        return Direction::Unknown;
    }
    return FRIBIDI_IS_RTL(direction) != 0 ? Direction::RightToLeft : Direction::LeftToRight;
}

} // namespace parley::text
