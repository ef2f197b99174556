// contrast_rows.hpp: the table of what is drawn on what, worked out for a theme: a figure for each
// pair, users' own colours among them.
#pragma once

#include <vector>

#include "tests/support/theme_pairs.hpp"

namespace parley::test {

struct ContrastRow {
    const char* what;
    overlay::Use use;
    overlay::Colour ink;
    std::vector<overlay::Colour> layers;
    double contrast = 0;
    bool good() const { return contrast >= overlay::contrast_least(use); }
};

inline std::vector<ContrastRow> contrast_rows(const overlay::Theme& theme) {
    using namespace overlay;
    constexpr uint64_t users = 8; // as many colours as there are
    std::vector<ContrastRow> rows;
    const auto add = [&](const DrawnOn& pair, Colour ink, std::vector<Colour> layers) {
        const double worst = worst_contrast(ink, layers);
        rows.push_back({pair.what, pair.use, ink, std::move(layers), worst});
    };
    for (const DrawnOn& pair : drawn_on()) {
        std::vector<Colour> layers;
        for (const Paint& layer : pair.layers) {
            layers.push_back(layer.of(theme));
        }
        for (const Paint& ink : pair.inks) {
            if (pair.person != Person::Avatar && pair.person != Person::AvatarAway) {
                add(pair, ink.of(theme), layers);
            }
        }
        for (uint64_t user = 0; user < users && pair.person != Person::None; ++user) {
            const Colour own = theme.user_colour(UserId{user});
            if (pair.person == Person::Name) {
                add(pair, theme.name_colour(UserId{user}), layers);
                continue;
            }
            std::vector<Colour> with = layers;
            with.push_back(pair.person == Person::Avatar ? own : theme.away_colour(own));
            add(pair, pair.inks[0].of(theme), with);
        }
    }
    return rows;
}

} // namespace parley::test
