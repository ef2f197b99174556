// message_row.cpp: one row of the log: separators, author, quote, body, and what became of it.
#include "plugin/overlay/message_list.hpp"

#include <algorithm>
#include <cmath>

namespace parley::overlay {
namespace {

constexpr float avatar_left = 6;
constexpr float narrow = 220;      // a list less wide has no room for avatars
constexpr float before_retry = 14; // the dot between the reason and "Retry", and air
constexpr uint32_t reason_lines_max = 3;

Word membership_word(client::MessageKind kind) {
    switch (kind) {
    case client::MessageKind::Left:
        return Word::ListLeft;
    case client::MessageKind::Removed:
        return Word::ListRemoved;
    case client::MessageKind::Promoted:
        return Word::ListPromoted;
    default:
        return Word::ListJoined;
    }
}

} // namespace

// Where texts begin, from the left edge of the list.
float MessageList::text_inset(const View& view, float list_width) {
    return view.px(list_width < view.px(narrow) ? avatar_left : view.theme.row_inset);
}

// The reason stands beside "Retry" on one line or, where that is too narrow, above it.
MessageList::NotSent MessageList::not_sent(const View& view, const client::Room& room,
                                           const client::Message& message, float width) {
    Phrase reason;
    const uint32_t wait_ms = message.error == Error::Rate ? view.client.pace_wait_ms(room.id) : 0;
    if (wait_ms > 0) {
        Phrase seconds;
        seconds.add((static_cast<int64_t>(wait_ms) + 999) / 1000);
        reason = view.words.say(Word::ListWait, {seconds});
    } else {
        reason.add(view.words.error(message.error));
    }
    const Phrase words = view.words.say(Word::ListNotSent, {reason});
    const float size = view.theme.small;
    const float retry_w = view.kit.width(view.words[Word::ListRetry], size, text::Bold);
    if (view.kit.width(words, size) <=
        width - view.px(view.theme.row_note_inset + before_retry) - retry_w) {
        return {view.kit.layout(words, size), false};
    }
    return {view.kit.layout(words, size, 0, width - view.px(view.theme.row_note_inset),
                            reason_lines_max),
            true};
}

// Idle text stands on the game: it gets a dark edge while the panel fades.
void MessageList::write(const View& view, const text::Layout* layout, float x, float y,
                        Colour colour, float ink) const {
    if (layout == nullptr) {
        return;
    }
    view.canvas.alpha = ink;
    if (view.presence < 0.98f) {
        view.canvas.outlined_text(*layout, x, y, colour,
                                  with_alpha(view.tone(Tone::Outline), 1 - view.presence));
    } else {
        view.canvas.text(*layout, x, y, colour);
    }
    view.canvas.alpha = 1;
}

void MessageList::draw_separator(const View& view, const Row& row, std::string_view words,
                                 Tone tone) {
    const Rect& area = row.area;
    view.canvas.alpha = row.ink * view.presence;
    const float size = view.theme.meta;
    const float width = view.kit.width(words, size);
    const float cy =
        row.y + view.px(view.theme.row_separator / 2 + 2); // the row below has a gap too
    const float gap = view.px(view.theme.row_separator_gap);
    const Colour line =
        tone == Tone::Warn ? with_alpha(view.tone(Tone::Warn), 0.4f) : view.tone(Tone::Line);
    const float thick = std::max(1.0f, std::floor(view.kit.unit()));
    const float left = area.cx() - width / 2 - gap;
    const float right = area.cx() + width / 2 + gap;
    view.canvas.fill({area.x, std::round(cy), std::max(0.0f, left - area.x), thick}, line);
    view.canvas.fill({right, std::round(cy), std::max(0.0f, area.right() - right), thick}, line);
    view.kit.line_centred(area.cx(), view.kit.baseline(cy, size), words, size,
                          view.tone(tone == Tone::Warn ? Tone::Warn : Tone::Dim));
    view.canvas.alpha = 1;
}

void MessageList::draw_history_row(const View& view, const client::Room& room, const Rect& area,
                                   float y) {
    const Phrase words = room.history_complete
                             ? view.words.say(Word::ListBeginning, {room_title(view, room)})
                             : Phrase(view.words[Word::ListLoading]);
    view.canvas.alpha = view.presence;
    const float size = view.theme.small;
    view.kit.line_centred(area.cx(),
                          area.y + y - view.px(view.theme.row_history) +
                              view.kit.baseline(view.px(view.theme.row_history / 2), size),
                          words, size, view.tone(Tone::Dim));
    view.canvas.alpha = 1;
}

void MessageList::draw_empty(const View& view, const client::Room& room, const Rect& area) {
    if (view.presence < 0.02f) {
        return;
    }
    view.canvas.alpha = view.presence;
    const Tone tone = view.theme.room_tone(room.kind);
    const float cy = area.cy() - view.px(20);
    view.canvas.sign(Sign::Disc, area.cx(), cy - view.px(34), view.px(26),
                     with_alpha(view.tone(tone), tint_halo));
    view.canvas.sign(room_sign(room.kind), area.cx(), cy - view.px(34), view.px(11),
                     view.tone(tone));
    view.kit.line_centred(area.cx(), view.kit.baseline(cy + view.px(14), view.theme.body),
                          view.words.say(Word::ListEmptyTitle, {room_title(view, room)}),
                          view.theme.body, view.tone(Tone::Text), text::Bold, area.w);
    view.kit.line_centred(area.cx(), view.kit.baseline(cy + view.px(38), view.theme.small),
                          view.words[Word::ListEmptyHint], view.theme.small, view.tone(Tone::Dim),
                          0, area.w);
    view.canvas.alpha = 1;
}

void MessageList::draw_body(const View& view, const Row& row) {
    Canvas& canvas = view.canvas;
    const client::Message& message = row.message;
    if (message.state == client::MessageState::Deleted) {
        write(view, view.kit.layout(view.words[Word::ListDeleted], view.theme.body, text::Italic),
              row.x, row.y, view.tone(Tone::Dim), row.ink);
        return;
    }
    const text::Layout* layout = row.parts.layout;
    if (layout == nullptr) {
        canvas.alpha = row.ink * view.presence;
        canvas.fill({row.x, row.y + view.px(5), row.width * 0.6f, view.px(11)},
                    view.tone(Tone::Line), view.px(5));
        canvas.alpha = 1;
        return;
    }
    // Each body keeps to the side that its own words are read from.
    const float x = std::round(canvas.placed(Rect{row.x, row.y, row.width, row.parts.body}).x);
    const float y = std::round(row.y);
    const Canvas::Upright upright(canvas);
    canvas.alpha = row.ink;
    const float behind = view.presence;
    // A mark and a mention's box over each other would be too much to read on.
    const bool marked = !selection_.range(row.room, row.index).empty();
    for (const text::Box& box : layout->boxes) {
        const Rect rect{x + box.x, y + box.y, box.w, box.h};
        if (box.kind == text::BoxKind::Mention && !marked) {
            const Tone tone = box.target == raw(view.model.self()) ? Tone::Warn : Tone::Accent;
            canvas.fill({rect.x - view.px(2), rect.y, rect.w + view.px(4), rect.h},
                        with_alpha(view.tone(tone), tint_mention * behind), view.px(4));
        } else if (box.kind == text::BoxKind::Mono) {
            canvas.fill({rect.x - view.px(2), rect.y, rect.w + view.px(4), rect.h},
                        with_alpha(view.tone(Tone::Well), behind), view.px(4));
        }
    }
    const bool waiting = message.state == client::MessageState::Pending ||
                         message.state == client::MessageState::Failed;
    const Colour colour = view.tone(waiting ? Tone::Dim : Tone::Text);
    draw_marks(view, row, *layout, x, y);
    write(view, layout, x, y, colour, row.ink);
    canvas.alpha = row.ink;
    for (const text::Box& box : layout->boxes) {
        const Rect rect{x + box.x, y + box.y, box.w, box.h};
        const Colour line = box.colour == 0 ? colour : canvas.roles[box.colour % Canvas::roles_max];
        switch (box.kind) {
        case text::BoxKind::Underline:
        case text::BoxKind::Strike:
            canvas.fill({rect.x, std::round(rect.y), rect.w, std::max(1.0f, std::round(rect.h))},
                        line);
            break;
        case text::BoxKind::Spoiler:
            if (!revealed(message.key)) {
                canvas.fill(rect, view.tone(Tone::Spoiler), view.px(3));
            }
            break;
        default:
            break;
        }
    }
    canvas.alpha = 1;
}

void MessageList::draw_not_sent(const View& view, const Row& row) {
    Kit& kit = view.kit;
    const text::Layout* reason = not_sent(view, row.room, row.message, row.width).reason;
    if (reason == nullptr || reason->lines.empty()) {
        return;
    }
    const float size = view.theme.small;
    const float line_h = kit.line_height(size);
    const float top = row.y + kit.px(1);
    const float reason_x = row.x + kit.px(view.theme.row_note_inset);
    const std::string_view retry = view.words[Word::ListRetry];
    const float retry_w = kit.width(retry, size, text::Bold);
    view.canvas.alpha = row.ink;
    view.canvas.sign(Sign::Warning, row.x + kit.px(7), top + line_h / 2, kit.px(6),
                     view.tone(Tone::Bad));
    view.canvas.text(*reason, reason_x,
                     kit.baseline(top + line_h / 2, size) - reason->lines[0].baseline,
                     view.tone(Tone::Bad));
    float cy = top + line_h / 2;
    float dot_x = reason_x - kit.px(6); // "Retry" stands under the reason
    if (row.parts.retry_below) {
        cy += row.parts.note - kit.px(3) - line_h;
    } else {
        dot_x = reason_x + std::ceil(reason->width_px) + kit.px(6);
        view.canvas.sign(Sign::Disc, dot_x, cy, kit.px(1.4f), view.tone(Tone::Bad));
    }
    Phrase id;
    id.add("retry/").add(static_cast<int64_t>(row.message.nonce));
    const Rect hit{dot_x + kit.px(2), std::round(cy - kit.px(view.theme.hit) / 2),
                   retry_w + kit.px(10), kit.px(view.theme.hit)};
    const Hit state = kit.element(id, "button", retry, hit,
                                  {ActionKind::Retry, raw(row.room.id), row.message.nonce, 0});
    const float retry_x = dot_x + kit.px(6);
    const float base = kit.baseline(cy, size);
    kit.line(retry_x, base, retry, size, view.tone(Tone::Bad), text::Bold);
    if (state.hovered) {
        view.canvas.fill({retry_x, base + kit.px(3), retry_w, kit.px(1)}, view.tone(Tone::Bad));
    }
    if (state.focused) {
        kit.focus_ring({retry_x - kit.px(3), cy - line_h / 2, retry_w + kit.px(6), line_h},
                       kit.px(4));
    }
    view.canvas.alpha = 1;
}

// "sending" or "edited", behind the last line or under it.
void MessageList::draw_small_note(const View& view, const Row& row) {
    const std::string_view word = row.message.state == client::MessageState::Pending
                                      ? view.words[Word::ListSending]
                                      : view.words[Word::ListEdited];
    const text::Layout* laid = view.kit.layout(word, view.theme.meta);
    if (laid == nullptr || laid->lines.empty()) {
        return;
    }
    if (!row.parts.inline_note) {
        write(view, laid, row.x, row.y, view.tone(Tone::Dim), row.ink);
        return;
    }
    const text::Line& last = row.parts.layout->lines.back();
    const float base = row.y - row.parts.body + last.baseline;
    view.canvas.alpha = row.ink;
    view.canvas.sign(Sign::Disc, row.x + last.w + view.px(9), base - view.px(4), view.px(1.4f),
                     view.tone(Tone::Dim));
    view.canvas.alpha = 1;
    write(view, laid, row.x + last.w + view.px(15), base - laid->lines[0].baseline,
          view.tone(Tone::Dim), row.ink);
}

// A line of the room's own: who came, who went.
void MessageList::draw_plain_row(const View& view, const Row& row) {
    const client::MessageKind kind = row.message.kind;
    const Phrase line =
        view.words.say(membership_word(kind), {person_name(view, row.message.author)});
    view.kit.element(message_id(row.message), "listitem", line,
                     {row.area.x, row.y, row.area.w, row.parts.body}, {}, true, false);
    const text::Layout* laid = view.kit.layout(line, view.theme.small, 0, row.width);
    const bool promoted = kind == client::MessageKind::Promoted;
    if (row.x - row.area.x > view.px(view.theme.row_avatar)) {
        view.canvas.alpha = row.ink * view.presence;
        view.canvas.sign(promoted ? Sign::Crown : Sign::Disc,
                         row.area.x + view.px(avatar_left + view.theme.row_avatar / 2),
                         row.y + row.parts.body / 2, view.px(promoted ? 6 : 2.5f),
                         view.tone(promoted ? Tone::Party : Tone::Dim));
        view.canvas.alpha = 1;
    }
    write(view, laid, row.x, row.y, view.tone(Tone::Dim), row.ink);
}

// "12 more" where the shard of a busy room left lines out. Pressed, they are fetched.
void MessageList::draw_left_out(const View& view, const Row& row, float y, uint32_t count,
                                Seq seq) {
    Kit& kit = view.kit;
    const float size = view.theme.small;
    const Phrase line = view.words.say(Word::ListLeftOut, static_cast<int64_t>(count));
    Phrase id;
    id.add("left-out/").add(static_cast<int64_t>(seq));
    const float height = kit.line_height(size) + kit.px(4);
    const Rect box{row.area.x, y + kit.px(left_out_above), row.area.w, height};
    const Hit hit =
        kit.element(id, "button", line, box, {ActionKind::LeftOut, raw(row.room.id), seq, count});
    // It is of the panel, as separators are.
    view.canvas.alpha = row.ink * view.presence;
    if (hit.focused) {
        kit.focus_ring(box, kit.px(8));
    } else if (hit.hovered && view.open) {
        view.canvas.fill(box, with_alpha(view.tone(Tone::Text), tint_row_under_pointer), kit.px(8));
    }
    for (int dot = -1; dot <= 1; ++dot) {
        view.canvas.sign(Sign::Disc, row.x - kit.px(18) + static_cast<float>(dot) * kit.px(6),
                         box.cy(), kit.px(1.6f), view.tone(Tone::Dim));
    }
    kit.line(row.x, kit.baseline(box.cy(), size), line, size,
             view.tone(hit.hovered ? Tone::Text : Tone::Dim));
    view.canvas.alpha = 1;
}

// Pressed, a row is uncovered or answered.
Action MessageList::row_action(const Row& row) const {
    const client::Message& message = row.message;
    const bool has_spoiler =
        std::any_of(message.spans.begin(), message.spans.end(), [](const client::TextSpan& span) {
            return span.kind == wire::SpanKind::Spoiler;
        });
    if (has_spoiler && !revealed(message.key) && message.state != client::MessageState::Deleted) {
        return {ActionKind::Reveal, 0, message.key, 0};
    }
    if (message.state == client::MessageState::Stored) {
        return {ActionKind::Reply, raw(row.room.id), message.seq, 0};
    }
    return {};
}

// The row as an element: heard as "Kenji, 21:04: text".
void MessageList::draw_element(const View& view, const Row& row) {
    const client::Message& message = row.message;
    const Parts& parts = row.parts;
    Phrase heard;
    heard.add(person_name(view, message.author)).add(", ");
    heard.add(time_of_day(view, message.at_ms)).add(": ");
    heard.add(message.state == client::MessageState::Deleted ? view.words[Word::ListDeleted]
                                                             : std::string_view(message.text));
    const Rect box{row.area.x, row.y - view.px(parts.head > 0 ? 5 : 1), row.area.w,
                   parts.head + parts.quote + parts.body + parts.note +
                       view.px(parts.head > 0 ? 9 : 3)};
    const Hit hit = view.kit.element(message_id(message), "listitem", heard, box, row_action(row));
    draw_flash(view, row, box);
    if (wants_tools(view, message, hit) && !next_tools_.by_focus) {
        next_tools_ = {message.key, row.index, box, {}, hit.focused};
    }
    if (hit.focused) {
        view.canvas.fill(box, with_alpha(view.tone(Tone::Accent), tint_focused), view.px(8));
        view.canvas.stroke(box, view.tone(Tone::Accent), view.px(8), std::max(2.0f, view.px(2)));
    } else if (hit.hovered && view.open) {
        view.canvas.fill(box, with_alpha(view.tone(Tone::Text), tint_row_under_pointer),
                         view.px(8));
    }
}

// Avatar, name, time.
void MessageList::draw_head(const View& view, const Row& row) {
    const client::Message& message = row.message;
    Kit& kit = view.kit;
    const float side = view.px(view.theme.row_avatar);
    if (row.x - row.area.x > side) {
        view.canvas.alpha = row.ink * view.presence;
        Phrase letters;
        kit.avatar({row.area.x + view.px(avatar_left), row.y + view.px(1), side, side},
                   avatar_look(view, message.author, letters, true),
                   view.tone(Tone::Panel) | 0xff000000u);
        view.canvas.alpha = 1;
    }
    const text::Layout* name = kit.layout(person_name(view, message.author), view.theme.body,
                                          text::Bold, row.width * 0.7f);
    write(view, name, row.x, row.y, name_colour(view, message.author), row.ink);
    if (name == nullptr || name->lines.empty()) {
        return;
    }
    float after = row.x + std::ceil(name->width_px) + view.px(8);
    const float base = std::round(row.y) + name->lines[0].baseline;
    const auto meta = [&](std::string_view words) {
        const text::Layout* small = kit.layout(words, view.theme.meta);
        if (small != nullptr && !small->lines.empty()) {
            write(view, small, after, base - small->lines[0].baseline, view.tone(Tone::Dim),
                  row.ink);
            after += std::ceil(small->width_px) + view.px(8);
        }
    };
    meta(time_of_day(view, message.at_ms));
    if (message.edited && message.state != client::MessageState::Deleted) {
        meta(view.words[Word::ListEdited]);
    }
}

// What is answered, in one line.
void MessageList::draw_quote(const View& view, const Row& row) {
    const client::Message* quoted = row.room.find(row.message.reply_to);
    Phrase line;
    Colour colour = view.tone(Tone::Soft);
    if (quoted != nullptr) {
        view.words.add_value(line, person_name(view, quoted->author));
        line.add(": ");
        line.add(quoted->state == client::MessageState::Deleted ? view.words[Word::ListDeleted]
                                                                : std::string_view(quoted->text));
        colour = name_colour(view, quoted->author);
    } else {
        line.add(view.words[Word::ListQuoteGone]);
    }
    Phrase id = message_id(row.message);
    id.add("/quote");
    const float grown = std::max(0.0f, view.px(view.theme.hit) - row.parts.quote) / 2;
    const Rect box{row.x, row.y - grown, row.width, row.parts.quote + 2 * grown};
    const Hit hit =
        view.kit.element(id, "link", line, box, {ActionKind::ToQuote, 0, row.message.reply_to, 0});
    if (hit.hovered && view.open) {
        view.canvas.fill(box, with_alpha(view.tone(Tone::Text), tint_row_under_pointer),
                         view.px(4));
    }
    if (hit.focused) {
        view.kit.focus_ring(box, view.px(4));
    }
    view.canvas.alpha = row.ink;
    view.canvas.fill(
        {row.x, row.y + view.px(2), view.px(3), view.kit.line_height(view.theme.small)}, colour,
        view.px(1.5f));
    view.canvas.alpha = 1;
    write(view, view.kit.layout(line, view.theme.small, 0, row.width - view.px(12)),
          row.x + view.px(11), row.y + view.px(2), view.tone(Tone::Soft), row.ink);
}

void MessageList::draw_row(const View& view, const client::Room& room, const Place& here,
                           const Seen& seen, const Rect& area, float ink) {
    const Parts& parts = seen.parts;
    const float inset = text_inset(view, area.w);
    Row row{.room = room,
            .message = room.messages[seen.index],
            .index = seen.index,
            .parts = parts,
            .area = area,
            .x = area.x + inset,
            .width = std::floor(area.w - inset - view.px(6)),
            .y = area.y,
            .ink = ink};
    if (parts.left_before > 0) {
        draw_left_out(view, row, row.y, parts.left_count, parts.left_seq);
        row.y += parts.left_before;
    }
    if (parts.day > 0) {
        draw_separator(view, row, day_words(view, row.message.at_ms), Tone::Dim);
        row.y += parts.day;
    }
    if (parts.divider > 0) {
        draw_separator(
            view, row,
            view.words.say(Word::ListNew, here.divider_count, count_words(here.divider_count)),
            Tone::Warn);
        row.y += parts.divider;
    }
    row.y += parts.gap;
    if (parts.plain) {
        draw_plain_row(view, row);
    } else {
        draw_message(view, row);
    }
    if (parts.left_after > 0) {
        draw_left_out(view, row, area.bottom() - parts.left_after, parts.left_count_after,
                      parts.left_seq_after);
    }
}

void MessageList::draw_message(const View& view, Row row) {
    const Parts& parts = row.parts;
    draw_element(view, row);
    if (parts.head > 0) {
        draw_head(view, row);
        row.y += parts.head;
    }
    if (parts.quote > 0) {
        draw_quote(view, row);
        row.y += parts.quote;
    }
    draw_body(view, row);
    row.y += parts.body;
    if (row.message.state == client::MessageState::Failed) {
        draw_not_sent(view, row);
    } else if (parts.note > 0 || parts.inline_note) {
        draw_small_note(view, row);
    }
}

} // namespace parley::overlay
