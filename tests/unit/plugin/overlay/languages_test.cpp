// languages_test.cpp: the languages that are shipped say everything, lose no gap, and count as
// their speakers do.
#include "plugin/overlay/settings_file.hpp"
#include "plugin/overlay/shipped.hpp"
#include "plugin/overlay/words.hpp"
#include "tests/support/catch.hpp"

#include <fstream>
#include <map>
#include <set>

namespace parley::overlay {
namespace {

constexpr std::string_view word_keys[] = {
#define PARLEY_WORD_KEY(name, key) key,
    PARLEY_WORDS(PARLEY_WORD_KEY)
#undef PARLEY_WORD_KEY
};

Words language(std::string_view name) {
    std::string message;
    Result<Words> words = Words::choose(name, message);
    CAPTURE(name, message);
    REQUIRE(words.ok());
    return std::move(*words);
}

std::set<char> gaps_of(std::string_view sentence) {
    std::set<char> gaps;
    for (size_t at = sentence.find('{'); at != std::string_view::npos;
         at = sentence.find('{', at + 1)) {
        REQUIRE(at + 2 < sentence.size());
        CHECK(sentence[at + 2] == '}');
        gaps.insert(sentence[at + 1]);
    }
    return gaps;
}

// What a file itself says, without the language below it.
std::map<std::string, std::string> said_by(const Shipped& file) {
    std::string message;
    const auto settings = read_settings(file.text, message);
    CAPTURE(file.name, message);
    REQUIRE(settings.ok());
    std::map<std::string, std::string> said;
    for (const Setting& setting : *settings) {
        CAPTURE(setting.key);
        CHECK(said.emplace(setting.key, setting.value).second);
    }
    return said;
}

TEST_CASE("English and three more are shipped, and one of them is read from the right",
          "[languages]") {
    CHECK(shipped_names(shipped_languages()) == "ar, de, en, ja");
    CHECK(language("ar").rtl());
    CHECK_FALSE(language("de").rtl());
    CHECK_FALSE(language("en").rtl());
    CHECK_FALSE(language("ja").rtl());
    CHECK(language("")[Word::RoomParty] == "Party");
    CHECK(language("de")[Word::RoomParty] == "Gruppe");
}

TEST_CASE("each language says every word, with its gaps, once or in each of its forms",
          "[languages]") {
    const auto english = said_by(*shipped_named(shipped_languages(), "en"));
    for (const Shipped& file : shipped_languages()) {
        auto said = said_by(file);
        const Words words = language(file.name);
        said.erase("direction");
        CHECK(said.erase("plurals") == 1);
        for (const std::string_view key : word_keys) {
            CAPTURE(file.name, key);
            const auto one_form = english.find(std::string(key));
            const std::set<char> gaps =
                gaps_of(one_form != english.end() ? one_form->second
                                                  : english.at(std::string(key) + ".other"));
            if (const auto plain = said.find(std::string(key)); plain != said.end()) {
                CHECK_FALSE(plain->second.empty());
                CHECK(gaps_of(plain->second) == gaps);
                said.erase(plain);
                continue;
            }
            for (const Form form : forms_of(words.counting())) {
                const std::string name = std::string(key) + "." + std::string(form_name(form));
                CAPTURE(name);
                const auto found = said.find(name);
                REQUIRE(found != said.end());
                CHECK_FALSE(found->second.empty());
                // "Two messages" may be one word: these numbers are said without a digit.
                const bool in_words = form == Form::Zero || form == Form::One || form == Form::Two;
                std::set<char> here = gaps_of(found->second);
                if (in_words) {
                    here.insert('0');
                }
                CHECK(here == gaps);
                said.erase(found);
            }
        }
        CAPTURE(file.name, said.empty() ? "" : said.begin()->first);
        CHECK(said.empty()); // no word that is no word, no form that the language has not
    }
}

TEST_CASE("twelve months in each language", "[languages]") {
    for (const Shipped& file : shipped_languages()) {
        CAPTURE(file.name);
        const Words words = language(file.name);
        const std::string_view months = words[Word::TimeMonths];
        CHECK(std::count(months.begin(), months.end(), ' ') == 11);
    }
}

TEST_CASE("numbers take the forms of their language", "[languages]") {
    using F = Form;
    const std::pair<int64_t, F> arabic[] = {
        {0, F::Zero},    {1, F::One},      {2, F::Two},   {3, F::Few},     {10, F::Few},
        {11, F::Many},   {12, F::Many},    {99, F::Many}, {100, F::Other}, {101, F::Other},
        {102, F::Other}, {103, F::Few},    {110, F::Few}, {111, F::Many},  {199, F::Many},
        {200, F::Other}, {1000, F::Other}, {1003, F::Few}};
    for (const auto& [number, form] : arabic) {
        CAPTURE(number);
        CHECK(form_of(Counting::Arabic, number) == form);
    }
    CHECK(form_of(Counting::One, 0) == F::Other);
    CHECK(form_of(Counting::One, 1) == F::One);
    CHECK(form_of(Counting::One, 2) == F::Other);
    CHECK(form_of(Counting::None, 1) == F::Other);

    const Words german = language("de");
    CHECK(german.say(Word::ListNewBelow, 1).view() == "1 neue Nachricht");
    CHECK(german.say(Word::ListNewBelow, 2).view() == "2 neue Nachrichten");
    CHECK(german.say(Word::ListNewBelow, 100, "99+").view() == "99+ neue Nachrichten");
    const Words japanese = language("ja");
    CHECK(japanese.say(Word::ListNew, 1).view() == "新着1件");
    const Words words = language("ar");
    CHECK(words.say(Word::ListNew, 1).view() == "\u200fرسالة جديدة");
    CHECK(words.say(Word::ListNew, 2).view() == "\u200fرسالتان جديدتان");
    CHECK(words.say(Word::ListNew, 3).view() == "\u200f\u20683\u2069 رسائل جديدة");
    CHECK(words.say(Word::ListNew, 11).view() == "\u200f\u206811\u2069 رسالة جديدة");
}

TEST_CASE("a name of the other direction is kept apart from the sentence around it",
          "[languages]") {
    CHECK(language("en").say(Word::ListTypingOne, {"Kenji"}).view() == "Kenji is typing…");
    CHECK(language("en").say(Word::ListTypingOne, {"ليلى"}).view() ==
          "\u2068ليلى\u2069 is typing…");
    CHECK(language("ar").say(Word::ListTypingOne, {"Kenji"}).view() ==
          "\u200f\u2068Kenji\u2069 يكتب…");
}

TEST_CASE("a studio's words stand on the language that they name", "[languages]") {
    std::string message;
    const Result<Words> words = Words::load(
        "base = \"de\"\n[room]\nparty = \"Rotte\"\n[list]\nnew_below = \"{0} da\"\n", message);
    REQUIRE(words.ok());
    CHECK((*words)[Word::RoomParty] == "Rotte");
    CHECK((*words)[Word::RoomTeam] == "Team");
    CHECK((*words)[Word::ListYou] == "Du");
    CHECK(words->say(Word::ListNewBelow, 1).view() == "1 da"); // no form of German's is left
    CHECK(Words::load("\nbase = \"dr\"\n", message).error() == Error::BadConfig);
    CHECK(message == "line 2: there is no language named dr; there are ar, de, en, ja");
    CHECK(Words::load("direction = \"up\"\n", message).error() == Error::BadConfig);
    CHECK(message == "line 1: direction cannot be up");
    CHECK(Words::load("plurals = \"many\"\n", message).error() == Error::BadConfig);
    CHECK(Words::load("[list.new]\nsome = \"{0}\"\n", message).error() == Error::BadConfig);
    CHECK(message == "line 2: there is no word named list.new.some");
    CHECK(Words::load("[list.new]\nfew = \"{0}\"\n", message).ok());
    CHECK(Words::choose("dr", message).error() == Error::Io);
    CHECK(message.find("there are ar, de, en, ja") != std::string::npos);
}

} // namespace
} // namespace parley::overlay
