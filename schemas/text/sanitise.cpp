// sanitise.cpp: cleans text in passes over code points until a pass changes nothing, so that
// sanitise(sanitise(x)) == sanitise(x) holds by construction. Each code point carries the byte it
// came from, which is how spans follow.
//
// A pass: replace and drop code points; drop joiners, selectors and tags that stand where they mean
// nothing; cut and compose each grapheme; trim blanks.
#include <algorithm>
#include <array>
#include <span>

#include <utf8proc.h>

#include "schemas/text/characters.hpp"
#include "schemas/text/utf8.hpp"

namespace parley::text {

namespace {

struct Point {
    int32_t code_point = 0;
    uint32_t source = 0; // byte in the text that came in
    bool operator==(const Point& other) const { return code_point == other.code_point; }
};
using Points = std::vector<Point>;

// A cut grapheme may leave a joiner behind that the next pass drops, and so on; real text settles
// in two. What has not settled by then was made to hurt.
constexpr int passes_max = 8;
constexpr size_t tags_max = 16; // of a flag: "gbeng" and the end

bool printable_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char byte) { return byte >= ' ' && byte <= '~'; });
}

Points decode(std::string_view valid) {
    Points points;
    points.reserve(valid.size());
    for (size_t at = 0; at < valid.size();) {
        const Decoded decoded = decode_at(valid, at);
        points.push_back({decoded.code_point, static_cast<uint32_t>(at)});
        at += decoded.bytes;
    }
    return points;
}

// Newlines in one spelling, blanks for tabs; drops what is never kept.
void replace(const Points& from, bool one_line, Points& to) {
    to.clear();
    for (size_t i = 0; i < from.size(); ++i) {
        Point point = from[i];
        if (point.code_point == '\r') {
            if (i + 1 < from.size() && from[i + 1].code_point == '\n') {
                continue;
            }
            point.code_point = '\n';
        } else if (point.code_point == 0x2028 || point.code_point == 0x2029) {
            point.code_point = '\n';
        } else if (point.code_point == '\t') {
            point.code_point = ' ';
        }
        if (one_line && (is_newline(point.code_point) || is_blank(point.code_point))) {
            point.code_point = ' ';
        }
        if (!is_forbidden(point.code_point)) {
            to.push_back(point);
        }
    }
}

// The pictograph that a joiner may follow: tone and selector stand between.
bool ends_in_pictograph(const Points& points) {
    size_t i = points.size();
    while (i > 0 && (is_skin_tone(points[i - 1].code_point) ||
                     is_variation_selector(points[i - 1].code_point))) {
        --i;
    }
    return i > 0 && is_pictograph(points[i - 1].code_point);
}

bool joiner_means_something(const Points& before, int32_t joiner, int32_t after) {
    if (before.empty()) {
        return false;
    }
    const int32_t last = before.back().code_point;
    if (needs_joiners(last)) {
        // A final ZWJ keeps a letter's joining shape; a final ZWNJ changes nothing.
        return joiner == zero_width_joiner || needs_joiners(after);
    }
    return joiner == zero_width_joiner && is_pictograph(after) && ends_in_pictograph(before);
}

bool selector_means_something(const Points& before, int32_t selector) {
    if (before.empty()) {
        return false;
    }
    const int32_t last = before.back().code_point;
    if (selector >= 0xE0100) {
        return is_han(last);
    }
    if (selector < 0xFE00) {
        return is_mongolian(last);
    }
    return is_visible(last);
}

// How many points of a flag made of tags begin at i; 0: none.
size_t tag_sequence(const Points& points, size_t i) {
    if (points[i].code_point != black_flag) {
        return 0;
    }
    size_t end = i + 1;
    while (end < points.size() && end - i <= tags_max && is_tag(points[end].code_point)) {
        if (points[end].code_point == cancel_tag) {
            return end > i + 1 ? end + 1 - i : 0;
        }
        ++end;
    }
    return 0;
}

void drop_meaningless(const Points& from, Points& to) {
    to.clear();
    for (size_t i = 0; i < from.size(); ++i) {
        const int32_t here = from[i].code_point;
        if (const size_t flag = tag_sequence(from, i); flag > 0) {
            to.insert(to.end(), from.begin() + static_cast<ptrdiff_t>(i),
                      from.begin() + static_cast<ptrdiff_t>(i + flag));
            i += flag - 1;
            continue;
        }
        const int32_t after = i + 1 < from.size() ? from[i + 1].code_point : 0;
        bool keep = !is_tag(here);
        if (here == zero_width_joiner || here == zero_width_non_joiner) {
            keep = joiner_means_something(to, here, after);
        } else if (is_variation_selector(here)) {
            keep = selector_means_something(to, here);
        } else if (is_mark(here)) {
            // Without a base it would sit on whatever is drawn before it.
            keep = !to.empty() && !is_newline(to.back().code_point);
        }
        if (keep) {
            to.push_back(from[i]);
        }
    }
}

// NFC of one grapheme. Compositions never cross a grapheme's border (UAX 29, 3), so a text may be
// composed piece by piece, and each piece knows where it came from.
void compose(std::span<const Point> grapheme, Points& to) {
    std::array<utf8proc_int32_t, 4 * limits::grapheme_bytes_max> buffer;
    size_t size = 0;
    int last_class = 0;
    for (const Point& point : grapheme) {
        // At most 4 code points from one (canonical), and a grapheme has fewer points than bytes.
        size += static_cast<size_t>(utf8proc_decompose_char(
            point.code_point, buffer.data() + size,
            static_cast<utf8proc_ssize_t>(buffer.size() - size), UTF8PROC_DECOMPOSE, &last_class));
    }
    const auto order = [](utf8proc_int32_t code_point) {
        return utf8proc_get_property(code_point)->combining_class;
    };
    for (size_t i = 1; i < size; ++i) { // insertion sort: stable, and starters do not move
        for (size_t k = i; k > 0 && order(buffer[k]) > 0 && order(buffer[k - 1]) > order(buffer[k]);
             --k) {
            std::swap(buffer[k], buffer[k - 1]);
        }
    }
    const auto composed = static_cast<size_t>(utf8proc_normalize_utf32(
        buffer.data(), static_cast<utf8proc_ssize_t>(size),
        static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE)));
    const bool same =
        composed == grapheme.size() &&
        std::equal(grapheme.begin(), grapheme.end(), buffer.begin(),
                   [](const Point& a, utf8proc_int32_t b) { return a.code_point == b; });
    for (size_t i = 0; i < composed; ++i) {
        to.push_back({buffer[i], same ? grapheme[i].source : grapheme.front().source});
    }
}

// Cuts the marks and bytes of one grapheme, then composes what is left.
void cut_grapheme(std::span<const Point> grapheme, Points& scratch, Points& to) {
    if (grapheme.size() == 1 && grapheme.front().code_point < 0x300) {
        to.push_back(grapheme.front()); // already composed, and by far the most
        return;
    }
    scratch.clear();
    size_t marks = 0;
    size_t bytes = 0;
    for (const Point& point : grapheme) {
        marks += is_mark(point.code_point) ? 1 : 0;
        bytes += encoded_bytes(point.code_point);
        if (bytes > limits::grapheme_bytes_max) {
            break;
        }
        if (!is_mark(point.code_point) || marks <= limits::combining_marks_per_base_max) {
            scratch.push_back(point);
        }
    }
    compose(scratch, to);
}

void cut_graphemes(const Points& from, Points& scratch, Points& to) {
    to.clear();
    size_t begin = 0;
    utf8proc_int32_t state = 0;
    for (size_t i = 1; i <= from.size(); ++i) {
        if (i == from.size() ||
            utf8proc_grapheme_break_stateful(from[i - 1].code_point, from[i].code_point, &state)) {
            cut_grapheme(std::span(from).subspan(begin, i - begin), scratch, to);
            begin = i;
        }
    }
}

// Blanks before a newline or the end, and newlines at the end; on one line also those that lead or
// repeat.
void trim(Points& points, bool one_line) {
    size_t kept = 0;
    for (const Point& point : points) {
        if (is_newline(point.code_point)) {
            while (kept > 0 && is_blank(points[kept - 1].code_point)) {
                --kept;
            }
        } else if (one_line && point.code_point == ' ' &&
                   (kept == 0 || points[kept - 1].code_point == ' ')) {
            continue;
        }
        points[kept++] = point;
    }
    while (kept > 0 &&
           (is_blank(points[kept - 1].code_point) || is_newline(points[kept - 1].code_point))) {
        --kept;
    }
    points.resize(kept);
}

// False: no stable form.
bool clean(Points& points, bool one_line) {
    Points replaced;
    Points meant;
    Points scratch;
    Points result;
    for (int pass = 0; pass < passes_max; ++pass) {
        replace(points, one_line, replaced);
        drop_meaningless(replaced, meant);
        cut_graphemes(meant, scratch, result);
        trim(result, one_line);
        const bool settled = result == points;
        points.swap(result);
        if (settled) {
            return true;
        }
    }
    return false;
}

std::string encode(const Points& points) {
    std::string text;
    text.reserve(points.size() * 2);
    for (const Point& point : points) {
        utf8proc_uint8_t bytes[4];
        const auto size = utf8proc_encode_char(point.code_point, bytes);
        text.append(reinterpret_cast<const char*>(bytes), static_cast<size_t>(size));
    }
    return text;
}

// Where in the result a byte of the source went: before the first point that came from it or later.
void move_ranges(const Points& points, std::vector<TextRange>& ranges) {
    std::vector<uint32_t> offsets; // of each point in the result, and the end
    offsets.reserve(points.size() + 1);
    uint32_t at = 0;
    for (const Point& point : points) {
        offsets.push_back(at);
        at += static_cast<uint32_t>(encoded_bytes(point.code_point));
    }
    offsets.push_back(at);
    const auto moved = [&](uint64_t source) {
        const auto found =
            std::lower_bound(points.begin(), points.end(), source,
                             [](const Point& point, uint64_t byte) { return point.source < byte; });
        return offsets[static_cast<size_t>(found - points.begin())];
    };
    for (TextRange& range : ranges) {
        const uint32_t start = moved(range.start);
        const uint32_t end = moved(uint64_t{range.start} + range.length);
        range = {start, end - start};
    }
}

Result<std::string> bounded(std::string text, const TextBounds& bounds) {
    const auto lines = static_cast<size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
    if (text.size() > limits::text_bytes_max || count_code_points(text) > bounds.code_points_max ||
        lines > bounds.lines_max) {
        return Error::TooLong;
    }
    return text;
}

} // namespace

Result<std::string> sanitise(std::string_view text, const TextBounds& bounds,
                             std::vector<TextRange>* ranges) {
    if (text.size() > limits::text_bytes_max) {
        return Error::TooLong;
    }
    if (printable_ascii(text)) { // nothing to do but the end
        const size_t last = text.find_last_not_of(' ');
        if (last == std::string_view::npos) {
            return Error::Empty;
        }
        const auto size = static_cast<uint32_t>(last + 1);
        if (ranges != nullptr) {
            for (TextRange& range : *ranges) {
                const uint64_t end = uint64_t{range.start} + range.length;
                range.start = std::min(range.start, size);
                range.length = static_cast<uint32_t>(std::min<uint64_t>(end, size)) - range.start;
            }
        }
        return bounded(std::string(text.substr(0, size)), bounds);
    }
    if (!valid_utf8(text)) {
        return Error::Encoding;
    }
    Points points = decode(text);
    if (!clean(points, false)) {
        return Error::Encoding;
    }
    if (std::none_of(points.begin(), points.end(),
                     [](const Point& point) { return is_visible(point.code_point); })) {
        return Error::Empty;
    }
    if (ranges != nullptr) {
        move_ranges(points, *ranges);
    }
    return bounded(encode(points), bounds);
}

Result<std::string> sanitise_name(std::string_view name) {
    if (name.size() > limits::text_bytes_max) {
        return Error::TooLong;
    }
    if (!valid_utf8(name)) {
        return Error::Encoding;
    }
    Points points = decode(name);
    if (!clean(points, true)) {
        return Error::Encoding;
    }
    if (std::none_of(points.begin(), points.end(),
                     [](const Point& point) { return is_visible(point.code_point); })) {
        return Error::Empty;
    }
    return bounded(encode(points),
                   {.code_points_max = limits::name_code_points_max, .lines_max = 1});
}

} // namespace parley::text
