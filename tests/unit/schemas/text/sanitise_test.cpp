// sanitise_test.cpp: the text that travels. Every case is also cleaned a second time: that must
// change nothing.
#include "schemas/text/utf8.hpp"

#include "tests/support/catch.hpp"

#include <string>
#include <vector>

#include "schemas/base/random.hpp"
#include "schemas/text/characters.hpp"

using namespace parley;
using namespace parley::text;

namespace {

std::string clean(std::string_view text) {
    const Result<std::string> once = sanitise(text, {});
    REQUIRE(once.error() == Error::Ok);
    const Result<std::string> twice = sanitise(*once, {});
    REQUIRE(twice.error() == Error::Ok);
    CHECK(*twice == *once);
    return *once;
}

std::string repeated(std::string_view piece, size_t times) {
    std::string text;
    for (size_t i = 0; i < times; ++i) {
        text += piece;
    }
    return text;
}

const std::string family = "\U0001F468\u200D\U0001F469\u200D\U0001F467";
const std::string england =
    "\U0001F3F4\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F";
const std::string kiss =
    "\U0001F9D1\U0001F3FB\u200D\u2764\uFE0F\u200D\U0001F48B\u200D\U0001F9D1\U0001F3FF";

} // namespace

TEST_CASE("2000 code points pass, 2001 do not", "[text]") {
    CHECK(clean(repeated("a", 2000)).size() == 2000);
    CHECK(sanitise(repeated("a", 2001), {}).error() == Error::TooLong);
    CHECK(clean(repeated("\u00E9", 2000)).size() == 4000);
    CHECK(sanitise(repeated("\u00E9", 2001), {}).error() == Error::TooLong);
    CHECK(sanitise("abc", {.code_points_max = 3}).ok());
    CHECK(sanitise("abcd", {.code_points_max = 3}).error() == Error::TooLong);
}

TEST_CASE("8192 bytes pass, 8193 do not", "[text]") {
    const TextBounds wide{.code_points_max = 10'000};
    CHECK(sanitise(repeated("a", 8192), wide).ok());
    CHECK(sanitise(repeated("a", 8193), wide).error() == Error::TooLong);
    // What grows while it is composed is measured after: U+1D160 becomes three times four bytes.
    CHECK(sanitise(repeated("\U0001D160", 682), wide).ok());
    CHECK(sanitise(repeated("\U0001D160", 683), wide).error() == Error::TooLong);
}

TEST_CASE("20 lines pass, 21 do not", "[text]") {
    CHECK(clean(repeated("x\n", 19) + "x") == repeated("x\n", 19) + "x");
    CHECK(clean(repeated("x\n", 20)) == repeated("x\n", 19) + "x");
    CHECK(sanitise(repeated("x\n", 20) + "x", {}).error() == Error::TooLong);
    CHECK(sanitise(repeated("x\r\n", 20) + "x", {}).error() == Error::TooLong);
}

TEST_CASE("of 500 marks on one letter four stay", "[text]") {
    const std::string cut = clean("a" + repeated("\u0316", 500) + "b");
    CHECK(cut == "a" + repeated("\u0316", 4) + "b");
    CHECK(clean("a" + repeated("\u0316", 4)) == "a" + repeated("\u0316", 4));
    CHECK(clean("a" + repeated("\u0316", 5)) == "a" + repeated("\u0316", 4));
    // No hiding of marks behind what joins or has no width.
    CHECK(count_code_points(clean("a" + repeated("\u0316\u034F", 50))) == 5);
    CHECK(count_code_points(clean("\u0628" + repeated("\u064B\u200D", 50))) == 1 + 4 + 4);
}

TEST_CASE("direction controls are gone", "[text]") {
    CHECK(clean("photo\u202Egpj.exe") == "photogpj.exe");
    CHECK(clean("\u2066\u2067a\u2068b\u2069\u200E\u200Fc\u061C") == "abc");
    CHECK(clean("\u202A\u202B\u202C\u202D\u202Ex") == "x");
}

TEST_CASE("text of what has no width is empty", "[text]") {
    for (const char* nothing :
         {"", " ", "\n \n", "\u200B\u200B", "\u200D", "\u200C\u200D\u2060", "\uFEFF", "\u00AD",
          "\u3164", "\u2800 \u2800", "\u3000", "\U000E0041", "\u0301", "\uFE0F", "\u202E", "\t",
          "\x7F", "\u0085"}) {
        CAPTURE(nothing);
        CHECK(sanitise(nothing, {}).error() == Error::Empty);
        CHECK(sanitise_name(nothing).error() == Error::Empty);
    }
}

TEST_CASE("what programs read as commands stays what was typed", "[text]") {
    for (const char* literal : {"%s%n%x", "Button##id###other", "<script>alert(1)</script>",
                                "'; DROP TABLE log;--", "${jndi:ldap://x}", "{0} {carrier}"}) {
        CHECK(clean(literal) == literal);
    }
    CHECK(clean("\x1b[31mred\x1b[0m") == "[31mred[0m");
    CHECK(clean("one\r\nerror forged") == "one\nerror forged");
    CHECK(sanitise_name("one\r\nerror forged").value() == "one error forged");
}

TEST_CASE("newlines are spelled one way and tabs are blanks", "[text]") {
    CHECK(clean("a\r\nb\rc\u2028d\u2029e\tf") == "a\nb\nc\nd\ne f");
    CHECK(clean("a  \nb \u3000\n\n") == "a\nb");
    CHECK(clean("  indented") == "  indented");
}

TEST_CASE("text is composed", "[text]") {
    CHECK(clean("e\u0301") == "\u00E9");
    CHECK(clean("\u1112\u1161\u11AB") == "\uD55C");
    CHECK(clean("\u212B") == "\u00C5");
    // Marks of other classes are put in order first.
    CHECK(clean("a\u0301\u0316") == clean("a\u0316\u0301"));
}

TEST_CASE("emoji keep what holds them together", "[text]") {
    for (const std::string& emoji :
         {family, england, kiss, std::string("\u2764\uFE0F"), std::string("1\uFE0F\u20E3"),
          std::string("\U0001F44D\U0001F3FD"), std::string("\U0001F3F3\uFE0F\u200D\U0001F308"),
          std::string("\U0001F1E9\U0001F1EA")}) {
        CAPTURE(emoji);
        CHECK(clean("x" + emoji + "y") == "x" + emoji + "y");
    }
}

TEST_CASE("joiners and tags stay only where they mean something", "[text]") {
    CHECK(clean("pass\u200Dword") == "password");
    CHECK(clean("a\u200Cb") == "ab");
    CHECK(clean("\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645") ==
          "\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645");              // Persian needs ZWNJ
    CHECK(clean("\u0915\u094D\u200D\u0937") == "\u0915\u094D\u200D\u0937"); // Hindi needs ZWJ
    CHECK(clean("hi\U000E0068\U000E0069") == "hi");
    CHECK(clean("\U0001F3F4\U000E0067x") == "\U0001F3F4x"); // a flag without its end
    CHECK(clean("\U0001F468\u200D x") == "\U0001F468 x");
    CHECK(clean("a\uFE0F\uFE0F") == "a\uFE0F");
}

TEST_CASE("a grapheme is cut at 48 bytes", "[text]") {
    std::string chain = "\U0001F468";
    for (int i = 0; i < 40; ++i) {
        chain += "\u200D\U0001F468";
    }
    const std::string cut = clean(chain);
    CHECK(cut.size() <= limits::grapheme_bytes_max);
    CHECK(cut.size() > 40);
    CHECK(cut.substr(cut.size() - 4) == "\U0001F468");
}

TEST_CASE("spans follow their text", "[text]") {
    // x \u200B(3) [bold "e\u0301"] \u202E(3) [link "link"], blanks cut
    const std::string text = "x\u200Be\u0301\u202Elink  ";
    std::vector<TextRange> ranges{{4, 3}, {10, 6}, {1, 3}, {14, 2}, {100, 50}};
    const Result<std::string> cleaned = sanitise(text, {}, &ranges);
    REQUIRE(cleaned.ok());
    REQUIRE(*cleaned == "x\u00E9link");
    const auto piece = [&](size_t i) { return cleaned->substr(ranges[i].start, ranges[i].length); };
    CHECK(piece(0) == "\u00E9");
    CHECK(piece(1) == "link");
    CHECK(ranges[2].length == 0);
    CHECK(ranges[3].length == 0);
    CHECK(ranges[4].start == cleaned->size());

    // A span may end inside a grapheme as long as nothing there is composed.
    std::vector<TextRange> inside{{2, 2}, {0, 2}};
    REQUIRE(sanitise("\u0628\u064B!", {}, &inside).ok());
    CHECK(inside[0].start == 2);
    CHECK(inside[0].length == 2);
    CHECK(inside[1].length == 2);

    std::vector<TextRange> plain{{0, 2}, {1, 9}, {5, 1}};
    REQUIRE(*sanitise("abc   ", {}, &plain) == "abc");
    CHECK(plain[0].length == 2);
    CHECK(plain[1].start == 1);
    CHECK(plain[1].length == 2);
    CHECK(plain[2].start == 3);
    CHECK(plain[2].length == 0);
}

TEST_CASE("a name is one line without blanks to spare", "[text]") {
    CHECK(sanitise_name("  Night \t\n Owl\u00A0\u3000s ").value() == "Night Owl s");
    CHECK(sanitise_name(repeated("\u00E9", 32)).ok());
    CHECK(sanitise_name(repeated("\u00E9", 33)).error() == Error::TooLong);
    CHECK(sanitise_name("  " + repeated("a", 32) + "  ").ok());
    CHECK(sanitise_name("a\xFF").error() == Error::Encoding);
    CHECK(sanitise_name("admin\u200D").value() == "admin");
}

TEST_CASE("whatever is typed, cleaning twice changes nothing and spans keep to borders", "[text]") {
    // Method: strings of code points that interact, drawn from a seed, so that rules meet in all
    // orders.
    const int32_t pool[] = {'a',    ' ',     '\n',    '\r',    '\t',    0x301,  0x316,   0x20E3,
                            0x200C, 0x200D,  0xFE0F,  0x200B,  0x202E,  0x628,  0x64B,   0x915,
                            0x94D,  0x9BE,   0x9C7,   0x1100,  0x1161,  0x11A8, 0x1F468, 0x1F3FB,
                            0x2764, 0x1F3F4, 0xE0067, 0xE007F, 0x1F1E9, 0x600,  0x1820,  0x180B,
                            0x4E00, 0xE0100, 0x344,   0x1D160, 0xF71,   0xF73,  0x3099,  0x304B,
                            0x3000, 0x2800,  0xAC00};
    Random random(20);
    int settled = 0;
    for (int round = 0; round < 20'000; ++round) {
        std::string text;
        for (uint64_t n = 1 + random.below(24); n > 0; --n) {
            const int32_t point = pool[random.below(std::size(pool))];
            const auto put = [&](int32_t byte) { text.push_back(static_cast<char>(byte)); };
            if (point < 0x80) {
                put(point);
            } else if (point < 0x800) {
                put(0xC0 | (point >> 6));
                put(0x80 | (point & 0x3F));
            } else if (point < 0x10000) {
                put(0xE0 | (point >> 12));
                put(0x80 | ((point >> 6) & 0x3F));
                put(0x80 | (point & 0x3F));
            } else {
                put(0xF0 | (point >> 18));
                put(0x80 | ((point >> 12) & 0x3F));
                put(0x80 | ((point >> 6) & 0x3F));
                put(0x80 | (point & 0x3F));
            }
        }
        std::vector<TextRange> ranges{
            {static_cast<uint32_t>(random.below(20)), static_cast<uint32_t>(random.below(20))}};
        const Result<std::string> once = sanitise(text, {}, &ranges);
        if (!once) {
            REQUIRE(once.error() != Error::TooLong);
            continue;
        }
        ++settled;
        const Result<std::string> twice = sanitise(*once, {});
        REQUIRE(twice.ok());
        REQUIRE(*twice == *once);
        REQUIRE(ranges[0].start + ranges[0].length <= once->size());
        REQUIRE(valid_utf8(once->substr(ranges[0].start, ranges[0].length)));
        for (size_t at = 0; at < once->size();) {
            const size_t next = next_grapheme(*once, at);
            REQUIRE(next > at);
            REQUIRE(previous_grapheme(*once, next) == at);
            REQUIRE(next - at <= limits::grapheme_bytes_max);
            at = next;
        }
    }
    CHECK(settled > 15'000);
}
