// line_break.cpp: classes by a table of Unicode's data, and the rules in the standard's order.
#include "plugin/text/line_break.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace parley::text {

namespace {

using enum LineClass;

struct Start {
    uint32_t code : 24;
    LineClass kind;
};

constexpr Start starts[] = {
#include "plugin/text/line_classes.inc"
};

constexpr LineClass looked_up(uint32_t code) {
    const auto* after = std::upper_bound(std::begin(starts), std::end(starts), code,
                                         [](uint32_t c, const Start& s) { return c < s.code; });
    return std::prev(after)->kind;
}

// Nearly all that is asked for.
constexpr auto common = [] {
    std::array<LineClass, 0x250> classes{};
    for (uint32_t code = 0; code < classes.size(); ++code) {
        classes[code] = looked_up(code);
    }
    return classes;
}();

constexpr LineClasses newlines = {BK, CR, LF, NL};
constexpr LineClasses marks = {CM, ZWJ};
constexpr LineClasses no_base = {BK, CR, LF, NL, SP, ZW}; // a mark behind these stands alone
constexpr LineClasses letters = {AL, HL, SA};
constexpr LineClasses ideographs = {ID, IDU, EB, EM};
constexpr LineClasses syllables = {JL, JV, JT, H2, H3};
constexpr LineClasses openings = {OP, OPW};

} // namespace

LineClass line_class(uint32_t code) {
    if (code < common.size()) {
        return common[code];
    }
    const LineClass kind = looked_up(code);
    return kind == H3 && (code - 0xAC00) % 28 == 0 ? H2 : kind; // without a final consonant
}

LineBreak LineRules::step() {
    const LineClass right = classes_[at_];
    seen_ = left_;
    seen_blanks_ = blanks_;
    if (right == AL && last_ == AL && at_ > 0) { // LB28, most of most texts
        before_left_ = AL;
        ++at_;
        return LineBreak::No;
    }
    const LineBreak found = at_ == 0 ? LineBreak::No : between(right); // LB2
    take(right);
    ++at_;
    return found;
}

LineBreak LineRules::between(LineClass right) const {
    constexpr auto no = LineBreak::No;
    constexpr auto may = LineBreak::May;
    if (newlines.has(last_)) { // LB4, LB5
        return last_ == CR && right == LF ? no : LineBreak::Must;
    }
    if (newlines.has(right) || right == SP || right == ZW) { // LB6, LB7
        return no;
    }
    if (left_ == ZW) { // LB8
        return may;
    }
    if (last_ == ZWJ) { // LB8a
        return no;
    }
    if (marks.has(right)) { // LB9, LB10
        if (!no_base.has(last_)) {
            return no;
        }
        right = AL;
    }
    // Between classes that stand side by side, or only one after the other.
    const auto pair = [&](LineClasses a, LineClasses b) {
        return !blanks_ && a.has(left_) && b.has(right);
    };
    const auto apart = [&](LineClasses a, LineClasses b) { return a.has(left_) && b.has(right); };
    const auto before = [&](LineClasses b) { return !blanks_ && b.has(right); };
    const auto after = [&](LineClasses a) { return !blanks_ && a.has(left_); };
    if (right == WJ || after({WJ, GL}) ||               // LB11, LB12
        (before({GL}) && !after({BA, HY})) ||           // LB12a
        LineClasses{CL, CP, EX, IS, SY}.has(right) ||   // LB13
        openings.has(left_) || apart({QU}, openings) || // LB14, LB15
        apart({CL, CP}, {NS}) || apart({B2}, {B2})) {   // LB16, LB17
        return no;
    }
    if (blanks_) { // LB18
        return may;
    }
    if (right == QU || left_ == QU) { // LB19
        return no;
    }
    if (right == CB || left_ == CB) { // LB20
        return may;
    }
    if (before({BA, HY, NS, IN}) || after({BB}) ||                      // LB21, LB22
        (before_left_ == HL && after({HY, BA})) || pair({SY}, {HL}) ||  // LB21a, LB21b
        pair(letters, {NU}) || pair({NU}, letters) ||                   // LB23
        pair({PR}, ideographs) || pair(ideographs, {PO}) ||             // LB23a
        pair({PR, PO}, letters) || pair(letters, {PR, PO}) ||           // LB24
        number_goes_on(right) ||                                        // LB25
        pair({JL}, {JL, JV, H2, H3}) || pair({JV, H2}, {JV, JT}) ||     // LB26
        pair({JT, H3}, {JT}) ||                                         //
        pair(syllables, {PO}) || pair({PR}, syllables) ||               // LB27
        pair(letters, letters) || pair({IS}, letters) ||                // LB28, LB29
        pair({AL, HL, SA, NU}, {OP}) || pair({CP}, {AL, HL, SA, NU}) || // LB30
        (pair({RI}, {RI}) && odd_indicators_) ||                        // LB30a
        pair({EB, IDU}, {EM})) {                                        // LB30b
        return no;
    }
    return may; // LB31
}

// ( PR | PO) ? ( OP | HY ) ? NU (NU | SY | IS) * (CL | CP) ? ( PR | PO) ?
bool LineRules::number_goes_on(LineClass right) const {
    if (right == NU) {
        return number_ == Number::Digits || LineClasses{PR, PO, OP, OPW, HY}.has(left_);
    }
    if (right == PR || right == PO) {
        return number_ != Number::None;
    }
    return openings.has(right) && (left_ == PR || left_ == PO) && base_after_this() == NU;
}

LineClass LineRules::base_after_this() const {
    size_t next = at_ + 1;
    while (next < classes_.size() && marks.has(classes_[next])) {
        ++next;
    }
    return next < classes_.size() ? classes_[next] : SP;
}

void LineRules::take(LineClass right) {
    const bool alone = at_ == 0 || no_base.has(last_);
    last_ = right;
    if (marks.has(right)) {
        if (!alone) {
            return;
        }
        right = AL;
    }
    if (right == SP && !newlines.has(left_)) {
        blanks_ = true; // what stands before the blanks still counts
        number_ = Number::None;
        odd_indicators_ = false;
        return;
    }
    if (right == NU) {
        number_ = Number::Digits;
    } else if (number_ == Number::Digits && (right == CL || right == CP)) {
        number_ = Number::Closed;
    } else if (number_ != Number::Digits || (right != SY && right != IS)) {
        number_ = Number::None;
    }
    odd_indicators_ = right == RI && !(left_ == RI && !blanks_ && odd_indicators_);
    before_left_ = blanks_ ? SP : left_;
    left_ = right;
    blanks_ = right == SP;
}

} // namespace parley::text
