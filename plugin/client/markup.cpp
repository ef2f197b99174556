// markup.cpp: the small Markdown that players type.
//
// One pass writes the text with all marks still in it and notes pairs as they close; a second takes
// the paired marks out and moves the spans along. Marks without a partner were never taken out.
#include "plugin/client/markup.hpp"

#include <algorithm>
#include <array>

#include "schemas/base/limits.hpp"

namespace parley::client {
namespace {

constexpr size_t open_marks_max = 16; // deeper ones stay as typed

bool is_space(char c) {
    return c == ' ' || c == '\n' || c == '\t';
}
bool is_word(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           static_cast<unsigned char>(c) >= 0x80;
}
bool is_mark(char c) {
    constexpr std::string_view marks = "\\*_~|`@[]()<>#-+.!:/";
    return marks.find(c) != std::string_view::npos;
}

struct Mark {
    wire::SpanKind kind = wire::SpanKind::None;
    uint16_t start = 0; // where it stands in the text
    uint16_t length = 0;
};
struct Cut {
    uint16_t start;
    uint16_t length;
};

class Parser {
public:
    Parser(std::string_view typed, FindName find_name, const void* people,
           std::pmr::memory_resource* memory)
        : typed_(typed.substr(0, limits::text_bytes_max)), find_name_(find_name), people_(people),
          out_(memory), cuts_(memory) {
        out_.text.reserve(typed_.size());
    }

    Marked run() {
        while (at_ < typed_.size()) {
            if (!(escape() || mono() || link() || mention() || mark())) {
                out_.text.push_back(typed_[at_++]);
            }
        }
        take_out_marks();
        return std::move(out_);
    }

private:
    std::string_view rest() const { return typed_.substr(at_); }
    char before() const { return at_ == 0 ? ' ' : typed_[at_ - 1]; }
    uint16_t here() const { return static_cast<uint16_t>(out_.text.size()); }
    bool room_for_span() const { return out_.spans.size() < limits::spans_max; }

    void span(wire::SpanKind kind, uint16_t start, uint16_t end, UserId target = {}) {
        out_.spans.push_back({start, static_cast<uint16_t>(end - start), kind, raw(target)});
    }

    bool escape() {
        if (typed_[at_] != '\\' || at_ + 1 == typed_.size() || !is_mark(typed_[at_ + 1])) {
            return false;
        }
        out_.text.push_back(typed_[at_ + 1]);
        at_ += 2;
        return true;
    }

    // Everything up to the next backtick, as it is.
    bool mono() {
        if (typed_[at_] != '`' || !room_for_span()) {
            return false;
        }
        const size_t end = typed_.find('`', at_ + 1);
        if (end == std::string_view::npos || end == at_ + 1) {
            return false;
        }
        const uint16_t start = here();
        out_.text.append(typed_.substr(at_ + 1, end - at_ - 1));
        span(wire::SpanKind::Mono, start, here());
        at_ = end + 1;
        return true;
    }

    bool link() {
        constexpr std::string_view scheme = "https://";
        if (typed_[at_] != 'h' || !rest().starts_with(scheme) || is_word(before()) ||
            !room_for_span()) {
            return false;
        }
        constexpr std::string_view enders = " \n\t<>\"`|\\^{}";
        std::string_view address = rest().substr(0, rest().find_first_of(enders));
        // A sentence's punctuation is not the address's; a bracket is when its partner is inside.
        // Marks at the end close what was opened before the link.
        while (!address.empty()) {
            const char last = address.back();
            const bool unpaired = last == ')' && address.find('(') == std::string_view::npos;
            if (std::string_view(".,;:!?'*~_]").find(last) == std::string_view::npos && !unpaired) {
                break;
            }
            address.remove_suffix(1);
        }
        if (address.size() <= scheme.size()) {
            return false;
        }
        const uint16_t start = here();
        out_.text.append(address);
        span(wire::SpanKind::Link, start, here());
        at_ += address.size();
        return true;
    }

    bool mention() {
        if (typed_[at_] != '@' || is_word(before()) || find_name_ == nullptr || !room_for_span()) {
            return false;
        }
        const NameFound found = find_name_(people_, rest().substr(1));
        if (found.length == 0 || found.length >= rest().size()) {
            return false;
        }
        const uint16_t start = here();
        out_.text.append(rest().substr(0, found.length + 1));
        span(wire::SpanKind::Mention, start, here(), found.user);
        at_ += found.length + 1;
        return true;
    }

    bool mark() {
        wire::SpanKind kind = wire::SpanKind::None;
        uint16_t length = 2;
        const std::string_view left = rest();
        if (left.starts_with("**")) {
            // "***" that closes both: the inner one first.
            kind = left.starts_with("***") && top() == wire::SpanKind::Italic
                       ? wire::SpanKind::Italic
                       : wire::SpanKind::Bold;
            length = kind == wire::SpanKind::Italic ? 1 : 2;
        } else if (left.starts_with("*")) {
            kind = wire::SpanKind::Italic;
            length = 1;
        } else if (left.starts_with("__")) {
            kind = wire::SpanKind::Underline;
        } else if (left.starts_with("~~")) {
            kind = wire::SpanKind::Strike;
        } else if (left.starts_with("||")) {
            kind = wire::SpanKind::Spoiler;
        } else {
            return false;
        }
        const char previous = before();
        const char next = at_ + length < typed_.size() ? typed_[at_ + length] : ' ';
        // snake__case__names are names.
        const bool inside_word =
            kind == wire::SpanKind::Underline && is_word(previous) && is_word(next);
        if (!is_space(previous) && !inside_word) {
            if (const size_t opener = find_opener(kind); opener < open_count_) {
                close(opener, kind, length);
                return true;
            }
        }
        if (!is_space(next) && !inside_word && open_count_ < open_.size() &&
            find_opener(kind) == open_count_) {
            open_[open_count_++] = {kind, here(), length};
        }
        out_.text.append(left.substr(0, length));
        at_ += length;
        return true;
    }

    wire::SpanKind top() const {
        return open_count_ == 0 ? wire::SpanKind::None : open_[open_count_ - 1].kind;
    }

    // open_count_: there is none.
    size_t find_opener(wire::SpanKind kind) const {
        for (size_t i = open_count_; i > 0; --i) {
            if (open_[i - 1].kind == kind) {
                return i - 1;
            }
        }
        return open_count_;
    }

    void close(size_t opener, wire::SpanKind kind, uint16_t length) {
        const Mark open = open_[opener];
        const uint16_t start = static_cast<uint16_t>(open.start + open.length);
        const bool empty = start == here();
        const uint16_t end = here();
        out_.text.append(rest().substr(0, length));
        at_ += length;
        if (empty || !room_for_span()) {
            open_count_ = empty ? opener : open_count_; // "****" is four stars
            return;
        }
        open_count_ = opener; // what was opened inside and not closed stays as typed
        span(kind, start, end);
        cuts_.push_back({open.start, open.length});
        cuts_.push_back({end, length});
    }

    void take_out_marks() {
        std::sort(cuts_.begin(), cuts_.end(),
                  [](const Cut& a, const Cut& b) { return a.start < b.start; });
        String text(out_.text.get_allocator());
        text.reserve(out_.text.size());
        size_t from = 0;
        for (const Cut& cut : cuts_) {
            text.append(out_.text, from, cut.start - from);
            from = cut.start + size_t{cut.length};
        }
        text.append(out_.text, from);
        for (TextSpan& moved : out_.spans) {
            const uint16_t end = without_cuts(static_cast<uint16_t>(moved.start + moved.length));
            moved.start = without_cuts(moved.start);
            moved.length = static_cast<uint16_t>(end - moved.start);
        }
        // A pair around nothing but other marks ("**~~~~**") has nothing to style.
        std::erase_if(out_.spans, [](const TextSpan& s) { return s.length == 0; });
        // The outer before the inner, whatever closed first.
        std::sort(out_.spans.begin(), out_.spans.end(), [](const TextSpan& a, const TextSpan& b) {
            return a.start != b.start     ? a.start < b.start
                   : a.length != b.length ? a.length > b.length
                                          : a.kind < b.kind;
        });
        out_.text = std::move(text);
    }

    uint16_t without_cuts(uint16_t position) const {
        size_t removed = 0;
        for (const Cut& cut : cuts_) { // at most 2 * spans_max
            if (cut.start < position) {
                removed += cut.length;
            }
        }
        return static_cast<uint16_t>(position - removed);
    }

    std::string_view typed_;
    FindName find_name_;
    const void* people_;
    Marked out_;
    std::pmr::vector<Cut> cuts_;
    std::array<Mark, open_marks_max> open_{};
    size_t open_count_ = 0;
    size_t at_ = 0;
};

} // namespace

Marked parse_markup(std::string_view typed, FindName find_name, const void* people,
                    std::pmr::memory_resource* memory) {
    return Parser(typed, find_name, people, memory).run();
}

} // namespace parley::client
