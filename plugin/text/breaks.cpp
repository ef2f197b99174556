// breaks.cpp: where a line may end: UAX 14 (line_break.hpp), never inside a grapheme, and otherwise
// than the standard where chat wants it:
//   - letters of South East Asia, whose words only a dictionary knows, part at their graphemes;
//   - a blank parts what stands behind it even from a slash, a colon or a stop, and they and
//   hyphens
//     stay with the word that they begin: "/help", ":)", "--flag";
//   - what is drawn as emoji because a selector asks for it breaks as emoji.
#include "plugin/text/characters.hpp"
#include "plugin/text/line_break.hpp"
#include "plugin/text/work.hpp"

namespace parley::text {

namespace {

// A vowel that is written before its consonant: Thai, Lao.
bool is_leading_vowel(uint32_t code) {
    return (code >= 0x0E40 && code <= 0x0E44) || (code >= 0x0EC0 && code <= 0x0EC4);
}

// Belongs to the letter before it: vowels written behind, signs that shorten or repeat.
bool is_trailing(uint32_t code) {
    switch (code) {
    case 0x0E2F: // paiyannoi
    case 0x0E30: // sara a
    case 0x0E32: // sara aa
    case 0x0E33: // sara am
    case 0x0E45: // lakkhangyao
    case 0x0E46: // mai yamok
    case 0x0EAF: // the same of Lao
    case 0x0EB0:
    case 0x0EB2:
    case 0x0EB3:
    case 0x0EC6:
    case 0x17D7: // lek too
        return true;
    default:
        return false;
    }
}

// Puts the next letter below this one: Myanmar, Khmer, Tai Tham.
bool stacks(uint32_t code) {
    return code == 0x1039 || code == 0x17D2 || code == 0x1A60;
}

bool asks_for_emoji(uint32_t code) {
    return code == emoji_presentation || code == keycap_mark;
}

constexpr LineClasses signs = {LineClass::HY, LineClass::IS, LineClass::SY};
constexpr LineClasses begun = {LineClass::AL, LineClass::HL, LineClass::NU};

void classify(Work& work) {
    work.line_classes.resize(work.codes.size());
    size_t base = 0;
    for (size_t i = 0; i < work.codes.size(); ++i) {
        work.line_classes[i] = line_class(work.codes[i]);
        if (work.traits[i].grapheme_start) {
            base = i;
        } else if (asks_for_emoji(work.codes[i]) && work.line_classes[base] != LineClass::EB) {
            work.line_classes[base] = LineClass::ID;
        }
    }
}

void find_breaks(const Paragraph& paragraph, Work& work) {
    using enum LineClass;
    const std::span classes(work.line_classes.data() + paragraph.start,
                            paragraph.end - paragraph.start);
    LineRules rules(classes);
    uint32_t base = paragraph.start; // where the grapheme before begins
    bool only_signs = false;         // since the last blank
    for (uint32_t i = paragraph.start; i < paragraph.end; ++i) {
        Trait& trait = work.traits[i];
        const LineClass right = work.line_classes[i];
        bool breaks = rules.step() != LineBreak::No;
        if (i == paragraph.start) {
            only_signs = signs.has(right);
            continue;
        }
        if (!trait.grapheme_start) {
            continue;
        }
        const bool begins = rules.after_blanks() || rules.before() == ZW;
        if (begins) {
            breaks = breaks || right == SY || right == IS;
        } else if (only_signs && begun.has(right)) {
            breaks = false;
        } else if (rules.before() == SA && right == SA) {
            breaks = !is_leading_vowel(work.codes[base]) && !is_trailing(work.codes[i]) &&
                     !stacks(work.codes[i - 1]);
        }
        only_signs = signs.has(right) && (begins || only_signs);
        trait.break_before = breaks && !trait.forced_start;
        base = i;
    }
}

} // namespace

void find_breaks(Work& work) {
    classify(work);
    for (Trait& trait : work.traits) {
        trait.break_before = false;
    }
    for (const Paragraph& paragraph : work.paragraphs) {
        find_breaks(paragraph, work);
    }
}

} // namespace parley::text
