// edit.hpp: one editable text, without drawing: caret and selection on grapheme borders, words,
// undo and redo, IME preedit. Pure. Left and right are logical, towards the start and the end; who
// draws right-to-left text swaps the keys.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace parley::text {

// Owner: the game thread.
class Edit {
public:
    explicit Edit(size_t bytes_max);

    std::string_view text() const { return text_; } // valid UTF-8, at most bytes_max
    size_t caret() const { return caret_; }         // bytes
    size_t anchor() const { return anchor_; }       // other end of the selection; caret when none
    bool has_selection() const { return caret_ != anchor_; }
    std::string_view selected() const;

    // What is inserted is cut here too; what was set is left as it is.
    void bound_code_points(size_t most) { code_points_max_ = most; }

    void set(std::string_view text); // caret at the end; clears undo and preedit
    // Replaces the selection; cut at the bounds on a border. What is pasted may be anything: broken
    // UTF-8 becomes U+FFFD, CR LF and CR become newlines, other controls but tab go.
    void insert(std::string_view text);
    void backspace(bool word);
    void erase(bool word);
    void move_left(bool word, bool select);
    void move_right(bool word, bool select);
    void move_home(bool select); // of the line, where there are newlines
    void move_end(bool select);
    void move_to(size_t offset, bool select); // back to the border at or before offset
    void select_word(size_t offset);          // the word that lies there, without blanks
    void select_all();
    bool undo();
    bool redo();

    // The IME's text that is not yet committed; caret counts its characters. Empty: none.
    void set_preedit(std::string_view text, size_t caret_characters);
    std::string_view preedit() const { return preedit_; }
    size_t preedit_caret() const { return preedit_caret_; } // bytes inside preedit
    // Text with the preedit in place of the selection, and where it is.
    std::string shown() const;
    size_t preedit_offset() const; // bytes in shown()
    size_t shown_caret() const;    // bytes in shown()

private:
    struct Snapshot {
        std::string text;
        size_t caret, anchor;
    };
    // Steps of one kind in a row are undone together.
    enum class Step { Other, Typing, Erasing };

    void remember(Step step);
    void restore(Snapshot snapshot);
    void move(size_t caret, bool select);
    void erase_range(size_t start, size_t end);
    size_t selection_start() const;
    size_t selection_end() const;

    size_t bytes_max_;
    size_t code_points_max_ = SIZE_MAX;
    std::string text_, preedit_;
    size_t caret_ = 0, anchor_ = 0, preedit_caret_ = 0;
    std::vector<Snapshot> undo_, redo_;
    Step last_ = Step::Other;
};

} // namespace parley::text
