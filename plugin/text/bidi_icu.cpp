// bidi_icu.cpp: levels by ICU.
#include <unicode/ubidi.h>

#include "plugin/text/bidi_levels.hpp"

namespace parley::text {

namespace {

constexpr uint32_t first_of_two_units = 0x10000;

} // namespace

Direction find_levels(std::span<const uint32_t> codes, bool rtl_without_letters,
                      BidiScratch& scratch, std::span<int8_t> levels) {
    scratch.units.clear();
    for (const uint32_t code : codes) {
        if (code < first_of_two_units) {
            scratch.units.push_back(static_cast<char16_t>(code));
        } else {
            scratch.units.push_back(
                static_cast<char16_t>(0xD800 + ((code - first_of_two_units) >> 10)));
            scratch.units.push_back(static_cast<char16_t>(0xDC00 + (code & 0x3FF)));
        }
    }
    UBiDi* const bidi = ubidi_open();
    if (bidi == nullptr) {
        return Direction::Unknown;
    }
    UErrorCode error = U_ZERO_ERROR;
    ubidi_setPara(bidi, scratch.units.data(), static_cast<int32_t>(scratch.units.size()),
                  rtl_without_letters ? UBIDI_DEFAULT_RTL : UBIDI_DEFAULT_LTR, nullptr, &error);
    const UBiDiLevel* const found = ubidi_getLevels(bidi, &error);
    const bool rtl = U_SUCCESS(error) && (ubidi_getParaLevel(bidi) & 1) != 0;
    if (U_SUCCESS(error)) {
        size_t unit = 0;
        for (size_t i = 0; i < codes.size(); ++i) {
            levels[i] = static_cast<int8_t>(found[unit]);
            unit += codes[i] < first_of_two_units ? 1 : 2;
        }
    }
    ubidi_close(bidi);
    if (U_FAILURE(error)) {
        return Direction::Unknown;
    }
    return rtl ? Direction::RightToLeft : Direction::LeftToRight;
}

} // namespace parley::text
