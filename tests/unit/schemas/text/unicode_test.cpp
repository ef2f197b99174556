// unicode_test.cpp: borders and cleaning against Unicode's own test files.
#include "tests/support/catch.hpp"

#include "schemas/text/utf8.hpp"
#include "tests/support/unicode_files.hpp"

using namespace parley;

namespace {

// Bytes at which a border stands, the end among them, the beginning not.
std::vector<size_t> borders_of(const test::BreakCase& wanted) {
    std::vector<size_t> borders;
    std::string text;
    for (size_t i = 0; i < wanted.codes.size(); ++i) {
        test::append_utf8(text, wanted.codes[i]);
        if (wanted.before[i + 1]) {
            borders.push_back(text.size());
        }
    }
    return borders;
}

} // namespace

TEST_CASE("a cursor steps over graphemes as Unicode's cases say, both ways", "[text]") {
    test::PassRate rate("GraphemeBreakTest, cursor");
    const auto judge = [&](std::string_view line) {
        const test::BreakCase wanted = test::break_case(line);
        const std::string text = test::utf8_of(wanted.codes);
        const std::vector<size_t> borders = borders_of(wanted);
        std::vector<size_t> forth, back;
        for (size_t at = 0; at < text.size();) {
            at = text::next_grapheme(text, at);
            forth.push_back(at);
        }
        for (size_t at = text.size(); at > 0; at = text::previous_grapheme(text, at)) {
            back.insert(back.begin(), at);
        }
        rate.judge(forth == borders && back == borders, line);
    };
    if (test::each_unicode_line("auxiliary/GraphemeBreakTest.txt", judge)) {
        rate.require(602);
    }
}

// Steps are longer than Unicode's words (over blanks, over a run of Han), but end at none's middle.
TEST_CASE("a cursor never stops inside one of Unicode's words", "[text]") {
    test::PassRate rate("WordBreakTest");
    const auto judge = [&](std::string_view line) {
        const test::BreakCase wanted = test::break_case(line);
        const std::string text = test::utf8_of(wanted.codes);
        const std::vector<size_t> borders = borders_of(wanted);
        const auto border = [&](size_t at) {
            return at == 0 || std::count(borders.begin(), borders.end(), at) != 0;
        };
        bool fine = true;
        for (size_t at = 0; at < text.size();) {
            at = text::next_word(text, at);
            fine = fine && border(at);
        }
        for (size_t at = text.size(); at > 0;) {
            at = text::previous_word(text, at);
            fine = fine && border(at);
        }
        // Controls, and joiners where they mean nothing, are taken out before anyone edits.
        const Result<std::string> clean = text::sanitise(text, {});
        if (!fine && !(clean.ok() && *clean == text)) {
            rate.unclaimed();
            return;
        }
        rate.judge(fine, line);
    };
    if (test::each_unicode_line("auxiliary/WordBreakTest.txt", judge)) {
        rate.require(1563);
    }
}

TEST_CASE("each emoji that Unicode lists is one grapheme and travels as it is", "[text]") {
    test::PassRate rate("emoji-test");
    const auto judge = [&](std::string_view line) {
        const auto fields = test::fields_of(line, ';');
        const std::string text = test::utf8_of(test::codes_of(fields[0]));
        const Result<std::string> clean = text::sanitise(text, {});
        rate.judge(text::next_grapheme(text, 0) == text.size() && clean.ok() && *clean == text,
                   line);
    };
    if (test::each_unicode_line("emoji/emoji-test.txt", judge)) {
        rate.require(4733);
    }
}
