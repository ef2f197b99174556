// card_view.hpp: a card of game state from its type's rows, with no game code. What the type of
// this build does not know is left out; what the card does not carry yet is shown as a dash.
#pragma once

#include <array>
#include <string_view>

#include "plugin/overlay/view.hpp"
#include "schemas/card/card_type.hpp"

namespace parley::overlay {

// Owner: the overlay.
class CardView {
public:
    float height(const View& view, const CardType& type, const client::CardState& card,
                 float width);
    void draw(const View& view, const client::Room& room, const CardType& type,
              const client::CardState& card, const Rect& rect);

private:
    // A bar's length moves between two updates.
    struct Moving {
        uint64_t key = 0;
        float shown = 0;
    };
    float moving(const View& view, uint64_t key, float goal);
    float row_height(const View& view, const RowType& row) const;
    void draw_row(const View& view, const client::Room& room, const CardType& type,
                  const client::CardState& card, size_t row_index, const Rect& rect);
    void draw_versus(const View& view, const CardType& type, const client::CardState& card,
                     const RowType& row, const Rect& rect);
    void draw_slots(const View& view, const client::Room& room, const Rect& rect);
    float buttons_height(const View& view, const CardType& type, const client::CardState& card,
                         float width) const;
    void draw_buttons(const View& view, const CardType& type, const client::CardState& card,
                      const Rect& rect);

    std::array<Moving, 64> moving_{};
    size_t moving_next_ = 0;
};

// One field in words; "–" when the card has no value for it.
void add_card_value(const View& view, Phrase& out, const FieldType& field,
                    const client::CardState& card);
// "{carrier} · {flag} %" filled in.
Phrase fill_card(const View& view, std::string_view pattern, const CardType& type,
                 const client::CardState& card);
bool card_action_enabled(const CardType& type, const ActionType& action,
                         const client::CardState& card);

} // namespace parley::overlay
