// theme.cpp: theme files, and the arithmetic of colours.
#include "plugin/overlay/theme.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "plugin/overlay/settings_file.hpp"
#include "plugin/overlay/shipped.hpp"

namespace parley::overlay {

namespace {

constexpr std::string_view tone_names[] = {
#define PARLEY_TONE_NAME(name, key) key,
    PARLEY_TONES(PARLEY_TONE_NAME)
#undef PARLEY_TONE_NAME
};
static_assert(std::size(tone_names) == tone_count);

int hex_digit(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool parse_colour(std::string_view text, Colour& out) {
    if ((text.size() != 7 && text.size() != 9) || text[0] != '#') {
        return false;
    }
    uint32_t parts[4] = {0, 0, 0, 255};
    for (size_t i = 0; i < text.size() / 2; ++i) {
        const int high = hex_digit(text[1 + 2 * i]);
        const int low = hex_digit(text[2 + 2 * i]);
        if (high < 0 || low < 0) {
            return false;
        }
        parts[i] = static_cast<uint32_t>(high * 16 + low);
    }
    out = rgba(parts[0], parts[1], parts[2], parts[3]);
    return true;
}

uint32_t part(Colour colour, int index) {
    return colour >> (8 * index) & 255u;
}

// Dark themes are those whose panel is: a palette has other colours for them.
bool is_dark(const Theme& theme) {
    return contrast(over(theme[Tone::Panel], rgba(0, 0, 0)), rgba(255, 255, 255)) > 4.5;
}

bool apply_colour(const Setting& setting, std::string_view name, Theme& theme,
                  std::string& message) {
    const auto* found = std::find(std::begin(tone_names), std::end(tone_names), name);
    if (found == std::end(tone_names)) {
        message = "there is no colour named " + std::string(name);
        return false;
    }
    Colour colour = 0;
    if (!parse_colour(setting.value, colour)) {
        message = setting.key + " must be #RRGGBB or #RRGGBBAA, not " + setting.value;
        return false;
    }
    theme.tones[static_cast<size_t>(found - std::begin(tone_names))] = colour;
    return true;
}

bool apply(const Setting& setting, Theme& theme, std::string& message) {
    const std::string_view key = setting.key;
    if (key.rfind("colours.", 0) == 0) {
        return apply_colour(setting, key.substr(8), theme, message);
    }
    // Of a palette: one of the two is meant, the other must be right all the same.
    Theme other = theme;
    if (key.rfind("on_dark.", 0) == 0) {
        return apply_colour(setting, key.substr(8), is_dark(theme) ? theme : other, message);
    }
    if (key.rfind("on_light.", 0) == 0) {
        return apply_colour(setting, key.substr(9), is_dark(theme) ? other : theme, message);
    }
    const auto size = [&](std::string_view name, float least, float most, float& out) {
        if (key != name) {
            return false;
        }
        out = setting.is_number ? static_cast<float>(setting.number) : NAN;
        if (!(out >= least && out <= most)) {
            char bounds[64];
            std::snprintf(bounds, sizeof bounds, " must be a number from %g to %g",
                          static_cast<double>(least), static_cast<double>(most));
            message = setting.key + bounds;
        }
        return true;
    };
    bool known = false;
#define PARLEY_SIZE_READ(name, key, least, most) known |= size(key, least, most, theme.name);
    PARLEY_SIZES(PARLEY_SIZE_READ)
#undef PARLEY_SIZE_READ
    if (!known) {
        message = "there is no setting named " + setting.key;
    }
    return message.empty();
}

bool apply_all(std::string_view toml, Theme& theme, std::string& message) {
    const Result<std::vector<Setting>> settings = read_settings(toml, message);
    if (!settings) {
        return false;
    }
    // What the file stands on comes first, wherever it says so.
    for (const Setting& setting : *settings) {
        if (setting.key == "base") {
            Result<Theme> base = shipped_theme(setting.value, message);
            if (!base) {
                message = "line " + std::to_string(setting.line) + ": " + message;
                return false;
            }
            theme = *base;
        }
    }
    for (const Setting& setting : *settings) {
        if (setting.key != "base" && !apply(setting, theme, message)) {
            message = "line " + std::to_string(setting.line) + ": " + message;
            return false;
        }
    }
    return true;
}

// "x+light+couch" is cut into "x" and the names of shipped files, which are laid over it.
std::string_view cut_layers(std::string_view wanted, std::vector<const Shipped*>& layers) {
    for (;;) {
        const size_t plus = wanted.rfind('+');
        const Shipped* layer = plus == std::string_view::npos
                                   ? nullptr
                                   : shipped_named(shipped_themes(), wanted.substr(plus + 1));
        if (layer == nullptr) {
            return wanted;
        }
        layers.insert(layers.begin(), layer);
        wanted = wanted.substr(0, plus);
    }
}

bool apply_layers(const std::vector<const Shipped*>& layers, Theme& theme, std::string& message) {
    for (const Shipped* layer : layers) {
        if (!apply_all(layer->text, theme, message)) {
            return false;
        }
    }
    return true;
}

double linear(uint32_t part_of_255) {
    const double c = part_of_255 / 255.0;
    return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
}

double luminance(Colour colour) {
    return 0.2126 * linear(part(colour, 0)) + 0.7152 * linear(part(colour, 1)) +
           0.0722 * linear(part(colour, 2));
}

} // namespace

Theme built_in() {
    Theme theme;
    std::string message;
    const bool good =
        apply_all(shipped_named(shipped_themes(), built_in_name)->text, theme, message);
    PARLEY_ASSERT(good);
    return theme;
}

Result<Theme> load_theme(std::string_view toml, std::string& message) {
    Theme theme = built_in();
    message.clear();
    if (!apply_all(toml, theme, message)) {
        return Error::BadConfig;
    }
    return theme;
}

Result<Theme> shipped_theme(std::string_view names, std::string& message) {
    std::vector<const Shipped*> layers;
    const std::string_view first = cut_layers(names, layers);
    const Shipped* base = shipped_named(shipped_themes(), first.empty() ? built_in_name : first);
    message.clear();
    if (base == nullptr) {
        message = "there is no theme named " + std::string(first) + "; there are " +
                  shipped_names(shipped_themes());
        return Error::BadConfig;
    }
    layers.insert(layers.begin(), base);
    Theme theme = built_in();
    if (!apply_layers(layers, theme, message)) {
        return Error::BadConfig;
    }
    return theme;
}

Result<Theme> choose_theme(std::string_view wanted, std::string& message) {
    std::vector<const Shipped*> layers;
    const std::string_view first = cut_layers(wanted, layers);
    if (first.empty() || shipped_named(shipped_themes(), first) != nullptr) {
        return shipped_theme(wanted, message);
    }
    const Result<std::string> text = read_file(std::string(first));
    if (!text) {
        message = "it cannot be read, and no theme has this name; there are " +
                  shipped_names(shipped_themes());
        return text.error();
    }
    Result<Theme> theme = load_theme(*text, message);
    if (theme.ok() && !apply_layers(layers, *theme, message)) {
        return Error::BadConfig;
    }
    return theme;
}

Tone Theme::room_tone(wire::RoomKind kind) const {
    switch (kind) {
    case wire::RoomKind::Global:
        return Tone::Global;
    case wire::RoomKind::Team:
        return Tone::Team;
    case wire::RoomKind::Party:
        return Tone::Party;
    case wire::RoomKind::Direct:
        return Tone::Direct;
    case wire::RoomKind::Guild:
        return Tone::Guild;
    default:
        return Tone::Soft;
    }
}

Tone Theme::tone_named(std::string_view name) const {
    const auto* found = std::find(std::begin(tone_names), std::end(tone_names), name);
    return found == std::end(tone_names) ? Tone::Soft
                                         : static_cast<Tone>(found - std::begin(tone_names));
}

Colour Theme::user_colour(UserId user) const {
    // Tones that are told apart by lightness too, and bright enough for ink initials.
    const Colour choices[] = {(*this)[Tone::Party],
                              (*this)[Tone::Team],
                              (*this)[Tone::Global],
                              (*this)[Tone::Direct],
                              (*this)[Tone::Guild],
                              mix((*this)[Tone::Warn], (*this)[Tone::Text], 0.25f),
                              mix((*this)[Tone::Bad], (*this)[Tone::Text], 0.25f),
                              mix((*this)[Tone::Good], (*this)[Tone::Text], 0.3f)};
    // Ids are handed out in order: neighbours get different tones.
    return choices[(raw(user) + 7) % std::size(choices)];
}

Colour Theme::name_colour(UserId user) const {
    return mix(user_colour(user), (*this)[Tone::Text], 0.22f);
}

Colour Theme::away_colour(Colour of_user) const {
    return mix(of_user, (*this)[Tone::Offline], 0.75f);
}

Colour with_alpha(Colour colour, float alpha) {
    const float a = static_cast<float>(part(colour, 3)) * std::clamp(alpha, 0.0f, 1.0f);
    return (colour & 0x00ffffffu) | static_cast<uint32_t>(a + 0.5f) << 24;
}

Colour mix(Colour from, Colour to, float share) {
    Colour out = 0;
    for (int i = 0; i < 4; ++i) {
        const float a = static_cast<float>(part(from, i));
        const float b = static_cast<float>(part(to, i));
        out |= static_cast<uint32_t>(a + (b - a) * std::clamp(share, 0.0f, 1.0f) + 0.5f) << (8 * i);
    }
    return out;
}

Colour over(Colour top, Colour opaque_below) {
    return mix(opaque_below, top | 0xff000000u, static_cast<float>(part(top, 3)) / 255.0f);
}

double contrast(Colour a, Colour b) {
    const double la = luminance(a);
    const double lb = luminance(b);
    return (std::max(la, lb) + 0.05) / (std::min(la, lb) + 0.05);
}

} // namespace parley::overlay
