// emoji.cpp: looking through the table of emoji_names.inc.
#include "plugin/text/emoji.hpp"

#include <algorithm>
#include <iterator>

namespace parley::text {

namespace {

constexpr EmojiName names[] = {
#define PARLEY_EMOJI(name, emoji) {name, emoji},
#include "plugin/text/emoji_names.inc"
#undef PARLEY_EMOJI
};

char lower(char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

bool same_letter(char a, char b) {
    return lower(a) == lower(b);
}

} // namespace

std::span<const EmojiName> emoji_names() {
    return names;
}

std::string_view emoji_named(std::string_view name) {
    const auto* found = std::find_if(std::begin(names), std::end(names),
                                     [&](const EmojiName& entry) { return entry.name == name; });
    return found == std::end(names) ? std::string_view() : found->emoji;
}

size_t complete_emoji(std::string_view typed, std::span<EmojiName> out) {
    size_t count = 0;
    for (const bool at_start : {true, false}) {
        for (const EmojiName& entry : names) {
            if (count == out.size()) {
                return count;
            }
            const auto found = std::search(entry.name.begin(), entry.name.end(), typed.begin(),
                                           typed.end(), same_letter);
            const bool starts = found == entry.name.begin();
            const bool contains = typed.empty() || found != entry.name.end();
            if (contains && starts == at_start) {
                out[count++] = entry;
            }
        }
    }
    return count;
}

} // namespace parley::text
