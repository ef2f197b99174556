// edit.cpp: the editing model of edit.hpp.
#include "plugin/text/edit.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <utility>

#include "schemas/base/limits.hpp"
#include "schemas/text/utf8.hpp"

namespace parley::text {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";
constexpr size_t typed_bytes_max = 32; // more at once is a paste, and a step of undo by itself

bool is_continuation(char byte) {
    return (static_cast<uint8_t>(byte) & 0xC0) == 0x80;
}

bool is_space(char byte) {
    return byte == ' ' || byte == '\n' || byte == '\t';
}

std::string repaired(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (size_t at = 0; at < text.size();) {
        const auto byte = static_cast<uint8_t>(text[at]);
        if (byte == '\r') {
            out.push_back('\n');
            at += at + 1 < text.size() && text[at + 1] == '\n' ? 2 : 1;
            continue;
        }
        if (byte < 0x80) {
            if (byte == '\n' || byte == '\t' || (byte >= 0x20 && byte != 0x7F)) {
                out.push_back(text[at]);
            }
            ++at;
            continue;
        }
        utf8proc_int32_t code = 0;
        const utf8proc_ssize_t length =
            utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + at,
                             static_cast<utf8proc_ssize_t>(text.size() - at), &code);
        if (length <= 0) {
            out += replacement;
            ++at;
        } else {
            if (code >= 0xA0) { // C1 controls go
                out += text.substr(at, static_cast<size_t>(length));
            }
            at += static_cast<size_t>(length);
        }
    }
    return out;
}

// The longest part of at most bytes_max that ends on a grapheme border.
std::string_view fitting(std::string_view valid, size_t bytes_max) {
    if (valid.size() <= bytes_max) {
        return valid;
    }
    size_t end = 0;
    for (size_t next = next_grapheme(valid, 0); next <= bytes_max;
         next = next_grapheme(valid, end)) {
        end = next;
        if (end >= valid.size()) {
            break;
        }
    }
    return valid.substr(0, end);
}

// Of that, the longest part of at most so many code points.
std::string_view fitting_points(std::string_view valid, size_t code_points_max) {
    if (code_points_max >= valid.size()) {
        return valid; // no code point is less than a byte
    }
    size_t end = 0;
    for (size_t left = code_points_max; end < valid.size();) {
        const size_t next = next_grapheme(valid, end);
        const size_t points = count_code_points(valid.substr(end, next - end));
        if (points > left) {
            break;
        }
        left -= points;
        end = next;
    }
    return valid.substr(0, end);
}

// offset when it is a border, else the border after it: what was typed may have joined its
// neighbour.
size_t border_from(std::string_view valid, size_t offset) {
    if (offset == 0 || offset >= valid.size()) {
        return std::min(offset, valid.size());
    }
    return next_grapheme(valid, previous_grapheme(valid, offset));
}

} // namespace

Edit::Edit(size_t bytes_max) : bytes_max_(bytes_max) {}

size_t Edit::selection_start() const {
    return std::min(caret_, anchor_);
}

size_t Edit::selection_end() const {
    return std::max(caret_, anchor_);
}

std::string_view Edit::selected() const {
    return std::string_view(text_).substr(selection_start(), selection_end() - selection_start());
}

void Edit::set(std::string_view text) {
    const std::string whole = repaired(text);
    text_ = fitting(whole, bytes_max_);
    caret_ = anchor_ = text_.size();
    preedit_.clear();
    preedit_caret_ = 0;
    undo_.clear();
    redo_.clear();
    last_ = Step::Other;
}

// Called before a change. A run of one kind of step keeps the snapshot it began with.
void Edit::remember(Step step) {
    redo_.clear();
    if (step == Step::Other || step != last_) {
        if (undo_.size() >= limits::edit_undo_steps_max) {
            undo_.erase(undo_.begin());
        }
        undo_.push_back({text_, caret_, anchor_});
    }
    last_ = step;
}

void Edit::restore(Snapshot snapshot) {
    text_ = std::move(snapshot.text);
    caret_ = snapshot.caret;
    anchor_ = snapshot.anchor;
    last_ = Step::Other;
}

bool Edit::undo() {
    if (undo_.empty()) {
        return false;
    }
    redo_.push_back({text_, caret_, anchor_});
    Snapshot snapshot = std::move(undo_.back());
    undo_.pop_back();
    restore(std::move(snapshot));
    return true;
}

bool Edit::redo() {
    if (redo_.empty()) {
        return false;
    }
    undo_.push_back({text_, caret_, anchor_});
    Snapshot snapshot = std::move(redo_.back());
    redo_.pop_back();
    restore(std::move(snapshot));
    return true;
}

void Edit::insert(std::string_view text) {
    preedit_.clear();
    preedit_caret_ = 0;
    const std::string whole = repaired(text);
    const size_t start = selection_start();
    const size_t selected_bytes = selection_end() - start;
    const size_t room = bytes_max_ - (text_.size() - selected_bytes);
    const size_t kept = count_code_points(text_) - count_code_points(selected());
    const std::string_view fits =
        fitting_points(fitting(whole, room), code_points_max_ - std::min(code_points_max_, kept));
    if (fits.empty()) {
        return; // also when nothing fits: a full text must not lose its selection to a key
    }
    const bool typing = fits.size() <= typed_bytes_max && !has_selection();
    // Undo goes back word by word: the first letter after a blank begins a step.
    if (typing && start > 0 && is_space(text_[start - 1]) && !is_space(fits[0])) {
        last_ = Step::Other;
    }
    remember(typing ? Step::Typing : Step::Other);
    text_.replace(start, selected_bytes, fits);
    caret_ = anchor_ = border_from(text_, start + fits.size());
}

void Edit::erase_range(size_t start, size_t end) {
    if (start >= end) {
        return;
    }
    remember(has_selection() ? Step::Other : Step::Erasing);
    text_.erase(start, end - start);
    caret_ = anchor_ = border_from(text_, start);
}

void Edit::backspace(bool word) {
    if (has_selection()) {
        erase_range(selection_start(), selection_end());
    } else if (caret_ > 0) {
        erase_range(word ? previous_word(text_, caret_) : previous_grapheme(text_, caret_), caret_);
    }
}

void Edit::erase(bool word) {
    if (has_selection()) {
        erase_range(selection_start(), selection_end());
    } else if (caret_ < text_.size()) {
        erase_range(caret_, word ? next_word(text_, caret_) : next_grapheme(text_, caret_));
    }
}

void Edit::move(size_t caret, bool select) {
    caret_ = caret;
    if (!select) {
        anchor_ = caret;
    }
    last_ = Step::Other;
}

void Edit::move_left(bool word, bool select) {
    if (has_selection() && !select && !word) {
        move(selection_start(), false);
    } else if (caret_ > 0) {
        move(word ? previous_word(text_, caret_) : previous_grapheme(text_, caret_), select);
    } else {
        move(0, select);
    }
}

void Edit::move_right(bool word, bool select) {
    if (has_selection() && !select && !word) {
        move(selection_end(), false);
    } else if (caret_ < text_.size()) {
        move(word ? next_word(text_, caret_) : next_grapheme(text_, caret_), select);
    } else {
        move(text_.size(), select);
    }
}

void Edit::move_home(bool select) {
    const size_t newline = caret_ == 0 ? std::string::npos : text_.rfind('\n', caret_ - 1);
    move(newline == std::string::npos ? 0 : newline + 1, select);
}

void Edit::move_end(bool select) {
    move(std::min(text_.find('\n', caret_), text_.size()), select);
}

void Edit::move_to(size_t offset, bool select) {
    offset = std::min(offset, text_.size());
    while (offset > 0 && offset < text_.size() && is_continuation(text_[offset])) {
        --offset;
    }
    if (border_from(text_, offset) != offset) {
        offset = previous_grapheme(text_, offset);
    }
    move(offset, select);
}

void Edit::select_word(size_t offset) {
    move_to(offset, false);
    // From inside the word to its beginning, and from there to its end.
    const size_t inside = caret_ < text_.size() ? next_grapheme(text_, caret_) : caret_;
    anchor_ = previous_word(text_, inside);
    caret_ = next_word(text_, anchor_);
    while (caret_ > anchor_ && (text_[caret_ - 1] == ' ' || text_[caret_ - 1] == '\n')) {
        --caret_;
    }
}

void Edit::select_all() {
    anchor_ = 0;
    caret_ = text_.size();
    last_ = Step::Other;
}

void Edit::set_preedit(std::string_view text, size_t caret_characters) {
    const std::string whole = repaired(text);
    preedit_ = fitting(whole, bytes_max_);
    preedit_caret_ = 0;
    for (; caret_characters > 0 && preedit_caret_ < preedit_.size(); --caret_characters) {
        do {
            ++preedit_caret_;
        } while (preedit_caret_ < preedit_.size() && is_continuation(preedit_[preedit_caret_]));
    }
}

size_t Edit::preedit_offset() const {
    return selection_start();
}

size_t Edit::shown_caret() const {
    return preedit_.empty() ? caret_ : preedit_offset() + preedit_caret_;
}

std::string Edit::shown() const {
    std::string shown = text_;
    if (!preedit_.empty()) {
        shown.replace(selection_start(), selection_end() - selection_start(), preedit_);
    }
    return shown;
}

} // namespace parley::text
