// fuzz_markup.cpp: whatever is typed, spans lie inside the text, by start, on its code points.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "plugin/client/markup.hpp"
#include "schemas/text/utf8.hpp"

namespace {

parley::client::NameFound find_bo(const void*, std::string_view after_at) {
    parley::client::NameFound found;
    if (after_at.starts_with("Bo")) {
        found.length = 2;
        found.user = parley::UserId{7};
    }
    return found;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    using namespace parley;
    const std::string_view typed(reinterpret_cast<const char*>(data), size);
    if (size > limits::text_bytes_max || !text::valid_utf8(typed)) {
        return 0;
    }
    const client::Marked marked =
        client::parse_markup(typed, &find_bo, nullptr, std::pmr::get_default_resource());
    const auto border = [&](size_t at) {
        return at == marked.text.size() ||
               (at < marked.text.size() &&
                (static_cast<unsigned char>(marked.text[at]) & 0xC0) != 0x80);
    };
    bool good = text::valid_utf8(marked.text) && marked.text.size() <= size &&
                marked.spans.size() <= limits::spans_max;
    size_t before = 0;
    for (const client::TextSpan& span : marked.spans) {
        good = good && span.length > 0 && span.start >= before && border(span.start) &&
               border(size_t{span.start} + span.length);
        before = span.start;
    }
    if (!good) {
        std::abort();
    }
    return 0;
}
