// words_test.cpp: words files and sentences with gaps.
#include "plugin/overlay/words.hpp"

#include "tests/support/catch.hpp"

namespace parley::overlay {
namespace {

TEST_CASE("every word of the interface is in the English file", "[words]") {
    const Words words = Words::built_in();
    for (size_t i = 0; i < word_count; ++i) {
        CAPTURE(i);
        CHECK_FALSE(words[static_cast<Word>(i)].empty());
    }
}

TEST_CASE("gaps are filled in any order, unknown ones go, other braces stay", "[words]") {
    const auto filled = [](std::string_view sentence) {
        Phrase out;
        Words::built_in().fill(out, sentence, {"one", "two"});
        return std::string(out.view());
    };
    CHECK(filled("{1} before {0}") == "two before one");
    CHECK(filled("{0}{0}") == "oneone");
    CHECK(filled("{7}!") == "!");
    CHECK(filled("a { b } {x} {") == "a { b } {x} {");
    CHECK(filled("") == "");
}

TEST_CASE("a phrase that is full is cut between characters", "[words]") {
    Phrase phrase;
    for (int i = 0; i < 200; ++i) {
        phrase.add("漢");
    }
    CHECK(phrase.view().size() == 480);
    phrase.add("x");
    CHECK(phrase.view().size() == 480);
    Phrase odd("x");
    for (int i = 0; i < 200; ++i) {
        odd.add("漢");
    }
    CHECK(odd.view().size() == 478); // 1 + 159 * 3
}

TEST_CASE("numbers", "[words]") {
    Phrase phrase;
    phrase.add(int64_t{0})
        .add(" ")
        .add(int64_t{-12})
        .add(" ")
        .add_two_digits(5)
        .add(" ")
        .add_two_digits(42);
    CHECK(phrase.view() == "0 -12 05 42");
}

TEST_CASE("headings are upper case in Latin, Greek and Cyrillic", "[words]") {
    Phrase out;
    add_upper(out, "Party · zoë привет ёж αβγ 漢 ß");
    CHECK(out.view() == "PARTY · ZOË ПРИВЕТ ЁЖ ΑΒΓ 漢 ß");
}

TEST_CASE("a studio's file overrides words, words presence and names keys", "[words]") {
    std::string message;
    const Result<Words> words =
        Words::load("[room]\nparty = \"Squad\"\n"
                    "[presence]\nboss = \"Fighting {0}\"\n"
                    "[hints]\nkeys = [[\"Enter\", \"squad\"], [\"T\", \"team\"]]\n",
                    message);
    REQUIRE(words.ok());
    CHECK((*words)[Word::RoomParty] == "Squad");
    CHECK((*words)[Word::RoomTeam] == "Team");
    CHECK(words->presence_sentence("boss") == "Fighting {0}");
    CHECK(words->presence_sentence("bos").empty());
    REQUIRE(words->hints().size() == 2);
    CHECK(words->hints()[1].key == "T");
    CHECK(words->hints()[1].word == "team");
    CHECK(Words::load("[room]\nsquad = \"x\"\n", message).error() == Error::BadConfig);
    CHECK(message == "line 2: there is no word named room.squad");
}

TEST_CASE("an error without a word of its own is said in a common one", "[words]") {
    const Words words = Words::built_in();
    CHECK(words.error(Error::Rate) == "too fast");
    CHECK(words.error(Error::Internal) == "something went wrong");
}

} // namespace
} // namespace parley::overlay
