// lines.cpp: four scripts of the world, marks, emoji of every kind, and two words by an IME.
#include "demo/script/lines.hpp"

#include <parley/parley.h>

namespace arena {
namespace {

constexpr Line script[] = {
    {Kenji, PARLEY_ROOM_PARTY, SDLK_RETURN, "きたのはし",
     "北の橋に二人いる。**待って**から行こう 👍🏽",
     "北の橋に二人いる。待ってから行こう 👍🏽", nullptr, nullptr},
    {Layla, PARLEY_ROOM_PARTY, SDLK_RETURN, nullptr, "حسنًا، سأنتظر عند البوابة 25 ثانية!",
     "حسنًا، سأنتظر عند البوابة 25 ثانية!", nullptr, nullptr},
    {Aria, PARLEY_ROOM_PARTY, SDLK_RETURN, nullptr,
     "@Noa take __mid__, *not* ~~left~~ right. Code is ||4711||",
     "@Noa take mid, not left right. Code is 4711", nullptr, nullptr},
    {Noa, PARLEY_ROOM_PARTY, SDLK_RETURN, nullptr, "🚀🔥👀", "🚀🔥👀", nullptr, nullptr},
    {Kenji, PARLEY_ROOM_PARTY, SDLK_RETURN, "いま", "今！", "今！",
     "harbour, two against two, anyone? 🏁", "party.png"},
    {Aria, PARLEY_ROOM_TEAM, SDLK_t, nullptr, "flag carrier going up the quay",
     "flag carrier going up the quay", nullptr, nullptr},
    {Noa, PARLEY_ROOM_TEAM, SDLK_t, nullptr,
     "👨‍👩‍👧‍👦 all in, 3️⃣ 2️⃣ 1️⃣",
     "👨‍👩‍👧‍👦 all in, 3️⃣ 2️⃣ 1️⃣", nullptr, nullptr},
    {Kenji, PARLEY_ROOM_TEAM, SDLK_t, nullptr, "了解、守ります", "了解、守ります",
     "one more for the tide, EU", "team.png"},
    {Layla, PARLEY_ROOM_GLOBAL, SDLK_y, nullptr, "مباراة جميلة للجميع 🎉", "مباراة جميلة للجميع 🎉",
     nullptr, nullptr},
    {Aria, PARLEY_ROOM_GLOBAL, SDLK_y, nullptr, "good game from the harbour, all of you",
     "good game from the harbour, all of you", nullptr, nullptr},
    {Noa, PARLEY_ROOM_GLOBAL, SDLK_y, nullptr, "🇯🇵🇸🇦🇬🇧 gg", "🇯🇵🇸🇦🇬🇧 gg", nullptr, "global.png"},
};

} // namespace

std::span<const Line> script_lines() {
    return script;
}

const char* room_word(uint32_t kind) {
    switch (kind) {
    case PARLEY_ROOM_PARTY:
        return "party";
    case PARLEY_ROOM_TEAM:
        return "team";
    case PARLEY_ROOM_GLOBAL:
        return "global";
    default:
        return "direct";
    }
}

} // namespace arena
