// line_break.hpp: where a line may end by UAX 14 (Unicode 15): a class for each code point, and the
// rules. What the engine does otherwise, because chat is not a book, is in breaks.cpp. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>

namespace parley::text {

// Spelt as the standard spells them. OPW: an opening bracket of East Asian width; IDU: a pictograph
// to come. What rule LB1 takes for another class is that class here, but for letters of South East
// Asia (SA), which the rules take for AL.
// clang-format off
enum class LineClass : uint8_t {
    AL, B2, BA, BB, BK, CB, CL, CM, CP, CR, EB, EM, EX, GL, H2, H3, HL, HY, ID, IDU, IN, IS, JL, JT,
    JV, LF, NL, NS, NU, OP, OPW, PO, PR, QU, RI, SA, SP, SY, WJ, ZW, ZWJ
};
// clang-format on
LineClass line_class(uint32_t code);

// Classes as bits: one of them?
class LineClasses {
public:
    constexpr LineClasses(std::initializer_list<LineClass> classes) {
        for (const LineClass each : classes) {
            bits_ |= uint64_t{1} << static_cast<unsigned>(each);
        }
    }
    constexpr bool has(LineClass wanted) const {
        return ((bits_ >> static_cast<unsigned>(wanted)) & 1) != 0;
    }

private:
    uint64_t bits_ = 0;
};

enum class LineBreak : uint8_t { No, May, Must };

// The rules LB2 to LB31, with numbers kept whole as in example 7 of section 8.2.
class LineRules {
public:
    explicit LineRules(std::span<const LineClass> classes) : classes_(classes) {}

    // May a line end before the next class? The first has nothing before it: No.
    LineBreak step();
    // What the last step looked at: the class before that counts, marks being part of it, and
    // whether blanks stood between (or nothing was there at all).
    LineClass before() const { return seen_; }
    bool after_blanks() const { return seen_blanks_; }

private:
    LineBreak between(LineClass right) const;
    bool number_goes_on(LineClass right) const;
    LineClass base_after_this() const;
    void take(LineClass right);

    std::span<const LineClass> classes_;
    size_t at_ = 0; // of the class that the step looks at
    LineClass left_ = LineClass::SP;
    LineClass before_left_ = LineClass::SP;
    LineClass last_ = LineClass::SP; // as it stood there: may be a mark
    bool blanks_ = true;
    LineClass seen_ = LineClass::SP;
    bool seen_blanks_ = true;
    bool odd_indicators_ = false;
    enum class Number : uint8_t { None, Digits, Closed } number_ = Number::None;
};

} // namespace parley::text
