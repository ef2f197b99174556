// borders_test.cpp: strict UTF-8, and where a cursor may stand.
#include "schemas/text/utf8.hpp"

#include "tests/support/catch.hpp"

#include <string>
#include <vector>

#include "schemas/text/characters.hpp"

using namespace parley;
using namespace parley::text;

namespace {

using Step = size_t (*)(std::string_view, size_t);

std::vector<size_t> forward(std::string_view text, Step step) {
    std::vector<size_t> borders;
    for (size_t at = 0; at < text.size();) {
        at = step(text, at);
        borders.push_back(at);
    }
    return borders;
}

// The same borders, met from the end; 0 instead of the end.
std::vector<size_t> backward(std::string_view text, Step step) {
    std::vector<size_t> borders;
    for (size_t at = text.size(); at > 0;) {
        borders.insert(borders.begin(), at);
        at = step(text, at);
    }
    return borders;
}

} // namespace

TEST_CASE("overlong, surrogate, NUL and stray bytes are not UTF-8", "[text]") {
    for (const std::string& bad :
         {std::string("\xC0\xAF"), std::string("\xC1\xBF"), std::string("\xE0\x9F\xBF"),
          std::string("\xF0\x8F\xBF\xBF"), std::string("\xED\xA0\x80"), std::string("\xED\xBF\xBF"),
          std::string("a\0b", 3), std::string("\xFF"), std::string("\x80"), std::string("\xE2\x82"),
          std::string("\xF4\x90\x80\x80"), std::string("\xF5\x80\x80\x80"), std::string("\xC3("),
          std::string("12345678\0", 9), std::string("1234567\0", 8)}) {
        CAPTURE(bad);
        CHECK_FALSE(valid_utf8(bad));
        CHECK(sanitise(bad, {}).error() == Error::Encoding);
    }
}

TEST_CASE("the first and last code point of each length is UTF-8", "[text]") {
    for (const char* good :
         {"", "\x01", "\x7F", "\u0080", "\u07FF", "\u0800", "\xED\x9F\xBF", "\xEE\x80\x80",
          "\uFFFF", "\U00010000", "\U0010FFFF", "plain ascii, longer than eight"}) {
        CAPTURE(good);
        CHECK(valid_utf8(good));
    }
    CHECK(count_code_points("a\u00E9\u20AC\U0001F600") == 4);
}

TEST_CASE("graphemes are what a person calls a letter, both ways", "[text]") {
    const std::string family = "\U0001F469\u200D\U0001F469\u200D\U0001F467";
    const std::string flags = "\U0001F1E9\U0001F1EA\U0001F1EB\U0001F1F7\U0001F1E9";
    const std::string text = "e\u0301" + family + flags + "\u1112\u1161\u11AB\r\nक्";
    std::vector<size_t> expected;
    size_t at = 0;
    for (const size_t bytes : {size_t{3}, family.size(), size_t{8}, size_t{8}, size_t{4}, size_t{9},
                               size_t{2}, size_t{6}}) {
        at += bytes;
        expected.push_back(at);
    }
    CHECK(forward(text, next_grapheme) == expected);
    CHECK(backward(text, previous_grapheme) == expected);
}

TEST_CASE("a grapheme asked from its middle is left at its border", "[text]") {
    const std::string flags = "\U0001F1E9\U0001F1EA\U0001F1EB\U0001F1F7";
    CHECK(next_grapheme(flags, 4) == 8);
    CHECK(previous_grapheme(flags, 12) == 8);
    const std::string family = "\U0001F469\u200D\U0001F469x";
    CHECK(next_grapheme(family, 4) == 11);
    CHECK(previous_grapheme(family, 7) == 0);
    CHECK(next_grapheme("ab", 7) == 2);
    CHECK(previous_grapheme("ab", 7) == 1);
    CHECK(next_grapheme("", 0) == 0);
    CHECK(previous_grapheme("", 0) == 0);
}

TEST_CASE("words begin where a person would say", "[text]") {
    CHECK(forward("go when I", next_word) == std::vector<size_t>{3, 8, 9});
    CHECK(previous_word("go when I", 9) == 8);
    CHECK(previous_word("go when I", 8) == 3);
    CHECK(previous_word("go when   ", 10) == 3);
    CHECK(previous_word("go", 0) == 0);
    // 北の橋に: Han, Hiragana, Han, Hiragana.
    CHECK(forward("北の橋に", next_word) == std::vector<size_t>{3, 6, 9, 12});
    // Signs inside a word and a number, and the same signs behind one.
    CHECK(forward("can't 3.14 l\u2019eau", next_word) == std::vector<size_t>{6, 11, 18});
    CHECK(next_word("can' t", 0) == 3);
    CHECK(next_word("end. New", 0) == 3);
    CHECK(next_word("a,b 1,2 a.1", 0) == 1);
    CHECK(next_word("1,2 a.1", 0) == 4);
    CHECK(next_word("a.1", 0) == 1);
    CHECK(previous_word("I can't", 7) == 2);
    CHECK(previous_word("I can't", 6) == 2);
    CHECK(previous_word("1 a,b", 5) == 4);
    CHECK(next_word("צה\"ל x", 0) == 8);
    CHECK(next_word("don!! x", 0) == 3);
    CHECK(next_word("don!! x", 3) == 6);
}
