// edit.hpp: one editable line of text, without drawing: caret and selection on grapheme borders,
// words, undo and redo, IME preedit. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace parley::text {

// Owner: the game thread.
class Edit {
public:
    explicit Edit(size_t bytes_max);

    std::string_view text() const { return text_; }
    size_t caret() const { return caret_; }   // bytes
    size_t anchor() const { return anchor_; } // other end of the selection; caret when none
    bool has_selection() const { return caret_ != anchor_; }
    std::string_view selected() const;

    void set(std::string_view text);    // caret at the end; clears undo
    void insert(std::string_view text); // replaces the selection; cut at bytes_max on a border
    void backspace(bool word);
    void erase(bool word);
    void move_left(bool word, bool select);
    void move_right(bool word, bool select);
    void move_home(bool select);
    void move_end(bool select);
    void move_to(size_t offset, bool select);
    void select_all();
    bool undo();
    bool redo();

    // The IME's text that is not yet committed; caret counts its characters. Empty: none.
    void set_preedit(std::string_view text, size_t caret_characters);
    std::string_view preedit() const { return preedit_; }
    size_t preedit_caret() const { return preedit_caret_; } // bytes inside preedit
    // Text with the preedit in place, and where it is.
    std::string shown() const;

private:
    struct Snapshot {
        std::string text;
        size_t caret, anchor;
    };
    void remember(bool typing);
    bool erase_selection();

    size_t bytes_max_;
    std::string text_, preedit_;
    size_t caret_ = 0, anchor_ = 0, preedit_caret_ = 0;
    std::vector<Snapshot> undo_, redo_;
    bool typing_ = false;
};

} // namespace parley::text
