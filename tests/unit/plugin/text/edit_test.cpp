// edit_test.cpp: typing, carets, words, undo, limits, pastes and preedit.
#include "plugin/text/edit.hpp"

#include "tests/support/catch.hpp"

#include "schemas/base/limits.hpp"

using namespace parley;
using namespace parley::text;

namespace {

constexpr std::string_view family = "👨‍👩‍👧‍👦";

Edit edit_of(std::string_view text, size_t bytes_max = 1000) {
    Edit edit(bytes_max);
    edit.set(text);
    return edit;
}

void type(Edit& edit, std::string_view text) {
    for (const char letter : text) {
        edit.insert(std::string_view(&letter, 1));
    }
}

} // namespace

TEST_CASE("typing inserts at the caret and replaces the selection", "[edit]") {
    Edit edit = edit_of("hello");
    edit.insert("!");
    CHECK(edit.text() == "hello!");
    edit.move_home(false);
    edit.insert("oh ");
    CHECK(edit.text() == "oh hello!");
    CHECK(edit.caret() == 3);
    edit.select_all();
    CHECK(edit.selected() == "oh hello!");
    edit.insert("x");
    CHECK(edit.text() == "x");
    CHECK_FALSE(edit.has_selection());
}

TEST_CASE("carets stop at graphemes, and Backspace takes a whole one", "[edit]") {
    std::string text("a");
    text += family;
    text += "e\u0301";
    Edit edit = edit_of(text);
    edit.move_left(false, false);
    CHECK(edit.caret() == 1 + family.size());
    edit.move_left(false, false);
    CHECK(edit.caret() == 1);
    edit.move_right(false, false);
    CHECK(edit.caret() == 1 + family.size());
    edit.backspace(false);
    CHECK(edit.text() == "ae\u0301");
    edit.erase(false);
    CHECK(edit.text() == "a");
    edit.erase(false);
    CHECK(edit.text() == "a");
    edit.backspace(false);
    edit.backspace(false);
    CHECK(edit.text().empty());
}

TEST_CASE("a mark typed after a letter joins it", "[edit]") {
    Edit edit = edit_of("ab");
    edit.move_left(false, false);
    edit.insert("\u0301");
    CHECK(edit.text() == "a\u0301b");
    CHECK(edit.caret() == 3);
    edit.backspace(false);
    CHECK(edit.text() == "b");
}

TEST_CASE("words are moved over and taken whole", "[edit]") {
    Edit edit = edit_of("one two three");
    edit.move_left(true, false);
    CHECK(edit.caret() == 8);
    edit.backspace(true);
    CHECK(edit.text() == "one three");
    CHECK(edit.caret() == 4);
    edit.move_home(false);
    edit.move_right(true, true);
    CHECK(edit.has_selection());
    edit.backspace(false);
    CHECK((edit.text() == "three" || edit.text() == " three"));
}

TEST_CASE("selecting grows from the anchor, and arrows leave it at its ends", "[edit]") {
    Edit edit = edit_of("abcdef");
    edit.move_to(2, false);
    edit.move_right(false, true);
    edit.move_right(false, true);
    CHECK(edit.selected() == "cd");
    CHECK(edit.anchor() == 2);
    edit.move_left(false, false);
    CHECK(edit.caret() == 2);
    CHECK_FALSE(edit.has_selection());
    edit.move_end(true);
    CHECK(edit.selected() == "cdef");
    edit.move_right(false, false);
    CHECK(edit.caret() == 6);
    edit.move_to(1, false);
    edit.move_to(4, true);
    edit.erase(false);
    CHECK(edit.text() == "aef");
}

TEST_CASE("home and end are those of the line", "[edit]") {
    Edit edit = edit_of("ab\ncd\nef");
    edit.move_to(4, false);
    edit.move_home(false);
    CHECK(edit.caret() == 3);
    edit.move_home(false);
    CHECK(edit.caret() == 3);
    edit.move_end(false);
    CHECK(edit.caret() == 5);
    edit.move_to(0, false);
    edit.move_home(false);
    CHECK(edit.caret() == 0);
    edit.move_to(8, false);
    edit.move_end(false);
    CHECK(edit.caret() == 8);
}

TEST_CASE("move_to finds the border before any byte", "[edit]") {
    std::string text("a");
    text += family;
    Edit edit = edit_of(text);
    for (size_t at = 1; at < text.size(); ++at) {
        edit.move_to(at, false);
        CHECK(edit.caret() == 1);
    }
    edit.move_to(9999, false);
    CHECK(edit.caret() == text.size());
}

TEST_CASE("a word is selected from any place in it, without blanks", "[edit]") {
    Edit edit(100);
    edit.select_word(0);
    CHECK_FALSE(edit.has_selection());
    type(edit, "meet at the quay");
    for (const size_t inside : {0u, 2u, 3u}) {
        edit.select_word(inside);
        CHECK(edit.selected() == "meet");
    }
    edit.select_word(5);
    CHECK(edit.selected() == "at");
    edit.select_word(15);
    CHECK(edit.selected() == "quay");
    edit.select_word(16);
    CHECK(edit.selected() == "quay");
    edit.select_word(99);
    CHECK(edit.selected() == "quay");
}

TEST_CASE("undo goes back word by word and redo returns", "[edit]") {
    Edit edit = edit_of("");
    type(edit, "hello big world");
    REQUIRE(edit.undo());
    CHECK(edit.text() == "hello big ");
    REQUIRE(edit.undo());
    CHECK(edit.text() == "hello ");
    REQUIRE(edit.redo());
    CHECK(edit.text() == "hello big ");
    REQUIRE(edit.undo());
    REQUIRE(edit.undo());
    CHECK(edit.text().empty());
    CHECK_FALSE(edit.undo());
    REQUIRE(edit.redo());
    type(edit, "x");
    CHECK_FALSE(edit.redo()); // a change ends what could be redone
}

TEST_CASE("erasing is a step of its own, and so is a paste", "[edit]") {
    Edit edit = edit_of("");
    type(edit, "word");
    edit.backspace(false);
    edit.backspace(false);
    REQUIRE(edit.undo());
    CHECK(edit.text() == "word");
    edit.insert("a long paste of more than thirty-two bytes");
    type(edit, "x");
    REQUIRE(edit.undo());
    REQUIRE(edit.undo());
    CHECK(edit.text() == "word");
    edit.select_all();
    edit.insert("y");
    REQUIRE(edit.undo());
    CHECK(edit.text() == "word");
    CHECK(edit.selected() == "word");
}

TEST_CASE("moving the caret ends a step of undo", "[edit]") {
    Edit edit = edit_of("");
    type(edit, "ab");
    edit.move_home(false);
    type(edit, "cd");
    CHECK(edit.text() == "cdab");
    REQUIRE(edit.undo());
    CHECK(edit.text() == "ab");
}

TEST_CASE("undo remembers as many steps as the limit", "[edit]") {
    Edit edit = edit_of("");
    for (size_t i = 0; i < limits::edit_undo_steps_max + 5; ++i) {
        edit.move_end(false);
        type(edit, "x");
    }
    size_t steps = 0;
    while (edit.undo()) {
        ++steps;
    }
    CHECK(steps == limits::edit_undo_steps_max);
    CHECK(edit.text().size() == 5);
}

TEST_CASE("text is cut at the limit, never inside a grapheme", "[edit]") {
    Edit edit(10);
    edit.insert("1234567890");
    CHECK(edit.text().size() == 10);
    edit.insert("x");
    CHECK(edit.text() == "1234567890");
    edit.set("12345678");
    edit.insert("e\u0301"); // three bytes; two are left
    CHECK(edit.text() == "12345678");
    edit.insert("ab");
    CHECK(edit.text() == "12345678ab");
    edit.select_all();
    edit.insert("0123456789abc");
    CHECK(edit.text() == "0123456789");
    edit.set(family);
    CHECK(edit.text().empty());
}

TEST_CASE("a full text keeps its selection when nothing fits", "[edit]") {
    Edit edit(4);
    edit.insert("abcd");
    edit.move_left(false, true);
    edit.insert(family);
    CHECK(edit.text() == "abcd");
    CHECK(edit.has_selection());
}

TEST_CASE("a paste is made valid", "[edit]") {
    Edit edit(100);
    edit.insert(std::string_view("a\r\nb\rc\0\x1b"
                                 "d\xff\xc2\x9b\te",
                                 14));
    CHECK(edit.text() == "a\nb\ncd\uFFFD\te");
    edit.set("\xed\xa0\x80");
    CHECK(edit.text() == "\uFFFD\uFFFD\uFFFD");
}

TEST_CASE("a preedit is shown in place and goes when text is committed", "[edit]") {
    Edit edit = edit_of("ab");
    edit.move_left(false, false);
    edit.set_preedit("にほ", 1);
    CHECK(edit.text() == "ab");
    CHECK(edit.shown() == "aにほb");
    CHECK(edit.preedit_offset() == 1);
    CHECK(edit.preedit_caret() == 3);
    CHECK(edit.shown_caret() == 4);
    edit.set_preedit("にほ", 99);
    CHECK(edit.preedit_caret() == 6);
    edit.insert("日本");
    CHECK(edit.preedit().empty());
    CHECK(edit.shown() == "a日本b");
    CHECK(edit.shown_caret() == 7);
    edit.select_all();
    edit.set_preedit("x", 1);
    CHECK(edit.shown() == "x");
    edit.set_preedit("", 0);
    CHECK(edit.shown() == "a日本b");
    CHECK(edit.has_selection());
}
