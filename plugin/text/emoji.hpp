// emoji.hpp: names of common emoji for completion after a colon (":smi" -> 😄). A small table by
// hand, not a dictionary: all other emoji are typed by the system's own picker. Pure.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace parley::text {

struct EmojiName {
    std::string_view name; // without colons
    std::string_view emoji;
};

// All, the common ones first.
std::span<const EmojiName> emoji_names();
// The emoji of a whole name; empty when there is none.
std::string_view emoji_named(std::string_view name);
// Fills out with names that begin with typed, then with those that only contain it; ASCII case does
// not count. Returns how many.
size_t complete_emoji(std::string_view typed, std::span<EmojiName> out);

} // namespace parley::text
