// markup_test.cpp: what is typed, and the text and spans it becomes.
#include "plugin/client/markup.hpp"

#include "tests/support/catch.hpp"

#include "schemas/base/random.hpp"

namespace parley::client {
namespace {

NameFound find_bo(const void*, std::string_view after_at) {
    NameFound found;
    if (after_at.starts_with("Bo")) {
        found.length = after_at.starts_with("Bo Li") ? 5 : 2;
        found.user = UserId{7};
    }
    return found;
}

// "text {kind start length [target]}..." so that a case is one line.
std::string marked(std::string_view typed) {
    const Marked result = parse_markup(typed, &find_bo, nullptr, std::pmr::get_default_resource());
    std::string shown(result.text);
    for (const TextSpan& span : result.spans) {
        shown += " {";
        shown += wire::EnumNameSpanKind(span.kind);
        shown += " " + std::to_string(span.start) + " " + std::to_string(span.length);
        shown += span.target != 0 ? " @" + std::to_string(span.target) : "";
        shown += "}";
    }
    return shown;
}

TEST_CASE("marks become spans and leave the text", "[markup]") {
    CHECK(marked("plain") == "plain");
    CHECK(marked("a **b** c") == "a b c {Bold 2 1}");
    CHECK(marked("*i*") == "i {Italic 0 1}");
    CHECK(marked("__u__") == "u {Underline 0 1}");
    CHECK(marked("~~s~~") == "s {Strike 0 1}");
    CHECK(marked("`m`") == "m {Mono 0 1}");
    CHECK(marked("||gone||") == "gone {Spoiler 0 4}");
    CHECK(marked("日**本**語") == "日本語 {Bold 3 3}");
}

TEST_CASE("marks nest, and three stars are bold around italic", "[markup]") {
    CHECK(marked("**a *b* c**") == "a b c {Bold 0 5} {Italic 2 1}");
    CHECK(marked("***x***") == "x {Bold 0 1} {Italic 0 1}");
    CHECK(marked("||**x**||") == "x {Bold 0 1} {Spoiler 0 1}");
}

TEST_CASE("marks without a partner stay as typed", "[markup]") {
    CHECK(marked("**a") == "**a");
    CHECK(marked("2 * 3 * 4") == "2 * 3 * 4");
    CHECK(marked("a ** b ** c") == "a ** b ** c");
    CHECK(marked("****") == "****");
    CHECK(marked("`") == "`");
    CHECK(marked("``") == "``");
    CHECK(marked("*a **b* c**") == "a **b c** {Italic 0 5}");
    CHECK(marked("my_snake__case__name") == "my_snake__case__name");
}

TEST_CASE("a backslash takes a mark's meaning away", "[markup]") {
    CHECK(marked("\\*a\\*") == "*a*");
    CHECK(marked("\\\\") == "\\");
    CHECK(marked("C:\\path") == "C:\\path");
    CHECK(marked("\\") == "\\");
    CHECK(marked("**a\\**") == "**a**");
    CHECK(marked("\\@Bo") == "@Bo");
}

TEST_CASE("nothing is a mark inside mono", "[markup]") {
    CHECK(marked("`**a** \\*`") == "**a** \\* {Mono 0 8}");
}

TEST_CASE("https addresses are links, without the sentence's end", "[markup]") {
    CHECK(marked("see https://a.b/c_d_e.") == "see https://a.b/c_d_e. {Link 4 17}");
    CHECK(marked("(https://a.b)") == "(https://a.b) {Link 1 11}");
    CHECK(marked("https://a.b/x_(y)") == "https://a.b/x_(y) {Link 0 17}");
    CHECK(marked("**https://a.b**") == "https://a.b {Bold 0 11} {Link 0 11}");
    CHECK(marked("https://") == "https://");
    CHECK(marked("http://a.b") == "http://a.b");
    CHECK(marked("xhttps://a.b") == "xhttps://a.b");
    CHECK(marked("https://a.b/__init__") == "https://a.b/__init__ {Link 0 18}");
}

TEST_CASE("the name of somebody known is a mention", "[markup]") {
    CHECK(marked("hi @Bo!") == "hi @Bo! {Mention 3 3 @7}");
    CHECK(marked("@Bo Lin") == "@Bo Lin {Mention 0 6 @7}");
    CHECK(marked("mail a@Bo") == "mail a@Bo");
    CHECK(marked("@Cy") == "@Cy");
    CHECK(marked("**@Bo**") == "@Bo {Bold 0 3} {Mention 0 3 @7}");
}

TEST_CASE("a message carries at most spans_max spans, the rest stays as typed", "[markup]") {
    std::string typed;
    for (size_t i = 0; i < limits::spans_max + 2; ++i) {
        typed += "*a* ";
    }
    const Marked result = parse_markup(typed, nullptr, nullptr, std::pmr::get_default_resource());
    CHECK(result.spans.size() == limits::spans_max);
    CHECK(std::string_view(result.text).ends_with("a *a* *a* "));
}

TEST_CASE("whatever is typed, spans lie inside the text and on its code points", "[markup]") {
    Random random(3);
    constexpr std::string_view pieces[] = {"*",   "**", "_",  "__", "~~", "||",          "`", "\\",
                                           "@Bo", "é",  "日", " ",  "a",  "https://a.b", "\n"};
    for (int run = 0; run < 3000; ++run) {
        std::string typed;
        const uint64_t count = random.below(40);
        for (uint64_t i = 0; i < count; ++i) {
            typed += pieces[random.below(std::size(pieces))];
        }
        INFO(typed);
        const Marked result =
            parse_markup(typed, &find_bo, nullptr, std::pmr::get_default_resource());
        REQUIRE(result.text.size() <= typed.size());
        REQUIRE(result.spans.size() <= limits::spans_max);
        size_t before = 0;
        for (const TextSpan& span : result.spans) {
            REQUIRE(span.length > 0);
            REQUIRE(span.start >= before);
            before = span.start;
            const size_t end = size_t{span.start} + span.length;
            REQUIRE(end <= result.text.size());
            const auto on_border = [&](size_t at) {
                return at == result.text.size() ||
                       (static_cast<unsigned char>(result.text[at]) & 0xC0) != 0x80;
            };
            REQUIRE(on_border(span.start));
            REQUIRE(on_border(end));
        }
    }
}

TEST_CASE("the longest text with the most marks is parsed in linear time", "[markup]") {
    std::string typed(limits::text_bytes_max, '*');
    const Marked stars = parse_markup(typed, nullptr, nullptr, std::pmr::get_default_resource());
    CHECK(stars.text.size() <= typed.size());
    typed.assign(limits::text_bytes_max, '`');
    const Marked ticks = parse_markup(typed, nullptr, nullptr, std::pmr::get_default_resource());
    CHECK(ticks.text.size() <= typed.size());
}

} // namespace
} // namespace parley::client
