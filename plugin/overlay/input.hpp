// input.hpp: what the player does, as the platform tells it; the numbers are parley_overlay.h's.
#pragma once

#include <cstdint>
#include <string_view>

namespace parley::overlay {

enum class InputType : uint32_t {
    None = 0,
    Key = 1,
    Text = 2,
    Preedit = 3,
    MouseMove = 4,
    MouseButton = 5,
    Wheel = 6,
    Pad = 7,
    Focus = 8
};

// Letters and digits are their lower-case ASCII. A key without a name here is any number from
// key_other on that always means the same key: its press and release must still be paired.
namespace key {
inline constexpr uint32_t none = 0, enter = 1, escape = 2, tab = 3, backspace = 4, erase = 5,
                          left = 6, right = 7, up = 8, down = 9, home = 10, end = 11, page_up = 12,
                          page_down = 13, space = 14, f1 = 64, f6 = 69, f12 = 75, other = 0x10000;
}
namespace mods {
inline constexpr uint32_t shift = 1, ctrl = 2, alt = 4, super = 8;
}
namespace pad {
inline constexpr uint32_t south = 1, east = 2, west = 3, north = 4, up = 5, down = 6, left = 7,
                          right = 8, left_shoulder = 9, right_shoulder = 10, back = 11, start = 12;
}

struct Input {
    InputType type = InputType::None;
    uint32_t key = 0;
    uint32_t mods = 0;
    bool down = false;
    bool repeat = false;
    int32_t caret = 0;
    float x = 0, y = 0;
    std::string_view text;
};

} // namespace parley::overlay
