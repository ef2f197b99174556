// theme_pairs.cpp: the table. A surface is listed from the panel upwards.
#include "tests/support/theme_pairs.hpp"

#include <algorithm>
#include <array>

namespace parley::overlay {
namespace {

using T = Tone;

// [inks]
constexpr Paint words[] = {{T::Text},   {T::Soft},  {T::Dim},   {T::Good},
                           {T::Warn},   {T::Bad},   {T::Team},  {T::Global},
                           {T::Direct}, {T::Guild}, {T::Party}, {T::Accent}};
constexpr Paint of_rows[] = {{T::Text}, {T::Soft},   {T::Dim},  {T::Warn},
                             {T::Bad},  {T::Accent}, {T::Party}};
constexpr Paint of_tabs[] = {{T::Text}, {T::Soft},   {T::Dim},    {T::Party},
                             {T::Team}, {T::Global}, {T::Direct}, {T::Guild}};
constexpr Paint kinds[] = {{T::Party}, {T::Team},   {T::Global}, {T::Direct},
                           {T::Guild}, {T::Accent}, {T::Bad}};
constexpr Paint bars[] = {{T::Accent}, {T::Good},   {T::Warn},   {T::Bad},  {T::Party},
                          {T::Team},   {T::Global}, {T::Direct}, {T::Guild}};
constexpr Paint dots[] = {{T::Good},   {T::Warn},    {T::Bad},  {T::Accent},
                          {T::Direct}, {T::Offline}, {T::Party}};
constexpr Paint text_only[] = {{T::Text}};
constexpr Paint of_bodies[] = {{T::Text}, {T::Dim}, {T::Warn}, {T::Accent}};
constexpr Paint soft_only[] = {{T::Soft}};
constexpr Paint dim_only[] = {{T::Dim}};
constexpr Paint text_or_dim[] = {{T::Text}, {T::Dim}};
constexpr Paint text_or_soft[] = {{T::Text}, {T::Soft}};
constexpr Paint warn_only[] = {{T::Warn}};
constexpr Paint accent_only[] = {{T::Accent}};
constexpr Paint ink_only[] = {{T::Ink}};
constexpr Paint on_accent[] = {{T::OnAccent}};
constexpr Paint cap_on_accent[] = {{T::Text, 1, T::Accent, 0.1f}};
constexpr Paint pips[] = {{T::Good}, {T::Text}};

// [surfaces]
constexpr Paint panel[] = {{T::Panel}};
constexpr Paint raised[] = {{T::Panel}, {T::Raised}};
constexpr Paint tab_under_pointer[] = {{T::Panel}, {T::Raised, 0.6f}};
constexpr Paint people_under_pointer[] = {{T::Panel}, {T::Raised, 0.8f}};
constexpr Paint row_focused[] = {{T::Panel}, {T::Accent, tint_focused}};
constexpr Paint row_under_pointer[] = {{T::Panel}, {T::Text, tint_row_under_pointer}};
constexpr Paint mention_of_me[] = {{T::Panel}, {T::Accent, tint_focused}, {T::Warn, tint_mention}};
constexpr Paint mention[] = {{T::Panel}, {T::Accent, tint_focused}, {T::Accent, tint_mention}};
constexpr Paint mono[] = {{T::Panel}, {T::Well}};
constexpr Paint selected[] = {{T::Panel}, {T::Raised}, {T::Accent, 0.35f}};
constexpr Paint selected_in_row[] = {
    {T::Panel}, {T::Text, tint_row_under_pointer}, {T::Accent, tint_marked}};
constexpr Paint button[] = {{T::Panel}, {T::Button}};
constexpr Paint button_under_pointer[] = {{T::Panel}, {T::Button, 1, T::Text, tint_under_pointer}};
constexpr Paint button_held[] = {{T::Panel}, {T::Button, 1, T::Ink, tint_held}};
constexpr Paint button_off[] = {{T::Panel}, {T::ButtonOff}};
constexpr Paint primary[] = {{T::Panel}, {T::Accent}};
constexpr Paint primary_under_pointer[] = {{T::Panel}, {T::Accent, 1, T::Text, tint_under_pointer}};
constexpr Paint primary_held[] = {{T::Panel}, {T::Accent, 1, T::Ink, tint_held}};
constexpr Paint cap[] = {{T::Panel}, {T::Button}, {T::Ink}};
constexpr Paint cap_of_primary[] = {{T::Panel}, {T::Accent}, {T::OnAccent, 1, T::Accent, 0.12f}};
constexpr Paint badge[] = {{T::Panel}, {T::Badge}};
constexpr Paint badge_hot[] = {{T::Panel}, {T::Party}};
constexpr Paint well[] = {{T::Panel}, {T::Well}};
constexpr Paint danger[] = {{T::Danger}};
constexpr Paint key_cap[] = {{T::KeyCap}};
constexpr Paint edge[] = {{T::Outline}};
constexpr Paint mine[] = {{T::Panel}, {T::Mine}};
// Each kind's sign in a halo of its own colour.
constexpr std::array<std::array<Paint, 2>, 7> halos = {{{{{T::Panel}, {T::Party, tint_halo}}},
                                                        {{{T::Panel}, {T::Team, tint_halo}}},
                                                        {{{T::Panel}, {T::Global, tint_halo}}},
                                                        {{{T::Panel}, {T::Direct, tint_halo}}},
                                                        {{{T::Panel}, {T::Guild, tint_halo}}},
                                                        {{{T::Panel}, {T::Accent, tint_halo}}},
                                                        {{{T::Panel}, {T::Bad, tint_halo}}}}};
constexpr std::span<const Paint> one(const Paint& paint) {
    return {&paint, 1};
}

constexpr DrawnOn table[] = {
    {"words on a panel", Use::Words, words, panel, Person::Name},
    {"words on the composer and the tab in front", Use::Words, words, raised},
    {"a tab under the pointer", Use::Words, of_tabs, tab_under_pointer},
    {"the people button under the pointer", Use::Sign, text_or_soft, people_under_pointer},
    {"the people button under the pointer, off", Use::Sign, dim_only, people_under_pointer},
    {"the focused row", Use::Words, of_rows, row_focused, Person::Name},
    {"the row under the pointer", Use::Words, of_rows, row_under_pointer, Person::Name},
    {"a mention of the player", Use::Words, warn_only, mention_of_me},
    {"a mention of another", Use::Words, accent_only, mention},
    {"code", Use::Words, text_or_dim, mono},
    {"selected words of the composer", Use::Words, text_only, selected},
    {"marked words of a row", Use::Words, of_bodies, selected_in_row},
    {"a button", Use::Words, text_only, button},
    {"a button under the pointer", Use::Words, text_only, button_under_pointer},
    {"a button held", Use::Words, text_only, button_held},
    {"a button that is off", Use::Words, dim_only, button_off},
    {"the primary button", Use::Words, on_accent, primary},
    {"the primary button under the pointer", Use::Words, on_accent, primary_under_pointer},
    {"the primary button held", Use::Words, on_accent, primary_held},
    {"a key on a button", Use::Words, soft_only, cap},
    {"a key on the primary button", Use::Words, cap_on_accent, cap_of_primary},
    {"a badge", Use::Words, text_only, badge},
    {"a badge for few", Use::Words, ink_only, badge_hot},
    {"the development banner", Use::Words, text_only, danger},
    {"a key of the hints", Use::Words, text_only, key_cap},
    {"words on the game", Use::Words, of_rows, edge, Person::Name},
    {"initials", Use::Words, ink_only, panel, Person::Avatar},
    {"initials of who is away", Use::Words, ink_only, panel, Person::AvatarAway},
    {"one's own initials", Use::Words, ink_only, mine},
    {"dots and crowns beside an avatar", Use::Sign, dots, panel},
    {"a bar in its well", Use::Sign, bars, well},
    {"pips and caret of the composer", Use::Sign, pips, raised},
    {"the focus ring on a panel", Use::Sign, accent_only, panel},
    {"the focus ring on the tab in front", Use::Sign, accent_only, raised},
    {"an empty room's sign", Use::Sign, one(kinds[0]), halos[0]},
    {"an empty room's sign", Use::Sign, one(kinds[1]), halos[1]},
    {"an empty room's sign", Use::Sign, one(kinds[2]), halos[2]},
    {"an empty room's sign", Use::Sign, one(kinds[3]), halos[3]},
    {"an empty room's sign", Use::Sign, one(kinds[4]), halos[4]},
    {"the first screen's sign", Use::Sign, one(kinds[5]), halos[5]},
    {"the first screen's sign when refused", Use::Sign, one(kinds[6]), halos[6]},
};

} // namespace

std::span<const DrawnOn> drawn_on() {
    return table;
}

double worst_contrast(Colour ink, std::span<const Colour> layers) {
    double least = 21;
    for (const Colour game : {rgba(0, 0, 0), rgba(255, 255, 255)}) {
        Colour behind = game;
        for (const Colour layer : layers) {
            behind = over(layer, behind);
        }
        least = std::min(least, contrast(over(ink, behind), behind));
    }
    return least;
}

} // namespace parley::overlay
