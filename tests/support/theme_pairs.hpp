// theme_pairs.hpp: what is drawn on what, in one table: every colour of words and signs with the
// surfaces it stands on. The unit tests hold each pair of it to its contrast in every theme and
// palette, over a black and a white game; the UI tests record what is really drawn and refuse a
// pair that is not here.
#pragma once

#include <span>

#include "plugin/overlay/theme.hpp"

namespace parley::overlay {

enum class Use : uint8_t {
    Words, // 4.5 to 1
    Sign   // 3 to 1: shapes, rings, bars
};
constexpr double contrast_least(Use use) {
    return use == Use::Words ? 4.5 : 3.0;
}

// A colour of the theme as it is put on: fainter, or mixed with another (a button under the
// pointer).
struct Paint {
    Tone tone{};
    float alpha = 1; // times its own
    Tone with = Tone::Count;
    float share = 0;

    Colour of(const Theme& theme) const {
        const Colour colour =
            with == Tone::Count ? theme[tone] : mix(theme[tone], theme[with], share);
        return alpha >= 1 ? colour : with_alpha(colour, alpha);
    }
};

// [people] In a user's own colours, which a theme makes of its tones.
enum class Person : uint8_t { None, Name, Avatar, AvatarAway };

struct DrawnOn {
    const char* what;
    Use use;
    std::span<const Paint> inks;
    std::span<const Paint> layers; // from the game upwards
    Person person = Person::None;  // Name: an ink too. Avatar: the uppermost layer
};
std::span<const DrawnOn> drawn_on();

// The least contrast over a black and a white game; the ink may be translucent itself.
double worst_contrast(Colour ink, std::span<const Colour> layers);

} // namespace parley::overlay
