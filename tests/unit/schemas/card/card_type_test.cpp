// card_type_test.cpp: the demo's files load, every rule of the format is kept, and what a writer
// may say.
#include "schemas/card/card_type.hpp"

#include "tests/support/catch.hpp"

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "schemas/base/limits.hpp"

using namespace parley;

namespace {

std::string demo_file(const std::string& name) {
    std::ifstream file(PARLEY_SOURCE_DIR "/demo/cards/" + name);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

CardTypeSet demo_types() {
    CardTypeSet types;
    std::string message;
    for (const char* name : {"match.toml", "party.toml"}) {
        const Result<void> added = types.add(demo_file(name), name, message);
        INFO(message);
        REQUIRE(added.ok());
    }
    return types;
}

// The message for a type with this text after its head; "" when it is taken.
std::string refusal(const std::string& rest,
                    const std::string& head = "id = 1\nname = \"x\"\ntitle = \"T\"\n") {
    CardTypeSet types;
    std::string message;
    const Result<void> added = types.add(head + rest, "x.toml", message);
    CHECK(added.ok() == message.empty());
    CHECK((added.ok() || types.all().empty()));
    return message;
}

std::string field(const std::string& keys) {
    return "[[fields]]\nid = 1\nname = \"f\"\n" + keys + "\n";
}

bool says(const std::string& message, const std::string& part) {
    CAPTURE(message, part);
    return message.find(part) != std::string::npos;
}

struct Said {
    uint16_t id = 0;
    int64_t number = 0;
    const char* text = nullptr;
};

Error checked(const CardType& type, const CardWriter& writer, const std::vector<Said>& said) {
    flatbuffers::FlatBufferBuilder fbb;
    std::vector<flatbuffers::Offset<wire::CardField>> fields;
    for (const Said& one : said) {
        const auto text = one.text == nullptr ? flatbuffers::Offset<flatbuffers::String>()
                                              : fbb.CreateString(one.text);
        fields.push_back(wire::CreateCardField(fbb, one.id, one.number, text));
    }
    fbb.Finish(wire::CreateSetCard(fbb, 1, type.id, fbb.CreateVector(fields)));
    return check_card_fields(type, writer,
                             flatbuffers::GetRoot<wire::SetCard>(fbb.GetBufferPointer())->fields());
}

constexpr CardWriter game{.game = true};
constexpr CardWriter leader{.leader = true};
constexpr CardWriter owner{.owner = true};
constexpr CardWriter nobody{};

} // namespace

TEST_CASE("the demo's cards load and look as drawn", "[card]") {
    const CardTypeSet types = demo_types();
    const CardType* match = types.find("match");
    REQUIRE(match != nullptr);
    CHECK(match == types.find(1));
    CHECK(match->title == "Match · {map} · {mode}");
    CHECK(match->room_card);
    CHECK(match->field("ends_at")->kind == FieldKind::Timer);
    CHECK(match->field("mode")->values[0] == "Capture");
    CHECK(match->field(7)->name == "flag");
    CHECK(match->field(7)->max == 100);
    CHECK(match->rows[0].kind == RowKind::Versus);
    CHECK(match->rows[1].value == "{carrier} · {flag} %");
    const CardType* party = types.find(2);
    REQUIRE(party != nullptr);
    CHECK(party->rows[0].kind == RowKind::Slots);
    CHECK(party->field("ready_ends_at")->max == 30'000);
    CHECK(party->field("ready_ends_at")->writer == Writer::Leader);
    REQUIRE(party->actions.size() == 3);
    CHECK(party->actions[0].primary);
    CHECK(party->actions[2].enabled_if == "open_slots");
    CHECK(party->actions[2].disabled_word == "full");
    CHECK(types.find(3) == nullptr);
    CHECK(types.find("none") == nullptr);
    CHECK(match->field("none") == nullptr);
}

TEST_CASE("a mistake in a file is told with its line", "[card]") {
    CHECK(refusal("") == "");
    CHECK(refusal("colour = 1\n") == "x.toml, line 4: there is no key colour here");
    CHECK(says(refusal("= broken"), "x.toml, line 4:"));
    CHECK(says(refusal("", "name = \"x\"\ntitle = \"T\"\n"), "id is missing"));
    CHECK(
        says(refusal("", "id = 0\nname = \"x\"\ntitle = \"T\"\n"), "whole number from 1 to 65535"));
    CHECK(says(refusal("", "id = 65536\nname = \"x\"\ntitle = \"T\"\n"), "whole number"));
    CHECK(says(refusal("", "id = 1\nname = \"X y\"\ntitle = \"T\"\n"), "a-z, 0-9 and _"));
    CHECK(says(refusal("", "id = 1\nname = \"x\"\n"), "title is missing"));
    CHECK(says(refusal("", "id = 1\nname = \"x\"\ntitle = \"a\\nb\"\n"), "one line"));
    CHECK(says(refusal("", "id = 1\nname = \"x\"\ntitle = \"{f}\"\n"), "names no field"));
    CHECK(says(refusal("room_card = 1\n"), "true or false"));
    CHECK(says(refusal("fields = 1\n"), "list of at most 32 tables"));
    CHECK(says(refusal("fields = [1]\n"), "list of tables"));
}

TEST_CASE("fields are checked by their kind", "[card]") {
    CHECK(says(refusal(field("")), "kind is missing"));
    CHECK(says(refusal(field("kind = \"float\"")), "must be one of int, decimal"));
    CHECK(says(refusal(field("kind = \"int\"\nwriter = \"me\"")), "must be one of owner"));
    CHECK(refusal(field("kind = \"int\"\nmin = -5\nmax = -5")) == "");
    CHECK(says(refusal(field("kind = \"int\"\nmin = 5\nmax = 4")), "min is above max"));
    CHECK(says(refusal(field("kind = \"int\"\nmax = 0.5")), "0 digits behind"));
    CHECK(says(refusal(field("kind = \"int\"\nvalues = [\"a\"]")), "no key values"));
    CHECK(refusal(field("kind = \"decimal\"\nscale = 1\nmax = 0.5")) == "");
    CHECK(says(refusal(field("kind = \"decimal\"\nscale = 1\nmax = 0.55")), "1 digits behind"));
    CHECK(says(refusal(field("kind = \"decimal\"\nscale = 7")), "from 0 to 6"));
    CHECK(says(refusal(field("kind = \"decimal\"\nscale = 1\nmax = nan")), "must be a number"));
    CHECK(says(refusal(field("kind = \"decimal\"\nscale = 1\nmax = inf")), "must be a number"));
    CHECK(says(refusal(field("kind = \"enum\"")), "needs values"));
    CHECK(says(refusal(field("kind = \"enum\"\nvalues = []")), "needs values"));
    CHECK(says(refusal(field("kind = \"enum\"\nvalues = [1]")), "line of words"));
    CHECK(refusal(field("kind = \"text\"\ncode_points_max = 64")) == "");
    CHECK(says(refusal(field("kind = \"text\"\ncode_points_max = 65")), "from 1 to 64"));
    CHECK(says(refusal(field("kind = \"timer\"\nfull_s = 0")), "from 1 to"));
    CHECK(says(refusal(field("kind = \"bool\"") + field("kind = \"bool\"")), "stands above"));
}

TEST_CASE("32 fields, 12 rows and 4 actions pass, one more does not", "[card]") {
    const auto fields = [](int count) {
        std::string text;
        for (int i = 1; i <= count; ++i) {
            text += "[[fields]]\nid = " + std::to_string(i) + "\nname = \"f" + std::to_string(i) +
                    "\"\nkind = \"bool\"\n";
        }
        return text;
    };
    const auto rows = [](int count) {
        std::string text;
        for (int i = 0; i < count; ++i) {
            text += "[[rows]]\nkind = \"slots\"\n";
        }
        return text;
    };
    const auto actions = [](int count) {
        std::string text;
        for (int i = 0; i < count; ++i) {
            text += "[[actions]]\nname = \"a" + std::to_string(i) + "\"\nlabel = \"A\"\n";
        }
        return text;
    };
    CHECK(refusal(fields(32)) == "");
    CHECK(says(refusal(fields(33)), "at most 32"));
    CHECK(refusal(rows(12)) == "");
    CHECK(says(refusal(rows(13)), "at most 12"));
    CHECK(refusal(actions(4)) == "");
    CHECK(says(refusal(actions(5)), "at most 4"));
}

TEST_CASE("rows and actions name fields that are there and fit", "[card]") {
    const std::string number = field("kind = \"int\"\nmax = 5");
    const std::string timer = field("kind = \"timer\"");
    CHECK(refusal(number + "[[rows]]\nkind = \"bar\"\nfield = \"f\"\n") == "");
    CHECK(says(refusal(number + "[[rows]]\nkind = \"bar\"\nfield = \"g\"\n"), "names no field"));
    CHECK(says(refusal(timer + "[[rows]]\nkind = \"bar\"\nfield = \"f\"\n"), "timer with full_s"));
    CHECK(says(refusal(number + "[[rows]]\nkind = \"timer\"\nfield = \"f\"\n"), "another kind"));
    CHECK(says(refusal(number + "[[rows]]\nkind = \"text\"\nvalue = \"{g}\"\n"), "in {g}"));
    CHECK(refusal(number + "[[rows]]\nkind = \"text\"\nvalue = \"{f} {\"\n") == "");
    CHECK(says(refusal(timer + "[[rows]]\nkind = \"versus\"\nleft = \"f\"\nright = \"f\"\n"),
               "another kind"));
    CHECK(says(refusal("[[rows]]\nkind = \"slots\"\ntone = \"good\"\n"), "no key tone"));
    const std::string action = "[[actions]]\nname = \"a\"\nlabel = \"A\"\n";
    CHECK(refusal(number + action + "enabled_if = \"f\"\n") == "");
    CHECK(says(refusal(timer + action + "enabled_if = \"f\"\n"), "another kind"));
    CHECK(says(refusal(action + action), "stands above"));
    CHECK(
        says(refusal(action +
                     "primary = true\n[[actions]]\nname = \"b\"\nlabel = \"B\"\nprimary = true\n"),
             "only one"));
}

TEST_CASE("two files may not share id or name, and a file has its bounds", "[card]") {
    CardTypeSet types;
    std::string message;
    REQUIRE(types.add("id = 1\nname = \"a\"\ntitle = \"A\"\n", "a.toml", message));
    CHECK_FALSE(types.add("id = 1\nname = \"b\"\ntitle = \"A\"\n", "b.toml", message));
    CHECK_FALSE(types.add("id = 2\nname = \"a\"\ntitle = \"A\"\n", "b.toml", message));
    CHECK_FALSE(
        types.add(std::string(limits::card_type_file_bytes_max + 1, '#'), "b.toml", message));
    CHECK(message == "b.toml: the file is larger than 64 KiB");
    for (int i = 2; i <= 64; ++i) {
        const std::string n = std::to_string(i);
        REQUIRE(
            types.add("id = " + n + "\nname = \"n" + n + "\"\ntitle = \"A\"\n", "n.toml", message));
    }
    CHECK_FALSE(types.add("id = 65\nname = \"n65\"\ntitle = \"A\"\n", "n.toml", message));
}

TEST_CASE("values must fit their field, on both sides of each border", "[card]") {
    const CardTypeSet types = demo_types();
    const CardType& match = *types.find("match");
    CHECK(checked(match, game, {}) == Error::Ok);
    CHECK(check_card_fields(match, nobody, nullptr) == Error::Ok);
    CHECK(checked(match, game, {{7, 0}}) == Error::Ok);
    CHECK(checked(match, game, {{7, 100}}) == Error::Ok);
    CHECK(checked(match, game, {{7, 101}}) == Error::BadCard);
    CHECK(checked(match, game, {{7, -1}}) == Error::BadCard);
    CHECK(checked(match, game, {{2, 2}}) == Error::Ok);
    CHECK(checked(match, game, {{2, 3}}) == Error::BadCard);
    CHECK(checked(match, game, {{5, -1}}) == Error::BadCard);
    CHECK(checked(match, game, {{5, INT64_MAX}}) == Error::BadCard);
    CHECK(checked(match, game, {{99, 1}}) == Error::BadCard);
    CHECK(checked(match, game, {{7, 1}, {7, 2}}) == Error::BadCard);
    CHECK(checked(match, game, {{7, 1, "text"}}) == Error::BadCard);
    CHECK(checked(match, game, {{6, 0, "Aria"}}) == Error::Ok);
    CHECK(checked(match, game, {{6, 0}}) == Error::Ok);
    CHECK(checked(match, game, {{6, 1, "Aria"}}) == Error::BadCard);
    CHECK(checked(match, game, {{6, 0, std::string(32, 'x').c_str()}}) == Error::Ok);
    CHECK(checked(match, game, {{6, 0, std::string(33, 'x').c_str()}}) == Error::BadCard);
    CHECK(checked(match, game, {{6, 0, "two\nlines"}}) == Error::BadCard);
    CHECK(checked(match, game, {{6, 0, "a\u202Eb"}}) == Error::BadCard);
}

TEST_CASE("a field is written by its writer or by who stands above", "[card]") {
    CardTypeSet types;
    std::string message;
    REQUIRE(types.add(R"(id = 9
name = "w"
title = "W"
room_card = false
[[fields]]
id = 1
name = "mine"
kind = "bool"
[[fields]]
id = 2
name = "leaders"
kind = "bool"
writer = "leader"
[[fields]]
id = 3
name = "games"
kind = "bool"
writer = "game"
)",
                      "w.toml", message));
    const CardType& type = *types.find(9);
    CHECK_FALSE(type.room_card);
    const CardWriter who[] = {nobody, owner, leader, game};
    for (int w = 0; w < 4; ++w) {
        for (uint16_t f = 1; f <= 3; ++f) {
            CAPTURE(w, f);
            CHECK(checked(type, who[w], {{f, 1}}) == (w >= f ? Error::Ok : Error::Forbidden));
        }
    }
    CHECK(checked(type, owner, {{1, 1}, {3, 1}}) == Error::Forbidden);
    CHECK(checked(type, owner, {{1, 2}}) == Error::BadCard);
}

TEST_CASE("a card has at most 1024 bytes", "[card]") {
    CardTypeSet types;
    std::string message;
    std::string text = "id = 1\nname = \"big\"\ntitle = \"B\"\n";
    for (int i = 1; i <= 32; ++i) {
        text += "[[fields]]\nid = " + std::to_string(i) + "\nname = \"f" + std::to_string(i) +
                "\"\nkind = \"text\"\n";
    }
    REQUIRE(types.add(text, "big.toml", message));
    // A field counts 16 bytes and its text: 12 full ones and one of 48 make 1,024.
    std::vector<Said> said;
    const std::string full(64, 'x');
    for (uint16_t i = 1; i <= 12; ++i) {
        said.push_back({i, 0, full.c_str()});
    }
    const std::string last(48, 'x');
    said.push_back({13, 0, last.c_str()});
    CHECK(checked(*types.find(1), owner, said) == Error::Ok);
    const std::string more(49, 'x');
    said.back().text = more.c_str();
    CHECK(checked(*types.find(1), owner, said) == Error::BadCard);
}
