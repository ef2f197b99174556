// card_text_test.cpp: what is a field's name in a template, and what is text.
#include "schemas/card/card_text.hpp"

#include "tests/support/catch.hpp"

#include <string>

using namespace parley;

namespace {

// Fields in angle brackets.
std::string pieces(std::string_view pattern) {
    std::string said;
    TemplatePiece piece;
    while (next_piece(pattern, piece)) {
        said += piece.text.empty() ? "<" + std::string(piece.field) + ">" : std::string(piece.text);
    }
    return said;
}

} // namespace

TEST_CASE("a template is taken apart into text and names of fields", "[card]") {
    CHECK(pieces("Match · {map} · {mode}") == "Match · <map> · <mode>");
    CHECK(pieces("{ends}{speed} %") == "<ends><speed> %");
    CHECK(pieces("") == "");
}

TEST_CASE("a brace without its partner is text", "[card]") {
    CHECK(pieces("{unknown}|{") == "<unknown>|{");
    CHECK(pieces("a } b") == "a } b");
    CHECK(pieces("{}") == "{}"); // names nothing
    CHECK(pieces("{} { {map} }") == "{} < {map> }");
}
