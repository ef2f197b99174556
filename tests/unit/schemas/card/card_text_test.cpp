// card_text_test.cpp: what values look like in words.
#include "schemas/card/card_text.hpp"

#include "tests/support/catch.hpp"

#include <map>
#include <string>

using namespace parley;

namespace {

struct Values {
    std::map<std::string, int64_t> numbers;
    std::map<std::string, std::string> texts;

    CardTextSource source() const {
        return {.value =
                    [this](const FieldType& field, int64_t& number, std::string_view& text) {
                        const auto said = texts.find(field.name);
                        const auto found = numbers.find(field.name);
                        text = said == texts.end() ? std::string_view() : said->second;
                        number = found == numbers.end() ? 0 : found->second;
                        return said != texts.end() || found != numbers.end();
                    },
                .user_name = [](UserId user) { return "user " + std::to_string(raw(user)); }};
    }
};

CardType type() {
    CardType made;
    made.fields = {
        {.id = 1, .name = "map", .kind = FieldKind::Text},
        {.id = 2, .name = "mode", .kind = FieldKind::Enum, .values = {"Capture", "Hold"}},
        {.id = 3, .name = "ends", .kind = FieldKind::Timer, .max = 30'000},
        {.id = 4, .name = "speed", .kind = FieldKind::Decimal, .max = 1000, .scale = 1},
        {.id = 5, .name = "open", .kind = FieldKind::Bool},
        {.id = 6, .name = "who", .kind = FieldKind::UserRef},
        {.id = 7, .name = "flag", .kind = FieldKind::Int, .min = 50, .max = 150},
    };
    return made;
}

} // namespace

TEST_CASE("a template is filled with what the card says", "[card]") {
    Values values;
    values.texts["map"] = "Harbour";
    values.numbers = {{"mode", 0}, {"ends", 18'000}, {"speed", 125},
                      {"open", 1}, {"who", 9},       {"flag", -3}};
    const CardType card = type();
    const auto filled = [&](std::string_view pattern) {
        return fill_card_text(pattern, card, values.source(),
                              {.server_ms = 0, .yes = "ja", .no = "nein"});
    };
    CHECK(filled("Match · {map} · {mode}") == "Match · Harbour · Capture");
    CHECK(filled("{ends} {speed} {open} {who} {flag} %") == "0:18 12.5 ja user 9 -3 %");
    CHECK(filled("{} { {map} }") == "{}  }"); // "{ {map}" names no field
    CHECK(filled("{unknown}|{") == "|{");
    CHECK(filled("") == "");
    values.numbers = {{"mode", 7}, {"who", 0}};
    values.texts["map"] = "{mode}"; // a value is never a template
    CHECK(filled("{map} {mode} {who} {flag}") == "{mode} – – –");
}

TEST_CASE("decimals keep their places and their sign", "[card]") {
    CHECK(format_decimal(0, 0) == "0");
    CHECK(format_decimal(0, 2) == "0.00");
    CHECK(format_decimal(1234, 2) == "12.34");
    CHECK(format_decimal(5, 1) == "0.5");
    CHECK(format_decimal(-5, 1) == "-0.5");
    CHECK(format_decimal(-1234, 0) == "-1234");
    CHECK(format_decimal(7, 6) == "0.000007");
    CHECK(format_decimal(INT64_MIN, 0) == "-9223372036854775808");
    CHECK(format_decimal(INT64_MAX, 6) == "9223372036854.775807");
}

TEST_CASE("a countdown says 0:01 until its last second is over", "[card]") {
    CHECK(format_time_left(-5) == "0:00");
    CHECK(format_time_left(0) == "0:00");
    CHECK(format_time_left(1) == "0:01");
    CHECK(format_time_left(1000) == "0:01");
    CHECK(format_time_left(1001) == "0:02");
    CHECK(format_time_left(252'000) == "4:12");
    CHECK(format_time_left(3'600'000) == "1:00:00");
    CHECK(format_time_left(3'723'000) == "1:02:03");
}

TEST_CASE("a bar's share is held between 0 and 100", "[card]") {
    const CardType card = type();
    const FieldType& flag = *card.field("flag");
    CHECK(percent_of_range(flag, 50) == 0);
    CHECK(percent_of_range(flag, 112) == 62);
    CHECK(percent_of_range(flag, 150) == 100);
    CHECK(percent_of_range(flag, INT64_MIN) == 0);
    CHECK(percent_of_range(flag, INT64_MAX) == 100);
    CHECK(percent_of_range(*card.field("ends"), 18'000) == 60);
    CHECK(percent_of_range(*card.field("open"), 1) == 0);
}
