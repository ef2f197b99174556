// unicode_test.cpp: the engine's steps against Unicode's own test files: graphemes, line breaks,
// bidi levels and order, emoji presentation. What the engine does otherwise on purpose is written
// down here as a case that is not claimed.
#include "samples.hpp"

#include "tests/support/catch.hpp"

#include <map>

#include "plugin/text/characters.hpp"
#include "plugin/text/line_break.hpp"
#include "plugin/text/work.hpp"
#include "tests/support/unicode_files.hpp"

using namespace parley;
using namespace parley::text;

namespace {

class Unicode {
public:
    Unicode() : memory_(nullptr, nullptr) {
        auto found = Fonts::find({}, memory_);
        REQUIRE(found.ok());
        fonts_ = std::move(found.value());
    }

    // All steps up to the breaks, on these code points as they stand.
    Work& work(const std::vector<uint32_t>& codes) {
        start(codes);
        resolve(work_);
        segment(*fonts_, work_);
        find_breaks(work_);
        return work_;
    }
    Work& resolved(const std::vector<uint32_t>& codes) {
        start(codes);
        resolve(work_);
        return work_;
    }

private:
    void start(const std::vector<uint32_t>& codes) {
        work_.codes.assign(codes.begin(), codes.end());
        work_.offsets.clear();
        for (uint32_t i = 0; i <= codes.size(); ++i) {
            work_.offsets.push_back(i);
        }
        work_.traits.assign(codes.size(), Trait{});
    }

    HostMemory memory_;
    std::unique_ptr<Fonts> fonts_;
    Work work_;
};

// Line feeds end paragraphs and no other control gets behind decode.
bool has_control(const std::vector<uint32_t>& codes) {
    return std::any_of(codes.begin(), codes.end(),
                       [](uint32_t code) { return code < 0x20 || (code >= 0x7F && code < 0xA0); });
}

// Does the engine part here, or not part, because breaks.cpp says so against the standard?
bool own_rule(const test::BreakCase& line, const Work& work, size_t i) {
    using enum LineClass;
    const auto at = [&](size_t k) { return line_class(line.codes[k]); };
    if (!work.traits[i].grapheme_start) {
        return line.before[i];
    }
    size_t left = i;
    while (left > 0 && (at(left - 1) == CM || at(left - 1) == ZWJ)) {
        --left;
    }
    if (left == 0) {
        return false;
    }
    if (at(i - 1) == SP) {
        return (at(i) == SY || at(i) == IS) && !line.before[i];
    }
    const LineClass before = at(left - 1);
    if (before == SA && at(i) == SA) {
        return !line.before[i];
    }
    constexpr LineClasses signs = {HY, IS, SY};
    if (!signs.has(before) || !LineClasses{AL, HL, NU}.has(at(i))) {
        return false;
    }
    while (left > 0 && (signs.has(at(left - 1)) || at(left - 1) == CM || at(left - 1) == ZWJ)) {
        --left;
    }
    return line.before[i] && (left == 0 || at(left - 1) == SP || at(left - 1) == ZW);
}

} // namespace

TEST_CASE("each code point has the line breaking class that Unicode's file gives it", "[text]") {
    std::map<std::string_view, LineClass> names = {
#define PARLEY_CLASS(name) {#name, LineClass::name}
        PARLEY_CLASS(AL),
        PARLEY_CLASS(B2),
        PARLEY_CLASS(BA),
        PARLEY_CLASS(BB),
        PARLEY_CLASS(BK),
        PARLEY_CLASS(CB),
        PARLEY_CLASS(CL),
        PARLEY_CLASS(CM),
        PARLEY_CLASS(CP),
        PARLEY_CLASS(CR),
        PARLEY_CLASS(EB),
        PARLEY_CLASS(EM),
        PARLEY_CLASS(EX),
        PARLEY_CLASS(GL),
        PARLEY_CLASS(H2),
        PARLEY_CLASS(H3),
        PARLEY_CLASS(HL),
        PARLEY_CLASS(HY),
        PARLEY_CLASS(ID),
        PARLEY_CLASS(IN),
        PARLEY_CLASS(IS),
        PARLEY_CLASS(JL),
        PARLEY_CLASS(JT),
        PARLEY_CLASS(JV),
        PARLEY_CLASS(LF),
        PARLEY_CLASS(NL),
        PARLEY_CLASS(NS),
        PARLEY_CLASS(NU),
        PARLEY_CLASS(OP),
        PARLEY_CLASS(PO),
        PARLEY_CLASS(PR),
        PARLEY_CLASS(QU),
        PARLEY_CLASS(RI),
        PARLEY_CLASS(SA),
        PARLEY_CLASS(SP),
        PARLEY_CLASS(SY),
        PARLEY_CLASS(WJ),
        PARLEY_CLASS(ZW),
        PARLEY_CLASS(ZWJ),
#undef PARLEY_CLASS
        // Rule LB1.
        {"AI", LineClass::AL},
        {"SG", LineClass::AL},
        {"XX", LineClass::AL},
        {"CJ", LineClass::NS},
    };
    size_t wrong = 0, seen = 0;
    const bool there = test::each_unicode_line("LineBreak.txt", [&](std::string_view line) {
        const auto fields = test::fields_of(line, ';');
        const test::CodeRange range = test::range_of(fields[0]);
        const LineClass wanted = names.at(fields[1]);
        for (uint32_t code = range.first; code <= range.last; ++code) {
            const LineClass found = line_class(code);
            const bool parted = (wanted == LineClass::OP && found == LineClass::OPW) ||
                                (wanted == LineClass::ID && found == LineClass::IDU) ||
                                (wanted == LineClass::SA && found == LineClass::CM);
            wrong += found != wanted && !parted ? 1u : 0u;
            ++seen;
        }
    });
    CHECK(wrong == 0);
    CHECK((!there || seen > 280'000));
}

TEST_CASE("the rules of UAX 14 hold in all of Unicode's cases", "[text]") {
    test::PassRate rate("LineBreakTest, rules");
    const auto judge = [&](std::string_view line) {
        const test::BreakCase wanted = test::break_case(line);
        std::vector<LineClass> classes;
        for (const uint32_t code : wanted.codes) {
            classes.push_back(line_class(code));
        }
        LineRules rules(classes);
        bool same = true;
        for (size_t i = 0; i < classes.size(); ++i) {
            same = (rules.step() != LineBreak::No) == wanted.before[i] && same;
        }
        rate.judge(same, line);
    };
    if (test::each_unicode_line("auxiliary/LineBreakTest.txt", judge)) {
        rate.require(7654);
    }
}

TEST_CASE("lines end where Unicode's cases let them, but for what the engine does its own way",
          "[text]") {
    Unicode unicode;
    test::PassRate rate("LineBreakTest, engine");
    const auto judge = [&](std::string_view line) {
        const test::BreakCase wanted = test::break_case(line);
        if (has_control(wanted.codes)) {
            rate.unclaimed();
            return;
        }
        const Work& work = unicode.work(wanted.codes);
        bool same = true, own = false;
        for (size_t i = 1; i < wanted.codes.size(); ++i) {
            if (work.traits[i].break_before != wanted.before[i]) {
                const bool because = own_rule(wanted, work, i);
                own = own || because;
                same = same && because;
            }
        }
        if (same && own) {
            rate.unclaimed();
        } else {
            rate.judge(same, line);
        }
    };
    if (test::each_unicode_line("auxiliary/LineBreakTest.txt", judge)) {
        rate.require(5289);
    }
}

TEST_CASE("graphemes begin where Unicode's cases say", "[text]") {
    Unicode unicode;
    test::PassRate rate("GraphemeBreakTest, engine");
    const auto judge = [&](std::string_view line) {
        const test::BreakCase wanted = test::break_case(line);
        const Work& work = unicode.work(wanted.codes);
        bool same = true;
        for (size_t i = 0; i < wanted.codes.size(); ++i) {
            same = same && work.traits[i].grapheme_start == wanted.before[i];
        }
        // A carriage return is not there any more behind decode.
        const bool cr = std::count(wanted.codes.begin(), wanted.codes.end(), '\r') != 0;
        if (!same && cr) {
            rate.unclaimed();
        } else {
            rate.judge(same, line);
        }
    };
    if (test::each_unicode_line("auxiliary/GraphemeBreakTest.txt", judge)) {
        rate.require(600);
    }
}

namespace {

// A code point of each class, none of them a bracket.
uint32_t of_bidi_class(std::string_view name) {
    static const std::map<std::string_view, uint32_t> codes = {
        {"L", 'a'},      {"R", 0x5D0},    {"AL", 0x627},   {"EN", '0'},     {"ES", '+'},
        {"ET", '#'},     {"AN", 0x660},   {"CS", ','},     {"NSM", 0x300},  {"BN", 0xAD},
        {"B", '\n'},     {"S", '\t'},     {"WS", ' '},     {"ON", '!'},     {"LRE", 0x202A},
        {"RLE", 0x202B}, {"PDF", 0x202C}, {"LRO", 0x202D}, {"RLO", 0x202E}, {"LRI", 0x2066},
        {"RLI", 0x2067}, {"FSI", 0x2068}, {"PDI", 0x2069}};
    return codes.at(name);
}

constexpr int removed = -1; // "x": rule X9 takes it out
std::vector<int> levels_of(std::string_view text) {
    std::vector<int> levels;
    for (const std::string_view field : test::fields_of(text, ' ')) {
        levels.push_back(field == "x" ? removed : std::atoi(std::string(field).c_str()));
    }
    return levels;
}

#ifdef PARLEY_TEXT_ICU
constexpr size_t characters_held = 45'808;
// ICU 72 lets some overrides reach over what ends them, and no override travels; a mark behind a
// bracket it leaves as it was, and the engine gives each mark its base's level.
bool not_claimed(std::string_view line) {
    constexpr std::string_view parts[] = {"202D", "202E", "0029 0331", "0029 0333", "20D6"};
    return std::any_of(std::begin(parts), std::end(parts), [&](std::string_view part) {
        return line.find(part) != std::string_view::npos;
    });
}
// ICU gives a text that goes one way throughout one level of that way: the same to the eye.
bool same_level(int level, int wanted, const std::vector<int>& levels) {
    const bool one_way = std::all_of(levels.begin(), levels.end(), [&](int other) {
        return other == removed || other % 2 == wanted % 2;
    });
    return level == wanted || (one_way && level % 2 == wanted % 2);
}
#else
constexpr size_t characters_held = 45'832;
bool not_claimed(std::string_view) {
    return false;
}
bool same_level(int level, int wanted, const std::vector<int>&) {
    return level == wanted;
}
#endif

// The engine's levels, and the order of what is not removed.
bool bidi_holds(const Work& work, const std::vector<int>& levels, const std::vector<int>& order) {
    std::vector<uint8_t> kept;
    std::vector<int> places;
    for (size_t i = 0; i < work.codes.size(); ++i) {
        const bool separator = work.codes[i] == '\n'; // ends the paragraph, and has its level
        const int level = separator ? (work.paragraphs[0].rtl ? 1 : 0) : work.levels[i];
        if (levels[i] == removed) {
            continue;
        }
        if (!same_level(level, levels[i], levels)) {
            return false;
        }
        kept.push_back(static_cast<uint8_t>(level));
        places.push_back(static_cast<int>(i));
    }
    std::pmr::vector<uint32_t> seen;
    visual_order(kept, seen);
    return std::equal(seen.begin(), seen.end(), order.begin(), order.end(),
                      [&](uint32_t place, int wanted) { return places[place] == wanted; });
}

} // namespace

TEST_CASE("bidi levels and order are those of Unicode's cases by class", "[text]") {
    Unicode unicode;
    test::PassRate rate("BidiTest");
    std::vector<int> levels, order;
    const auto judge = [&](std::string_view line) {
        if (line.starts_with("@Levels:")) {
            levels = levels_of(line.substr(8));
        } else if (line.starts_with("@Reorder:")) {
            order = levels_of(line.substr(9));
        } else if (line[0] != '@') {
            const auto fields = test::fields_of(line, ';');
            std::vector<uint32_t> codes;
            for (const std::string_view name : test::fields_of(fields[0], ' ')) {
                codes.push_back(of_bidi_class(name));
            }
            // The engine finds each paragraph's direction from its text and never is told one.
            if ((test::code_of(fields[1]) & 1) == 0) {
                rate.unclaimed();
            } else {
                rate.judge(bidi_holds(unicode.resolved(codes), levels, order), line);
            }
        }
    };
    if (test::each_unicode_line("BidiTest.txt", judge)) {
        rate.require(256'747);
    }
}

TEST_CASE("bidi levels and order are those of Unicode's cases by character", "[text]") {
    Unicode unicode;
    test::PassRate rate("BidiCharacterTest");
    const auto judge = [&](std::string_view line) {
        const auto fields = test::fields_of(line, ';');
        const Work& work = unicode.resolved(test::codes_of(fields[0]));
        const bool found = fields[1] == "2"; // else the direction is told, and may be another
        if (!found && work.paragraphs[0].rtl != (fields[2] == "1")) {
            rate.unclaimed();
            return;
        }
        const bool holds = bidi_holds(work, levels_of(fields[3]), levels_of(fields[4]));
        if (!holds && not_claimed(line)) {
            rate.unclaimed();
        } else {
            rate.judge(holds, line);
        }
    };
    if (test::each_unicode_line("BidiCharacterTest.txt", judge)) {
        rate.require(characters_held);
    }
}

TEST_CASE("what Unicode draws as emoji without being asked, the engine does", "[text]") {
    size_t wrong = 0, all = 0, own = 0;
    const auto judge = [&](std::string_view line) {
        const auto fields = test::fields_of(line, ';');
        if (fields[1] != "Emoji_Presentation") {
            return;
        }
        const test::CodeRange range = test::range_of(fields[0]);
        for (uint32_t code = range.first; code <= range.last; ++code) {
            wrong += is_emoji(code) ? 0u : 1u;
            ++all;
        }
    };
    if (test::each_unicode_line("emoji/emoji-data.txt", judge)) {
        for (uint32_t code = 0; code < 0x110000; ++code) {
            own += is_emoji(code) ? 1u : 0u;
        }
        CHECK(wrong == 0);
        CHECK(own == all);
    }
}
