// card_view.cpp: rows, bars that move smoothly, timers that tick here, buttons that say why not.
#include "plugin/overlay/card_view.hpp"

#include <algorithm>
#include <cmath>

#include "schemas/card/card_text.hpp"

namespace parley::overlay {
namespace {

constexpr size_t slots_shown_max = 6;

const client::CardValue* value_of(const CardType& type, std::string_view field,
                                  const client::CardState& card) {
    const FieldType* found = type.field(field);
    return found == nullptr ? nullptr : card.value(found->id);
}

// On a narrow card buttons side by side would lose their words.
bool stacked(const View& view, const CardType& type, float width) {
    const auto count = static_cast<float>(type.actions.size());
    return count > 1 && (width - (count - 1) * view.px(view.theme.card_button_gap)) / count <
                            view.px(view.theme.card_button_width);
}

Tone row_tone(const View& view, const RowType& row, Tone otherwise) {
    return row.tone.empty() ? otherwise : view.theme.tone_named(row.tone);
}

} // namespace

void add_card_value(const View& view, Phrase& out, const FieldType& field,
                    const client::CardState& card) {
    const client::CardValue* value = card.value(field.id);
    if (value == nullptr) {
        out.add("–");
        return;
    }
    switch (field.kind) {
    case FieldKind::Int:
        out.add(value->number);
        break;
    case FieldKind::Decimal:
        add_decimal(out, value->number, field.scale);
        break;
    case FieldKind::Bool:
        out.add(view.words[value->number != 0 ? Word::CardYes : Word::CardNo]);
        break;
    case FieldKind::Enum:
        if (value->number >= 0 && static_cast<size_t>(value->number) < field.values.size()) {
            out.add(field.values[static_cast<size_t>(value->number)]);
        } else {
            out.add("–");
        }
        break;
    case FieldKind::Timer:
        if (value->number == 0) {
            out.add("–"); // not running
        } else {
            add_left(out, value->number - view.server_ms);
        }
        break;
    case FieldKind::UserRef:
        if (value->number == 0) {
            out.add("–");
        } else {
            out.add(person_name(view, static_cast<UserId>(value->number)));
        }
        break;
    case FieldKind::Text:
        out.add(value->text.empty() ? std::string_view("–") : std::string_view(value->text));
        break;
    }
}

Phrase fill_card(const View& view, std::string_view pattern, const CardType& type,
                 const client::CardState& card) {
    Phrase out;
    TemplatePiece piece;
    while (next_piece(pattern, piece)) {
        out.add(piece.text);
        if (const FieldType* field = type.field(piece.field)) {
            add_card_value(view, out, *field, card);
        }
    }
    return out;
}

bool card_action_enabled(const CardType& type, const ActionType& action,
                         const client::CardState& card) {
    if (action.enabled_if.empty()) {
        return true;
    }
    const client::CardValue* value = value_of(type, action.enabled_if, card);
    return value != nullptr && value->number != 0;
}

float CardView::moving(const View& view, uint64_t key, float goal) {
    for (Moving& known : moving_) {
        if (known.key == key) {
            known.shown = approach(known.shown, goal, view.dt_s, 180, view.reduced_motion);
            return known.shown;
        }
    }
    moving_[moving_next_] = {key, goal};
    moving_next_ = (moving_next_ + 1) % moving_.size();
    return goal;
}

float CardView::row_height(const View& view, const RowType& row) const {
    switch (row.kind) {
    case RowKind::Versus:
        return view.kit.line_height(view.theme.body) + view.kit.line_height(view.theme.number) +
               view.px(4);
    case RowKind::Text:
    case RowKind::Timer:
        return view.px(view.theme.card_row);
    case RowKind::Bar:
        return view.px(view.theme.card_bar_row) +
               (row.label.empty() && row.value.empty() ? 0 : view.px(view.theme.card_row));
    case RowKind::Slots:
        return view.px(view.theme.card_slot) + view.kit.line_height(view.theme.meta) + view.px(10);
    }
    return 0;
}

float CardView::buttons_height(const View& view, const CardType& type,
                               const client::CardState& card, float width) const {
    if (type.actions.empty()) {
        return 0;
    }
    const auto count = static_cast<float>(type.actions.size());
    const float above = view.px(view.theme.card_buttons_above);
    const float gap = view.px(view.theme.card_button_gap);
    const float button = view.px(std::max(view.theme.card_button, view.theme.hit));
    if (stacked(view, type, width)) {
        return above + count * button + (count - 1) * gap;
    }
    const float each = (width - (count - 1) * gap) / count;
    bool two_lines = false;
    for (const ActionType& action : type.actions) {
        if (!card_action_enabled(type, action, card) && !action.disabled_word.empty()) {
            two_lines =
                two_lines || view.kit.width(action.label, view.theme.button) +
                                     view.kit.width(action.disabled_word, view.theme.small) +
                                     view.px(11 + 16) >
                                 each;
        }
    }
    return above + (two_lines ? button + view.px(10) : button);
}

float CardView::height(const View& view, const CardType& type, const client::CardState& card,
                       float width) {
    float sum = view.px(view.theme.card_title) + 2 * view.px(view.theme.card_padding_y);
    for (const RowType& row : type.rows) {
        sum += row_height(view, row);
    }
    return sum + buttons_height(view, type, card, width - 2 * view.px(view.theme.card_padding_x));
}

void CardView::draw_versus(const View& view, const CardType& type, const client::CardState& card,
                           const RowType& row, const Rect& rect) {
    Kit& kit = view.kit;
    const float label_h = kit.line_height(view.theme.body);
    const float label_cy = rect.y + label_h / 2;
    const float number_cy = rect.y + label_h + kit.line_height(view.theme.number) / 2 - view.px(1);
    const float label_base = kit.baseline(label_cy, view.theme.body);
    const float number_base = kit.baseline(number_cy, view.theme.number);
    const auto number = [&](std::string_view name) {
        Phrase out;
        if (const FieldType* field = type.field(name)) {
            add_card_value(view, out, *field, card);
        }
        return out;
    };
    const float third = rect.w * 0.36f;
    const Phrase left_label = fill_card(view, row.left_label, type, card);
    const Phrase right_label = fill_card(view, row.right_label, type, card);
    const float sign_w = kit.px(20);
    view.canvas.sign(Sign::TriangleUp, rect.x + kit.px(7), label_base - kit.px(5.5f), kit.px(6),
                     view.tone(Tone::Team));
    kit.line(rect.x + sign_w, label_base, left_label, view.theme.body, view.tone(Tone::Team), 0,
             third - sign_w);
    kit.line(rect.x, number_base, number(row.left), view.theme.number, view.tone(Tone::Text),
             text::Bold);
    const float right_w = kit.line_right(rect.right(), label_base, right_label, view.theme.body,
                                         view.tone(Tone::Bad), 0, third - sign_w);
    view.canvas.sign(Sign::TriangleDown, rect.right() - right_w - kit.px(13),
                     label_base - kit.px(5.5f), kit.px(6), view.tone(Tone::Bad));
    kit.line_right(rect.right(), number_base, number(row.right), view.theme.number,
                   view.tone(Tone::Text), text::Bold);
    if (!row.middle.empty()) {
        const FieldType* field = type.field(row.middle);
        const bool timer = field != nullptr && field->kind == FieldKind::Timer;
        const float size = view.theme.card_middle;
        const float cy = (label_cy + number_cy) / 2;
        const float above = timer ? kit.line_height(view.theme.small) / 2 : 0;
        kit.line_centred(rect.cx(), kit.baseline(cy - above, size), number(row.middle), size,
                         view.tone(Tone::Soft), text::Bold);
        if (timer) {
            kit.line_centred(rect.cx(),
                             kit.baseline(cy + kit.line_height(size) / 2, view.theme.small),
                             view.words[Word::CardLeft], view.theme.small, view.tone(Tone::Dim));
        }
    }
}

void CardView::draw_slots(const View& view, const client::Room& room, const Rect& rect) {
    Kit& kit = view.kit;
    const float step = std::min(kit.px(view.theme.card_slot + view.theme.card_slot_gap),
                                std::max(rect.w / 5, kit.px(view.theme.card_slot)));
    const auto fits = static_cast<size_t>(std::max(1.0f, rect.w / step));
    const size_t slots = std::min(fits, slots_shown_max);
    const bool more = room.members.size() > slots;
    const size_t shown = more ? slots - 1 : room.members.size();
    const float side = kit.px(view.theme.card_slot);
    const float y = rect.y + kit.px(2);
    const float word_base =
        kit.baseline(y + side + kit.px(3) + kit.line_height(view.theme.meta) / 2, view.theme.meta);
    float x = rect.x;
    for (size_t i = 0; i < shown; ++i) {
        const client::Member& member = room.members[i];
        Phrase letters;
        kit.avatar({x, y, side, side}, avatar_look(view, member.user, letters, true),
                   view.tone(Tone::Panel) | 0xff000000u);
        const bool leader = member.role == wire::Role::Leader;
        if (leader) {
            view.canvas.sign(Sign::Disc, x + kit.px(2), y + kit.px(2), kit.px(9),
                             view.tone(Tone::Panel) | 0xff000000u);
            view.canvas.sign(Sign::Crown, x + kit.px(2), y + kit.px(2), kit.px(5.5f),
                             view.tone(Tone::Party));
        }
        kit.line_centred(x + side / 2, word_base, person_name(view, member.user), view.theme.meta,
                         view.tone(Tone::Soft), 0, step - kit.px(4));
        x += step;
    }
    if (x + side > rect.right() + 0.5f) {
        return;
    }
    const Rect slot{x, y, side, side};
    view.canvas.dashes(slot, view.tone(Tone::SlotLine), kit.px(11), std::max(1.5f, kit.px(2)));
    if (more) {
        Phrase rest("+");
        rest.add(static_cast<int64_t>(room.members.size() - shown));
        kit.line_centred(slot.cx(), kit.baseline(slot.cy(), view.theme.card_text), rest,
                         view.theme.card_text, view.tone(Tone::Soft), text::Bold);
    } else {
        view.canvas.sign(Sign::Plus, slot.cx(), slot.cy(), kit.px(5), view.tone(Tone::Dim));
        kit.line_centred(slot.cx(), word_base, view.words[Word::CardOpen], view.theme.meta,
                         view.tone(Tone::Dim), 0, step - kit.px(4));
    }
}

void CardView::draw_row(const View& view, const client::Room& room, const CardType& type,
                        const client::CardState& card, size_t row_index, const Rect& rect) {
    Kit& kit = view.kit;
    const RowType& row = type.rows[row_index];
    const auto label_and_value = [&](std::string_view value, Tone value_tone) {
        const float size = view.theme.card_text;
        const float base = kit.baseline(rect.y + kit.px(view.theme.card_row) / 2 - kit.px(1), size);
        const float value_w = kit.line_right(rect.right(), base, value, size, view.tone(value_tone),
                                             text::Bold, rect.w * 0.68f);
        kit.line(rect.x, base, fill_card(view, row.label, type, card), size, view.tone(Tone::Soft),
                 0, rect.w - value_w - kit.px(12));
    };
    switch (row.kind) {
    case RowKind::Versus:
        draw_versus(view, type, card, row, rect);
        break;
    case RowKind::Text:
        label_and_value(fill_card(view, row.value, type, card), row_tone(view, row, Tone::Text));
        break;
    case RowKind::Timer: {
        Phrase left;
        if (const FieldType* field = type.field(row.field)) {
            add_card_value(view, left, *field, card);
        }
        label_and_value(left, row_tone(view, row, Tone::Text));
        break;
    }
    case RowKind::Bar: {
        if (!row.label.empty() || !row.value.empty()) {
            label_and_value(fill_card(view, row.value, type, card), Tone::Text);
        }
        const FieldType* field = type.field(row.field);
        const client::CardValue* value = field == nullptr ? nullptr : card.value(field->id);
        float share = 0;
        if (value != nullptr && field->kind == FieldKind::Timer) {
            // What is left of its full time; it ticks here.
            share = field->max > 0 ? static_cast<float>(value->number - view.server_ms) /
                                         static_cast<float>(field->max)
                                   : 0;
        } else if (value != nullptr && field->max > field->min) {
            share = static_cast<float>(static_cast<double>(value->number - field->min) /
                                       static_cast<double>(field->max - field->min));
        }
        const uint64_t key = raw(card.room) * 0x9e3779b97f4a7c15ull ^ raw(card.user) << 20 ^
                             static_cast<uint64_t>(card.type) << 8 ^ (row_index + 1);
        kit.bar({rect.x, rect.bottom() - kit.px(view.theme.card_bar_row) + kit.px(3), rect.w,
                 kit.px(view.theme.card_bar)},
                moving(view, key, std::clamp(share, 0.0f, 1.0f)),
                view.tone(row_tone(view, row, Tone::Accent)));
        break;
    }
    case RowKind::Slots:
        draw_slots(view, room, rect);
        break;
    }
}

void CardView::draw_buttons(const View& view, const CardType& type, const client::CardState& card,
                            const Rect& rect) {
    const size_t count = type.actions.size();
    const float gap = view.px(view.theme.card_button_gap);
    const float height = view.px(std::max(view.theme.card_button, view.theme.hit));
    const bool below = stacked(view, type, rect.w);
    const float each =
        std::floor((rect.w - static_cast<float>(count - 1) * gap) / static_cast<float>(count));
    float x = rect.x;
    for (size_t i = 0; i < count; ++i) {
        const ActionType& action = type.actions[i];
        const bool enabled = card_action_enabled(type, action, card);
        Phrase id("card/");
        id.add(type.name).add("/").add(action.name);
        view.kit.button(
            {.id = id,
             .label = action.label,
             .look = action.primary ? ButtonLook::Primary : ButtonLook::Plain,
             .enabled = enabled,
             .why = action.disabled_word,
             .key = {},
             .action = {ActionKind::CardButton, raw(card.room), raw(card.user),
                        static_cast<uint32_t>(type.id) << 8 | static_cast<uint32_t>(i)},
             .size = view.theme.button},
            below ? Rect{rect.x, rect.y + static_cast<float>(i) * (height + gap), rect.w, height}
                  : Rect{x, rect.y, i + 1 == count ? rect.right() - x : each, rect.h});
        x += each + gap;
    }
}

void CardView::draw(const View& view, const client::Room& room, const CardType& type,
                    const client::CardState& card, const Rect& rect) {
    Kit& kit = view.kit;
    Phrase id("card/");
    id.add(type.name);
    const Phrase title = fill_card(view, type.title, type, card);
    kit.element(id, "group", title, rect, {}, true, false);
    kit.panel(rect);
    const float x = rect.x + kit.px(view.theme.card_padding_x);
    const float w = rect.w - 2 * kit.px(view.theme.card_padding_x);
    float y = rect.y + kit.px(view.theme.card_padding_y);
    kit.heading(x, kit.baseline(y + kit.px(8), view.theme.heading), title, w);
    y += kit.px(view.theme.card_title);
    for (size_t i = 0; i < type.rows.size(); ++i) {
        const float h = row_height(view, type.rows[i]);
        draw_row(view, room, type, card, i, {x, y, w, h});
        y += h;
    }
    if (!type.actions.empty()) {
        const float h = buttons_height(view, type, card, w) - kit.px(view.theme.card_buttons_above);
        draw_buttons(view, type, card,
                     {x, rect.bottom() - kit.px(view.theme.card_padding_y) - h, w, h});
    }
}

} // namespace parley::overlay
