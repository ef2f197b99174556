// fuzz_text.cpp: any bytes as text and as a name. What comes out is clean: cleaning it again
// changes nothing, it is NFC by utf8proc's own word, bounded, free of what must not travel, spans
// keep to borders, and a cursor meets the same borders in both directions.
#include <cstdlib>
#include <string>
#include <vector>

#include <utf8proc.h>

#include "schemas/text/characters.hpp"
#include "schemas/text/utf8.hpp"
#include "tests/fuzz/choices.hpp"
#include "tests/fuzz/records.hpp"

using namespace parley;
using fuzz::require;

namespace {

std::string nfc(const std::string& text) {
    auto* composed = utf8proc_NFC(reinterpret_cast<const utf8proc_uint8_t*>(text.c_str()));
    require(composed != nullptr);
    std::string result(reinterpret_cast<const char*>(composed));
    std::free(composed);
    return result;
}

void check_clean(const std::string& clean) {
    require(text::valid_utf8(clean) && !clean.empty() && clean.size() <= limits::text_bytes_max);
    require(nfc(clean) == clean);
    bool visible = false;
    size_t marks = 0;
    for (size_t at = 0; at < clean.size();) {
        const text::Decoded point = text::decode_at(clean, at);
        require(!text::is_forbidden(point.code_point));
        visible |= text::is_visible(point.code_point);
        marks = text::is_mark(point.code_point) ? marks + 1 : 0;
        require(marks <= limits::combining_marks_per_base_max);
        at += point.bytes;
    }
    require(visible);
}

void check_borders(const std::string& clean) {
    std::vector<size_t> borders;
    for (size_t at = 0; at < clean.size();) {
        const size_t next = text::next_grapheme(clean, at);
        require(next > at && next - at <= limits::grapheme_bytes_max);
        require(text::valid_utf8(clean.substr(at, next - at)));
        at = next;
        borders.push_back(at);
    }
    for (size_t at = clean.size(); at > 0; at = text::previous_grapheme(clean, at)) {
        require(!borders.empty() && borders.back() == at);
        borders.pop_back();
    }
    require(borders.empty());
    for (size_t at = 0; at < clean.size();) {
        const size_t next = text::next_word(clean, at);
        require(next > at && text::previous_word(clean, next) < next);
        at = next;
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    fuzz::Choices in(Bytes(data, size));
    std::vector<text::TextRange> ranges(in.number<uint8_t>() % 4);
    for (text::TextRange& range : ranges) {
        range = {in.number<uint8_t>(), in.number<uint8_t>()};
    }
    const std::string said = in.bytes(10'000);
    const text::TextBounds bounds{.code_points_max = 8192};
    if (const Result<std::string> clean = text::sanitise(said, bounds, &ranges)) {
        check_clean(*clean);
        check_borders(*clean);
        const Result<std::string> again = text::sanitise(*clean, bounds);
        require(again.ok() && *again == *clean);
        for (const text::TextRange& range : ranges) {
            require(range.start + range.length <= clean->size());
            require(text::valid_utf8(clean->substr(range.start, range.length)));
        }
    } else if (text::valid_utf8(said)) {
        require(clean.error() != Error::Encoding ||
                said.size() > 8); // only piles of joiners and marks
    }
    if (const Result<std::string> name = text::sanitise_name(said)) {
        check_clean(*name);
        require(name->find('\n') == std::string::npos && name->find("  ") == std::string::npos);
        require(text::count_code_points(*name) <= limits::name_code_points_max);
        const Result<std::string> again = text::sanitise_name(*name);
        require(again.ok() && *again == *name);
    }
    return 0;
}
