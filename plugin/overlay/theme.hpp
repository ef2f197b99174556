// theme.hpp: every colour, size and time of the overlay. Themes, palettes for the colour-blind and
// sizes for the couch are files of plugin/overlay/themes; a studio's file overrides any of it.
// Views ask here and write no colour of their own.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "schemas/base/ids.hpp"
#include "schemas/base/result.hpp"
#include "schemas/wire/generated.hpp"

namespace parley::overlay {

// RGBA, R in the lowest byte, straight alpha.
using Colour = uint32_t;

// X(Enumerator, "name in the theme file")
#define PARLEY_TONES(X)                                                                            \
    X(Panel, "panel")                                                                              \
    X(Raised, "raised")                                                                            \
    X(Line, "line")                                                                                \
    X(Text, "text")                                                                                \
    X(Soft, "soft")                                                                                \
    X(Dim, "dim")                                                                                  \
    X(Ink, "ink")                                                                                  \
    X(Accent, "accent")                                                                            \
    X(OnAccent, "on_accent")                                                                       \
    X(Good, "good")                                                                                \
    X(Warn, "warn")                                                                                \
    X(Bad, "bad")                                                                                  \
    X(Party, "party")                                                                              \
    X(Team, "team")                                                                                \
    X(Global, "global")                                                                            \
    X(Direct, "direct")                                                                            \
    X(Guild, "guild")                                                                              \
    X(Button, "button")                                                                            \
    X(ButtonOff, "button_off")                                                                     \
    X(Well, "well")                                                                                \
    X(Badge, "badge")                                                                              \
    X(PipOff, "pip_off")                                                                           \
    X(SlotLine, "slot_line")                                                                       \
    X(Spoiler, "spoiler")                                                                          \
    X(Mine, "mine")                                                                                \
    X(Offline, "offline")                                                                          \
    X(KeyCap, "key_cap")                                                                           \
    X(Danger, "danger")                                                                            \
    X(Shadow, "shadow")                                                                            \
    X(Outline, "outline")

enum class Tone : uint8_t {
#define PARLEY_TONE_ENUM(name, key) name,
    PARLEY_TONES(PARLEY_TONE_ENUM)
#undef PARLEY_TONE_ENUM
        Count
};
inline constexpr size_t tone_count = static_cast<size_t>(Tone::Count);

// X(member, "name in the theme file", least, most)
#define PARLEY_SIZES(X)                                                                            \
    X(scale, "sizes.scale", 0.75f, 3)                                                              \
    X(body, "sizes.body", 10, 32)                                                                  \
    X(meta, "sizes.meta", 8, 32)                                                                   \
    X(small, "sizes.small", 8, 32)                                                                 \
    X(tab, "sizes.tab", 8, 32)                                                                     \
    X(heading, "sizes.heading", 8, 32)                                                             \
    X(number, "sizes.number", 12, 72)                                                              \
    X(button, "sizes.button", 8, 32)                                                               \
    X(line_height, "sizes.line_height", 1, 2)                                                      \
    X(radius, "sizes.radius", 0, 24)                                                               \
    X(radius_inner, "sizes.radius_inner", 0, 24)                                                   \
    X(margin, "sizes.margin", 0, 96)                                                               \
    X(gap, "sizes.gap", 4, 64)                                                                     \
    X(chat_width, "sizes.chat_width", 320, 1200)                                                   \
    X(chat_height, "sizes.chat_height", 240, 1200)                                                 \
    X(roster_width, "sizes.roster_width", 200, 600)                                                \
    X(cards_width, "sizes.cards_width", 260, 600)                                                  \
    X(hit, "sizes.hit", 24, 64)                                                                    \
    X(row_avatar, "row.avatar", 16, 64)                                                            \
    X(row_inset, "row.inset", 24, 96)                                                              \
    X(row_apart, "row.apart", 4, 32)                                                               \
    X(row_separator, "row.separator", 16, 64)                                                      \
    X(row_separator_gap, "row.separator_gap", 0, 48)                                               \
    X(row_history, "row.history", 16, 96)                                                          \
    X(row_note_inset, "row.note_inset", 12, 48)                                                    \
    X(card_text, "card.text", 8, 32)                                                               \
    X(card_middle, "card.middle", 8, 48)                                                           \
    X(card_padding_x, "card.padding_x", 4, 64)                                                     \
    X(card_padding_y, "card.padding_y", 4, 64)                                                     \
    X(card_title, "card.title", 12, 64)                                                            \
    X(card_row, "card.row", 16, 64)                                                                \
    X(card_bar_row, "card.bar_row", 8, 64)                                                         \
    X(card_bar, "card.bar", 2, 32)                                                                 \
    X(card_slot, "card.slot", 24, 96)                                                              \
    X(card_slot_gap, "card.slot_gap", 4, 48)                                                       \
    X(card_button, "card.button", 28, 96)                                                          \
    X(card_button_gap, "card.button_gap", 4, 48)                                                   \
    X(card_button_width, "card.button_width", 40, 300)                                             \
    X(card_buttons_above, "card.buttons_above", 0, 48)                                             \
    X(enter_ms, "motion.enter_ms", 0, 2000)                                                        \
    X(leave_ms, "motion.leave_ms", 0, 2000)                                                        \
    X(idle_after_ms, "motion.idle_after_ms", 1000, 600000)                                         \
    X(idle_fade_ms, "motion.idle_fade_ms", 0, 5000)

struct Theme {
    std::array<Colour, tone_count> tones{};
#define PARLEY_SIZE_MEMBER(name, key, least, most) float name = 0;
    PARLEY_SIZES(PARLEY_SIZE_MEMBER)
#undef PARLEY_SIZE_MEMBER

    Colour operator[](Tone tone) const {
        return tones[static_cast<size_t>(tone)];
    }
    // The colour of a room kind, and of a card's `tone` word ("good", "team"); Soft when unknown.
    Tone room_tone(wire::RoomKind kind) const;
    Tone tone_named(std::string_view name) const;
    // A user's own colour, for avatar and name: always the same for the same user.
    Colour user_colour(UserId user) const;
    Colour name_colour(UserId user) const; // nearer to the words
    Colour away_colour(Colour of_user) const;
};

inline constexpr std::string_view built_in_name = "dark";
Theme built_in();
// The built-in theme, or the one that the file names as its base, then toml over it. On an error
// message says what and where, in one sentence.
Result<Theme> load_theme(std::string_view toml, std::string& message);
// By name, with others over it: "light", "high_contrast+deuteranopia+couch".
Result<Theme> shipped_theme(std::string_view names, std::string& message);
// As theme_path of the C API has it: names, or a file's path and names of what is laid over it.
// Io: there is no such file.
Result<Theme> choose_theme(std::string_view wanted, std::string& message);

// [tints] How much of a colour is laid over what it marks; words are read on it.
inline constexpr float tint_focused = 0.08f; // the row that has the focus
inline constexpr float tint_row_under_pointer = 0.04f;
inline constexpr float tint_mention = 0.1f;
inline constexpr float tint_marked = 0.07f; // with a line below it
inline constexpr float tint_halo = 0.14f;
inline constexpr float tint_under_pointer = 0.14f; // of a button
inline constexpr float tint_held = 0.12f;
inline constexpr float tint_item = 0.08f;  // of a list under the pointer, or chosen
inline constexpr float tint_flash = 0.12f; // the row that was jumped to

// [colour]
constexpr Colour rgba(uint32_t r, uint32_t g, uint32_t b, uint32_t a = 255) {
    return r | g << 8 | b << 16 | a << 24;
}
Colour with_alpha(Colour colour, float alpha); // multiplies
Colour mix(Colour from, Colour to, float share);
Colour over(Colour top, Colour opaque_below);
// WCAG 2.1 contrast of two opaque colours, 1 to 21.
double contrast(Colour a, Colour b);

} // namespace parley::overlay
